"""People and reasons as a reader may see them: what cards are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import DiscordId
    from bot.model.suggestions import ReasonTerm


@dataclass(frozen=True, slots=True)
class PersonShown:
    """A person as the reader may see them."""

    name: str | None
    """None: they chose to be described, not named."""
    description: str
    """"runs ward simulations"; or their fields; empty when nothing may be said."""
    profile: str | None = None
    """A public address, where it may be shown."""
    mention: DiscordId | None = None
    """Set only once both said yes."""


@dataclass(frozen=True, slots=True)
class ReasonShown:
    """One reason, checkable: what was shared, where, when, and the two public posts."""

    term: ReasonTerm
    detail: str
    """The question ("Q3"), a field, or a hashtag with #."""
    gathering: str
    """The hashtag (with #) or name of the chat or conference; empty where there was none."""
    at: datetime | None
    own_link: str | None
    other_link: str | None
    reader_is_curious: bool = True
    """CURIOUS: whether the reader said they are curious about `detail`, else the other person."""
    by_presence: bool = False
    """SAME_SESSION: no posts show it, [I'm here] does."""
    thread_link: str | None = None
    """The session's thread, where it was by presence."""
    post_link: str | None = None
    """NAMED_TOGETHER: somebody else's post."""


@dataclass(frozen=True, slots=True)
class GoBetween:
    """A member who has both in their network and proposed that they meet, by their own name."""

    name: str
    line: str
    """What they say to both; may be empty."""
