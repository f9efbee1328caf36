"""What is played: places with the people who will join them, a conference, and a stream of posts.

The same shape for the invented season and for a real archive, so that everything after it does not
know which one it plays.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date, datetime

    from bot.model.people import Platform
    from bot.model.posts import Page


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is going to be a member, and how they like it."""

    name: str
    platform: Platform
    native_id: str
    joins_at: datetime
    work: tuple[str, ...]
    curious: tuple[str, ...]
    description: str
    """What they do, third person; empty: they leave it out."""
    named: bool
    """Whether they are named, not described, before both said yes."""
    shows_posts: bool
    delivery: str
    """card, dm or digest."""
    zone: str
    post_with: Callable[[str, datetime], bytes] | None
    """Makes a line of the stream in which they post a text; None where nobody can be asked to."""


@dataclass(frozen=True, slots=True)
class ChatOfPlace:
    """The weekly chat that a place's host announces."""

    name: str
    tag: str
    first_local: datetime
    minutes: int
    times: int


@dataclass(frozen=True, slots=True)
class Place:
    """A Discord server: its name, its people (the first hosts), its chat."""

    name: str
    zone: str
    guests: tuple[Guest, ...]
    chat: ChatOfPlace | None


@dataclass(frozen=True, slots=True)
class Gathering:
    """The conference, which every place follows."""

    name: str
    tag: str
    zone: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is played, from the first to the last instant."""

    starts_at: datetime
    ends_at: datetime
    places: tuple[Place, ...]
    conference: Gathering
    feed: Feed
    placeholder: str
    """What is said of posts that have no text; empty where all have one."""


class Feed:
    """The stream still to come, in order; given out as pages."""

    def __init__(
        self, items: Iterable[tuple[datetime, Any]], read: Callable[[Sequence[Any]], Page]
    ) -> None:
        self._items = sorted(items, key=_when)
        self._next = 0
        self._read = read

    def add(self, at: datetime, item: Any) -> None:
        """Puts one more in, at its time or next, whichever is later."""
        place = bisect.bisect_right(self._items, at, key=_when)
        self._items.insert(max(place, self._next), (at, item))

    def next_at(self) -> datetime | None:
        """When the next one comes; None when nothing is left."""
        return self._items[self._next][0] if self._next < len(self._items) else None

    def take(self, until: datetime, most: int) -> tuple[Page, datetime]:
        """The next ones up to `until`, at most so many, as a page, and when the last one came."""
        end = bisect.bisect_right(self._items, until, lo=self._next, key=_when)
        taken = self._items[self._next : min(end, self._next + most)]
        self._next += len(taken)
        return self._read([item for _, item in taken]), taken[-1][0]

    def rest(self) -> int:
        """How many are left."""
        return len(self._items) - self._next


def _when(item: tuple[datetime, object]) -> datetime:
    return item[0]
