"""Which event of Discord shows which date of which gathering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import CommunityId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Shown:
    """A date that is, or is about to be, an event of Discord."""

    id: int
    """Its marker, by which it is found again."""
    community: CommunityId
    gathering: int
    starts_at: datetime
    ends_at: datetime
    told: str
    """Which date it is, and the fingerprint of what Discord was told."""
    event: int | None
    """None: not known to be made; 0: somebody deleted it, and it is left so."""


_ALL = """
SELECT id, community_id, gathering_id, starts_us, ends_us, told, event_id
FROM native_events ORDER BY starts_us, id
"""
_KEEP = """
INSERT INTO native_events (id, community_id, gathering_id, starts_us, ends_us, told, event_id)
VALUES (:id, :community, :gathering, :starts, :ends, :told, :event)
ON CONFLICT (id) DO UPDATE SET starts_us = excluded.starts_us, ends_us = excluded.ends_us,
    told = excluded.told, event_id = excluded.event_id
"""
_DROP = "DELETE FROM native_events WHERE id = :id"


async def all_shown(tx: Reader) -> list[Shown]:
    """All of them, the soonest first."""
    return [
        Shown(
            id=row["id"],
            community=CommunityId(row["community_id"]),
            gathering=row["gathering_id"],
            starts_at=from_us(row["starts_us"]),
            ends_at=from_us(row["ends_us"]),
            told=row["told"],
            event=row["event_id"],
        )
        for row in await tx.fetch(_ALL)
    ]


async def keep_shown(tx: Writer, shown: Shown) -> None:
    """Keeps one as it is now."""
    await tx.execute(
        _KEEP,
        id=shown.id,
        community=shown.community,
        gathering=shown.gathering,
        starts=to_us(shown.starts_at),
        ends=to_us(shown.ends_at),
        told=shown.told,
        event=shown.event,
    )


async def drop_shown(tx: Writer, shown: int) -> None:
    """It is no event any more."""
    await tx.execute(_DROP, id=shown)
