"""What people read: one catalogue per language, from the first message on.

A text is named after what it says, in snake case; its values stand in braces. The rules are those
of voice: one purpose, one next step, facts with links, no scores, no exclamation marks in a row.

Commands are told of by their English names, `/me join`; Discord shows each reader the names in
their own language, and so does `text`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.texts.en import TEXTS as ENGLISH
from bot.texts.es import TEXTS as SPANISH
from bot.texts.es_commands import NAMES as SPANISH_NAMES
from bot.texts.es_commands import OPTIONS as SPANISH_OPTIONS
from bot.texts.es_commands import WORDS as SPANISH_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "es": SPANISH}
"""By the first part of a locale: en-GB and en-US share one, es-ES and es-419 too."""

_NAMES: Mapping[str, Mapping[str, str]] = {"es": SPANISH_NAMES}
_OPTIONS: Mapping[str, Mapping[str, str]] = {"es": SPANISH_OPTIONS}
_WORDS: Mapping[str, Mapping[str, str]] = {"es": SPANISH_WORDS}
_COMMAND = re.compile(
    r"(?<![\w/.])/(?:(me|chat|host|admin|network|learn) ([a-z]+)|(today|suggest|help|ask))\b"
)


def language(locale: str) -> str:
    """The language of a locale that we speak; English else."""
    code = locale.partition("-")[0]
    return code if code in CATALOGUES else "en"


def text(locale: str, key: str, /, **values: object) -> str:
    """The text of that name in the reader's language, English where it has none, with its values.

    Raises:
        KeyError: no catalogue has the name, or a value is missing: a bug of ours.
    """
    written = CATALOGUES[language(locale)].get(key) or ENGLISH[key]
    return commands_named(locale, written).format_map(dict(values))


def commands_named(locale: str, written: str) -> str:
    """The same with commands called as Discord calls them in that language."""
    names = _NAMES.get(language(locale))
    if names is None:
        return written

    def named(match: re.Match[str]) -> str:
        parts = [part for part in match.groups() if part]
        return "/" + " ".join(names.get(part, part) for part in parts)

    return _COMMAND.sub(named, written)


def command_name(locale: str, english: str) -> str | None:
    """The name of a command, or of one word of it; None: it stays as it is."""
    return _NAMES.get(language(locale), {}).get(english)


def option_name(locale: str, english: str) -> str | None:
    """The name of a command's option; None: it stays as it is."""
    return _OPTIONS.get(language(locale), {}).get(english)


def command_words(locale: str, english: str) -> str | None:
    """The description of a command or an option, or a choice; None: it stays as it is."""
    return _WORDS.get(language(locale), {}).get(english)
