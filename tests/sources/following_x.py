"""X followed by its real Source, from a stand-in, into a real database."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.errors import RateLimited, SourceError, SourceUnavailable
from bot.ids import Ids
from bot.model.budget import MICRO, Prices
from bot.model.posts import Watch
from bot.services.budget import Budget
from bot.services.ingest import Ingest
from bot.sources.x_api import XApi
from bot.sources.x_live import XSource
from bot.store import cursors
from tests.standins.x import TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.clock import ReplayClock
    from bot.model.posts import Page
    from bot.store.database import Database
    from tests.standins.x import XStandIn

PRICES = Prices(post=5_000, user=10_000, request=5_000)


def window(clock: ReplayClock, tag: str = "lrnchat", minutes: int = 60) -> Watch:
    """A session that begins now."""
    now = clock.now()
    return Watch(tag, now - timedelta(minutes=2), now + timedelta(minutes=minutes))


class Follower:
    """Steps the Source as its supervisor would, and keeps what it gave."""

    def __init__(
        self,
        db: Database,
        clock: ReplayClock,
        x: XStandIn,
        http: aiohttp.ClientSession,
        *,
        cap: int = 100 * MICRO,
        token: str = TOKEN,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self.db = db
        self.clock = clock
        self.x = x
        self.ingest = Ingest(db, clock)
        self._ids = Ids(clock, random.Random(1))
        self.patience = patience
        self.pages: list[Page] = []
        self.seen: set[str] = set()
        """The native ids of all posts given so far."""
        self.supervised = False
        """Whether failures are waited for, as the supervisor does."""
        self._pauses = False
        self._all_seen_before = 0
        """Of what X billed, in its order, so many were seen, or lost in a crash."""
        self._http = http
        self._cap = cap
        self._token = token
        self._task: asyncio.Task[None] | None = None
        self.restart()

    def restart(self) -> None:
        """As a new process: all that was not in the database is gone."""
        self.api = XApi(self._http, self._token, self.clock, self.x.address, timedelta(seconds=5))
        self.budget = Budget(self.db, self.clock, self._ids, PRICES, self._cap)
        self.source = XSource(
            self.api,
            self.clock,
            self.budget,
            patience=self.patience,
            gather=timedelta(milliseconds=5),
        )

    async def page(self) -> Page:
        """The next page, taken in."""
        async with self.db.read() as tx:
            cursor = await cursors.cursor_of(tx, self.source.name)
        page = await self.source.next_page(cursor)
        await self.ingest.take(page, self.source.name)
        self.pages.append(page)
        self.seen.update(post.native_id for post in page.posts)
        return page

    @property
    def following(self) -> asyncio.Task[None] | None:
        """What follows at the moment."""
        return self._task

    @property
    def is_connected(self) -> bool:
        """Whether the Source believes that it has a stream."""
        return self.source.is_connected

    @property
    def is_idle(self) -> bool:
        """Whether nothing happens until something is posted, or time passes."""
        return (
            (self._pauses or self.source.is_waiting)
            and self.x.streams == self.is_connected
            and self._all_billed_are_seen()
        )

    def _all_billed_are_seen(self) -> bool:
        billed = self.x.bill.first_reads
        while self._all_seen_before < len(billed):
            if billed[self._all_seen_before] not in self.seen:
                return False
            self._all_seen_before += 1
        return True

    async def settled(self) -> None:
        """Until it is idle, and was so while whoever was to be woken could wake."""
        quiet = 0
        while quiet < 50:
            await self.until(lambda: self.is_idle, 60.0)
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.is_idle else 0

    async def until(
        self, done: Callable[[], bool], most_s: float = 30.0, *, moving_s: float = 0.0
    ) -> None:
        """Follows until something is so, and goes on following; raises what ends that.

        Between two looks `moving_s` seconds pass.
        """
        async with asyncio.timeout(most_s):
            while not done():
                if self._task is None:
                    self._task = asyncio.ensure_future(self._forever())
                elif self._task.done():
                    task, self._task = self._task, None
                    task.result()
                await asyncio.sleep(0.002)
                if moving_s:
                    await self.later(seconds=moving_s)

    async def stop(self) -> None:
        """Follows no more, as when the process is ended."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, SourceError):
                await task
        await self.source.close()

    async def crash(self) -> None:
        """Ends as by kill -9, and is started again: nothing is settled, nobody is told."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, SourceError):
                await task
        await self._http.close()
        self._http = aiohttp.ClientSession()
        self._all_seen_before = len(self.x.bill.first_reads)
        self.restart()

    async def close(self) -> None:
        """Stops, with its HTTP session."""
        await self.stop()
        await self._http.close()

    async def _forever(self) -> None:
        while True:
            try:
                await self.page()
            except (SourceUnavailable, RateLimited) as exc:
                if not self.supervised:
                    raise
                until = getattr(exc, "retry_at", self.clock.now() + timedelta(seconds=1))
                self._pauses = True
                try:
                    await self.clock.sleep_until(until)
                finally:
                    self._pauses = False

    async def later(self, **by: float) -> None:
        """Lets time pass."""
        await self.clock.move_to(self.clock.now() + timedelta(**by))


@asynccontextmanager
async def following(
    db: Database, clock: ReplayClock, x: XStandIn, **more: object
) -> AsyncIterator[Follower]:
    """A Follower with its HTTP session."""
    follower = Follower(db, clock, x, aiohttp.ClientSession(), **more)  # type: ignore[arg-type]
    try:
        yield follower
    finally:
        await follower.close()


def at(text: str) -> datetime:
    """The instant."""
    return datetime.fromisoformat(text)
