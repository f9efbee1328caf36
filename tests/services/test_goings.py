"""Catching up on both databases: what came since the reader looked, what is to them first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.cards import CatchUpCard
from bot.model.chats import SessionState
from bot.model.people import DiscordId
from bot.services.goings import Goings
from bot.services.sessions import Sessions
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, CHAT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

ANA = DiscordId(21)


@pytest.fixture
async def goings(database: Database, clock: ReplayClock, ids: Ids) -> Goings:
    await settle(database, member(ANA, "Ana"), member(22, "Ben", show_posts=False))
    await held(database, session(1, AT, state=SessionState.OPEN))
    await clock.move_to(AT + timedelta(minutes=20))
    return Goings(database, clock, ids, Sessions(database, clock, ids))


async def caught_up(goings: Goings, who: int) -> CatchUpCard:
    notice = await goings.catch_up(HERE, CHAT.id, DiscordId(who))
    assert isinstance(notice.card, CatchUpCard)
    return notice.card


async def test_what_turns_to_the_reader_comes_first_and_own_posts_not_at_all(
    goings: Goings, database: Database, clock: ReplayClock
) -> None:
    talk = Talk()
    mine = talk.say("ana", minute=3, answer=1)
    talk.say("cyd", minute=4, answer=1)
    talk.say("ben", minute=5, answer=2)
    talk.say("dan", to=mine, minute=6)
    gone = talk.say("dan", to=mine, minute=7)
    talk.say("eve", minute=8, repost_of=mine)
    talk.delete(gone)
    await talk.take(database, clock)
    await talk.belongs(database, "ana", member(ANA, "Ana"))
    await talk.belongs(database, "ben", member(22, "Ben"))
    card = await caught_up(goings, ANA)
    assert (card.to_reader_count, len(card.to_reader)) == (1, 1)
    assert [(q, count, len(links)) for q, count, links in card.questions] == [("Q1", 1, 1)]
    assert (card.others, card.since) == (0, AT)


async def test_the_second_look_shows_only_what_came_after_the_first(
    goings: Goings, database: Database, clock: ReplayClock
) -> None:
    talk = Talk()
    talk.say("cyd", minute=4, answer=1)
    await talk.take(database, clock)
    assert (await caught_up(goings, ANA)).questions[0][1] == 1
    talk.say("dan", minute=21)
    await talk.take(database, clock)
    card = await caught_up(goings, ANA)
    assert (card.questions, card.others) == ((), 1)
    assert card.since == AT + timedelta(minutes=20)


async def test_of_who_has_not_joined_nothing_is_kept(
    goings: Goings, database: Database, clock: ReplayClock
) -> None:
    talk = Talk()
    talk.say("cyd", minute=4, answer=1)
    await talk.take(database, clock)
    for _ in range(2):
        assert (await caught_up(goings, 404)).questions[0][1] == 1
    async with database.read() as tx:
        assert await tx.fetch("SELECT person_id FROM looks") == []
