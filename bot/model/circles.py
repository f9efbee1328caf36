"""Circles: a few members who keep meeting, with a thread of their own and a rota."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId, PersonId

CircleId = NewType("CircleId", int)
TurnId = NewType("TurnId", int)

WEEKLY, FORTNIGHTLY, NO = "weekly", "fortnightly", "no"
"""What one may answer to the offer of a circle."""
YES = frozenset({WEEKLY, FORTNIGHTLY})
FEWEST, MOST = 3, 7


class CircleState(StrEnum):
    """How far it got."""

    OFFERED = "offered"
    """Each is asked; nobody knows of the others."""
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle that was offered."""

    id: CircleId
    community: CommunityId
    number: int
    """The how manieth of its community that came about; 0: it did not, so far."""
    gathering: str
    """Where its people keep meeting: a hashtag with #, or a name."""
    state: CircleState
    every_days: int
    """Between two turns; 0 as long as it is only offered."""
    created_at: datetime
    thread: int | None = None
    next_at: datetime | None = None
    """OFFERED: when it is decided; OPEN: when the next turn comes; None: nothing is due."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who was asked about a circle."""

    person: PersonId
    answer: str
    """Empty: none so far."""
    left_at: datetime | None = None

    @property
    def is_taken(self) -> bool:
        """Whether they are in it, once it comes about."""
        return self.answer in YES and self.left_at is None


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody's turn to bring a question."""

    id: TurnId
    circle: CircleId
    person: PersonId
    at: datetime
