"""A crowd that talks as people do in public, of any size, made in parts so that it fits in memory.

Everybody belongs to a group (20 people and more, sizes with a heavy tail) and looks into a second
one. Who talks: a few much, most little (Pareto, 1.5). To whom: 55 % somebody of the own group, 15 %
of the second, in both the same few more than others; 30 % somebody known to all (Pareto, 1.2).
Two in five engagements go over a tie that is there already, half of them back. Instants lie within
a year, more of them lately. Ids are drawn, so that neighbours do not lie side by side in memory.
36 engagements a person make some 20 ties a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bot.engine.graph import KINDS
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Part = tuple[Ints, Ints, NDArray[np.int8], Ints]

EVENTS_A_PERSON = 36
_PART = 1_000_000
_YEAR_US = 365 * 86_400_000_000
_GROUP_AT_LEAST, _GROUP_AT_MOST = 20, 5_000
_HOME, _SECOND = 0.55, 0.70
_AGAIN = 0.4


class Crowd:
    """People with their ids; `parts` is what they say."""

    def __init__(self, people: int, seed: int, now: datetime) -> None:
        self.people = people
        self._now_us = to_us(now)
        self._chance = chance = np.random.default_rng(seed)
        ids = np.unique(chance.integers(1, 2**62, people + 1_000))
        self.ids: Ints = chance.permutation(ids)[:people]
        most = min(_GROUP_AT_MOST, max(people // 20, _GROUP_AT_LEAST))
        sizes = _GROUP_AT_LEAST * (1 + chance.pareto(1.3, people // _GROUP_AT_LEAST + 1))
        ends = np.cumsum(np.minimum(sizes, most).astype(np.int64))
        ends = ends[: int(np.searchsorted(ends, people)) + 1]
        self._starts = np.append(0, np.minimum(ends, people))
        self._group = np.repeat(np.arange(len(ends)), np.diff(self._starts))
        self._second = self._group[chance.integers(0, people, people)]
        self._talks = _cumulated(chance.pareto(1.5, people) + 0.1, people)
        self._known = _cumulated(chance.pareto(1.2, people), people)

    def parts(self) -> Iterator[Part]:
        """Source, target, kind, instant; a million engagements at a time."""
        left = self.people * EVENTS_A_PERSON
        while left > 0:
            yield self._part(min(left, _PART))
            left -= _PART

    def _part(self, count: int) -> Part:
        chance = self._chance
        who = np.searchsorted(self._talks, chance.random(count))
        way = chance.random(count)
        group = np.where(way < _HOME, self._group[who], self._second[who])
        size = self._starts[group + 1] - self._starts[group]
        near = self._starts[group] + (size * chance.random(count) ** 1.7).astype(np.int64)
        far = np.searchsorted(self._known, chance.random(count))
        whom = np.where(way < _SECOND, near, far)
        again = np.flatnonzero(chance.random(count) < _AGAIN)
        of = chance.integers(0, count, len(again))
        back = chance.random(len(again)) < 0.5
        mine, theirs = who[of], whom[of]
        who[again], whom[again] = np.where(back, theirs, mine), np.where(back, mine, theirs)
        kinds = chance.integers(0, len(KINDS), count).astype(np.int8)
        at_us = self._now_us - (_YEAR_US * chance.random(count) ** 1.5).astype(np.int64)
        return self.ids[who], self.ids[whom], kinds, at_us


def _cumulated(weights: NDArray[Any], people: int) -> NDArray[np.float64]:
    """Sums for drawing; nobody has more than a two-hundredth, or a few would be all there is."""
    capped = np.minimum(weights, weights.sum() / 200 if people > 2_000 else weights.max())
    sums: NDArray[np.float64] = np.cumsum(capped / capped.sum())
    sums[-1] = 1.0
    return sums
