"""Accounts that their platform says are gone, and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import AccountId
from bot.model.posts import PostId, to_us
from bot.store.among import fetch_among

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.model.posts import Departure
    from bot.store.database import Reader, Writer

_NOTE = """
INSERT INTO departures (id, at_us) VALUES (:id, :at)
ON CONFLICT (id) DO UPDATE SET at_us = excluded.at_us WHERE excluded.at_us > departures.at_us
"""
_WRITTEN = "SELECT id FROM posts WHERE author_id = :id AND at_us <= :at"
_DONE = "DELETE FROM engagements WHERE (source_id = :id OR target_id = :id) AND at_us <= :at"


async def note_departures(tx: Writer, departures: Sequence[Departure]) -> list[PostId]:
    """Keeps that accounts are gone, and removes what was done towards them up to then.

    Gives the posts that they wrote up to then, which are to be removed.
    """
    written: list[PostId] = []
    for departure in sorted(departures, key=lambda d: (d.account, d.at)):
        at = to_us(departure.at)
        await tx.execute_many(_NOTE, [(departure.account, at)])
        rows = await tx.fetch(_WRITTEN, id=departure.account, at=at)
        written += [PostId(row["id"]) for row in rows]
        await tx.execute(_DONE, id=departure.account, at=at)
    return written


_ANY = "SELECT id FROM departures LIMIT 1"


async def any_departed(tx: Reader) -> bool:
    """Whether anybody left at all."""
    return await tx.fetch_one(_ANY) is not None


_AMONG = "SELECT id, at_us FROM departures WHERE id IN (:ids)"


async def departed_among(tx: Reader, accounts: Iterable[AccountId]) -> dict[AccountId, int]:
    """Those of the accounts that are gone, and up to when nothing of them is kept."""
    rows = await fetch_among(tx, _AMONG, accounts)
    return {AccountId(row["id"]): row["at_us"] for row in rows}
