"""The first stage: everybody who may be suggested, and what they took part in, in rows."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from bot.engine.fields import FieldTable
from bot.model.people import PersonId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Graph, Ints
    from bot.engine.history import History, Moment, Request
    from bot.model.posts import PostId

LOOKED_AT_ALL = 4_000
"""In a pool so large everybody is scored for everybody; in a larger one the nominees."""
NEAREST, SHARING, BEACONS = 1_000, 500, 40
"""Nominees: the nearest in the talk, who shares a question, session or interest (so many of each),
and the most active of each field."""
MOMENT_HALF_LIFE = timedelta(days=30)
"""A shared moment is worth half after this time."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Things that people have in common (questions, sessions, hashtags), each with a value 0..1."""

    details: tuple[str, ...]
    values: tuple[float, ...]
    members: tuple[Ints, ...]
    """For each thing the rows of those who have it."""
    of_row: dict[int, list[int]]
    posts: dict[tuple[int, int], PostId | None]
    """The post by which (row, thing) is known."""

    def best(self, row: int, size: int) -> Floats:
        """The value of the best thing that each of `size` rows shares with `row`; without one 0.

        Only the best counts, so that the reason shown is the whole of what earned the term.
        """
        value = np.zeros(size)
        for i in self.of_row.get(row, ()):
            members = self.members[i]
            value[members[value[members] < self.values[i]]] = self.values[i]
        return value

    def best_thing(self, mine: int, theirs: int) -> int:
        """The best thing that two rows share, the first of equals; they do share one."""
        of_both = set(self.of_row[theirs]).intersection(self.of_row[mine])
        return min(of_both, key=lambda i: (-self.values[i], i))

    def sharing(self, row: int, most: int) -> list[Ints]:
        """Those who share anything with `row`, by the best things first, until they are `most`."""
        found: list[Ints] = []
        for i in sorted(self.of_row.get(row, ()), key=lambda i: (-self.values[i], i)):
            if most <= 0:
                break
            found.append(self.members[i][:most])
            most -= len(found[-1])
        return found


@dataclass(frozen=True, slots=True)
class Pool:
    """Everybody who is asked for or may be suggested, one row each, in the order of their ids."""

    graph: Graph
    ids: Ints
    places: Ints
    """Where each is in the graph; -1: they have no Engagement."""
    may_be_suggested: NDArray[np.bool_]
    fields: FieldTable
    questions: Shared
    sessions: Shared
    interests: Shared
    row_at: NDArray[np.int32]
    """The row of each place of the graph; -1: they are not in the pool."""
    most_active: float
    """ln(1 + strength) of the strongest; in a large pool, when it was made."""
    beacons: Ints
    """The most active of each field and of all: whom to look at when nobody is near."""

    def seen_in(self, history: History) -> Pool:
        """The same people in a graph that has grown: what a pool kept between calls needs.

        Who is willing is told by `history`; what they answered and used is as it was when the pool
        was made. Costs little while the graph only grew.
        """
        pool, graph = self, history.graph
        if graph is not self.graph:
            pool = replace(self, graph=graph, **_places(graph, self))
            if len(self.ids) <= LOOKED_AT_ALL:
                pool = replace(
                    pool, most_active=float(_activity(graph, pool.places).max(initial=0))
                )
        if history.willing is None:
            return pool
        willing = np.fromiter(history.willing, np.int64, len(history.willing))
        may = np.zeros(len(self.ids), bool)
        at = np.minimum(np.searchsorted(self.ids, willing), len(self.ids) - 1)
        may[at[self.ids[at] == willing]] = True
        return replace(pool, may_be_suggested=may)

    def active(self, rows: Ints) -> Floats:
        """How much each takes part lately, 0..1: ln(1 + strength) over that of the strongest."""
        active = _activity(self.graph, self.places[rows])
        return np.minimum(active / max(self.most_active, math.ulp(1.0)), 1.0)

    def nominees(self, row: int, near: Ints, nearness: Floats) -> Ints:
        """The rows that are worth a look for `row`: everybody, where they are not too many.

        Else who is nearest, of the rows `near` that are as near as `nearness` says, who shares
        something, and the beacons.
        """
        if len(self.ids) <= LOOKED_AT_ALL:
            return np.arange(len(self.ids))
        if len(near) > NEAREST:
            near = near[np.argpartition(-nearness, NEAREST)[:NEAREST]]
        is_one = np.zeros(len(self.ids), bool)
        for rows in (
            near,
            self.beacons,
            *(
                part
                for things in (self.questions, self.sessions, self.interests)
                for part in things.sharing(row, SHARING)
            ),
        ):
            is_one[rows] = True
        return np.flatnonzero(is_one)

    def holds(self, requests: Iterable[Request]) -> bool:
        """Whether everybody who asks has a row."""
        return self.knows(request.member for request in requests)

    def knows(self, people: Iterable[PersonId]) -> bool:
        """Whether all of them have a row."""
        ids = np.fromiter(people, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        return bool((self.ids[at] == ids).all())

    def row_of(self, person: PersonId) -> int:
        """The row of a person who is in the pool."""
        return int(np.searchsorted(self.ids, person))

    def by_row(self, people: Mapping[PersonId, int]) -> dict[int, int]:
        """The same by row, without those who are not in the pool."""
        ids = np.fromiter(people, np.int64, len(people))
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        here = self.ids[at] == ids
        counts = np.fromiter(people.values(), np.int64, len(people))
        return dict(zip(at[here].tolist(), counts[here].tolist(), strict=True))

    def person(self, row: int) -> PersonId:
        """The person of a row."""
        return PersonId(int(self.ids[row]))

    def allowed(
        self, request: Request, apart: dict[frozenset[PersonId], Ints]
    ) -> NDArray[np.bool_]:
        """Who may be suggested to this member: the hard filters, before any score.

        Never themselves, whoever is forbidden to them or kept apart, or whom they have a tie with.
        `apart` keeps the rows of the sets that requests share, from one call to the next.
        """
        allowed = self.may_be_suggested.copy()
        for people in request.apart:  # many people; the same set for many requests
            if people not in apart:
                apart[people] = self._rows_of(people)
            allowed[apart[people]] = False
        allowed[self._rows_of(request.forbidden)] = False
        row = self.row_of(request.member)
        allowed[row] = False
        if self.places[row] >= 0:
            _, tied, _ = self.graph.ties_of(self.places[row : row + 1])
            known = self.row_at[tied]
            allowed[known[known >= 0]] = False
        return allowed

    def _rows_of(self, people: frozenset[PersonId]) -> Ints:
        ids = np.fromiter(people, np.int64, len(people))
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        rows: Ints = at[self.ids[at] == ids]
        return rows


def pool_of(history: History, requests: Iterable[Request], now: datetime) -> Pool:
    """The pool for these requests."""
    willing = history.graph.ids
    if history.willing is not None:
        willing = np.unique(np.fromiter(history.willing, np.int64, len(history.willing)))
    asking = np.fromiter((request.member for request in requests), np.int64)
    ids = np.union1d(willing, asking)
    row_of = {person: row for row, person in enumerate(ids.tolist())}
    people = [PersonId(person) for person in row_of]
    graph, fields = history.graph, FieldTable.of(people, history.fields)
    places = graph.places_of(ids)
    scaled = _activity(graph, places)
    return Pool(
        graph=graph,
        ids=ids,
        places=places,
        may_be_suggested=np.isin(ids, willing),
        fields=fields,
        questions=_questions(history, row_of, now),
        sessions=_sessions(history, row_of, now),
        interests=_interests(history, row_of),
        row_at=_row_at(graph, places),
        most_active=float(scaled.max(initial=0.0)),
        beacons=_beacons(fields, scaled),
    )


def _activity(graph: Graph, places: Ints) -> Floats:
    """ln(1 + strength) of people by their places; 0 for -1."""
    active = np.zeros(len(places))
    active[places >= 0] = np.log1p(graph.strength[places[places >= 0]])
    return active


def _row_at(graph: Graph, places: Ints) -> NDArray[np.int32]:
    row_at = np.full(len(graph), -1, np.int32)
    known = np.flatnonzero(places >= 0)
    row_at[places[known]] = known
    return row_at


class _Placed(TypedDict):
    places: Ints
    row_at: NDArray[np.int32]


def _places(graph: Graph, pool: Pool) -> _Placed:
    """Where the people of a pool stand in a graph that has grown, or was made anew."""
    before = pool.graph
    if graph.base.columns is not before.base.columns or len(graph) < len(before):
        places = graph.places_of(pool.ids)
        return _Placed(places=places, row_at=_row_at(graph, places))
    strangers = graph.ids[len(before) :]
    if not len(strangers):
        return _Placed(places=pool.places, row_at=pool.row_at)
    rows = np.minimum(np.searchsorted(pool.ids, strangers), len(pool.ids) - 1)
    found = np.flatnonzero(pool.ids[rows] == strangers)
    places = pool.places.copy()
    places[rows[found]] = len(before) + found
    row_at = np.pad(pool.row_at, (0, len(strangers)), constant_values=-1)
    row_at[len(before) + found] = rows[found]
    return _Placed(places=places, row_at=row_at)


def _beacons(fields: FieldTable, active: Floats) -> Ints:
    """The rows of the most active of each field, and of all."""
    if len(active) <= LOOKED_AT_ALL:
        return np.empty(0, np.int64)
    groups = [np.arange(len(active)), *(np.flatnonzero(x) for x in fields.offers.T)]
    best = [g[np.argsort(-active[g], kind="stable")[:BEACONS]] for g in groups]
    return np.unique(np.concatenate(best))


def _questions(history: History, row_of: dict[int, int], now: datetime) -> Shared:
    answers = [m for m in history.moments if m.answer is not None]
    return _moments(history, [(m.session, m.answer) for m in answers], answers, row_of, now)


def _sessions(history: History, row_of: dict[int, int], now: datetime) -> Shared:
    moments = history.moments
    return _moments(history, [(m.session, None) for m in moments], moments, row_of, now)


def _moments(
    history: History,
    keys: Sequence[tuple[int, int | None]],
    moments: Sequence[Moment],
    row_of: dict[int, int],
    now: datetime,
) -> Shared:
    """Moments under their key, worth 2^(-age / 30 days) / log2(people in it), at most 1.

    Eight people yesterday: .977 / 3 = .326. The evidence is the latest post of each.
    """
    found: dict[tuple[int, int | None], dict[int, Moment]] = defaultdict(dict)
    for key, moment in zip(keys, moments, strict=True):
        if moment.person in history.bystanders:
            continue
        before = found[key].get(moment.person)
        if before is None or _as_evidence(before) < _as_evidence(moment):
            found[key][moment.person] = moment
    things = []
    for (_, answer), by_person in sorted(found.items(), key=_by_session_and_question):
        if len(by_person) > 1:
            age = max(now - max(m.at for m in by_person.values()), timedelta(0))
            value = float(0.5 ** (age / MOMENT_HALF_LIFE)) / math.log2(len(by_person))
            posts = {p: m.post for p, m in by_person.items()}
            things.append(("" if answer is None else f"Q{answer}", value, posts))
    return _shared(things, row_of)


def _as_evidence(moment: Moment) -> tuple[bool, datetime, int]:
    """What can be pointed at comes before what can not, then the later."""
    return moment.post is not None, moment.at, moment.post or 0


def _interests(history: History, row_of: dict[int, int]) -> Shared:
    """Hashtags, worth 1 - ln(users) / ln(all who used any): the rarer, the more.

    Two of a hundred people: 1 - .693 / 4.605 = .849; everybody: 0.
    """
    found: dict[str, dict[int, tuple[datetime, PostId]]] = defaultdict(dict)
    for use in history.uses:
        if use.hashtag not in history.session_tags:
            latest = max((use.at, use.post), found[use.hashtag].get(use.person, (use.at, use.post)))
            found[use.hashtag][use.person] = latest
    everybody = len({person for by_person in found.values() for person in by_person})
    things = []
    for hashtag, by_person in sorted(found.items()):
        if 1 < len(by_person) < everybody:
            value = 1.0 - math.log(len(by_person)) / math.log(everybody)
            posts: dict[int, PostId | None] = {p: post for p, (_, post) in by_person.items()}
            things.append((hashtag, value, posts))
    return _shared(things, row_of)


def _shared(
    things: Sequence[tuple[str, float, dict[int, PostId | None]]], row_of: dict[int, int]
) -> Shared:
    members = []
    of_row: dict[int, list[int]] = defaultdict(list)
    evidence: dict[tuple[int, int], PostId | None] = {}
    for i, (_, _, posts) in enumerate(things):
        rows = sorted((row_of[p], post) for p, post in posts.items() if p in row_of)
        members.append(np.array([row for row, _ in rows], np.int64))
        for row, post in rows:
            of_row[row].append(i)
            evidence[row, i] = post
    details, values = tuple(t[0] for t in things), tuple(t[1] for t in things)
    return Shared(details, values, tuple(members), dict(of_row), evidence)


def _by_session_and_question(found: tuple[tuple[int, int | None], object]) -> tuple[int, int]:
    (session, question), _ = found
    return session, question or 0
