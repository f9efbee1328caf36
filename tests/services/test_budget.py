"""The budget governor: a page of hypothetical requests can not get it past its cap."""

from __future__ import annotations

import logging
import random
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.budget import (
    MICRO,
    Level,
    Prices,
    Spending,
    chat_forecast,
    conference_forecast,
    level_of,
)
from bot.model.chats import Rhythm, Upcoming
from bot.model.people import DiscordId
from bot.services.budget import Budget
from bot.store.open import open_database
from cogs.render_chats import forecast

if TYPE_CHECKING:
    from bot.store.database import Database

X = Prices(post=5_000, user=10_000, request=5_000)
TEN_DOLLARS = 10 * MICRO


@pytest.fixture
def budget(database: Database, clock: ReplayClock, ids: Ids) -> Budget:
    return Budget(database, clock, ids, X, TEN_DOLLARS)


async def _read(budget: Budget, posts: list[str], users: list[str] | None = None) -> None:
    reservation = await budget.reserve(len(posts), len(users or ()))
    assert reservation is not None
    await budget.settle(reservation, posts, users or ())


async def test_a_post_and_a_user_count_once_a_day(budget: Budget, clock: ReplayClock) -> None:
    await _read(budget, ["1", "2", "2"], ["7"])
    await _read(budget, ["2", "3"], ["7"])
    spending = await budget.spending()
    assert (spending.spent, spending.at_most, spending.reserved) == (15_000, 25_000, 0)
    await clock.move_to(clock.now() + timedelta(days=1))
    await _read(budget, ["3"], ["7"])
    spending = await budget.spending()
    assert (spending.spent, spending.at_most) == (20_000, 40_000)


async def test_a_post_and_a_user_of_one_number_are_two(budget: Budget) -> None:
    await _read(budget, ["7"], ["7"])
    assert (await budget.spending()).at_most == 15_000


async def test_what_a_request_may_cost_is_put_aside_before_it_is_sent(budget: Budget) -> None:
    reservation = await budget.reserve(100, 100)
    assert reservation is not None
    assert (await budget.spending()).reserved == 1_500_000
    await budget.settle(reservation, ["1"])
    spending = await budget.spending()
    assert (spending.reserved, spending.spent) == (0, 5_000)


async def test_a_reservation_of_a_process_that_died_stays_counted(
    database: Database, clock: ReplayClock, ids: Ids, budget: Budget
) -> None:
    assert await budget.reserve(1_900) is not None
    reborn = Budget(database, clock, ids, X, TEN_DOLLARS)
    assert (await reborn.spending()).free == 500_000
    assert await reborn.reserve(101) is None
    assert await reborn.reserve(100) is not None


async def test_an_answer_over_midnight_is_one_of_the_day_on_which_the_platform_gave_it(
    budget: Budget, clock: ReplayClock
) -> None:
    asked = datetime(2026, 5, 13, 23, 59, 59, tzinfo=UTC)
    await clock.move_to(asked)
    reservation = await budget.reserve(10)
    assert reservation is not None
    await clock.move_to(asked + timedelta(seconds=2))
    await budget.settle(reservation, ["1"], asked_at=asked)
    spending = await budget.spending()
    assert (spending.spent, spending.at_most) == (5_000, 5_000)
    await _read(budget, ["1"])  # at most, what came over midnight was of the day before
    spending = await budget.spending()
    assert (spending.spent, spending.at_most) == (5_000, 10_000)


async def test_what_the_platform_gave_before_midnight_is_billed_again_after_it(
    budget: Budget, clock: ReplayClock
) -> None:
    asked = datetime(2026, 5, 13, 23, 59, 59, tzinfo=UTC)
    await clock.move_to(asked)
    reservation = await budget.reserve(10)
    assert reservation is not None
    await clock.move_to(asked + timedelta(seconds=2))
    await budget.settle(reservation, ["1"], asked_at=asked, billed_at=asked)
    await _read(budget, ["1"])
    spending = await budget.spending()
    assert (spending.spent, spending.at_most) == (10_000, 10_000)


async def test_an_answer_over_the_end_of_a_month_counts_at_most_in_both(
    budget: Budget, clock: ReplayClock
) -> None:
    asked = datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC)
    await clock.move_to(asked)
    reservation = await budget.reserve(10)
    assert reservation is not None
    await clock.move_to(asked + timedelta(seconds=2))
    await budget.settle(reservation, ["1"], asked_at=asked, billed_at=asked)
    spending = await budget.spending()
    assert (spending.spent, spending.at_most, spending.reserved) == (0, 5_000, 0)


async def test_a_request_that_read_nothing_costs_nothing(budget: Budget) -> None:
    reservation = await budget.reserve(100)
    assert reservation is not None
    await budget.release(reservation)
    assert (await budget.spending()).free == TEN_DOLLARS


async def test_a_stream_reserves_anew_with_every_settlement(budget: Budget) -> None:
    block = await budget.reserve(100, 100)
    assert block is not None
    block = await budget.settle(block, ["1"], ["7"], again=(100, 100))
    assert block is not None
    spending = await budget.spending()
    assert (spending.reserved, spending.at_most) == (1_500_000, 15_000)
    many = [str(n) for n in range(1_800)]
    assert await budget.settle(block, many, again=(100, 100)) is None
    assert (await budget.spending()).reserved == 0


async def test_the_next_month_has_its_own_budget(budget: Budget, clock: ReplayClock) -> None:
    await _read(budget, [str(n) for n in range(2_000)])
    assert await budget.level() is Level.STOPPED
    assert budget.resumes_at() == datetime(2026, 6, 1, tzinfo=UTC)
    await clock.move_to(budget.resumes_at())
    assert await budget.level() is Level.FULL


async def test_what_x_reports_only_raises_the_ledger(budget: Budget) -> None:
    await _read(budget, ["1", "2"])
    await budget.reported({date(2026, 5, 13): 1})
    assert (await budget.spending()).spent == 10_000
    await budget.reported({date(2026, 5, 13): 5, date(2026, 5, 12): 1, date(2026, 4, 30): 99})
    assert (await budget.spending()).spent == 30_000
    await _read(budget, ["3", "4", "5"])  # these are what X counted before we did
    assert (await budget.spending()).spent == 30_000


async def test_the_organiser_is_told_once_at_each_mark(
    budget: Budget, clock: ReplayClock, caplog: pytest.LogCaptureFixture
) -> None:
    def told() -> list[object]:
        return [r.args[1] for r in caplog.records if isinstance(r.args, tuple)]

    caplog.set_level(logging.WARNING)
    await _read(budget, [str(n) for n in range(999)])
    assert told() == []
    await _read(budget, ["a"])
    await _read(budget, ["b"])
    assert told() == [50]
    await _read(budget, [f"c{n}" for n in range(700)])
    assert told() == [50, 80]
    assert await budget.reserve(300) is None
    assert told() == [50, 80]
    await _read(budget, [f"d{n}" for n in range(299)])
    assert await budget.reserve(10) is None
    assert told() == [50, 80, 100]
    await clock.move_to(budget.resumes_at())
    await _read(budget, [str(n) for n in range(1_000)])
    assert told() == [50, 80, 100, 50]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(1, 400), st.integers(0, 400), st.booleans(), st.integers(0, 30)),
        max_size=12,
    )
)
async def test_no_order_of_requests_crashes_and_days_passes_the_cap(
    sqlite_url: str, asked: list[tuple[int, int, bool, int]]
) -> None:
    clock = ReplayClock(datetime(2026, 5, 1, tzinfo=UTC))
    async with open_database(sqlite_url) as db:
        async with db.write() as tx:
            for table in ("budget_days", "budget_reservations", "budget_reads", "budget_notices"):
                await tx.execute(f"DELETE FROM {table}")
        ids = Ids(clock, random.Random(1))
        budget = Budget(db, clock, ids, X, TEN_DOLLARS)
        for number, (posts, users, dies, day) in enumerate(asked):
            await clock.move_to(datetime(2026, 5, 1 + day, tzinfo=UTC))
            reservation = await budget.reserve(posts, users)
            if reservation is not None and not dies:
                came = [f"{number % 3}-{n}" for n in range(posts)]
                await budget.settle(reservation, came, came[:users])
            spending = await budget.spending()
            assert spending.spent <= spending.at_most
            assert spending.at_most + spending.reserved <= TEN_DOLLARS


@pytest.mark.parametrize(
    ("used", "level"),
    [
        (0, Level.FULL),
        (79, Level.FULL),
        (80, Level.NO_AUTHORS),
        (90, Level.NO_REPOSTS),
        (95, Level.SEARCH_ONLY),
        (99, Level.SEARCH_ONLY),
        (100, Level.STOPPED),
    ],
)
def test_less_is_done_as_the_budget_goes(used: int, level: Level) -> None:
    spending = Spending(date(2026, 5, 1), 100 * MICRO, 0, used * MICRO, 0)
    assert level_of(spending, X) is level


def test_a_small_budget_ends_the_stream_before_a_burst_could_pass_it() -> None:
    def level(free: float) -> Level:
        used = round((5 - free) * MICRO)
        return level_of(Spending(date(2026, 5, 1), 5 * MICRO, 0, used, 0), X)

    assert level(3.0) is Level.FULL
    assert level(2.99) is Level.NO_AUTHORS  # 200 posts and their authors
    assert level(0.99) is Level.SEARCH_ONLY  # 200 posts
    assert level(0.04) is Level.STOPPED


def test_a_chat_of_an_hour_every_week_has_its_forecast() -> None:
    forecast = chat_forecast(X, timedelta(hours=1), Rhythm.WEEKLY)
    assert (forecast.posts, forecast.people) == ((500, 500), (75, 75))
    assert forecast.microusd == (2_500_000, 3_250_000)
    assert forecast.a_month == (10_833_333, 14_083_333)


def test_a_conference_is_cheaper_without_reposts() -> None:
    forecast = conference_forecast(X)
    assert forecast.posts == (4_000, 24_000)
    assert forecast.microusd == (20 * MICRO, 156 * MICRO)
    assert forecast.without_reposts == (6 * MICRO, 62_400_000)
    assert forecast.a_month == forecast.microusd


async def test_a_host_sees_what_following_on_x_will_cost(budget: Budget) -> None:
    weekly = Upcoming(
        gathering=1,
        is_conference=False,
        name="Learning chat",
        hashtags=(),
        host=DiscordId(1),
        zone="UTC",
        rhythm=Rhythm.WEEKLY,
        duration=timedelta(hours=1),
        next=(),
        ends_at=None,
        running=False,
    )
    await _read(budget, ["1"])
    shown = forecast(budget.forecast(weekly), await budget.spending(), "en").description
    assert shown is not None
    assert "$2.50 to $3.25" in shown
    assert "$9.99 of this month's $10.00" in shown or "$10.00 of this month's $10.00" in shown
