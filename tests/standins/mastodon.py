"""A Mastodon instance on loopback: a timeline that goes on, streams that are cut."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator

TOKEN = "masto-token"
_REFUSALS: dict[str, tuple[int, dict[str, str], str]] = {
    "429": (429, {"Retry-After": "1"}, "<html>slow down</html>"),
    "429 without a time": (429, {}, "{}"),
    "503": (503, {}, "<html>busy</html>"),
}
"""After a stream is cut: what the next request gets instead of its answer."""
_COMMON: tuple[str, ...] = (
    "cut",
    "end",
    "twice",
    "garbage",
    "unknown",
    "missing",
    "late",
    "halves",
    "skewed",
)
_COMMON += ("tombstone", *_REFUSALS)
_RARE = ("silent", "huge")


@dataclass
class Mastodon:
    """Serves what `happens`; with a `rng`, one event in ten is accompanied by a fault."""

    rng: random.Random | None = None
    timeline: dict[str, dict[str, Any]] = field(default_factory=dict)
    others: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Posts that can be asked for, and are under no hashtag."""
    instance: dict[str, Any] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    """Given to the next requests instead of what they want."""
    asked: list[str] = field(default_factory=list)
    streams: list[web.StreamResponse] = field(default_factory=list)
    in_pieces: bool = False
    """Timelines arrive as they do from far away: a little at a time."""
    falters: set[int] = field(default_factory=set)
    """Which of all requests for a timeline, from 1, get 503 and a page of HTML."""
    timelines: int = 0
    remaining: int | None = None
    is_old: bool = False
    """Before version 4.3: gives posts one at a time."""
    happened: Counter[str] = field(default_factory=Counter)
    """How often each fault came."""
    port: int = 0
    _mute: list[web.StreamResponse] = field(default_factory=list)
    """Streams that are open and say nothing any more, not even that they live."""
    _held: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Mastodon]:
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.get("/api/v2/instance", self._instance),
                web.get("/api/v1/accounts/verify_credentials", self._whose),
                web.get("/api/v1/timelines/tag/{tag}", self._timeline),
                web.get("/api/v1/statuses", self._statuses),
                web.get("/api/v1/statuses/{id}", self._status),
                web.get("/api/v1/streaming/hashtag", self._stream),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()

    def behaves(self) -> None:
        """From now on nothing goes wrong."""
        self.rng = None
        self.answers.clear()

    async def post(self, status: dict[str, Any]) -> None:
        """A status is posted, or changed."""
        event = "status.update" if status["id"] in self.timeline else "update"
        self.timeline[status["id"]] = status
        await self._happens(event, json.dumps(status))

    async def delete(self, id_: str) -> None:
        """A status is deleted."""
        self.timeline.pop(id_, None)
        await self._happens("delete", id_)

    async def _happens(self, event: str, data: str) -> None:
        sent = f"event: {event}\ndata: {data}\n\n".encode()
        fault = ""
        if self.rng is not None and self.rng.random() < 0.1:
            fault = self.rng.choice(_COMMON if self.rng.random() < 0.98 else _RARE)
            self.happened[fault] += 1
        pieces = [sent]
        if fault == "twice":
            pieces = [sent, sent]
        elif fault == "garbage":
            pieces = [b"event: update\ndata: {not json\n\n", b"\n\n:thump\n", sent]
        elif fault == "unknown":
            pieces = [b"event: announcement.reaction\ndata: {}\n\n", sent]
        elif fault == "missing":
            pieces = [b'event: update\ndata: {"id":"5"}\n\n', b"data\n\n", sent]
        elif fault == "skewed":
            ahead = {
                "id": "7",
                "uri": "https://one.example/7",
                "created_at": "2036-01-01T00:00:00Z",
            }
            pieces = [f"event: update\ndata: {json.dumps(ahead)}\n\n".encode(), sent]
        elif fault == "tombstone" and event == "update":
            id_ = json.loads(data)["id"]
            self.timeline.pop(id_, None)
            pieces = [f"event: delete\ndata: {id_}\n\n".encode(), sent]
        elif fault == "huge":
            pieces = [b"event: update\ndata: " + b"x" * (5 << 20) + b"\n\n", sent]
        elif fault == "silent":
            self._mute += self.streams  # nothing is closed
            self.streams.clear()
            return
        elif fault == "late":
            self._held.append(sent)
            return
        elif fault == "halves":
            pieces = [sent[:7], sent[7:90], sent[90:]]
        for stream in list(self.streams):
            with suppress(ConnectionError):
                for piece in [*pieces, *self._held] if fault != "cut" else [sent[: len(sent) // 2]]:
                    await stream.write(piece)
                    await asyncio.sleep(0)
            if fault in ("cut", "end", *_REFUSALS):
                self.streams.remove(stream)
                self._cut(stream)
        if fault in _REFUSALS:
            self.answers.append(_REFUSALS[fault])
        if fault not in ("cut",):
            self._held = []

    def _cut(self, stream: web.StreamResponse) -> None:
        request = stream._req
        if request is not None and request.transport is not None:
            request.transport.abort()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        if self.answers:
            status, headers, text = self.answers.pop(0)
            return web.Response(status=status, headers=headers, text=text)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"error": "The access token is invalid"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _instance(self, _: web.Request) -> web.Response:
        return web.json_response({"domain": "x", "configuration": self.instance})

    async def _whose(self, _: web.Request) -> web.Response:
        return web.json_response({"id": "1", "acct": "crosstie"})

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        self.timelines += 1
        if self.timelines in self.falters:
            return web.Response(status=503, text="<html>busy</html>")
        wanted = int(request.query.get("min_id", "0"))
        newer = sorted(int(id_) for id_ in self.timeline if int(id_) > wanted)
        page = newer[: int(request.query.get("limit", "20"))]
        headers = {}
        if self.remaining is not None:
            self.remaining = max(self.remaining - 1, 0)
            headers["X-RateLimit-Remaining"] = str(self.remaining)
            headers["X-RateLimit-Reset"] = "2036-05-13T18:05:00.000Z"
        found = [self.timeline[str(id_)] for id_ in reversed(page)]
        if self.in_pieces:
            return await self._slowly(request, json.dumps(found).encode(), headers)
        return web.json_response(found, headers=headers)

    async def _slowly(
        self, request: web.Request, body: bytes, headers: dict[str, str]
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=headers | {"Content-Type": "application/json"})
        await response.prepare(request)
        for at in range(0, len(body), len(body) // 3 + 1):
            await response.write(body[at : at + len(body) // 3 + 1])
            await asyncio.sleep(0.01)
        return response

    async def _statuses(self, request: web.Request) -> web.Response:
        asked = request.query.getall("id[]", [])
        if self.is_old:
            return web.json_response({"error": "Record not found"}, status=404)
        if len(asked) > 20:
            return web.json_response({"error": "Too many statuses"}, status=422)
        every = self.others | self.timeline
        return web.json_response([every[id_] for id_ in asked if id_ in every])

    async def _status(self, request: web.Request) -> web.Response:
        id_ = request.match_info["id"]
        found = self.timeline.get(id_) or self.others.get(id_)
        if found is None:
            return web.json_response({"error": "Record not found"}, status=404)
        return web.json_response(found)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b":)\n")
        self.streams.append(response)
        with suppress(ConnectionError):
            while response in [*self.streams, *self._mute] and request.transport is not None:
                await asyncio.sleep(0.02)
                if response in self._mute:
                    continue
                if request.transport is not None and not request.transport.is_closing():
                    await response.write(b":thump\n")
        return response
