"""The log: where it goes, in which form, and what never stands in it."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Literal

import pytest

from bot.log import MASK, configure

if TYPE_CHECKING:
    from collections.abc import Iterator

# Made up, of the same shape as a real one.
TOKEN = "MTAyOTM4NDc1NjEwMjkzODQ3NQ.Gabcde." + "x" * 38


@pytest.fixture(autouse=True)
def _the_log_is_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(form: Literal["text", "json"], message: str, *args: object, secret: str = "") -> str:
    out = io.StringIO()
    configure(form, "debug", secrets=[secret], stream=out)
    logging.getLogger("bot.test").info(message, *args)
    return out.getvalue()


def test_a_line_has_time_level_place_and_words() -> None:
    line = logged("text", "page taken posts=%s", 3)
    assert line.endswith(" INFO    bot.test: page taken posts=3\n")
    assert "+00:00 " in line


def test_json_is_one_object_a_line() -> None:
    line = json.loads(logged("json", "two\nlines"))
    assert line["message"] == "two\nlines"
    assert line["level"] == "info"
    assert line["logger"] == "bot.test"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    ("message", "secret"),
    [
        (f"logging in with {TOKEN}", TOKEN),
        ("Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAMLheAAAA%2Ftest", "AAAAAMLheAAAA"),
        ("postgresql://bot:hunter2@db/crosstie", "hunter2"),
        ("GET /timeline?access_token=hunter2&limit=3", "hunter2"),
        ("POST /webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2/messages", "aW50ZXJhY3Rpb246"),
        ("my own secret is swordfish, plainly", "swordfish"),
    ],
)
def test_no_secret_stands_in_the_log(
    form: Literal["text", "json"], message: str, secret: str
) -> None:
    line = logged(form, "%s", message, secret="swordfish")
    assert secret not in line
    assert MASK in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_traceback_is_kept_without_its_secrets(form: Literal["text", "json"]) -> None:
    out = io.StringIO()
    configure(form, secrets=["swordfish"], stream=out)
    try:
        raise ValueError("bad token swordfish")
    except ValueError:
        logging.getLogger("bot.test").exception("failed")
    assert "ValueError" in out.getvalue()
    assert "swordfish" not in out.getvalue()


def test_noisy_libraries_stay_quiet_at_debug() -> None:
    out = io.StringIO()
    configure("text", "debug", stream=out)
    for name in ("tweepy", "discord.gateway", "aiosqlite", "apscheduler.scheduler"):
        logging.getLogger(name).debug("a frame with a token in it")
    assert out.getvalue() == ""


def test_an_empty_secret_masks_nothing() -> None:
    assert MASK not in logged("text", "plain words", secret="")


def test_nothing_is_said_of_voice_which_is_not_used() -> None:
    assert logged("text", "davey is not installed, voice will NOT be supported") == ""
