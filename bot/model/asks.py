"""What members ask each other: a question, a sounding board, something to make, company."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId, PersonId

AskId = NewType("AskId", int)
HelpId = NewType("HelpId", int)


class AskKind(StrEnum):
    """What somebody asks for."""

    QUESTION = "question"
    SOUNDING = "sounding"
    """Somebody to think aloud with."""
    MAKE = "make"
    """Something to make together."""
    COMPANY = "company"
    """Five minutes of company."""


class AskState(StrEnum):
    """How far it got."""

    ASKED = "asked"
    UNANSWERED = "unanswered"
    """Nobody said yes in time, and who asked was told so."""
    PUBLIC = "public"
    ANSWERED = "answered"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that a member asked their community."""

    id: AskId
    community: CommunityId
    asker: PersonId
    kind: AskKind
    field: str
    """Casefolded; may be empty for COMPANY."""
    question: str
    state: AskState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody who was asked to help, or offered it."""

    id: HelpId
    ask: AskId
    person: PersonId
    asked_at: datetime
    accepted_at: datetime | None = None
    thread: int | None = None
    thanked_at: datetime | None = None
