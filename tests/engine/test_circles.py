"""Who keeps meeting: groups of three to seven whose right answer is known by construction."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.circles import EXCHANGED, MET, circles_among, pair
from bot.model.circles import FEWEST, MOST


def close(*groups: range, posts: int = EXCHANGED) -> dict[tuple[int, int], int]:
    return {two: posts for group in groups for two in combinations(group, 2)}


def test_three_who_are_all_close_are_a_circle_and_three_in_a_row_are_not() -> None:
    assert circles_among(close(range(1, 4)), close(range(1, 4))) == [frozenset({1, 2, 3})]
    row = {(1, 2): 9, (2, 3): 9}
    assert circles_among(row, row) == []


def test_meeting_without_talking_is_not_enough_nor_talking_without_meeting() -> None:
    group = close(range(1, 5))
    seldom = dict.fromkeys(group, MET - 1)
    quiet = dict.fromkeys(group, EXCHANGED - 1)
    assert circles_among(seldom, group) == []
    assert circles_among(group, quiet) == []
    assert len(circles_among(group, group)) == 1


def test_two_groups_with_one_tie_between_them_are_two_circles() -> None:
    groups = close(range(1, 5), range(11, 15)) | {(4, 11): EXCHANGED}
    found = circles_among(groups, groups)
    assert found == [frozenset({1, 2, 3, 4}), frozenset({11, 12, 13, 14})]


def test_of_more_than_seven_those_with_the_most_posts_are_asked() -> None:
    posts = close(range(1, 10), posts=8)
    posts |= {two: 4 for two in posts if 9 in two or 8 in two}
    met = dict.fromkeys(posts, 9)
    assert circles_among(met, posts) == [frozenset(range(1, 8))]


def test_two_who_are_kept_apart_are_in_no_circle_together() -> None:
    group = close(range(1, 6))
    [found] = circles_among(group, group, {(1, 5)})
    assert found in (frozenset({1, 2, 3, 4}), frozenset({2, 3, 4, 5}))
    assert circles_among(close(range(1, 4)), close(range(1, 4)), {(1, 2)}) == []


PEOPLE = st.integers(1, 14)
COUNTS = st.dictionaries(
    st.tuples(PEOPLE, PEOPLE).filter(lambda t: t[0] < t[1]), st.integers(0, 9), max_size=60
)
APART = st.sets(st.tuples(PEOPLE, PEOPLE).filter(lambda t: t[0] < t[1]), max_size=5)


@given(COUNTS, COUNTS, APART)
def test_a_circle_is_small_tight_and_without_two_who_are_apart(
    met: dict[tuple[int, int], int],
    exchanged: dict[tuple[int, int], int],
    apart: set[tuple[int, int]],
) -> None:
    found = circles_among(met, exchanged, apart)
    assert found == circles_among(met, exchanged, apart)
    everybody = [p for group in found for p in group]
    assert len(everybody) == len(set(everybody))
    for group in found:
        assert FEWEST <= len(group) <= MOST
        for one in group:
            near = [
                o
                for o in group - {one}
                if met.get(pair(one, o), 0) >= MET and exchanged.get(pair(one, o), 0) >= EXCHANGED
            ]
            assert len(near) >= 2
        assert not any({a, b} <= group for a, b in apart)
