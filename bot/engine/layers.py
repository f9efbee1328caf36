"""Strong, weak, very weak: a network in layers, by the ties of its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bot.model.network import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

STRONG_SHARE, WEAK_SHARE = 0.5, 0.9
"""Of the sum of all ties: who makes up the first half is strong, up to nine tenths weak."""

_Key = TypeVar("_Key", bound=int)


def layers_of(ties: Mapping[_Key, float]) -> dict[_Key, Layer]:
    """The layer of everybody; who has no tie (0) is very weak.

    Sorted by strength, somebody is strong when those before them make less than half of the sum,
    weak below nine tenths; equal ties share a layer. It compares ties of one person only and has
    no unit, so it does not matter how fast ties decay. {1: 6, 2: 3, 3: 2, 4: 0} gives 1 strong,
    2 weak (6/11 before), 3 weak (9/11), 4 very weak. Cf. the nested layers of personal networks in
    Dunbar, "The anatomy of friendship", Trends in Cognitive Sciences 22 (2018).
    """
    total = sum(ties.values())
    found: dict[_Key, Layer] = {}
    before = 0.0
    order = sorted(ties, key=lambda key: (-ties[key], key))
    for place, key in enumerate(order):
        equal = place > 0 and ties[order[place - 1]] == ties[key]
        if ties[key] <= 0:
            found[key] = Layer.VERY_WEAK
        elif equal:
            found[key] = found[order[place - 1]]
        elif before < STRONG_SHARE * total:
            found[key] = Layer.STRONG
        else:
            found[key] = Layer.WEAK if before < WEAK_SHARE * total else Layer.VERY_WEAK
        before += ties[key]
    return found
