"""The live Sources that the configuration turns on; one line for each platform."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.sources.base import Followed, Source


@asynccontextmanager
async def live_sources(
    settings: Settings,  # noqa: ARG001
    clock: Clock,  # noqa: ARG001
    followed: Followed,  # noqa: ARG001
) -> AsyncIterator[tuple[Source, ...]]:
    """Makes them on one HTTP session, which is closed on leaving. Nothing is asked yet."""
    sources: list[Source] = []
    async with aiohttp.ClientSession() as _http:
        yield tuple(sources)
