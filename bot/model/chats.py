"""When people meet: chats, conferences and the sessions in which they are followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.model.people import CommunityId, DiscordId, PersonId, Platform
    from bot.model.posts import EngagementKind, Hashtag, PostId

ChatId = NewType("ChatId", int)
ConferenceId = NewType("ConferenceId", int)
SessionId = NewType("SessionId", int)

FOLLOWED_BEFORE = timedelta(minutes=2)
"""A Session's hashtags are followed from this long before its start,"""
FOLLOWED_AFTER = timedelta(minutes=15)
"""and until this long after its end: the last answers come late."""


class Rhythm(StrEnum):
    """How often a Chat returns, from its first start."""

    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"
    """The same weekday of the month: the second Tuesday stays the second Tuesday."""


@dataclass(frozen=True, slots=True)
class DateChange:
    """One date of a Chat that does not follow its rule."""

    id: int
    """Another one with every change, so that each is announced once."""
    day: date
    """The local day on which the rule puts it."""
    moved_to: datetime | None
    """Naive local time; None: cancelled."""
    times: int = 1
    """How often this date was changed."""


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
    every: int = 1
    """Every n-th date of the rhythm: 3 with WEEKLY is every three weeks."""
    until: date | None = None
    """The last local day on which it may start; None: it goes on."""
    changes: tuple[DateChange, ...] = ()
    platforms: frozenset[Platform] = frozenset()
    """Where it is held; empty: wherever we follow."""


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
    platforms: frozenset[Platform] = frozenset()
    """Where it is held; empty: wherever we follow."""


class SessionState(StrEnum):
    """Where a Session is in its life. It moves down this list only.

    But a date that was cancelled may be held after all.
    """

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
    day: date | None = None
    """Of a chat: the local day on which its rule puts it. Told when it is planned."""
    platforms: frozenset[Platform] = frozenset()
    """Where it is held; empty: wherever we follow."""

    @property
    def is_conference(self) -> bool:
        """Whether it is a conference, of which follow-ups are sent."""
        return self.conference is not None


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A Chat or Conference as it is listed, with its next dates."""

    gathering: int
    """The id of the Chat or of the Conference; the two never share one."""
    is_conference: bool
    name: str
    hashtags: tuple[Hashtag, ...]
    host: DiscordId
    zone: str
    rhythm: Rhythm
    """ONCE for a conference."""
    duration: timedelta
    next: tuple[datetime, ...]
    """The next starts, at most three; one that runs now comes first."""
    ends_at: datetime | None
    """The end of the first of them; None where there is no next date."""
    running: bool
    every: int = 1
    until: date | None = None
    platforms: frozenset[Platform] = frozenset()


@dataclass(frozen=True, slots=True)
class Talk:
    """One entry of a conference's programme."""

    starts_at: datetime
    title: str
    room: str = ""
    link: str = ""
    """An address with https or http; empty: none."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What a file says, as far as it can be used."""

    talks: tuple[Talk, ...]
    left_out: int
    """Entries without a time, without a title, or cancelled."""


@dataclass(frozen=True, slots=True)
class SessionPost:
    """A post of a Session, as far as its recap needs it. Posts that were deleted are not there."""

    id: PostId
    person: PersonId
    question: int | None
    answer: int | None
    is_repost: bool
    replies: int
    """How many other people replied to it."""
    link: str | None
    """None where it has no address, or where its author does not want it shown."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One person turned to another in a Session: the people behind an Engagement."""

    source: PersonId
    target: PersonId
    kind: EngagementKind
    answer: int | None
    """n where the post answers, or replies to an answer of, question n."""
    post: PostId | None = None
    parent: PostId | None = None
    """What the post replies to."""


@dataclass(frozen=True, slots=True)
class Share:
    """A person shared an address in a Session."""

    url: str
    person: PersonId
    at: datetime


@dataclass(frozen=True, slots=True)
class Returned:
    """Of those who were in a chat for the first time, how many came again."""

    newcomers: int
    came_again: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much goes on in a community; never who."""

    members: int
    chats: int
    conferences: int
    sessions_held: int
    sessions_missed: int
    posts: int
    """Posts of sessions that are kept."""
    introductions_made: int
