"""Reading rows by many ids at once, in one text for both databases."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Reader, Row

_SIZES = (16, 64, 500)
_NAMES = [f"id{n}" for n in range(_SIZES[-1])]
_LISTS = {size: ", ".join(f":{name}" for name in _NAMES[:size]) for size in _SIZES}
_NO_ID = -1


@lru_cache(maxsize=256)
def _with_list(sql: str, size: int) -> str:
    """The statement for a list of that length, made once: the text is long, and is looked up by."""
    return sql.replace(":ids", _LISTS[size])


async def fetch_among(tx: Reader, sql: str, ids: Iterable[int]) -> list[Row]:
    """What the statement gives for these ids; it holds `IN (:ids)` once. In no order.

    Three lengths of lists, filled up with an id that nothing has, so that statements stay prepared.
    """
    wanted = sorted(set(ids))
    found: list[Row] = []
    for start in range(0, len(wanted), _SIZES[-1]):
        some = wanted[start : start + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        some += [_NO_ID] * (size - len(some))
        params = dict(zip(_NAMES, some, strict=False))
        found += await tx.fetch(_with_list(sql, size), **params)
    return found
