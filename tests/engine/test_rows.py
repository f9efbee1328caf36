"""Compressed rows beside the same as a full matrix."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 9
ties = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1), st.integers(1, 9)).filter(
        lambda tie: tie[0] != tie[1]
    ),
    max_size=40,
)
Ties = list[tuple[int, int, int]]


def arrays(found: Ties) -> tuple[rows.Places, rows.Places, rows.Weights]:
    a, b, weights = (np.array([tie[i] for tie in found]) for i in range(3))
    return a.astype(np.int32), b.astype(np.int32), weights.astype(np.float32)


def full(of: rows.Rows) -> NDArray[np.float64]:
    matrix = np.zeros((SIZE, SIZE))
    np.add.at(matrix, (of.rows(), of.columns), of.weights)
    return matrix


def expected(found: Ties) -> NDArray[np.float64]:
    matrix = np.zeros((SIZE, SIZE))
    for a, b, weight in found:
        matrix[a, b] += weight
        matrix[b, a] += weight
    return matrix


@given(ties)
def test_rows_of_all_and_of_few_are_the_same_matrix(found: Ties) -> None:
    for made in (rows.symmetric(SIZE, [arrays(found)]), rows.few(SIZE, *arrays(found))):
        assert full(made).tolist() == expected(found).tolist()
        assert made.sums(SIZE).tolist() == expected(found).sum(axis=1).tolist()
        assert made.size == np.count_nonzero(expected(found)), "each pair has one entry each way"


@given(ties, ties, st.permutations(range(SIZE)))
def test_layers_become_one_with_people_in_any_order(
    old: Ties, new: Ties, people: list[int]
) -> None:
    layers = [rows.symmetric(SIZE, [arrays(old)]), rows.few(SIZE, *arrays(new))]
    order = np.array(people)
    both = expected(old + new)
    assert full(rows.together(layers, order)).tolist() == both[np.ix_(order, order)].tolist()
    few = [rows.few(SIZE, *arrays(part)) for part in (old, new)]
    assert full(rows.one_layer(SIZE, few)).tolist() == both.tolist()


@given(ties)
def test_a_pair_is_found_where_there_is_one(found: Ties) -> None:
    a, b = np.divmod(np.arange(SIZE * SIZE), SIZE)
    for made in (rows.symmetric(SIZE, [arrays(found)]), rows.few(SIZE, *arrays(found))):
        assert made.holds(a, b).tolist() == (expected(found).ravel() > 0).tolist()


def test_many_blocks_give_what_one_gives() -> None:
    chance = np.random.default_rng(0)
    a, b = chance.integers(0, 3_000, (2, 1_100_000)).astype(np.int32)
    other = a != b
    weights = np.ones(int(other.sum()), np.float32)
    made = rows.symmetric(3_000, [(a[other], b[other], weights)])
    assert made.weights.sum() == 2 * other.sum(), "over two million entries: more than one block"
    assert np.all(np.diff(made.rows() * 3_000 + made.columns) > 0)


def test_sums_of_millions_need_no_second_copy_of_the_weights() -> None:
    people, each = 800_000, 8
    made = rows.Rows(
        np.arange(0, people * each + 1, each),
        np.zeros(0, np.int32),
        np.ones(people * each, np.float32),
    )
    tracemalloc.start()
    try:
        sums = made.sums(people)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (sums == each).all()
    assert most < made.weights.nbytes + sums.nbytes, "as doubles they alone would be twice that"
