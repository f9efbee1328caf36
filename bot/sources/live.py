"""The live Sources that the configuration turns on; one line for each platform."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from bot.sources.bluesky_live import BlueskyLive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.sources.base import Followed, Source


@asynccontextmanager
async def live_sources(
    settings: Settings, clock: Clock, followed: Followed
) -> AsyncIterator[tuple[Source, ...]]:
    """Makes them on one HTTP session, which is closed on leaving. Nothing is asked yet."""
    sources: list[Source] = []
    async with aiohttp.ClientSession() as http:
        bluesky = settings.sources.bluesky
        if bluesky.enabled:
            addresses, idle_s = bluesky.jetstream_url, bluesky.idle_s
            sources.append(BlueskyLive(http, clock, followed, addresses, idle_s))
        yield tuple(sources)
