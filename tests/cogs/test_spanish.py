"""Commands and answers in Spanish, as Discord and the reader get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import CatalogueTranslator
from bot.texts.es_commands import NAMES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cogs.conftest import Town

SPANISH = (discord.Locale.spain_spanish.value, discord.Locale.latin_american_spanish.value)


def parts(
    payload: dict[str, Any], *, command: bool = True
) -> Iterator[tuple[dict[str, Any], bool]]:
    """A command, its subcommands (types 1 and 2), options and choices; whether it is a command."""
    yield payload, command
    for option in payload.get("options", []):
        yield from parts(option, command=option["type"] in (1, 2))
    for choice in payload.get("choices", []):
        yield choice, False


async def test_every_command_is_told_in_spanish(town: Town) -> None:
    tree, missing = town.app.client.tree, []
    for root in tree.walk_commands():
        if root.parent is not None:
            continue
        payload = await root.get_translated_payload(tree, CatalogueTranslator())
        for part, is_command in parts(payload):
            for locale in SPANISH:
                if is_command and locale not in part["name_localizations"]:
                    missing.append(part["name"])
                if part.get("description") and locale not in part["description_localizations"]:
                    missing.append(part["description"])
    assert missing == []
    for name in NAMES.values():
        assert len(name) <= 32
    assert all(len(words) <= 100 for words in WORDS.values())


async def test_a_reader_gets_the_language_of_their_discord(town: Town) -> None:
    eva = town.world.add_user("Eva", locale="es-419")
    town.world.join(town.guild, eva)
    answer = await town.world.slash(eva, town.chats, "help")
    assert "Qué puedes hacer aquí" in answer.text
    assert "`/yo unirme` — Unirte" in answer.text
    listed = await town.world.slash(eva, town.chats, "chat list")
    assert "/organizar chat" in listed.text
