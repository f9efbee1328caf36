"""Jetstream on loopback, versions 1 and 2, with the faults that are seen in the wild."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    import random
    from collections.abc import AsyncIterator, Sequence

    from tests.standins.bluesky_events import Event

V1 = "/subscribe"
V2 = "/xrpc/network.bsky.jetstream.subscribeEvents"
_TIME = 10**15
_ASKED_AGAIN = "Y3Jvc3N0aWUgY3Jvc3N0aQ=="
"""The key of who asks, without wanting a websocket, why there was none."""
_REFUSALS = {
    "429": (429, {"Retry-After": "2"}),
    "429 without a time": (429, {}),
    "403": (403, {}),
    "503": (503, {}),
}
"""After a connection is cut: what the next one gets instead of a websocket."""
_CUTS = ("cut", "abort", "close")
_ODD = ("twice", "late", "garbage", "unknown", "missing", "skewed", "type", "tombstone")


class Jetstream:
    """Serves `events`; one in ten is accompanied by a fault, each fault once.

    `floor` is the first event that it still has; `after_end` tells what a client that has read
    everything gets: silence.
    """

    def __init__(
        self, events: Sequence[Event], rng: random.Random, *, faults: bool, floor: int = 0
    ) -> None:
        self._events = events
        self._rng = rng
        self.floor = floor
        self.faults: dict[int, str] = {}
        if faults:
            for at in range(0, len(events), 10):
                self.faults[at + rng.randrange(10)] = rng.choice((*_ODD, *_ODD, *_CUTS))
            rare = ("huge", "silent", "error", "too old", *_REFUSALS)
            for at in rng.sample(range(len(events)), 2 * len(rare)):
                self.faults[at] = rare[at % len(rare)]
        self.happened: Counter[str] = Counter()
        """How often each fault came."""
        self._is_too_old = False
        self.goes_on = False
        """Whether events that are added later are sent, for as long as this is so."""
        self.connections = 0
        self.refusals: list[tuple[int, dict[str, str]]] = []
        """Answers to give to the next connections instead of a websocket: status, headers."""
        self.asked: list[dict[str, list[str]]] = []
        self.port = 0

    @property
    def v1_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{V1}"

    @property
    def v2_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}{V2}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Jetstream]:
        app = web.Application()
        app.add_routes([web.get(V1, self._serve), web.get(V2, self._serve)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        query = request.query
        self.asked.append({name: query.getall(name) for name in query})
        if self.refusals:
            status, headers = self.refusals.pop(0)
            return web.Response(status=status, headers=headers, text="<html>no</html>")
        is_v2 = request.path == V2
        if self._is_too_old and is_v2 and int(query.get("cursor", _TIME)) < _TIME:
            self._is_too_old = request.headers.get("Sec-WebSocket-Key") != _ASKED_AGAIN
            return web.json_response({"error": "CursorTooOld", "message": "gone"}, status=400)
        start, clamped = self._start(query.get("cursor"), is_v2=is_v2)
        if start is None:
            message = {"error": "CursorTooOld", "message": f"the floor is {self.floor}"}
            return web.json_response(message, status=400)
        socket = web.WebSocketResponse(protocols=("xrpc.v1.json",) if is_v2 else ())
        await socket.prepare(request)
        if is_v2 and clamped:
            info = {
                "$type": "network.bsky.jetstream.subscribeEvents#info",
                "name": "OutdatedCursor",
            }
            await socket.send_str(json.dumps({"$type": "message", "payload": info}))
        with suppress(ConnectionError):
            await self._send_from(start, socket, request, is_v2=is_v2)
        return socket

    def _start(self, cursor: str | None, *, is_v2: bool) -> tuple[int | None, bool]:
        """Where to begin, None: too old; and whether less is sent than was asked for."""
        events, floor = self._events, self.floor
        if cursor is None:
            return 0, False  # a stream that begins with its client
        wanted = int(cursor)
        if is_v2 and wanted < _TIME:
            if floor and wanted < events[floor].seq:
                return None, False
            return max(wanted - 1, 0), False
        found = next((n for n, e in enumerate(events) if e.time_us >= wanted), len(events))
        return max(found, floor), found < floor

    async def _send_from(
        self, start: int, socket: web.WebSocketResponse, request: web.Request, *, is_v2: bool
    ) -> None:
        held: list[bytes] = []
        for n in range(start, len(self._events)):
            event = self._events[n]
            frame = event.v2() if is_v2 else event.v1()
            fault = self.faults.pop(n, "")
            self.happened[fault] += bool(fault)
            if fault == "late":
                held.append(frame)
                continue
            if fault in _CUTS or fault in _REFUSALS or fault in ("silent", "error", "too old"):
                await self._cut(fault, frame, socket, request)
                return
            if fault == "tombstone" and (gone := self._tombstone(n)) is not None:
                await socket.send_str((gone.v2() if is_v2 else gone.v1()).decode())
            for odd in self._odd(fault, frame):
                await socket.send_bytes(odd) if self._rng.random() < 0.1 else await socket.send_str(
                    odd.decode("utf-8", "replace")
                )
            await socket.send_str(frame.decode())
            if held and self._rng.random() < 0.2:
                for late in held:
                    await socket.send_str(late.decode())
                held = []
            if n % 50 == 0:
                await asyncio.sleep(0)
        for late in held:
            await socket.send_str(late.decode())
        sent = len(self._events)
        while self.goes_on and not socket.closed:
            for event in self._events[sent:]:
                await socket.send_str((event.v2() if is_v2 else event.v1()).decode())
                sent += 1
            await asyncio.sleep(0.002)
        async for _ in socket:
            pass

    def _tombstone(self, n: int) -> Event | None:
        """The later deletion of what is written here, if there is one."""
        event = self._events[n]
        for later in self._events[n + 1 : n + 2_000]:
            is_it = later.did == event.did and later.body.get("rkey") == event.body.get("rkey")
            if is_it and later.body.get("operation") == "delete":
                return later
        return None

    def _odd(self, fault: str, frame: bytes) -> list[bytes]:
        if fault == "twice":
            return [frame, frame]
        if fault == "garbage":
            return [frame[: len(frame) // 2], b"", b"null", b"[]", b"\xff\xfe"]
        if fault == "huge":
            return [b'{"kind":"commit","text":"' + b"x" * (5 << 20) + b'"}']
        if fault == "unknown":
            return [b'{"kind":"marvel","did":"did:plc:z","time_us":5,"new":{"a":[1]}}']
        if fault == "missing":
            return [b'{"kind":"commit"}', b'{"$type":"message","payload":{}}', b"{}"]
        if fault == "type":
            return [b'{"kind":"commit","did":7,"time_us":"x"}']
        if fault == "skewed":
            commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "x"}
            commit |= {"record": {"text": "hm", "createdAt": "2030-01-01T00:00:00Z"}}  # type: ignore[dict-item]
            skewed = {"did": "did:plc:z", "kind": "commit", "commit": commit}
            times = (1_900_000_000_000_000, 1_000_000_000_000_000)
            return [json.dumps(skewed | {"time_us": us}).encode() for us in times]
        return []

    async def _cut(
        self, fault: str, frame: bytes, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        if fault in _REFUSALS:
            self.refusals.append(_REFUSALS[fault])
        self._is_too_old |= fault == "too old"
        if fault == "close":
            await socket.close(code=1011)
        elif fault == "error":
            await socket.send_str('{"$type":"error","error":"ConsumerTooSlow","message":"slow"}')
            await socket.close()
        elif fault == "silent":
            await asyncio.sleep(0)
            async for _ in socket:
                pass
        elif request.transport is not None:
            if fault == "cut":
                header = b"\x81\x7e" + len(frame).to_bytes(2)
                request.transport.write(header + frame[: len(frame) // 2])
            request.transport.abort()
