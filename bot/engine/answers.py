"""Who says yes: learned from answers, with how sure that is. Two logistic curves in one.

ln(p / (1 - p)) = weights * features + own, with `own` one number per member, around 0: whoever has
answered little is judged as most are (partial pooling; Gelman and Hill, 2006, chapter 12). Weights
start from what we would guess, each with its width; answers move them (a Gaussian around the best,
Laplace: MacKay, 2003, chapter 27). Members' numbers are never shown to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.model.suggestions import ReasonTerm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.engine.graph import Floats
    from bot.engine.history import Draft
    from bot.model.people import Member, PersonId

PRIOR: Mapping[str, tuple[float, float]] = {
    "always": (-0.6, 1.0),
    "second": (0.6, 0.7),
    "cross": (0.2, 0.7),
    "same": (0.0, 0.7),
    "wish": (0.3, 0.7),
    "question": (0.4, 0.7),
    "interest": (0.4, 0.7),
    "session": (0.2, 0.7),
    "contacts": (0.2, 0.7),
    "curious": (0.6, 0.7),
    "language": (0.3, 0.7),
    "fit": (0.5, 0.7),
}
"""What each feature adds to ln(p / (1 - p)) before anybody answered, and how unsure that is.

always: everybody; second: B, who knows that A said yes; cross, same: their fields differ, or not;
wish: another field and wants far, or the same and wants near (-1..1); question, interest, session,
contacts: there is such a reason; curious: one works in what the other is curious about; language:
they read one language; fit: its place in the list, 1 / rank. -.6 is 35 %.
"""
NAMES = tuple(PRIOR)
OWN_WIDTH = 0.8
"""How far members differ: two thirds of them are within so much of the others."""
_STEPS = 25
_ENOUGH = 1e-8
_HAS = {
    "question": ReasonTerm.SAME_QUESTION,
    "interest": ReasonTerm.SHARED_INTEREST,
    "session": ReasonTerm.SAME_SESSION,
    "contacts": ReasonTerm.SHARED_CONTACT,
    "curious": ReasonTerm.CURIOUS,
}

Features = tuple[float, ...]
"""In the order of NAMES, -1..1."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One question that somebody was asked, and what came of it. Silence is a no."""

    member: PersonId
    features: Features
    yes: bool


def features_of(draft: Draft, reader: Member, other: Member, *, second: bool) -> Features:
    """What may make `reader` say yes to meeting `other`."""
    terms = {reason.term for reason in draft.reasons if reason.weight > 0}
    wish = 2.0 * reader.distance - 1.0
    found = {
        "always": 1.0,
        "second": float(second),
        "cross": float(draft.cross_field is True),
        "same": float(draft.cross_field is False),
        "wish": 0.0 if draft.cross_field is None else wish if draft.cross_field else -wish,
        "language": float(reader.locale[:2] == other.locale[:2]),
        "fit": 1.0 / draft.rank,
        **{name: float(term in terms) for name, term in _HAS.items()},
    }
    return tuple(found[name] for name in NAMES)


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What the answers so far say: a Gaussian over the weights, and one per member given them."""

    mean: Floats
    spread: Floats
    """The covariance of the weights."""
    own: Mapping[PersonId, int]
    """The row of each member who answered."""
    own_mean: Floats
    own_width: Floats
    """The variance of each, given the weights."""
    own_slope: Floats
    """By how much each falls when a weight grows; rows are members."""
    answers: int

    def chances(self, members: Sequence[PersonId], features: Floats) -> Floats:
        """How likely each says yes, 0..1, all that is not known for sure included.

        MacKay's approximation: the curve at mean / sqrt(1 + pi/8 variance).
        """
        rows, known = self._rows(members)
        seen = features - self.own_slope[rows] * known[:, None]
        variance = np.einsum("ij,jk,ik->i", seen, self.spread, seen)
        variance += np.where(known, self.own_width[rows], OWN_WIDTH**2)
        middle = features @ self.mean + self.own_mean[rows] * known
        return _curve(middle / np.sqrt(1.0 + np.pi / 8.0 * variance))

    def drawn(
        self, members: Sequence[PersonId], features: Floats, rng: np.random.Generator
    ) -> Floats:
        """The chances in one world that the answers leave possible (Thompson, 1933)."""
        off = rng.multivariate_normal(np.zeros(len(NAMES)), self.spread, method="cholesky")
        rows, known = self._rows(members)
        everybody, which = np.unique(np.fromiter(members, np.int64), return_inverse=True)
        chance = rng.standard_normal(len(everybody))[which]
        own = self.own_mean[rows] - self.own_slope[rows] @ off
        own = np.where(known, own + np.sqrt(self.own_width[rows]) * chance, OWN_WIDTH * chance)
        return _curve(features @ (self.mean + off) + own)

    def _rows(self, members: Sequence[PersonId]) -> tuple[np.ndarray, np.ndarray]:
        rows = np.array([self.own.get(member, -1) for member in members], np.int64)
        return rows, rows >= 0


def believed(answers: Sequence[Answered]) -> Beliefs:
    """What these answers say; without any, what we would guess.

    The best weights by Newton's steps on the posterior, members' numbers eliminated from each step
    (their block is diagonal): the time grows with answers and members, not with members cubed.
    """
    start, width = np.array(list(PRIOR.values())).T
    precision = np.diag(width**-2.0)
    own = {p: i for i, p in enumerate(sorted({a.member for a in answers}))}
    size, count = len(NAMES), len(own)
    if not answers:
        # One row that nobody has, so that looking up an unknown member finds something.
        none = np.zeros(1)
        return Beliefs(start, np.diag(width**2.0), {}, none, none, np.zeros((1, size)), 0)
    x = np.array([a.features for a in answers])
    y = np.array([a.yes for a in answers], float)
    who = np.array([own[a.member] for a in answers])
    weights, offsets = start.copy(), np.zeros(count)
    for _ in range(_STEPS):
        p = _curve(x @ weights + offsets[who])
        steep, miss = p * (1.0 - p), y - p
        both = np.column_stack(
            [np.bincount(who, steep * x[:, column], count) for column in range(size)]
        )
        alone = np.bincount(who, steep, count) + OWN_WIDTH**-2.0
        slope = both / alone[:, None]
        curvature = (x * steep[:, None]).T @ x + precision - both.T @ slope
        pull = x.T @ miss - precision @ (weights - start)
        pull_own = np.bincount(who, miss, count) - offsets * OWN_WIDTH**-2.0
        step = np.linalg.solve(curvature, pull - slope.T @ pull_own)
        step_own = pull_own / alone - slope @ step
        # A step that is too long for the curve is cut; the sum of the two is concave.
        longest = max(float(np.abs(step).max()), float(np.abs(step_own).max()))
        cut = min(1.0, 2.0 / max(longest, _ENOUGH))
        weights, offsets = weights + cut * step, offsets + cut * step_own
        if longest < _ENOUGH:
            break
    spread = np.linalg.inv(curvature)
    return Beliefs(
        weights, (spread + spread.T) / 2.0, own, offsets, 1.0 / alone, slope, len(answers)
    )


def _curve(x: Floats) -> Floats:
    result: Floats = 1.0 / (1.0 + np.exp(-np.clip(x, -30.0, 30.0)))
    return result
