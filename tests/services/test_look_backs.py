"""A look back once a year: on the day of joining, of what is one's own, and where there is any."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import Unknown
from bot.ids import Ids
from bot.model.cards import LookBackCard
from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import Delivery, DiscordId
from bot.model.suggestions import PromptKind
from bot.services.look_backs import LookBacks, anniversary
from bot.services.prompts import Prompts
from bot.store import network as store_network
from cogs.render import rendered
from tests.services.asking import Post
from tests.services.gatherings import NURSES, Gathering, member

if TYPE_CHECKING:
    from bot.services.prompts import Outgoing
    from bot.store.database import Database

JOINED = datetime(2026, 2, 1, tzinfo=UTC)
DAY = timedelta(days=1)


class Years:
    """One member, whose days go by."""

    def __init__(self, db: Database, start: datetime) -> None:
        self.clock = ReplayClock(start)
        ids = Ids(self.clock, random.Random(5))
        self.world = Gathering(db)
        self.service = LookBacks(db, self.clock, ids)
        self.prompts = Prompts(db, self.clock, ids, {PromptKind.LOOK_BACK: self.service})
        self.post = Post()

    async def until(self, when: datetime) -> list[Outgoing]:
        before = len(self.post.sent)
        while (due := await self.service.next_due()) <= when:
            await self.clock.move_to(due)
            await self.service.plan_due()
            await self.prompts.deliver_due(self.post)
        return self.post.sent[before:]

    async def keeps(self, number: int, since: datetime, owner: str = "Ana") -> None:
        connection = Connection(
            id=ConnectionId(number), owner=self.world.person(owner),
            person=self.world.person("Ben"), kind=ReasonKind.CONVERSATION, reason="", since=since,
            origin=Origin.MEMBER,
        )  # fmt: skip
        async with self.world.db.write() as tx:
            await store_network.add_connection(tx, connection)
            await tx.execute(
                "INSERT INTO learnings (id, owner_id, connection_id, learned, connects_to,"
                " will_try, link, at_us, tried)"
                " VALUES (:id, :owner, NULL, 'x', '', 'y', '', :at, 'yes')",
                id=number, owner=self.world.person(owner), at=int(since.timestamp() * 10**6),
            )  # fmt: skip


@pytest.fixture
async def years(database: Database) -> Years:
    made = Years(database, JOINED)
    await made.world.open()
    awake = {"delivery": Delivery.DM, "quiet_from": 0, "quiet_until": 0}
    ana, ben = member(DiscordId(1), "Ana"), member(DiscordId(2), "Ben")
    await made.world.join(replace(ana, **awake), replace(ben, **awake))  # type: ignore[arg-type]
    return made


async def test_it_comes_once_a_year_on_the_day_of_joining_and_tells_that_year(
    years: Years,
) -> None:
    await years.keeps(5, JOINED + 30 * DAY)
    assert await years.until(JOINED + 364 * DAY) == []
    [first] = await years.until(JOINED + 400 * DAY)
    assert first.card == LookBackCard(people=1, met=0, learned=1, tried=1, helped=0)
    assert first.prompt.recipient == DiscordId(1)
    assert first.prompt.unasked
    shown = rendered(first).embed.description or ""
    assert "1 new in your network · 1 noted as learned · 1 tried" in shown
    # Nothing happened in the second year, and nobody is told so.
    assert await years.until(JOINED + 800 * DAY) == []


async def test_it_is_read_and_no_more_is_asked(years: Years) -> None:
    await years.keeps(5, JOINED + 30 * DAY)
    [sent] = await years.until(JOINED + 366 * DAY)
    prompt = await years.prompts.pressed(sent.prompt.id, DiscordId(1))
    assert (await years.prompts.answer(prompt, "done", DiscordId(1))).key == "look_back_done"
    assert (await years.prompts.answer(prompt, "done", DiscordId(1))).key == "answer_taken"
    with pytest.raises(Unknown):
        await years.prompts.answer(prompt, "yes", DiscordId(1))


async def test_who_pauses_or_has_left_is_left_in_peace(years: Years) -> None:
    await years.keeps(5, JOINED + 30 * DAY)
    await years.keeps(6, JOINED + 30 * DAY, owner="Ben")
    await years.world.change("Ana", paused_until=JOINED + 500 * DAY)
    await years.world.change("Ben", left_at=JOINED + 200 * DAY)
    assert await years.until(JOINED + 400 * DAY) == []


def test_who_joined_on_a_leap_day_has_a_day_every_year() -> None:
    leap = replace(member(1, "Ana"), consent_at=datetime(2024, 2, 29, 12, tzinfo=UTC))
    assert anniversary(leap, 2025) == datetime(2025, 2, 28, 12, tzinfo=UTC)
    assert anniversary(leap, 2028).day == 29
    assert leap.community == NURSES
