"""What is remembered until too much newer came."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

_K = TypeVar("_K")
_V = TypeVar("_V")


class Recent(dict[_K, _V]):
    """At most so many; then the oldest eighth goes at a time.

    To forget one at a time would cost more the more there is: a dict finds its first entry by
    going through the places of all that were before it.
    """

    def __init__(self, most: int, known: Iterable[tuple[_K, _V]] = ()) -> None:
        super().__init__(known)
        self._most = most

    def note(self, one: _K, value: _V) -> None:
        """Remembers it; what was known already keeps its age."""
        self[one] = value
        if len(self) > self._most:
            for oldest in list(islice(self, self._most // 8 + 1)):
                del self[oldest]
