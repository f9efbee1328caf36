"""Who introduced whom to whom of their own network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import Member, PersonId
    from bot.store.database import Reader, Writer

_PROPOSED = """
SELECT count(*) AS n FROM proposals WHERE by_id = :person AND at_us > :since
"""
_NOTE = """
INSERT INTO proposals (id, community_id, by_id, at_us) VALUES (:id, :community, :person, :at)
"""


async def proposed_since(tx: Reader, person: PersonId, since: datetime) -> int:
    """How often somebody proposed since then that two of their network meet."""
    row = await tx.fetch_one(_PROPOSED, person=person, since=to_us(since))
    return 0 if row is None else int(row["n"])


async def note_proposed(tx: Writer, number: int, member: Member, at: datetime) -> None:
    """Counts a proposal, whatever came of it."""
    await tx.execute(
        _NOTE, id=number, community=member.community, person=member.person, at=to_us(at)
    )


_OPEN_OR_MADE = """
SELECT 1 AS hit FROM introductions
WHERE state IN ('asked_a', 'held', 'asked_b', 'made')
    AND ((a_id = :a AND b_id = :b) OR (a_id = :b AND b_id = :a)) LIMIT 1
"""


async def open_or_made(tx: Reader, a: PersonId, b: PersonId) -> bool:
    """Whether these two are being asked, or were introduced."""
    return await tx.fetch_one(_OPEN_OR_MADE, a=a, b=b) is not None
