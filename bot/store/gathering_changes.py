"""Chats and conferences that were moved or cancelled as a whole, to be told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Writer

_ADD = "INSERT INTO gathering_changes (id, gathering_id, was_us) VALUES (:id, :gathering, :was)"
_GET = """
SELECT c.gathering_id AS gathering_id, c.was_us AS was_us
FROM gathering_changes c
WHERE c.id = :id AND NOT EXISTS (SELECT 1 FROM gathering_changes o
    WHERE o.gathering_id = c.gathering_id AND o.id > c.id)
"""


async def add_change(tx: Writer, change: int, gathering: int, was: datetime) -> None:
    """It was to be held at `was`, until now."""
    await tx.execute(_ADD, id=change, gathering=gathering, was=to_us(was))


async def latest_change(tx: Reader, change: int) -> tuple[int, datetime] | None:
    """Its gathering, and when that was to be next; None where a later change took its place."""
    row = await tx.fetch_one(_GET, id=change)
    return None if row is None else (int(row["gathering_id"]), from_us(row["was_us"]))
