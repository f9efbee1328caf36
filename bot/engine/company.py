"""What somebody may work in by the company that their hashtags keep: the last source of a guess."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.communities import communities_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.model.people import PersonId

FEWEST_HASHTAGS = 2
"""So many of somebody's hashtags must belong together."""
FEWEST_TOLD = 3
"""So many others who use such hashtags must have told the same field."""
LEAST = 0.5
"""Of those others who told a field: at least so many told this one."""
_MOST_HASHTAGS = 8
"""Of each the most used, so that a large community takes little time."""


@dataclass(frozen=True, slots=True)
class Company:
    """A field that somebody may work in."""

    field: str
    confidence: float
    """Below 1: nobody said so."""
    hashtags: tuple[str, ...]
    """Theirs that go with it."""


def by_company(
    uses: Mapping[PersonId, Mapping[str, int]], told: Mapping[PersonId, Collection[str]]
) -> dict[PersonId, Company]:
    """For those who told no field: what most of the people with such hashtags told.

    Hashtags that people use together form groups (two people at least for each pair; modularity).
    Everybody belongs to the group that most of their hashtags are in, two or more. If 4 of the 5
    who belong to it and told a field told "nursing", whoever did not tell gets it with .8 * 4/5.
    """
    kept = {
        person: sorted(tags, key=lambda tag: (-tags[tag], tag))[:_MOST_HASHTAGS]
        for person, tags in sorted(uses.items())
    }
    together = Counter(pair for tags in kept.values() for pair in combinations(sorted(tags), 2))
    pairs = sorted(pair for pair, people in together.items() if people > 1)
    names = sorted({tag for pair in pairs for tag in pair})
    place = {tag: at for at, tag in enumerate(names)}
    times = [together[pair] for pair in pairs]
    ends = np.array([[place[tag] for tag in pair] for pair in pairs], np.int64).reshape(-1, 2)
    group_of = communities_of(
        len(names), np.repeat(ends[:, 0], times), np.repeat(ends[:, 1], times)
    ).tolist()
    home: dict[PersonId, tuple[str, ...]] = {}
    at_home: dict[PersonId, int] = {}
    for person, tags in kept.items():
        by_group: defaultdict[int, list[str]] = defaultdict(list)
        for tag in tags:
            if tag in place:
                by_group[group_of[place[tag]]].append(tag)
        group, most = max(by_group.items(), key=lambda g: (len(g[1]), -g[0]), default=(-1, []))
        if len(most) >= FEWEST_HASHTAGS:
            home[person], at_home[person] = tuple(most), group
    fields: defaultdict[int, Counter[str]] = defaultdict(Counter)
    tellers = Counter(at_home[person] for person in told if person in at_home and told[person])
    for person in told:
        if person in at_home:
            fields[at_home[person]].update(set(told[person]))
    found = {}
    for person, group in at_home.items():
        if told.get(person) or not fields[group]:
            continue
        field, people = min(fields[group].items(), key=lambda one: (-one[1], one[0]))
        share = people / tellers[group]
        if people >= FEWEST_TOLD and share >= LEAST:
            found[person] = Company(field, share * people / (people + 1), home[person])
    return found
