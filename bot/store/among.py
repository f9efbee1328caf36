"""Reading rows by many ids at once, in one text for both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.database import Reader, Row

_SIZES = (16, 500)
_LISTS = {size: ", ".join(f":id{n}" for n in range(size)) for size in _SIZES}
_NO_ID = -1


async def fetch_among(tx: Reader, sql: str, ids: Iterable[int]) -> list[Row]:
    """What the statement gives for these ids; it holds `IN (:ids)` once. In no order.

    Two lengths of lists, filled up with an id that nothing has, so that statements stay prepared.
    """
    wanted = sorted(set(ids))
    found: list[Row] = []
    for start in range(0, len(wanted), _SIZES[-1]):
        some = wanted[start : start + _SIZES[-1]]
        size = next(size for size in _SIZES if size >= len(some))
        some += [_NO_ID] * (size - len(some))
        params = {f"id{n}": id_ for n, id_ in enumerate(some)}
        found += await tx.fetch(sql.replace(":ids", _LISTS[size]), **params)
    return found
