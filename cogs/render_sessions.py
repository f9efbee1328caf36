"""Cards for channels: a session opens, its recap, the fields that met, the weekly message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts import text
from cogs.parts import Parts

if TYPE_CHECKING:
    from bot.model.cards import FieldCard, OpeningCard, RecapCard, WeeklyCard


def parts(card: OpeningCard | RecapCard | FieldCard | WeeklyCard, locale: str) -> Parts:
    """The parts of a card for a channel."""
    return Parts(body=text(locale, "weekly"), buttons=(("mine", "button_see_mine"),))
