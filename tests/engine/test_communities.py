"""Groups by modularity on worlds whose groups are known."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.communities import communities_of
from tests.worlds import two_cliques


def test_two_cliques_with_one_tie_between_them_are_two_groups() -> None:
    talks = np.array(two_cliques(6).talks)
    group = communities_of(13, talks[:, 0], talks[:, 1])
    assert len(set(group[:6].tolist())) == len(set(group[6:12].tolist())) == 1
    assert group[0] != group[6]
    assert group[12] == -1, "nobody talks with the last"


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=60))
def test_whoever_has_a_tie_is_in_one_group_and_groups_hang_together(
    pairs: list[tuple[int, int]],
) -> None:
    ties = np.array(pairs, np.int64).reshape(-1, 2)
    group = communities_of(13, ties[:, 0], ties[:, 1])
    tied = {p for a, b in pairs if a != b for p in (a, b)}
    assert {p for p in range(13) if group[p] >= 0} == tied
    for name in set(group[group >= 0].tolist()):
        inside = set(np.flatnonzero(group == name).tolist())
        reached = {min(inside)}
        while True:
            more = {q for a, b in pairs for p, q in ((a, b), (b, a)) if p in reached} & inside
            if more <= reached:
                break
            reached |= more
        assert reached == inside
