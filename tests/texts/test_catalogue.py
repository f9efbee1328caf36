"""What people read: every name that the code uses is there, and the rules of voice hold."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from string import Formatter

import pytest

import bot.texts
from bot.texts import CATALOGUES, en, text

ROOT = Path(__file__).parent.parent.parent
USED = re.compile(
    r"(?:\b(?:Unknown|Invalid|NotAllowed|Notice)\(|\btext\(\s*\w+,|\bsaid\(\s*\w+,)"
    r'\s*"([a-z0-9_]+)"'
)
PARTS = (
    en._COMMON,
    *(
        importlib.import_module(f"bot.texts.{m.name}").TEXTS
        for m in pkgutil.iter_modules(bot.texts.__path__)
        if m.name.startswith("en_")
    ),
)
NEVER = re.compile(
    r"!|\bmatch(?:es|ed)?\b|recommend|\bscore|\bguild\b|\busers?\b|[✨-➿🌀-🫿]",
    re.IGNORECASE,
)


def test_every_text_that_the_code_names_is_there() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {key}"
        for folder in ("bot", "cogs")
        for path in (ROOT / folder).rglob("*.py")
        for key in USED.findall(path.read_text("utf-8"))
        if key not in en.TEXTS
    }
    assert missing == set()


def test_no_name_is_in_two_parts_of_the_catalogue() -> None:
    assert sum(len(part) for part in PARTS) == len(en.TEXTS)


@pytest.mark.parametrize("key", sorted(en.TEXTS))
def test_a_text_can_be_filled_and_keeps_the_rules_of_voice(key: str) -> None:
    written = en.TEXTS[key]
    wanted = {name for _, name, _, _ in Formatter().parse(written) if name is not None}
    assert all(name.isidentifier() for name in wanted)
    filled = text("en", key, **dict.fromkeys(wanted, "7"))
    assert filled.strip()
    assert not NEVER.search(filled)
    if key.startswith("button_"):
        assert len(filled) <= 20


COMING = frozenset({"entry_cadence", "network_more"})
"""Of /network show, whose longer lists and cadences are being built (issue 5)."""


def _values(written: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(written) if name is not None}


@pytest.mark.parametrize("code", sorted(CATALOGUES))
def test_every_language_says_all_that_english_says_and_nothing_more(code: str) -> None:
    assert set(en.TEXTS) - set(CATALOGUES[code]) == set(), "missing"
    assert set(CATALOGUES[code]) - set(en.TEXTS) == set(), "said by no other language"
    for key, written in CATALOGUES[code].items():
        assert _values(written) == _values(en.TEXTS[key]), key
        if key.startswith("button_"):
            assert len(written) <= 20, key
        if re.search(r"_(?:title|label)$|^(?:fields|times|edit|learn|host_form)_[a-z]+$", key):
            longest = 45 if len(en.TEXTS[key]) <= 45 else 100
            assert len(written.format_map(dict.fromkeys(_values(written), "7"))) <= longest, key
        assert not NEVER.search(written), key


def test_every_message_is_used() -> None:
    sources = [
        path.read_text("utf-8")
        for folder in ("bot", "cogs")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent.name != "texts"
    ]
    words = set(re.findall(r"[a-z][a-z0-9_]+", "\n".join(sources)))
    patterns = [
        re.compile(re.sub(r"\{[^}]*\}", "[a-z0-9_]+", found) + r"\Z")
        for source in sources
        for found in re.findall(r'f[\'"]([a-z_]*(?:\{[^}"]+\}[a-z_]*)+)[\'"]', source)
        if re.match(r"[a-z]+_|\{\w+\}_", found)
    ]
    unused = {
        key
        for key in en.TEXTS
        if key not in words and key not in COMING and not any(p.match(key) for p in patterns)
    }
    assert unused == set()


def test_a_command_is_called_as_discord_calls_it() -> None:
    assert "/yo unirme" in text("es-419", "not_a_member")
    assert "/me join" in text("en-GB", "not_a_member")
    assert text("es-ES", "day_month", day=1, month="mayo") == "1 de mayo"
