"""The terms of the score: the worked numbers of their docstrings, and their range."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.candidates import pool_of
from bot.engine.features import TERMS, close_by, features_of, other_field, shared_contacts
from bot.engine.graph import KIND_CODE
from bot.engine.history import PRODUCT_WEIGHTS, History, Request
from bot.engine.score import has_reason, scores_of
from bot.engine.signals import SIGNALS
from bot.model.people import PersonId
from bot.model.posts import EngagementKind, to_us
from bot.model.suggestions import ReasonTerm
from tests.worlds import NOW, graph_of, works_in


def test_a_tenth_of_the_closest_is_a_quarter_lower() -> None:
    ranks = np.array([0.2, 0.02, 2e-7, 0.0])
    assert close_by(ranks, 0.2) == pytest.approx([1.0, 0.75, 0.0, 0.0])
    assert close_by(np.zeros(3), 0.0).tolist() == [0.0, 0.0, 0.0]


def test_a_shared_contact_counts_less_the_more_people_they_know() -> None:
    few = graph_of([(1, 0, NOW), (2, 0, NOW)])
    assert (
        shared_contacts(few, 1)[2]
        == pytest.approx(1 / math.log(3))
        == pytest.approx(0.91, abs=0.01)
    )
    hub = graph_of([(p, 0, NOW) for p in range(1, 101)])
    assert shared_contacts(hub, 1)[2] == pytest.approx(0.217, abs=0.001)


def test_a_contact_in_both_layers_is_one_contact() -> None:
    reply, at = KIND_CODE[EngagementKind.REPLY], to_us(NOW)
    crowd = [(a, a + 50, NOW) for a in range(10, 40)]
    graph = graph_of([(1, 0, NOW), (2, 0, NOW), *crowd])
    twice = graph.with_delta([1, 2], [0, 0], [reply] * 2, [at] * 2, now=NOW)
    assert twice.delta is not None
    assert shared_contacts(twice, 1) == pytest.approx(shared_contacts(graph, 1))


def test_the_farther_the_wish_the_more_another_field_counts() -> None:
    apart = np.array([0.0, 1.0])
    assert other_field(apart, 0.0).tolist() == [0.0, 0.5]
    assert other_field(apart, 1.0).tolist() == [0.0, 1.0]
    assert other_field(apart, 7.0).tolist() == [0.0, 1.0], "a wish past the end is the end"


def test_the_score_is_the_weighted_sum_of_its_terms() -> None:
    table = np.zeros((len(TERMS), 2))
    table[TERMS.index(ReasonTerm.CLOSE_BY), 0] = 0.75
    table[TERMS.index(ReasonTerm.OTHER_FIELD), 0] = 0.5
    table[TERMS.index(ReasonTerm.ACTIVE), 1] = 1.0
    weights = {ReasonTerm.CLOSE_BY: 1.0, ReasonTerm.OTHER_FIELD: 0.1, ReasonTerm.ACTIVE: 0.001}
    assert scores_of(table, weights) == pytest.approx([0.8, 0.001])
    assert has_reason(table, weights).tolist() == [True, False]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30),
    st.dictionaries(st.integers(0, 9), st.sampled_from(["law", "design"])),
    st.floats(0, 1),
)
def test_every_feature_of_everybody_lies_between_0_and_1(
    talks: list[tuple[int, int]], fields: dict[int, str], distance: float
) -> None:
    graph = graph_of([(a, b, NOW) for a, b in talks], people=range(10))
    history = History(graph=graph, fields=works_in(fields))
    pool = pool_of(history, [Request(PersonId(p)) for p in range(10)], NOW)
    for row in range(10):
        table = features_of(pool, row, distance).table
        assert np.isfinite(table).all()
        assert table.min() >= 0.0
        assert table.max() <= 1.0 + 1e-12
    of_talk = set(SIGNALS.values())
    assert set(PRODUCT_WEIGHTS) | of_talk == set(TERMS), "every term has its weight"
