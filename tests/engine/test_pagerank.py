"""Personalised PageRank by push, beside the same by power iteration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.graph import KIND_CODE, Graph
from bot.engine.pagerank import ALPHA, personalised_pagerank
from bot.model.posts import EngagementKind, to_us
from tests.worlds import NOW, graph_of, two_cliques

if TYPE_CHECKING:
    from bot.engine.graph import Floats

pairs = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), min_size=1, max_size=60)
REPLY = KIND_CODE[EngagementKind.REPLY]


def by_power_iteration(graph: Graph, place: int) -> Floats:
    """The definition, with a dense matrix."""
    n = len(graph)
    steps = np.zeros((n, n))
    which, with_whom, weights = graph.ties_of(np.arange(n))
    np.add.at(steps, (which, with_whom), weights / graph.strength[which])
    start = np.zeros(n)
    start[place] = 1.0
    rank = start
    for _ in range(400):
        rank = ALPHA * start + (1 - ALPHA) * rank @ steps
    return rank


@given(pairs, st.sampled_from([1e-3, 1e-5, 1e-8]))
def test_push_equals_power_iteration_within_epsilon(
    rows: list[tuple[int, int]], epsilon: float
) -> None:
    graph = graph_of([(a, b, NOW) for a, b in rows])
    for place in range(len(graph)):
        pushed = personalised_pagerank(graph, place, epsilon=epsilon)
        exact = by_power_iteration(graph, place)
        assert pushed.sum() <= 1.0 + 1e-9
        assert np.abs(exact - pushed).sum() <= 1.25 * epsilon * graph.contacts.sum() + 1e-12


@given(pairs, pairs)
def test_a_delta_gives_the_same_pagerank_as_a_build(
    old: list[tuple[int, int]], new: list[tuple[int, int]]
) -> None:
    layered = graph_of([(a, b, NOW) for a, b in old]).with_delta(
        [a for a, _ in new],
        [b for _, b in new],
        [REPLY] * len(new),
        [to_us(NOW)] * len(new),
        now=NOW,
    )
    rebuilt = graph_of([(a, b, NOW) for a, b in old + new])
    for place, person in enumerate(layered.ids.tolist()):
        there = int(rebuilt.places_of([person])[0])
        expected = personalised_pagerank(rebuilt, there, epsilon=1e-9)
        found = personalised_pagerank(layered, place, epsilon=1e-9)
        assert found == pytest.approx(expected[rebuilt.places_of(layered.ids)], abs=1e-6)


def test_two_people_share_it_as_the_docstring_says() -> None:
    graph = graph_of([(1, 2, NOW)])
    assert personalised_pagerank(graph, 0, epsilon=1e-9) == pytest.approx([0.625, 0.375], abs=1e-3)


def test_somebody_alone_keeps_all_of_it() -> None:
    graph = graph_of([(1, 2, NOW)], people=[7])
    assert personalised_pagerank(graph, 2).tolist() == [0.0, 0.0, 1.0]


def test_the_own_clique_is_closer_than_the_other() -> None:
    graph = two_cliques().graph()
    rank = personalised_pagerank(graph, 0)
    assert rank[:5].min() > rank[5:].max()
