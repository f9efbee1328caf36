"""The week's pairs, beside the best that there are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import matching
from bot.engine.matching import match

if TYPE_CHECKING:
    from collections.abc import Mapping

worths = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] != pair[1]),
    st.integers(-1, 9).map(float),
    max_size=9,
)


def best_sum(worth: Mapping[tuple[int, int], float]) -> float:
    """By trying all sets of pairs."""
    best = 0.0
    for size in range(1, 5):
        for pairs in combinations(worth, size):
            people = [person for pair in pairs for person in pair]
            if len(set(people)) == len(people):
                best = max(best, sum(worth[pair] for pair in pairs))
    return best


def test_two_pairs_that_are_worth_more_take_the_place_of_the_best_one() -> None:
    assert match({(1, 2): 3.0, (2, 3): 4.0, (3, 4): 3.0}) == [(1, 2), (3, 4)]


def test_in_a_ring_of_five_the_odd_one_out_is_whom_the_others_lose_least_by() -> None:
    ring = {(0, 1): 5.0, (1, 2): 6.0, (2, 3): 5.0, (3, 4): 6.0, (4, 0): 2.0}
    assert match(ring) == [(1, 2), (3, 4)]


def test_of_two_directions_the_one_that_is_worth_more_is_taken() -> None:
    assert match({(1, 2): 1.0, (2, 1): 2.0}) == [(2, 1)]


def test_where_more_hang_together_the_greedy_choice_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "EXACT_UP_TO", 3)
    assert match({(1, 2): 3.0, (2, 3): 4.0, (3, 4): 3.0, (8, 9): 1.0}) == [(2, 3), (8, 9)]


@given(worths)
def test_nobody_is_in_two_pairs_and_the_sum_is_the_best(
    worth: dict[tuple[int, int], float],
) -> None:
    pairs = match(worth)
    people = [person for pair in pairs for person in pair]
    assert len(set(people)) == len(people)
    assert all(worth[pair] > 0 for pair in pairs)
    assert sum(worth[pair] for pair in pairs) == pytest.approx(best_sum(worth))
    assert match(dict(reversed(worth.items()))) == pairs


@given(worths)
def test_greedy_has_at_least_half_of_the_best_sum(worth: dict[tuple[int, int], float]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "EXACT_UP_TO", 0)
        pairs = match(worth)
    people = [person for pair in pairs for person in pair]
    assert len(set(people)) == len(people)
    assert sum(worth[pair] for pair in pairs) >= best_sum(worth) / 2
