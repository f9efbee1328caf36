"""The clocks: real time is aware, replayed time moves only forward and wakes its sleepers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ReplayClock, SystemClock

START = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


async def test_the_system_clock_sleeps_until_the_instant() -> None:
    clock = SystemClock()
    until = clock.now() + timedelta(milliseconds=20)
    await clock.sleep_until(until)
    assert clock.now() >= until


async def test_an_instant_that_has_passed_is_not_waited_for() -> None:
    clock = SystemClock()
    async with asyncio.timeout(1):
        await clock.sleep_until(clock.now() - timedelta(days=1))


async def test_replayed_time_stands_still_until_it_is_moved(clock: ReplayClock) -> None:
    before = clock.now()
    await asyncio.sleep(0)
    assert clock.now() == before


async def test_moving_wakes_those_whose_instant_has_come_and_no_others(clock: ReplayClock) -> None:
    woken: list[str] = []

    async def sleeper(name: str, after: timedelta) -> None:
        await clock.sleep_until(start + after)
        woken.append(name)

    start = clock.now()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper("soon", timedelta(minutes=1)))
        tasks.create_task(sleeper("later", timedelta(hours=1)))
        await asyncio.sleep(0)
        await clock.move_to(start + timedelta(minutes=1))
        for _ in range(5):
            await asyncio.sleep(0)
        assert woken == ["soon"]
        await clock.move_to(start + timedelta(hours=2))
    assert woken == ["soon", "later"]


@given(st.lists(st.timedeltas(timedelta(days=-9), timedelta(days=9)), max_size=20))
async def test_replayed_time_never_goes_back(moves: list[timedelta]) -> None:
    clock = ReplayClock(START)
    for move in moves:
        before = clock.now()
        await clock.move_to(START + move)
        assert clock.now() == max(before, START + move)
