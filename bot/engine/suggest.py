"""Suggestions from history, stage by stage. Read this file first.

1. candidates  who may be suggested at all, in rows; hard filters come before any score
2. features    what speaks for each candidate, 0..1 per named term
3. score       the weighted sum of the terms; the same terms become the Reasons
4. select      all lists together: enough of other fields, nobody in too many lists

Pure: the same input and the same seed give the same lists.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.candidates import pool_of
from bot.engine.features import Told, features_of, sharpness_of, weights_of
from bot.engine.fields import CROSS, SAME
from bot.engine.history import Draft, Request, Rules
from bot.engine.score import has_reason, reasons_of, scores_of
from bot.engine.select import Options, deep_enough, exposure_cap, select, worth_of

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from bot.engine.candidates import Pool
    from bot.engine.features import Features
    from bot.engine.graph import Floats, Ints
    from bot.engine.history import History
    from bot.model.people import PersonId
    from bot.model.suggestions import ReasonTerm

ENGINE = "6"
"""The engine's version, stored with each Suggestion; it grows when lists change."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The best candidates of one request, the best first."""

    row: int
    rows: Ints
    chances: Floats
    """How likely each is the one whom they talk with next, of everybody allowed; sum at most 1."""
    relation: Ints
    table: Floats


_DEPTH = 400
"""So many options a list has where memory allows, so that it finds somebody for its wildcard."""
_CELLS = 400_000


def suggest(
    history: History,
    requests: Sequence[Request],
    rules: Rules,
    now: datetime,
    rng: random.Random,
    kept: Pool | None = None,
) -> list[Draft]:
    """The lists for all requests, one after the other in their order, each the best first.

    A list is shorter than wanted, or empty, where candidates run out. The cap holds over all
    requests of the call together with `rules.exposure`; it is for lists as long as the rules say,
    and where some are twice as long it is twice as high. Of two equal candidates the one with the
    smaller id comes first. `kept` is a pool of the same history made earlier (`pool_of`): it saves
    most of the time of a single request; it is used where everybody who asks is in it.
    """
    if kept is not None and kept.holds(requests):
        pool = kept.seen_in(history)
    else:
        pool = pool_of(history, requests, now)
    cap = exposure_cap(len(requests)) if rules.cap is None else rules.cap
    counts = [rules.per_list if r.count is None else r.count for r in requests]
    # Longer lists are there to choose from: everybody may be in as many more as there are places.
    cap = cap * max(rules.per_list, *counts, 0) // rules.per_list
    depth = deep_enough(len(requests), max(counts, default=0), cap)
    depth = max(depth, min(_DEPTH, _CELLS // max(len(requests), 1)))
    weights = weights_of(history, rules.weights)
    wanted = np.zeros(len(pool.ids))
    ranked = _ranked(history, pool, requests, replace(rules, weights=weights), depth, wanted)
    options = [
        Options(
            x.rows,
            worth_of(x.chances, wanted[x.rows]),
            x.relation,
            count,
            _cross_field_share(rules, count),
        )
        for x, count in zip(ranked, counts, strict=True)
    ]
    exposure = pool.by_row(rules.exposure)
    drafts = []
    for request, x, chosen in zip(
        requests, ranked, select(options, cap, exposure, rng), strict=True
    ):
        drafts += [
            _draft(pool, request, x, at, place + 1, weights) for place, at in enumerate(chosen)
        ]
    return drafts


def rank(
    history: History,
    members: Sequence[PersonId],
    weights: Mapping[ReasonTerm, float],
    now: datetime,
    top: int,
) -> list[list[PersonId]]:
    """For each of `members` the `top` best candidates, without quota or cap: stages 1 to 3."""
    requests = [Request(member) for member in members]
    rules = Rules(weights=weights_of(history, weights), needs_reason=False)
    pool = pool_of(history, requests, now)
    return [
        [pool.person(row) for row in x.rows[:top].tolist()]
        for x in _ranked(history, pool, requests, rules, top, np.zeros(len(pool.ids)))
    ]


def _ranked(
    history: History,
    pool: Pool,
    requests: Sequence[Request],
    rules: Rules,
    depth: int,
    wanted: Floats,
) -> list[_Ranked]:
    """Stages 1 to 3 for all requests; everybody's chances, of all lists, are added to `wanted`."""
    sharpness = sharpness_of(history)
    told, ranked = Told(history, pool), []
    apart: dict[frozenset[PersonId], Ints] = {}
    for start in range(0, len(requests), told.batch()):
        batch = requests[start : start + told.batch()]
        rows = [pool.row_of(request.member) for request in batch]
        allowed = [pool.allowed(request, apart) for request in batch]
        for request, row, may, of_talk in zip(
            batch, rows, allowed, told.terms(rows, allowed), strict=True
        ):
            features = features_of(pool, row, request.distance, of_talk, rules.weights)
            ranked.append(_rank(features, may, rules, depth, sharpness, wanted))
    return ranked


def _rank(
    features: Features,
    allowed: NDArray[np.bool_],
    rules: Rules,
    depth: int,
    sharpness: float,
    wanted: Floats,
) -> _Ranked:
    """For one request the `depth` best, and the `depth` best of another field.

    The chances of the others count as wanted too, or whom few lists hold would seem not to be.
    """
    scores = scores_of(features.table, rules.weights)
    is_one = allowed[features.rows]
    if rules.needs_reason:
        is_one &= has_reason(features.table, rules.weights)
    at = np.flatnonzero(is_one)
    at = at[np.argsort(-scores[at], kind="stable")]
    chances = np.exp(sharpness * (scores[at] - scores[at].max(initial=0.0)))
    chances /= max(float(chances.sum()), math.ulp(1.0))
    wanted[features.rows[at]] += chances
    cross = features.relation[at] == CROSS
    keep = np.arange(len(at)) < depth
    keep[np.flatnonzero(cross)[:depth]] = True
    at, chances = at[keep], chances[keep]
    table = features.table[:, at]
    return _Ranked(features.row, features.rows[at], chances, features.relation[at], table)


def _cross_field_share(rules: Rules, count: int) -> int:
    """How many of `count` must be of another field: 3 of 5, 2 of 3, 1 of 1."""
    return math.ceil(count * rules.cross_field / rules.per_list)


def _draft(
    pool: Pool,
    request: Request,
    ranked: _Ranked,
    at: int,
    place: int,
    weights: Mapping[ReasonTerm, float],
) -> Draft:
    """The Draft of one chosen candidate, with its reasons."""
    theirs = int(ranked.rows[at])
    reasons = reasons_of(pool, ranked.row, theirs, ranked.table[:, at], weights)
    relation = int(ranked.relation[at])
    return Draft(
        member=request.member,
        about=pool.person(theirs),
        rank=place,
        score=math.fsum(reason.weight for reason in reasons),
        cross_field={CROSS: True, SAME: False}.get(relation),
        reasons=reasons,
    )
