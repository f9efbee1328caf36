"""Who: accounts on platforms, the humans behind them, and the members among those."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

AccountId = NewType("AccountId", int)
PersonId = NewType("PersonId", int)
CommunityId = NewType("CommunityId", int)
"""The Discord id of the server."""
DiscordId = NewType("DiscordId", int)
"""The Discord id of a human."""

NOT_A_SNOWFLAKE = 1 << 62


class Platform(StrEnum):
    """Where Posts come from."""

    X = "x"
    BLUESKY = "bluesky"
    MASTODON = "mastodon"
    DISCORD = "discord"
    """Only what a member gave by a button of ours; messages are never read."""
    PLAIN = "plain"
    """Plain interactions of an archive: pseudonymous people, no texts, no links."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and asked for every post


_X = Platform.X
"""Python 3.11 calls a function for every member that is named in full."""


def stable_key(platform: Platform, native_id: str) -> int:
    """A positive 63-bit id, the same on every machine and in every year.

    X's ids are unique 63-bit numbers that grow with time, so they are kept as they are (what is
    written together lies together). Everything else is hashed with BLAKE2b into the numbers from
    2^62 on, which X's reach in the year 2045. So an id can be had without a look-up, a reference
    may come before what it refers to, and the same thing read twice is the same row.
    """
    if platform is _X and native_id.isascii() and native_id.isdecimal():
        number = int(native_id)
        if number < NOT_A_SNOWFLAKE:
            return number
    digest = hashlib.blake2b(f"{platform.value}\n{native_id}".encode(), digest_size=8).digest()
    return NOT_A_SNOWFLAKE | (int.from_bytes(digest) >> 2)


def account_key(platform: Platform, native_id: str) -> AccountId:
    """The id of the Account with this native id, whether it was seen before or not."""
    return AccountId(stable_key(platform, native_id))


def person_of_member(discord_id: DiscordId) -> PersonId:
    """The Person that a Discord user is: the one their Discord account stands for."""
    return PersonId(account_key(Platform.DISCORD, str(discord_id)))


@dataclass(frozen=True, slots=True)
class Account:
    """One identity on one platform. The native id is stable; the handle is its present name."""

    id: AccountId
    platform: Platform
    native_id: str
    handle: str | None
    """The present handle, without @; None where it is not known."""
    name: str | None
    """The name the account shows."""
    refuses: bool = False
    """True when the public profile says no to bots or to being indexed."""
    seen_at: datetime | None = None
    """When it showed this handle and name; the newest wins. None: it shows neither."""


NOTHING_SEEN = -(1 << 63)
LESS_THAN_A_PROFILE = -(1 << 62)


def account_rank(seen_us: int, handle: str | None, name: str | None) -> int:
    """How much a sight of an account counts; the highest decides its handle and its name.

    A profile (it has a name) seen at `seen_us` counts that number. A bare handle, as somebody
    typed it in a mention, counts less than every profile, and among its like the newest most.
    So the order in which sights arrive makes no difference.
    """
    if name:
        return seen_us
    return seen_us + LESS_THAN_A_PROFILE if handle and seen_us >= 0 else NOTHING_SEEN


def seen_of_rank(rank: int) -> int | None:
    """When an account of that rank was seen, in microseconds; None: it never was."""
    if rank == NOTHING_SEEN:
        return None
    return rank - LESS_THAN_A_PROFILE if rank < LESS_THAN_A_PROFILE // 2 else rank


class Naming(StrEnum):
    """How a member wants to appear to the other side before both said yes."""

    NAME = "name"
    DESCRIBE = "describe"


class Delivery(StrEnum):
    """How a member gets what waits for them."""

    CARD = "card"
    """Only in /today and behind [See mine]; nothing is sent."""
    DM = "dm"
    DIGEST = "digest"
    """One DM a week."""


class Stance(StrEnum):
    """What a person said about a Field."""

    WORK = "work"
    CURIOUS = "curious"
    HELP = "help"
    LEAVE = "leave"
    """Left to others: wants to hear of it through other people."""


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A Field of a person; confidence in 0..1, 1.0 when they said it themselves."""

    field: str
    stance: Stance
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Community:
    """A Discord server that runs the bot, with its settings."""

    id: CommunityId
    name: str
    zone: str
    """IANA name."""
    locale: str
    chat_channel: int | None
    """The channel in which sessions open their threads and recaps are posted."""
    prompt_channel: int | None
    """The channel that gets the weekly message and the field prompts."""
    review_introductions: bool
    weekly_at: int
    """Minute of the week, Monday 00:00 = 0, local time, of the weekly message."""
    joined_at: datetime
    removed_at: datetime | None = None
    """When the bot was removed; 30 days later everything of the community is deleted."""

    @property
    def is_set_up(self) -> bool:
        """Whether both channels are chosen."""
        return self.chat_channel is not None and self.prompt_channel is not None


@dataclass(frozen=True, slots=True)
class Member:
    """A Discord user who opted in, in one Community."""

    community: CommunityId
    discord_id: DiscordId
    person: PersonId
    name: str
    """How they appear by name."""
    consent_at: datetime
    consent_version: int
    naming: Naming
    description: str
    """How they appear when they are described: "runs ward simulations"; may be empty."""
    show_posts: bool
    """Whether the other side may see links to their public posts before both said yes."""
    delivery: Delivery
    distance: float
    """0 = near, 1 = far: how far from their own fields suggestions should reach."""
    zone: str
    quiet_from: int
    """Hour 0..23, local; from here to `quiet_until` nothing is sent."""
    quiet_until: int
    locale: str
    country: str
    employer: str
    """Folded with casefold; two members with one employer are not introduced. Empty: not given."""
    paused_until: datetime | None
    skip_until: datetime | None
    fields: tuple[FieldOf, ...] = field(default=())
    left_at: datetime | None = None
    languages: tuple[str, ...] = ()
    """ISO 639 codes. Two members who share none are not introduced; empty: not said."""
    site: str = ""
    """The public address of their own blog or site; empty: not told."""

    def accepts_suggestions(self, now: datetime) -> bool:
        """Whether this member may be asked, or named in a suggestion, at `now`."""
        return (
            self.left_at is None
            and (self.paused_until is None or self.paused_until <= now)
            and (self.skip_until is None or self.skip_until <= now)
        )
