"""`pagerank.push`, compiled by numba: the same people three to five times as fast; off by default.

Importing this compiles it: some 3 s of processor and 150 MB, so that belongs into a thread, and
only where a setting asks for it. numba comes with the extra `crosstie[fast]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from bot.engine.pagerank import DENSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Graph, Ints, Push

    Unsigned = NDArray[np.uint64]
    Layer = tuple[Ints, Ints, NDArray[np.int32], NDArray[np.float32]]
    """Of Rows: filled (empty: everybody has a row), starts, columns, weights."""
    Layers = tuple[Layer, ...]
    Kept = tuple[Floats, Unsigned, Unsigned, Ints]

_NO_LAYER: Layer = (
    np.empty(0, np.int64),
    np.zeros(1, np.int64),
    np.empty(0, np.int32),
    np.empty(0, np.float32),
)
_LAYERS = 3
# numba makes a float of a signed and an unsigned number: what counts bits is unsigned throughout.
_NONE, _ONE, _WORD, _IN_WORD, _TOP = (np.uint64(x) for x in (0, 1, 6, 63, 58))
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)
"""Times a power of two, its six highest bits tell which (Leiserson, Prokop, Randall, 1998)."""
_POWERS: Unsigned = np.zeros(64, np.uint64)
_POWERS[[(int(_DE_BRUIJN) << i) % 2**64 >> 58 for i in range(64)]] = np.arange(64)
_SIGNATURE = (
    "Tuple((i8[::1], f8[::1]))"
    f"(UniTuple(Tuple((i8[::1], i8[::1], i4[::1], f4[::1])), {_LAYERS}), f8[::1], i8[::1], f8,"
    "u8, f8, f8, Tuple((f8[:, ::1], u8[:, ::1], u8[::1], i8[:, :, ::1])))"
)


def compiled_push() -> Push:
    """A push for `Graph.compiled`, for all threads; they go on while it runs.

    It keeps the arrays that it works in, zeros but while it runs, as many as were ever in use at
    once: new memory takes longer than the push itself.
    """
    free: list[Kept] = []

    def push(graph: Graph, place: int, alpha: float, epsilon: float) -> tuple[Ints, Floats]:
        layers = tuple(
            (_NO_LAYER[0] if x.filled is None else x.filled, x.starts, x.columns, x.weights)
            for x in graph.layers()
        )
        layers += (_NO_LAYER,) * (_LAYERS - len(layers))
        try:
            kept = free.pop()
        except IndexError:
            kept = _arrays(0)
        if len(kept[2]) < len(graph):
            kept = _arrays(len(graph) + len(graph) // 16)  # people come one by one
        of_graph = (graph.strength, graph.contacts, graph.whole)
        found = _push(layers, *of_graph, np.uint64(place), alpha, epsilon, kept)
        free.append(kept)
        return found

    return push


def _arrays(n: int) -> Kept:
    """What ended, is left, arrives, and each one's share; two sets; the frontier; its spans."""
    return (
        np.zeros((4, n)),
        np.zeros((2, n // 64 + 1), np.uint64),
        np.empty(n, np.uint64),
        np.empty((_LAYERS, n, 2), np.int64),
    )


@njit(nogil=True, forceinline=True)
def _put(people: Unsigned, person: np.uint64) -> None:
    """Puts somebody into a set, which is a bit for each person: read in order, it is sorted."""
    people[person >> _WORD] |= _ONE << (person & _IN_WORD)


@njit(nogil=True, forceinline=True)
def _first(word: np.uint64) -> np.uint64:
    """The place of the lowest bit."""
    place: np.uint64 = _POWERS[((word & (~word + _ONE)) * _DE_BRUIJN) >> _TOP]
    return place


@njit(nogil=True, forceinline=True)
def _row(filled: Ints, person: np.uint64, after: int) -> int:
    """Where the row of a person is, or would be, by bisection; not before `after`."""
    low, high = after, len(filled)
    while low < high:
        middle = (low + high) // 2
        if np.uint64(filled[middle]) < person:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True, forceinline=True)
def _find(layer: Layer, frontier: Unsigned, spans: Ints) -> int:
    """Writes where the entries of each of the frontier begin and end; gives how many they are."""
    filled, starts, total, row = layer[0], layer[1], 0, 0
    for i in range(len(frontier)):
        person = frontier[i]
        if not len(filled):
            spans[i, 0], spans[i, 1] = starts[person], starts[person + _ONE]
        else:
            row = _row(filled, person, row)
            if row < len(filled) and np.uint64(filled[row]) == person:
                spans[i, 0], spans[i, 1] = starts[row], starts[row + 1]
            else:
                spans[i, 0], spans[i, 1] = 0, 0
        total += spans[i, 1] - spans[i, 0]
    return total


@njit(_SIGNATURE, nogil=True, error_model="numpy")
def _push(
    layers: Layers,
    strength: Floats,
    contacts: Ints,
    whole: float,
    place: np.uint64,
    alpha: float,
    epsilon: float,
    kept: Kept,
) -> tuple[Ints, Floats]:
    """Adds in the order in which numpy does, so that both push the same people."""
    floats, sets, people, spans = kept
    rank, left, coming, share = floats[0], floats[1], floats[2], floats[3]
    now, ever = sets[0], sets[1]
    people[0], count = place, 1
    left[place] = 1.0
    _put(ever, place)
    while count:
        for i in range(count):
            person = people[i]
            pushed = left[person]
            left[person] = 0.0
            rank[person] += alpha * pushed
            share[i] = (1.0 - alpha) * pushed / strength[person]
        entries = 0
        for at, layer in enumerate(layers):
            if len(layer[2]):
                entries += _find(layer, people[:count], spans[at])
        # Of many, numpy sums up what arrives before it adds that to what was left.
        is_dense = entries * DENSE > len(strength)
        arriving = coming if is_dense else left
        for at, layer in enumerate(layers):
            columns, weights = layer[2], layer[3]
            if len(columns):
                for i in range(count):
                    each = share[i]
                    for entry in range(np.uint64(spans[at, i, 0]), np.uint64(spans[at, i, 1])):
                        person = np.uint64(columns[entry])
                        arriving[person] += each * weights[entry]
                        _put(now, person)
        count = 0
        for at in range(len(now)):
            word, first = now[at], np.uint64(at) << _WORD
            if word != _NONE:
                now[at] = _NONE
                ever[at] |= word
            while word != _NONE:
                person = first + _first(word)
                word &= word - _ONE
                if is_dense:
                    left[person] += coming[person]
                    coming[person] = 0.0
                if left[person] >= epsilon * contacts[person]:
                    people[count] = person
                    count += 1
    rest = 0.0
    for at in range(len(ever)):
        word, first = ever[at], np.uint64(at) << _WORD
        ever[at] = _NONE
        while word != _NONE:
            person = first + _first(word)
            word &= word - _ONE
            people[count] = person
            rest += left[person]
            count += 1
    everywhere = (1.0 - alpha) * rest / whole
    places, values = np.empty(count, np.int64), np.empty(count)
    for i in range(count):
        person = people[i]
        places[i] = person
        values[i] = rank[person] + alpha * left[person] + everywhere * strength[person]
        rank[person] = left[person] = 0.0
    return places, values
