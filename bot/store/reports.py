"""[Something's wrong]: who said so about which introduction; for organisers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import PersonId
from bot.model.posts import from_us, to_us
from bot.model.suggestions import IntroductionId

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.model.suggestions import Introduction
    from bot.store.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody pressed [Something's wrong]; for organisers only."""

    introduction: IntroductionId
    by: PersonId
    at: datetime
    thread: int | None


_REPORT = """
INSERT INTO reports (id, community_id, introduction_id, by_id, created_us)
VALUES (:id, :community, :introduction, :person, :at) ON CONFLICT DO NOTHING
"""


async def add_report(
    tx: Writer,
    report: int,
    introduction: Introduction,
    by: PersonId,
    at: datetime,
) -> bool:
    """Keeps that something was wrong; False when the same person said so before."""
    added = await tx.execute(
        _REPORT,
        id=report,
        community=introduction.community,
        introduction=introduction.id,
        person=by,
        at=to_us(at),
    )
    return added > 0


_REPORTS = """
SELECT r.introduction_id AS introduction_id, r.by_id AS by_id, r.created_us AS created_us,
    i.thread_id AS thread_id
FROM reports r JOIN introductions i ON i.id = r.introduction_id
WHERE r.community_id = :community ORDER BY r.created_us DESC, r.id DESC LIMIT 25
"""


async def reports_of(tx: Reader, community: CommunityId) -> list[Report]:
    """The community's latest reports, the newest first."""
    return [
        Report(
            IntroductionId(row["introduction_id"]),
            PersonId(row["by_id"]),
            from_us(row["created_us"]),
            row["thread_id"],
        )
        for row in await tx.fetch(_REPORTS, community=community)
    ]
