"""The graph of ties: immutable compressed rows, with a small layer of what came since on top."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.gathered import Gathered
from bot.engine.rows import few, one_layer, symmetric, together
from bot.model.posts import EngagementKind, to_us

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime, timedelta

    from numpy.typing import ArrayLike, NDArray

    from bot.engine.rows import Rows, Weights

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Push = Callable[["Graph", int, float, float], tuple[Ints, Floats]]
    """Of a place, with alpha and epsilon: see `pagerank.push`."""

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
_REANCHOR_AT = 24.0
_OLDEST = -100.0
"""In half-lives: what is older weighs the same, so that nobody's ties sum up to nothing."""
_MERGE_SHARE = 0.1
_NEWEST_SHARE = 1 / 16
_NEWEST_AT_LEAST = 4_000
"""So many entries may lie in the newest layer before it is put into the delta."""


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

    def weights(self, at_us: Ints, events_before: int, among: Ints | None = None) -> Floats:
        """The weight of one event of weight 1 at each instant; future ones count as made now.

        `among` are all instants that came with these, growing; None: these are all.
        """
        places = self.positions(at_us, events_before, among)
        return np.exp2(np.maximum(places - self.anchor, _OLDEST))

    def positions(self, at_us: Ints, events_before: int, among: Ints | None = None) -> Floats:
        """Where each instant lies, in half-lives.

        On "auto" equal instants get equal positions, so the order of the arrays is of no effect.
        """
        if self.half_life_us is not None:
            return np.minimum(at_us, self.now_us) / self.half_life_us
        order = np.argsort(at_us)  # looked up in order: some ten times faster among millions
        growing = at_us[order]
        rank = np.empty(len(at_us), np.int64)
        rank[order] = np.searchsorted(growing if among is None else among, growing, side="right")
        return (events_before + rank) / self.half_life_events


@dataclass(frozen=True, slots=True)
class Graph:
    """Who talked with whom, undirected, each tie the decayed sum of its Engagements.

    People are places 0..n-1; `ids` tells the PersonId of each. The first `sorted_count` ids grow;
    people who came with the delta follow, in the order in which they came.
    """

    ids: Ints
    sorted_count: int
    base: Rows
    delta: Rows | None
    newest: Rows | None
    """What came last, so that a large delta need not be made anew each time."""
    strength: Floats
    """Sum of the weights of each person's ties."""
    contacts: Ints
    """With how many people each has a tie."""
    decay: Decay
    events: int
    """How many Engagements were added, those to oneself not counted."""
    late: Ints
    """The order in which the ids after the sorted ones grow."""
    whole: float
    """The sum of everybody's strength."""
    compiled: Push | None = field(default=None, repr=False, compare=False)
    """What walks over it faster than numpy, where a setting asks for it: see compiled.py."""

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
        building = Building(now=now, half_life=half_life, people=people)
        building.add(src, dst, kind, at_us)
        return building.graph()

    def with_delta(
        self, src: ArrayLike, dst: ArrayLike, kind: ArrayLike, at_us: ArrayLike, *, now: datetime
    ) -> Graph:
        """This graph and these Engagements; with a fixed half-life the same as building it anew.

        On "auto" the half-life stays the number of events that it was at the build, and the new
        events count as later than all before, so a build from time to time makes it exact again.
        They go into the newest layer, that into the delta once it is large beside it, and both
        into the base when they have grown past a tenth of it.
        """
        who, whom, what, when = _events(src, dst, kind, at_us)
        if not len(who):
            return self
        graph = self._anchored(to_us(now), len(who))._with_people(
            np.unique(np.concatenate([who, whom]))
        )
        n = len(graph)
        weights = (graph.decay.weights(when, graph.events) * _kind_weights(what)).astype(np.float32)
        a, b = graph.places_of(who), graph.places_of(whom)
        added = few(n, a.astype(np.int32), b.astype(np.int32), weights)
        strength, contacts = graph.strength.copy(), graph.contacts.copy()
        rows = added.rows()
        np.add.at(strength, rows, added.weights)
        is_new = np.ones(len(rows), bool)
        for layer in graph.layers():
            is_new &= ~layer.holds(rows, added.columns)
        np.add.at(contacts, rows[is_new], 1)
        newest = added if graph.newest is None else one_layer(n, [graph.newest, added])
        delta: Rows | None = graph.delta
        whole = 0 if delta is None else delta.size
        left: Rows | None = newest
        if delta is None or newest.size > max(_NEWEST_SHARE * whole, _NEWEST_AT_LEAST):
            delta, left = (newest if delta is None else one_layer(n, [delta, newest])), None
        grown = replace(
            graph,
            delta=delta,
            newest=left,
            strength=strength,
            contacts=contacts,
            events=graph.events + len(who),
            whole=float(strength.sum()),
        )
        size = sum(layer.size for layer in grown.layers()[1:])
        return grown.merged() if size > _MERGE_SHARE * graph.base.size else grown

    def merged(self) -> Graph:
        """The same graph in one layer, with growing ids."""
        if self.delta is None and self.sorted_count == len(self.ids):
            return self
        order = np.argsort(self.ids)
        return replace(
            self,
            ids=self.ids[order],
            sorted_count=len(order),
            base=together(self.layers(), order),
            delta=None,
            newest=None,
            strength=self.strength[order],
            contacts=self.contacts[order],
            late=np.empty(0, np.int64),
        )

    def __len__(self) -> int:
        return len(self.ids)

    def layers(self) -> list[Rows]:
        """The base and what came since."""
        return [layer for layer in (self.base, self.delta, self.newest) if layer is not None]

    def places_of(self, people: Iterable[int] | Ints) -> Ints:
        """The place of each person, -1 for whom the graph does not know."""
        ids = people if isinstance(people, np.ndarray) else np.fromiter(people, np.int64)
        found = np.full(len(ids), -1, np.int64)
        known, later = self.ids[: self.sorted_count], self.ids[self.sorted_count :]
        if len(known):
            at = np.minimum(np.searchsorted(known, ids), len(known) - 1)
            found = np.where(known[at] == ids, at, found)
        if len(later):
            at = np.minimum(np.searchsorted(later, ids, sorter=self.late), len(later) - 1)
            at = self.late[at]
            found = np.where(later[at] == ids, self.sorted_count + at, found)
        return found

    def ties_of(self, places: Ints) -> tuple[Ints, Ints, Weights]:
        """All ties of these people: whose (an index into `places`), with whom, how strong.

        A pair with ties in several layers comes as often, with a part of the weight each time.
        """
        which, with_whom, weights = [], [], []
        for layer in self.layers():
            counts, at = layer.places(places)
            which.append(np.repeat(np.arange(len(places)), counts))
            with_whom.append(layer.columns[at].astype(np.int64))
            weights.append(layer.weights[at])
        return np.concatenate(which), np.concatenate(with_whom), np.concatenate(weights)

    def spread(self, places: Ints, amounts: Floats) -> tuple[Ints, Floats]:
        """What arrives with whom when each of `places` hands `amounts` per unit of weight on."""
        whom, arriving = [], []
        for layer in self.layers():
            counts, at = layer.places(places)
            whom.append(layer.columns[at].astype(np.int64))  # else each use of it converts it
            arriving.append(np.repeat(amounts, counts) * layer.weights[at])
        if len(whom) == 1:
            return whom[0], arriving[0]
        return np.concatenate(whom), np.concatenate(arriving)

    def _with_people(self, people: Ints) -> Graph:
        """This graph, and whoever of `people` it does not know at the end."""
        strangers = people[self.places_of(people) < 0]
        if not len(strangers):
            return self
        ids = np.concatenate([self.ids, strangers])
        new = len(strangers)
        return replace(
            self,
            ids=ids,
            base=self.base.padded(len(ids)),
            strength=np.pad(self.strength, (0, new)),
            contacts=np.pad(self.contacts, (0, new)),
            late=np.argsort(ids[self.sorted_count :]),
        )

    def _anchored(self, now_us: int, coming: int) -> Graph:
        """This graph seen from `now_us`; scaled down where new weights would grow too large."""
        decay = replace(self.decay, now_us=max(now_us, self.decay.now_us))
        if decay.half_life_us is None:
            newest = (self.events + coming) / decay.half_life_events
        else:
            newest = decay.now_us / decay.half_life_us
        if newest - decay.anchor <= _REANCHOR_AT:
            return replace(self, decay=decay)
        factor, least = float(np.exp2(max(decay.anchor - newest, _OLDEST))), float(np.exp2(_OLDEST))
        base = self.base.scaled(factor, least)
        delta, last = (
            None if layer is None else layer.scaled(factor, least)
            for layer in (self.delta, self.newest)
        )
        decay = replace(decay, anchor=newest)
        scaled = replace(self, base=base, delta=delta, newest=last, decay=decay)
        strength: Floats = sum((x.sums(len(self)) for x in scaled.layers()), np.zeros(len(self)))
        return replace(scaled, strength=strength, whole=float(strength.sum()))


class Building:
    """A graph while its Engagements come in, in parts; each may be forgotten once it is taken.

    12 bytes an Engagement are kept, 20 on "auto"; a million people with 36 million Engagements
    need 1 GB until they are a graph.
    """

    def __init__(
        self, *, now: datetime, half_life: timedelta | None = None, people: Iterable[int] = ()
    ) -> None:
        """As `Graph.build`."""
        self._now_us = to_us(now)
        self._fixed = None if half_life is None else half_life.total_seconds() * 1e6
        known = np.unique(np.fromiter(people, np.int64))
        self._gathered = Gathered(known, with_instants=half_life is None)

    def add(self, src: ArrayLike, dst: ArrayLike, kind: ArrayLike, at_us: ArrayLike) -> None:
        """Takes more Engagements."""
        who, whom, what, when = _events(src, dst, kind, at_us)
        weights = _kind_weights(what)
        if self._fixed is not None:
            weights *= self._decay().weights(when, 0)
        self._gathered.add(who, whom, weights, when)

    def graph(self) -> Graph:
        """The graph of all that was added; nothing can be added afterwards."""
        gathered, decay = self._gathered, self._decay()
        events = gathered.count
        if self._fixed is None:
            each = [at_us for _, at_us in gathered.instants()]
            in_order = np.concatenate([np.empty(0, np.int64), *each])
            in_order.sort()
            for weights, at_us in gathered.instants():
                weights *= decay.weights(at_us, 0, in_order).astype(np.float32)
            del in_order, each
        ids, parts = gathered.placed()
        n = len(ids)
        base = symmetric(n, parts)
        del parts
        strength, contacts = base.sums(n), np.diff(base.starts)
        none, whole = np.empty(0, np.int64), float(strength.sum())
        return Graph(ids, n, base, None, None, strength, contacts, decay, events, none, whole)

    def _decay(self) -> Decay:
        """On "auto" what it would be, were this all."""
        events = self._gathered.count
        half_life_events = max(AUTO_SHARE * events, 1.0)
        fixed = self._fixed
        anchor = events / half_life_events if fixed is None else self._now_us / fixed
        return Decay(fixed, half_life_events, anchor, self._now_us)


def _events(
    src: ArrayLike, dst: ArrayLike, kind: ArrayLike, at_us: ArrayLike
) -> tuple[Ints, Ints, NDArray[np.int8], Ints]:
    who, whom, when = (np.asarray(x, dtype=np.int64) for x in (src, dst, at_us))
    what = np.asarray(kind, dtype=np.int8)
    others = who != whom
    return who[others], whom[others], what[others], when[others]


def _kind_weights(kinds: NDArray[np.int8]) -> Floats:
    table: Floats = np.array([KIND_WEIGHTS[kind] for kind in KINDS])
    return table[kinds]
