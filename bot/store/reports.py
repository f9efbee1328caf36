"""[Something's wrong]: who said so, and where; for organisers only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.model.people import PersonId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.store.database import Reader, Writer


class About(StrEnum):
    """What brought those together of whom one says that something is wrong."""

    INTRODUCTION = "introduction"
    HELP = "help"
    """An answer to /ask."""
    CIRCLE = "circle"


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody pressed [Something's wrong]; for organisers only."""

    about: About
    subject: int
    by: PersonId
    at: datetime
    thread: int | None


_REPORT = """
INSERT INTO reports (id, community_id, about, subject, by_id, created_us)
VALUES (:id, :community, :about, :subject, :person, :at) ON CONFLICT DO NOTHING
"""


async def add_report(
    tx: Writer,
    report: int,
    community: CommunityId,
    about: tuple[About, int],
    by: PersonId,
    at: datetime,
) -> bool:
    """Keeps that something was wrong; False when the same person said so before."""
    added = await tx.execute(
        _REPORT,
        id=report,
        community=community,
        about=about[0].value,
        subject=about[1],
        person=by,
        at=to_us(at),
    )
    return added > 0


_REPORTS = """
SELECT r.about AS about, r.subject AS subject, r.by_id AS by_id, r.created_us AS created_us,
    coalesce(i.thread_id, h.thread_id, c.thread_id) AS thread_id
FROM reports r
LEFT JOIN introductions i ON r.about = 'introduction' AND i.id = r.subject
LEFT JOIN ask_helpers h ON r.about = 'help' AND h.id = r.subject
LEFT JOIN circles c ON r.about = 'circle' AND c.id = r.subject
WHERE r.community_id = :community ORDER BY r.created_us DESC, r.id DESC LIMIT 25
"""


async def reports_of(tx: Reader, community: CommunityId) -> list[Report]:
    """The community's latest reports, the newest first."""
    return [
        Report(
            About(row["about"]),
            row["subject"],
            PersonId(row["by_id"]),
            from_us(row["created_us"]),
            row["thread_id"],
        )
        for row in await tx.fetch(_REPORTS, community=community)
    ]
