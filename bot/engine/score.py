"""The third stage: the score, a sum of named terms, and the same terms as Reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.engine.features import TERMS, evidence_of
from bot.model.suggestions import Reason, ReasonTerm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.engine.candidates import Pool
    from bot.engine.graph import Floats

_NO_REASON = (ReasonTerm.ACTIVE, ReasonTerm.SOUGHT, ReasonTerm.FIELDS_MEET)


def scores_of(table: Floats, weights: Mapping[ReasonTerm, float]) -> Floats:
    """The score of each column of a feature table: sum of weight * feature; 0..sum of weights.

    CLOSE_BY .75 with weight 1 and OTHER_FIELD .5 with weight .1 give .8.
    """
    result: Floats = np.array([weights.get(term, 0.0) for term in TERMS]) @ table
    return result


def has_reason(table: Floats, weights: Mapping[ReasonTerm, float]) -> NDArray[np.bool_]:
    """Whether anything that is between the two speaks for each column.

    Being active, being sought, and fields that get on are no reasons alone.
    """
    counts = np.array([weights.get(t, 0.0) > 0 and t not in _NO_REASON for t in TERMS])
    result: NDArray[np.bool_] = (table[counts] > 0).any(axis=0)
    return result


def reasons_of(
    pool: Pool, mine: int, theirs: int, features: Floats, weights: Mapping[ReasonTerm, float]
) -> tuple[Reason, ...]:
    """One Reason per term that earned something, the heaviest first; they add up to the score."""
    reasons = []
    for term, height in zip(TERMS, features.tolist(), strict=True):
        weight = weights.get(term, 0.0) * height
        if weight > 0:
            at = evidence_of(pool, mine, theirs, term)
            reasons.append(Reason(term, weight, at.own_post, at.other_post, at.detail))
    return tuple(sorted(reasons, key=lambda reason: -reason.weight))
