"""What people read: one catalogue per language, from the first message on.

A text is named after what it says, in snake case; its values stand in braces. The rules are those
of voice: one purpose, one next step, facts with links, no scores, no exclamation marks in a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts.en import TEXTS as ENGLISH

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH}
"""By the first part of a locale: en-GB and en-US share one."""


def text(locale: str, key: str, /, **values: object) -> str:
    """The text of that name in the reader's language, English where it has none, with its values.

    Raises:
        KeyError: no catalogue has the name, or a value is missing: a bug of ours.
    """
    catalogue = CATALOGUES.get(locale.partition("-")[0], ENGLISH)
    return (catalogue.get(key) or ENGLISH[key]).format_map(dict(values))
