"""Commands and answers in Spanish, as Discord and the reader get them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord

from bot.client import CatalogueTranslator
from bot.texts.es_commands import NAMES, OPTIONS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cogs.conftest import Town

SPANISH = (discord.Locale.spain_spanish.value, discord.Locale.latin_american_spanish.value)


def parts(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A command, its subcommands, their options and choices."""
    yield payload
    for option in payload.get("options", []):
        yield from parts(option)
    yield from payload.get("choices", [])


async def test_every_command_and_option_is_told_in_spanish(town: Town) -> None:
    tree, missing = town.app.client.tree, []
    for root in tree.walk_commands():
        if root.parent is not None:
            continue
        payload = await root.get_translated_payload(tree, CatalogueTranslator())
        for part in parts(payload):
            for locale in SPANISH:
                if "value" not in part and locale not in part.get("name_localizations", ()):
                    missing.append(part["name"])
                if part.get("description") and locale not in part["description_localizations"]:
                    missing.append(part["description"])
            named = [
                o.get("name_localizations", {}).get(SPANISH[0]) for o in part.get("options", [])
            ]
            assert len(named) == len(set(named)), f"two options of {part['name']} have one name"
    assert missing == []
    for name in OPTIONS.values():
        assert re.fullmatch(r"[\w-]{1,32}", name), "what Discord takes as the name of an option"
        assert name.islower()
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
