from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.graph import Graph
from bot.engine.layers import layers_of
from bot.engine.practice import leiden, practice_of
from bot.model.network import Layer

NOW = datetime(2026, 5, 13, tzinfo=UTC)
ORDER = tuple(Layer)


def test_the_example_of_the_docstring_holds() -> None:
    assert layers_of({1: 6, 2: 3, 3: 2, 4: 0}) == {
        1: Layer.STRONG,
        2: Layer.WEAK,
        3: Layer.WEAK,
        4: Layer.VERY_WEAK,
    }


@given(st.dictionaries(st.integers(0, 99), st.floats(0, 1e6), max_size=30))
def test_a_stronger_tie_is_never_in_a_weaker_layer(ties: dict[int, float]) -> None:
    found = layers_of(ties)
    assert found.keys() == ties.keys()
    order = sorted(ties, key=lambda k: -ties[k])
    for a, b in pairwise(order):
        assert ORDER.index(found[a]) <= ORDER.index(found[b])
        if ties[a] == ties[b]:
            assert found[a] is found[b]
    assert all(found[k] is Layer.VERY_WEAK for k in ties if ties[k] == 0)
    if any(ties.values()):
        assert found[order[0]] is Layer.STRONG


def _both_ways(*pairs: tuple[int, int]) -> dict[int, dict[int, float]]:
    ties: dict[int, dict[int, float]] = {}
    for a, b in pairs:
        ties.setdefault(a, {})[b] = 1.0
        ties.setdefault(b, {})[a] = 1.0
    return ties


def test_two_triangles_with_one_tie_are_two_groups() -> None:
    ties = _both_ways((0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5), (2, 3))
    assert leiden(ties) == [frozenset({0, 1, 2}), frozenset({3, 4, 5})]


@given(st.sets(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=40))
def test_groups_divide_everybody_and_hang_together(pairs: set[tuple[int, int]]) -> None:
    ties = _both_ways(*((a, b) for a, b in pairs if a != b))
    groups = leiden(ties)
    assert sorted(n for group in groups for n in group) == sorted(ties)
    for group in groups:
        reached = {min(group)}
        while more := {n for node in reached for n in ties[node]} & group - reached:
            reached |= more
        assert reached == group


def test_the_practice_is_the_tight_group_around_somebody() -> None:
    tight = [(1, 2), (2, 3), (1, 3), (1, 4), (2, 4), (3, 4)]
    far = [(7, 8), (8, 9), (7, 9), (1, 7)]
    src = [a for a, _ in (tight * 4 + far)]
    dst = [b for _, b in (tight * 4 + far)]
    graph = Graph.build(src, dst, [0] * len(src), [1] * len(src), now=NOW)
    assert practice_of(graph, 1) == {2, 3, 4}
    assert practice_of(graph, 99) == frozenset()
