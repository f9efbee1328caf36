"""Bluesky's own services on loopback: profiles, posts, sessions, searches."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.bluesky_events import POST, iso

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tests.standins.bluesky_events import Event

HANDLE, PASSWORD = "crosstie.bsky.social", "abcd-efgh-ijkl-mnop"
_PAGE = 25


@dataclass
class BlueskyServices:
    """What these events left: who wrote what, and what of it is still there.

    Every second search answers with a fault of `faults` first.
    """

    events: Sequence[Event] = ()
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What profiles say beside their handle, by DID."""
    gone: set[str] = field(default_factory=set)
    """Accounts of which there is no profile."""
    faults: list[tuple[int, dict[str, str], str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[BlueskyServices]:
        app = web.Application()
        for name, answer in (
            ("app.bsky.actor.getProfiles", self._profiles),
            ("app.bsky.feed.getPosts", self._posts),
            ("app.bsky.feed.searchPosts", self._search),
        ):
            app.router.add_get(f"/xrpc/{name}", self._guarded(answer))
        app.router.add_post("/xrpc/com.atproto.server.createSession", self._sign_in)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()

    def _guarded(self, answer: Callable[[web.Request], web.Response]) -> Any:
        async def guarded(request: web.Request) -> web.Response:
            self.asked.append(request.path_qs)
            if self.faults:
                status, headers, text = self.faults.pop(0)
                return web.Response(status=status, headers=headers, text=text)
            return answer(request)

        return guarded

    def _there(self) -> dict[str, Event]:
        """Posts that were written and not deleted, by uri, the newest version."""
        there: dict[str, Event] = {}
        for event in self.events:
            if event.kind != "commit" or event.body["collection"] != POST:
                continue
            uri = f"at://{event.did}/{POST}/{event.body['rkey']}"
            if event.body["operation"] == "delete":
                there.pop(uri, None)
            elif event.did not in self.gone:
                there[uri] = event
        return there

    def _view(self, uri: str, event: Event) -> dict[str, Any]:
        author = {"did": event.did, "handle": "a.example", "labels": []}
        view = {"uri": uri, "cid": "b", "author": author, "record": event.body["record"]}
        return view | {"indexedAt": iso(event.time_us), "likeCount": 0}

    def _profiles(self, request: web.Request) -> web.Response:
        asked = request.query.getall("actors")
        if len(asked) > 25:
            return web.json_response({"error": "InvalidRequest"}, status=400)
        found = [
            {"did": did, "handle": f"{did[-4:]}.example"} | self.profiles.get(did, {})
            for did in asked
            if did not in self.gone
        ]
        return web.json_response({"profiles": found})

    def _posts(self, request: web.Request) -> web.Response:
        there, asked = self._there(), request.query.getall("uris")
        if len(asked) > 25:
            return web.json_response({"error": "InvalidRequest"}, status=400)
        return web.json_response({"posts": [self._view(u, there[u]) for u in asked if u in there]})

    async def _sign_in(self, request: web.Request) -> web.Response:
        given = await request.json()
        if given != {"identifier": HANDLE, "password": PASSWORD}:
            refusal = {"error": "AuthenticationRequired", "message": "Invalid password"}
            return web.json_response(refusal, status=401)
        self.sessions += 1
        session = {"accessJwt": f"jwt-{self.sessions}", "handle": HANDLE, "did": "did:plc:me"}
        return web.json_response(session | {"refreshJwt": "r", "active": True})

    def _search(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer jwt-{self.sessions}":
            return web.json_response({"error": "ExpiredToken", "message": "expired"}, status=400)
        query = request.query
        wanted = query["q"].removeprefix("#").casefold()
        found = [
            (uri, event)
            for uri, event in self._there().items()
            if query["since"] <= iso(event.time_us) < query["until"]
            and f'"{wanted}"' in json.dumps(event.body["record"], ensure_ascii=False).casefold()
        ]
        found.sort(key=lambda one: -one[1].time_us)
        start = int(query.get("cursor", "0"))
        answer: dict[str, Any] = {"posts": [self._view(*one) for one in found[start:][:_PAGE]]}
        if start + _PAGE < len(found):
            answer["cursor"] = str(start + _PAGE)
        return web.json_response(answer)
