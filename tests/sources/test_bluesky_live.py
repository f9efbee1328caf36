"""Bluesky live, against stand-ins that misbehave: exactly the right rows, whatever happens."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.errors import RateLimited
from bot.model.following import GapState, SourceState
from bot.model.posts import to_us
from bot.services.followed import FollowedPosts
from bot.sources.bluesky_live import BlueskyLive
from tests.sources.played_bluesky import (
    assert_holds,
    invented,
    kill_at_random,
    play_with_faults,
    until,
    until_the_end,
)
from tests.standins.bluesky_events import STEP_US
from tests.standins.following import WATCHED, bluesky
from tests.standins.jetstream import Jetstream

if TYPE_CHECKING:
    from bot.store.database import Database

EVENTS = int(os.environ.get("CROSSTIE_TEST_EVENTS", "1000"))
KILLS = int(os.environ.get("CROSSTIE_TEST_KILLS", "3"))


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_whatever_goes_wrong_the_database_has_exactly_what_happened(
    database: Database, version: str
) -> None:
    happened = await play_with_faults(database, version, EVENTS)
    assert happened.total() > EVENTS / 15


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_a_process_killed_at_random_points_loses_nothing_and_doubles_nothing(
    database_url: str, version: str
) -> None:
    await kill_at_random(database_url, version, EVENTS, KILLS)


async def test_when_a_host_fails_the_next_one_takes_over_a_little_before_where_it_was(
    sqlite_database: Database,
) -> None:
    world = invented(5, 800)
    half = Jetstream(world.events[:400], random.Random(1), faults=False)
    whole = Jetstream(world.events, random.Random(1), faults=False)
    async with AsyncExitStack() as stack:
        for jetstream in (whole, half):
            await stack.enter_async_context(jetstream.serving())
        addresses = (half.v1_url, whole.v2_url)
        supervisor = await stack.enter_async_context(bluesky(sqlite_database, *addresses))
        await until_the_end(sqlite_database)
        # The database has a page a moment before its status tells of it.
        await until(lambda: supervisor.statuses()[0].reconnects >= 1)
    assert int(whole.asked[0]["cursor"][0]) < world.events[399].time_us
    await assert_holds(sqlite_database, world)


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_what_a_host_has_forgotten_is_measured_and_told(
    sqlite_database: Database, version: str
) -> None:
    world = invented(6, 20_000)
    early = Jetstream(world.events[:1000], random.Random(1), faults=False)
    async with early.serving(), bluesky(sqlite_database, getattr(early, f"{version}_url")):
        await until(lambda: early.connections > 1)
    late = Jetstream(world.events, random.Random(1), faults=False, floor=15_000)
    late.port = early.port
    async with (
        late.serving(),
        bluesky(sqlite_database, getattr(late, f"{version}_url")) as supervisor,
    ):
        await until_the_end(sqlite_database)
        await until(lambda: supervisor.statuses()[0].gap is not None)
        (status,) = supervisor.statuses()
    assert status.gap is not None
    assert status.gap.state is GapState.MISSING
    assert to_us(status.gap.ends_at) == world.events[15_000].time_us
    assert abs(to_us(status.gap.starts_at) - world.events[999].time_us) <= 3 * STEP_US


async def test_a_host_that_lets_nobody_in_parks_the_source_and_says_what_to_correct(
    sqlite_database: Database,
) -> None:
    jetstream = Jetstream([], random.Random(1), faults=False)
    jetstream.refusals = [(404, {})] * 9
    async with jetstream.serving(), bluesky(sqlite_database, jetstream.v1_url) as supervisor:
        await until(lambda: any(s.state is SourceState.PARKED for s in supervisor.statuses()))
        (status,) = supervisor.statuses()
    assert "404" in status.reason
    assert "jetstream_url" in status.reason


async def test_a_host_that_asks_for_a_pause_gets_it(sqlite_database: Database) -> None:
    jetstream = Jetstream([], random.Random(1), faults=False)
    jetstream.refusals = [(429, {"Retry-After": "90"})]
    async with jetstream.serving(), aiohttp.ClientSession() as http:
        source = BlueskyLive(
            http, SystemClock(), FollowedPosts(sqlite_database), [jetstream.v1_url], 1.0
        )
        await source.watch(WATCHED)
        with pytest.raises(RateLimited) as limited:
            await source.next_page(None)
        assert 80 < (limited.value.retry_at - SystemClock().now()).total_seconds() < 91


async def test_where_nothing_is_followed_and_nothing_kept_nobody_is_asked(
    sqlite_database: Database,
) -> None:
    jetstream = Jetstream([], random.Random(1), faults=False)
    async with jetstream.serving(), aiohttp.ClientSession() as http:
        source = BlueskyLive(
            http, SystemClock(), FollowedPosts(sqlite_database), [jetstream.v1_url], 1.0
        )
        await source.watch(frozenset())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await source.next_page(None)
        assert jetstream.connections == 0
        await source.close()


async def test_a_page_that_was_not_committed_is_read_again(sqlite_database: Database) -> None:
    world = invented(7, 300)
    jetstream = Jetstream(world.events, random.Random(1), faults=False)
    async with jetstream.serving(), aiohttp.ClientSession() as http:
        source = BlueskyLive(
            http, SystemClock(), FollowedPosts(sqlite_database), [jetstream.v2_url], 1.0
        )
        await source.watch(WATCHED)
        first = await source.next_page(None)
        assert first.posts
        again = await source.next_page(None)
        found = {post.id for post in again.posts}
        async with asyncio.timeout(30):
            while not {post.id for post in first.posts} <= found:
                again = await source.next_page(again.cursor)
                found |= {post.id for post in again.posts}
        await source.close()
