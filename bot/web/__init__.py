"""What the process says of itself over HTTP: alive, ready, counted."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

_NO_METRIC = re.compile(r"[^a-zA-Z0-9_]")


class HealthStatus(Protocol):
    """What the pages are made of; bot.services.health has it."""

    def waiting(self) -> Mapping[str, str]:
        """Every part that is not ready, with the reason; empty when all are."""
        ...

    def facts(self) -> Mapping[str, Mapping[str, object]]:
        """More about some parts, such as each source; holds no secret and no person."""
        ...

    def metrics(self) -> Mapping[str, float]:
        """Numbers by name; the name of one that only grows ends in `_total`."""
        ...


def metrics_text(metrics: Mapping[str, float]) -> str:
    """The numbers in Prometheus' text format, each name with the prefix `crosstie_`."""
    lines = []
    for name, value in sorted(metrics.items()):
        metric = f"crosstie_{_NO_METRIC.sub('_', name)}"
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# TYPE {metric} {kind}", f"{metric} {value}"]
    return "\n".join([*lines, ""])


def health_app(status: HealthStatus) -> web.Application:
    """The three pages for the machine that watches; none of them asks the outside anything."""

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"alive": True, **status.facts()})

    async def readyz(_: web.Request) -> web.Response:
        waiting = dict(status.waiting())
        answer = {"ready": not waiting, "waiting": waiting}
        return web.json_response(answer, status=503 if waiting else 200)

    async def metrics(_: web.Request) -> web.Response:
        text = metrics_text(status.metrics())
        headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8"}
        return web.Response(body=text.encode(), headers=headers)

    app = web.Application()
    app.add_routes(
        [
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", metrics),
        ]
    )
    return app


@asynccontextmanager
async def serve_health(listen: str, status: HealthStatus) -> AsyncIterator[int | None]:
    """Serves the health pages on `host:port` while the block runs; gives the port in use.

    Port 0 takes a free one. An empty `listen` serves nothing, and gives None.

    Raises:
        ConfigError: the address can not be had.
    """
    if not listen:
        yield None
        return
    async with serving(health_app(status), listen, "health.listen") as port:
        yield port


@asynccontextmanager
async def serving(app: web.Application, listen: str, key: str) -> AsyncIterator[int]:
    """Serves an application on `host:port` while the block runs; gives the port in use.

    Raises:
        ConfigError: the address that the setting `key` names can not be had.
    """
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host.strip("[]"), int(port))
        try:
            await site.start()
        except OSError as exc:
            reason = f"{listen} can not be listened on ({exc.strerror or exc})"
            instead = 'end what listens there, choose another port, or write "" to serve nothing'
            raise ConfigError("settings", key, reason, instead) from exc
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
