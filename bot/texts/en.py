"""English. Sections follow the cogs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts import (
    en_asks,
    en_chats,
    en_circles,
    en_hosting,
    en_me,
    en_network,
    en_page,
    en_suggestions,
    en_upkeep,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_COMMON: Mapping[str, str] = {
    # ---- errors that are shown
    "error_unexpected": (
        "Something went wrong on my side, and nothing was changed. If it happens again, tell your "
        "organiser this number: {reference}."
    ),
    "prompt_unknown": "That message is from a time I no longer keep. See /today for what is open.",
    "prompt_of_another": "That was for somebody else. What waits for you is in /today.",
    "not_in_dm": "This works in your community's server. Run it there.",
    "not_set_up": "This community isn't set up yet. Somebody who manages the server can run "
    "/admin setup.",
    "not_a_member": (
        "You haven't joined yet. /me join takes a minute, and every step can be skipped."
    ),
    # ---- prompts
    "button_see_mine": "See mine",
    # ---- help
    "error_permission": "That needs the right to {permission}. Ask somebody who has it to run it.",
    "help_title": "What you can do here",
    "help_line": "`/{name}` — {what}\n-# For example: `{example}`",
}

TEXTS: Mapping[str, str] = {
    **_COMMON,
    **en_me.TEXTS,
    **en_chats.TEXTS,
    **en_hosting.TEXTS,
    **en_suggestions.TEXTS,
    **en_network.TEXTS,
    **en_asks.TEXTS,
    **en_circles.TEXTS,
    **en_upkeep.TEXTS,
    **en_page.TEXTS,
}
