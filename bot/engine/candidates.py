"""The first stage: everybody who may be suggested, and what they took part in, in rows."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.fields import FieldTable
from bot.model.people import PersonId

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Graph, Ints
    from bot.engine.history import History, Moment, Request
    from bot.model.posts import PostId

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

    def best(self, row: int, size: int) -> tuple[Floats, Ints]:
        """The value of the best thing that each of `size` rows shares with `row`, and which one.

        Only the best counts, so that the reason shown is the whole of what earned the term.
        Without one: 0 and -1.
        """
        value = np.zeros(size)
        thing = np.full(size, -1)
        for i in self.of_row.get(row, ()):
            members = self.members[i]
            better = members[value[members] < self.values[i]]
            value[better] = self.values[i]
            thing[better] = i
        return value, thing


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
    active: Floats
    """How much each takes part lately, 0..1."""

    def seen_in(self, graph: Graph) -> Pool:
        """The same people in a graph that has grown: what a pool kept between calls needs.

        What they answered, used and are willing to is as it was when the pool was made.
        """
        if graph is self.graph:
            return self
        places, active = graph.places_of(self.ids), _activity(graph, self.ids)
        return replace(self, graph=graph, places=places, active=active)

    def holds(self, requests: Iterable[Request]) -> bool:
        """Whether everybody who asks has a row."""
        asking = np.fromiter((request.member for request in requests), np.int64)
        return bool(np.isin(asking, self.ids).all())

    def row_of(self, person: PersonId) -> int:
        """The row of a person who is in the pool."""
        return int(np.searchsorted(self.ids, person))

    def person(self, row: int) -> PersonId:
        """The person of a row."""
        return PersonId(int(self.ids[row]))

    def allowed(self, request: Request) -> NDArray[np.bool_]:
        """Who may be suggested to this member: the hard filters, before any score.

        Never themselves, whoever is forbidden to them or kept apart, or whom they have a tie with.
        """
        allowed = self.may_be_suggested.copy()
        for people in (request.forbidden, *request.apart):
            out = np.fromiter(people, np.int64, len(people))
            at = np.minimum(np.searchsorted(self.ids, out), len(self.ids) - 1)
            allowed[at[self.ids[at] == out]] = False
        row = self.row_of(request.member)
        allowed[row] = False
        if self.places[row] >= 0:
            _, tied, _ = self.graph.ties_of(self.places[row : row + 1])
            allowed &= ~np.isin(self.places, tied)
        return allowed


def pool_of(history: History, requests: Iterable[Request], now: datetime) -> Pool:
    """The pool for these requests."""
    willing = history.graph.ids
    if history.willing is not None:
        willing = np.unique(np.fromiter(history.willing, np.int64, len(history.willing)))
    asking = np.fromiter((request.member for request in requests), np.int64)
    ids = np.union1d(willing, asking)
    row_of = {person: row for row, person in enumerate(ids.tolist())}
    people = [PersonId(person) for person in row_of]
    return Pool(
        graph=history.graph,
        ids=ids,
        places=history.graph.places_of(ids),
        may_be_suggested=np.isin(ids, willing),
        fields=FieldTable.of(people, history.fields),
        questions=_questions(history, row_of, now),
        sessions=_sessions(history, row_of, now),
        interests=_interests(history, row_of),
        active=_activity(history.graph, ids),
    )


def _activity(graph: Graph, ids: Ints) -> Floats:
    """ln(1 + strength) over that of the strongest; 0 for whom the graph does not know."""
    scaled = np.log1p(np.append(graph.strength, 0.0))
    active: Floats = scaled[graph.places_of(ids)]
    return active / max(float(scaled.max()), math.ulp(1.0))


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
