"""Languages as people type them, and as they read them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from babel import Locale

from bot.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

AT_MOST = 6
_WRITTEN_IN = ("en", "es")
_ASKED_FOR = 2
"""Codes of two letters: the languages that have one are those that chats are held in."""

_OWN_NAMES: dict[str, str] = {
    "العربية": "ar", "български": "bg", "català": "ca", "čeština": "cs", "dansk": "da",
    "deutsch": "de", "ελληνικά": "el", "english": "en", "español": "es", "castellano": "es",
    "eesti": "et", "euskara": "eu", "فارسی": "fa", "suomi": "fi", "français": "fr",
    "gaeilge": "ga", "galego": "gl", "עברית": "he", "हिन्दी": "hi", "hrvatski": "hr",
    "magyar": "hu", "bahasa indonesia": "id", "italiano": "it", "日本語": "ja", "한국어": "ko",
    "lietuvių": "lt", "latviešu": "lv", "nederlands": "nl", "norsk": "no", "polski": "pl",
    "português": "pt", "română": "ro", "русский": "ru", "slovenčina": "sk", "slovenščina": "sl",
    "svenska": "sv", "kiswahili": "sw", "ไทย": "th", "türkçe": "tr", "українська": "uk",
    "tiếng việt": "vi", "中文": "zh",
}  # fmt: skip
"""Names of languages in themselves. Written out: babel reads a file for each, in seconds."""


def known_languages(line: str) -> tuple[str, ...]:
    """The ISO 639 codes of the languages as typed, separated by commas, in that order.

    Each by its code, or its name in English, Spanish, or often itself: "English, français, de"
    gives ('en', 'fr', 'de').

    Raises:
        Invalid: one is not known, or they are more than six.
    """
    typed = [" ".join(part.split()) for part in line.replace(";", ",").split(",")]
    codes = []
    for name in dict.fromkeys(part for part in typed if part):
        wanted = name.casefold()
        code = _codes().get(wanted)
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
    return found | _OWN_NAMES | {code: code for code in found.values()}
