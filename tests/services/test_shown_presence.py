"""Having been in one session is a reason that can be shown, also without any post."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.model.chats import SessionState
from bot.model.suggestions import Reason, ReasonTerm
from bot.services import shown
from bot.store import sessions as store
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.model.cards import ReasonShown
    from bot.model.people import Member
    from bot.store.database import Database

ANA, BEN, CYD = member(21, "Ana"), member(22, "Ben"), member(23, "Cyd")


@pytest.fixture
async def evening(database: Database) -> Database:
    await settle(database, ANA, BEN, CYD)
    await held(database, session(1, AT, state=SessionState.RECAPPED))
    async with database.write() as tx:
        await store.set_thread(tx, session(1).id, 555)
        await store.add_presence(tx, session(1).id, ANA.person, AT)
    return database


async def reasons(db: Database, reader: Member, other: Member) -> tuple[ReasonShown, ...]:
    bare = Reason(ReasonTerm.SAME_SESSION, 0.3)
    async with db.read() as tx:
        return await shown.reasons_shown(tx, HERE, (bare,), reader, other, link_other=True)


async def test_two_who_pressed_are_told_where_they_both_were(evening: Database) -> None:
    async with evening.write() as tx:
        await store.add_presence(tx, session(1).id, BEN.person, AT)
    for reader, other in ((ANA, BEN), (BEN, ANA)):
        [reason] = await reasons(evening, reader, other)
        assert reason.by_presence
        assert (reason.gathering.casefold(), reason.at) == ("#lrnchat", AT)
        assert reason.thread_link == f"https://discord.com/channels/{HERE}/555"
        assert (reason.own_link, reason.other_link) == (None, None)


async def test_one_who_pressed_and_one_who_posted_were_both_there(
    evening: Database, clock: ReplayClock
) -> None:
    talk = Talk()
    talk.say("ben")
    await talk.take(evening, clock)
    await talk.belongs(evening, "ben", BEN)
    assert len(await reasons(evening, ANA, BEN)) == 1


async def test_who_was_not_there_is_never_said_to_have_been(evening: Database) -> None:
    assert await reasons(evening, ANA, CYD) == ()
    assert await reasons(evening, BEN, CYD) == ()
