"""The live Sources that the configuration turns on; one line for each platform."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from bot.sources.bluesky_live import BlueskyLive
from bot.sources.mastodon_api import MastodonApi
from bot.sources.mastodon_live import MastodonLive

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
        if settings.mastodon_is_on:
            mastodon, tokens = settings.sources.mastodon, settings.secrets.mastodon_tokens
            for instance, token in zip(mastodon.instances, tokens, strict=True):
                if token is not None:
                    secret, limit = token.get_secret_value(), mastodon.timeout_s
                    api = MastodonApi(http, clock, instance.base_url, secret, limit)
                    sources.append(MastodonLive(api, clock, mastodon.idle_s))
        yield tuple(sources)
