"""The second stage: what speaks for each candidate, one number in 0..1 per named term."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.candidates import LOOKED_AT_ALL
from bot.engine.history import PRODUCT_WEIGHTS
from bot.engine.learn import SAFE
from bot.engine.pagerank import push
from bot.engine.signals import NAMES, SIGNALS, Signals
from bot.model.suggestions import ReasonTerm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.engine.candidates import Pool, Shared
    from bot.engine.graph import Floats, Graph, Ints
    from bot.engine.history import History
    from bot.engine.learn import Profile
    from bot.model.posts import PostId

TERMS: tuple[ReasonTerm, ...] = tuple(ReasonTerm)
"""The order of a feature table's rows."""
TALK_WORTH = 1.2
"""What all the terms of talk together can add to a score, whatever the profile."""
_OF_TALK = frozenset(SIGNALS.values())
_MOST_KNOWN = 100_000
_BATCH_CELLS = 1_000_000
"""So many pairs of somebody who asks and a person are looked at at once."""
_NEAREST_DECADES = 4.0
"""CLOSE_BY reaches from the closest candidate down to a ten-thousandth of that."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a term of one pair is about, and where it can be read."""

    detail: str = ""
    own_post: PostId | None = None
    other_post: PostId | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """The features of the nominees of one of the pool."""

    row: int
    rows: Ints
    """The nominees' rows, growing."""
    table: Floats
    """One row per term in the order of TERMS, one column per nominee."""
    relation: Ints
    """CROSS, SAME or UNKNOWN: fields.relation."""


def features_of(
    pool: Pool,
    row: int,
    distance: float,
    of_talk: Mapping[ReasonTerm, Floats] | None = None,
    weights: Mapping[ReasonTerm, float] = PRODUCT_WEIGHTS,
) -> Features:
    """All features of the nominees of the person in `row`, whose near-far wish is `distance`.

    The terms of talk are `of_talk` where it is given, else those that the graph alone tells.
    `weights` tell who is near, where not everybody can be looked at.
    """
    size = len(pool.ids)
    terms = dict(of_talk or {})
    near, nearness = np.empty(0, np.int64), np.empty(0)
    if of_talk is None:
        terms, near = _from_graph(pool, row)
        nearness = terms[ReasonTerm.CLOSE_BY][near]
    elif size > LOOKED_AT_ALL:
        worth = sum((weights.get(t, 0.0) * of_talk[t] for t in of_talk), np.zeros(size))
        near = np.flatnonzero(worth)
        nearness = worth[near]
    terms |= {
        ReasonTerm.SAME_QUESTION: pool.questions.best(row, size),
        ReasonTerm.SAME_SESSION: pool.sessions.best(row, size),
        ReasonTerm.SHARED_INTEREST: pool.interests.best(row, size),
    }
    rows = pool.nominees(row, near, nearness)
    everybody = len(rows) == size
    of: Ints | slice = slice(None) if everybody else rows
    table = np.zeros((len(TERMS), len(rows)))
    for term, heights in terms.items():
        table[TERMS.index(term)] = heights[of]
    if of_talk is None:
        table[TERMS.index(ReasonTerm.ACTIVE)] = pool.active(rows)
    relation = pool.fields.relation(row, of)
    apart = other_field(pool.fields.distance(row, relation, of), distance)
    table[TERMS.index(ReasonTerm.OTHER_FIELD)] = apart
    table[TERMS.index(ReasonTerm.CURIOUS)] = pool.fields.curiosity(row, of)
    return Features(row, rows, table, relation)


def weights_of(history: History, weights: Mapping[ReasonTerm, float]) -> Mapping[ReasonTerm, float]:
    """What each term is worth: `weights`, the terms of talk as the history's profile says.

    Theirs are scaled to add up to 1.2, so that the others keep their part whatever was learned.
    """
    if history.talk is None:
        return weights
    learned = (history.profile or SAFE).of_terms()
    whole = max(sum(learned.values()), math.ulp(1.0))
    others = {term: weight for term, weight in weights.items() if term not in _OF_TALK}
    return others | {term: TALK_WORTH * weight / whole for term, weight in learned.items()}


def sharpness_of(history: History) -> float:
    """By what a score is multiplied to be the logarithm of a chance, but for a constant.

    Fits are such logarithms before `weights_of` scales them; without talk the safe profile's.
    """
    profile = SAFE if history.talk is None else history.profile or SAFE
    return sum(profile.weights.values()) / TALK_WORTH


class Told:
    """The terms of talk of everybody in a pool, for many who ask; what that needs is made once."""

    def __init__(self, history: History, pool: Pool) -> None:
        self._pool = pool
        self._signals: Signals | None = None
        self._profile = history.profile or SAFE
        self._n = 0
        if history.talk is None:
            return
        kept = history.signals
        self._signals = Signals.of(history.talk) if kept is None else kept.told(history.talk)
        ids, n = history.talk.ids, len(history.talk.ids)
        self._n = n
        place = np.minimum(np.searchsorted(ids, pool.ids), max(n - 1, 0))
        known = np.flatnonzero(ids[place] == pool.ids) if n else np.empty(0, np.int64)
        self._known, self._place = known, place[known]
        self._at_place = np.full(len(pool.ids), -1)
        self._at_place[known] = self._place

    def batch(self) -> int:
        """How many to ask for at once."""
        return max(1, _BATCH_CELLS // max(self._n, len(self._pool.ids), 1))

    def terms(
        self, rows: Sequence[int], allowed: Sequence[NDArray[np.bool_]]
    ) -> Iterator[Mapping[ReasonTerm, Floats] | None]:
        """For each of `rows` everybody's terms; None: there is no talk.

        A term is the mean of its signals, weighted by the profile: 0..1. `allowed` tells for each
        row who is a candidate.
        """
        if self._signals is None:
            yield from (None for _ in rows)
            return
        candidates = np.zeros((len(rows), self._n), bool)
        for i, may in enumerate(allowed):
            candidates[i, self._place] = may[self._known]
        places = self._at_place[np.array(rows, np.int64)]
        asking = np.flatnonzero(places >= 0)
        table = self._signals.table(places[asking], candidates[asking])
        heights = _heights(table, self._profile)
        where = {int(i): n for n, i in enumerate(asking)}
        for i in range(len(rows)):
            found = {}
            for term, of_all in heights.items():
                found[term] = np.zeros(len(self._pool.ids))
                if i in where:
                    found[term][self._known] = of_all[where[i], self._place]
            yield found


def _heights(table: NDArray[np.float32], profile: Profile) -> dict[ReasonTerm, NDArray[np.float32]]:
    """Signals x rows x people to rows x people for each term that is worth something."""
    weights = profile.as_array()
    heights = {}
    for term, worth in profile.of_terms().items():
        of_term = [i for i, name in enumerate(NAMES) if SIGNALS[name] is term and weights[i] > 0]
        if of_term:
            part = (weights[of_term] / worth).astype(np.float32)
            heights[term] = np.tensordot(part, table[of_term], 1)
    return heights


def evidence_of(pool: Pool, mine: int, theirs: int, term: ReasonTerm) -> Evidence:
    """What `term` is about for this pair; empty where it has nothing to point at."""
    if term is ReasonTerm.OTHER_FIELD:
        return Evidence(pool.fields.main_field(theirs))
    if term is ReasonTerm.CURIOUS:
        return Evidence(pool.fields.curious_field(mine, theirs))
    if term is ReasonTerm.SAME_QUESTION:
        return _of_thing(pool.questions, mine, theirs)
    if term is ReasonTerm.SAME_SESSION:
        return _of_thing(pool.sessions, mine, theirs)
    if term is ReasonTerm.SHARED_INTEREST:
        return _of_thing(pool.interests, mine, theirs)
    return Evidence()


def _of_thing(things: Shared, mine: int, theirs: int) -> Evidence:
    thing = things.best_thing(mine, theirs)
    return Evidence(things.details[thing], things.posts[mine, thing], things.posts[theirs, thing])


def close_by(rank: Floats, top: float) -> Floats:
    """PageRank on a logarithmic scale, 0..1: 1 the closest, 0 a ten-thousandth of it or less.

    `top` is that of the closest, the start and its contacts left out. A tenth of it gives
    1 - 1/4 = .75.
    """
    if top <= 0:
        return np.zeros_like(rank)
    with np.errstate(divide="ignore"):
        scaled: Floats = 1.0 + np.log10(rank / top) / _NEAREST_DECADES
    return np.maximum(scaled, 0.0)


def shared_contacts(graph: Graph, place: int) -> Floats:
    """Adamic-Adar: the sum over shared contacts of 1 / ln(1 + their contacts), not scaled.

    One shared contact who knows these two only: 1 / ln 3 = .91; one who knows a hundred: .217.
    Contacts whom most know are left out where all together know more than 100,000 people: they
    tell least, and cost most. (Adamic, Adar: Friends and Neighbors on the Web, 2003; 1 + so that it
    is finite for 1.)
    """
    total = np.zeros(len(graph))
    places, values = _two_steps(graph, place)
    total[places] = values
    return total


def _two_steps(graph: Graph, place: int) -> tuple[Ints, Floats]:
    """`shared_contacts` of those who share any, growing places."""
    _, mine, _ = graph.ties_of(np.array([place]))
    mine = np.unique(mine)
    known = graph.contacts[mine]
    if known.sum() > _MOST_KNOWN:
        order = np.argsort(known, kind="stable")
        mine = mine[order[np.cumsum(known[order]) <= _MOST_KNOWN]]
    total, is_one = np.zeros(len(graph)), np.zeros(len(graph), bool)
    worth = 1.0 / np.log1p(graph.contacts[mine])
    layers = graph.layers()
    for at, layer in enumerate(layers):
        counts, there = layer.places(mine)
        theirs, amounts = layer.columns[there].astype(np.int64), np.repeat(worth, counts)
        if at:  # a tie in two layers is one contact
            whose = np.repeat(mine, counts)
            for earlier in layers[:at]:
                new = ~earlier.holds(whose, theirs)
                whose, theirs, amounts = whose[new], theirs[new], amounts[new]
        np.add.at(total, theirs, amounts)
        is_one[theirs] = True
    places = np.flatnonzero(is_one)
    return places, total[places]


def other_field(distance: Floats, wish: float) -> Floats:
    """How different the fields are, 0..1, the more welcome the farther somebody wants to reach.

    distance * (1 + wish) / 2: nothing in common gives .5 to the nearest wish, 1 to the farthest.
    """
    return distance * (1.0 + min(max(wish, 0.0), 1.0)) / 2.0


def _from_graph(pool: Pool, row: int) -> tuple[dict[ReasonTerm, Floats], Ints]:
    """CLOSE_BY and SHARED_CONTACT, and the rows of those who have any of them.

    Zeros for whom the graph does not know. Only what is reached is touched, whatever the size.
    """
    graph, place = pool.graph, int(pool.places[row])
    close, contacts = np.zeros(len(pool.ids)), np.zeros(len(pool.ids))
    terms = {ReasonTerm.SHARED_CONTACT: contacts, ReasonTerm.CLOSE_BY: close}
    if place < 0 or not graph.contacts[place]:
        return terms, np.empty(0, np.int64)
    is_out = np.zeros(len(graph), bool)
    is_out[graph.ties_of(np.array([place]))[1]] = True
    is_out[place] = True
    is_near = np.zeros(len(pool.ids), bool)
    for found, (places, values) in (
        (close, push(graph, place)),
        (contacts, _two_steps(graph, place)),
    ):
        rows, out = pool.row_at[places], is_out[places]
        values[out] = 0.0
        top = float(values.max(initial=0.0))
        here = np.flatnonzero((rows >= 0) & ~out)  # of all who talk often a few; the rest is saved
        rows, values = rows[here], values[here]
        tiny = math.ulp(1.0)
        found[rows] = close_by(values, top) if found is close else values / max(top, tiny)
        is_near[rows] = True
    return terms, np.flatnonzero(is_near)
