"""The graph of ties: immutable compressed rows, with a small layer of what came since on top."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.model.posts import EngagementKind, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from numpy.typing import ArrayLike, NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

KINDS: tuple[EngagementKind, ...] = tuple(EngagementKind)
"""The code of a kind in an array is its place here."""
KIND_CODE = {kind: code for code, kind in enumerate(KINDS)}
KIND_WEIGHTS = {
    EngagementKind.REPLY: 1.0,
    EngagementKind.QUOTE: 1.0,
    EngagementKind.REPOST: 1.0,
    EngagementKind.MENTION: 1.0,
    EngagementKind.CONTACT: 1.0,
}
"""How much one Engagement of a kind, made now, adds to a Tie."""
AUTO_SHARE = 0.15
"""The half-life "auto": a weight halves when this share of all events has come after it."""
_REANCHOR_AT = 256.0
_OLDEST = -512.0
"""In half-lives: what is older weighs the same, so that nobody's ties sum up to nothing."""
_MERGE_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Rows:
    """Compressed sparse rows of a symmetric matrix of weights; columns grow within a row."""

    starts: Ints
    columns: Ints
    weights: Floats

    @property
    def size(self) -> int:
        """How many entries there are; each tie is two."""
        return len(self.columns)

    def counts(self, rows: Ints) -> Ints:
        """How many entries each of `rows` has."""
        return self.starts[rows + 1] - self.starts[rows]

    def places(self, rows: Ints) -> tuple[Ints, Ints]:
        """For every entry of `rows`, in order: its place in `rows`, and in `columns`.

        Rows [2, 0] with 1 and 2 entries give ([0, 1, 1], [p2, p0, p0 + 1]).
        """
        counts = self.counts(rows)
        which = np.repeat(np.arange(len(rows)), counts)
        before = np.cumsum(counts) - counts
        return which, np.arange(len(which)) + (self.starts[rows] - before)[which]


@dataclass(frozen=True, slots=True)
class Decay:
    """How old Engagements lose weight: 2^(position - anchor), positions counted in half-lives.

    With a half-life, the position of an instant is its distance to 1970 in half-lives. On "auto"
    (None) it is the number of events up to it, in units of AUTO_SHARE of the events at the build:
    a week of silence costs nothing, a busy hour much. Everything is multiplied by the same factor
    as time passes, and PageRank divides by the sum of a row, so weights once written stay.
    """

    half_life_us: float | None
    half_life_events: float
    anchor: float
    now_us: int

    def weights(self, at_us: Ints, events_before: int) -> Floats:
        """The weight of one event of weight 1 at each instant; future ones count as made now."""
        return np.exp2(np.maximum(self.positions(at_us, events_before) - self.anchor, _OLDEST))

    def positions(self, at_us: Ints, events_before: int) -> Floats:
        """Where each instant lies, in half-lives.

        On "auto" equal instants get equal positions, so the order of the arrays is of no effect.
        """
        if self.half_life_us is not None:
            return np.minimum(at_us, self.now_us) / self.half_life_us
        rank = np.searchsorted(np.sort(at_us), at_us, side="right")
        return (events_before + rank) / self.half_life_events


@dataclass(frozen=True, slots=True)
class Graph:
    """Who talked with whom, undirected, each tie the decayed sum of its Engagements.

    People are places 0..n-1; `ids` tells the PersonId of each. The first `sorted_count` ids grow;
    people who came with the delta follow, also growing among themselves.
    """

    ids: Ints
    sorted_count: int
    base: Rows
    delta: Rows | None
    strength: Floats
    """Sum of the weights of each person's ties."""
    contacts: Ints
    """With how many people each has a tie."""
    decay: Decay
    events: int
    """How many Engagements were added, those to oneself not counted."""

    @classmethod
    def build(
        cls,
        src: ArrayLike,
        dst: ArrayLike,
        kind: ArrayLike,
        at_us: ArrayLike,
        *,
        now: datetime,
        half_life: timedelta | None = None,
        people: Iterable[int] = (),
    ) -> Graph:
        """The graph of these Engagements: PersonIds, codes of KINDS, microseconds since 1970.

        `half_life` None means "auto". `people` are known without any Engagement. An Engagement
        with oneself makes no tie. The order of the events has no effect.
        """
        who, whom, what, when = _events(src, dst, kind, at_us)
        known = np.fromiter(people, np.int64)
        ids = np.unique(np.concatenate([who, whom, known]))
        now_us = to_us(now)
        half_life_us = None if half_life is None else half_life.total_seconds() * 1e6
        half_life_events = max(AUTO_SHARE * len(who), 1.0)
        anchor = len(who) / half_life_events if half_life_us is None else now_us / half_life_us
        decay = Decay(half_life_us, half_life_events, anchor, now_us)
        weights = decay.weights(when, 0) * _kind_weights(what)
        base = _rows(len(ids), np.searchsorted(ids, who), np.searchsorted(ids, whom), weights)
        n = len(ids)
        return cls(ids, n, base, None, _strength(n, base), _contacts(n, base), decay, len(who))

    def with_delta(
        self, src: ArrayLike, dst: ArrayLike, kind: ArrayLike, at_us: ArrayLike, *, now: datetime
    ) -> Graph:
        """This graph and these Engagements; with a fixed half-life the same as building it anew.

        On "auto" the half-life stays the number of events that it was at the build, and the new
        events count as later than all before, so a build from time to time makes it exact again.
        The layer is merged into the base when it has grown past a tenth of it.
        """
        who, whom, what, when = _events(src, dst, kind, at_us)
        if not len(who):
            return self
        graph = self._anchored(to_us(now), len(who))
        strangers = np.unique(np.concatenate([who, whom]))
        strangers = strangers[graph.places_of(strangers) < 0]
        extra = np.sort(np.concatenate([graph.ids[graph.sorted_count :], strangers]))
        ids = np.concatenate([graph.ids[: graph.sorted_count], extra])
        n = len(ids)
        grown = replace(graph, ids=ids)
        weights = graph.decay.weights(when, graph.events) * _kind_weights(what)
        rows, columns, values = graph.entries(graph.delta)
        came_later = graph.ids[graph.sorted_count :]
        old = np.append(
            np.arange(graph.sorted_count), graph.sorted_count + np.searchsorted(extra, came_later)
        )
        a, b = grown.places_of(who), grown.places_of(whom)
        one_way = rows < columns
        delta = _rows(
            n,
            np.concatenate([old[rows[one_way]], a]),
            np.concatenate([old[columns[one_way]], b]),
            np.concatenate([values[one_way], weights]),
        )
        base = _padded(graph.base, n)
        strength = np.zeros(n)
        strength[old] = graph.strength
        np.add.at(strength, np.concatenate([a, b]), np.concatenate([weights, weights]))
        added = replace(
            grown,
            base=base,
            delta=delta,
            strength=strength,
            contacts=_contacts(n, base, delta),
            events=graph.events + len(who),
        )
        return added.merged() if delta.size > _MERGE_SHARE * base.size else added

    def merged(self) -> Graph:
        """The same graph in one layer, with growing ids."""
        order = np.argsort(self.ids)
        if self.delta is None and self.sorted_count == len(self.ids):
            return self
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        parts = [self.entries(layer) for layer in (self.base, self.delta)]
        rows, columns, values = (np.concatenate(column) for column in zip(*parts, strict=True))
        one_way = rows < columns
        base = _rows(len(order), place[rows[one_way]], place[columns[one_way]], values[one_way])
        return replace(
            self,
            ids=self.ids[order],
            sorted_count=len(order),
            base=base,
            delta=None,
            strength=self.strength[order],
            contacts=self.contacts[order],
        )

    def __len__(self) -> int:
        return len(self.ids)

    def places_of(self, people: Iterable[int] | Ints) -> Ints:
        """The place of each person, -1 for whom the graph does not know."""
        ids = people if isinstance(people, np.ndarray) else np.fromiter(people, np.int64)
        found = np.full(len(ids), -1, np.int64)
        for first, known in (
            (0, self.ids[: self.sorted_count]),
            (self.sorted_count, self.ids[self.sorted_count :]),
        ):
            if len(known):
                at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
                found = np.where(known[at] == ids, first + at, found)
        return found

    def ties_of(self, places: Ints) -> tuple[Ints, Ints, Floats]:
        """All ties of these people: whose (an index into `places`), with whom, how strong.

        A pair with ties in both layers comes twice, with a part of the weight each time.
        """
        which, at = self.base.places(places)
        with_whom, weights = self.base.columns[at], self.base.weights[at]
        if self.delta is None:
            return which, with_whom, weights
        more, at = self.delta.places(places)
        return (
            np.concatenate([which, more]),
            np.concatenate([with_whom, self.delta.columns[at]]),
            np.concatenate([weights, self.delta.weights[at]]),
        )

    def entries(self, layer: Rows | None) -> tuple[Ints, Ints, Floats]:
        """A layer as rows, columns and weights; each tie is there in both directions."""
        if layer is None:
            none = np.empty(0, np.int64)
            return none, none, np.empty(0)
        rows = np.repeat(np.arange(len(layer.starts) - 1), np.diff(layer.starts))
        return rows, layer.columns, layer.weights

    def _anchored(self, now_us: int, coming: int) -> Graph:
        """This graph seen from `now_us`; scaled down where new weights would grow too large."""
        decay = replace(self.decay, now_us=max(now_us, self.decay.now_us))
        if decay.half_life_us is None:
            newest = (self.events + coming) / decay.half_life_events
        else:
            newest = decay.now_us / decay.half_life_us
        if newest - decay.anchor <= _REANCHOR_AT:
            return replace(self, decay=decay)
        factor = float(np.exp2(decay.anchor - newest))
        base = _scaled(self.base, factor)
        delta = None if self.delta is None else _scaled(self.delta, factor)
        return replace(
            self,
            base=base,
            delta=delta,
            strength=_strength(len(self), base, delta),
            decay=replace(decay, anchor=newest),
        )


def _events(
    src: ArrayLike, dst: ArrayLike, kind: ArrayLike, at_us: ArrayLike
) -> tuple[Ints, Ints, Ints, Ints]:
    who, whom, what, when = (np.asarray(x, dtype=np.int64) for x in (src, dst, kind, at_us))
    others = who != whom
    return who[others], whom[others], what[others], when[others]


def _kind_weights(kinds: Ints) -> Floats:
    table: Floats = np.array([KIND_WEIGHTS[kind] for kind in KINDS])
    return table[kinds]


def _rows(n: int, a: Ints, b: Ints, weights: Floats) -> Rows:
    """The symmetric rows of these one-way ties; the weights of a pair add up."""
    rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
    keys = rows * n + columns
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    values = np.concatenate([weights, weights])[order]
    sums = np.add.reduceat(values, first) if len(first) else values
    pairs = keys[first]
    starts = np.concatenate([[0], np.cumsum(np.bincount(pairs // max(n, 1), minlength=n))])
    return Rows(starts.astype(np.int64), pairs % max(n, 1), sums)


def _scaled(rows: Rows, factor: float) -> Rows:
    """The same rows with weights times `factor`, but never too small to divide by."""
    return replace(rows, weights=np.maximum(rows.weights * factor, np.exp2(_OLDEST)))


def _padded(rows: Rows, n: int) -> Rows:
    """The same rows, with empty ones up to n."""
    missing = n + 1 - len(rows.starts)
    return replace(rows, starts=np.pad(rows.starts, (0, missing), mode="edge"))


def _strength(n: int, base: Rows, delta: Rows | None = None) -> Floats:
    """The sum of everybody's ties."""
    strength = np.zeros(n)
    for layer in (base, delta):
        if layer is not None:
            rows = np.repeat(np.arange(n), np.diff(layer.starts))
            strength += np.bincount(rows, layer.weights, minlength=n)
    return strength


def _contacts(n: int, base: Rows, delta: Rows | None = None) -> Ints:
    """With how many people everybody has a tie; a pair in both layers counts once."""
    contacts = np.diff(base.starts)
    if delta is None:
        return contacts
    touched = np.flatnonzero(np.diff(delta.starts))
    in_delta, at = delta.places(touched)
    new = touched[in_delta] * n + delta.columns[at]
    in_base, at = base.places(touched)
    twice = np.isin(new, touched[in_base] * n + base.columns[at])
    again = np.bincount(touched[in_delta][twice], minlength=n)
    return contacts + np.diff(delta.starts) - again
