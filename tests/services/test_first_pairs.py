"""Who spoke for the first time in a chat learns it privately, where the recap tells how many."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.cards import FollowUpCard
from bot.model.chats import SessionState
from bot.model.people import Delivery, Naming
from bot.model.suggestions import FollowUpKind, PromptKind
from bot.services.chats import Chats
from bot.services.first_pairs import FirstPairs
from bot.services.follow_ups import FollowUps
from bot.services.network import Network
from bot.services.prompts import Prompts
from bot.services.recaps import Recaps
from bot.store import network as store_network
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.services.prompts import Outgoing
    from bot.store.database import Database

ANN = member(5, "Ann", delivery=Delivery.DM)
BEN = member(6, "Ben", naming=Naming.DESCRIBE)


@dataclass
class Chat:
    db: Database
    clock: ReplayClock
    talk: Talk
    first_pairs: FirstPairs
    prompts: Prompts

    async def over(self) -> int:
        await self.talk.take(self.db, self.clock)
        await self.talk.belongs(self.db, "ann", ANN)
        if "ben" in self.talk.accounts:
            await self.talk.belongs(self.db, "ben", BEN)
        return await self.first_pairs.plan_due()

    async def waiting(self, who: int) -> list[Outgoing]:
        found, _ = await self.prompts.waiting(HERE, (ANN if who == 5 else BEN).discord_id)
        return found


@pytest.fixture
async def chat(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Chat:
    await settle(sqlite_database, ANN, BEN)
    await held(sqlite_database, session(10, state=SessionState.ENDED))
    await clock.move_to(AT + timedelta(hours=2))
    network = Network(sqlite_database, clock, None)
    follow_ups = FollowUps(sqlite_database, clock, ids, random.Random(1), network)
    prompts = Prompts(sqlite_database, clock, ids, {PromptKind.FOLLOW_UP: follow_ups})
    pairs = FirstPairs(sqlite_database, clock, follow_ups)
    return Chat(sqlite_database, clock, Talk(), pairs, prompts)


def everybody_speaks_to_ann(chat: Chat, *people: str) -> None:
    first = chat.talk.say("ann")
    for minute, who in enumerate(people):
        chat.talk.say(who, to=first, minute=6 + minute)


async def test_each_of_them_learns_it_in_today_one_at_a_time_and_may_keep_the_other(
    chat: Chat,
) -> None:
    everybody_speaks_to_ann(chat, "ben", "cyd", "dan", "eve", "fay")
    assert await chat.over() == 4
    said = []
    while found := await chat.waiting(5):
        assert isinstance(found[0].card, FollowUpCard)
        said.append(found[0].card)
        await chat.prompts.answer(found[0].prompt, "done", ANN.discord_id)
    assert [c.kind for c in said] == [FollowUpKind.FIRST] * 3
    assert said[0].link == "https://bsky.app/profile/did:plc:fay/post/5", "the latest first"
    assert said[0].about.name is None, "who did not join is only a post"
    async with chat.db.read() as tx:
        assert len(await store_network.connections_of(tx, ANN.person)) == 3
    [found_by_ben] = await chat.waiting(6)
    assert isinstance(found_by_ben.card, FollowUpCard)
    assert found_by_ben.card.about.name == "Ann"
    assert found_by_ben.card.link == "https://bsky.app/profile/did:plc:ann/post/0"


async def test_four_pairs_are_told_to_nobody(chat: Chat) -> None:
    everybody_speaks_to_ann(chat, "ben", "cyd", "dan", "eve")
    assert await chat.over() == 0
    assert await chat.waiting(5) == []


async def test_it_is_looked_at_once_and_nothing_of_it_is_a_message(chat: Chat) -> None:
    everybody_speaks_to_ann(chat, "ben", "cyd", "dan", "eve", "fay")
    assert await chat.first_pairs.next_due() is not None
    assert await chat.over() == 4
    assert await chat.over() == 0
    assert await chat.first_pairs.next_due() is None
    async with chat.db.read() as tx:
        rows = await tx.fetch("SELECT DISTINCT state FROM prompts")
    assert [row["state"] for row in rows] == ["waiting"]


async def test_the_recap_tells_how_many_pairs_there_were(chat: Chat, ids: Ids) -> None:
    everybody_speaks_to_ann(chat, "ben", "cyd", "dan", "eve", "fay")
    await chat.over()
    card = await Recaps(chat.db, chat.clock, Chats(chat.db, chat.clock, ids)).latest(HERE)
    assert card.first_time_pairs == 5
