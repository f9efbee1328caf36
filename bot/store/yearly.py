"""What is left of exchanges past their time: how often one account turned to another in a year."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from bot.model.people import PersonId
    from bot.store.database import Reader, Writer

_OLDEST = "SELECT min(at_us) AS us FROM engagements WHERE at_us < :before"
_FOLD = """
INSERT INTO yearly_ties (source_id, target_id, year, engagements)
SELECT source_id, target_id, CAST(:year AS INTEGER), count(*) FROM engagements
WHERE at_us >= :start AND at_us < :stop GROUP BY source_id, target_id
ON CONFLICT (source_id, target_id, year)
    DO UPDATE SET engagements = yearly_ties.engagements + excluded.engagements
"""


async def fold_old(tx: Writer, before: datetime) -> None:
    """Adds the engagements from before, which are about to go, to the totals of their years (UTC).

    Whoever calls it deletes them in the same transaction: else they would count twice.
    """
    row = await tx.fetch_one(_OLDEST, before=to_us(before))
    if row is None or row["us"] is None:
        return
    for year in range(from_us(row["us"]).year, before.year + 1):
        start, stop = (to_us(datetime(y, 1, 1, tzinfo=UTC)) for y in (year, year + 1))
        await tx.execute(_FOLD, year=year, start=start, stop=min(stop, to_us(before)))


_BETWEEN = """
SELECT year, sum(engagements) AS times FROM yearly_ties
WHERE (source_id IN (SELECT id FROM accounts WHERE id = :a OR person_id = :a)
        AND target_id IN (SELECT id FROM accounts WHERE id = :b OR person_id = :b))
    OR (source_id IN (SELECT id FROM accounts WHERE id = :b OR person_id = :b)
        AND target_id IN (SELECT id FROM accounts WHERE id = :a OR person_id = :a))
GROUP BY year ORDER BY year
"""


async def earlier_years(tx: Reader, a: PersonId, b: PersonId) -> list[tuple[int, int]]:
    """How often these two turned to each other in the years that were folded, the first first."""
    rows = await tx.fetch(_BETWEEN, a=a, b=b)
    return [(int(r["year"]), int(r["times"])) for r in rows]
