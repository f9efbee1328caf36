"""A member's personal learning network, and what must never enter it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import PersonId

ConnectionId = NewType("ConnectionId", int)


class ReasonKind(StrEnum):
    """Why somebody is in a network; the five kinds that people give, and other."""

    INTEREST = "interest"
    CONVERSATION = "conversation"
    CONTRIBUTIONS = "contributions"
    PROJECT = "project"
    RESEARCH = "research"
    OTHER = "other"


class Origin(StrEnum):
    """How a Connection came about."""

    INTRODUCTION = "introduction"
    FOLLOW_UP = "follow_up"
    MEMBER = "member"
    """The member added it."""


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of a Member's personal learning network."""

    id: ConnectionId
    owner: PersonId
    person: PersonId
    kind: ReasonKind
    reason: str
    since: datetime
    origin: Origin
