"""What each stage and each signal of the engine is worth, on inner back-tests.

Of each set of ../shared/bench/suggestions only the first 70 % are read; what was known at 70 % of
those is compared with who first talked with whom in the rest. So this may be looked at as often as
one likes: the test part of the sets is never touched. Numbers are means over the sets.
"""

from __future__ import annotations

import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import bot
from benchmarks import Row
from bot.commands.rank import history_of
from bot.engine import select as selecting
from bot.engine.backtest import ndcg, trial
from bot.engine.history import History, Request, Rules
from bot.engine.learn import SAFE, choose
from bot.engine.mirror import rao_stirling
from bot.engine.signals import NAMES, SIGNALS
from bot.engine.suggest import suggest
from bot.model.people import PersonId
from bot.model.posts import EPOCH, to_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.engine.backtest import Trial
    from bot.engine.graph import Floats

SETS = Path(bot.__file__).parents[2] / "shared" / "bench" / "suggestions" / "data"
KNOWN = 0.7
"""The share of a set that is read at all, and the share of that which is known in the back-test."""
ASKERS = 150
PER_LIST = 5
VIEWS = ("all", "xfield", "tail", "xcomm")


@dataclass(frozen=True, slots=True)
class Inner:
    """One set, at an instant of its past."""

    name: str
    trial: Trial
    history: History
    now: datetime


def inner(folder: Path) -> Inner:
    """The back-test of one set."""
    _, everything = history_of(folder, EPOCH + timedelta(days=365 * 200), SAFE)
    talk = everything.talk
    assert talk is not None
    end_us = int(talk.at_us[int(KNOWN * len(talk))])
    past = talk.before(end_us)
    cut_us = int(past.at_us[int(KNOWN * len(past))])
    now = EPOCH + timedelta(microseconds=cut_us)
    _, history = history_of(folder, now, SAFE)
    told = trial(past, cut_us, end_us, ASKERS, np.random.default_rng(0))
    return Inner(folder.name, told, replace(history, talk=past.before(cut_us)), now)


def qualities(told: Trial, weights: Floats) -> Floats:
    """nDCG@10 per view, in the order of VIEWS."""
    scores = np.tensordot(weights.astype(np.float32), told.table, 1)
    means = []
    for view in told.views:
        found = []
        for asker, met in enumerate(told.met):
            there = met[view[asker][met]]
            if len(there):
                found.append(ndcg(scores[asker], view[asker], there))
        means.append(np.mean(found) if found else np.nan)
    return np.array(means)


def without(*left_out: str) -> Floats:
    """The safe profile's weights without some signals."""
    return np.array([0.0 if n in left_out else SAFE.weights.get(n, 0.0) for n in NAMES])


def ranking(sets: Sequence[Inner]) -> list[Row]:
    """Features and score: each term and each signal left out."""

    def mean(weights: Floats) -> Floats:
        means: Floats = np.nanmean([qualities(x.trial, weights) for x in sets], axis=0)
        return means

    def row(what: str, found: Floats) -> Row:
        cells = (f"{v} {x:.3f} ({x - y:+.3f})" for v, x, y in zip(VIEWS, found, safe, strict=True))
        return Row(what, ", ".join(cells), "")

    safe = mean(SAFE.as_array())
    pagerank = np.array([float(name == "far_walk_mid") for name in NAMES])
    learned = [
        qualities(
            x.trial, choose(x.history.talk, to_us(x.now), np.random.default_rng(0)).as_array()
        )
        for x in sets
        if x.history.talk is not None
    ]
    rows = [
        row("score: the safe profile", safe),
        row("score: the profile that would have been learned", np.nanmean(learned, axis=0)),
        row("score: all signals alike", mean(np.ones(len(NAMES)))),
        row("score: PageRank alone", mean(pagerank)),
    ]
    for term in dict.fromkeys(SIGNALS.values()):
        of_term = [name for name in NAMES if SIGNALS[name] is term]
        rows.append(row(f"features: without the term {term}", mean(without(*of_term))))
    worth = [(name, mean(without(name))) for name in NAMES if name in SAFE.weights]
    worth.sort(key=lambda one: float(one[1].sum()))
    return rows + [row(f"features: without the signal {name}", found) for name, found in worth]


def lists(sets: Sequence[Inner]) -> list[Row]:
    """Selection: each rule left out."""
    plain = Rules(needs_reason=False)
    rows = [
        row_of("select: as it is", sets, plain),
        row_of("select: without the cap", sets, replace(plain, cap=1_000_000)),
        row_of("select: without places for other fields", sets, replace(plain, cross_field=0)),
    ]
    with changed("HUB_DISCOUNT", 0.0):
        rows.append(row_of("select: the wanted are worth no less", sets, Rules(needs_reason=False)))
    with changed("WILDCARD_FROM", 99):
        rows.append(row_of("select: without a wildcard", sets, Rules(needs_reason=False)))
    with changed("WILDCARD_WORTH", 0.0):
        rows.append(row_of("select: a wildcard at any price", sets, Rules(needs_reason=False)))
    return rows


@contextmanager
def changed(name: str, value: float) -> Iterator[None]:
    """A constant of the selection with another value."""
    before = getattr(selecting, name)
    setattr(selecting, name, value)
    try:
        yield
    finally:
        setattr(selecting, name, before)


def row_of(what: str, sets: Sequence[Inner], rules: Rules) -> Row:
    """Shares of lists with somebody who was met, of other fields, and of people who are shown.

    `mixed` is how different the fields of two of a list are on average (Rao-Stirling, every two
    fields at distance 1): .8 for five fields, 0 for one.
    """
    found = np.nanmean([shown(x, rules) for x in sets], axis=0)
    hit, cross_hit, cross, mixed, coverage, most = found.tolist()
    measured = (
        f"hit5 {hit:.3f}, hit5x {cross_hit:.3f}, of other fields {cross:.2f}, mixed {mixed:.2f}, "
        f"shown at all {coverage:.2f}, most shown in {most:.0%} of lists"
    )
    return Row(what, measured, "")


def shown(x: Inner, rules: Rules) -> Floats:
    """What `row_of` tells, for one set."""
    talk, told = x.history.talk, x.trial
    assert talk is not None
    requests = [Request(PersonId(int(talk.ids[a])), count=PER_LIST) for a in told.askers]
    chosen: dict[int, list[int]] = {int(talk.ids[a]): [] for a in told.askers}
    for draft in suggest(x.history, requests, rules, x.now, random.Random(0)):
        chosen[int(draft.member)].append(int(np.searchsorted(talk.ids, draft.about)))
    hits, cross_hits, cross, mixed = [], [], [], []
    times = np.zeros(len(talk.ids))
    for asker, met, shown_to in zip(told.askers, told.met, chosen.values(), strict=True):
        there = np.array(shown_to, np.int64)
        times[there] += 1
        hits.append(np.isin(there, met).any())
        field = talk.field
        if field[asker] < 0:
            continue
        of_other = met[(field[met] >= 0) & (field[met] != field[asker])]
        if len(of_other):
            cross_hits.append(np.isin(there, of_other).any())
        known = field[there][field[there] >= 0]
        if len(known):
            cross.append(float((known != field[asker]).mean()))
            mixed.append(rao_stirling(Counter(map(str, known.tolist())), lambda _a, _b: 1.0))
    coverage = (times > 0).sum() / talk.seen().sum()
    means = [np.mean(part) if part else np.nan for part in (hits, cross_hits, cross, mixed)]
    return np.array([*means, coverage, times.max() / max(len(hits), 1)])


def measure() -> list[Row]:
    if not SETS.is_dir():
        return [Row("ablation of the engine", f"{SETS.parent.name} is not there", "")]
    sets = [inner(folder) for folder in sorted(SETS.iterdir()) if folder.is_dir()]
    rows = [
        Row(
            "candidates: sets, askers", f"{len(sets)}, {sum(len(x.trial.askers) for x in sets)}", ""
        )
    ]
    return rows + lists(sets) + ranking(sets)
