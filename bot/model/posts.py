"""What was said in public: posts, who they addressed, and pages of them as a Source gives them.

Post, Reference, Hashtag and Engagement are named tuples: an archive makes millions of them, and a
frozen dataclass takes five times as long to make.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, NewType

from bot.model.people import Account, AccountId, Platform, stable_key

if TYPE_CHECKING:
    from bot.model.following import Gap

PostId = NewType("PostId", int)
HashtagId = NewType("HashtagId", int)
Cursor = NewType("Cursor", str)
"""Opaque text that tells a Source where it was."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


def to_us(when: datetime) -> int:
    """Microseconds since 1970, the form in which both databases keep an instant."""
    return (when - EPOCH) // _US


def from_us(us: int) -> datetime:
    """The instant, aware, in UTC, that `to_us` gave `us` for."""
    return EPOCH + timedelta(microseconds=us)


def post_key(platform: Platform, native_id: str) -> PostId:
    """The id of the Post with this native id, whether it was seen before or not."""
    return PostId(stable_key(platform, native_id))


def normal_hashtag(shown: str) -> str:
    """The normal form of a hashtag: NFKC, casefold, no leading #. '#LrnChat' gives 'lrnchat'."""
    return unicodedata.normalize("NFKC", shown).lstrip("#\uff03").casefold()


class EngagementKind(StrEnum):
    """What one account did towards another through a Post."""

    REPLY = "reply"
    QUOTE = "quote"
    REPOST = "repost"
    MENTION = "mention"
    CONTACT = "contact"
    """A direct contact that an archive of plain interactions tells of: a meeting, an e-mail."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and asked for every engagement


class Hashtag(NamedTuple):
    """A hashtag in its normal form and as it was written."""

    normal: str
    shown: str

    @property
    def id(self) -> HashtagId:
        """The id of the normal form, the same everywhere."""
        return HashtagId(stable_key(Platform.PLAIN, f"#{self.normal}"))


def hashtag_of(shown: str) -> Hashtag:
    """The Hashtag that `shown` (with or without #) is a way to write of."""
    return Hashtag(normal_hashtag(shown), shown.lstrip("#\uff03"))


class Reference(NamedTuple):
    """Another post that a post points at. The author is None where the payload does not tell."""

    post: PostId
    author: AccountId | None


class Post(NamedTuple):
    """One message on a platform, normalised."""

    id: PostId
    platform: Platform
    native_id: str
    """X: the number. Bluesky: the at:// uri. Mastodon: the uri. Mapped to a link by `permalink`."""
    author: AccountId
    at: datetime
    text: str | None
    """None where the platform's rules forbid keeping it, and for reposts."""
    lang: str | None = None
    conversation: PostId | None = None
    """The root of the conversation."""
    reply_to: Reference | None = None
    quote_of: Reference | None = None
    repost_of: Reference | None = None
    mentions: tuple[AccountId, ...] = ()
    hashtags: tuple[Hashtag, ...] = ()
    links: tuple[str, ...] = ()
    """At most ten absolute http(s) addresses that the post shares."""
    question: int | None = None
    """n where the post asks question n of a chat ("Q3", "3/", "T3"), 1..30."""
    answer: int | None = None
    """n where the post answers question n ("A3"), 1..30."""
    asks: bool = False
    """Whether the text ends a sentence with a question mark, read before the text is dropped."""
    edited_at: datetime | None = None
    claim: str | None = None
    """The code in it by which its author proves to be a member; read, never stored."""


class Engagement(NamedTuple):
    """One directed act of one Account to another through a Post."""

    post: PostId
    source: AccountId
    target: AccountId
    kind: EngagementKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """A post that its platform says is gone; it may come before the post, or without it."""

    post: PostId
    at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    """An account that its platform says is gone: deleted or taken down.

    All that it wrote up to then goes, and all that was done towards it; also what is read later.
    """

    account: AccountId
    at: datetime


@dataclass(frozen=True, slots=True)
class Absence:
    """An account that is away for a while (deactivated, suspended), or is there again.

    What it wrote is not shown meanwhile. The newest news of an account holds.
    """

    account: AccountId
    at: datetime
    is_away: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """What a profile says, read for itself; the newest reading holds."""

    account: AccountId
    at: datetime
    """When it was read."""
    refuses: bool
    claim: str | None = None
    """The code in its bio by which its owner proves to be a member; read, never stored."""


@dataclass(frozen=True, slots=True)
class LocalId:
    """What the instance that a Source reads calls a post."""

    number: str
    post: PostId


@dataclass(frozen=True, slots=True)
class Problem:
    """A payload that could not be used: where, and why; keys, never values."""

    where: str
    """`file:line` for an archive, the source and time for a live one."""
    reason: str
    """Short and the same for the same fault, so that it can be counted."""
    path: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """What a Source gives at once."""

    posts: tuple[Post, ...] = ()
    accounts: tuple[Account, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    problems: tuple[Problem, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    """Only from archives of plain interactions, where no post carries them."""
    cursor: Cursor | None = None
    lines: int = 0
    """How many lines of an archive this page came from."""
    departures: tuple[Departure, ...] = ()
    absences: tuple[Absence, ...] = ()
    profiles: tuple[Profile, ...] = ()
    local_ids: tuple[LocalId, ...] = ()
    seen_at: datetime | None = None
    """When the newest event happened that a live Source read, whether it was followed or not."""
    gap: Gap | None = None
    """What a live Source found that it can not read any more."""
    notice: str | None = None
    """What is not complete from now on ("reposts are missing"); "": nothing; None: as before."""
    reconnects: int = 0
    """How often a Source with a loop of its own has come back since the page before."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What a Source is to follow: a hashtag, in a window of time (None: always)."""

    hashtag: str
    """Normal form."""
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    platforms: frozenset[Platform] = frozenset()
    """Where; empty: everywhere."""
