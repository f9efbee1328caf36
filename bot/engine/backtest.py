"""The back-test: would a ranking have told, at an instant of the past, who talks with whom next?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.communities import communities_of
from bot.engine.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Ints
    from bot.engine.signals import Block
    from bot.engine.talk import Talk

CUT_OFF = 10
"""nDCG looks at so many places of a list."""
BATCH = 64
"""So many people are looked at at once."""
STAR_SHARE = 0.05
"""The people with most contacts, this share of all, are left out of the view of the others."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One instant of the past: who asked, whom they first talked with after it, and the signals."""

    askers: Ints
    met: tuple[Ints, ...]
    table: Block
    """Signals x askers x people."""
    views: tuple[NDArray[np.bool_], ...]
    """Candidates per view, askers x people: all; of another field; all but the stars; of another
    community of the graph."""

    def views_of(self, asker: int) -> Iterator[tuple[NDArray[np.bool_], Ints]]:
        """Each view's candidates for one of the askers, with those of them who were met."""
        for view in self.views:
            candidates = view[asker]
            met = self.met[asker]
            met = met[candidates[met]]
            if len(met):
                yield candidates, met

    def quality(self, weights: Floats) -> Floats:
        """nDCG@10 of the weighted sum for each asker, the mean over their views; 0..1."""
        scores = np.tensordot(weights.astype(np.float32), self.table, 1)
        found = [
            [ndcg(scores[asker], *view) for view in self.views_of(asker)]
            for asker in range(len(self.askers))
        ]
        return np.array([np.mean(one) for one in found if one])


def ndcg(scores: Block, candidates: NDArray[np.bool_], met: Ints) -> float:
    """How early the `met` stand among the candidates: 1 all of them first, 0 none in the first ten.

    One met, on the second place: 1 / log2(3) = .631. (Jarvelin, Kekalainen, 2002)
    """
    rows = np.flatnonzero(candidates)
    best = rows[np.argsort(-scores[rows], kind="stable")[:CUT_OFF]]
    worth = 1.0 / np.log2(np.arange(2, CUT_OFF + 2))
    hit = (best[:, None] == met[None]).any(axis=1)
    return float(worth[: len(best)][hit].sum() / worth[: len(met)].sum())


def candidates_of(talk: Talk, rows: Ints) -> NDArray[np.bool_]:
    """For each of `rows` who was seen and is neither they nor tied with them: rows x people."""
    n = len(talk.ids)
    allowed = np.repeat(talk.seen()[None], len(rows), axis=0)
    allowed[np.arange(len(rows)), rows] = False
    place = np.full(n, -1)
    place[rows] = np.arange(len(rows))
    pairs = talk.pairs()
    for a, b in ((pairs // max(n, 1), pairs % max(n, 1)), (pairs % max(n, 1), pairs // max(n, 1))):
        asked = place[a] >= 0
        allowed[place[a[asked]], b[asked]] = False
    return allowed


def met_between(talk: Talk, cut_us: int, end_us: int) -> dict[int, list[int]]:
    """Whom each first talked with from `cut_us` to `end_us`, of people seen before; who initiates.

    Where nobody initiates, each of the two met the other.
    """
    past, known = talk.before(cut_us), talk.before(end_us)
    n, seen, old = max(len(talk.ids), 1), past.seen(), past.pairs()
    who, whom = known.who[len(past) :], known.whom[len(past) :]
    keys = np.minimum(who, whom) * n + np.maximum(who, whom)
    _, first = np.unique(keys, return_index=True)
    first = np.sort(first)
    first = first[seen[who[first]] & seen[whom[first]] & ~np.isin(keys[first], old)]
    met: dict[int, list[int]] = defaultdict(list)
    for a, b in zip(who[first].tolist(), whom[first].tolist(), strict=True):
        met[a].append(b)
        if not talk.is_directed:
            met[b].append(a)
    return met


def trial(talk: Talk, cut_us: int, end_us: int, most: int, rng: np.random.Generator) -> Trial:
    """What could be known at `cut_us`, and who first talked with whom from then to `end_us`.

    Who initiates asks; where nobody does, both. Of more than `most` askers some are drawn.
    """
    past = talk.before(cut_us)
    n, seen = len(talk.ids), past.seen()
    met = met_between(talk, cut_us, end_us)
    askers = np.array(sorted(met), np.int64)
    if len(askers) > most:
        askers = np.sort(rng.choice(askers, most, replace=False))
    allowed = candidates_of(past, askers)
    signals = Signals.of(past)
    blocks = [
        signals.table(askers[at : at + BATCH], allowed[at : at + BATCH])
        for at in range(0, len(askers), BATCH)
    ]
    field = talk.field
    cross = (field >= 0)[None] & (field[askers] >= 0)[:, None]
    cross &= field[None] != field[askers][:, None]
    contacts = past.contacts()
    stars = np.argsort(-contacts, kind="stable")[: max(1, int(STAR_SHARE * seen.sum()))]
    others = allowed.copy()
    others[:, stars] = False
    pairs = past.pairs()
    group = communities_of(n, pairs // n, pairs % n)
    elsewhere = allowed & (group >= 0)[None] & (group[None] != group[askers][:, None])
    return Trial(
        askers,
        tuple(np.array(met[a], np.int64) for a in askers.tolist()),
        np.concatenate(blocks, axis=1) if blocks else np.zeros((0, 0, n), np.float32),
        (allowed, allowed & cross, others, elsewhere & (group[askers] >= 0)[:, None]),
    )
