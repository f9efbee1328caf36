"""The graph of who turned to whom, counted between Persons, for exports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import PersonId
from bot.model.posts import EngagementKind

if TYPE_CHECKING:
    from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class CountedTie:
    """How often one Person turned to another in one way."""

    source: PersonId
    target: PersonId
    kind: EngagementKind
    count: int


_COUNTED = """
SELECT coalesce(s.person_id, e.source_id) AS source, coalesce(t.person_id, e.target_id) AS target,
    e.kind AS kind, count(*) AS held
FROM engagements e
LEFT JOIN accounts s ON s.id = e.source_id LEFT JOIN accounts t ON t.id = e.target_id
GROUP BY coalesce(s.person_id, e.source_id), coalesce(t.person_id, e.target_id), e.kind
"""


async def counted_ties(tx: Reader) -> list[CountedTie]:
    """Every direction and kind once, in no order; nobody is tied to themselves."""
    return [
        CountedTie(
            PersonId(row["source"]),
            PersonId(row["target"]),
            EngagementKind(row["kind"]),
            row["held"],
        )
        for row in await tx.fetch(_COUNTED)
        if row["source"] != row["target"]
    ]
