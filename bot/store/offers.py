"""How suggestions were chosen, and what was answered: what is learned from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import PersonId
from bot.model.posts import from_us, to_us
from bot.model.suggestions import IntroductionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.model.suggestions import SuggestionId
    from bot.store.database import Reader, Row, Writer


@dataclass(frozen=True, slots=True)
class Chosen:
    """How a suggestion came to be chosen."""

    chance_a: float
    chance_b: float
    propensity: float
    """How likely it was to be chosen, 0..1."""
    planned: bool
    plain: bool
    of_a: Mapping[str, float]
    of_b: Mapping[str, float]


_ADD = """
INSERT INTO offers (suggestion_id, chance_a, chance_b, propensity, planned, plain, features)
VALUES (:suggestion, :chance_a, :chance_b, :propensity, :planned, :plain, :features)
"""


async def add_offer(tx: Writer, suggestion: SuggestionId, chosen: Chosen) -> None:
    """Keeps how a suggestion was chosen."""
    await tx.execute(
        _ADD,
        suggestion=suggestion,
        chance_a=chosen.chance_a,
        chance_b=chosen.chance_b,
        propensity=chosen.propensity,
        planned=int(chosen.planned),
        plain=int(chosen.plain),
        features=json.dumps([dict(chosen.of_a), dict(chosen.of_b)], sort_keys=True),
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """An introduction as far as it went, with how it was chosen."""

    a: PersonId
    b: PersonId
    state: IntroductionState
    created_at: datetime
    changed_at: datetime
    unasked: bool
    """False: A asked for somebody new."""
    answer_a: str
    """"" while there is none."""
    answer_b: str | None
    """None: B was not asked."""
    chosen: Chosen | None
    """None: from before this was kept."""


# One row per introduction: of each kind of prompt there is one at most.
_ASKED = """
SELECT i.a_id AS a_id, i.b_id AS b_id, i.state AS state, i.created_us AS created_us,
    i.changed_us AS changed_us, pa.unasked AS unasked, pa.answer AS answer_a,
    pb.answer AS answer_b, o.chance_a AS chance_a, o.chance_b AS chance_b,
    o.propensity AS propensity, o.planned AS planned, o.plain AS plain, o.features AS features
FROM introductions i
JOIN prompts pa ON pa.kind = 'suggestion' AND pa.subject = i.id
LEFT JOIN prompts pb ON pb.kind = 'introduction' AND pb.subject = i.id
LEFT JOIN offers o ON o.suggestion_id = i.suggestion_id
WHERE i.created_us >= :since
ORDER BY i.changed_us, i.id
"""
_ASKED_HERE = _ASKED.replace("ORDER BY", "AND i.community_id = :community ORDER BY")


async def asked_since(
    tx: Reader, since: datetime, community: CommunityId | None = None
) -> list[Asked]:
    """Introductions begun since then, in one community or all, the longest unchanged first."""
    if community is None:
        rows = await tx.fetch(_ASKED, since=to_us(since))
    else:
        rows = await tx.fetch(_ASKED_HERE, since=to_us(since), community=community)
    return [_asked(row) for row in rows]


# Everybody is looked up once, on either side through an index.
_OF_SILENT = _ASKED.replace(
    "i.created_us >= :since",
    """i.id IN (
    WITH silent AS (
        SELECT a_id AS id FROM introductions WHERE state = 'expired' AND changed_us > :since
        UNION
        SELECT b_id FROM introductions WHERE state = 'expired' AND changed_us > :since
    )
    SELECT j.id FROM silent JOIN introductions j ON j.a_id = silent.id
    UNION
    SELECT j.id FROM silent JOIN introductions j ON j.b_id = silent.id
)""",
)


async def asked_of_silent(tx: Reader, since: datetime) -> list[Asked]:
    """All introductions, however old, of whoever is in one that passed in silence since then.

    In all communities, the longest unchanged first.
    """
    return [_asked(row) for row in await tx.fetch(_OF_SILENT, since=to_us(since))]


def _asked(row: Row) -> Asked:
    return Asked(
        a=PersonId(row["a_id"]),
        b=PersonId(row["b_id"]),
        state=IntroductionState(row["state"]),
        created_at=from_us(row["created_us"]),
        changed_at=from_us(row["changed_us"]),
        unasked=bool(row["unasked"]),
        answer_a=row["answer_a"],
        answer_b=row["answer_b"],
        chosen=None if row["features"] is None else _chosen(row),
    )


def _chosen(row: Row) -> Chosen:
    of_a, of_b = json.loads(row["features"])
    return Chosen(
        chance_a=row["chance_a"],
        chance_b=row["chance_b"],
        propensity=row["propensity"],
        planned=bool(row["planned"]),
        plain=bool(row["plain"]),
        of_a=of_a,
        of_b=of_b,
    )
