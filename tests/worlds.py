"""Small worlds whose right answer is known by construction, for the engine and what uses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.engine.graph import KIND_CODE, Graph
from bot.engine.history import History
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import EngagementKind, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NOW = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
Talk = tuple[int, int]


@dataclass(frozen=True)
class World:
    """People by number, who talked with whom, and in which field each works."""

    talks: tuple[Talk, ...]
    fields: Mapping[int, str] = field(default_factory=dict)
    people: tuple[int, ...] = ()

    @property
    def everybody(self) -> list[int]:
        """All numbers, growing."""
        return sorted({*self.people, *self.fields, *(p for talk in self.talks for p in talk)})

    def graph(self, half_life: timedelta | None = timedelta(days=30)) -> Graph:
        """Every talk is one reply, all of them at NOW."""
        return graph_of([(a, b, NOW) for a, b in self.talks], half_life, people=self.everybody)

    def history(self) -> History:
        """Everybody is willing."""
        return History(graph=self.graph(), fields=works_in(self.fields))

    def tied(self, person: int) -> set[int]:
        """Whom this person talked with."""
        return {b if a == person else a for a, b in self.talks if person in (a, b)}


def graph_of(
    events: Iterable[tuple[int, int, datetime]],
    half_life: timedelta | None = timedelta(days=30),
    people: Iterable[int] = (),
) -> Graph:
    """A graph of replies, given as (who, whom, when)."""
    rows = list(events)
    return Graph.build(
        [a for a, _, _ in rows],
        [b for _, b, _ in rows],
        [KIND_CODE[EngagementKind.REPLY]] * len(rows),
        [to_us(at) for _, _, at in rows],
        now=NOW,
        half_life=half_life,
        people=people,
    )


def works_in(fields: Mapping[int, str]) -> dict[PersonId, tuple[FieldOf, ...]]:
    """Everybody works in one field."""
    return {PersonId(p): (FieldOf(name, Stance.WORK),) for p, name in fields.items()}


def two_cliques(size: int = 5) -> World:
    """0..size-1 all talk with each other, so do the next; the last and the first of them once.

    For the last of the first clique, everybody of the second but the bridge is two steps away.
    """
    cliques = [range(size), range(size, 2 * size)]
    talks = [(a, b) for clique in cliques for a in clique for b in clique if a < b]
    fields = {p: "nursing" if p < size else "design" for p in range(2 * size)}
    return World((*talks, (size - 1, size)), fields)


def checkerboard(size: int = 10) -> World:
    """Even people talk with even people, odd with odd, but each lacks the one across from them.

    The best for p is p + size // 2 (size a multiple of 4): the only one of their colour missing.
    """
    half = size // 2
    talks = [(a, b) for a in range(size) for b in range(a + 2, size, 2) if b - a != half]
    return World(tuple(talks))


def star(leaves: int = 20) -> World:
    """Person 0 talked with everybody, nobody else with anybody; fields alternate."""
    fields = {p: "nursing" if p % 2 else "design" for p in range(leaves + 1)}
    return World(tuple((0, leaf) for leaf in range(1, leaves + 1)), fields)


def strangers(size: int = 12, names: tuple[str, ...] = ("nursing", "design", "law")) -> World:
    """Nobody ever talked; only fields are known, in turn."""
    return World((), {p: names[p % len(names)] for p in range(size)})
