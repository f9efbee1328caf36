"""The week's pairs, beside the best that there are."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.engine import matching
from bot.engine.matching import match

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

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


def test_above_five_hundred_people_the_greedy_choice_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "IMPROVED_UP_TO", 3)
    assert match({(1, 2): 3.0, (2, 3): 4.0, (3, 4): 3.0}) == [(2, 3)]


@given(worths)
def test_nobody_is_in_two_pairs_and_the_sum_is_near_the_best(
    worth: dict[tuple[int, int], float],
) -> None:
    pairs = match(worth)
    people = [person for pair in pairs for person in pair]
    assert len(set(people)) == len(people)
    assert all(worth[pair] > 0 for pair in pairs)
    found, best = sum(worth[pair] for pair in pairs), best_sum(worth)
    assert 2 / 3 * best - 1e-9 <= found <= best + 1e-9
    assert match(dict(reversed(worth.items()))) == pairs
