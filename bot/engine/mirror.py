"""The mirror: a network in words, with nobody else's beside it. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.model.people import FieldOf


def rao_stirling(count: Mapping[str, int], distance: Callable[[str, str], float]) -> float:
    """How different the fields of two people of a network are on average, 0..1.

    sum over i, j of d(i, j) p(i) p(j), with p the shares of the fields and d their distance, 0..1.
    {nursing: 2, law: 2} at distance 1 gives 2 * .5 * .5 = .5; one field alone gives 0. Stirling,
    "A general framework for analysing diversity in science, technology and society", J. R. Soc.
    Interface 4 (2007), with both exponents 1.
    """
    whole = sum(count.values())
    if not whole:
        return 0.0
    share = {field: n / whole for field, n in count.items() if n}
    return sum(
        distance(a, b) * pa * pb for a, pa in share.items() for b, pb in share.items() if a != b
    )


def field_distances(people: Iterable[Sequence[FieldOf]]) -> Callable[[str, str], float]:
    """How far two fields lie apart, by how often the same people work in both.

    1 - n(a and b) / sqrt(n(a) n(b)), the cosine distance; 1 where nobody works in both. Of 4 in
    nursing and 1 in law, who does both: 1 - 1/2 = .5.
    """
    alone: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    for fields in people:
        names = sorted({f.field for f in fields})
        alone.update(names)
        both.update((a, b) for i, a in enumerate(names) for b in names[i + 1 :])

    def distance(a: str, b: str) -> float:
        if a == b:
            return 0.0
        common = both[min(a, b), max(a, b)]
        return 1.0 - common / (alone[a] * alone[b]) ** 0.5 if common else 1.0

    return distance


def by_year(
    dated: Iterable[tuple[datetime, str]], now: datetime, distance: Callable[[str, str], float]
) -> list[tuple[int, int, float]]:
    """For each year up to now: how many there were at its end, and their diversity.

    Who has no known field ("") counts as somebody, but not in the diversity. The last five years.
    """
    of_year: dict[int, list[str]] = defaultdict(list)
    for since, field in dated:
        of_year[since.year].append(field)
    if not of_year:
        return []
    people, count, found = 0, Counter[str](), []
    for year in range(min(of_year), now.year + 1):
        people += len(of_year[year])
        count.update(field for field in of_year[year] if field)
        found.append((year, people, rao_stirling(count, distance)))
    return found[-5:]
