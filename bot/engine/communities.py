"""Groups of people who talk more with each other than with the rest, by modularity.

Blondel, Guillaume, Lambiotte, Lefebvre: Fast unfolding of communities in large networks (2008):
everybody moves to the neighbouring group that gains most until nobody moves; then groups are moved
as if they were people, until nothing changes. People are taken in the order of their places.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from bot.engine.graph import Ints

_SWEEPS = 10


def communities_of(n: int, a: Ints, b: Ints) -> Ints:
    """The group of each of n people, with ties between a[i] and b[i]; -1: without a tie.

    Two cliques with one tie between them are two groups.
    """
    ties: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        if one != other:
            ties[one][other] += 1.0
            ties[other][one] += 1.0
    group = np.full(n, -1)
    group[list(ties)] = list(ties)
    while True:
        moved = _moved(ties)
        if all(node == to for node, to in moved.items()):
            break
        to_group = np.arange(n)
        to_group[list(moved)] = list(moved.values())
        group[group >= 0] = to_group[group[group >= 0]]
        ties = _merged(ties, moved)
    return group


def _moved(ties: dict[int, dict[int, float]]) -> dict[int, int]:
    """Where each node ends after moving as long as modularity gains by it."""
    strength = {node: sum(of.values()) for node, of in ties.items()}
    whole = sum(strength.values()) or 1.0
    at, total = {node: node for node in ties}, dict(strength)
    for _ in range(_SWEEPS):
        has_changed = False
        for node in sorted(ties):
            towards: dict[int, float] = defaultdict(float)
            for other, weight in ties[node].items():
                if other != node:
                    towards[at[other]] += weight
            here = at[node]
            total[here] -= strength[node]
            best, gain = here, towards[here] - strength[node] * total[here] / whole
            for group in sorted(towards):
                found = towards[group] - strength[node] * total[group] / whole
                if found > gain + 1e-9:
                    best, gain = group, found
            total[best] += strength[node]
            at[node] = best
            has_changed |= best != here
        if not has_changed:
            break
    return at


def _merged(ties: dict[int, dict[int, float]], at: dict[int, int]) -> dict[int, dict[int, float]]:
    """Groups as nodes; what is tied inside is a tie of the group with itself."""
    merged: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for node, of in ties.items():
        for other, weight in of.items():
            merged[at[node]][at[other]] += weight
    return merged
