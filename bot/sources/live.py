"""The live Sources that the configuration turns on; one line for each platform."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.sources.bluesky_api import BlueskyApi, Login
from bot.sources.bluesky_beside import Beside
from bot.sources.bluesky_live import BlueskyLive
from bot.sources.mastodon_api import MastodonApi
from bot.sources.mastodon_live import MastodonLive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.sources.base import Allowance, AsksCompliance, Followed, Source


def bluesky_api(settings: Settings, http: aiohttp.ClientSession, clock: Clock) -> BlueskyApi:
    """Bluesky's own services, with the login where one is given."""
    bluesky, password = settings.sources.bluesky, settings.secrets.bluesky_app_password
    login = None
    if bluesky.handle is not None and password is not None:
        login = Login(bluesky.login_host, bluesky.handle, password.get_secret_value())
    return BlueskyApi(http, clock, bluesky.api_base, bluesky.timeout_s, login)


_BATCH_WITHIN = timedelta(minutes=5)
"""A million ids are 20 MB."""


@asynccontextmanager
async def live_sources(
    settings: Settings, clock: Clock, followed: Followed, budget: Allowance | None
) -> AsyncIterator[tuple[Source, ...]]:
    """Makes them on one HTTP session, which is closed on leaving. Nothing is asked yet."""
    sources: list[Source] = []
    async with aiohttp.ClientSession() as http:
        bluesky = settings.sources.bluesky
        if bluesky.enabled:
            addresses, idle_s = bluesky.jetstream_url, bluesky.idle_s
            beside = Beside(bluesky_api(settings, http, clock), clock, followed)
            sources.append(BlueskyLive(http, clock, followed, addresses, idle_s, beside))
        if settings.mastodon_is_on:
            mastodon, tokens = settings.sources.mastodon, settings.secrets.mastodon_tokens
            for instance, token in zip(mastodon.instances, tokens, strict=True):
                if token is not None:
                    secret, limit = token.get_secret_value(), mastodon.timeout_s
                    api = MastodonApi(http, clock, instance.base_url, secret, limit)
                    sources.append(MastodonLive(api, clock, followed, mastodon.idle_s))
        token = settings.secrets.x_bearer_token
        if settings.x_is_on and budget is not None and token is not None:
            # Here, since tweepy takes long to import and few have a budget for X.
            from bot.sources.x_api import XApi
            from bot.sources.x_live import XSource

            x = settings.sources.x
            within, patience = timedelta(seconds=x.timeout_s), timedelta(seconds=x.idle_s)
            x_api = XApi(http, token.get_secret_value(), clock, x.api_base, within)
            sources.append(XSource(x_api, clock, budget, patience=patience))
        yield tuple(sources)


@asynccontextmanager
async def x_compliance(settings: Settings, clock: Clock) -> AsyncIterator[AsksCompliance | None]:
    """Who asks X what has to go, on an HTTP session of its own; None where X is off."""
    token = settings.secrets.x_bearer_token
    if not settings.x_is_on or token is None:
        yield None
        return
    from bot.sources.x_api import XApi
    from bot.sources.x_compliance import XCompliance

    async with aiohttp.ClientSession() as http:
        base = settings.sources.x.api_base
        yield XCompliance(XApi(http, token.get_secret_value(), clock, base, _BATCH_WITHIN))
