"""When people meet: chats, conferences and the sessions in which they are followed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import date, datetime, timedelta

    from bot.model.people import CommunityId, DiscordId
    from bot.model.posts import Hashtag

ChatId = NewType("ChatId", int)
ConferenceId = NewType("ConferenceId", int)
SessionId = NewType("SessionId", int)


class Rhythm(StrEnum):
    """How often a Chat returns, from its first start."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    """The same weekday of the month: the second Tuesday stays the second Tuesday."""


@dataclass(frozen=True, slots=True)
class Chat:
    """A recurring conversation under one or more Hashtags; it keeps local time in its zone."""

    id: ChatId
    community: CommunityId
    name: str
    hashtags: tuple[Hashtag, ...]
    """The first is the one shown."""
    host: DiscordId
    zone: str
    rhythm: Rhythm
    first_local: datetime
    """Naive: the local date and time of the first occurrence."""
    duration: timedelta
    cancelled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conference:
    """A dated gathering with its Hashtags: one Session from its first midnight to its last."""

    id: ConferenceId
    community: CommunityId
    name: str
    hashtags: tuple[Hashtag, ...]
    host: DiscordId
    zone: str
    first_day: date
    last_day: date
    cancelled_at: datetime | None = None


class SessionState(StrEnum):
    """Where a Session is in its life; it only moves down this list."""

    PLANNED = "planned"
    OPEN = "open"
    ENDED = "ended"
    """Over; the recap is due."""
    RECAPPED = "recapped"
    MISSED = "missed"
    """Wholly missed while the bot was down: recorded, not faked."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Session:
    """One followed occurrence, of a Chat or of a Conference."""

    id: SessionId
    community: CommunityId
    chat: ChatId | None
    conference: ConferenceId | None
    name: str
    hashtags: tuple[Hashtag, ...]
    starts_at: datetime
    ends_at: datetime
    state: SessionState
    thread: int | None = None
    """The Discord id of its thread, once it was opened."""

    @property
    def is_conference(self) -> bool:
        """Whether it is a conference, of which follow-ups are sent."""
        return self.conference is not None
