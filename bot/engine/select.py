"""The last stage: lists under constraints, cross-field enough, and nobody in too many of them."""

from __future__ import annotations

import random  # noqa: TC003 the fields' types are read at run time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.fields import CROSS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.engine.graph import Floats, Ints

CAP_AT_LEAST = 3
WILDCARD_FROM = 3
"""Lists so long hold one wildcard: somebody whom no other list shows."""
WILDCARD_WORTH = 0.8
"""A wildcard is worth at least this share of whom the list would show instead; else it has none."""
HUB_DISCOUNT = 0.375
"""How much less the wanted are worth: their chance over all lists to this power."""
CAP_SHARE = 0.03
_STRETCH = 20_000
"""So many pairs become Python's own numbers at once; other threads wait meanwhile."""


@dataclass(frozen=True, slots=True)
class Options:
    """What one list may be made of, the best first."""

    rows: Ints
    scores: Floats
    """What each is worth to this list, > 0, so that lists can be compared: `worth_of`."""
    relation: Ints
    count: int
    """How many are wanted."""
    cross_field: int
    """How many of them at least of another known field, as long as there are such."""


def exposure_cap(requests: int) -> int:
    """In how many lists of one run a person may be: max(3, 3 % of the lists). 1,000 give 30."""
    return max(CAP_AT_LEAST, int(CAP_SHARE * requests))


def deep_enough(lists: int, count: int, cap: int) -> int:
    """How many options a list needs so that some are surely free: so many can be full at once."""
    return lists * count // max(cap, 1) + count


def worth_of(chances: Floats, wanted: Floats) -> Floats:
    """Chances that this list's owner meets somebody, less for whom many would meet; >= 0.

    chance / wanted^.375, with `wanted` the sum of everybody's chances to meet them: of two equal
    chances, the one with somebody four times as wanted is worth .59 of the other.
    """
    worth: Floats = chances / np.maximum(wanted, 1e-12) ** HUB_DISCOUNT
    return worth


def select(
    options: Sequence[Options], cap: int, exposure: Mapping[int, int], rng: random.Random
) -> list[list[int]]:
    """For each of `options` the places in it that make its list, the best first.

    All places but one are filled, then that one with somebody whom no list shows yet, where they
    are worth nearly as much as whoever is free, then what is still empty. Places for another field
    are held open all the while: for one list alone that gives the best with enough of other fields.
    In each stage the pair that is worth most goes first (greedy b-matching), so that the few places
    of the wanted go to those whom they suit best; ties are drawn. A list that can not be filled so
    gets a place by moving others on to what they may have instead, if that is possible at all; a
    place for another field goes to anybody only when there is nobody else. Where that leaves a list
    empty, everybody gets one first, then everybody a second, and so on.
    `exposure` counts against the cap. The same input and seed give the same lists.
    """
    turns = list(range(len(options)))
    rng.shuffle(turns)
    board = _filled(options, turns, cap, exposure, one_each=False)
    if any(
        not chosen and any(exposure.get(row, 0) < cap for row in o.rows.tolist())
        for chosen, o in zip(board.chosen, options, strict=True)
    ):
        board = _filled(options, turns, cap, exposure, one_each=True)
    return [sorted(chosen) for chosen in board.chosen]


def _filled(
    options: Sequence[Options],
    turns: Sequence[int],
    cap: int,
    exposure: Mapping[int, int],
    *,
    one_each: bool,
) -> _Board:
    """The lists; with `one_each` none has a next place before all have one, as far as they can."""
    board = _Board(options, cap, Counter(exposure))
    pairs = _pairs(options, turns)
    counts = [o.count for o in options]
    if one_each:
        for place in range(1, max(counts)):
            _fill(board, pairs, [min(place, count) for count in counts], cap)
    _fill(board, pairs, [count - (count >= WILDCARD_FROM) for count in counts], cap)
    _fill(board, _wildcards(board, options, pairs), counts, 1)
    _fill(board, pairs, counts, cap)
    _settle(board, turns, counts)
    board.holds_open = False
    _fill(board, pairs, counts, cap)
    _settle(board, turns, counts)
    return board


def _pairs(options: Sequence[Options], turns: Sequence[int]) -> tuple[Ints, Ints]:
    """Every place of every list, the most worth first: whose list, and which place in it."""
    if not options:
        none = np.empty(0, np.int64)
        return none, none
    lengths = [len(o.rows) for o in options]
    turn = np.repeat(np.arange(len(options)), lengths)
    place = np.concatenate([np.arange(length) for length in lengths])
    drawn = np.empty(len(turns), np.int64)
    drawn[turns] = np.arange(len(turns))
    worth = np.concatenate([o.scores for o in options])
    order = np.lexsort((place, drawn[turn], -worth))
    return turn[order], place[order]


def _wildcards(
    board: _Board, options: Sequence[Options], pairs: tuple[Ints, Ints]
) -> tuple[Ints, Ints]:
    """The pairs that are worth enough beside the best that is free for their list."""
    turns, places = pairs
    if not len(turns):
        return pairs
    least = WILDCARD_WORTH * board.best_free()
    worth = np.concatenate([one.scores for one in options])
    starts = np.cumsum([0, *(len(one.rows) for one in options)])
    enough = worth[starts[turns] + places] >= least[turns]
    return turns[enough], places[enough]


def _fill(board: _Board, pairs: tuple[Ints, Ints], wanted: Sequence[int], cap: int) -> None:
    """Goes through the pairs once, and takes what still fits."""
    turns, places = pairs
    open_lists = sum(len(c) < w for c, w in zip(board.chosen, wanted, strict=True))
    for start in range(0, len(turns), _STRETCH):
        some = slice(start, start + _STRETCH)
        for turn, at in zip(turns[some].tolist(), places[some].tolist(), strict=True):
            if not open_lists:
                return
            if len(board.chosen[turn]) < wanted[turn]:
                board.take(turn, at, cap)
                open_lists -= len(board.chosen[turn]) == wanted[turn]


def _settle(board: _Board, turns: Sequence[int], wanted: Sequence[int]) -> None:
    """Makes room for the lists that are short."""
    stuck: dict[bool, set[int]] = {True: set(), False: set()}
    for turn in turns:
        while len(board.chosen[turn]) < wanted[turn]:
            cross_only = board.is_for_cross(turn)
            if not board.make_room(turn, stuck[cross_only], cross_only=cross_only):
                break


class _Board:
    """The lists while they are made.

    Invariants: nobody is in more than `cap` lists, `used` included; a place is in a list once;
    while places for other fields are held open, a list has so many others at most that its share
    still fits.
    """

    def __init__(self, options: Sequence[Options], cap: int, used: Counter[int]) -> None:
        self.rows: list[list[int]] = [o.rows.tolist() for o in options]
        self.is_cross: list[list[bool]] = [(o.relation == CROSS).tolist() for o in options]
        self.chosen: list[set[int]] = [set() for _ in options]
        self.holds_open = True
        """Whether places for other fields are kept for them."""
        self._room = [
            o.count - min(o.cross_field, sum(cross))
            for o, cross in zip(options, self.is_cross, strict=True)
        ]
        """So many may still be of no other field."""
        self._options = options
        self._cap = cap
        self._used = used

    def is_for_cross(self, turn: int) -> bool:
        """Whether the next place of this list is for another field."""
        return self.holds_open and self._room[turn] <= 0

    def take(self, turn: int, at: int, cap: int) -> None:
        """Adds this option where it fits and is free, shown under `cap` times, not there yet."""
        row = self.rows[turn][at]
        if at in self.chosen[turn] or (self.is_for_cross(turn) and not self.is_cross[turn][at]):
            return
        if self._used.get(row, 0) < min(cap, self._cap):
            self._add(turn, at)

    def best_free(self) -> Floats:
        """For each list what the best option is worth that it may still take; 0 without one."""
        is_full = np.zeros(
            1 + max((int(o.rows.max(initial=0)) for o in self._options), default=0), bool
        )
        full = [row for row, times in self._used.items() if times >= self._cap]
        is_full[[row for row in full if row < len(is_full)]] = True
        best = np.zeros(len(self._options))
        for turn, (o, chosen) in enumerate(zip(self._options, self.chosen, strict=True)):
            free = np.where(is_full[o.rows], 0.0, o.scores)
            free[list(chosen)] = 0.0
            if self.is_for_cross(turn):
                free[o.relation != CROSS] = 0.0
            best[turn] = free.max(initial=0.0)
        return best

    def make_room(self, turn: int, stuck: set[int], *, cross_only: bool) -> bool:
        """Adds one option by an augmenting path: a full person is let go by a list that can.

        Breadth first over full people, so the fewest lists are changed; a list that has no more
        of other fields than it must lets go of one only for another. False: it can not be; whoever
        was met on such a search will never come free, and is not searched again.
        """
        cross_of_turn = self.is_cross[turn]
        if not any(
            row not in stuck and at not in self.chosen[turn] and (is_cross or not cross_only)
            for at, (row, is_cross) in enumerate(zip(self.rows[turn], cross_of_turn, strict=True))
        ):
            return False
        came_from: dict[int, tuple[int, int, int]] = {}
        queue: deque[tuple[int, bool, int]] = deque([(turn, cross_only, -1)])
        holders = self._holders()
        spare = [
            sum(cross[at] for at in chosen) - o.cross_field
            for o, cross, chosen in zip(self._options, self.is_cross, self.chosen, strict=True)
        ]
        while queue:
            at_turn, need_cross, leaving = queue.popleft()
            for at, row in enumerate(self.rows[at_turn]):
                if at in self.chosen[at_turn] or row in came_from or row in stuck:
                    continue
                if need_cross and not self.is_cross[at_turn][at]:
                    continue
                came_from[row] = (at_turn, at, leaving)
                if self._free(row):
                    self._walk_back(row, came_from)
                    return True
                for other, held in holders.get(row, ()):
                    was_cross = self.is_cross[other][held]
                    queue.append((other, was_cross and spare[other] <= 0, held))
                    spare[other] -= was_cross
        stuck.update(came_from)
        return False

    def _walk_back(self, row: int, came_from: Mapping[int, tuple[int, int, int]]) -> None:
        """Each list on the path takes what was found for it and lets go of what is wanted."""
        while True:
            turn, at, leaving = came_from[row]
            self._add(turn, at)
            if leaving < 0:
                return
            row = self.rows[turn][leaving]
            self.chosen[turn].discard(leaving)
            self._room[turn] += not self.is_cross[turn][leaving]
            self._used[row] -= 1

    def _holders(self) -> dict[int, list[tuple[int, int]]]:
        holders: dict[int, list[tuple[int, int]]] = {}
        for turn, chosen in enumerate(self.chosen):
            for at in sorted(chosen):
                holders.setdefault(self.rows[turn][at], []).append((turn, at))
        return holders

    def _free(self, row: int) -> bool:
        return self._used.get(row, 0) < self._cap

    def _add(self, turn: int, at: int) -> None:
        self.chosen[turn].add(at)
        self._room[turn] -= not self.is_cross[turn][at]
        self._used[self.rows[turn][at]] += 1
