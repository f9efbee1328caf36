"""Wrong bodies are caught, whatever the client believes; right ones pass."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox import limits
from tests.sandbox.sandbox import TOKEN, Sandbox
from tests.sandbox.schema import openapi

if TYPE_CHECKING:
    from pathlib import Path

_MESSAGES = "/channels/123456/messages"
_COMMANDS = "/applications/123456/commands"
_EVENTS = "/guilds/123456/scheduled-events"


def _button(custom_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Yes", "custom_id": custom_id, **fields}


def _rows(*rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": 1, "components": row} for row in rows]


def _command(name: str = "me", **fields: Any) -> dict[str, Any]:
    return {"name": name, "description": "What I am", "type": 1, **fields}


_OPTION = {"type": 3, "name": "text", "description": "A text"}
_EVENT = {
    "name": "Chat",
    "entity_type": 3,
    "privacy_level": 2,
    "scheduled_start_time": "2026-12-01T10:00:00+00:00",
    "scheduled_end_time": "2026-12-01T11:00:00+00:00",
    "entity_metadata": {"location": "#lrnchat"},
}
_MENU = {"type": 3, "custom_id": "m", "options": [{"label": "A", "value": "a"}]}

BEYOND_LIMITS = [
    ("POST", _MESSAGES, {"content": "x" * 2001}, "more than 2000"),
    ("POST", _MESSAGES, {"content": " "}, "an empty message"),
    ("POST", _MESSAGES, {"content": "x", "nonce": "n" * 26}, "a nonce"),
    ("POST", _MESSAGES, {"embeds": [{"description": "x" * 3500}] * 2}, "more than 6000"),
    ("POST", _MESSAGES, {"components": _rows(*([_button(f"b{i}")] for i in range(6)))}, "rows"),
    ("POST", _MESSAGES, {"components": _rows([_button("a"), _button("a")])}, "used twice"),
    ("POST", _MESSAGES, {"components": _rows([_button("x" * 101)])}, "custom_id"),
    ("POST", _MESSAGES, {"components": _rows([_button(f"b{i}") for i in range(6)])}, "6 comp"),
    ("POST", _MESSAGES, {"components": _rows([_button("a", label="")])}, "without label"),
    ("POST", _MESSAGES, {"components": _rows([_button("a", style=5)])}, "link button"),
    ("POST", _MESSAGES, {"components": _rows([_MENU, _button("a")])}, "shares its row"),
    ("POST", _MESSAGES, {"components": _rows([_MENU | {"options": []}])}, "0 options"),
    ("POST", _MESSAGES, {"components": [_button("a")]}, "outside of action rows"),
    ("POST", _MESSAGES, {"content": "x", "flags": 1 << 15}, "components v2"),
    ("PUT", _COMMANDS, [_command("Me")], "no name"),
    ("PUT", _COMMANDS, [_command("two words")], "no name"),
    ("PUT", _COMMANDS, [_command(), _command()], "two commands"),
    ("PUT", _COMMANDS, [_command(description="")], "description of me"),
    (
        "PUT",
        _COMMANDS,
        [_command(options=[_OPTION, {**_OPTION, "name": "b", "required": True}])],
        "after an optional",
    ),
    ("PUT", _COMMANDS, [_command(options=[_OPTION] * 26)], "more than 25"),
    ("POST", f"{_MESSAGES}/123456/threads", {"name": "x" * 101}, "thread name"),
    ("POST", _EVENTS, _EVENT | {"name": "x" * 101}, "name of an event"),
    ("POST", _EVENTS, _EVENT | {"scheduled_end_time": None}, "without an end"),
    (
        "POST",
        "/interactions/1/token/callback",
        {"type": 8, "data": {"choices": [{"name": "a", "value": "a"}] * 26}},
        "25 choices",
    ),
    ("POST", "/interactions/1/token/callback", {"type": 4, "data": {}}, "an empty message"),
]

AGAINST_THE_DOCUMENT = [
    ("POST", _MESSAGES, {"content": 7}),
    ("POST", _MESSAGES, {"contents": "hello"}),
    ("POST", _MESSAGES, {"embeds": [{"title": "x" * 257}]}),
    ("POST", _MESSAGES, {"components": _rows([_button("a", style=99)])}),
    ("POST", "/users/@me/channels", {"recipient_id": "ana"}),
    ("POST", _EVENTS, {"name": "Chat"}),
    ("PUT", _COMMANDS, [_command(options=[{"type": 3, "name": "x"}])]),
    ("POST", "/interactions/1/token/callback", {"type": 99}),
    ("POST", "/channels/123456/no-such-thing", {}),
]

RIGHT = [
    ("POST", _MESSAGES, {"content": "x" * 2000, "nonce": "n" * 25, "enforce_nonce": True}),
    ("POST", _MESSAGES, {"components": _rows(*([_button(f"b{i}")] for i in range(5)))}),
    ("POST", _MESSAGES, {"components": _rows([_MENU]), "embeds": [{"description": "x" * 4096}]}),
    ("PATCH", f"{_MESSAGES}/123456", {"content": None}),
    ("PUT", _COMMANDS, [_command(options=[{**_OPTION, "required": True}])]),
    ("POST", f"{_MESSAGES}/123456/threads", {"name": "x" * 100}),
    ("POST", _EVENTS, _EVENT),
    ("POST", "/interactions/1/token/callback", {"type": 5, "data": {"flags": 64}}),
    ("POST", "/users/@me/channels", {"recipient_id": 123456}),
]


@pytest.mark.parametrize(("method", "path", "body", "reason"), BEYOND_LIMITS)
def test_a_body_beyond_a_limit_is_named(method: str, path: str, body: Any, reason: str) -> None:
    found = limits.faults_of(method, path, body, files=0)
    assert any(reason in fault for fault in found), found


@pytest.mark.parametrize(("method", "path", "body"), AGAINST_THE_DOCUMENT)
def test_a_body_against_discords_document_is_named(
    shared: Path, method: str, path: str, body: Any
) -> None:
    document = openapi(shared / "discord-openapi.json")
    assert document.faults_of(method, path, "application/json", body)


@pytest.mark.parametrize(("method", "path", "body"), RIGHT)
def test_a_right_body_passes(shared: Path, method: str, path: str, body: Any) -> None:
    document = openapi(shared / "discord-openapi.json")
    before = copy.deepcopy(body)
    assert limits.faults_of(method, path, body, files=0) == []
    assert document.faults_of(method, path, "application/json", body) == []
    assert body == before


async def test_the_sandbox_refuses_and_remembers_a_wrong_body(shared: Path) -> None:
    async with Sandbox.start(shared=shared) as sandbox, aiohttp.ClientSession() as session:
        guild = sandbox.world.add_guild("Nurses")
        channel = sandbox.world.add_channel(guild, "general")
        url = f"{sandbox.api_base}/channels/{channel}/messages"
        signed = {"Authorization": f"Bot {TOKEN}"}
        async with session.post(url, json={"content": "x" * 2001}, headers=signed) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 50035)
        async with session.post(url, json={"contents": "x"}, headers=signed) as answer:
            assert answer.status == 400
        async with session.post(url, json={"content": "x"}) as answer:
            assert answer.status == 401
        async with session.post(url, json={"content": "x"}, headers=signed) as answer:
            assert answer.status == 200
        assert [violation.method for violation in sandbox.violations] == ["POST"] * 3
        assert [m.content for m in sandbox.world.messages(channel)] == ["x"]
