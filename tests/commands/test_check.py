"""`crosstie check`: masked, complete, and tried against a stand-in for Discord."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.commands.check import check
from bot.model.permissions import (
    PERMISSION_BITS,
    PERMISSIONS,
    application_id_of,
    invite_link,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "MTAyOTM4NDc1NjEwMjkzODQ3NQ.Gabcde.made-up"


@contextmanager
def discord_answering(status: int, text: str) -> Iterator[str]:
    """A stand-in for Discord on loopback, in a thread of its own; gives its address."""
    loop = asyncio.new_event_loop()

    async def me(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == f"Bot {TOKEN}"
        return web.Response(status=status, text=text, content_type="application/json")

    async def start() -> tuple[web.AppRunner, int]:
        app = web.Application()
        app.router.add_get("/api/users/@me", me)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, int(runner.addresses[0][1])

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    runner, port = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def environ(api_base: str = "http://127.0.0.1:1/api") -> dict[str, str]:
    return {
        "CROSSTIE_DISCORD_TOKEN": TOKEN,
        "CROSSTIE__DISCORD__API_BASE": api_base,
        "CROSSTIE__SOURCES__BLUESKY__ENABLED": "false",
    }


def test_secrets_are_not_shown_but_that_they_are_set_is() -> None:
    secrets = {
        "CROSSTIE_X_BEARER_TOKEN": "swordfish",
        "CROSSTIE__DATABASE__URL": "postgresql://bot:hunter2@db/crosstie",
    }
    report = check(None, environ() | secrets, online=False).report
    assert "x_bearer_token = (set, not shown)" in report
    assert 'url = "postgresql://bot@db/crosstie"' in report
    for secret in (TOKEN, "swordfish", "hunter2"):
        assert secret not in report


def test_everything_wrong_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("[run]\nzone = 'x'\nzon = 1")
    checked = check(file, {}, online=False)
    assert [line.split(": ")[1] for line in checked.wrong] == ["run.zone", "run.zon"]


def test_a_client_secret_in_the_tokens_place_is_noticed() -> None:
    checked = check(None, {"CROSSTIE_DISCORD_TOKEN": "not-a-token"}, online=False)
    assert "is no bot token" in checked.wrong[0]


def test_a_database_in_a_folder_that_is_not_there_is_noticed(tmp_path: Path) -> None:
    url = {"CROSSTIE__DATABASE__URL": f"sqlite:///{tmp_path}/none/c.db"}
    assert "there is no folder" in check(None, environ() | url, online=False).wrong[0]


def test_the_link_asks_for_exactly_what_is_used() -> None:
    # Discord's documented bits 10, 11, 14, 15, 16, 33, 34, 35, 36, 38 and 44.
    assert PERMISSION_BITS == 17_995_913_088_000
    assert len(PERMISSIONS) == 11
    report = check(None, environ(), online=False).report
    assert invite_link(1029384756102938475) in report
    assert "scope=bot+applications.commands" in report


def test_the_application_may_be_set_instead_of_read_from_a_token() -> None:
    checked = check(None, {"CROSSTIE__DISCORD__APPLICATION_ID": "42"}, online=False)
    assert invite_link(42) in checked.report


@pytest.mark.parametrize("token", ["", "abc", "äöü.b.c", "aGVsbG8.x.y", "....", "MTA=.x"])
def test_what_is_no_token_has_no_application(token: str) -> None:
    assert application_id_of(token) in (None, 10)


def test_online_says_who_the_bot_is() -> None:
    with discord_answering(200, '{"id": "7", "username": "Crosstie"}') as api:
        checked = check(None, environ(api), online=True)
    assert "Discord: reached, as Crosstie (7)" in checked.report
    assert checked.wrong == ()


@pytest.mark.parametrize(
    ("status", "text", "said"),
    [
        (401, "{}", "the token is refused"),
        (503, "{}", "answers with status 503"),
        (200, "<html>", "no usable answer"),
        (200, "[]", "no usable answer"),
    ],
)
def test_online_says_what_went_wrong_and_the_next_step(status: int, text: str, said: str) -> None:
    with discord_answering(status, text) as api:
        checked = check(None, environ(api), online=True)
    assert "Discord: not reached" in checked.report
    assert said in checked.wrong[0]


def test_online_without_an_answer_says_so() -> None:
    checked = check(None, environ(), online=True)
    assert "no usable answer" in checked.wrong[0]
