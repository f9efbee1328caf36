"""The week's pairs: everybody in one at most, so that nobody is asked twice, and the sum is high.

Exactly the best sum where up to about 500 people hang together (Edmonds' blossoms, as networkx has
them; Galil, "Efficient algorithms for finding maximum matching in graphs", 1986). Beyond, greedy by
worth: at least half of the best sum (Preis, 1999), .90 to .93 of it where measured, in a hundredth
of the time.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EXACT_UP_TO = 500
_UNIT = 1e-6
"""Worths are compared in whole units of this, so that no rounding decides between equals."""

Pair = tuple[int, int]


def match(worth: Mapping[Pair, float], *, quickly: bool = False) -> list[Pair]:
    """Pairs out of the keys of `worth` in which nobody is twice, with the highest sum; in order.

    A key (a, b) is not (b, a); only one of the two is taken, the one worth more. What is worth
    nothing or less is not taken. The same input gives the same pairs, in whatever order it comes.

    {(1, 2): 3, (2, 3): 4, (3, 4): 3} gives (1, 2), (3, 4): 6, where greedy (`quickly`) has 4.
    """
    best: dict[Pair, Pair] = {}
    for pair in sorted(worth, key=lambda pair: (-worth[pair], pair)):
        if worth[pair] > 0:
            best.setdefault((min(pair), max(pair)), pair)
    if quickly:
        return sorted(best[edge] for edge in _greedy({e: worth[best[e]] for e in best}))
    chosen: list[Pair] = []
    for edges in hanging_together(best):
        people = {person for edge in edges for person in edge}
        few = len(people) <= EXACT_UP_TO
        found = (_exact if few else _greedy)({edge: worth[best[edge]] for edge in edges})
        chosen += [best[edge] for edge in found]
    return sorted(chosen)


def hanging_together(edges: Iterable[Pair]) -> list[list[Pair]]:
    """The edges, those that share people directly or by others in one list; each list in order."""
    above: dict[int, int] = {}

    def root(person: int) -> int:
        while above.setdefault(person, person) != person:
            above[person] = above[above[person]]
            person = above[person]
        return person

    ordered = sorted(edges)
    for a, b in ordered:
        above[max(root(a), root(b))] = min(root(a), root(b))
    parts: defaultdict[int, list[Pair]] = defaultdict(list)
    for edge in ordered:
        parts[root(edge[0])].append(edge)
    return list(parts.values())


def _exact(worth: Mapping[Pair, float]) -> Iterable[Pair]:
    if len(worth) == 1:
        return worth
    import networkx as nx  # half a second to import, needed once a week

    graph = nx.Graph()
    for (a, b), value in worth.items():
        graph.add_edge(a, b, weight=max(round(value / _UNIT), 1))
    return [(min(pair), max(pair)) for pair in nx.max_weight_matching(graph)]


def _greedy(worth: Mapping[Pair, float]) -> Iterable[Pair]:
    taken: set[int] = set()
    chosen = []
    for pair in sorted(worth, key=lambda pair: (-worth[pair], pair)):
        if taken.isdisjoint(pair):
            taken.update(pair)
            chosen.append(pair)
    return chosen
