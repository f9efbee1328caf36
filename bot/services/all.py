"""The services of a running Crosstie, as the client and the cogs see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.services.communities import Communities
    from bot.services.people import People
    from bot.services.privacy import Privacy
    from bot.services.prompts import Prompts


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a cog may call."""

    clock: Clock
    communities: Communities
    people: People
    privacy: Privacy
    prompts: Prompts
