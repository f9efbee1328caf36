"""How long one full suggestion takes among 10,000, 100,000 and a million people, beside others.

A suggestion is the product's: `engine.suggest` for one request, everybody in the graph a candidate
(and, in rows of their own, only a community of 2,000), with reasons, while engagements stream in:
before each, 50 are added. The crowd is `benchmarks/crowd.py`'s. Each size runs in a process of its
own, so that its memory is its own. `CROSSTIE_BENCH_PEOPLE` gives other sizes, such as "10000".

igraph, networkx and scikit-network are no part of the project. Where they are in the environment,
or CROSSTIE_BENCH_PEERS is a Python that has them (with numpy and scipy), the same ties are given to
them, and their personalised PageRank of the same people with the same damping is timed.

Where numba is (the extra `fast`), all is timed once more with the compiled push.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from copy import deepcopy
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import Row
from benchmarks.crowd import Crowd
from bot.engine.candidates import pool_of
from bot.engine.graph import Building
from bot.engine.history import History, Request, Rules
from bot.engine.pagerank import ALPHA, personalised_pagerank
from bot.engine.suggest import suggest
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import to_us

if TYPE_CHECKING:
    from bot.engine.graph import Floats, Graph, Ints, Push

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
SIZES = "10000,100000,1000000"
SMALL, LARGE = 10_000, 1_000_000
WANTED_MS = {100_000: (15.0, 40.0), LARGE: (25.0, 60.0)}
MOST_GB = 1.5
MEMBERS = 2_000
STREAMED = 50
FIELDS = ("design", "law", "nursing", "statistics", "teaching")
RUNS = 300
RECALL_RUNS = 40
BEST = 20
RECALL, TIMES_IGRAPH = 0.96, 100.0


def measure() -> list[Row]:
    """Every size in a process of its own."""
    rows: list[Row] = []
    for size in os.environ.get("CROSSTIE_BENCH_PEOPLE", SIZES).split(","):
        command = (sys.executable, "-m", "benchmarks.engine", size)
        done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
        rows += [Row(**row) for row in json.loads(done.stdout)]
    return rows


def timed(people: int) -> list[Row]:
    """All rows of one size."""
    chance = np.random.default_rng(7)
    start = perf_counter()
    crowd = Crowd(people, 7, NOW)
    building = Building(now=NOW, half_life=timedelta(days=30))
    for part in crowd.parts():
        building.add(*part)
    graph = building.graph()
    del crowd, building
    ties = graph.base.size // 2
    rows = [Row(f"{people:,} people: {ties:,} ties", f"made in {perf_counter() - start:.0f} s", "")]
    known = graph.ids[graph.contacts > 0]
    asking = chance.choice(known, min(MEMBERS, len(known)), replace=False)
    before, same_chance = graph, deepcopy(chance)
    graph = streamed(people, graph, asking, chance, rows)
    now_gb, most_gb = memory_gb()
    rows.append(
        Row(
            f"{people:,} people: memory of the process",
            f"{now_gb:.2f} GB, at most {most_gb:.2f} GB (while the graph was made)",
            f"< {MOST_GB} GB, at any time" if people == LARGE else "",
            most_gb < MOST_GB,
        )
    )
    fast = _compiled(rows, people)
    if fast is not None:
        streamed(people, replace(before, compiled=fast), asking, same_chance, rows)
    if people == LARGE:
        return rows
    graph = graph.merged()
    places = graph.places_of(asking)[:RECALL_RUNS]
    told = _of_peers(graph, places[:3])
    rows += compared(graph, places, told, people, is_held=fast is None or people > SMALL)
    if fast is not None:
        rows += compared(replace(graph, compiled=fast), places, told, people, is_held=True)
    return rows


def _compiled(rows: list[Row], people: int) -> Push | None:
    """Compiles the push, and adds the row for that; None where numba is missing."""
    what = f"{people:,} people: the push is compiled"
    if importlib.util.find_spec("numba") is None:
        rows.append(Row(what, "numba is not installed here: pip install numba", ""))
        return None
    before, start = memory_gb()[0], perf_counter()
    push: Push = importlib.import_module("bot.engine.compiled").compiled_push()
    took, more = perf_counter() - start, memory_gb()[0] - before
    rows.append(Row(what, f"in {took:.1f} s, {more:.2f} GB more", ""))
    return push


def _how(graph: Graph) -> str:
    return "" if graph.compiled is None else ", compiled"


def streamed(
    people: int,
    graph: Graph,
    asking: Ints,
    chance: np.random.Generator,
    rows: list[Row],
) -> Graph:
    """Adds the rows for suggestions while engagements come in; gives the graph with them."""
    known, how = graph.ids[graph.contacts > 0], _how(graph)
    requests = [Request(PersonId(int(p))) for p in asking]
    works = [(FieldOf(field, Stance.WORK),) for field in FIELDS]
    for whom, willing in (("everybody", known), (f"{len(asking):,} members", asking)):
        fields = {PersonId(p): works[p % len(works)] for p in willing.tolist()}
        all_of_them = None if whom == "everybody" else frozenset(fields)
        history = History(graph=graph, fields=fields, willing=all_of_them)
        pool = pool_of(history, requests, NOW)
        growing, full, short = [], [], 0
        for i in range(RUNS + 1):
            who, other = chance.choice(known, STREAMED), chance.choice(known, STREAMED)
            start = perf_counter()
            codes, instants = [0] * STREAMED, [to_us(NOW)] * STREAMED
            graph = graph.with_delta(who, other, codes, instants, now=NOW)
            grown = perf_counter()
            drafts = suggest(
                replace(history, graph=graph),
                [requests[i % len(requests)]],
                Rules(),
                NOW,
                random.Random(7),
                pool,
            )
            end = perf_counter()
            if i:  # the first warms up
                growing.append((grown - start) * 1e3)
                full.append((end - grown) * 1e3)
                short += len(drafts) < Rules().per_list
        rows += [
            _row(
                f"{people:,} people: a suggestion from {whom}{how}",
                full,
                people,
                f"; {short} short",
            ),
            _row(f"{people:,} people: {STREAMED} engagements taken in", growing, 0),
        ]
    return graph


def _row(what: str, times: list[float], people: int, more: str = "") -> Row:
    p50, p99 = np.percentile(times, [50, 99])
    bound = WANTED_MS.get(people)
    wanted = f"p50 <= {bound[0]:.0f}, p99 <= {bound[1]:.0f} ms" if bound else ""
    kept = bound is None or (p50 <= bound[0] and p99 <= bound[1])
    return Row(what, f"p50 {p50:.1f} ms, p99 {p99:.1f} ms{more}", wanted, bool(kept))


def memory_gb() -> tuple[float, float]:
    """What this process holds now, and the most that it ever held."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    now_kb = next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)
    return now_kb / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def compared(
    graph: Graph, places: Ints, told: dict[str, float], people: int, *, is_held: bool
) -> list[Row]:
    """Recall@20 of the push beside the exact answer, its time, and others' for the same."""
    ranks, times = [], []
    for place in places.tolist():  # one after the other, as the others do
        start = perf_counter()
        ranks.append(personalised_pagerank(graph, place))
        times.append((perf_counter() - start) * 1e3)
    found = []
    for place, rank in zip(places.tolist(), ranks, strict=True):
        out = np.append(graph.ties_of(np.array([place]))[1], place)
        found.append(len(_best(rank, out) & _best(exact(graph, place), out)) / BEST)
    recall, ours = float(np.mean(found)), float(np.median(times))
    rows = [
        Row(
            f"{people:,} people: our PageRank of one{_how(graph)}",
            f"median {ours:.2f} ms, recall@{BEST} {recall:.3f}",
            f"recall >= {RECALL}",
            recall >= RECALL,
        )
    ]
    for name in ("igraph", "networkx", "sknetwork"):
        what = f"{people:,} people: PageRank of one by {name}, beside ours{_how(graph)}"
        if name not in told:
            missing = "not installed here: see CROSSTIE_BENCH_PEERS in benchmarks/engine.py"
            rows.append(Row(what, missing, "", kept=name != "igraph" or not is_held))
            continue
        times_ours = told[name] / ours
        wanted = f">= {TIMES_IGRAPH:.0f} times" if name == "igraph" and is_held else ""
        kept = not wanted or times_ours >= TIMES_IGRAPH
        rows.append(Row(what, f"median {told[name]:.0f} ms, {times_ours:.0f} times", wanted, kept))
    return rows


def exact(graph: Graph, place: int) -> Floats:
    """The same by power iteration, until what is left is a millionth."""
    rank, rows = np.zeros(len(graph)), graph.base.rows()
    at: Floats = np.zeros(len(graph))
    at[place] = 1.0
    while at.sum() > 1e-6:
        rank += ALPHA * at
        share = (1.0 - ALPHA) * at / np.maximum(graph.strength, 1e-300)
        arriving = share[rows] * graph.base.weights
        at = np.bincount(graph.base.columns, arriving, len(graph)).astype(np.float64)
    return rank + at


def _best(rank: Floats, out: Ints) -> set[int]:
    rank = rank.copy()
    rank[out] = -1.0
    return set(np.argsort(-rank, kind="stable")[:BEST].tolist())


def _of_peers(graph: Graph, places: Ints) -> dict[str, float]:
    """The median milliseconds of each peer that there is, in a process of its own."""
    rows, columns = graph.base.rows(), graph.base.columns
    one_way = rows < columns
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "ties.npz"
        np.savez(
            file,
            n=len(graph),
            a=rows[one_way],
            b=columns[one_way],
            weights=graph.base.weights[one_way].astype(np.float64),
            places=places,
            damping=1.0 - ALPHA,
        )
        python = os.environ.get("CROSSTIE_BENCH_PEERS", sys.executable)
        command = (python, str(Path(__file__).parent / "peers.py"), str(file))
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main(arguments: list[str]) -> None:
    """One size, as JSON on standard output: what `measure` runs."""
    rows: list[dict[str, Any]] = [asdict(row) for row in timed(int(arguments[0]))]
    sys.stdout.write(json.dumps(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
