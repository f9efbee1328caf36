"""The second stage: what speaks for each candidate, one number in 0..1 per named term."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.learn import SAFE
from bot.engine.pagerank import personalised_pagerank
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
    """The features of everybody in the pool towards one of them."""

    row: int
    table: Floats
    """One row per term in the order of TERMS, one column per person of the pool."""
    relation: Ints
    """CROSS, SAME or UNKNOWN: fields.relation."""


def features_of(
    pool: Pool, row: int, distance: float, of_talk: Mapping[ReasonTerm, Floats] | None = None
) -> Features:
    """All features of everybody towards the person in `row`, whose near-far wish is `distance`.

    The terms of talk are `of_talk` where it is given, else those that the graph alone tells.
    """
    size = len(pool.ids)
    table = dict(of_talk or {})
    if of_talk is None:
        close, contacts = _from_graph(pool, row)
        table = {
            ReasonTerm.SHARED_CONTACT: contacts,
            ReasonTerm.CLOSE_BY: close,
            ReasonTerm.ACTIVE: pool.active,
        }
    table |= {
        ReasonTerm.SAME_QUESTION: pool.questions.best(row, size)[0],
        ReasonTerm.SAME_SESSION: pool.sessions.best(row, size)[0],
        ReasonTerm.OTHER_FIELD: other_field(pool.fields.distance(row), distance),
        ReasonTerm.SHARED_INTEREST: pool.interests.best(row, size)[0],
        ReasonTerm.CURIOUS: pool.fields.curiosity(row),
    }
    none = np.zeros(size)
    stacked = np.stack([table.get(term, none) for term in TERMS])
    return Features(row, stacked, pool.fields.relation(row))


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


def terms_of_talk(
    history: History, pool: Pool, rows: Sequence[int], allowed: Sequence[NDArray[np.bool_]]
) -> Iterator[Mapping[ReasonTerm, Floats] | None]:
    """For each of `rows` the terms of talk of everybody in the pool; None: there is no talk.

    A term is the mean of its signals, weighted by the profile: 0..1. `allowed` tells for each row
    who is a candidate.
    """
    talk = history.talk
    if talk is None:
        yield from (None for _ in rows)
        return
    signals, profile = Signals.of(talk), history.profile or SAFE
    n = len(talk.ids)
    place = np.minimum(np.searchsorted(talk.ids, pool.ids), max(n - 1, 0))
    known = np.flatnonzero(talk.ids[place] == pool.ids) if n else np.empty(0, np.int64)
    at_place = np.full(len(pool.ids), -1)
    at_place[known] = place[known]
    step = max(1, _BATCH_CELLS // max(n, 1))
    for start in range(0, len(rows), step):
        batch = np.array(rows[start : start + step], np.int64)
        candidates = np.zeros((len(batch), n), bool)
        for i, may in enumerate(allowed[start : start + step]):
            candidates[i, place[known]] = may[known]
        asking = np.flatnonzero(at_place[batch] >= 0)
        table = signals.table(at_place[batch[asking]], candidates[asking])
        heights = _heights(table, profile)
        where = {int(i): n for n, i in enumerate(asking)}
        for i in range(len(batch)):
            found = {}
            for term, of_all in heights.items():
                found[term] = np.zeros(len(pool.ids))
                if i in where:
                    found[term][known] = of_all[where[i], place[known]]
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
    shared: dict[ReasonTerm, Shared] = {
        ReasonTerm.SAME_QUESTION: pool.questions,
        ReasonTerm.SAME_SESSION: pool.sessions,
        ReasonTerm.SHARED_INTEREST: pool.interests,
    }
    if term in shared:
        things = shared[term]
        thing = int(things.best(mine, len(pool.ids))[1][theirs])
        return Evidence(
            things.details[thing], things.posts[mine, thing], things.posts[theirs, thing]
        )
    if term is ReasonTerm.OTHER_FIELD:
        return Evidence(pool.fields.main_field(theirs))
    if term is ReasonTerm.CURIOUS:
        return Evidence(pool.fields.curious_field(mine, theirs))
    return Evidence()


def close_by(rank: Floats) -> Floats:
    """PageRank on a logarithmic scale, 0..1: 1 the closest, 0 a ten-thousandth of it or less.

    `rank` without the start and its contacts. A tenth of the closest gives 1 - 1/4 = .75.
    """
    top = rank.max(initial=0.0)
    if top <= 0:
        return np.zeros_like(rank)
    with np.errstate(divide="ignore"):
        scaled: Floats = 1.0 + np.log10(rank / top) / _NEAREST_DECADES
    return np.maximum(scaled, 0.0)


def shared_contacts(graph: Graph, place: int) -> Floats:
    """Adamic-Adar: the sum over shared contacts of 1 / ln(1 + their contacts), not scaled.

    One shared contact who knows these two only: 1 / ln 3 = .91; one who knows a hundred: .217.
    (Adamic, Adar: Friends and Neighbors on the Web, 2003; 1 + so that it is finite for 1.)
    """
    _, mine, _ = graph.ties_of(np.array([place]))
    mine = np.unique(mine)
    which, theirs, _ = graph.ties_of(mine)
    if graph.delta is not None:
        pairs = np.unique(which * len(graph) + theirs)
        which, theirs = pairs // len(graph), pairs % len(graph)
    worth = 1.0 / np.log1p(graph.contacts[mine])
    total: Floats = np.bincount(theirs, worth[which], minlength=len(graph)).astype(np.float64)
    return total


def other_field(distance: Floats, wish: float) -> Floats:
    """How different the fields are, 0..1, the more welcome the farther somebody wants to reach.

    distance * (1 + wish) / 2: nothing in common gives .5 to the nearest wish, 1 to the farthest.
    """
    return distance * (1.0 + min(max(wish, 0.0), 1.0)) / 2.0


def _from_graph(pool: Pool, row: int) -> tuple[Floats, Floats]:
    """CLOSE_BY and SHARED_CONTACT; zeros for whom the graph does not know."""
    graph, place = pool.graph, int(pool.places[row])
    known = pool.places >= 0
    close, contacts = np.zeros(len(pool.ids)), np.zeros(len(pool.ids))
    if place < 0 or not graph.contacts[place]:
        return close, contacts
    _, tied, _ = graph.ties_of(np.array([place]))
    rank = personalised_pagerank(graph, place)
    shared = shared_contacts(graph, place)
    for of_graph in (rank, shared):
        of_graph[tied] = 0.0
        of_graph[place] = 0.0
    close[known] = close_by(rank)[pool.places[known]]
    contacts[known] = (shared / max(float(shared.max()), math.ulp(1.0)))[pool.places[known]]
    return close, contacts
