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


def test_every_language_has_nothing_that_english_lacks() -> None:
    for catalogue in CATALOGUES.values():
        assert set(catalogue) <= set(en.TEXTS)
