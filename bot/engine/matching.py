"""The week's pairs: everybody in one at most, so that nobody is asked twice, and the sum is high.

Greedy by worth gives at least half of the best sum. Up to about 500 people it is then improved: a
pair gives way to two others, and two pairs change partners, as long as the sum grows. (Preis, 1999,
for the first bound; Drake and Hougardy, 2003, for such exchanges.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

IMPROVED_UP_TO = 500
_LEAST_GAIN = 1e-9

Pair = tuple[int, int]


def match(worth: Mapping[Pair, float]) -> list[Pair]:
    """Pairs out of the keys of `worth` in which nobody is twice, with a high sum; in order.

    A key (a, b) is not (b, a); only one of the two is taken. What is worth nothing or less is not
    taken. Of equal sums the one with the smaller keys, so the same input gives the same pairs.

    {(1, 2): 3, (2, 3): 4, (3, 4): 3} gives (1, 2), (3, 4): 6, where greedy alone has 4.
    """
    order = sorted((key for key in worth if worth[key] > 0), key=lambda key: (-worth[key], key))
    partner: dict[int, Pair] = {}
    for pair in order:
        if not any(person in partner for person in pair):
            _join(partner, pair)
    if len({person for pair in order for person in pair}) <= IMPROVED_UP_TO:
        while _improve(partner, order, worth):
            pass
    return sorted(set(partner.values()))


def _improve(partner: dict[int, Pair], order: Sequence[Pair], worth: Mapping[Pair, float]) -> bool:
    """Makes the exchanges that gain; whether there were any.

    An edge with the best edge that goes with it, against the pairs that both of them break.
    """
    at: dict[int, list[Pair]] = {}
    for pair in order:
        for person in pair:
            at.setdefault(person, []).append(pair)
    improved = False
    for pair in order:
        if partner.get(pair[0]) == pair:
            continue
        broken = _broken(partner, (pair,))
        left_over = [person for other in broken for person in other if person not in pair]
        best: tuple[Pair, ...] = (pair,)
        gain = worth[pair] - sum(worth[other] for other in broken)
        for person in left_over:
            for second in at[person]:
                if set(second) & set(pair):
                    continue
                both = (pair, second)
                found = sum(worth[one] for one in both)
                found -= sum(worth[other] for other in _broken(partner, both))
                if found > gain + _LEAST_GAIN:
                    best, gain = both, found
        if gain > _LEAST_GAIN:
            for other in _broken(partner, best):
                for person in other:
                    del partner[person]
            for one in best:
                _join(partner, one)
            improved = True
    return improved


def _broken(partner: Mapping[int, Pair], pairs: Sequence[Pair]) -> set[Pair]:
    return {partner[person] for pair in pairs for person in pair if person in partner}


def _join(partner: dict[int, Pair], pair: Pair) -> None:
    for person in pair:
        partner[person] = pair
