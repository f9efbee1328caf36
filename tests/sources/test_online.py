"""What `crosstie check --online` tells a tired organiser about each source."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.clock import SystemClock
from bot.config import read
from bot.model.posts import to_us
from bot.sources.online import Tried, try_sources
from tests.standins import x as standin
from tests.standins.bluesky_api import HANDLE, PASSWORD, BlueskyServices
from tests.standins.bluesky_events import world_of
from tests.standins.jetstream import Jetstream
from tests.standins.mastodon import TOKEN, Mastodon

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.standins.x_jobs import Fault

NOBODY = "127.0.0.1:9"


async def tried(folder: Path, toml: str, environ: Mapping[str, str]) -> list[Tried]:
    path = folder / "config.toml"
    path.write_text(f"[discord]\ntimeout_s = 5.0\n{toml}")
    settings, errors = read(path, environ)
    assert settings is not None, errors
    return await try_sources(settings, SystemClock())


def bluesky_at(*addresses: str) -> str:
    return f'[sources.bluesky]\napi_base = "http://{NOBODY}"\njetstream_url = {list(addresses)}\n'


WITHOUT_BLUESKY = "[sources.bluesky]\nenabled = false\n"


async def test_every_host_of_bluesky_is_tried(tmp_path: Path) -> None:
    events = world_of(random.Random(1), 5, to_us(SystemClock().now())).events
    async with Jetstream(events, random.Random(1), faults=False).serving() as jetstream:
        wrong = jetstream.v1_url.replace("/subscribe", "/")
        toml = bluesky_at(jetstream.v1_url, jetstream.v2_url, wrong, f"ws://{NOBODY}/subscribe")
        one, two, lost, down, profiles = await tried(tmp_path, toml, {})
    assert one.found.startswith("reached, version 1, ")
    assert two.found.startswith("reached, version 2, ")
    assert "404" in lost.error
    assert "jetstream_url" in lost.error
    assert "network" in down.error
    assert "can not be reached" in profiles.error


@pytest.mark.parametrize(
    ("password", "says"), [(PASSWORD, f"reached, as {HANDLE}"), ("old", "make a new app password")]
)
async def test_a_login_at_bluesky_is_tried(tmp_path: Path, password: str, says: str) -> None:
    async with BlueskyServices().serving() as services:
        toml = bluesky_at(f"ws://{NOBODY}/subscribe").replace(f"http://{NOBODY}", services.url)
        toml += f'handle = "{HANDLE}"\nlogin_host = "{services.url}"\n'
        environ = {"CROSSTIE_BLUESKY_APP_PASSWORD": password}
        _, profiles, search = await tried(tmp_path, toml, environ)
    assert profiles.found == "reached"
    assert says in search.found + search.error


@asynccontextmanager
async def x_answering(status: int, body: Any) -> AsyncIterator[str]:
    async def usage(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer t"
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html")
        return web.json_response(body, status=status)

    app = web.Application()
    app.router.add_get("/2/usage/tweets", usage)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


CAP = {"title": "UsageCapExceeded", "type": "https://api.x.com/2/problems/usage-capped"}


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, {"data": {"project_usage": "1234"}}, "X has counted 1234 posts; whether"),
        (401, {"title": "Unauthorized"}, "make a new bearer token"),
        (402, {"title": "CreditsDepleted"}, "out of credit; add credit"),
        (403, {"title": "Forbidden"}, "look at the app's access"),
        (429, CAP, "cap for this month is used up"),
        (429, {"title": "Too Many Requests"}, "the token works"),
        (503, "<html>over capacity</html>", "try again later"),
        (200, "<html>a login page</html>", "no answer of X"),
    ],
)
async def test_x_says_what_it_needs(tmp_path: Path, status: int, body: Any, says: str) -> None:
    async with x_answering(status, body) as base:
        x = f'[sources.x]\napi_base = "{base}"\nmonthly_budget_usd = 10.0\n'
        toml = WITHOUT_BLUESKY + x
        (found,) = await tried(tmp_path, toml, {"CROSSTIE_X_BEARER_TOKEN": "t"})
    assert says in found.found + found.error
    assert bool(found.error) == (says != "X has counted 1234 posts; whether")


@pytest.mark.parametrize(
    ("kind", "fault", "token", "says"),
    [
        ("usage", None, standin.TOKEN, "reached; it may stream"),
        ("rules", standin.FORBIDDEN, standin.TOKEN, "it may only search: reposts will be missing"),
        ("rules", standin.HTML_503, standin.TOKEN, "whether it may stream was not told"),
        ("usage", None, "mistyped", "make a new bearer token"),
        ("usage", standin.PAYMENT, standin.TOKEN, "out of credit; add credit"),
        ("usage", standin.CAPPED, standin.TOKEN, "cap for this month is used up"),
        ("usage", standin.FORBIDDEN, standin.TOKEN, "look at the app's access"),
        ("usage", standin.HTML_503, standin.TOKEN, "try again later"),
    ],
)
async def test_x_is_asked_for_what_it_lets_the_token_do_and_nothing_is_billed(
    tmp_path: Path, kind: str, fault: Fault | None, token: str, says: str
) -> None:
    async with standin.serve(SystemClock()) as x:
        if fault is not None:
            x.faults[kind] = [fault]
        toml = f'{WITHOUT_BLUESKY}[sources.x]\napi_base = "{x.address}"\nmonthly_budget_usd = 9.0\n'
        (found,) = await tried(tmp_path, toml, {"CROSSTIE_X_BEARER_TOKEN": token})
        assert says in found.found + found.error
        assert {asked for asked, _ in x.asked} <= {"usage", "rules"}
    (down,) = await tried(tmp_path, toml, {"CROSSTIE_X_BEARER_TOKEN": token})
    assert "look at the network" in down.error


async def test_mastodon_says_whose_token_it_is_and_which_is_wrong(tmp_path: Path) -> None:
    async with Mastodon().serving() as instance:
        toml = f"""{WITHOUT_BLUESKY}
[[sources.mastodon.instances]]
base_url = "{instance.url}"
[[sources.mastodon.instances]]
base_url = "{instance.url}"
[[sources.mastodon.instances]]
base_url = "http://{NOBODY}"
"""
        environ = {
            "CROSSTIE_MASTODON_TOKEN_1": TOKEN,
            "CROSSTIE_MASTODON_TOKEN_2": "wrong",
            "CROSSTIE_MASTODON_TOKEN_3": TOKEN,
        }
        well, wrong, down = await tried(tmp_path, toml, environ)
    assert well.found == "reached, as crosstie"
    assert "refuses the token (401); make a new one there" in wrong.error
    assert "can not be reached" in down.error
    assert "look at the network" in down.error


async def test_what_is_off_is_not_asked(tmp_path: Path) -> None:
    assert await tried(tmp_path, WITHOUT_BLUESKY, {}) == []
