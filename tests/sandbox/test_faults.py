"""Faults and routes that need no discord.py at the other end."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox.gateway import DISPATCH, HELLO, IDENTIFY, INVALID_SESSION, REQUEST_MEMBERS
from tests.sandbox.sandbox import TOKEN, Sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import ClientWebSocketResponse


class Caller:
    """A client that speaks the wire by hand."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self._session = session

    async def __call__(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bot {TOKEN}"}
        url = self.sandbox.api_base + path
        async with self._session.request(method, url, headers=headers, **how) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    @asynccontextmanager
    async def identified(self, token: str = TOKEN) -> AsyncIterator[ClientWebSocketResponse]:
        async with self._session.ws_connect(self.sandbox.gateway_url) as ws:
            assert (await ws.receive_json())["op"] == HELLO
            await ws.send_json({"op": IDENTIFY, "d": {"token": token, "intents": 1}})
            yield ws


@pytest.fixture
async def call(shared: Path) -> AsyncIterator[Caller]:
    async with Sandbox.start(shared=shared) as sandbox, aiohttp.ClientSession() as session:
        yield Caller(sandbox, session)


async def test_an_identify_that_comes_too_soon_is_invalid(call: Caller) -> None:
    call.sandbox.gateway.identify_every_s = 5.0
    async with call.identified() as ws:
        assert (await ws.receive_json())["t"] == "READY"
    async with call.identified() as ws:
        frame = await ws.receive_json()
        assert (frame["op"], frame["d"]) == (INVALID_SESSION, False)
    assert call.sandbox.gateway.refused_identifies == 1


async def test_a_wrong_token_ends_the_connection(call: Caller) -> None:
    async with call.identified("wrong") as ws:
        await ws.receive()
        assert ws.close_code == 4004


async def test_members_are_asked_for(call: Caller) -> None:
    guild = call.sandbox.world.add_guild("Nurses")
    async with call.identified() as ws:
        assert (await ws.receive_json())["t"] == "READY"
        assert (await ws.receive_json())["t"] == "GUILD_CREATE"
        await ws.send_json({"op": REQUEST_MEMBERS, "d": {"guild_id": str(guild), "limit": 0}})
        frame = await ws.receive_json()
        assert (frame["op"], frame["t"]) == (DISPATCH, "GUILD_MEMBERS_CHUNK")
        assert len(frame["d"]["members"]) == 2


async def test_a_rate_limit_looks_like_discords(call: Caller) -> None:
    call.sandbox.faults.rate_limit("GET", "/users/@me", retry_after_s=1.5, is_global=True)
    status, body = await call("GET", "/users/@me")
    assert (status, body["retry_after"], body["global"]) == (429, 1.5, True)
    assert (await call("GET", "/users/@me"))[0] == 200


async def test_planned_failures_come_once_and_slowness_passes(call: Caller) -> None:
    call.sandbox.faults.fail("GET", "/users/*", status=503)
    slow = call.sandbox.faults.slow("GET", "/users/*", by_s=0.02)
    answers = [(await call("GET", "/users/@me"))[0] for _ in range(3)]
    assert (answers, slow.hits) == ([503, 200, 200], 1)


async def test_an_outage_refuses_and_passes(call: Caller) -> None:
    async with call.sandbox.outage():
        with pytest.raises(aiohttp.ClientError):
            await call("GET", "/users/@me")
    assert (await call("GET", "/users/@me"))[0] == 200


async def test_messages_are_listed_before_after_and_up_to_a_limit(call: Caller) -> None:
    guild = call.sandbox.world.add_guild("Nurses")
    channel = call.sandbox.world.add_channel(guild, "general")
    path = f"/channels/{channel}/messages"
    ids = [(await call("POST", path, json={"content": str(i)}))[1]["id"] for i in range(5)]

    async def listed(**params: Any) -> list[str]:
        return [message["content"] for message in (await call("GET", path, params=params))[1]]

    assert await listed(limit=2) == ["4", "3"]
    assert await listed(before=ids[2]) == ["1", "0"]
    assert await listed(after=ids[2], limit=50) == ["4", "3"]


async def test_threads_members_events_and_guilds_have_their_routes(call: Caller) -> None:
    world = call.sandbox.world
    guild = world.add_guild("Nurses")
    channel = world.add_channel(guild, "general")
    ana = world.add_user("Ana")
    world.join(guild, ana)
    body = {"name": "Ana and Ben", "type": 12, "invitable": False}
    _status, thread = await call("POST", f"/channels/{channel}/threads", json=body)
    add = f"/channels/{thread['id']}/thread-members/{ana}"
    assert (await call("PUT", add))[0] == 204
    assert world.threads(channel)[0].member_ids == {world.bot_id, ana}
    _status, active = await call("GET", f"/guilds/{guild}/threads/active")
    assert [t["id"] for t in active["threads"]] == [thread["id"]]
    assert (await call("POST", f"/channels/{channel}/typing"))[0] == 204
    assert (await call("GET", f"/guilds/{guild}/members/{ana}"))[0] == 200
    assert (await call("GET", f"/guilds/{guild}"))[1]["name"] == "Nurses"
    assert (await call("GET", f"/guilds/{guild}/members/1"))[1]["code"] == 10007
    assert (await call("POST", "/users/@me/channels", json={"recipient_id": str(ana)}))[0] == 200
    assert (await call("GET", "/gateway/bot"))[1]["session_start_limit"]["max_concurrency"] == 1
    scope = f"/applications/{world.application_id}/guilds/{guild}/commands"
    command = {"name": "me", "description": "Me", "type": 1}
    assert (await call("PUT", scope, json=[command]))[1][0]["guild_id"] == str(guild)
    event = {
        "name": "Chat",
        "entity_type": 3,
        "privacy_level": 2,
        "scheduled_start_time": "2030-06-01T10:00:00+00:00",
        "scheduled_end_time": "2030-06-01T11:00:00+00:00",
        "entity_metadata": {"location": "here"},
    }
    path = f"/guilds/{guild}/scheduled-events"
    _status, made = await call("POST", path, json=event)
    patched = await call("PATCH", f"{path}/{made['id']}", json={"name": "Chat moved"})
    assert (patched[0], patched[1]["name"]) == (200, "Chat moved")
    assert (await call("DELETE", f"{path}/{made['id']}"))[0] == 204
    assert call.sandbox.violations == []
