"""Crosstie as a process: `crosstie run` against Discord on loopback."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.conftest import Town

_COMMANDS = r"/applications/\d+/commands"


async def test_the_bot_connects_and_stops_when_asked(town: Town) -> None:
    await town.crosstie.migrate()
    process = await town.crosstie.start()
    assert await process.stop() == 0, town.crosstie.log
    assert "Traceback" not in town.crosstie.log


async def test_commands_are_told_to_discord_only_when_they_changed(town: Town) -> None:
    async with town.crosstie.running():
        await town.sandbox.until(lambda: town.sandbox.sent("PUT", _COMMANDS))
    async with town.crosstie.running():
        assert "help" in (await _help(town)).casefold()
    assert len(town.sandbox.sent("PUT", _COMMANDS)) == 1


async def test_somebody_joins_through_the_card(town: Town) -> None:
    world = town.sandbox.world
    await town.set_up()
    async with town.crosstie.running():
        card = (await world.slash(town.ana, town.chats, "me join")).message
        assert card is not None
        assert card.for_user == town.ana
        answer = await world.click(town.ana, card, "Join")
        assert answer.finished
        settings = await world.slash(town.ana, town.chats, "me settings")
        assert settings.message is not None
        assert [button.label for button in settings.message.buttons][:1] == ["Fields"]
        assert "Traceback" not in town.crosstie.log


async def test_a_card_still_answers_after_the_bot_was_killed(town: Town) -> None:
    world = town.sandbox.world
    await town.set_up()
    async with town.crosstie.running():
        card = (await world.slash(town.ana, town.chats, "me join")).message
    assert card is not None
    async with town.crosstie.running():
        assert (await world.click(town.ana, card, "Join")).finished


async def test_a_dropped_gateway_and_an_outage_are_survived(town: Town) -> None:
    sandbox = town.sandbox
    async with town.crosstie.running():
        sandbox.gateway.drop(4000)
        await sandbox.until(lambda: sandbox.gateway.resumes == 1)
        async with sandbox.outage():
            await sandbox.until(lambda: not sandbox.ready)
        await sandbox.until(lambda: sandbox.ready)
        assert await _help(town)


async def _help(town: Town) -> str:
    answer = await town.sandbox.world.slash(town.ana, town.chats, "help")
    assert answer.message is not None
    assert answer.message.ephemeral
    return answer.text
