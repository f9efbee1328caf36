"""How long one full suggestion takes among 10,000 and 100,000 people, and how good the push is.

People talk as they do in public: most with their own group of 150, the rest with whoever is
popular. A suggestion is all stages for one member of a community of 2,000 within that graph,
reasons included, while engagements stream in.

`CROSSTIE_BENCH_LARGE=1` adds a million people with 20 million ties; it needs 6 GB to build and a
few minutes. Where igraph, networkx and scikit-network can be imported (an environment of their own,
they are no part of the project), their personalised PageRank is timed on the same graph.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import random
import resource
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import Row
from bot.engine.candidates import pool_of
from bot.engine.graph import KINDS, Graph
from bot.engine.history import History, Request, Rules
from bot.engine.pagerank import ALPHA, personalised_pagerank
from bot.engine.suggest import suggest
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.engine.graph import Floats

NOW = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
SIZES = (10_000, 100_000)
LARGE = 1_000_000
WANTED_MS = {100_000: (15.0, 40.0), LARGE: (25.0, 60.0)}
EVENTS_A_PERSON = 20
GROUP = 150
AT_HOME = 0.7
MEMBERS = 2_000
FIELDS = ("design", "law", "nursing", "statistics", "teaching")
RUNS = 60
RECALL_RUNS = 10


def history_of(people: int, chance: np.random.Generator) -> History:
    """A graph of `people` in groups with heavy-tailed popularity, and the members' fields."""
    events = people * EVENTS_A_PERSON
    who = chance.integers(0, people, events)
    near = np.minimum(who // GROUP * GROUP + chance.integers(0, GROUP, events), people - 1)
    popular = (people * chance.random(events) ** 3).astype(np.int64)
    whom = np.where(chance.random(events) < AT_HOME, near, popular)
    at_us = to_us(NOW) - chance.integers(0, 365 * 86_400_000_000, events)
    kinds = chance.integers(0, len(KINDS), events)
    graph = Graph.build(who, whom, kinds, at_us, now=NOW, half_life=timedelta(days=30))
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
    members = sorted(history.willing or ())
    places = history.graph.places_of(members)
    requests = [Request(member) for member in members]
    kept = pool_of(history, requests, NOW)
    streaming = [history.graph]

    def push(i: int) -> object:
        return personalised_pagerank(history.graph, int(places[i]))

    def grow(_: int) -> object:
        who, whom = chance.choice(history.graph.ids, (2, 50))
        kinds, at_us = [0] * 50, [to_us(NOW)] * 50
        streaming[0] = streaming[0].with_delta(who, whom, kinds, at_us, now=NOW)
        return streaming[0]

    def full(i: int) -> object:
        seen = History(graph=streaming[0], fields=history.fields, willing=history.willing)
        return suggest(seen, [requests[i]], Rules(), NOW, random.Random(7), kept)

    rows = []
    for what, action in (
        ("PageRank of one", push),
        ("50 engagements added", grow),
        ("one full suggestion", full),
    ):
        p50, p99 = np.percentile(milliseconds(action), [50, 99])
        bound = WANTED_MS.get(people) if action is full else None
        wanted = f"p50 <= {bound[0]:.0f}, p99 <= {bound[1]:.0f} ms" if bound else ""
        kept_bound = bound is None or (p50 <= bound[0] and p99 <= bound[1])
        measured = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms"
        rows.append(Row(f"{what}, {people:,} people", measured, wanted, kept_bound))
    now_gb, most_gb = memory_gb()
    memory = f"{now_gb:.2f} GB now, {most_gb:.2f} GB while building"
    wanted = "< 1.5 GB now" if people == LARGE else ""
    rows.append(Row(f"memory, {people:,} people", memory, wanted, now_gb < 1.5))
    if people != LARGE:
        rows += compared(history.graph, places, people)
    return rows


def memory_gb() -> tuple[float, float]:
    """What this process holds now, and the most that it ever held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now_kb = next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)
    return now_kb / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def compared(graph: Graph, places: np.ndarray[Any, np.dtype[np.int64]], people: int) -> list[Row]:
    """Recall@20 of the push beside the exact answer, and how long others take for theirs."""
    rows, columns, weights = graph.entries(graph.base)
    step = weights / graph.strength[rows]

    def exact(place: int) -> Floats:
        at: Floats = np.zeros(len(graph))
        rank: Floats = np.zeros(len(graph))
        at[place] = 1.0
        for _ in range(60):
            rank += ALPHA * at
            spread = np.bincount(columns, at[rows] * step, minlength=len(graph))
            at = np.asarray((1 - ALPHA) * spread, np.float64)
        return rank + at

    found = []
    for place in places[:RECALL_RUNS].tolist():
        out = np.append(graph.ties_of(np.array([place]))[1], place)
        best = [_best(rank, out) for rank in (exact(place), personalised_pagerank(graph, place))]
        found.append(len(best[0] & best[1]) / 20)
    recall = float(np.mean(found))
    table = [
        Row(f"recall@20 of the push, {people:,} people", f"{recall:.3f}", ">= .96", recall >= 0.96)
    ]
    one_way = rows < columns
    edges = list(zip(rows[one_way].tolist(), columns[one_way].tolist(), strict=True))
    for name, prepare in OTHERS.items():
        if importlib.util.find_spec(name) is None:
            table.append(Row(f"{name}, {people:,} people", "not installed here", ""))
            continue
        ask = prepare(len(graph), edges, weights[one_way], rows, columns, weights)
        start = perf_counter()
        for place in places[:3].tolist():
            ask(place)
        p50 = (perf_counter() - start) / 3 * 1e3
        table.append(Row(f"PageRank of one by {name}, {people:,} people", f"mean {p50:.0f} ms", ""))
    return table


def _best(rank: Floats, out: np.ndarray[Any, np.dtype[np.int64]]) -> set[int]:
    rank = rank.copy()
    rank[out] = -1.0
    return set(np.argsort(-rank, kind="stable")[:20].tolist())


def _igraph(n: int, edges: Any, weights: Any, *_: Any) -> Callable[[int], object]:
    graph = importlib.import_module("igraph").Graph(n=n, edges=edges)
    graph.es["weight"] = weights
    return lambda place: graph.personalized_pagerank(
        reset_vertices=place, damping=1 - ALPHA, weights="weight"
    )


def _networkx(n: int, edges: Any, weights: Any, *_: Any) -> Callable[[int], object]:
    networkx = importlib.import_module("networkx")
    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    triples = ((a, b, w) for (a, b), w in zip(edges, weights.tolist(), strict=True))
    graph.add_weighted_edges_from(triples)
    return lambda place: networkx.pagerank(graph, 1 - ALPHA, personalization={place: 1})


def _sknetwork(
    n: int, _edges: Any, _weights: Any, rows: Any, columns: Any, weights: Any
) -> Callable[[int], object]:
    ranking = importlib.import_module("sknetwork.ranking")
    matrix = importlib.import_module("scipy.sparse").csr_matrix((weights, (rows, columns)), (n, n))
    return lambda place: ranking.PageRank(1 - ALPHA).fit_predict(matrix, {place: 1})


OTHERS: dict[str, Callable[..., Callable[[int], object]]] = {
    "igraph": _igraph,
    "networkx": _networkx,
    "sknetwork": _sknetwork,
}


def measure() -> list[Row]:
    sizes = (*SIZES, LARGE) if os.environ.get("CROSSTIE_BENCH_LARGE") else SIZES
    return [row for people in sizes for row in timed(people)]
