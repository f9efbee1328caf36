"""Ties: decay, the delta, and people who come later."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.graph import KIND_CODE, Building, Graph
from bot.engine.pagerank import personalised_pagerank
from bot.model.posts import EngagementKind, to_us
from tests.worlds import NOW, graph_of

REPLY = KIND_CODE[EngagementKind.REPLY]
DAY = timedelta(days=1)
events = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 400)), max_size=60
)


def ties(graph: Graph) -> dict[tuple[int, int], float]:
    """All ties by the ids of both, each in both directions."""
    which, with_whom, weights = graph.ties_of(np.arange(len(graph)))
    result: dict[tuple[int, int], float] = {}
    for a, b, weight in zip(graph.ids[which], graph.ids[with_whom], weights, strict=True):
        result[int(a), int(b)] = result.get((int(a), int(b)), 0.0) + float(weight)
    return result


def test_a_tie_halves_with_every_half_life() -> None:
    graph = graph_of([(1, 2, NOW), (1, 3, NOW - 30 * DAY), (1, 4, NOW - 60 * DAY)], 30 * DAY)
    found = ties(graph)
    assert found[1, 2] == pytest.approx(1.0)
    assert found[1, 3] == pytest.approx(0.5)
    assert found[1, 4] == pytest.approx(0.25)
    assert graph.strength[graph.places_of([1])[0]] == pytest.approx(1.75)


def test_ties_are_undirected_and_engagements_add_up() -> None:
    found = ties(graph_of([(1, 2, NOW), (2, 1, NOW)]))
    assert found == {(1, 2): pytest.approx(2.0), (2, 1): pytest.approx(2.0)}


def test_an_engagement_with_oneself_makes_no_tie() -> None:
    graph = graph_of([(1, 1, NOW), (1, 2, NOW)])
    assert set(ties(graph)) == {(1, 2), (2, 1)}
    assert graph.events == 1


def test_auto_halves_with_every_fifteen_percent_of_the_events() -> None:
    moments = [(0, i + 1, NOW - (400 - i) ** 2 * timedelta(minutes=1)) for i in range(400)]
    found = ties(graph_of(moments, None))
    assert found[0, 400] == pytest.approx(1.0)
    assert found[0, 400 - 60] == pytest.approx(0.5)
    assert found[0, 400 - 120] == pytest.approx(0.25)


def test_what_lies_in_the_future_counts_as_now() -> None:
    found = ties(graph_of([(1, 2, NOW + 3000 * DAY), (1, 3, NOW)]))
    assert found[1, 2] == found[1, 3] == pytest.approx(1.0)


def test_nobody_and_nothing_is_a_graph_too() -> None:
    graph = graph_of([])
    assert len(graph) == 0
    assert graph.places_of([5]).tolist() == [-1]
    assert ties(graph.with_delta([1], [2], [REPLY], [to_us(NOW)], now=NOW)).keys() == {
        (1, 2),
        (2, 1),
    }


@given(events, events)
def test_adding_a_delta_equals_building_anew(
    old: list[tuple[int, int, int]], new: list[tuple[int, int, int]]
) -> None:
    def dated(rows: list[tuple[int, int, int]]) -> list[list[int]]:
        return [
            [a for a, _, _ in rows],
            [b for _, b, _ in rows],
            [REPLY] * len(rows),
            [to_us(NOW - age * DAY) for _, _, age in rows],
        ]

    half = len(new) // 2
    layered = Graph.build(*dated(old), now=NOW, half_life=30 * DAY)
    for part in (new[:half], new[half:]):
        layered = layered.with_delta(*dated(part), now=NOW)
    rebuilt = Graph.build(*dated(old + new), now=NOW, half_life=30 * DAY)
    for graph in (layered, layered.merged()):
        known = graph.places_of([p for p in rebuilt.ids.tolist() if p in set(graph.ids.tolist())])
        assert ties(graph) == pytest.approx(ties(rebuilt))
        assert (known >= 0).all()
        for person in rebuilt.ids.tolist():
            mine, theirs = graph.places_of([person])[0], rebuilt.places_of([person])[0]
            if mine >= 0:
                assert graph.contacts[mine] == rebuilt.contacts[theirs]
                assert graph.strength[mine] == pytest.approx(rebuilt.strength[theirs])


def test_a_small_delta_stays_a_layer_and_a_large_one_is_merged() -> None:
    base = graph_of([(a, b, NOW) for a in range(30) for b in range(a)])
    small = base.with_delta([3], [99], [REPLY], [to_us(NOW)], now=NOW)
    assert small.delta is not None
    assert small.base.columns is base.base.columns
    assert base.places_of([99]).tolist() == [-1], "the graph that was added to has not changed"
    many = list(range(100, 180))
    large = small.with_delta([0] * 80, many, [REPLY] * 80, [to_us(NOW)] * 80, now=NOW)
    assert large.delta is None
    assert np.all(np.diff(large.ids) > 0)


def test_the_weights_survive_a_thousand_half_lives() -> None:
    later = NOW + 1000 * DAY
    graph = graph_of([(1, 2, NOW)], DAY)
    graph = graph.with_delta([1], [3], [REPLY], [to_us(later)], now=later)
    graph = graph.with_delta([1], [4], [REPLY], [to_us(later)], now=later + 3000 * DAY)
    assert np.isfinite(graph.strength).all()
    found = ties(graph)
    assert 0 < found[1, 2] <= found[1, 3] <= found[1, 4] < 2
    assert personalised_pagerank(graph, 0).sum() == pytest.approx(1.0, abs=1e-3)


def test_new_ties_outweigh_old_ones_after_the_weights_were_scaled_down() -> None:
    later = NOW + 300 * DAY
    graph = graph_of([(1, 2, NOW)], DAY)
    graph = graph.with_delta([1], [3], [REPLY], [to_us(later)], now=later)
    found = ties(graph)
    assert found[1, 3] == pytest.approx(1.0)
    assert found[1, 2] == pytest.approx(2.0**-300)


@given(events, st.randoms(use_true_random=False))
def test_the_order_of_the_events_has_no_effect(
    rows: list[tuple[int, int, int]], chance: object
) -> None:
    dated = [(a, b, NOW - age * DAY) for a, b, age in rows]
    shuffled = sorted(dated, key=lambda _: chance.random())  # type: ignore[attr-defined]
    for half_life in (30 * DAY, None):
        assert ties(graph_of(dated, half_life)) == pytest.approx(
            ties(graph_of(shuffled, half_life))
        )


@given(events, st.integers(1, 7), st.sets(st.integers(0, 20)))
def test_parts_give_what_all_at_once_give(
    rows: list[tuple[int, int, int]], size: int, people: set[int]
) -> None:
    dated = [(a, b, REPLY, to_us(NOW - age * DAY)) for a, b, age in rows]
    for half_life in (30 * DAY, None):
        whole = Graph.build(
            *np.array(dated, np.int64).reshape(-1, 4).T,
            now=NOW,
            half_life=half_life,
            people=people,
        )
        building = Building(now=NOW, half_life=half_life, people=people)
        for start in range(0, len(dated), size):
            building.add(*zip(*dated[start : start + size], strict=True))
        made = building.graph()
        assert made.ids.tolist() == whole.ids.tolist()
        assert made.events == whole.events
        assert made.base.columns.tolist() == whole.base.columns.tolist()
        assert made.base.weights.tolist() == whole.base.weights.tolist()
        assert made.strength.tolist() == whole.strength.tolist()


@pytest.mark.parametrize(("half_life", "most"), [(30 * DAY, 14), (None, 22)])
def test_what_comes_in_parts_takes_few_bytes_until_it_is_a_graph(
    half_life: timedelta | None, most: int
) -> None:
    chance, size, parts = np.random.default_rng(0), 20_000, 32
    tracemalloc.start()
    try:
        building = Building(now=NOW, half_life=half_life)
        for _ in range(parts):
            a, b = chance.integers(0, 1_000, (2, size))
            building.add(a, np.where(a == b, b + 1, b), np.full(size, REPLY), a)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < most * size * parts
    assert building.graph().events == size * parts
