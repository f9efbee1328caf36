"""The health pages, asked over loopback."""

from __future__ import annotations

import socket

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ConfigError
from bot.services.health import Health
from bot.web import metrics_text, serve_health


async def ask(port: int | None, page: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}{page}") as answer,
    ):
        return answer.status, await answer.text()


async def test_a_starting_process_is_alive_but_not_ready() -> None:
    health = Health("database", "discord")
    async with serve_health("127.0.0.1:0", health) as port:
        assert (await ask(port, "/healthz"))[0] == 200
        status, text = await ask(port, "/readyz")
        assert status == 503
        assert '"discord": "starting"' in text


async def test_it_is_ready_when_every_part_is_and_not_when_one_stops() -> None:
    health = Health("database", "discord")
    async with serve_health("127.0.0.1:0", health) as port:
        health.is_ready("database")
        health.is_ready("discord")
        assert await ask(port, "/readyz") == (200, '{"ready": true, "waiting": {}}')
        health.is_waiting("source bluesky", "no answer since 18:00")
        assert (await ask(port, "/readyz"))[0] == 503


async def test_counters_and_gauges_are_shown_as_prometheus_wants_them() -> None:
    health = Health()
    health.count("posts_taken_total", 3)
    health.count("posts_taken_total")
    health.gauge("members", 60)
    async with serve_health("127.0.0.1:0", health) as port:
        status, text = await ask(port, "/metrics")
    assert status == 200
    assert text.splitlines() == [
        "# TYPE crosstie_members gauge",
        "crosstie_members 60",
        "# TYPE crosstie_posts_taken_total counter",
        "crosstie_posts_taken_total 4",
    ]


async def test_there_is_no_other_page() -> None:
    async with serve_health("127.0.0.1:0", Health()) as port:
        assert (await ask(port, "/"))[0] == 404


async def test_an_empty_address_serves_nothing() -> None:
    async with serve_health("", Health()) as port:
        assert port is None


async def test_a_taken_port_is_a_setting_to_correct() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(ConfigError, match=r"health\.listen"):
            async with serve_health(listen, Health()):
                pytest.fail("it was served")


async def test_after_the_block_the_port_is_free() -> None:
    async with serve_health("127.0.0.1:0", Health()) as port:
        pass
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", port or 0)) != 0


@given(st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_any_name_becomes_one_that_prometheus_reads(metrics: dict[str, float]) -> None:
    for line in metrics_text(metrics).split("\n"):
        assert not line or line.isascii()
