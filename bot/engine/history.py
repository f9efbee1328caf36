"""What the engine is given and what it gives back: plain frozen values, no database, no Discord.

history = History(graph=graph, fields=fields, moments=moments, uses=uses, willing=members)
requests = [Request(member, forbidden=connected | blocked | pending, apart=(colleagues,))]
drafts = suggest(history, requests, Rules(), now, random.Random(seed))
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence  # noqa: TC003 the fields' types are read at run time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.model.suggestions import ReasonTerm

if TYPE_CHECKING:
    from datetime import datetime

    from bot.engine.graph import Graph
    from bot.engine.learn import Profile
    from bot.engine.signals import Signals
    from bot.engine.talk import Talk
    from bot.model.chats import SessionId
    from bot.model.people import FieldOf, PersonId
    from bot.model.posts import PostId
    from bot.model.suggestions import Reason


@dataclass(frozen=True, slots=True)
class Moment:
    """One sign that a person took part in a Session: a post, an answer, or only a button."""

    person: PersonId
    session: SessionId
    at: datetime
    post: PostId | None = None
    """None where there is nothing to point at: presence given in Discord."""
    answer: int | None = None
    """n where it answers question n of the session."""


@dataclass(frozen=True, slots=True)
class TagUse:
    """One use of a Hashtag; several by one person count once, the latest is the evidence."""

    person: PersonId
    hashtag: str
    """Normal form."""
    post: PostId
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All that the engine may know of the past. Leave out what must not be used or shown."""

    graph: Graph
    fields: Mapping[PersonId, tuple[FieldOf, ...]] = field(default_factory=dict)
    """A person who is not in it, or has no field of work or help, counts as unknown."""
    moments: Sequence[Moment] = ()
    uses: Sequence[TagUse] = ()
    session_tags: frozenset[str] = frozenset()
    """Normal forms that are no interest: the hashtags of the sessions themselves."""
    bystanders: frozenset[PersonId] = frozenset()
    """Hosts and bots: being in a session with them is no reason."""
    willing: frozenset[PersonId] | None = None
    """Who may be suggested, the requesting among them or not; None: everybody the graph knows."""
    talk: Talk | None = None
    """Where it is given, all the signals of `signals.py` speak; without it those of the graph."""
    signals: Signals | None = None
    """Made earlier of the same talk, whatever fields it had: it saves half of a request's time."""
    profile: Profile | None = None
    """What the signals are worth; None: the safe profile."""


@dataclass(frozen=True, slots=True)
class Request:
    """One person who is to get suggestions."""

    member: PersonId
    forbidden: frozenset[PersonId] = frozenset()
    """Never for them: connected, blocked by either, asked before, declined, pending.
    Themselves, and whom the graph has a tie with, are left out by the engine."""
    distance: float = 0.5
    """The near-far wish: 0 near, 1 far."""
    count: int | None = None
    """How many; None: as many as the rules say."""
    apart: tuple[frozenset[PersonId], ...] = ()
    """Never for them either: sets that many requests share, such as everybody of one employer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """How lists are made. The defaults are the product's."""

    per_list: int = 5
    cross_field: int = 3
    """At least so many of `per_list` of another known field, as long as there are such; a shorter
    list gets its share, rounded up."""
    cap: int | None = None
    """In how many lists nobody may be more than; None: max(3, 3 % of the requests)."""
    exposure: Mapping[PersonId, int] = field(default_factory=dict)
    """In how many lists of the present period people are already; counts against the cap."""
    needs_reason: bool = True
    """Nobody is suggested only for being active; the list is rather shorter."""
    weights: Mapping[ReasonTerm, float] = field(default_factory=lambda: PRODUCT_WEIGHTS)


PRODUCT_WEIGHTS: Mapping[ReasonTerm, float] = {
    ReasonTerm.CLOSE_BY: 1.0,
    ReasonTerm.SHARED_CONTACT: 0.2,
    ReasonTerm.SAME_QUESTION: 0.6,
    ReasonTerm.SAME_SESSION: 0.3,
    ReasonTerm.SHARED_INTEREST: 0.4,
    ReasonTerm.OTHER_FIELD: 0.1,
    ReasonTerm.CURIOUS: 0.4,
    ReasonTerm.ACTIVE: 0.001,
}
"""What a term is worth at its full height of 1. CLOSE_BY, SHARED_CONTACT and OTHER_FIELD were
chosen on an inner split of the past of the benchmark's sets; the others are starting points."""

RANKING_WEIGHTS: Mapping[ReasonTerm, float] = {
    ReasonTerm.CLOSE_BY: 1.0,
    ReasonTerm.SHARED_CONTACT: 0.05,
    ReasonTerm.ACTIVE: 0.001,
}
"""Only who will talk with whom; for the pure ranking of `crosstie rank`. Shared contacts count less
than in the product: on the inner split of an archive with a long gap they cost, and no cap and no
quota make up for it here."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One suggestion before it has an id: place `rank` (from 1) in the list of `member`."""

    member: PersonId
    about: PersonId
    rank: int
    score: float
    """The sum of the reasons' weights."""
    cross_field: bool | None
    """None where a field of either is not known."""
    reasons: tuple[Reason, ...]
    """The heaviest first; a term of no weight is left out."""
