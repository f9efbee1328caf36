"""Suggestions with their reasons, and the introductions that come of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import CommunityId, PersonId
from bot.model.posts import PostId, from_us, to_us
from bot.model.suggestions import (
    Introduction,
    IntroductionId,
    IntroductionState,
    Reason,
    ReasonTerm,
    Suggestion,
    SuggestionId,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.model.people import DiscordId
    from bot.store.database import Reader, Row, Writer

# ---- suggestions

_ADD = """
INSERT INTO suggestions (id, community_id, member_id, about_id, score, cross_field, engine,
    created_us)
VALUES (:id, :community, :member, :about, :score, :cross_field, :engine, :at)
"""
_ADD_REASON = """
INSERT INTO suggestion_reasons (suggestion_id, position, term, weight, own_post, other_post, detail)
VALUES (:suggestion, :position, :term, :weight, :own, :other, :detail)
"""


async def add_suggestion(tx: Writer, suggestion: Suggestion) -> None:
    """Keeps a suggestion and its reasons in their order."""
    cross = suggestion.cross_field
    await tx.execute(
        _ADD,
        id=suggestion.id,
        community=suggestion.community,
        member=suggestion.member,
        about=suggestion.about,
        score=suggestion.score,
        cross_field=None if cross is None else int(cross),
        engine=suggestion.engine,
        at=to_us(suggestion.created_at),
    )
    await tx.execute_many(
        _ADD_REASON,
        [
            (suggestion.id, at, r.term.value, r.weight, r.own_post, r.other_post, r.detail)
            for at, r in enumerate(suggestion.reasons)
        ],
    )


_GET = """
SELECT id, community_id, member_id, about_id, score, cross_field, engine, created_us
FROM suggestions WHERE id = :id
"""
_REASONS = """
SELECT term, weight, own_post, other_post, detail
FROM suggestion_reasons WHERE suggestion_id = :id ORDER BY position
"""


async def get_suggestion(tx: Reader, suggestion: SuggestionId) -> Suggestion | None:
    """The suggestion with its reasons, also those whose posts are gone."""
    row = await tx.fetch_one(_GET, id=suggestion)
    if row is None:
        return None
    cross = row["cross_field"]
    return Suggestion(
        id=SuggestionId(row["id"]),
        community=CommunityId(row["community_id"]),
        member=PersonId(row["member_id"]),
        about=PersonId(row["about_id"]),
        score=row["score"],
        cross_field=None if cross is None else bool(cross),
        engine=row["engine"],
        created_at=from_us(row["created_us"]),
        reasons=tuple(_reason(r) for r in await tx.fetch(_REASONS, id=suggestion)),
    )


def _reason(row: Row) -> Reason:
    return Reason(
        term=ReasonTerm(row["term"]),
        weight=row["weight"],
        own_post=None if row["own_post"] is None else PostId(row["own_post"]),
        other_post=None if row["other_post"] is None else PostId(row["other_post"]),
        detail=row["detail"],
    )


_SUGGESTED = "SELECT member_id, about_id FROM suggestions WHERE created_us >= :since"


async def suggested_since(tx: Reader, since: datetime) -> frozenset[tuple[PersonId, PersonId]]:
    """Every (member, about) suggested since then, in whichever community."""
    rows = await tx.fetch(_SUGGESTED, since=to_us(since))
    return frozenset((PersonId(r["member_id"]), PersonId(r["about_id"])) for r in rows)


_EXPOSURE = """
SELECT about_id, count(*) AS times FROM suggestions
WHERE community_id = :community AND created_us >= :since GROUP BY about_id
"""


async def exposure_since(
    tx: Reader, community: CommunityId, since: datetime
) -> dict[PersonId, int]:
    """How often each person was suggested to somebody since then."""
    rows = await tx.fetch(_EXPOSURE, community=community, since=to_us(since))
    return {PersonId(r["about_id"]): int(r["times"]) for r in rows}


_ASKED_FOR = """
SELECT due_us FROM prompts
WHERE kind = 'suggestion' AND unasked = 0 AND recipient_id = :recipient AND due_us > :since
ORDER BY due_us
"""


async def asked_for_since(tx: Reader, recipient: DiscordId, since: datetime) -> list[datetime]:
    """When this human asked for a suggestion and got one, after `since`, the earliest first."""
    rows = await tx.fetch(_ASKED_FOR, recipient=recipient, since=to_us(since))
    return [from_us(r["due_us"]) for r in rows]


_HAD_ONE = """
SELECT 1 AS hit FROM suggestions
WHERE community_id = :community AND member_id = :member AND created_us >= :since LIMIT 1
"""


async def had_one_since(
    tx: Reader, community: CommunityId, member: PersonId, since: datetime
) -> bool:
    """Whether somebody was suggested to this member since then."""
    row = await tx.fetch_one(_HAD_ONE, community=community, member=member, since=to_us(since))
    return row is not None


# ---- introductions

_ADD_INTRODUCTION = """
INSERT INTO introductions (id, community_id, suggestion_id, a_id, b_id, state, line, created_us,
    changed_us, thread_id, by_id, by_line)
VALUES (:id, :community, :suggestion, :a, :b, :state, :line, :created, :changed, :thread, :by,
    :by_line)
"""


async def add_introduction(tx: Writer, introduction: Introduction) -> None:
    """Keeps a new introduction."""
    await tx.execute(
        _ADD_INTRODUCTION,
        id=introduction.id,
        community=introduction.community,
        suggestion=introduction.suggestion,
        a=introduction.a,
        b=introduction.b,
        state=introduction.state.value,
        line=introduction.line,
        created=to_us(introduction.created_at),
        changed=to_us(introduction.changed_at),
        thread=introduction.thread,
        by=introduction.by,
        by_line=introduction.by_line,
    )


_GET_INTRODUCTION = """
SELECT id, community_id, suggestion_id, a_id, b_id, state, line, created_us, changed_us, thread_id,
    by_id, by_line
FROM introductions WHERE id = :id
"""


async def get_introduction(tx: Reader, introduction: IntroductionId) -> Introduction | None:
    """The introduction, in whatever state."""
    row = await tx.fetch_one(_GET_INTRODUCTION, id=introduction)
    return _introduction(row) if row else None


_MOVE = """
UPDATE introductions SET state = :to_state, changed_us = :at
WHERE id = :id AND state = :from_state
"""


async def move(
    tx: Writer,
    introduction: IntroductionId,
    before: IntroductionState,
    after: IntroductionState,
    at: datetime,
) -> bool:
    """Changes the state; False when it is not `before` any more: somebody else was first."""
    changed = await tx.execute(
        _MOVE, id=introduction, from_state=before.value, to_state=after.value, at=to_us(at)
    )
    return changed > 0


_LINE = "UPDATE introductions SET line = :line WHERE id = :id"


async def set_line(tx: Writer, introduction: IntroductionId, line: str) -> None:
    """Keeps what A adds."""
    await tx.execute(_LINE, id=introduction, line=line)


_THREAD = "UPDATE introductions SET thread_id = :thread WHERE id = :id"


async def set_thread(tx: Writer, introduction: IntroductionId, thread: int) -> None:
    """Keeps where the two met."""
    await tx.execute(_THREAD, id=introduction, thread=thread)


_STALE = """
SELECT id, community_id, suggestion_id, a_id, b_id, state, line, created_us, changed_us, thread_id,
    by_id, by_line
FROM introductions
WHERE state IN ('asked_a', 'held', 'asked_b') AND changed_us <= :before ORDER BY changed_us, id
"""


async def open_since(tx: Reader, before: datetime) -> list[Introduction]:
    """Open introductions in which nothing happened after `before`, the oldest first."""
    return [_introduction(row) for row in await tx.fetch(_STALE, before=to_us(before))]


_OLDEST_OPEN = """
SELECT min(changed_us) AS us FROM introductions WHERE state IN ('asked_a', 'held', 'asked_b')
"""


async def oldest_open(tx: Reader) -> datetime | None:
    """When the open introduction that waits longest changed last; None: none is open."""
    row = await tx.fetch_one(_OLDEST_OPEN)
    return None if row is None or row["us"] is None else from_us(row["us"])


_BETWEEN = """
SELECT id, community_id, suggestion_id, a_id, b_id, state, line, created_us, changed_us, thread_id,
    by_id, by_line
FROM introductions
WHERE state IN ('asked_a', 'held', 'asked_b')
    AND ((a_id = :a AND b_id = :b) OR (a_id = :b AND b_id = :a)) ORDER BY id
"""


async def open_between(tx: Reader, a: PersonId, b: PersonId) -> list[Introduction]:
    """Open introductions of these two, whoever is asked first, in whichever community."""
    return [_introduction(row) for row in await tx.fetch(_BETWEEN, a=a, b=b)]


_IN_STATE = """
SELECT id, community_id, suggestion_id, a_id, b_id, state, line, created_us, changed_us, thread_id,
    by_id, by_line
FROM introductions WHERE community_id = :community AND state = :state ORDER BY changed_us, id
"""


async def introductions_in(
    tx: Reader, community: CommunityId, state: IntroductionState
) -> list[Introduction]:
    """The community's introductions in a state, the longest waiting first."""
    rows = await tx.fetch(_IN_STATE, community=community, state=state.value)
    return [_introduction(row) for row in rows]


_NOT_NOW = """
SELECT a_id, b_id FROM introductions
WHERE state IN ('asked_a', 'held', 'asked_b', 'made')
    OR (state IN ('declined', 'expired', 'withdrawn') AND changed_us > :since)
"""


async def open_made_or_ended_since(
    tx: Reader, since: datetime
) -> frozenset[tuple[PersonId, PersonId]]:
    """Pairs, in both orders, who are being asked, were introduced, or ended without after then."""
    return _both_ways(await tx.fetch(_NOT_NOW, since=to_us(since)))


_KNOWN = """
SELECT i.a_id AS a_id, i.b_id AS b_id FROM introductions i
JOIN prompts p ON p.kind = 'suggestion' AND p.subject = i.id WHERE p.answer = 'known'
"""


async def already_known(tx: Reader) -> frozenset[tuple[PersonId, PersonId]]:
    """Pairs, in both orders, of whom one said: I know them already."""
    return _both_ways(await tx.fetch(_KNOWN))


def _both_ways(rows: Sequence[Row]) -> frozenset[tuple[PersonId, PersonId]]:
    pairs = [(PersonId(r["a_id"]), PersonId(r["b_id"])) for r in rows]
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


def _introduction(row: Row) -> Introduction:
    return Introduction(
        id=IntroductionId(row["id"]),
        community=CommunityId(row["community_id"]),
        suggestion=SuggestionId(row["suggestion_id"]),
        a=PersonId(row["a_id"]),
        b=PersonId(row["b_id"]),
        state=IntroductionState(row["state"]),
        line=row["line"],
        created_at=from_us(row["created_us"]),
        changed_at=from_us(row["changed_us"]),
        thread=row["thread_id"],
        by=None if row["by_id"] is None else PersonId(row["by_id"]),
        by_line=row["by_line"],
    )
