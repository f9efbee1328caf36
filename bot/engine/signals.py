"""The signals: numbers in 0..1 that tell who may talk with whom next, many people at once.

Each belongs to one term of the score; a term's height is the weighted mean of its signals.
What a half-life is: a share of all events (talk.recency), so that it fits a two-week conference
and a two-year archive alike.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.talk import recency
from bot.model.suggestions import ReasonTerm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Ints
    from bot.engine.talk import Talk

    Block = NDArray[np.float32]

DECADES = 4.0
"""A signal reaches from the highest candidate (1) down to a ten-thousandth of it (0)."""
_DENSE_UP_TO = 2_048
"""So many people fit into a full matrix."""
_DENSE_FROM = 1 / 200
"""A full matrix is faster than compressed rows where this share of it is not 0."""
_CACHED_CELLS = 250_000
_STEPS = 12
_SHRINK = 5.0
"""Pairs of fields count as if they had met so often more, as often as chance would have it."""
_OWN_SHRINK = 3.0

_WALKS = (("now", 0.01), ("fast", 0.03), ("mid", 0.15), ("ever", None))
_PAIRS = "pairs"
_PAIRS_HALF_LIFE = 0.15
"""For walks on which a pair counts once, by when it talked last: not who talks most."""
_TWO_STEPS = (("mid", 0.15), ("ever", None))
_MOST_NAMED = 30
"""Whoever names more people at once writes a list, not to a company."""
_SOUGHT = (("now", 0.02), ("fast", 0.05), ("mid", 0.15), ("slow", 0.5))
_ACTIVE = (("fast", 0.05), ("slow", 0.5))

SIGNALS: dict[str, ReasonTerm] = {
    **{f"far_walk_{h}": ReasonTerm.CLOSE_BY for h in (*dict(_WALKS), _PAIRS)},
    **{f"near_walk_{h}": ReasonTerm.CLOSE_BY for h in (*dict(_WALKS), _PAIRS)},
    **{f"adamic_adar_{h}": ReasonTerm.SHARED_CONTACT for h, _ in _TWO_STEPS},
    **{f"resource_{h}": ReasonTerm.SHARED_CONTACT for h, _ in _TWO_STEPS},
    **{f"resource_fair_{h}": ReasonTerm.SHARED_CONTACT for h, _ in _TWO_STEPS},
    **{f"same_audience_{h}": ReasonTerm.SAME_AUDIENCE for h, _ in _TWO_STEPS},
    **{f"beyond_{h}": ReasonTerm.LED_TO for h, _ in _TWO_STEPS},
    **{f"alike_{h}": ReasonTerm.LED_TO for h, _ in _TWO_STEPS},
    **{f"of_the_alike_{h}": ReasonTerm.LED_TO for h, _ in _TWO_STEPS},
    **{f"followers_of_mine_{h}": ReasonTerm.SAME_AUDIENCE for h, _ in _TWO_STEPS},
    **{f"together_{h}": ReasonTerm.NAMED_TOGETHER for h, _ in _TWO_STEPS},
    **{f"sought_{h}": ReasonTerm.SOUGHT for h, _ in _SOUGHT},
    "sought_by_many": ReasonTerm.SOUGHT,
    "sought_last": ReasonTerm.SOUGHT,
    **{f"active_{h}": ReasonTerm.ACTIVE for h, _ in _ACTIVE},
    **{f"posts_{h}": ReasonTerm.ACTIVE for h, _ in _ACTIVE},
    "fields_meet": ReasonTerm.FIELDS_MEET,
    "my_fields_meet": ReasonTerm.FIELDS_MEET,
}
"""Every signal and the term that it is a part of."""
NAMES: tuple[str, ...] = tuple(SIGNALS)


class Matrix:
    """A matrix of weights between people, to multiply blocks with; full where that is faster."""

    def __init__(self, n: int, rows: Ints, columns: Ints, weights: Floats | Block) -> None:
        """Equal entries add up."""
        self.n = n
        keys = columns * n + rows
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        sums = np.add.reduceat(weights[order], first) if len(first) else weights[:0]
        self.columns, self.rows = keys[first] // n, keys[first] % n
        self.weights = sums.astype(np.float32)
        self._starts = np.flatnonzero(np.diff(self.columns, prepend=-1))
        self._is_full = n <= _DENSE_UP_TO and len(first) >= _DENSE_FROM * n * n
        self._full: Block | None = None
        """Made when it is first needed: most matrices are only a step to another."""

    def light(self) -> Matrix:
        """The same, without the full matrix that was made of it: up to sixteen megabytes."""
        made = copy(self)
        made._full = None
        return made

    def row_sums(self) -> Floats:
        """The sum of each row."""
        sums: Floats = np.bincount(self.rows, self.weights, minlength=self.n).astype(np.float64)
        return sums

    def scaled(self, by_row: Floats) -> Matrix:
        """Each row times its factor."""
        return self.weighing(self.weights * by_row[self.rows])

    def weighing(self, weights: Floats | Block) -> Matrix:
        """The same entries with other weights, in the order of `weights`."""
        made = copy(self)
        made.weights, made._full = weights.astype(np.float32), None
        return made

    def stochastic(self) -> Matrix:
        """Rows that sum to 1, or are empty."""
        sums = self.row_sums()
        return self.scaled(np.divide(1.0, sums, out=np.zeros(self.n), where=sums > 0))

    def transposed(self) -> Matrix:
        """Rows and columns exchanged."""
        return Matrix(self.n, self.columns, self.rows, self.weights)

    def carry(self, block: Block) -> Block:
        """The transposed matrix times `block` (people x somebody): one step along the rows."""
        if self._is_full and self._full is None:
            full = np.zeros((self.n, self.n), np.float32)
            full[self.columns, self.rows] = self.weights
            self._full = full
        if self._full is not None:
            return self._full @ block
        out = np.zeros_like(block)
        if not block.shape[1]:
            return out
        ends = np.append(self._starts[1:], len(self.rows))
        first = 0
        while first < len(self._starts):  # in pieces that stay in the processor's cache
            start = self._starts[first]
            most = start + max(1, _CACHED_CELLS // block.shape[1])
            last = max(first + 1, int(np.searchsorted(ends, most, side="right")))
            piece = slice(start, ends[last - 1])
            arriving = block[self.rows[piece]]
            arriving *= self.weights[piece, None]
            into = self.columns[self._starts[first:last]]
            out[into] = np.add.reduceat(arriving, self._starts[first:last] - start, axis=0)
            first = last
        return out


@dataclass(frozen=True, slots=True)
class Signals:
    """What is prepared once for all people of a Talk."""

    talk: Talk
    contacts: Ints
    mid: Matrix
    """Ties in both directions, not scaled."""
    ties: dict[str, Matrix]
    """The same per half-life, each as `_saturated` says."""
    walks: dict[str, Matrix]
    out: dict[str, Matrix]
    into: dict[str, Matrix]
    together: dict[str, Matrix]
    """Who was named beside whom, as `_together` says."""
    alone: dict[str, Floats]
    """Signals that are alike for whoever asks."""
    meet: Floats
    """How much more than by chance two fields have ties; the last row and column: unknown."""
    own: Floats
    """Each person's share of talk per field, shrunk to their field's, over the field's size."""

    @classmethod
    def of(cls, talk: Talk) -> Signals:
        """Everything that does not depend on who asks."""
        n = len(talk.ids)
        both, out, into, together = {}, {}, {}, {}
        for name, half_life in {**dict(_WALKS), **dict(_TWO_STEPS)}.items():
            weights = recency(talk.at_us, half_life)
            forth = Matrix(n, talk.who, talk.whom, weights)
            both[name] = Matrix(
                n,
                np.concatenate([talk.who, talk.whom]),
                np.concatenate([talk.whom, talk.who]),
                np.concatenate([weights, weights]),
            )
            if talk.is_directed and name in dict(_TWO_STEPS):
                out[name] = forth.stochastic()
                into[name] = forth.transposed().stochastic()
                together[name] = _together(talk, weights)
        walks = {name: matrix.stochastic() for name, matrix in both.items()}
        walks[_PAIRS] = _of_pairs(talk)
        contacts = talk.contacts()
        ties = {name: _saturated(both[name]) for name, _ in _TWO_STEPS}
        meet, own = _fields(talk, both["mid"])
        alone = _alone(talk)
        return cls(talk, contacts, both["mid"], ties, walks, out, into, together, alone, meet, own)

    def told(self, talk: Talk) -> Signals:
        """The same for `talk`: what they were made of, but for the fields of the people in it.

        Full matrices that its tables need belong to it alone, so that these here stay small.
        """
        meet, own = _fields(talk, self.mid)
        ties, walks, out, into, together = (
            {name: matrix.light() for name, matrix in each.items()}
            for each in (self.ties, self.walks, self.out, self.into, self.together)
        )
        return Signals(
            talk, self.contacts, self.mid, ties, walks, out, into, together, self.alone, meet, own
        )

    def table(self, rows: Ints, allowed: NDArray[np.bool_]) -> Block:
        """All signals of everybody towards each of `rows`: signals x rows x people, 0..1.

        `allowed` (rows x people) tells who is a candidate: only they set the scale, others get 0.
        """
        table = np.zeros((len(NAMES), len(rows), len(self.talk.ids)), np.float32)
        for name, raw in self._raw(rows):
            table[NAMES.index(name)] = on_a_scale(raw, allowed)
        return table

    def _raw(self, rows: Ints) -> Iterator[tuple[str, Block]]:
        n, count = len(self.talk.ids), len(rows)
        start = np.zeros((n, count), np.float32)
        start[rows, np.arange(count)] = 1.0
        for name, values in self.alone.items():
            yield name, np.broadcast_to(values.astype(np.float32), (count, n))
        for name, step in self.walks.items():
            far, near = _walk(step, start)
            yield f"far_walk_{name}", far.T
            yield f"near_walk_{name}", near.T
        fair = np.sqrt(np.maximum(self.contacts, 1))[:, None].astype(np.float32)
        for name, tie in self.ties.items():
            mine = tie.carry(start)
            with np.errstate(divide="ignore"):
                rare = np.where(self.contacts > 0, 1.0 / np.log1p(self.contacts), 0.0)
                each = np.where(self.contacts > 0, 1.0 / np.maximum(self.contacts, 1), 0.0)
            yield f"adamic_adar_{name}", tie.carry(mine * rare[:, None].astype(np.float32)).T
            resource = tie.carry(mine * each[:, None].astype(np.float32))
            yield f"resource_{name}", resource.T
            yield f"resource_fair_{name}", (resource / fair).T
        for name, out in self.out.items():
            into = self.into[name]
            theirs, ours = out.carry(start), into.carry(start)
            alike = into.carry(theirs)
            yield f"beyond_{name}", out.carry(theirs).T
            yield f"alike_{name}", alike.T
            yield f"of_the_alike_{name}", out.carry(alike).T
            yield f"same_audience_{name}", out.carry(ours).T
            yield f"followers_of_mine_{name}", into.carry(ours).T
            yield f"together_{name}", self.together[name].carry(start).T
        field = self.talk.field
        yield "fields_meet", self.meet[field[rows]][:, field].astype(np.float32)
        yield "my_fields_meet", self.own[rows][:, field].astype(np.float32)


def on_a_scale(raw: Block, allowed: NDArray[np.bool_]) -> Block:
    """Each row on a logarithmic scale, 0..1: 1 the highest allowed, 0 a ten-thousandth or less."""
    kept: Block = np.where(allowed, raw, np.float32(0.0)).astype(np.float32, copy=False)
    top = kept.max(axis=1, keepdims=True, initial=0.0)
    kept /= np.where(top > 0, top, np.float32(1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        np.log10(kept, out=kept)
    kept /= np.float32(DECADES)
    kept += np.float32(1.0)
    return np.maximum(kept, np.float32(0.0), out=kept)


def _walk(step: Matrix, start: Block) -> tuple[Block, Block]:
    """Where walks end that stop with chance .1 and with .4 at each step (PageRank).

    The first 12 steps are exact; who walks on is counted at the twelfth.
    """
    far, near, at = np.zeros_like(start), np.zeros_like(start), start
    for taken in range(1, _STEPS + 1):
        at = step.carry(at)
        last = taken == _STEPS
        far += at * np.float32(0.9**taken * (1.0 if last else 0.1))
        near += at * np.float32(0.6**taken * (1.0 if last else 0.4))
    return far, near


def _saturated(both: Matrix) -> Matrix:
    """A tie's weight w as w / (w + .1): talking more counts less and less."""
    weights = both.weights / (both.weights + np.float32(0.1))
    return both.weighing(weights)


def _together(talk: Talk, weights: Floats) -> Matrix:
    """Who was named beside whom: a post that names k people gives each pair of them 1 / (k - 1).

    What one person says to several at one instant is one post. (Newman, Scientific collaboration
    networks II, 2001, weighs authors of one paper so.)
    """
    n = len(talk.ids)
    order = np.lexsort((talk.whom, talk.who, talk.at_us))
    who, whom, at_us = (column[order] for column in (talk.who, talk.whom, talk.at_us))
    starts = (np.diff(at_us, prepend=-1) != 0) | (np.diff(who, prepend=-1) != 0)
    once = starts | (np.diff(whom, prepend=-1) != 0)
    post, whom = (np.cumsum(starts) - 1)[once], whom[once]
    named = np.bincount(post)[post] if len(post) else post
    each = weights[order][once] / np.maximum(named - 1, 1)
    sides = []
    for apart in range(1, min(_MOST_NAMED, len(post))):
        same = np.flatnonzero((post[apart:] == post[:-apart]) & (named[apart:] <= _MOST_NAMED))
        sides.append((whom[same], whom[same + apart], each[same]))
    if not sides:
        return Matrix(n, whom[:0], whom[:0], each[:0])
    a, b, shares = (np.concatenate(column) for column in zip(*sides, strict=True))
    both_ways = np.concatenate([a, b]), np.concatenate([b, a])
    return Matrix(n, *both_ways, np.concatenate([shares, shares]))


def _of_pairs(talk: Talk) -> Matrix:
    """Steps of walks on pairs: each weighs by when it talked last, however much."""
    n = len(talk.ids)
    low, high = np.minimum(talk.who, talk.whom), np.maximum(talk.who, talk.whom)
    _, back = np.unique((low * n + high)[::-1], return_index=True)
    last = len(talk) - 1 - back
    weights = recency(talk.at_us, _PAIRS_HALF_LIFE)[last]
    a, b = low[last], high[last]
    return Matrix(
        n, np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([weights, weights])
    ).stochastic()


def _alone(talk: Talk) -> dict[str, Floats]:
    """`Signals.alone`. Nobody is sought where an Engagement has no initiator."""
    n = len(talk.ids)
    alone: dict[str, Floats] = {}
    if talk.is_directed:
        for name, half_life in _SOUGHT:
            weights = recency(talk.at_us, half_life)
            alone[f"sought_{name}"] = _sums(talk.whom, weights, n)
        once = np.unique(talk.who * n + talk.whom)
        alone["sought_by_many"] = np.bincount(once % max(n, 1), minlength=n).astype(np.float64)
        last = np.zeros(n)
        np.maximum.at(last, talk.whom, np.arange(1, len(talk) + 1) / max(len(talk), 1))
        alone["sought_last"] = last
    for name, half_life in _ACTIVE:
        weights = recency(talk.at_us, half_life)
        alone[f"active_{name}"] = _sums(talk.who, weights, n)
        posts = recency(talk.posted_us, half_life)
        alone[f"posts_{name}"] = _sums(talk.author, posts, n)
    return alone


def _sums(people: Ints, weights: Floats, n: int) -> Floats:
    return np.bincount(people, weights, minlength=n).astype(np.float64)


def _fields(talk: Talk, both: Matrix) -> tuple[Floats, Floats]:
    """`Signals.meet` and `Signals.own`.

    meet[f, g] = (ties + 5) / (ties by chance + 5). own[p, g] = p's share of talk with g, shrunk by
    3 to what p's field does, divided by the share of people who are in g. Unknown: 1.
    """
    n, known = len(talk.ids), talk.field >= 0
    count = int(talk.field.max(initial=-1)) + 1
    meet, own = np.ones((count + 1, count + 1)), np.ones((n, count + 1))
    if not count:
        return meet, own
    a, b = talk.field[both.rows], talk.field[both.columns]
    of_known = (a >= 0) & (b >= 0)
    ties = np.bincount(a[of_known] * count + b[of_known], minlength=count * count)
    ties = ties.reshape(count, count).astype(np.float64)
    chance = np.outer(ties.sum(1), ties.sum(1)) / max(ties.sum(), 1.0)
    meet[:count, :count] = (ties + _SHRINK) / (chance + _SHRINK)
    to_field = b >= 0
    talks = np.bincount(
        both.rows[to_field] * count + b[to_field], both.weights[to_field], minlength=n * count
    ).reshape(n, count)
    by_field = np.zeros((count, count))
    np.add.at(by_field, talk.field[known], talks[known])
    usual = by_field / np.maximum(by_field.sum(1, keepdims=True), 1e-9)
    expected = np.where(known[:, None], usual[talk.field], usual.mean(0))
    share = (talks + _OWN_SHRINK * expected) / (talks.sum(1, keepdims=True) + _OWN_SHRINK)
    present = known & talk.seen()
    sizes = np.bincount(talk.field[present], minlength=count)
    own[:, :count] = share * sizes.sum() / np.maximum(sizes, 1)
    return meet, own
