"""A round: what it may and may not do, how likely it did it, and what can be said afterwards."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.answers import NAMES, Answered, believed
from bot.engine.history import Draft
from bot.engine.offers import (
    EXPECTED_AT_MOST,
    Option,
    Outcome,
    as_features,
    as_kept,
    estimate,
    offers_of,
    places_of,
)
from bot.model.people import PersonId

NOTHING = believed(())


def option(a: int, b: int, cross: bool | None = True, rank: int = 1, /, **speaks: float) -> Option:
    draft = Draft(PersonId(a), PersonId(b), rank, 1.0, cross_field=cross, reasons=())
    of = tuple(speaks.get(name, 1.0 if name == "always" else 0.0) for name in NAMES)
    return Option(draft, of, of)


def pairs(options: list[Option], seed: int = 0, **given: object) -> set[tuple[int, int]]:
    rng = np.random.default_rng(seed)
    values: dict[str, object] = {"beliefs": NOTHING, "waiting": (), "load": {}} | given
    return {o.option.pair for o in offers_of(options, rng=rng, **values)}  # type: ignore[arg-type]


def likely(options: list[Option], **given: object) -> set[tuple[int, int]]:
    """What most seeds give."""
    found = Counter(pair for seed in range(15) for pair in pairs(options, seed, **given))
    return {pair for pair, times in found.items() if times > 7}


def test_whoever_both_will_more_likely_say_yes_is_offered() -> None:
    options = [option(1, 2), option(1, 3, curious=1.0), option(4, 2, curious=1.0)]
    assert likely(options) == {(1, 3), (4, 2)}


def test_of_two_alike_the_one_from_another_field_is_offered() -> None:
    assert likely([option(1, 2, False), option(1, 3, True)]) == {(1, 3)}


def test_who_was_asked_nothing_for_long_is_asked_first() -> None:
    options = [option(1, 2, curious=1.0, interest=1.0), option(3, 2)]
    assert likely(options) == {(1, 2)}
    assert likely(options, waiting={PersonId(3)}) == {(3, 2)}


def test_while_nothing_is_learned_the_first_five_of_a_list_are_chosen_from() -> None:
    options = [option(1, n, True, n) for n in range(2, 12)]
    options[-1] = option(1, 11, True, 11, curious=1.0, interest=1.0)
    assert likely(options) <= {(1, n) for n in range(2, 7)}
    told = believed([Answered(PersonId(1), options[-1].of_a, True)])
    assert likely(options, beliefs=told) == {(1, 11)}


@given(st.integers(0, 100_000), st.integers(0, 20_000))
def test_answers_open_more_places_and_a_large_community_fewer(answers: int, lists: int) -> None:
    places = places_of(answers, lists)
    assert 5 <= places <= 20
    assert places == 5 or places * lists <= 40_000
    assert places_of(0, lists) == 5
    assert places <= places_of(answers + 20, lists)
    assert places_of(answers, lists + 1) <= places


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(3, 20), st.integers(1, 20)), max_size=30),
    st.integers(0, 99),
)
def test_the_plan_of_who_learned_nothing_has_the_first_five_of_a_list_alone(
    told: list[tuple[int, int, int]], seed: int
) -> None:
    options = list({(a, b): option(a, b, True, rank) for a, b, rank in told}.values())
    beliefs = believed([Answered(PersonId(p), option(0, 1).of_a, p > 3) for p in range(8)])
    for offer in offers_of(options, beliefs, (), {}, np.random.default_rng(seed)):
        draft = offer.option.draft
        before = [o for o in options if o.draft.member == draft.member]
        if offer.plain:
            assert sum(o.draft.rank < draft.rank for o in before) < 5


def test_nobody_is_offered_beyond_what_may_be_expected_of_them() -> None:
    full = {PersonId(2): EXPECTED_AT_MOST - 0.01}
    assert pairs([option(1, 2), option(3, 4)], load=full) == {(3, 4)}


def test_three_of_five_known_pairs_are_of_other_fields_though_the_same_would_come_about_more() -> (
    None
):
    near = {"interest": 1.0, "curious": 1.0, "question": 1.0, "contacts": 1.0, "session": 1.0}
    options = []
    for n in range(0, 100, 10):
        options += [option(n, n + 1, False, **near), option(n, n + 2, True)]
    found = pairs(options, beliefs=believed(_yes_to(near)))
    assert sum(b - a == 2 for a, b in found) >= 6


def _yes_to(near: dict[str, float]) -> list[Answered]:
    liked, other = option(0, 1, **near).of_a, option(0, 1).of_a
    return [Answered(PersonId(n), x, x is liked) for n in range(60) for x in (liked, other)]


def test_how_likely_a_pair_was_is_how_often_seeds_offer_it() -> None:
    """Where the plan, the plain plan and drawn worlds differ."""
    liked = [Answered(PersonId(n % 7), option(0, 1, interest=1.0).of_a, True) for n in range(25)]
    beliefs = believed([*liked, *(Answered(PersonId(9), option(0, 1).of_a, False),) * 9])
    options = [
        option(0, 1, interest=1.0),
        option(1, 2, curious=1.0, fit=1.0),
        option(0, 3, contacts=1.0),
    ]
    told: dict[tuple[int, int], list[float]] = {}
    times = 250
    for seed in range(times):
        for o in offers_of(options, beliefs, (), {}, np.random.default_rng(seed)):
            told.setdefault(o.option.pair, []).append(o.propensity)
    assert len(told) == 3, "chance gives everything a turn"
    for found in told.values():
        assert len(found) / times == pytest.approx(np.mean(found), abs=0.05)
        if np.mean(found) > 0.5:
            # The inverse weights of what happened add up to the number of rounds.
            assert sum(1.0 / p for p in found) == pytest.approx(times, rel=0.05)


ids = st.integers(0, 7)
some_options = st.lists(
    st.tuples(ids, ids, st.sampled_from((None, True, False)), st.booleans()), max_size=20
)


@given(some_options, st.sets(ids), st.dictionaries(ids, st.floats(0, 3)), st.integers(0, 99))
def test_whatever_the_options_the_rules_hold(
    told: list[tuple[int, int, bool | None, bool]],
    waiting: set[int],
    load: dict[int, float],
    seed: int,
) -> None:
    by_pair = {
        (a, b): option(a, b, cross, interest=float(likes)) for a, b, cross, likes in told if a != b
    }
    given_load = {PersonId(p): x for p, x in load.items()}
    beliefs = believed([Answered(PersonId(p), option(0, 1).of_a, p > 3) for p in range(8)])
    people = {PersonId(p) for p in waiting}
    again = [
        offers_of(list(by_pair.values()), beliefs, people, given_load, np.random.default_rng(seed))
        for _ in range(2)
    ]
    assert again[0] == again[1]
    asked = [person for offer in again[0] for person in offer.option.pair]
    assert len(set(asked)) == len(asked), "nobody is in two"
    for offer in again[0]:
        assert offer.option is by_pair[offer.option.pair]
        assert 0.0 < offer.propensity <= 1.0 + 1e-9
        assert all(
            given_load.get(PersonId(p), 0.0) + offer.expected <= EXPECTED_AT_MOST
            for p in offer.option.pair
        )


def test_an_estimate_is_the_weighted_share_and_is_claimed_from_fifty_on() -> None:
    two = [Outcome(0.85, True, True, True), Outcome(0.05, True, False, False)]
    both = estimate(two, plain=False)
    assert both.made == pytest.approx(1 / 0.85 / (1 / 0.85 + 20))
    assert both.effective == pytest.approx(1.1175, abs=1e-3)
    assert not both.may_be_claimed
    assert estimate([two[0]] * 50, plain=True).may_be_claimed
    assert not estimate([two[0]] * 49, plain=True).may_be_claimed
    assert estimate([], plain=True).effective == 0.0


def test_features_come_back_from_what_was_kept_and_names_of_the_past_are_left_out() -> None:
    features = option(1, 2, interest=1.0, fit=0.5).of_a
    assert as_features(as_kept(features)) == features
    assert as_features({**as_kept(features), "gone": 1.0}) == features
