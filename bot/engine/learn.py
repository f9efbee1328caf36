"""The weights of the signals: chosen for a community by a back-test on its own past.

Between a handful: a safe profile, and fits of an additive model with weights >= 0 that are held
to the safe one more or less strongly. A looser one is taken only where it tells the later part of
the past better by more than chance. Never a learner that is not additive: the terms of a sum are
the reasons that people are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.backtest import met_between, trial
from bot.engine.signals import NAMES, SIGNALS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.engine.backtest import Trial
    from bot.engine.graph import Floats, Ints
    from bot.engine.signals import Block
    from bot.engine.talk import Talk
    from bot.model.suggestions import ReasonTerm

    _Groups = tuple[Block, Floats, Ints]
    """Signals of people in groups, their share of the met of their group, where groups start."""

STRETCHES = (0.343, 0.49, 0.7)
"""Where the stretches of the past begin, as shares of all that was said; each ends where the next
one begins. The ratio of known to told is the same in each, and is what the future will have."""
MOST_ASKERS = 200
FEWEST_ASKERS = 40
"""With fewer who met somebody new the history is too short to learn from."""
HELD = (300.0, 100.0, 30.0)
"""How strongly fits are held to the safe profile, in askers whose word that is worth."""
_ALWAYS, _ALWAYS_AT_LEAST = "resource_ever", 0.02
"""Shared contacts can be shown to people, so they never lose all their weight."""
_BEST = 60
_DRAWN = 30
_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Profile:
    """What each signal is worth."""

    name: str
    """"safe", or "fit 100" for one held by 100."""
    weights: Mapping[str, float]
    gain: float = 0.0
    """By how much nDCG@10 in the back-test was above the safe profile's."""
    askers: int = 0
    """How many people the back-test asked."""
    events: int = 0
    """How many engagements were known when it was chosen, where it is kept."""

    def as_array(self) -> Floats:
        """The weights in the order of NAMES."""
        return np.array([self.weights.get(name, 0.0) for name in NAMES])

    def of_terms(self) -> dict[ReasonTerm, float]:
        """The most that each term can add to a score."""
        terms: dict[ReasonTerm, float] = {}
        for name, weight in self.weights.items():
            terms[SIGNALS[name]] = terms.get(SIGNALS[name], 0.0) + weight
        return terms


def choose(talk: Talk, now_us: int, rng: np.random.Generator) -> Profile:
    """The profile for a community, from what it said before `now_us`.

    Fits learn from the first stretch and are tried on the second, then learn from both and are
    tried on the third; the chosen one learns from all. The safe one where no fit gains in each of
    the two trials: what told one day and misled the next is no rule. Also where too few met
    somebody new to learn from, or where the regime changed: no word for longer than the later half
    of all that was said took.
    """
    past = talk.before(now_us)
    if len(past) < FEWEST_ASKERS:
        return SAFE
    last, middle = int(past.at_us[-1]), int(past.at_us[len(past) // 2])
    if now_us - last > last - middle:
        return SAFE
    cuts = [int(past.at_us[int(share * len(past))]) for share in STRETCHES]
    stretches = list(pairwise([*cuts, now_us]))
    if min(len(met_between(past, *stretch)) for stretch in stretches) < FEWEST_ASKERS:
        return SAFE
    told: list[_Groups] = []
    trials: list[Trial] = []
    gains: dict[float, list[Floats]] = {held: [] for held in HELD}
    for stretch in stretches:
        trials.append(trial(past, *stretch, MOST_ASKERS, rng))
        if told:
            safe = trials[-1].quality(SAFE.as_array())
            for held, before in list(gains.items()):
                before.append(trials[-1].quality(_fitted(_together(told), held)) - safe)
                if before[-1].mean() <= 0:
                    del gains[held]
        if not gains:
            return Profile("safe", SAFE.weights, askers=len(safe))
        told.append(_groups(trials[-1], rng))
    choice, gain = _loosest(gains)
    if choice is None:
        return Profile("safe", SAFE.weights, askers=len(gain))
    weights = _fitted(_together(told), choice)
    kept = {name: float(w) for name, w in zip(NAMES, weights, strict=True) if w > 0}
    kept[_ALWAYS] = max(kept.get(_ALWAYS, 0.0), _ALWAYS_AT_LEAST)
    return Profile(f"fit {choice:.0f}", kept, float(gain.mean()), len(gain))


def _loosest(gains: Mapping[float, Sequence[Floats]]) -> tuple[float | None, Floats]:
    """The fit to take, of those held less and less, and what it gained for each asker.

    Each must gain more over the one before than a standard error, counted over all stretches.
    """
    choice, best = None, np.zeros(1)
    for held, by_stretch in gains.items():
        gain = np.concatenate(by_stretch)
        more = gain - best
        if more.mean() > more.std() / len(more) ** 0.5:
            choice, best = held, gain
        elif choice is None:
            best = np.zeros(len(gain))
    return choice, best


def _groups(trial: Trial, rng: np.random.Generator) -> _Groups:
    """Who was met, and of the others the best and some drawn: signals, share of the met, starts.

    One group per asker and view; the shares of a group's met add up to 1, others have 0.
    """
    plain = trial.table.sum(axis=0)
    signals, shares, starts, size = [], [], [], 0
    for asker in range(len(trial.askers)):
        for candidates, met in trial.views_of(asker):
            rows = np.flatnonzero(candidates)
            best = rows[np.argsort(-plain[asker, rows], kind="stable")[:_BEST]]
            drawn = rng.choice(rows, min(_DRAWN, len(rows)), replace=False)
            kept = np.unique(np.concatenate([best, drawn, met]))
            signals.append(trial.table[:, asker, kept].T)
            shares.append(np.isin(kept, met) / len(met))
            starts.append(size)
            size += len(kept)
    return (
        np.concatenate(signals),
        np.concatenate(shares),
        np.array(starts, np.int64),
    )


def _together(told: Sequence[_Groups]) -> _Groups:
    """The groups of several stretches as one."""
    sizes = np.cumsum([0, *(len(shares) for _, shares, _ in told)])
    return (
        np.concatenate([signals for signals, _, _ in told]),
        np.concatenate([shares for _, shares, _ in told]),
        np.concatenate([starts + size for (_, _, starts), size in zip(told, sizes, strict=False)]),
    )


def _fitted(told: _Groups, held: float) -> Floats:
    """Weights >= 0 under which the met stand out in their groups, near the safe ones.

    Minimises the mean over groups of -sum share * ln softmax(score), plus
    held / groups * |weights - safe|^2, by accelerated projected gradient steps (FISTA).
    """
    signals, shares, starts = told
    safe = SAFE.as_array()
    groups = len(starts)
    which = np.repeat(np.arange(groups), np.diff(np.append(starts, len(shares))))
    pull = 2.0 * held / groups

    def slope(weights: Floats) -> Floats:
        scores: Floats = (signals @ weights.astype(np.float32)).astype(np.float64)
        scores -= np.maximum.reduceat(scores, starts)[which]
        chance = np.exp(scores)
        chance /= np.add.reduceat(chance, starts)[which]
        told: Floats = ((chance - shares).astype(np.float32) @ signals).astype(np.float64)
        return told / groups + pull * (weights - safe)

    step = 1.0 / (float((signals**2).sum(axis=1).max()) / 4.0 + pull)
    weights = ahead = safe.copy()
    moved = 1.0
    for _ in range(_ROUNDS):
        new = np.maximum(ahead - step * slope(ahead), 0.0)
        if float((ahead - new) @ (new - weights)) > 0:
            moved = 1.0
        grown = (1.0 + (1.0 + 4.0 * moved * moved) ** 0.5) / 2.0
        ahead = new + (moved - 1.0) / grown * (new - weights)
        weights, moved = new, grown
    return weights


SAFE = Profile(
    "safe",
    {
        "far_walk_fast": 0.095,
        "far_walk_mid": 0.046,
        "far_walk_ever": 0.054,
        "near_walk_now": 0.2,
        "near_walk_pairs": 0.4,
        "near_walk_fast": 0.115,
        "near_walk_mid": 0.085,
        "near_walk_ever": 0.131,
        "adamic_adar_mid": 0.009,
        "adamic_adar_ever": 0.011,
        "resource_mid": 0.065,
        "resource_ever": 0.078,
        "resource_fair_mid": 0.094,
        "resource_fair_ever": 0.104,
        "same_audience_mid": 0.114,
        "same_audience_ever": 0.114,
        "followers_of_mine_mid": 0.025,
        "followers_of_mine_ever": 0.029,
        "together_mid": 0.2,
        "together_ever": 0.2,
        "beyond_mid": 0.098,
        "beyond_ever": 0.099,
        "alike_mid": 0.023,
        "alike_ever": 0.014,
        "of_the_alike_mid": 0.093,
        "of_the_alike_ever": 0.081,
        "sought_now": 0.204,
        "sought_fast": 0.109,
        "sought_mid": 0.071,
        "sought_slow": 0.058,
        "sought_by_many": 0.061,
        "sought_last": 0.123,
        "active_slow": 0.001,
        "posts_fast": 0.044,
        "posts_slow": 0.025,
        "fields_meet": 0.234,
        "my_fields_meet": 0.424,
    },
)
"""The mean of fits on the pasts of five communities of different kinds (the benchmark's sets, never
on their test part). Left out one by one, the mean of the other four told the fifth's later past as
well as plain PageRank or better, but for xfield of one. The walks of now and of pairs, and who is
named together, came later: their weights are the round numbers that helped most where they helped
and did least harm."""
