"""The owner of the bot hears by DM, once, that the budget goes and that a source stands still."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import TYPE_CHECKING

import discord
import pytest

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.budget import MICRO, Level, Prices
from bot.model.following import SourceState, SourceStatus
from bot.services.budget import Budget
from bot.services.health import Health
from bot.services.owner import News, OwnerNews
from cogs import render_chats
from cogs.owner import OwnerCog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database
    from tests.cogs.conftest import Town

X = Prices(post=5_000, user=10_000, request=5_000)


class Sources:
    """Stands for the supervisor: how each source is."""

    def __init__(self, *statuses: SourceStatus) -> None:
        self.now = statuses

    def statuses(self) -> Sequence[SourceStatus]:
        return self.now


class Heard:
    """What the owner heard; it may fail or be refused."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.error: Exception | None = None

    async def tell(self, news: News) -> None:
        if self.error is not None:
            raise self.error
        assert len(news.nonce) <= 25
        self.keys.append(news.key)


@pytest.fixture
def budget(database: Database, clock: ReplayClock, ids: Ids) -> Budget:
    return Budget(database, clock, ids, X, 10 * MICRO)


async def _spend(budget: Budget, first: int, posts: int) -> None:
    reservation = await budget.reserve(posts)
    assert reservation is not None
    await budget.settle(reservation, [str(first + number) for number in range(posts)])


async def test_each_part_of_the_budget_is_said_once_also_after_a_restart(
    database: Database, clock: ReplayClock, ids: Ids, budget: Budget
) -> None:
    heard, health = Heard(), Health()
    news = OwnerNews(clock, budget, Sources(), health)  # type: ignore[arg-type]
    assert await news.tell_due(heard.tell) == 0
    await _spend(budget, 0, 1_000)
    assert await news.next_due() == clock.now()
    heard.error = DeliveryFailed("Discord can not be reached")
    assert await news.tell_due(heard.tell) == 0
    heard.error = None
    await news.tell_due(heard.tell)
    await news.tell_due(heard.tell)
    assert heard.keys == ["owner_budget_50"]
    await _spend(budget, 1_000, 1_000)
    again = OwnerNews(clock, Budget(database, clock, ids, X, 10 * MICRO), Sources(), health)  # type: ignore[arg-type]
    await again.tell_due(heard.tell)
    await again.tell_due(heard.tell)
    assert heard.keys == ["owner_budget_50", "owner_budget_100"]
    assert await again.next_due() is None
    assert health.metrics()["x_budget_percent"] == 100
    assert health.facts()["x_budget"]["level"] == "stopped"


async def test_who_takes_no_dm_is_not_asked_all_the_time(
    clock: ReplayClock, budget: Budget
) -> None:
    heard = Heard()
    heard.error = DeliveryRefused("DMs are closed")
    await _spend(budget, 0, 1_000)
    news = OwnerNews(clock, budget, Sources(), Health())  # type: ignore[arg-type]
    await news.tell_due(heard.tell)
    heard.error = None
    assert await news.tell_due(heard.tell) == 0


async def test_a_source_that_stands_still_is_told_of_once(clock: ReplayClock) -> None:
    heard = Heard()
    parked = SourceStatus("x", SourceState.PARKED, "X refuses the bearer token")
    news = OwnerNews(clock, None, Sources(parked, SourceStatus("bluesky")), Health())  # type: ignore[arg-type]
    await news.tell_due(heard.tell)
    await news.tell_due(heard.tell)
    assert heard.keys == ["owner_parked"]


async def test_the_news_reach_the_owner_as_a_dm(
    town: Town, ids: Ids, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def application_info() -> SimpleNamespace:
        return SimpleNamespace(team=None, owner=discord.Object(town.ana))

    client, services = town.app.client, town.app.services
    monkeypatch.setattr(client, "application_info", application_info)
    budget = Budget(town.app.db, town.clock, ids, X, 10 * MICRO)
    news = OwnerNews(town.clock, budget, services.following, town.app.health)
    monkeypatch.setattr(client, "services", dataclasses.replace(services, owner_news=news))
    await _spend(budget, 0, 1_700)
    OwnerCog(client)
    for _ in range(2):
        await client.heartbeats[-1].run()
    said = [message.text for message in town.world.dms(town.ana)]
    assert len(said) == 1
    assert "$8.50 of $10.00" in said[0]
    assert "monthly_budget_usd" in said[0]


async def test_the_ledger_is_read_in_the_status(clock: ReplayClock, budget: Budget) -> None:
    await _spend(budget, 0, 1_700)
    shown = render_chats.budget(
        await budget.spending(), await budget.level(), budget.resumes_at(), "en"
    )
    assert shown == "$8.50 of $10.00 this month at most, 85 %. Authors are left out."
    for level in Level:
        for locale in ("en", "es"):
            assert (
                render_chats.budget(
                    await budget.spending(), level, budget.resumes_at(), locale
                ).count("10.00")
                == 1
            )
