"""Traps of tweepy (architecture, section 6) that no misbehaving host is needed for.

The others are in test_x_faults and test_x_live: cancelling, a clean close, a partial line, a line
that no handler takes, 429 without a reset, UsageCapExceeded, a 5xx of HTML.
"""

from __future__ import annotations

import inspect
import io
import logging
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest
from tweepy.asynchronous import AsyncClient, AsyncStreamingClient

from bot.clock import SystemClock
from bot.errors import SourceError
from bot.log import configure
from bot.sources.x_api import TWEEPY_HOST, XApi
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def x() -> AsyncIterator[standin.XStandIn]:
    async with standin.serve(SystemClock()) as it:
        yield it


async def _everything(x: standin.XStandIn) -> None:
    """Asks all that is ever asked."""
    async with aiohttp.ClientSession() as http:
        api = XApi(http, standin.TOKEN, x.clock, x.address)
        await api.add_rules(["#lrnchat"], "crosstie")
        await api.delete_rules([rule.id for rule in await api.rules()])
        await api.search("#lrnchat", most=10, authors=True)
        await api.usage()
        job = await api.create_job("tweets", "crosstie")
        await api.jobs("tweets", "crosstie")
        await api.upload(job.upload_url, ["1"])
        await api.job(job.id)
        await api.download(job.download_url)
        (await api.open_stream(authors=True)).close()


async def test_the_host_that_is_written_into_tweepy_is_never_asked(x: standin.XStandIn) -> None:
    await _everything(x)
    assert {kind for kind, _ in x.asked} == {
        "change_rules", "create_job", "download", "job", "jobs", "rules", "search", "stream",
        "upload", "usage",
    }  # fmt: skip
    for client in (AsyncClient, AsyncStreamingClient):  # should tweepy ask another one day
        written = inspect.getsource(sys.modules[client.__module__])
        assert written.count("https://") >= written.count(TWEEPY_HOST) >= 1


async def test_a_request_is_asked_once_whatever_tweepy_would_do(x: standin.XStandIn) -> None:
    for fault in (standin.LIMITED, standin.CAPPED, standin.HTML_503):
        x.asked.clear()
        x.faults["search"] = [fault]
        async with aiohttp.ClientSession() as http:
            api = XApi(http, standin.TOKEN, x.clock, x.address)
            with pytest.raises(SourceError):
                await api.search("#lrnchat", most=10, authors=False)
        assert x.count("search") == 1


async def test_the_token_is_not_logged_by_tweepy_at_debug(x: standin.XStandIn) -> None:
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    try:
        configure("text", "debug", stream=out)
        await _everything(x)
        assert logging.getLogger("tweepy").getEffectiveLevel() > logging.DEBUG
    finally:
        root.handlers[:], root.level = handlers, level
    assert standin.TOKEN not in out.getvalue()
