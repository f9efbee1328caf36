"""The compiled push beside numpy's: the same people, and the same numbers."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.graph import KIND_CODE
from bot.engine.history import Request, Rules
from bot.engine.pagerank import personalised_pagerank, push
from bot.engine.suggest import suggest
from bot.model.people import PersonId
from bot.model.posts import EngagementKind, to_us
from tests.worlds import NOW, graph_of, two_cliques

if TYPE_CHECKING:
    from bot.engine.graph import Graph, Push

REPLY = KIND_CODE[EngagementKind.REPLY]
PEOPLE, TIES = 60, 400
a_few = st.lists(st.tuples(st.integers(0, PEOPLE + 9), st.integers(0, PEOPLE + 9)), max_size=8)


@pytest.fixture(scope="module")
def compiled() -> Push:
    """Takes some seconds."""
    pytest.importorskip("numba", reason="numba is not installed here (pip install numba)")
    from bot.engine.compiled import compiled_push

    return compiled_push()


def graph_with(
    seed: int, later: list[list[tuple[int, int]]], *, hub: bool = False, alone: int = 0
) -> Graph:
    """Random ties, somebody with whom all talked or not, `alone` people, and what came later."""
    chance = np.random.default_rng(seed)
    events = [(int(a), int(b), NOW) for a, b in chance.integers(0, PEOPLE, (TIES, 2))]
    if hub:
        events += [(0, other, NOW) for other in range(1, PEOPLE)]
    graph = graph_of(events, people=range(1_000, 1_000 + alone))
    for pairs in later:
        who, whom = [a for a, _ in pairs], [b for _, b in pairs]
        same = [REPLY] * len(pairs), [to_us(NOW)] * len(pairs)
        graph = graph.with_delta(who, whom, *same, now=NOW)
    return graph


def assert_same(graph: Graph, compiled: Push, place: int, epsilon: float) -> None:
    fast = replace(graph, compiled=compiled)
    places, values = push(graph, place, epsilon=epsilon)
    same_places, same_values = push(fast, place, epsilon=epsilon)
    assert same_places.tolist() == places.tolist()
    assert same_values == pytest.approx(values, rel=1e-12, abs=0.0)


@given(
    st.integers(0, 9_999),
    st.lists(a_few, max_size=3),
    st.booleans(),
    st.sampled_from([0, 20_000]),
    st.sampled_from([1e-2, 1e-3, 1e-5, 1e-8]),
)
def test_it_reaches_the_same_people_with_the_same_numbers(
    compiled: Push,
    seed: int,
    later: list[list[tuple[int, int]]],
    hub: bool,
    alone: int,
    epsilon: float,
) -> None:
    graph = graph_with(seed, later, hub=hub, alone=alone)
    for place in (0, 1, PEOPLE // 2, len(graph) - 1):
        assert_same(graph, compiled, place, epsilon)


@pytest.mark.parametrize("alone", [0, 20_000])
def test_all_three_layers_are_walked(compiled: Push, alone: int) -> None:
    graph = graph_with(1, [[(1, 2), (3, PEOPLE + 1)], [(4, 5), (PEOPLE + 2, 6)]], alone=alone)
    assert len(graph.layers()) == 3
    for place in range(PEOPLE):
        assert_same(graph, compiled, place, 1e-6)


def test_where_nobody_talked_somebody_keeps_all_of_it(compiled: Push) -> None:
    graph = replace(graph_of([], people=[1, 2, 3]), compiled=compiled)
    assert personalised_pagerank(graph, 1).tolist() == [0.0, 1.0, 0.0]


def test_somebody_alone_keeps_all_of_it(compiled: Push) -> None:
    graph = replace(graph_of([(1, 2, NOW)], people=[7]), compiled=compiled)
    assert personalised_pagerank(graph, 2).tolist() == [0.0, 0.0, 1.0]


def test_threads_do_not_disturb_each_other(compiled: Push) -> None:
    graph = graph_with(2, [])
    fast = replace(graph, compiled=compiled)
    with ThreadPoolExecutor(4) as threads:
        found = threads.map(lambda at: personalised_pagerank(fast, at % PEOPLE), range(600))
        ranks = np.array(list(found))
    alone = np.array([personalised_pagerank(graph, place) for place in range(PEOPLE)])
    assert np.allclose(ranks, np.tile(alone, (10, 1)), rtol=1e-12, atol=0.0)


def test_lists_are_the_same(compiled: Push) -> None:
    history = two_cliques().history()
    requests = [Request(PersonId(person)) for person in range(10)]
    plain, fast = (
        suggest(replace(history, graph=graph), requests, Rules(), NOW, random.Random(1))
        for graph in (history.graph, replace(history.graph, compiled=compiled))
    )
    assert plain
    assert [(d.member, d.about, d.rank) for d in fast] == [
        (d.member, d.about, d.rank) for d in plain
    ]
    assert [d.score for d in fast] == pytest.approx([d.score for d in plain], rel=1e-12)
