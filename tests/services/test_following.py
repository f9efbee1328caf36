"""The supervisor over sources that misbehave."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import RateLimited, SourceRefused, SourceUnavailable, StoreUnavailable
from bot.model.following import Gap, SourceState, SourceStatus
from bot.model.people import Platform, account_key
from bot.model.posts import Cursor, Page, Post, Watch, post_key
from bot.services.following import LONGEST_PAUSE, Following, pause_after
from bot.services.health import Health
from bot.services.ingest import Ingest, Taken
from bot.store.cursors import cursor_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.clock import ReplayClock
    from bot.store.database import Database


class Scripted:
    """A Source that does what it is told, step by step, and then waits for ever."""

    def __init__(self, name: str, *steps: Page | Exception) -> None:
        self.name = name
        self.steps = list(steps)
        self.asked: list[Cursor | None] = []
        self.watched: list[frozenset[Watch]] = []
        self.closed = False

    async def next_page(self, after: Cursor | None) -> Page:
        self.asked.append(after)
        if not self.steps:
            await asyncio.Event().wait()
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step

    async def watch(self, watches: frozenset[Watch]) -> None:
        self.watched.append(watches)

    async def close(self) -> None:
        self.closed = True


def page(cursor: str, clock: ReplayClock, **more: object) -> Page:
    post = Post(
        id=post_key(Platform.BLUESKY, f"at://did:plc:a/app.bsky.feed.post/{cursor}"),
        platform=Platform.BLUESKY,
        native_id=f"at://did:plc:a/app.bsky.feed.post/{cursor}",
        author=account_key(Platform.BLUESKY, "did:plc:a"),
        at=clock.now(),
        text=None,
    )
    return Page(posts=(post,), cursor=Cursor(cursor), **more)  # type: ignore[arg-type]


class Supervised:
    def __init__(self, db: Database, clock: ReplayClock) -> None:
        self.db = db
        self.clock = clock
        self.health = Health()
        self.watches: frozenset[Watch] = frozenset()
        self.following = Following(
            db, clock, random.Random(7), Ingest(db, clock), self._watches, self.health
        )

    async def _watches(self) -> frozenset[Watch]:
        return self.watches

    @asynccontextmanager
    async def running(self, *sources: Scripted) -> AsyncIterator[None]:
        stop = asyncio.Event()
        async with asyncio.timeout(10), asyncio.TaskGroup() as group:
            group.create_task(self.following.run(sources, stop))
            try:
                yield
            finally:
                stop.set()

    def status(self, name: str) -> SourceStatus:
        return next(s for s in self.following.statuses() if s.name == name)

    async def until(self, so: Callable[[], bool], step: timedelta = timedelta(seconds=1)) -> None:
        """Lets time pass until something is so."""
        while not so():
            await asyncio.sleep(0.001)
            await self.clock.move_to(self.clock.now() + step)


@pytest.fixture
def supervised(sqlite_database: Database, clock: ReplayClock) -> Supervised:
    return Supervised(sqlite_database, clock)


def waits(source: Scripted, pages: int) -> Callable[[], bool]:
    return lambda: len(source.asked) > pages


async def test_pages_are_committed_with_their_cursor_and_asked_for_behind_it(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("bluesky", page("1", clock), page("2", clock))
    async with supervised.running(source):
        await supervised.until(waits(source, 2))
    assert source.asked == [None, "1", "2"]
    assert source.closed
    async with supervised.db.read() as tx:
        assert await cursor_of(tx, "bluesky") == "2"
        row = await tx.fetch_one("SELECT count(*) AS n FROM posts")
    assert row is not None
    assert row["n"] == 2
    assert supervised.health.waiting() == {}
    assert supervised.health.metrics()["source_bluesky_posts_total"] == 2


async def test_a_restart_goes_on_behind_the_kept_cursor(
    supervised: Supervised, clock: ReplayClock
) -> None:
    first, second = Scripted("bluesky", page("7", clock)), Scripted("bluesky")
    async with supervised.running(first):
        await supervised.until(waits(first, 1))
    async with supervised.running(second):
        await supervised.until(waits(second, 0))
    assert second.asked == ["7"]


async def test_a_page_that_the_database_could_not_take_is_taken_later_and_not_asked_for_again(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("bluesky", page("1", clock), page("2", clock))
    refusals = 2

    class Away(Ingest):
        async def take(self, page: Page, source: str) -> Taken:
            nonlocal refusals
            if refusals:
                refusals -= 1
                raise StoreUnavailable("the disk is full")
            return await super().take(page, source)

    supervised.following = Following(
        supervised.db,
        clock,
        random.Random(7),
        Away(supervised.db, clock),
        supervised._watches,
        supervised.health,
    )
    async with supervised.running(source):
        await supervised.until(waits(source, 2))
    assert source.asked == [None, "1", "2"]
    assert supervised.health.metrics()["source_bluesky_posts_total"] == 2


async def test_a_source_that_can_not_be_reached_is_tried_again_and_the_others_go_on(
    supervised: Supervised, clock: ReplayClock
) -> None:
    lame = Scripted("bluesky", SourceUnavailable("no answer"), page("1", clock))
    well = Scripted("x", page("1", clock))
    async with supervised.running(lame, well):
        await supervised.until(
            lambda: (
                bool(supervised.following.statuses())
                and supervised.status("bluesky").state is SourceState.RETRYING
            ),
            timedelta(),
        )
        assert supervised.health.waiting()["source bluesky"] == "no answer"
        await supervised.until(waits(lame, 2))
    assert supervised.status("bluesky").state is SourceState.FOLLOWING
    assert supervised.status("bluesky").reconnects == 1
    assert supervised.status("x").reconnects == 0


async def test_a_rate_limit_is_waited_for_to_the_second(
    supervised: Supervised, clock: ReplayClock
) -> None:
    until = clock.now() + timedelta(minutes=15)
    source = Scripted("x", RateLimited("too many requests", until))
    async with supervised.running(source):
        await supervised.until(lambda: len(source.asked) == 1)
        await supervised.until(lambda: clock.now() >= until - timedelta(seconds=2))
        assert len(source.asked) == 1
        assert supervised.status("x").until == until
        await supervised.until(waits(source, 1))


async def test_a_refusal_parks_the_source_with_its_reason(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("x", SourceRefused("the token is refused; make a new one"))
    async with supervised.running(source):
        await supervised.until(
            lambda: (
                bool(supervised.following.statuses())
                and supervised.status("x").state is SourceState.PARKED
            )
        )
        await supervised.until(lambda: clock.now().hour >= 20, timedelta(minutes=5))
    assert len(source.asked) == 1
    assert supervised.health.waiting() == {
        "source x": "parked: the token is refused; make a new one"
    }
    assert supervised.health.metrics()["source_x_parked"] == 1


async def test_three_bugs_in_ten_minutes_park_the_source_and_two_do_not(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("x", KeyError("a"), KeyError("b"), page("1", clock), KeyError("c"))
    async with supervised.running(source):
        await supervised.until(waits(source, 2))
        assert supervised.status("x").state is not SourceState.PARKED
        await supervised.until(lambda: supervised.status("x").state is SourceState.PARKED)
    assert "report" in supervised.status("x").reason


async def test_bugs_that_are_rare_do_not_park(supervised: Supervised, clock: ReplayClock) -> None:
    source = Scripted("x", *(step for n in range(6) for step in (KeyError(n), page("1", clock))))
    async with supervised.running(source):
        for asked in range(2, 14, 2):
            await supervised.until(waits(source, asked))
            await clock.move_to(clock.now() + timedelta(minutes=11))
    assert supervised.status("x").state is SourceState.FOLLOWING


async def test_what_is_to_be_followed_is_told_at_start_and_when_it_changes(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("bluesky")
    supervised.watches = frozenset({Watch("lrnchat")})
    async with supervised.running(source):
        await supervised.until(lambda: len(source.watched) == 1)
        later = clock.now() + timedelta(minutes=2)
        await supervised.until(lambda: clock.now() > later)
        assert len(source.watched) == 1
        supervised.watches = frozenset({Watch("lrnchat"), Watch("edchat")})
        await supervised.until(lambda: len(source.watched) == 2)
    assert source.watched[1] == supervised.watches


async def test_a_gap_and_a_lag_are_shown(supervised: Supervised, clock: ReplayClock) -> None:
    start = clock.now()
    gap = Gap(start - timedelta(hours=3), start - timedelta(hours=1), "the host keeps an hour")
    seen = page("1", clock, gap=gap, seen_at=start - timedelta(seconds=4))
    source = Scripted("bluesky", seen, page("2", clock))
    async with supervised.running(source):
        await supervised.until(waits(source, 2), timedelta())
    status = supervised.status("bluesky")
    assert status.gap == gap
    assert supervised.health.metrics()["source_bluesky_gap_seconds"] == 7200
    facts = supervised.health.facts()["sources"]["bluesky"]
    assert isinstance(facts, dict)
    assert facts["state"] == "following"


async def test_without_a_source_it_waits_to_be_stopped(supervised: Supervised) -> None:
    async with supervised.running():
        pass
    assert supervised.following.statuses() == ()


async def test_a_source_that_falls_over_at_every_step_never_asks_in_a_tight_loop(
    supervised: Supervised, clock: ReplayClock
) -> None:
    source = Scripted("bluesky", *(SourceUnavailable("down") for _ in range(2000)))
    start = clock.now()
    async with supervised.running(source):
        await supervised.until(
            lambda: clock.now() > start + timedelta(hours=2), timedelta(seconds=20)
        )
    assert len(source.asked) < 60


def test_pauses_double_up_to_five_minutes(rng: random.Random) -> None:
    one: Callable[[int], timedelta] = lambda n: pause_after(n, rng)  # noqa: E731
    assert timedelta(seconds=0.25) <= one(1) <= timedelta(seconds=0.5)
    assert timedelta(seconds=2) <= one(4) <= timedelta(seconds=4)
    assert LONGEST_PAUSE / 2 <= one(500) <= LONGEST_PAUSE
    assert len({one(9) for _ in range(20)}) > 10


async def test_a_source_that_can_not_be_told_what_to_follow_ends_nothing(
    supervised: Supervised, clock: ReplayClock
) -> None:
    class Deaf(Scripted):
        async def watch(self, watches: frozenset[Watch]) -> None:
            raise KeyError("a bug")

        async def close(self) -> None:
            raise KeyError("another")

    deaf, well = Deaf("x"), Scripted("bluesky", page("1", clock))
    async with supervised.running(well, deaf):
        await supervised.until(waits(well, 1))
        await supervised.until(lambda: len(well.watched) == 1)
    assert well.closed


class HardOfHearing(Scripted):
    """Loses its first cancellation, as `wait_for` of Python 3.11 may."""

    async def next_page(self, after: Cursor | None) -> Page:
        self.asked.append(after)
        if len(self.asked) == 1:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            return Page()
        return await super().next_page(after)


async def test_a_source_that_loses_a_cancellation_ends_all_the_same(
    supervised: Supervised,
) -> None:
    source = HardOfHearing("deaf")
    async with supervised.running(source):
        await supervised.until(waits(source, 0))
    assert source.closed
    assert len(source.asked) > 1


async def test_a_source_is_told_what_is_held_on_its_platform(supervised: Supervised) -> None:
    everywhere, there = Watch("lrnchat"), Watch("medchat", platforms=frozenset({Platform.MASTODON}))
    supervised.watches = frozenset({everywhere, there})
    sources = [Scripted("bluesky"), Scripted("mastodon one.example")]
    async with supervised.running(*sources):
        await supervised.until(lambda: all(source.watched for source in sources))
    assert sources[0].watched == [{everywhere}]
    assert sources[1].watched == [{everywhere, Watch("medchat")}]
