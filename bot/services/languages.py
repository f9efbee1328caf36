"""Languages as people type them, and as they read them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError

from bot.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_MOST = 6
_WRITTEN_IN = ("en", "es")
_ASKED_FOR = 2
"""Codes of two letters: the languages that have one are those that chats are held in."""


def known_languages(line: str) -> tuple[str, ...]:
    """The ISO 639 codes of the languages as typed, separated by commas, in that order.

    The first name of a language in itself takes seconds, while all of them are read: in a thread.

    Each by its code, or its name in English, Spanish, or itself: "English, español, de" gives
    ('en', 'es', 'de').

    Raises:
        Invalid: one is not known, or they are more than six.
    """
    typed = [" ".join(part.split()) for part in line.replace(";", ",").split(",")]
    codes = []
    for name in dict.fromkeys(part for part in typed if part):
        wanted = name.casefold()
        code = _codes().get(wanted) or _own_names().get(wanted)
        if code is None:
            raise Invalid("language_unknown", given=name[:30])
        codes.append(code)
    if len(codes) > AT_MOST:
        raise Invalid("languages_too_many", most=AT_MOST)
    return tuple(dict.fromkeys(codes))


def language_names(codes: Sequence[str], locale: str) -> str:
    """The languages with commas between, in words that `known_languages` takes again."""
    written = locale.partition("-")[0]
    names = Locale(written if written in _WRITTEN_IN else "en").languages
    return ", ".join(str(names.get(code, code)) for code in codes)


@cache
def _codes() -> Mapping[str, str]:
    """The code of every code, and of every name in English and Spanish."""
    found: dict[str, str] = {}
    for written in _WRITTEN_IN:
        for code, name in Locale(written).languages.items():
            if len(code) == _ASKED_FOR:
                found.setdefault(str(name).casefold(), str(code))
    spoken = {str(Locale(code).display_name).casefold(): code for code in _WRITTEN_IN}
    return found | spoken | {code: code for code in found.values()}


@cache
def _own_names() -> Mapping[str, str]:
    """The code of every name of a language in itself."""
    found: dict[str, str] = {}
    for code in sorted(set(_codes().values())):
        try:
            own = Locale(code).display_name
        except UnknownLocaleError:
            continue
        if own:
            found.setdefault(own.casefold(), code)
    return found
