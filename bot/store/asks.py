"""Asks, who was asked to help with them, who did, and who was thanked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.asks import Ask, AskId, AskKind, AskState, Help, HelpId
from bot.model.people import CommunityId, PersonId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_ADD = """
INSERT INTO asks (id, community_id, asker_id, kind, field, question, state, created_us)
VALUES (:id, :community, :asker, :kind, :field, :question, :state, :at)
"""


async def add_ask(tx: Writer, ask: Ask) -> None:
    """Keeps a new one."""
    await tx.execute(
        _ADD,
        id=ask.id,
        community=ask.community,
        asker=ask.asker,
        kind=ask.kind.value,
        field=ask.field,
        question=ask.question,
        state=ask.state.value,
        at=to_us(ask.created_at),
    )


_GET = """
SELECT id, community_id, asker_id, kind, field, question, state, created_us FROM asks WHERE id = :id
"""


async def get_ask(tx: Reader, ask: AskId) -> Ask | None:
    """The ask, in whatever state."""
    row = await tx.fetch_one(_GET, id=ask)
    return None if row is None else _ask(row)


_MOVE = "UPDATE asks SET state = :after WHERE id = :id AND state = :before"


async def move(tx: Writer, ask: AskId, before: AskState, after: AskState) -> bool:
    """Changes the state; False when it is not `before` any more."""
    return await tx.execute(_MOVE, id=ask, before=before.value, after=after.value) > 0


_SINCE = "SELECT count(*) AS n FROM asks WHERE asker_id = :person AND created_us > :since"


async def asked_since(tx: Reader, person: PersonId, since: datetime) -> int:
    """How often somebody asked since then."""
    row = await tx.fetch_one(_SINCE, person=person, since=to_us(since))
    return 0 if row is None else int(row["n"])


_WAITING = """
SELECT id, community_id, asker_id, kind, field, question, state, created_us FROM asks
WHERE state = 'asked' AND created_us <= :before ORDER BY created_us, id
"""


async def waiting_since(tx: Reader, before: datetime) -> list[Ask]:
    """Asks from before then to which nobody said yes, the oldest first."""
    return [_ask(row) for row in await tx.fetch(_WAITING, before=to_us(before))]


_OLDEST = "SELECT min(created_us) AS us FROM asks WHERE state = 'asked'"


async def oldest_waiting(tx: Reader) -> datetime | None:
    """When the one that waits longest was asked; None: none waits."""
    row = await tx.fetch_one(_OLDEST)
    return None if row is None or row["us"] is None else from_us(row["us"])


# ---- who helps

_ADD_HELP = """
INSERT INTO ask_helpers (id, ask_id, person_id, asked_us, accepted_us)
VALUES (:id, :ask, :person, :asked, :accepted) ON CONFLICT DO NOTHING
"""


async def add_help(tx: Writer, help_: Help) -> bool:
    """Keeps who was asked, or offered it; False when that person was asked before."""
    accepted = help_.accepted_at
    added = await tx.execute(
        _ADD_HELP,
        id=help_.id,
        ask=help_.ask,
        person=help_.person,
        asked=to_us(help_.asked_at),
        accepted=None if accepted is None else to_us(accepted),
    )
    return added > 0


_GET_HELP = """
SELECT id, ask_id, person_id, asked_us, accepted_us, thread_id, thanked_us FROM ask_helpers
WHERE id = :id
"""


async def get_help(tx: Reader, help_: HelpId) -> Help | None:
    """One of those who were asked."""
    row = await tx.fetch_one(_GET_HELP, id=help_)
    return None if row is None else _help(row)


_HELPS = """
SELECT id, ask_id, person_id, asked_us, accepted_us, thread_id, thanked_us FROM ask_helpers
WHERE ask_id = :ask ORDER BY asked_us, id
"""


async def helps_of(tx: Reader, ask: AskId) -> list[Help]:
    """Everybody who was asked, or offered it."""
    return [_help(row) for row in await tx.fetch(_HELPS, ask=ask)]


_ACCEPT = "UPDATE ask_helpers SET accepted_us = :at WHERE id = :id AND accepted_us IS NULL"
_THREAD = "UPDATE ask_helpers SET thread_id = :thread WHERE id = :id"
_THANK = "UPDATE ask_helpers SET thanked_us = :at WHERE id = :id AND thanked_us IS NULL"


async def accept(tx: Writer, help_: HelpId, at: datetime) -> bool:
    """Somebody says yes; False when they did before."""
    return await tx.execute(_ACCEPT, id=help_, at=to_us(at)) > 0


async def set_thread(tx: Writer, help_: HelpId, thread: int) -> None:
    """Keeps where the two talk."""
    await tx.execute(_THREAD, id=help_, thread=thread)


async def thank(tx: Writer, help_: HelpId, at: datetime) -> bool:
    """Somebody is thanked; False when they were before."""
    return await tx.execute(_THANK, id=help_, at=to_us(at)) > 0


@dataclass(frozen=True, slots=True)
class Load:
    """How often somebody was asked to help."""

    this_week: int
    this_month: int


_LOAD = """
SELECT h.person_id AS person_id, count(*) AS month,
    sum(CASE WHEN h.asked_us > :week THEN 1 ELSE 0 END) AS week
FROM ask_helpers h WHERE h.asked_us > :month GROUP BY h.person_id
"""


async def load_since(tx: Reader, week: datetime, month: datetime) -> dict[PersonId, Load]:
    """By person, how often they were asked since the two instants; nobody without."""
    rows = await tx.fetch(_LOAD, week=to_us(week), month=to_us(month))
    return {PersonId(r["person_id"]): Load(int(r["week"]), int(r["month"])) for r in rows}


_THANKED = """
SELECT count(*) AS n FROM ask_helpers WHERE person_id = :person AND thanked_us IS NOT NULL
"""


async def thanks_to(tx: Reader, person: PersonId) -> int:
    """How often somebody was thanked."""
    row = await tx.fetch_one(_THANKED, person=person)
    return 0 if row is None else int(row["n"])


def _ask(row: Row) -> Ask:
    return Ask(
        id=AskId(row["id"]),
        community=CommunityId(row["community_id"]),
        asker=PersonId(row["asker_id"]),
        kind=AskKind(row["kind"]),
        field=row["field"],
        question=row["question"],
        state=AskState(row["state"]),
        created_at=from_us(row["created_us"]),
    )


def _help(row: Row) -> Help:
    def when(column: str) -> datetime | None:
        return None if row[column] is None else from_us(row[column])

    return Help(
        id=HelpId(row["id"]),
        ask=AskId(row["ask_id"]),
        person=PersonId(row["person_id"]),
        asked_at=from_us(row["asked_us"]),
        accepted_at=when("accepted_us"),
        thread=row["thread_id"],
        thanked_at=when("thanked_us"),
    )
