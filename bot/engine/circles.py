"""Who keeps meeting: small tight groups among the members of a community. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.engine.practice import leiden
from bot.model.circles import FEWEST, MOST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MET, EXCHANGED = 4, 4
"""So many sessions together, and so many posts from one to the other: then two are close."""
_CLOSE_AT_LEAST = 2

Pair = tuple[int, int]
"""Two people, the smaller number first."""


def pair(a: int, b: int) -> Pair:
    """The two, the smaller number first."""
    return (a, b) if a < b else (b, a)


def circles_among(
    met: Mapping[Pair, int], exchanged: Mapping[Pair, int], apart: Collection[Pair] = frozenset()
) -> list[frozenset[int]]:
    """Groups of three to seven who keep meeting, in the order of their smallest member.

    Two are close who were in four sessions together and wrote to each other four times, whoever
    began. Groups are the Leiden communities (practice.py) on the posts between those who are close;
    in each, whoever is close to fewer than two of it falls out, then, while there are more than
    seven, whoever has the fewest posts with it, and of two who are to be kept `apart` the one of
    whom that holds. So three who are all close to each other are a circle; three in a row are not.
    """
    ties: dict[int, dict[int, float]] = {}
    for (a, b), posts in sorted(exchanged.items()):
        if posts >= EXCHANGED and met.get(pair(a, b), 0) >= MET and pair(a, b) not in apart:
            ties.setdefault(a, {})[b] = float(posts)
            ties.setdefault(b, {})[a] = float(posts)
    found = []
    for group in leiden(ties):
        core = _core(ties, set(group))
        while dropped := _one_too_many(ties, core, apart):
            core = _core(ties, core - dropped)
        if len(core) >= FEWEST:
            found.append(frozenset(core))
    return sorted(found, key=min)


def _core(ties: Mapping[int, Mapping[int, float]], group: set[int]) -> set[int]:
    """What is left when all have gone who are close to fewer than two of those left."""
    while loose := {p for p in group if len(ties[p].keys() & group) < _CLOSE_AT_LEAST}:
        group = group - loose
    return group


def _one_too_many(
    ties: Mapping[int, Mapping[int, float]], core: set[int], apart: Collection[Pair]
) -> set[int]:
    """Who has to go next, if anybody has."""
    torn = {p for two in apart if set(two) <= core for p in two}
    among = torn or (core if len(core) > MOST else set())
    if not among:
        return set()
    return {min(among, key=lambda p: (sum(ties[p].get(o, 0.0) for o in core), -p))}
