"""Lists under constraints: the cap, the share of other fields, and no list shorter than need be."""

from __future__ import annotations

import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.fields import CROSS, SAME
from bot.engine.select import Options, deep_enough, exposure_cap, select


def options(rows: list[int], cross: list[bool], count: int = 5, share: int = 3) -> Options:
    scores = np.linspace(1.0, 0.5, len(rows))
    relation = np.where(np.array(cross, bool), CROSS, SAME)
    return Options(np.array(rows, np.int64), scores, relation, count, share)


@st.composite
def boards(draw: st.DrawFn) -> list[Options]:
    lists = draw(st.integers(1, 8))
    made = []
    for _ in range(lists):
        rows = draw(st.lists(st.integers(0, 11), unique=True, max_size=12))
        cross = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
        count = draw(st.integers(1, 5))
        made.append(options(rows, cross, count, draw(st.integers(0, count))))
    return made


def most_slots_that_can_be_filled(board: list[Options], cap: int) -> int:
    """By augmenting one slot at a time, without any order: the size of a maximum b-matching."""
    taken: dict[int, list[int]] = {}
    lists = [set[int]() for _ in board]

    def place(who: int, seen: set[int]) -> bool:
        for row in board[who].rows.tolist():
            if row in lists[who] or row in seen:
                continue
            seen.add(row)
            holders = taken.setdefault(row, [])
            if len(holders) < cap:
                holders.append(who)
                lists[who].add(row)
                return True
            for other in list(holders):
                lists[other].discard(row)
                if place(other, seen):
                    holders.remove(other)
                    holders.append(who)
                    lists[who].add(row)
                    return True
                lists[other].add(row)
        return False

    for who, o in enumerate(board):
        while len(lists[who]) < o.count and place(who, set()):
            pass
    return sum(map(len, lists))


@given(boards(), st.integers(1, 4), st.integers(0, 99))
def test_the_cap_holds_and_nothing_is_twice_in_a_list(
    board: list[Options], cap: int, seed: int
) -> None:
    chosen = select(board, cap, {}, random.Random(seed))
    shown = Counter(o.rows[at] for o, ats in zip(board, chosen, strict=True) for at in ats)
    assert max(shown.values(), default=0) <= cap
    for o, ats in zip(board, chosen, strict=True):
        assert len(ats) == len(set(ats)) <= o.count
        assert ats == sorted(ats), "the best first"
    assert chosen == select(board, cap, {}, random.Random(seed))


@given(boards(), st.integers(1, 4))
def test_no_slot_is_left_empty_that_could_be_filled(board: list[Options], cap: int) -> None:
    plain = [Options(o.rows, o.scores, o.relation, o.count, 0) for o in board]
    chosen = select(plain, cap, {}, random.Random(1))
    assert sum(map(len, chosen)) == most_slots_that_can_be_filled(plain, cap)


@given(boards())
def test_without_a_cap_each_list_has_its_share_of_other_fields(board: list[Options]) -> None:
    for o, ats in zip(board, select(board, 1000, {}, random.Random(1)), strict=True):
        there_are = int((o.relation == CROSS).sum())
        assert sum(o.relation[at] == CROSS for at in ats) >= min(o.cross_field, there_are)
        assert len(ats) == min(o.count, len(o.rows))


def test_a_list_alone_is_the_best_with_enough_of_other_fields() -> None:
    one = options(list(range(8)), [False] * 4 + [True] * 4)
    assert select([one], 3, {}, random.Random(1)) == [[0, 1, 4, 5, 6]]


def test_who_was_shown_enough_before_is_not_shown_again() -> None:
    one = options([7, 8, 9], [True] * 3, count=1, share=1)
    assert select([one], 2, {7: 2, 8: 1}, random.Random(1)) == [[1]]


def test_a_list_lets_go_of_somebody_when_another_has_nobody_else() -> None:
    rich = options([1, 2], [True, True], count=1, share=1)
    poor = options([1], [True], count=1, share=1)
    for seed in range(10):
        assert select([rich, poor], 1, {}, random.Random(seed)) == [[1], [0]]


def test_where_people_run_out_everybody_gets_one_before_anybody_gets_two() -> None:
    board = [options([1, 2, 3], [True] * 3, count=3) for _ in range(3)]
    for seed in range(10):
        assert [len(ats) for ats in select(board, 1, {}, random.Random(seed))] == [1, 1, 1]


def test_a_place_for_another_field_is_held_open_for_whoever_is_worth_less() -> None:
    lists = [options([1, 2, 3, 4], [False, False, False, True], count=2, share=1)] * 2
    for chosen in select(lists, 2, {}, random.Random(1)):
        assert [lists[0].rows[at] for at in chosen] == [1, 4]


@pytest.mark.parametrize(("lists", "cap"), [(1, 3), (100, 3), (134, 4), (1000, 30)])
def test_the_cap_is_three_percent_and_at_least_three(lists: int, cap: int) -> None:
    assert exposure_cap(lists) == cap
    assert deep_enough(lists, 5, cap) > lists * 5 / cap


def test_a_wildcard_is_taken_only_when_it_costs_a_list_little() -> None:
    known = [0, 1, 2, 3]
    for other_worth, expected in ((0.95, 9), (0.5, 5)):
        lists = [
            Options(
                np.array([*known, 5, wild]),
                np.array([9.0, 8.0, 7.0, 6.0, 1.0, other_worth]),
                np.full(6, CROSS),
                5,
                3,
            )
            for wild in (9, 8)
        ]
        chosen = select(lists, 3, {5: 1}, random.Random(1))
        assert [lists[0].rows[at] for at in chosen[0]] == [*known, expected]
