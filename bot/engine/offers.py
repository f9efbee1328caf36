"""Whom a round asks: the drafts that are worth most, some of them chosen by chance, to learn.

Worth of a pair = chance that A says yes * chance that B does * 2 where their fields differ (more,
where else fewer than 60 % would be of other fields).

Most of a round is the best plan by what is believed. In 15 % of its places another plan stands:
in two thirds of the rounds one made in a world drawn from the beliefs (Thompson sampling), else the
plan that nothing learned would have made, so that the two can be compared. How likely each pair was
to be asked is known by this rule, and kept: without it nothing honest can be said later.

While nothing is learned the order of the engine is all that is known, and the first five places of
each list are all that is chosen from. Answers open more places: of five alike there is no choice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.answers import NAMES, believed
from bot.engine.matching import hanging_together, match
from bot.model.people import PersonId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.engine.answers import Beliefs, Features
    from bot.engine.graph import Floats
    from bot.engine.history import Draft
    from bot.engine.matching import Pair


EXPLORED = 0.15
PLACES, PLACES_AT_MOST = 5, 20
"""So many places of each list a round chooses from, before anybody answered and ever."""
_ANSWERS_A_PLACE = 20
_DRAFTS_AT_MOST = 40_000
"""More are made by no round but for five a list: they take time, and memory."""
PLAIN_ROUNDS = 1 / 3
"""Of what is explored: what nothing learned would have done."""
CROSS_SHARE = 0.6
"""At least so many of the pairs whose fields are known, as long as there are such."""
EXPECTED_AT_MOST = 2.0
"""So many introductions may be expected to come about for one person in four weeks."""
CLAIMS_FROM = 50.0
"""Nothing is claimed of a rule that was tried on less: an effective sample size."""
_CROSS_WORTH = 2.0
_CROSS_STEPS = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 256.0)
_LONG_WAITING_FIRST = 100.0
_REDRAWN = 5
"""So many worlds more are drawn to learn how likely a pair was in them."""


@dataclass(frozen=True, slots=True)
class Option:
    """A draft that may be offered, and what speaks for each side's yes."""

    draft: Draft
    of_a: Features
    of_b: Features

    @property
    def pair(self) -> Pair:
        """Who is asked, about whom."""
        return self.draft.member, self.draft.about


@dataclass(frozen=True, slots=True)
class Offer:
    """A draft that is offered, with what is kept to learn from it."""

    option: Option
    chance_a: float
    chance_b: float
    propensity: float
    """How likely this pair was to be offered in this round, 0..1."""
    planned: bool
    """Whether the best plan has it."""
    plain: bool
    """Whether the plan that nothing learned would have made has it."""

    @property
    def expected(self) -> float:
        """How many introductions are to be expected of it, 0..1."""
        return self.chance_a * self.chance_b


@dataclass(frozen=True, slots=True)
class Outcome:
    """An offer that came to its end."""

    propensity: float
    planned: bool
    plain: bool
    made: bool


def places_of(answers: int, lists: int) -> int:
    """From how many places of each list a round chooses: 5 to 20.

    One more for every 20 answers, as long as all lists have 40,000 at most. 100 answers give 10;
    4,000 lists never more than 10.
    """
    room = max(_DRAFTS_AT_MOST // max(lists, 1), PLACES)
    return min(PLACES + answers // _ANSWERS_A_PLACE, PLACES_AT_MOST, room)


def offers_of(
    options: Sequence[Option],
    beliefs: Beliefs,
    waiting: Collection[PersonId],
    load: Mapping[PersonId, float],
    rng: np.random.Generator,
) -> list[Offer]:
    """A round: nobody in two offers, on whichever side; in the order of the pairs.

    `waiting` are asked first, whatever the worth: they were asked nothing for nearly four weeks.
    `load` is what may already be expected of offers about or to each, in the last four weeks.
    The plan that nothing learned would have made has only the first five of each list.
    """
    people, features = _sides(options)
    chances = beliefs.chances(people, features).reshape(2, -1)
    keep = _within(options, chances.prod(axis=0), load)
    if not keep:
        return []
    options, chances = [options[at] for at in keep], chances[:, keep]
    people, features = _sides(options)
    by_pair = {option.pair: at for at, option in enumerate(options)}
    best = _Plan(options, waiting)
    first = _first_places(options)
    planned = best.settle(chances.prod(axis=0) if beliefs.answers else chances.prod(axis=0) * first)
    plain = planned
    if beliefs.answers:
        plain = best.of(_expected(believed(()).chances(people, features)) * first)
    worlds = [
        best.of(_expected(beliefs.drawn(people, features, rng)), quickly=True)
        for _ in range(1 + _REDRAWN)
    ]
    other = plain if rng.random() < PLAIN_ROUNDS else worlds[0]
    chosen = _mixed(planned, other, rng)
    return [
        Offer(
            option=options[by_pair[pair]],
            chance_a=float(chances[0, by_pair[pair]]),
            chance_b=float(chances[1, by_pair[pair]]),
            propensity=_propensity(pair, planned, plain, worlds),
            planned=pair in planned,
            plain=pair in plain,
        )
        for pair in sorted(chosen)
    ]


def _within(
    options: Sequence[Option], expected: Floats, load: Mapping[PersonId, float]
) -> list[int]:
    """The places of those that ask too much of neither."""
    return [
        at
        for at, (option, more) in enumerate(zip(options, expected.tolist(), strict=True))
        if all(load.get(PersonId(p), 0.0) + more <= EXPECTED_AT_MOST for p in option.pair)
    ]


def _first_places(options: Sequence[Option]) -> Floats:
    """1 for the first five of each list, 0 for the others."""
    found, lists = np.zeros(len(options)), Counter[PersonId]()
    for at in sorted(range(len(options)), key=lambda at: options[at].draft.rank):
        lists[options[at].draft.member] += 1
        found[at] = lists[options[at].draft.member] <= PLACES
    return found


def _sides(options: Sequence[Option]) -> tuple[list[PersonId], Floats]:
    """Everybody who would be asked first and what speaks for their yes, then everybody second."""
    people = [o.draft.member for o in options] + [o.draft.about for o in options]
    rows = [o.of_a for o in options] + [o.of_b for o in options]
    return people, np.array(rows, float).reshape(len(rows), len(NAMES))


def _expected(chances: Floats) -> Floats:
    """How likely both say yes, of the chances of all that `_sides` gave."""
    result: Floats = chances.reshape(2, -1).prod(axis=0)
    return result


class _Plan:
    """Makes plans over the same options; `settle` finds how much other fields must weigh."""

    def __init__(self, options: Sequence[Option], waiting: Collection[PersonId]) -> None:
        self._pairs = [option.pair for option in options]
        self._cross = {o.pair: o.draft.cross_field for o in options}
        is_cross = np.array([o.draft.cross_field is True for o in options])
        self._value = np.where(is_cross, _CROSS_WORTH, 1.0)
        self._is_cross = is_cross
        self._first = np.array([o.draft.member in waiting for o in options]) * _LONG_WAITING_FIRST

    def settle(self, expected: Floats) -> set[Pair]:
        """The best plan; other fields weigh from now on what they must, to have their share."""
        found: set[Pair] = set()
        for step in _CROSS_STEPS:
            self._value = np.where(self._is_cross, _CROSS_WORTH * step, 1.0)
            found = self.of(expected)
            known = [self._cross[pair] for pair in found if self._cross[pair] is not None]
            if sum(map(bool, known)) >= CROSS_SHARE * len(known):
                break
        return found

    def of(self, expected: Floats, *, quickly: bool = False) -> set[Pair]:
        """The pairs of the plan that is worth most, or of a good one that is found quickly."""
        # What is worth nothing is in no plan, however long its list's owner waits.
        worth = np.where(expected > 0, expected * self._value + self._first, 0.0)
        return set(match(dict(zip(self._pairs, worth.tolist(), strict=True)), quickly=quickly))


def _mixed(planned: set[Pair], other: set[Pair], rng: np.random.Generator) -> set[Pair]:
    """The plan, with the other one in its place here and there.

    Where the two differ they hang together in paths and rings; each gives way as a whole, by a
    coin of its own, so nobody is ever in two pairs.
    """
    chosen: set[Pair] = set()
    for part in hanging_together(planned | other):
        chosen.update((other if rng.random() < EXPLORED else planned).intersection(part))
    return chosen


def _propensity(
    pair: Pair, planned: set[Pair], plain: set[Pair], worlds: Sequence[set[Pair]]
) -> float:
    """How likely the rule above offers the pair.

    .85 if planned, + .05 if plain, + .10 times the share of drawn worlds that have it; exact but
    for that share, which is counted in six worlds, the one that was used among them.
    """
    in_worlds = sum(pair in world for world in worlds) / len(worlds)
    return (
        (1.0 - EXPLORED) * (pair in planned)
        + EXPLORED * PLAIN_ROUNDS * (pair in plain)
        + EXPLORED * (1.0 - PLAIN_ROUNDS) * in_worlds
    )


@dataclass(frozen=True, slots=True)
class Estimate:
    """How often a rule's offers come about, judged by offers that chance made its own."""

    made: float
    """Share, 0..1."""
    effective: float
    """So many offers would tell as much, had the rule made them itself."""

    @property
    def may_be_claimed(self) -> bool:
        """Whether enough was tried."""
        return self.effective >= CLAIMS_FROM


def estimate(outcomes: Iterable[Outcome], *, plain: bool) -> Estimate:
    """What share of the plan's offers come about, or of the plain one's.

    Self-normalised: sum(w * made) / sum(w), with w = 1 / propensity where the rule has the offer,
    else 0; effective size (sum w)^2 / sum w^2 (Kong, 1992). Two offers that it has, made at .85 and
    declined at .05: w 1.18 and 20, so .056, from 1.1 offers' worth.
    """
    mine = [o for o in outcomes if (o.plain if plain else o.planned) and o.propensity > 0]
    if not mine:
        return Estimate(0.0, 0.0)
    weight = np.array([1.0 / o.propensity for o in mine])
    made = np.array([o.made for o in mine], float)
    whole = float(weight.sum())
    return Estimate(float(weight @ made) / whole, whole**2 / float(weight @ weight))


def as_kept(features: Features) -> dict[str, float]:
    """Features by name, without zeros."""
    return {name: value for name, value in zip(NAMES, features, strict=True) if value}


def as_features(kept: Mapping[str, float]) -> Features:
    """The reverse; names that are no more are left out."""
    return tuple(float(kept.get(name, 0.0)) for name in NAMES)
