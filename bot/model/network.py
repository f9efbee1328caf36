"""A member's personal learning network, and what must never enter it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import AccountId, DiscordId, PersonId
    from bot.model.posts import PostId

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
    MEETING = "meeting"
    """They met in person, as the member told."""


class Layer(StrEnum):
    """How close somebody is, by the ties of the owner."""

    STRONG = "strong"
    WEAK = "weak"
    VERY_WEAK = "very_weak"


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of a Member's personal learning network.

    Who it is about is known to the owner by one face only: as a member (`person` is theirs, no
    account), by a public account (`account`; `person` is the one of the account's own id, also
    where a member has linked it), or by name alone (`person` is the connection's own id). So the
    same human may be there twice, and nothing tells the owner that both are one.
    """

    id: ConnectionId
    owner: PersonId
    person: PersonId
    kind: ReasonKind
    reason: str
    since: datetime
    origin: Origin
    label: str = ""
    """How the owner calls them; empty: as they are shown."""
    account: AccountId | None = None
    post: PostId | None = None
    """The public exchange that it was drafted from."""
    learns: bool = False
    """The owner learns from them, and expects nothing back."""
    note: str = ""
    field: str = ""
    """What the other works in, as the owner says; casefolded."""
    cadence_days: int | None = None
    """How often the owner wants to be in touch."""
    contact_at: datetime | None = None
    """The last contact that the owner told of."""
    thanked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Learning:
    """What a Member noted down as learned."""

    id: int
    owner: PersonId
    connection: ConnectionId | None
    """From whom, where that is somebody of their network."""
    learned: str
    connects_to: str
    will_try: str
    link: str
    at: datetime
    tried: str = ""
    """What came of trying it: "yes", "no", or nothing said yet."""


@dataclass(frozen=True, slots=True)
class Face:
    """Somebody of a network, as its owner may know them."""

    name: str
    """Empty where nothing may be said."""
    field: str
    country: str
    profile: str | None
    """A public address."""
    mention: DiscordId | None
    ties_of: PersonId | None
    """Whose ties may be told to the owner as theirs; None: no ties may be told."""
    languages: tuple[str, ...] = ()
    """ISO 639 codes, as they gave them."""
