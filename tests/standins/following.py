"""A following process for tests: one live Source into one database, until it is stopped.

`python -m tests.standins.following DATABASE_URL ADDRESS...` runs it for itself, to be killed; for
Mastodon the address is followed by a token.
"""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.clock import SystemClock
from bot.model.posts import Watch
from bot.services.followed import FollowedPosts
from bot.services.following import Following
from bot.services.health import Health
from bot.services.ingest import Ingest
from bot.sources.bluesky_api import BlueskyApi, Login
from bot.sources.bluesky_beside import Beside
from bot.sources.bluesky_live import BlueskyLive
from bot.sources.mastodon_api import MastodonApi
from bot.sources.mastodon_live import MastodonLive
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.sources.base import Source
    from bot.store.database import Database

WATCHED = frozenset({Watch("lrnchat")})
IDLE_S = 0.2


class HurriedClock(SystemClock):
    """The machine's own time, but nobody sleeps for long."""

    async def sleep_until(self, when: datetime) -> None:
        await super().sleep_until(min(when, self.now() + timedelta(milliseconds=5)))


async def _watched() -> frozenset[Watch]:
    return WATCHED


@asynccontextmanager
async def following(
    db: Database, clock: Clock, sources: Sequence[Source]
) -> AsyncIterator[Following]:
    """Follows the sources while the block runs."""
    ingest, stop = Ingest(db, clock), asyncio.Event()
    supervisor = Following(db, clock, random.Random(1), ingest, _watched, Health())
    async with asyncio.TaskGroup() as group:
        group.create_task(supervisor.run(sources, stop))
        try:
            yield supervisor
        finally:
            stop.set()


@asynccontextmanager
async def bluesky(
    db: Database,
    *addresses: str,
    clock: Clock | None = None,
    services: str = "",
    login: Login | None = None,
) -> AsyncIterator[Following]:
    """Follows Bluesky at these addresses, with its services at another, while the block runs."""
    clock, followed = clock or HurriedClock(), FollowedPosts(db)
    async with aiohttp.ClientSession() as http:
        beside = None
        if services:
            api = BlueskyApi(http, clock, services, 5.0, login)
            beside = Beside(api, clock, followed, timedelta())
        source = BlueskyLive(http, clock, followed, addresses, IDLE_S, beside)
        async with following(db, clock, [source]) as supervisor:
            yield supervisor


@asynccontextmanager
async def mastodon(
    db: Database, address: str, token: str, clock: Clock | None = None
) -> AsyncIterator[Following]:
    """Follows an instance of Mastodon while the block runs."""
    clock, kept = clock or HurriedClock(), FollowedPosts(db)
    async with aiohttp.ClientSession() as http:
        api = MastodonApi(http, clock, address, token, 5.0)
        source = MastodonLive(api, clock, kept, 1.0, timedelta())
        async with following(db, clock, [source]) as supervisor:
            yield supervisor


async def follow(url: str, *addresses: str) -> None:
    """Follows until it is killed."""
    async with open_database(url) as db:
        is_mastodon = addresses[0].startswith("http")
        source = (
            mastodon(db, addresses[0], addresses[1]) if is_mastodon else bluesky(db, *addresses)
        )
        async with source:
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(follow(*sys.argv[1:]))
