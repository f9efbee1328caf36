"""Compressed sparse rows: the arrays that ties are kept in, 8 bytes an entry, two entries a tie.

Everything that makes them works through blocks of rows, so that it needs little beside the result:
a million people with 20 million ties take 320 MB, and 100 MB more while they are made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Places = NDArray[np.int32]
    Weights = NDArray[np.float32]
    Ties = tuple[Places, Places, Weights]
    """From whom, to whom, how much."""

_BLOCK = 2_000_000
"""So many entries are sorted at once."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Compressed sparse rows of a symmetric matrix of weights; columns grow within a row."""

    starts: Ints
    columns: Places
    weights: Weights
    filled: Ints | None = None
    """The places that have a row, growing, where few have one; None: everybody has."""

    @property
    def size(self) -> int:
        """How many entries there are; each tie is two."""
        return len(self.columns)

    def spans(self, rows: Ints) -> tuple[Ints, Ints]:
        """Where the entries of each of `rows` begin and end."""
        if self.filled is None:
            return self.starts[rows], self.starts[rows + 1]
        if not len(self.filled):
            return np.zeros_like(rows), np.zeros_like(rows)
        at = np.minimum(np.searchsorted(self.filled, rows), len(self.filled) - 1)
        found = self.filled[at] == rows
        return np.where(found, self.starts[at], 0), np.where(found, self.starts[at + 1], 0)

    def places(self, rows: Ints) -> tuple[Ints, Ints]:
        """How many entries each of `rows` has, and for every entry its place in `columns`.

        Rows [2, 0] with 1 and 2 entries give ([1, 2], [p2, p0, p0 + 1]).
        """
        begins, ends = self.spans(rows)
        counts = ends - begins
        before = np.cumsum(counts) - counts
        at = np.repeat(begins - before, counts)
        at += np.arange(len(at))
        return counts, at

    def rows(self) -> Ints:
        """The row of each entry."""
        rows = np.arange(len(self.starts) - 1) if self.filled is None else self.filled
        return np.repeat(rows, np.diff(self.starts))

    def holds(self, rows: Ints, columns: Ints | Places) -> NDArray[np.bool_]:
        """Whether there is an entry at each (row, column): bisection, all at once."""
        low, end = self.spans(rows)
        high = end.copy()
        while (low < high).any():
            middle = (low + high) // 2
            is_open = low < high
            smaller = is_open & (self.columns[np.where(is_open, middle, 0)] < columns)
            low = np.where(smaller, middle + 1, low)
            high = np.where(is_open & ~smaller, middle, high)
        inside = low < end
        found: NDArray[np.bool_] = inside.copy()
        found[inside] = self.columns[low[inside]] == columns[inside]
        return found

    def sums(self, n: int) -> Floats:
        """The sum of each row."""
        found = np.zeros(n)
        for first, last in _blocks(self.starts):
            some = first + np.flatnonzero(np.diff(self.starts[first : last + 1]))
            if len(some):
                start, end = self.starts[first], self.starts[last]
                rows = some if self.filled is None else self.filled[some]
                found[rows] = np.add.reduceat(
                    self.weights[start:end].astype(np.float64), self.starts[some] - start
                )
        return found

    def scaled(self, factor: float, least: float) -> Rows:
        """The same rows with weights times `factor`, but at least `least`."""
        weights = np.maximum(self.weights * np.float32(factor), np.float32(least))
        return replace(self, weights=weights)

    def padded(self, n: int) -> Rows:
        """The same rows, with empty ones up to n."""
        missing = n + 1 - len(self.starts)
        if self.filled is not None or not missing:
            return self
        return replace(self, starts=np.pad(self.starts, (0, missing), mode="edge"))


def symmetric(n: int, parts: Sequence[Ties]) -> Rows:
    """The rows of these one-way ties in both directions; the weights of a pair add up."""
    counts = np.zeros(n, np.int64)
    for a, b, _ in parts:
        counts += np.bincount(a, minlength=n)
        counts += np.bincount(b, minlength=n)
    entries = np.concatenate([[0], np.cumsum(counts)])
    made = _Made(n, int(entries[-1]))
    for first, last in _blocks(entries):
        keys, values = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for rows, columns, weights in (*parts, *((b, a, w) for a, b, w in parts)):
            at = np.flatnonzero((rows >= first) & (rows < last))
            keys.append((rows[at].astype(np.int64) - first) * n + columns[at])
            values.append(weights[at])
        made.add(first, last, np.concatenate(keys), np.concatenate(values))
    return made.rows()


def few(n: int, a: Places, b: Places, weights: Weights) -> Rows:
    """The same as `symmetric`, for so few ties that most people have none."""
    keys = np.concatenate([a.astype(np.int64) * n + b, b.astype(np.int64) * n + a])
    pairs, sums = _added_up(keys, np.concatenate([weights, weights]))
    filled, first = np.unique(pairs // max(n, 1), return_index=True)
    starts = np.append(first, len(pairs)).astype(np.int64)
    return Rows(starts, (pairs % max(n, 1)).astype(np.int32), sums, filled)


def together(layers: Sequence[Rows], order: Ints) -> Rows:
    """All layers as one in which the person at place order[i] stands at place i."""
    n = len(order)
    place = np.empty(n, np.int32)
    place[order] = np.arange(n, dtype=np.int32)
    counts = np.zeros(n, np.int64)
    for layer in layers:
        begins, ends = layer.spans(order)
        counts += ends - begins
    entries = np.concatenate([[0], np.cumsum(counts)])
    made = _Made(n, int(entries[-1]))
    for first, last in _blocks(entries):
        keys, values = [], []
        for layer in layers:
            each, at = layer.places(order[first:last])
            row = np.repeat(np.arange(last - first), each)
            keys.append(row * n + place[layer.columns[at]])
            values.append(layer.weights[at])
        made.add(first, last, np.concatenate(keys), np.concatenate(values))
    return made.rows()


def one_layer(n: int, layers: Sequence[Rows]) -> Rows:
    """Layers of `few` as one."""
    keys = [x.rows() * n + x.columns for x in layers]
    pairs, sums = _added_up(np.concatenate(keys), np.concatenate([x.weights for x in layers]))
    filled, first = np.unique(pairs // max(n, 1), return_index=True)
    starts = np.append(first, len(pairs)).astype(np.int64)
    return Rows(starts, (pairs % max(n, 1)).astype(np.int32), sums, filled)


class _Made:
    """Rows while they are made, block after block; what was asked for too much is never touched."""

    def __init__(self, n: int, most: int) -> None:
        self._n = n
        self._counts = np.zeros(n + 1, np.int64)
        self._columns = np.empty(most, np.int32)
        self._weights = np.empty(most, np.float32)
        self._size = 0

    def add(self, first: int, last: int, keys: Ints, values: Weights) -> None:
        """Keys are (row - first) * n + column."""
        pairs, sums = _added_up(keys, values)
        end = self._size + len(pairs)
        self._columns[self._size : end] = pairs % self._n
        self._weights[self._size : end] = sums
        counts = np.bincount(pairs // self._n, minlength=last - first)
        self._counts[first + 1 : last + 1] = counts
        self._size = end

    def rows(self) -> Rows:
        columns, weights = self._columns[: self._size], self._weights[: self._size]
        return Rows(np.cumsum(self._counts), columns, weights)


def _added_up(keys: Ints, values: Weights) -> tuple[Ints, Weights]:
    """Each key once, growing, with the sum of its values."""
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(first):
        return keys, values
    return keys[first], np.add.reduceat(values[order], first)


def _blocks(entries: Ints) -> Iterator[tuple[int, int]]:
    """Stretches of rows of about _BLOCK entries each; a row is never cut."""
    n, first = len(entries) - 1, 0
    while first < n:
        last = int(np.searchsorted(entries, entries[first] + _BLOCK, side="right")) - 1
        last = min(max(last, first + 1), n)
        yield first, last
        first = last
