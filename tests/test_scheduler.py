from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import StoreUnavailable
from bot.scheduler import Heartbeat, Scheduler, replay

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_EVERY = timedelta(milliseconds=20)


class Counted:
    """Counts the runs that it is told of."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, bool]] = []

    def heartbeat_ran(self, name: str, error: Exception | None) -> None:
        self.runs.append((name, error is not None))


async def _never_due() -> datetime | None:
    return None


def _heartbeat(run: Callable[[], Awaitable[object]]) -> Heartbeat:
    return Heartbeat("beat", _EVERY, run, _never_due)


async def test_a_heartbeat_runs_again_and_again_in_the_loop() -> None:
    stop, calls, runs = asyncio.Event(), Counted(), 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 3:
            stop.set()

    async with asyncio.timeout(5):
        await Scheduler([_heartbeat(run)], calls).run(stop)
    assert calls.runs == [("beat", False)] * 3


@pytest.mark.parametrize("error", [StoreUnavailable("it is away"), ValueError("a bug")])
async def test_a_failed_heartbeat_is_counted_and_tried_again(error: Exception) -> None:
    stop, calls, runs = asyncio.Event(), Counted(), 0

    async def run() -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise error
        stop.set()

    async with asyncio.timeout(5):
        await Scheduler([_heartbeat(run)], calls).run(stop)
    assert calls.runs == [("beat", True), ("beat", False)]


async def test_stopping_waits_for_what_runs_and_nothing_runs_twice_at_once() -> None:
    stop, calls = asyncio.Event(), Counted()
    at_once = most = 0

    async def run() -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.05)
        stop.set()
        at_once -= 1

    async with asyncio.timeout(5):
        await Scheduler([_heartbeat(run)], calls).run(stop)
    assert (at_once, most, len(calls.runs)) == (0, 1, 1)


_EVENING = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)


class Hourly:
    """Due every hour; counts how often it was asked and ran."""

    def __init__(self, name: str, clock: ReplayClock, first: datetime) -> None:
        self.heartbeat = Heartbeat(name, _EVERY, self.run, self.next_due)
        self.asked = 0
        self.ran: list[datetime] = []
        self.when = first
        self._clock = clock

    async def next_due(self) -> datetime:
        self.asked += 1
        return self.when

    async def run(self) -> None:
        self.ran.append(self._clock.now())
        self.when = self._clock.now() + _HOUR


async def _no_posts(before: datetime) -> None:
    raise AssertionError


async def test_a_replay_runs_each_heartbeat_when_it_is_due_and_asks_no_more_than_it_must() -> None:
    clock = ReplayClock(_EVENING)
    one = Hourly("one", clock, _EVENING + _HOUR)
    other = Hourly("other", clock, _EVENING + 2.5 * _HOUR)
    beats = [one.heartbeat, other.heartbeat]
    await replay(beats, clock, lambda: None, _no_posts, _EVENING + 3 * _HOUR, lambda: 0)
    assert one.ran == [_EVENING + _HOUR, _EVENING + 2 * _HOUR]
    assert other.ran == [_EVENING + 2.5 * _HOUR]
    assert (one.asked, other.asked) == (3, 2)


async def test_after_a_change_a_replay_asks_every_heartbeat_anew() -> None:
    clock = ReplayClock(_EVENING)
    one, other = (
        Hourly("one", clock, _EVENING + _HOUR),
        Hourly("other", clock, _EVENING + 9 * _HOUR),
    )

    async def run() -> None:
        await one.run()
        other.when = clock.now() + _HOUR / 2

    beats = [replace(one.heartbeat, run=run), other.heartbeat]
    until = _EVENING + 2 * _HOUR
    await replay(beats, clock, lambda: None, _no_posts, until, lambda: len(one.ran))
    assert other.ran == [_EVENING + 1.5 * _HOUR]
