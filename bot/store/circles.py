"""Circles, who was asked about them, and whose turn it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.circles import Circle, CircleId, CircleState, Seat, Turn, TurnId
from bot.model.people import CommunityId, PersonId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_ADD = """
INSERT INTO circles (id, community_id, number, gathering, state, every_days, created_us, next_us)
VALUES (:id, :community, :number, :gathering, :state, :every, :created, :next)
"""
_SEAT = "INSERT INTO circle_members (circle_id, person_id, answer) VALUES (:circle, :person, '')"


async def add_circle(tx: Writer, circle: Circle, people: Iterable[PersonId]) -> None:
    """Keeps one that is offered, with everybody who is asked."""
    await tx.execute(
        _ADD,
        id=circle.id,
        community=circle.community,
        number=circle.number,
        gathering=circle.gathering,
        state=circle.state.value,
        every=circle.every_days,
        created=to_us(circle.created_at),
        next=None if circle.next_at is None else to_us(circle.next_at),
    )
    for person in people:
        await tx.execute(_SEAT, circle=circle.id, person=person)


_GET = """
SELECT id, community_id, number, gathering, state, every_days, thread_id, created_us, next_us
FROM circles WHERE id = :id
"""
_DUE = """
SELECT id, community_id, number, gathering, state, every_days, thread_id, created_us, next_us
FROM circles WHERE next_us <= :now ORDER BY next_us, id
"""


async def get_circle(tx: Reader, circle: CircleId) -> Circle | None:
    """The circle, in whatever state."""
    row = await tx.fetch_one(_GET, id=circle)
    return None if row is None else _circle(row)


async def due(tx: Reader, now: datetime) -> list[Circle]:
    """Those for which something is to be done, the longest due first."""
    return [_circle(row) for row in await tx.fetch(_DUE, now=to_us(now))]


_NEXT = "SELECT min(next_us) AS us FROM circles"


async def next_due(tx: Reader) -> datetime | None:
    """When something is to be done next."""
    row = await tx.fetch_one(_NEXT)
    return None if row is None or row["us"] is None else from_us(row["us"])


_SAVE = """
UPDATE circles SET number = :number, state = :state, every_days = :every, thread_id = :thread,
    next_us = :next
WHERE id = :id AND state = :before
"""


async def change(tx: Writer, before: CircleState, circle: Circle) -> bool:
    """Keeps what it is now; False when its state is not `before` any more."""
    changed = await tx.execute(
        _SAVE,
        id=circle.id,
        number=circle.number,
        state=circle.state.value,
        every=circle.every_days,
        thread=circle.thread,
        next=None if circle.next_at is None else to_us(circle.next_at),
        before=before.value,
    )
    return changed > 0


_COUNT = "SELECT count(*) AS n FROM circles WHERE community_id = :community AND number > 0"


async def count_made(tx: Reader, community: CommunityId) -> int:
    """How many of the community came about."""
    row = await tx.fetch_one(_COUNT, community=community)
    return 0 if row is None else int(row["n"])


_SEATS = """
SELECT person_id, answer, left_us FROM circle_members WHERE circle_id = :circle ORDER BY person_id
"""


async def seats_of(tx: Reader, circle: CircleId) -> list[Seat]:
    """Everybody who was asked about it."""
    return [
        Seat(
            PersonId(row["person_id"]),
            row["answer"],
            None if row["left_us"] is None else from_us(row["left_us"]),
        )
        for row in await tx.fetch(_SEATS, circle=circle)
    ]


_ANSWER = """
UPDATE circle_members SET answer = :answer WHERE circle_id = :circle AND person_id = :person
"""
_LEAVE = """
UPDATE circle_members SET left_us = :at
WHERE circle_id = :circle AND person_id = :person AND left_us IS NULL
"""


async def answer(tx: Writer, circle: CircleId, person: PersonId, said: str) -> None:
    """Keeps what somebody said to the offer."""
    await tx.execute(_ANSWER, circle=circle, person=person, answer=said)


async def leave(tx: Writer, circle: CircleId, person: PersonId, at: datetime) -> bool:
    """Somebody leaves; False when they were not in it any more."""
    return await tx.execute(_LEAVE, circle=circle, person=person, at=to_us(at)) > 0


# Who said yes to one that never came about may be asked about another.
_ASKED = """
SELECT DISTINCT m.person_id AS person_id FROM circle_members m JOIN circles c ON c.id = m.circle_id
WHERE c.community_id = :community
    AND NOT (m.answer IN ('weekly', 'fortnightly') AND c.state = 'ended' AND c.number = 0)
"""


async def asked_before(tx: Reader, community: CommunityId) -> frozenset[PersonId]:
    """Who is not to be asked about a circle again."""
    return frozenset(PersonId(r["person_id"]) for r in await tx.fetch(_ASKED, community=community))


# ---- whose turn it is

_ADD_TURN = """
INSERT INTO circle_turns (id, circle_id, person_id, at_us) VALUES (:id, :circle, :person, :at)
"""
_TURN = "SELECT id, circle_id, person_id, at_us FROM circle_turns WHERE id = :id"
_LAST_TURNS = """
SELECT person_id, max(at_us) AS us FROM circle_turns WHERE circle_id = :circle GROUP BY person_id
"""


async def add_turn(tx: Writer, turn: Turn) -> None:
    """Keeps that it is somebody's turn."""
    await tx.execute(
        _ADD_TURN, id=turn.id, circle=turn.circle, person=turn.person, at=to_us(turn.at)
    )


async def get_turn(tx: Reader, turn: TurnId) -> Turn | None:
    """One turn."""
    row = await tx.fetch_one(_TURN, id=turn)
    if row is None:
        return None
    circle, person = CircleId(row["circle_id"]), PersonId(row["person_id"])
    return Turn(TurnId(row["id"]), circle, person, from_us(row["at_us"]))


async def last_turns(tx: Reader, circle: CircleId) -> dict[PersonId, datetime]:
    """When it was last whose turn; nobody who never had one."""
    rows = await tx.fetch(_LAST_TURNS, circle=circle)
    return {PersonId(row["person_id"]): from_us(row["us"]) for row in rows}


# ---- who keeps meeting

_EXCHANGED = """
SELECT coalesce(sa.person_id, e.source_id) AS source, coalesce(ta.person_id, e.target_id) AS target,
    count(DISTINCT e.post_id) AS posts
FROM sessions s
JOIN session_posts sp ON sp.session_id = s.id
JOIN engagements e ON e.post_id = sp.post_id
LEFT JOIN accounts sa ON sa.id = e.source_id
LEFT JOIN accounts ta ON ta.id = e.target_id
WHERE s.community_id = :community AND s.ends_us >= :since AND e.kind <> 'repost'
GROUP BY coalesce(sa.person_id, e.source_id), coalesce(ta.person_id, e.target_id)
"""


async def exchanged_since(
    tx: Reader, community: CommunityId, since: datetime
) -> list[tuple[PersonId, PersonId, int]]:
    """(who, to whom, posts) in the community's sessions that ended since then, without reposts."""
    rows = await tx.fetch(_EXCHANGED, community=community, since=to_us(since))
    return [(PersonId(r["source"]), PersonId(r["target"]), int(r["posts"])) for r in rows]


def _circle(row: Row) -> Circle:
    return Circle(
        id=CircleId(row["id"]),
        community=CommunityId(row["community_id"]),
        number=row["number"],
        gathering=row["gathering"],
        state=CircleState(row["state"]),
        every_days=row["every_days"],
        created_at=from_us(row["created_us"]),
        thread=row["thread_id"],
        next_at=None if row["next_us"] is None else from_us(row["next_us"]),
    )
