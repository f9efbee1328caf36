"""The host's one message about first-timers, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.cards import NewcomersCard
from bot.model.chats import SessionState
from bot.model.people import Delivery
from bot.model.suggestions import PromptKind
from bot.services.edits import Edits
from bot.services.newcomers import Newcomers
from bot.services.prompts import Prompts
from tests.services.hosted import HERE, HOST, member, settle
from tests.services.talk import Talk, held
from tests.services.test_questions import Desk
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

WEEK = timedelta(weeks=1)


class Room:
    """A session that is on, after so many others."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.db, self.clock = db, clock
        self.newcomers = Newcomers(db, clock, ids)
        self.prompts = Prompts(db, clock, ids, {PromptKind.NEWCOMERS: self.newcomers})
        self.edits = Edits(db, clock, self.prompts)
        self.desk = Desk(clock)
        self.talk = Talk()

    async def open(self, after: int) -> None:
        past = [session(n, AT - n * WEEK, state=SessionState.RECAPPED) for n in range(1, after + 1)]
        await held(self.db, *past, session(99, AT, state=SessionState.OPEN))

    async def at(self, minute: float) -> None:
        await self.talk.take(self.db, self.clock)
        await self.clock.move_to(AT + timedelta(minutes=minute))
        await self.newcomers.look_after()
        await self.prompts.deliver_due(self.desk)
        await self.edits.edit_due(self.desk)


@pytest.fixture
async def room(database: Database, clock: ReplayClock, ids: Ids) -> Room:
    await settle(database, member(HOST, "Hana", delivery=Delivery.DM))
    return Room(database, clock, ids)


async def test_after_ten_minutes_the_host_has_one_message_and_it_is_edited(room: Room) -> None:
    await room.open(after=4)
    room.talk.say("old", minute=-10_000)
    room.talk.say("old", minute=2, answer=1)
    lee = room.talk.say("lee", minute=3, answer=2)
    await room.at(12)
    assert room.desk.messages == []
    assert await room.newcomers.next_due() == AT + timedelta(minutes=13)
    await room.at(13)
    [message] = room.desk.messages
    assert message.prompt.recipient == HOST
    assert not message.prompt.unasked
    assert isinstance(message.card, NewcomersCard)
    [(answer, at, link)] = message.card.answers
    assert (answer, at) == ("A2", AT + timedelta(minutes=3))
    assert link is not None
    assert link.startswith("https://bsky.app/profile/did:plc:lee/")
    room.talk.say("old", to=lee, minute=14)
    await room.at(15)
    [(edited, _)] = room.desk.edits
    assert isinstance(edited.card, NewcomersCard)
    assert edited.card.answers == ()
    await room.at(17)
    assert (len(room.desk.messages), len(room.desk.edits)) == (1, 1)


async def test_at_most_five_are_shown(room: Room) -> None:
    await room.open(after=4)
    for n in range(8):
        room.talk.say(f"new{n}", minute=1 + n / 10, answer=1)
        room.talk.say(f"new{n}", minute=2 + n / 10, answer=2)
    await room.at(15)
    [message] = room.desk.messages
    assert isinstance(message.card, NewcomersCard)
    assert [answer for answer, _, _ in message.card.answers] == ["A1"] * 5


async def test_before_four_sessions_nothing_is_claimed(room: Room) -> None:
    await room.open(after=3)
    room.talk.say("lee", minute=3, answer=2)
    await room.at(20)
    assert room.desk.messages == []


async def test_the_return_of_first_timers_is_counted_and_nobody_is_named(room: Room) -> None:
    past = [session(n, AT - n * WEEK, state=SessionState.RECAPPED) for n in range(1, 8)]
    await held(room.db, *past)
    for name, weeks in {
        "old": (7, 1),  # first in the first session of all: everybody was new there
        "ann": (3, 2),
        "ben": (3,),
        "cyd": (2, 1),
        "dan": (1,),  # there was no later session to come to
    }.items():
        for ago in weeks:
            room.talk.say(name, minute=5 - ago * 7 * 24 * 60)
    await room.talk.take(room.db, room.clock)
    await room.clock.move_to(AT)
    returned = await room.newcomers.returned(HERE)
    assert (returned.newcomers, returned.came_again) == (3, 2)
