"""The rate limits of the sandbox, and time that runs faster."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.clock import SystemClock
from tests.sandbox.pace import Pace, PacedClock, Stretch, run_paced
from tests.sandbox.rates import GLOBAL_A_SECOND, Rates


def test_the_sixth_message_in_five_seconds_comes_too_early_and_other_channels_do_not_mind() -> None:
    rates = Rates()
    for _ in range(5):
        assert rates.ask("POST", "/channels/1/messages", 10.0).retry_after_s is None
    early = rates.ask("POST", "/channels/1/messages", 12.0)
    assert early.retry_after_s == 3.0
    assert early.headers["X-RateLimit-Remaining"] == "0"
    assert rates.ask("POST", "/channels/2/messages", 12.0).retry_after_s is None
    assert rates.ask("POST", "/channels/1/messages", 15.0).retry_after_s is None
    assert rates.met == [("POST", "/channels/1/messages")]


def test_all_together_are_limited_but_answers_to_people_are_not() -> None:
    rates = Rates()
    for number in range(GLOBAL_A_SECOND):
        assert rates.ask("GET", f"/channels/{number}", 1.0).retry_after_s is None
        assert rates.ask("POST", f"/interactions/{number}/t/callback", 1.0).retry_after_s is None
    assert rates.ask("GET", "/channels/99", 1.5).is_global
    assert rates.ask("GET", "/channels/99", 2.0).retry_after_s is None


def test_a_pace_tells_the_same_time_to_every_process() -> None:
    pace = Pace(100.0, [Stretch(1000.0, 10.0), Stretch(1600.0, 2.0)])
    again = Pace.of(pace.text())
    for own, played in ((100.0, 1000.0), (130.0, 1300.0), (160.0, 1600.0), (170.0, 1620.0)):
        assert again.played(own) == played
        assert again.own(played) == own


def test_an_hour_passes_in_a_moment() -> None:
    began = SystemClock().now()
    pace = Pace(began.timestamp(), [Stretch(1_800_000_000.0, 36_000.0)])
    clock = PacedClock(pace)

    async def wait() -> timedelta:
        start = clock.now()
        await asyncio.sleep(1800.0)
        await clock.sleep_until(clock.now() + timedelta(hours=0.5))
        return clock.now() - start

    assert run_paced(pace, wait()) >= timedelta(hours=1)
    assert SystemClock().now() - began < timedelta(minutes=1)
