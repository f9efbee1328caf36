"""How long one full suggestion takes, among 10,000 and 100,000 people.

People talk as they do in public: everybody a little, a few are talked to by many. A suggestion is
all stages for one member of a community of 2,000 within that graph, reasons included.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import Row
from bot.engine.graph import KINDS, Graph
from bot.engine.history import History, Request, Rules
from bot.engine.pagerank import personalised_pagerank
from bot.engine.suggest import suggest
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
SIZES = (10_000, 100_000)
EVENTS_A_PERSON = 20
MEMBERS = 2_000
FIELDS = ("design", "law", "nursing", "statistics", "teaching")
RUNS = 60


def history_of(people: int, chance: np.random.Generator) -> History:
    """A graph of `people` with heavy-tailed popularity over a year, and the members' fields."""
    events = people * EVENTS_A_PERSON
    popular = (people * chance.random(events) ** 3).astype(np.int64)
    src = np.concatenate([chance.integers(0, people, events // 2), popular[: events // 2]])
    dst = np.concatenate([popular[events // 2 :], chance.integers(0, people, events // 2)])
    at_us = to_us(NOW) - chance.integers(0, 365 * 86_400_000_000, len(src))
    kinds = chance.integers(0, len(KINDS), len(src))
    graph = Graph.build(src, dst, kinds, at_us, now=NOW, half_life=timedelta(days=30))
    members = [PersonId(int(p)) for p in chance.choice(graph.ids, MEMBERS, replace=False)]
    fields = {p: (FieldOf(FIELDS[p % len(FIELDS)], Stance.WORK),) for p in members}
    return History(graph=graph, fields=fields, willing=frozenset(members))


def milliseconds(action: Callable[[int], object]) -> list[float]:
    """How long each of RUNS calls took; the first, which warms up, is not counted."""
    times = []
    for i in range(RUNS + 1):
        start = perf_counter()
        action(i)
        times.append((perf_counter() - start) * 1e3)
    return times[1:]


def timed(people: int) -> list[Row]:
    """Median and 99th percentile of what a suggestion is made of."""
    chance = np.random.default_rng(7)
    history = history_of(people, chance)
    graph = history.graph
    members = sorted(history.willing or ())
    places = graph.places_of(members)

    def rank(i: int) -> object:
        return personalised_pagerank(graph, int(places[i]))

    def full(i: int) -> object:
        return suggest(history, [Request(members[i])], Rules(), NOW, random.Random(7))

    def delta(_: int) -> object:
        who, whom = chance.choice(graph.ids, (2, 50))
        return graph.with_delta(who, whom, [0] * 50, [to_us(NOW)] * 50, now=NOW)

    rows = []
    for what, action in (
        ("PageRank of one", rank),
        ("one full suggestion", full),
        ("50 engagements added", delta),
    ):
        p50, p99 = np.percentile(milliseconds(action), [50, 99])
        rows.append(Row(f"{what}, {people:,} people", f"p50 {p50:.1f} ms, p99 {p99:.1f} ms", ""))
    return rows


def measure() -> list[Row]:
    return [row for people in SIZES for row in timed(people)]
