from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import StoreUnavailable
from bot.scheduler import Heartbeat, Scheduler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

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
