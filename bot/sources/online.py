"""Tries each source once, as `crosstie check --online` does: reached, or what it needs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import aiohttp
import msgspec
from yarl import URL

from bot.errors import PayloadError, SourceError, SourceRefused, SourceUnavailable
from bot.model.posts import from_us
from bot.sources.answers import body_of
from bot.sources.bluesky import opened
from bot.sources.bluesky_live import MOST_READ
from bot.sources.live import bluesky_api
from bot.sources.mastodon_api import MastodonApi
from bot.sources.payloads import decoded

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bot.clock import Clock
    from bot.settings import Settings
    from bot.sources.bluesky_api import BlueskyApi

_X_PAGE = "your app's page in X's developer console"


@dataclass(frozen=True, slots=True)
class Tried:
    """One source that was asked."""

    name: str
    found: str
    """What it answered; empty where it did not do what was asked."""
    error: str = ""
    """Why not, and the next step."""


async def try_sources(settings: Settings, clock: Clock) -> list[Tried]:
    """Asks every source that is on; none of it is billed, nothing is kept."""
    limit = settings.discord.timeout_s
    tried: list[Tried] = []

    async def attempt(name: str, answer: Awaitable[str]) -> None:
        try:
            async with asyncio.timeout(limit):
                tried.append(Tried(name, await answer))
        except SourceError as exc:
            tried.append(Tried(name, "", str(exc)))
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            reason = f"no answer ({type(exc).__name__}); look at the network and at the address"
            tried.append(Tried(name, "", reason))

    async with aiohttp.ClientSession() as http:
        if settings.sources.bluesky.enabled:
            for url in map(URL, settings.sources.bluesky.jetstream_url):
                name = f"Bluesky {url.host_port_subcomponent}"
                await attempt(name, _jetstream(http, clock, url))
            services = bluesky_api(settings, http, clock)
            await attempt("Bluesky profiles", _profiles(services))
            if services.can_search:
                await attempt("Bluesky search", _search(services))
        token = settings.secrets.x_bearer_token
        if settings.x_is_on and token is not None:
            base, secret = settings.sources.x.api_base, token.get_secret_value()
            await attempt("X", _x(http, base, secret))
        if settings.mastodon_is_on:
            mastodon, tokens = settings.sources.mastodon, settings.secrets.mastodon_tokens
            for instance, given in zip(mastodon.instances, tokens, strict=True):
                if given is not None:
                    secret = given.get_secret_value()
                    api = MastodonApi(http, clock, instance.base_url, secret, limit)
                    await attempt(f"Mastodon {api.host}", _mastodon(api))
    return tried


async def _jetstream(http: aiohttp.ClientSession, clock: Clock, url: URL) -> str:
    """Connects and waits for one event."""
    is_v2 = url.path.rstrip("/").endswith("subscribeEvents")
    protocols = ("xrpc.v1.json",) if is_v2 else ()
    try:
        async with http.ws_connect(url, protocols=protocols, max_msg_size=MOST_READ) as socket:
            frame = opened((await socket.receive_str()).encode())
    except aiohttp.WSServerHandshakeError as exc:
        raise SourceRefused(
            f"answers {exc.status} instead of a stream; look at [sources.bluesky] jetstream_url: "
            "version 1 ends in /subscribe, version 2 in /subscribeEvents"
        ) from exc
    except (aiohttp.WSMessageTypeError, PayloadError) as exc:
        raise SourceUnavailable("sends what is no event of Jetstream; try another host") from exc
    if frame.at_us < 0:
        return f"reached, version {2 if is_v2 else 1}"
    behind = max((clock.now() - from_us(frame.at_us)).total_seconds(), 0)
    return f"reached, version {2 if is_v2 else 1}, {behind:.1f} s behind"


async def _profiles(api: BlueskyApi) -> str:
    await api.profiles(["bsky.app"])
    return "reached"


async def _search(api: BlueskyApi) -> str:
    return f"reached, as {await api.sign_in()}"


async def _mastodon(api: MastodonApi) -> str:
    notice = await api.check()
    reached = f"reached, as {await api.whose()}"
    return f"{reached}; {notice}" if notice else reached


class _Problem(msgspec.Struct):
    title: str | None = None
    type: str | None = None


class _Usage(msgspec.Struct):
    project_usage: str | int | None = None


class _UsageAnswer(msgspec.Struct):
    data: _Usage | None = None


_PROBLEM = msgspec.json.Decoder(_Problem)
_USAGE = msgspec.json.Decoder(_UsageAnswer)
_REFUSALS = {
    401: f"the token is refused: wrong, or no longer valid; make a new bearer token on {_X_PAGE}, "
    "and set CROSSTIE_X_BEARER_TOKEN to it",
    402: f"the account is out of credit; add credit on {_X_PAGE}, under Billing",
    403: f"the token is known, but may not read; look at the app's access on {_X_PAGE}",
}


async def _x(http: aiohttp.ClientSession, base: str, token: str) -> str:
    """Asks how much was used: X bills nothing for that."""
    url = f"{base.rstrip('/')}/2/usage/tweets"
    async with http.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        body = await body_of(answer, 1 << 20)
        if answer.status == 200:
            try:
                used = (decoded(_USAGE, body).data or _Usage()).project_usage
            except PayloadError as exc:
                raise SourceUnavailable("answers with what is no answer of X") from exc
            reached = "reached" if used is None else f"reached; X has counted {used} posts"
            return f"{reached}; {await _x_stream(http, base, token)}"
        if _is_cap(body):
            raise SourceRefused(
                f"X's own cap for this month is used up; raise it on {_X_PAGE}, or wait for the "
                "next month"
            )
        if answer.status in _REFUSALS:
            raise SourceRefused(_REFUSALS[answer.status])
        if answer.status == 429:
            raise SourceUnavailable("was asked too often; the token works; try again in 15 minutes")
        raise SourceUnavailable(f"answers with status {answer.status}; try again later")


async def _x_stream(http: aiohttp.ClientSession, base: str, token: str) -> str:
    """Whether the token may stream: asks for its rules, which are no posts and not billed."""
    url = f"{base.rstrip('/')}/2/tweets/search/stream/rules"
    async with http.get(url, headers={"Authorization": f"Bearer {token}"}) as answer:
        if answer.status == 200:
            return "it may stream"
        if answer.status == 403:
            return f"it may only search: reposts will be missing; see {_X_PAGE}"
        return f"whether it may stream was not told (status {answer.status})"


def _is_cap(body: bytes) -> bool:
    try:
        problem = decoded(_PROBLEM, body)
    except PayloadError:
        return False
    return "usage-cap" in (problem.type or "") or "UsageCap" in (problem.title or "")
