"""Keeping in touch: when somebody is thought of again, and what resets it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.cards import DormantCard
from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import AccountId, Delivery, PersonId
from bot.model.suggestions import PromptKind
from bot.services.connections import Connections
from bot.services.network import Network
from bot.services.prompts import Prompts
from bot.services.upkeep import Upkeep, is_dormant
from bot.store import network as store_network
from bot.store import posts as store_posts
from bot.store.yearly import earlier_years
from tests.services.asking import Post
from tests.services.gatherings import MONDAY, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.store.database import Database

DAY = timedelta(days=1)


def test_without_a_cadence_it_is_once_between_two_and_three_months() -> None:
    def dormant(days: int, told: int | None = None) -> bool:
        told_at = None if told is None else MONDAY + told * DAY
        return is_dormant(None, MONDAY, told_at, MONDAY + days * DAY)

    assert [dormant(d) for d in (59, 60, 90, 91)] == [False, True, True, False]
    assert not dormant(80, told=60)


def test_of_the_same_person_nothing_is_said_again_for_half_a_year() -> None:
    def dormant(days: int, contact: int) -> bool:
        told_at = MONDAY
        return is_dormant(None, MONDAY + contact * DAY, told_at, MONDAY + days * DAY)

    assert [dormant(d, contact=1) for d in (61, 181, 182, 212, 213)] == [
        False, False, True, True, False,
    ]  # fmt: skip
    assert [dormant(d, contact=150) for d in (182, 209, 210, 240, 241)] == [
        False, False, True, True, False,
    ]  # fmt: skip


def test_a_cadence_counts_from_the_last_contact_and_from_when_it_was_said() -> None:
    def dormant(days: int, told: int | None = None) -> bool:
        told_at = None if told is None else MONDAY + told * DAY
        return is_dormant(30, MONDAY, told_at, MONDAY + days * DAY)

    assert [dormant(d) for d in (29, 30, 400)] == [False, True, True]
    assert [dormant(d, told=30) for d in (59, 60)] == [False, True]


@dataclass
class Town:
    world: Gathering
    clock: ReplayClock
    upkeep: Upkeep
    prompts: Prompts
    post: Post

    async def days_later(self, days: int) -> list[object]:
        await self.clock.move_to(MONDAY + days * DAY)
        await self.upkeep.plan_due()
        before = len(self.post.sent)
        await self.prompts.deliver_due(self.post)
        return [o.card for o in self.post.sent[before:]]

    async def keep(self, who: str, **said: object) -> None:
        account = account_of(who)
        values: dict[str, object] = {
            "id": ConnectionId(account + 1),
            "owner": self.world.person("Ana"),
            "person": PersonId(account),
            "account": AccountId(account),
            "kind": ReasonKind.CONVERSATION,
            "reason": "",
            "since": MONDAY,
            "origin": Origin.MEMBER,
        }
        async with self.world.db.write() as tx:
            await tx.execute(
                "INSERT INTO accounts (id, platform, native_id, handle, seen_us)"
                " VALUES (:id, 'x', :native, :handle, 0) ON CONFLICT DO NOTHING",
                id=account,
                native=str(account),
                handle=who.lower(),
            )
            kept = Connection(**{**values, **said})  # type: ignore[arg-type]
            await store_network.add_connection(tx, kept)


@pytest.fixture
async def town(sqlite_database: Database) -> Town:
    clock = ReplayClock(MONDAY)
    ids = Ids(clock, random.Random(5))
    world = Gathering(sqlite_database)
    await world.open()
    await world.join(member(1, "Ana", "nursing", delivery=Delivery.DM, quiet_from=0, quiet_until=0))
    network = Network(sqlite_database, clock, None)
    connections = Connections(sqlite_database, clock, ids, network)
    upkeep = Upkeep(sqlite_database, clock, ids, connections)
    prompts = Prompts(sqlite_database, clock, ids, {PromptKind.DORMANT: upkeep})
    return Town(world, clock, upkeep, prompts, Post())


async def test_one_close_by_and_one_further_out_each_with_something_said_lately(
    town: Town,
) -> None:
    for who in ("Zoe", "Yan", "Xi"):
        await town.keep(who)
    for who, times in (("Zoe", 6), ("Yan", 2)):
        for _ in range(times):
            await town.world.post("Ana", MONDAY, to=who)
    for who in ("Zoe", "Yan", "Xi"):
        await town.world.post(who, MONDAY + 65 * DAY)
    assert await town.days_later(50) == []
    [card] = await town.days_later(70)
    assert isinstance(card, DormantCard)
    assert card.near is not None
    assert card.far is not None
    assert (card.near[0].name, card.far[0].name) == ("@zoe", "@xi")
    assert card.near[1] == "https://x.com/zoe/status/5009"
    assert await town.days_later(85) == []  # at most one in 28 days
    assert await town.upkeep.next_due() == MONDAY + 92 * DAY


async def test_contact_in_public_or_told_resets_it(town: Town) -> None:
    await town.keep("Zoe")
    await town.world.post("Zoe", MONDAY + 40 * DAY, to="Ana")
    await town.world.post("Zoe", MONDAY + 69 * DAY)
    assert await town.days_later(70) == []
    await town.world.post("Zoe", MONDAY + 105 * DAY)
    [card] = await town.days_later(108)
    assert isinstance(card, DormantCard)
    assert card.far is None
    prompt = await town.prompts.pressed(town.post.sent[-1].prompt.id, member(1, "A").discord_id)
    await town.world.post("Ana", MONDAY + 108 * DAY + DAY, to="Zoe")
    assert await town.prompts.outgoing(prompt) is None
    notice = await town.prompts.answer(prompt, "near", member(1, "A").discord_id)
    assert notice.key == "dormant_wrote"
    async with town.world.db.read() as tx:
        [kept] = await store_network.connections_of(tx, town.world.person("Ana"))
    assert kept.contact_at == town.clock.now()


async def test_without_a_fresh_reason_nothing_is_said_unless_a_cadence_asks_for_it(
    town: Town,
) -> None:
    await town.keep("Zoe")
    await town.keep("Xi", learns=True)
    assert await town.days_later(70) == []
    await town.keep("Yan", cadence_days=30)
    [card] = await town.days_later(80)
    assert isinstance(card, DormantCard)
    assert card.near is not None
    assert card.near[0].name == "@yan"
    assert card.near[1] is None


async def test_exchanges_past_their_time_become_a_total_a_year(town: Town) -> None:
    await town.keep("Zoe")
    for days in (-400, -399, -40, 0):
        await town.world.post("Ana", MONDAY + days * DAY, to="Zoe")
    zoe, ana = PersonId(account_of("Zoe")), town.world.person("Ana")
    async with town.world.db.write() as tx:
        for _ in range(2):
            await store_posts.drop_old_posts(tx, MONDAY - DAY)
        assert await earlier_years(tx, ana, zoe) == [(2025, 2), (2026, 1)]
        assert await earlier_years(tx, zoe, ana) == [(2025, 2), (2026, 1)]
        left = await tx.fetch("SELECT post_id FROM engagements")
    assert len(left) == 1
