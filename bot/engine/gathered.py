"""Engagements while a graph is made of them: 12 bytes each, 20 with their instants.

They come in parts of any size, and who is in them is known only at the end. So people are
numbered as they come. What is kept lies in large blocks, which the operating system takes back as
soon as they are let go; smaller arrays, freed one by one, stay with the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.engine.rows import Floats, Ints, Places, Ties, Weights

_BLOCK = 4_000_000
"""So many Engagements a block holds at most."""
_AT_LEAST = 1_000


class Gathered:
    """Who engaged with whom and how much it weighs, by numbers in the order of their coming."""

    def __init__(self, people: Ints, *, with_instants: bool) -> None:
        """`people` are known before anybody engages; growing, each once."""
        self._with_instants = with_instants
        self._ids = people
        self._numbers = np.arange(len(people), dtype=np.int32)
        self._blocks: list[_Block] = []
        self.count = 0

    def add(self, who: Ints, whom: Ints, weights: Floats, at_us: Ints) -> None:
        """Takes Engagements between PersonIds."""
        ends = np.concatenate([self._numbers_of(who), self._numbers_of(whom)])
        a, b = ends[: len(who)], ends[len(who) :]
        start = 0
        while start < len(who):
            if not self._blocks or self._blocks[-1].is_full():
                size = min(max(len(who) - start, self.count, _AT_LEAST), _BLOCK)
                self._blocks.append(_Block(size, with_instants=self._with_instants))
            taken = self._blocks[-1].take(a[start:], b[start:], weights[start:], at_us[start:])
            start += taken
            self.count += taken

    def instants(self) -> Iterator[tuple[Weights, Ints]]:
        """The weights, to be changed in place, and the instants of each block."""
        for block in self._blocks:
            yield block.weights[: block.size], block.at_us[: block.size]

    def placed(self) -> tuple[Ints, list[Ties]]:
        """Everybody's ids, growing, and the Engagements in order, by places among them.

        To be called once, at the end: instants are forgotten, and numbers become places.
        """
        place = np.empty(len(self._ids), np.int32)
        place[self._numbers] = np.arange(len(place), dtype=np.int32)
        parts = []
        for block in self._blocks:
            block.at_us = np.empty(0, np.int64)
            a, b = block.a[: block.size], block.b[: block.size]
            a[:], b[:] = place[a], place[b]
            parts.append((a, b, block.weights[: block.size]))
        return self._ids, parts

    def _numbers_of(self, people: Ints) -> Places:
        """The number of each; who was not seen before gets the next."""
        at = self._at(people)
        is_new = np.ones(len(people), bool)
        if len(self._ids):
            is_new = self._ids[at] != people
        if is_new.any():
            strangers = np.unique(people[is_new])
            before = np.searchsorted(self._ids, strangers)
            first = len(self._ids)
            numbers = np.arange(first, first + len(strangers), dtype=np.int32)
            self._ids = np.insert(self._ids, before, strangers)
            self._numbers = np.insert(self._numbers, before, numbers)
            at = self._at(people)
        return self._numbers[at]

    def _at(self, people: Ints) -> Ints:
        return np.minimum(np.searchsorted(self._ids, people), max(len(self._ids) - 1, 0))


class _Block:
    """Some Engagements; what was asked for and is not filled is never touched, so it is free."""

    def __init__(self, most: int, *, with_instants: bool) -> None:
        whole = np.empty((3, most), np.int32)
        self.a, self.b, self.weights = whole[0], whole[1], whole[2].view(np.float32)
        self.at_us = np.empty(most if with_instants else 0, np.int64)
        self.size = 0

    def is_full(self) -> bool:
        return self.size == len(self.a)

    def take(self, a: Places, b: Places, weights: Floats, at_us: Ints) -> int:
        """Keeps as many as fit, and says how many."""
        taken = min(len(a), len(self.a) - self.size)
        into = slice(self.size, self.size + taken)
        self.a[into], self.b[into], self.weights[into] = a[:taken], b[:taken], weights[:taken]
        if len(self.at_us):
            self.at_us[into] = at_us[:taken]
        self.size += taken
        return taken
