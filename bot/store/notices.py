"""Who wants people to notice during a conference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import CommunityId, DiscordId
from bot.model.posts import to_us

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.store.database import Reader, Writer

_WANT = """
INSERT INTO notices (session_id, discord_id, planned_day) VALUES (:session, :who, '')
ON CONFLICT DO NOTHING
"""
_ENOUGH = "DELETE FROM notices WHERE session_id = :session AND discord_id = :who"
_WANTED = """
SELECT n.session_id AS session_id, n.discord_id AS discord_id, n.planned_day AS planned_day,
    s.community_id AS community_id, m.zone AS zone
FROM notices n JOIN sessions s ON s.id = n.session_id
    JOIN members m ON m.community_id = s.community_id AND m.discord_id = n.discord_id
WHERE s.state = 'open' AND s.ends_us > :now AND m.left_us IS NULL
ORDER BY n.session_id, n.discord_id
"""
_PLANNED = """
UPDATE notices SET planned_day = :day WHERE session_id = :session AND discord_id = :who
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A member who wants them, in a conference that is on."""

    session: SessionId
    community: CommunityId
    who: DiscordId
    zone: str
    planned_day: str
    """The last local day for which they were planned; empty: none yet."""


async def want(tx: Writer, session: SessionId, who: DiscordId) -> bool:
    """They want them from now on; False when they did before."""
    return await tx.execute(_WANT, session=session, who=who) > 0


async def enough(tx: Writer, session: SessionId, who: DiscordId) -> None:
    """They want no more."""
    await tx.execute(_ENOUGH, session=session, who=who)


async def wanted(tx: Reader, now: datetime) -> list[Wanted]:
    """Everybody who wants them in what is on."""
    return [
        Wanted(
            SessionId(row["session_id"]),
            CommunityId(row["community_id"]),
            DiscordId(row["discord_id"]),
            row["zone"],
            row["planned_day"],
        )
        for row in await tx.fetch(_WANTED, now=to_us(now))
    ]


async def planned_for(tx: Writer, session: SessionId, who: DiscordId, day: date) -> None:
    """Those of that day are planned."""
    await tx.execute(_PLANNED, session=session, who=who, day=day.isoformat())
