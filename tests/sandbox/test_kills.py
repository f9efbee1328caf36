"""Killed between sending and recording, twenty times: no prompt is lost, none is sent twice."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import SystemClock
from bot.ids import Ids
from bot.model.chats import Chat, ChatId, Rhythm, Session, SessionId, SessionState
from bot.model.people import CommunityId, DiscordId
from bot.model.posts import hashtag_of
from bot.model.suggestions import PromptKind
from bot.services.letters import first_days
from bot.services.prompts import plan_public
from bot.store import chats as store_chats
from bot.store import sessions as store_sessions
from bot.store.open import open_database

if TYPE_CHECKING:
    from bot.store.database import Database
    from tests.sandbox.conftest import Town

_KILLS = 5
_MESSAGES = "/channels/*/messages"
_THREADS = "/channels/*/messages/*/threads"
_AGE = "UPDATE prompts SET claimed_us = claimed_us - :by_us WHERE state = 'claimed'"
_OPEN = "SELECT count(*) AS n FROM prompts WHERE state IN ('due', 'claimed')"


async def _plan_openings(town: Town, db: Database, count: int) -> None:
    """So many sessions that run, and the prompt of each to open its thread."""
    clock, rng = SystemClock(), random.Random(7)
    ids, now, here = Ids(clock, rng), clock.now(), CommunityId(town.guild)
    async with db.write() as tx:
        for number in range(count):
            chat = Chat(
                id=ChatId(ids.next()),
                community=here,
                name=f"Chat {number}",
                hashtags=(hashtag_of(f"chat{number}"),),
                host=DiscordId(town.host),
                zone="UTC",
                rhythm=Rhythm.ONCE,
                first_local=now.replace(tzinfo=None, microsecond=0) - timedelta(minutes=1),
                duration=timedelta(hours=1),
            )
            start = chat.first_local.replace(tzinfo=now.tzinfo)
            session = Session(
                id=SessionId(ids.next()),
                community=here,
                chat=chat.id,
                conference=None,
                name=chat.name,
                hashtags=chat.hashtags,
                starts_at=start,
                ends_at=start + chat.duration,
                state=SessionState.OPEN,
            )
            await store_chats.save_chat(tx, chat)
            assert await store_sessions.add_session(tx, session)
            await plan_public(
                tx,
                ids,
                here,
                PromptKind.OPENING,
                session.id,
                channel=town.chats,
                due_at=start,
                expires_at=session.ends_at,
            )


async def _plan_letter(town: Town, db: Database) -> None:
    """Last month's letter, due now."""
    clock, here = SystemClock(), CommunityId(town.guild)
    now, [month] = clock.now(), first_days(clock.now().date(), 1)
    async with db.write() as tx:
        await plan_public(
            tx,
            Ids(clock, random.Random(7)),
            here,
            PromptKind.LETTER,
            int(f"{month:%Y%m}"),
            channel=town.chats,
            due_at=now,
            expires_at=now + timedelta(days=1),
        )


async def _age_claims(town: Town, by: timedelta) -> None:
    async with open_database(town.crosstie.database) as db, db.write() as tx:
        await tx.execute(_AGE, by_us=by // timedelta(microseconds=1))


async def _set_up(town: Town, count: int) -> None:
    await town.set_up()
    async with open_database(town.crosstie.database) as db:
        await _plan_openings(town, db, count)


async def _finish(town: Town) -> None:
    """Lets the bot do the rest in peace."""
    await _age_claims(town, timedelta(minutes=3))
    async with open_database(town.crosstie.database) as db, town.crosstie.running():
        async with asyncio.timeout(25.0):
            while await _waiting(db):
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)


async def _waiting(db: Database) -> int:
    async with db.read() as tx:
        row = await tx.fetch_one(_OPEN)
    return 0 if row is None else int(row["n"])


def _assert_each_opened_once(town: Town, count: int) -> None:
    world = town.sandbox.world
    openings = [m for m in world.messages(town.chats) if m.by_bot and m.kind == 0]
    threads = world.threads(town.chats)
    assert len(openings) == count
    assert {thread.id for thread in threads} == {message.id for message in openings}
    assert "Traceback" not in town.crosstie.log


@pytest.mark.parametrize(
    ("path", "before"),
    [(_MESSAGES, False), (_MESSAGES, True), (_THREADS, False), (_THREADS, True)],
    ids=["message sent", "message under way", "thread made", "thread under way"],
)
async def test_a_kill_at_that_moment_neither_loses_nor_doubles_a_prompt(
    town: Town, path: str, before: bool
) -> None:
    await _set_up(town, _KILLS)
    for _ in range(_KILLS):
        gate = town.sandbox.faults.hold("POST", path, before=before)
        async with town.crosstie.running():
            await town.sandbox.until(gate.reached.is_set)
        gate.release()
        town.sandbox.faults.clear()
        await _age_claims(town, timedelta(minutes=3))
    await _finish(town)
    _assert_each_opened_once(town, _KILLS)


async def test_after_ten_minutes_down_the_nonce_is_forgotten_and_the_message_still_found(
    town: Town,
) -> None:
    await _set_up(town, 2)
    gate = town.sandbox.faults.hold("POST", _MESSAGES)
    async with town.crosstie.running():
        await town.sandbox.until(gate.reached.is_set)
    gate.release()
    town.sandbox.world.shift_clock(timedelta(minutes=10))
    await _age_claims(town, timedelta(minutes=10))
    await _finish(town)
    _assert_each_opened_once(town, 2)


async def test_a_letter_has_no_button_to_be_found_by_and_is_sent_once_all_the_same(
    town: Town,
) -> None:
    await town.set_up()
    async with open_database(town.crosstie.database) as db:
        await _plan_letter(town, db)
    gate = town.sandbox.faults.hold("POST", _MESSAGES)
    async with town.crosstie.running():
        await town.sandbox.until(gate.reached.is_set)
    gate.release()
    town.sandbox.faults.clear()
    town.sandbox.world.shift_clock(timedelta(minutes=10))
    await _finish(town)
    [letter] = [m for m in town.sandbox.world.messages(town.chats) if m.by_bot]
    assert "Nothing I count happened" in letter.text
