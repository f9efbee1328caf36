"""What one year held for one person: counts of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.posts import to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import PersonId
    from bot.store.database import Reader

_PEOPLE = """
SELECT count(*) AS n FROM connections
WHERE owner_id = :person AND since_us > :start AND since_us <= :stop
"""
_MET = """
SELECT count(*) AS n FROM introductions
WHERE (a_id = :person OR b_id = :person) AND state = 'made' AND changed_us > :start
    AND changed_us <= :stop
"""
_LEARNED = """
SELECT count(*) AS n FROM learnings WHERE owner_id = :person AND at_us > :start AND at_us <= :stop
"""
_TRIED = """
SELECT count(*) AS n FROM learnings
WHERE owner_id = :person AND tried = 'yes' AND at_us > :start AND at_us <= :stop
"""
_HELPED = """
SELECT count(*) AS n FROM ask_helpers
WHERE person_id = :person AND accepted_us > :start AND accepted_us <= :stop
"""


@dataclass(frozen=True, slots=True)
class Year:
    """How often what happened to one person in a year."""

    people: int
    """Who came into their network."""
    met: int
    """By an introduction."""
    learned: int
    tried: int
    helped: int
    """Questions that they said yes to."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look back on."""
        return not (self.people or self.met or self.learned or self.helped)


async def year_of(tx: Reader, person: PersonId, start: datetime, stop: datetime) -> Year:
    """What happened after `start`, until `stop`."""

    async def counted(sql: str) -> int:
        row = await tx.fetch_one(sql, person=person, start=to_us(start), stop=to_us(stop))
        return 0 if row is None else int(row["n"])

    return Year(
        people=await counted(_PEOPLE),
        met=await counted(_MET),
        learned=await counted(_LEARNED),
        tried=await counted(_TRIED),
        helped=await counted(_HELPED),
    )
