"""The sandbox itself, with the unmodified discord.py at the other end."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.process import Process
from tests.sandbox.sandbox import TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.sandbox.sandbox import Sandbox

_MESSAGES = r"/channels/\d+/messages"


@dataclass
class Wire:
    sandbox: Sandbox
    bot: Process
    guild: int
    channel: int
    ana: int

    async def told(self, line: str, times: int = 1) -> None:
        await self.sandbox.until(lambda: self.bot.lines.count(line) >= times)


@asynccontextmanager
async def small_bot(sandbox: Sandbox) -> AsyncIterator[Process]:
    command = [sys.executable, "-m", "tests.sandbox.small_bot_main"]
    command += [sandbox.api_base, sandbox.gateway_url, TOKEN]
    bot = await Process.start(*command, changed=sandbox.world.notify)
    try:
        yield bot
    finally:
        await bot.kill()


@pytest.fixture
async def wire(sandbox: Sandbox) -> AsyncIterator[Wire]:
    world = sandbox.world
    guild = world.add_guild("Nurses")
    channel = world.add_channel(guild, "general")
    ana = world.add_user("Ana")
    world.join(guild, ana)
    async with small_bot(sandbox) as bot:
        place = Wire(sandbox, bot, guild, channel, ana)
        await place.told("ready")
        yield place
        assert sandbox.violations == []


async def test_the_bot_logs_in_tells_its_commands_and_gets_ready(wire: Wire) -> None:
    puts = wire.sandbox.sent("PUT", r"/applications/\d+/commands")
    assert [(put.status, len(put.body)) for put in puts] == [(200, 7)]
    assert wire.sandbox.gateway.identifies == 1


async def test_commands_autocomplete_and_forms_work(wire: Wire) -> None:
    world, ana, channel = wire.sandbox.world, wire.ana, wire.channel
    offered = await world.autocomplete(ana, channel, "hello", "name", "An")
    assert [choice["value"] for choice in offered] == ["Ana", "Anton"]
    assert (await world.slash(ana, channel, "hello", name="Ana")).text == "Hello Ana"
    shown = await world.slash(ana, channel, "form")
    assert (await world.submit(ana, shown, {"name": "Ben"})).text == "Thank you, Ben"


async def test_a_deferred_answer_is_followed_up(wire: Wire) -> None:
    answer = await wire.sandbox.world.slash(wire.ana, wire.channel, "slow")
    await wire.sandbox.until(lambda: answer.followups)
    assert [message.text for message in answer.messages] == ["first", "second"]


async def test_a_card_with_a_button_is_pressed(wire: Wire) -> None:
    card = (await wire.sandbox.world.slash(wire.ana, wire.channel, "card")).message
    assert card is not None
    answer = await wire.sandbox.world.click(wire.ana, card, "Yes")
    assert answer.text.splitlines()[0] == "yes to 7"


async def test_a_message_with_a_file_starts_a_thread(wire: Wire) -> None:
    answer = await wire.sandbox.world.slash(wire.ana, wire.channel, "thread")
    assert answer.text == "done"
    (opening,) = [m for m in wire.sandbox.world.messages(wire.channel) if m.kind == 0]
    assert opening.files == ("notes.txt",)
    (thread,) = wire.sandbox.world.threads(wire.channel)
    assert (thread.name, thread.id) == ("A thread", opening.id)
    assert "inside" in [m.text for m in wire.sandbox.world.messages(thread.id)]
    await wire.told("thread A thread")


async def test_a_rate_limit_is_waited_for(wire: Wire) -> None:
    user_limit = wire.sandbox.faults.rate_limit("POST", "/interactions/*/callback")
    assert (await wire.sandbox.world.slash(wire.ana, wire.channel, "hello", name="A")).text
    everywhere = wire.sandbox.faults.rate_limit("POST", "/channels/*", is_global=True)
    await wire.sandbox.world.slash(wire.ana, wire.channel, "thread")
    assert (user_limit.hits, everywhere.hits) == (1, 1)


async def test_a_dropped_gateway_is_resumed_without_losing_an_event(wire: Wire) -> None:
    sandbox = wire.sandbox
    sandbox.gateway.drop(4000)
    missed = await sandbox.world.slash(wire.ana, wire.channel, "hello", wait=False, name="Ana")
    await sandbox.until(lambda: missed.finished)
    await wire.told("resumed")
    assert (sandbox.gateway.identifies, sandbox.gateway.resumes) == (1, 1)
    sandbox.gateway.ask_to_reconnect()
    await wire.told("resumed", times=2)
    assert missed.text == "Hello Ana"


async def test_an_invalid_session_is_identified_anew(wire: Wire) -> None:
    wire.sandbox.gateway.invalidate(resumable=False)
    await wire.sandbox.until(lambda: wire.sandbox.gateway.identifies == 2)
    await wire.told("ready", times=2)
    answer = await wire.sandbox.world.slash(wire.ana, wire.channel, "hello", name="Ana")
    assert answer.text == "Hello Ana"


async def test_an_outage_is_survived(wire: Wire) -> None:
    sandbox = wire.sandbox
    async with sandbox.outage():
        await sandbox.until(lambda: any("Attempting" in line for line in wire.bot.log))
    await sandbox.until(lambda: sandbox.ready)
    answer = await sandbox.world.slash(wire.ana, wire.channel, "hello", name="Ana")
    assert answer.text == "Hello Ana"


async def test_a_server_error_is_tried_again(wire: Wire) -> None:
    fault = wire.sandbox.faults.fail("POST", "/interactions/*/callback", status=502)
    assert (await wire.sandbox.world.slash(wire.ana, wire.channel, "hello", name="A")).text
    assert fault.hits == 1


async def test_the_bot_may_be_killed_between_the_sending_and_the_answer(wire: Wire) -> None:
    gate = wire.sandbox.faults.hold("POST", "/channels/*/messages")
    await wire.sandbox.world.slash(wire.ana, wire.channel, "thread", wait=False)
    await wire.sandbox.until(gate.reached.is_set)
    await wire.bot.kill()
    gate.release()
    seen_by_all = [m.content for m in wire.sandbox.world.messages(wire.channel) if not m.ephemeral]
    assert seen_by_all == ["Notes"]
    async with small_bot(wire.sandbox) as again:
        await wire.sandbox.until(lambda: "ready" in again.lines)


async def test_the_bot_learns_what_happens_to_its_guilds(wire: Wire) -> None:
    wire.sandbox.world.remove_bot(wire.guild)
    await wire.told(f"removed {wire.guild}")


async def test_a_nonce_is_enforced_for_three_minutes(wire: Wire) -> None:
    sandbox, world = wire.sandbox, wire.sandbox.world
    for _ in range(2):
        await world.slash(wire.ana, wire.channel, "due")
    assert len(sandbox.sent("POST", _MESSAGES)) == 2
    assert len([m for m in world.messages(wire.channel) if m.content == "due"]) == 1
