"""The community of practice: the tight group around one person, by Leiden on their ties."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.engine.graph import Graph

Weights = dict[int, dict[int, float]]
"""Who is tied to whom, both ways; a loop is what a group holds inside, counted twice."""
_AROUND_AT_MOST = 600
_ROUNDS_AT_MOST = 20


def practice_of(graph: Graph, person: int) -> frozenset[int]:
    """The PersonIds of the group that a person belongs to, without them; empty without any.

    Groups are looked for among those tied to the person (the 600 strongest), by their ties with
    each other: the one to the person, which all of them have, tells nothing. Of the groups of two
    or more, it is the one with which the person's ties are strongest together.
    """
    [place] = graph.places_of([person]).tolist()
    if place < 0:
        return frozenset()
    _, whom, how = graph.ties_of(np.array([place]))
    around = np.zeros(len(graph))
    np.add.at(around, whom, how)
    strongest = np.argsort(-around, kind="stable")[:_AROUND_AT_MOST]
    near = strongest[around[strongest] > 0]
    ties: Weights = defaultdict(dict)
    inside = np.zeros(len(graph), bool)
    inside[near] = True
    which, others, weights = graph.ties_of(near)
    for a, b, weight in zip(near[which].tolist(), others.tolist(), weights.tolist(), strict=True):
        if inside[b]:
            ties[a][b] = ties[a].get(b, 0.0) + weight
    groups = [group for group in leiden(ties) if len(group) > 1]
    tight = max(groups, key=lambda g: sum(around[p] for p in g), default=frozenset())
    return frozenset(int(graph.ids[p]) for p in tight)


def leiden(ties: Mapping[int, Mapping[int, float]]) -> list[frozenset[int]]:
    """Groups of high modularity, each connected; in the order of their smallest member.

    Local moving, refinement, aggregation, repeated until nothing moves: Traag, Waltman, van Eck,
    "From Louvain to Leiden", Scientific Reports 9 (2019); the refinement here takes the best
    merge instead of a random one, so the result is always the same. Two triangles joined by one
    tie give the two triangles.
    """
    members: dict[int, set[int]] = {node: {node} for node in ties}
    weights: Weights = {a: dict(row) for a, row in ties.items()}
    group = {node: node for node in weights}
    for _ in range(_ROUNDS_AT_MOST):
        group = _moved(weights, group)
        if len(set(group.values())) == len(weights):
            break
        parts = _refined(weights, group)
        members = _merged(members, parts)
        group = {part: group[node] for node, part in parts.items()}
        group = {part: min(p for p in group if group[p] == g) for part, g in group.items()}
        weights = _together(weights, parts)
    found: dict[int, set[int]] = defaultdict(set)
    for node, inside in members.items():
        found[group[node]] |= inside
    whole = [part for inside in found.values() for part in _connected(ties, inside)]
    return sorted(whole, key=min)


def _moved(weights: Weights, start: Mapping[int, int]) -> dict[int, int]:
    """Moves one node after the other to where it adds most to the modularity, until none does."""
    group = dict(start)
    degree = {node: sum(row.values()) for node, row in weights.items()}
    total = sum(degree.values()) or 1.0
    size: dict[int, float] = defaultdict(float)
    for node, where in group.items():
        size[where] += degree[node]
    queue = sorted(weights)
    waits = set(queue)
    for node in queue:
        waits.discard(node)
        own = group[node]
        size[own] -= degree[node]
        best = _best(weights[node], node, group, size, degree[node] / total, own)
        size[best] += degree[node]
        if best != own:
            group[node] = best
            again = [n for n in sorted(weights[node]) if group[n] != best and n not in waits]
            queue += again
            waits.update(again)
    return group


def _best(
    row: Mapping[int, float],
    node: int,
    group: Mapping[int, int],
    size: Mapping[int, float],
    share: float,
    own: int,
) -> int:
    """The group in which a node of that share of all weight gains most; its own on a draw."""
    to: dict[int, float] = defaultdict(float)
    for other, weight in row.items():
        if other != node:
            to[group[other]] += weight
    best, gain = own, to.get(own, 0.0) - share * size.get(own, 0.0)
    for where in sorted(to):
        more = to[where] - share * size.get(where, 0.0)
        if more > gain + 1e-12:
            best, gain = where, more
    return best


def _refined(weights: Weights, group: Mapping[int, int]) -> dict[int, int]:
    """Each group anew from single nodes: a part only takes in what is tied to it."""
    degree = {node: sum(row.values()) for node, row in weights.items()}
    total = sum(degree.values()) or 1.0
    part = {node: node for node in weights}
    size = dict(degree)
    alone = set(weights)
    for node in sorted(weights):
        if node not in alone:
            continue
        within = {o: w for o, w in weights[node].items() if group[o] == group[node]}
        best = _best(within, node, part, {**size, node: 0.0}, degree[node] / total, node)
        if best != node:
            alone -= {node, best}
            part[node] = best
            size[best] += size.pop(node)
    return part


def _merged(members: Mapping[int, set[int]], parts: Mapping[int, int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for node, part in parts.items():
        found[part] |= members[node]
    return dict(found)


def _together(weights: Weights, parts: Mapping[int, int]) -> Weights:
    found: Weights = {part: {} for part in parts.values()}
    for a, row in weights.items():
        into = found[parts[a]]
        for b, weight in row.items():
            into[parts[b]] = into.get(parts[b], 0.0) + weight
    return found


def _connected(
    ties: Mapping[int, Mapping[int, float]], inside: Iterable[int]
) -> Sequence[frozenset[int]]:
    """The parts of a group that hang together."""
    left, parts = set(inside), []
    while left:
        reached, border = set(), [min(left)]
        while border:
            node = border.pop()
            if node not in reached:
                reached.add(node)
                border += [n for n in ties[node] if n in left]
        parts.append(frozenset(reached))
        left -= reached
    return parts
