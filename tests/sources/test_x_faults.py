"""X at its worst, and tweepy's traps (architecture, section 6): each is survived."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.sources.x_query import queries_of
from bot.sources.x_stream import Backoff, Lost
from tests.sources.following_x import Follower, following, window
from tests.sources.played_x import WILD, kill_at_random, play_with_faults
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import ReplayClock
    from bot.store.database import Database
    from tests.standins.x_jobs import Fault

EVENTS = int(os.environ.get("CROSSTIE_TEST_EVENTS", "400"))
KILLS = int(os.environ.get("CROSSTIE_TEST_KILLS", "2"))


@pytest.fixture
async def x(clock: ReplayClock) -> AsyncIterator[standin.XStandIn]:
    async with standin.serve(clock) as it:
        yield it


@pytest.fixture
async def follower(
    sqlite_database: Database, clock: ReplayClock, x: standin.XStandIn
) -> AsyncIterator[Follower]:
    async with following(sqlite_database, clock, x, patience=timedelta(seconds=0.3)) as it:
        x.keep_alive_s = 0.1
        await it.source.watch(frozenset({window(clock, minutes=600)}))
        await it.until(lambda: it.is_connected and len(it.pages) >= 1)
        yield it


async def _comes_back(follower: Follower) -> None:
    """A post said afterwards is given, and the ledger is the bill."""
    await follower.until(lambda: follower.is_connected and follower.x.streams == 1, moving_s=0.2)
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen, moving_s=0.2)
    spending = await follower.budget.spending()
    assert spending.spent == follower.x.bill.documented()
    assert spending.at_most >= follower.x.bill.worst()


async def test_a_line_cut_in_the_middle_ends_nothing_and_is_searched(follower: Follower) -> None:
    post = follower.x.post("8", ["lrnchat"], deliver=False)
    follower.x.hang_up(after=json.dumps({"data": post}).encode()[:60])
    await follower.until(lambda: post["id"] in follower.seen, moving_s=1)
    await _comes_back(follower)
    problems = [problem.reason for page in follower.pages for problem in page.problems]
    assert problems == ["a line that was cut off"]


async def test_being_cancelled_is_not_swallowed(follower: Follower) -> None:
    await follower.until(lambda: follower.source.is_waiting)
    task = follower.following
    assert task is not None
    task.cancel()
    await asyncio.wait({task}, timeout=20)
    assert task.cancelled()


async def test_an_operational_disconnect_is_connected_anew(follower: Follower) -> None:
    follower.x.say(json.dumps(standin.OPERATIONAL).encode() + b"\r\n")
    await follower.until(lambda: not follower.is_connected)
    await _comes_back(follower)


async def test_a_silent_stream_is_taken_for_dead(follower: Follower) -> None:
    follower.x.keep_alive_s = None
    await follower.until(lambda: not follower.is_connected)
    follower.x.keep_alive_s = 0.1
    await _comes_back(follower)


async def test_keep_alives_keep_it_alive(follower: Follower) -> None:
    connects = follower.x.count("stream")
    with pytest.raises(TimeoutError):
        await follower.until(lambda: not follower.is_connected, 1.0)
    assert follower.x.count("stream") == connects


async def test_a_host_that_hangs_up_at_once_is_not_asked_all_the_time(follower: Follower) -> None:
    before = follower.x.count("stream")
    for _ in range(20):
        follower.x.hang_up()
        await follower.until(lambda: not follower.is_connected)
        await follower.until(lambda: follower.is_connected, moving_s=0.25)
    began = follower.clock.now()
    assert follower.x.count("stream") - before == 20
    follower.x.hang_up()
    await follower.until(lambda: not follower.is_connected)
    await follower.until(lambda: follower.is_connected, moving_s=0.25)
    assert follower.clock.now() - began >= timedelta(seconds=5)


@pytest.mark.parametrize(
    ("fault", "least_s"), [(standin.HTML_503, 5), (standin.LIMITED, 60), (standin.FORBIDDEN, 0)]
)
async def test_a_refused_connection_waits_as_x_documents(
    follower: Follower, fault: Fault, least_s: float
) -> None:
    follower.x.faults["stream"] = [fault] if least_s else []
    follower.x.hang_up()
    await follower.until(lambda: not follower.is_connected)
    began = follower.clock.now()
    await follower.until(lambda: follower.is_connected, moving_s=0.25)
    assert follower.clock.now() - began >= timedelta(seconds=least_s)
    await _comes_back(follower)


@pytest.mark.parametrize("fault", [standin.LIMITED, standin.HTML_503])
async def test_a_429_without_reset_or_a_503_with_html_is_neither_recursion_nor_a_crash(
    follower: Follower, fault: Fault
) -> None:
    follower.x.faults["search"] = [fault] * 5
    searches = follower.x.count("search")
    await follower.later(seconds=41)
    await follower.until(lambda: follower.x.count("search") == searches + 6, moving_s=1)
    await _comes_back(follower)


async def test_what_comes_twice_or_out_of_order_counts_once(follower: Follower) -> None:
    first = follower.x.post("7", ["lrnchat"], deliver=False)
    second = follower.x.post("8", ["lrnchat"])
    follower.x.deliver(first)
    follower.x.deliver(second)
    await _comes_back(follower)
    async with follower.db.read() as tx:
        rows = await tx.fetch("SELECT native_id FROM posts")
    assert len(rows) == 3


async def test_lines_of_other_shapes_are_counted_and_the_rest_is_read(follower: Follower) -> None:
    for raw in (
        b"not json at all\r\n",
        b'{"data": {"id": 5, "text": ["x"]}}\r\n',
        b'{"data": {"text": "without an id"}}\r\n',
        b'{"surprise": {"id": "5"}}\r\n',
        b"\xff\xfe\x00\r\n",
        b"[]\r\n",
        b"x" * 300_000 + b"\r\n",
    ):
        follower.x.say(raw)
    await _comes_back(follower)
    problems = [problem for page in follower.pages for problem in page.problems]
    assert len(problems) == 7


async def test_the_token_is_never_logged(
    sqlite_database: Database,
    clock: ReplayClock,
    x: standin.XStandIn,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    async with following(sqlite_database, clock, x) as follower:
        await follower.source.watch(frozenset({window(clock)}))
        await follower.until(lambda: follower.is_connected and len(follower.pages) >= 1)
        x.hang_up()
        await follower.until(lambda: not follower.is_connected)
    assert standin.TOKEN not in caplog.text


def test_the_pauses_are_those_that_x_documents() -> None:
    backoff = Backoff()
    lines = [backoff.after(Lost.LINE).total_seconds() for _ in range(100)]
    assert (lines[0], lines[1], max(lines)) == (0.25, 0.5, 16)
    assert [backoff.after(Lost.HTTP).total_seconds() for _ in range(8)] == [
        5, 10, 20, 40, 80, 160, 320, 320,
    ]  # fmt: skip
    backoff.reset()
    assert [backoff.after(Lost.LIMITED).total_seconds() for _ in range(4)] == [60, 120, 240, 320]


def test_queries_hold_several_hashtags_and_stay_within_512_characters() -> None:
    words = [f"conference{n}of2026" for n in range(100)]
    queries = queries_of(words, reposts=False)
    assert max(map(len, queries)) <= 512
    assert len(queries) < 10
    assert all(query.endswith(" -is:retweet") for query in queries)
    assert sorted(w for q in queries for w in words if f"#{w} " in q or f"#{w})" in q) == sorted(
        words
    )
    assert queries_of(["lrnchat"], reposts=True) == ["#lrnchat"]
    assert queries_of(["no-dash", "a b", "2026", ""], reposts=True) == []
    assert queries_of(["教育"], reposts=True) == ["#教育"]


async def test_events_with_a_fault_at_every_tenth_leave_exactly_the_right_rows(
    database: Database, clock: ReplayClock, x: standin.XStandIn
) -> None:
    faults = await play_with_faults(database, clock, x, EVENTS)
    assert min(faults[kind] for kind in WILD) >= 1


async def test_a_process_killed_at_random_points_loses_nothing_and_doubles_nothing(
    database_url: str,
) -> None:
    await kill_at_random(database_url, KILLS)
