"""The graph of who talked with whom, in memory: built at the start, grown after each commit."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.engine.graph import KIND_CODE, Building
from bot.engine.talk import Talk
from bot.model.posts import EngagementKind, to_us
from bot.store import network as store
from bot.store.engagements import engagement_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.clock import Clock
    from bot.engine.graph import Graph, Push
    from bot.model.people import AccountId, PersonId
    from bot.model.posts import Engagement
    from bot.store.database import Database
    from bot.store.engagements import Place

MOST_TALKERS = 20_000
"""With more people what was said is not looked at one by one; the graph alone speaks then."""
_GROWN = 1.02
_LATER = 5_000
"""So many engagements may wait before they are put into the graph without being asked for."""
_PAGE = 50_000
"""So many engagements are read at once: as Python's own objects they take ten times the memory."""
_Row = tuple[int, int, str, int]
"""Source and target account, the kind, microseconds: as they are kept."""
_Event = tuple[int, int, int, int]
"""Source and target account, code of the kind, microseconds."""


class Network:
    """Everybody's ties, Persons not accounts.

    Invariants: the graph is what the database holds and nothing else; engagements that came since
    the last look wait in `_coming`; after `outdated` it is built anew when it is next asked for,
    also when that was said while it was being built.
    """

    def __init__(self, db: Database, clock: Clock, half_life: timedelta | None) -> None:
        self._db = db
        self._clock = clock
        self._half_life = half_life
        self._graph: Graph | None = None
        self._talk: tuple[int, int, Talk] | None = None
        """Of which build, at how many events, and what it was."""
        self._linked: dict[AccountId, PersonId] = {}
        self._coming: list[_Event] = []
        self._outdated = 0
        """How often it became outdated; a graph is good if that has not grown since its start."""
        self._built_at = -1
        self._changing = asyncio.Lock()
        self._compiled: Push | None = None

    def walk_with(self, compiled: Push) -> None:
        """From the next look on the graph is walked by this instead of numpy."""
        self._compiled = compiled

    def outdated(self) -> None:
        """Accounts were linked, or people or posts erased: the next look builds it anew."""
        self._outdated += 1

    async def add(self, engagements: Sequence[Engagement]) -> None:
        """Takes what a commit has just made true. Cheap; the graph grows when it is asked for."""
        if self._built_at != self._outdated:
            return  # it is going to be read from the database
        self._coming += [(e.source, e.target, KIND_CODE[e.kind], to_us(e.at)) for e in engagements]
        if len(self._coming) > _LATER:
            await self.graph()

    async def graph(self) -> Graph:
        """The graph with everything that was added."""
        async with self._changing:
            while self._graph is None or self._built_at != self._outdated:
                await self._build()
            if self._coming:
                events, self._coming = self._coming, []
                self._graph = await asyncio.to_thread(self._grown, self._graph, events)
            if self._graph.compiled is not self._compiled:
                self._graph = replace(self._graph, compiled=self._compiled)
            return self._graph

    async def _build(self) -> None:
        """Reads everything. What is committed meanwhile is read or added, and never lost.

        It may count twice, until the next build: a little more weight for one exchange.
        """
        start = self._outdated
        self._built_at, self._coming = start, []
        building = Building(now=self._clock.now(), half_life=self._half_life)
        after: Place | None = None
        async with self._db.read() as tx:
            self._linked = await store.linked_accounts(tx)
            while True:
                rows, after = await engagement_page(tx, after, _PAGE)
                await asyncio.to_thread(self._take, building, rows)
                if after is None:
                    break
        self._graph = await asyncio.to_thread(building.graph)

    def _take(self, building: Building, rows: Sequence[_Row]) -> None:
        building.add(*self._columns(_events(rows)))

    def _talk_of(self, rows: Sequence[_Row]) -> Talk:
        src, dst, _, at_us = self._columns(_events(rows))
        return Talk.of(src, dst, at_us)

    def _grown(self, graph: Graph, events: Sequence[_Event]) -> Graph:
        return graph.with_delta(*self._columns(events), now=self._clock.now())

    def _columns(
        self, events: Sequence[_Event]
    ) -> tuple[list[int], list[int], list[int], list[int]]:
        linked: dict[int, int] = {int(a): int(p) for a, p in self._linked.items()}
        return (
            [linked.get(e[0], e[0]) for e in events],
            [linked.get(e[1], e[1]) for e in events],
            [e[2] for e in events],
            [e[3] for e in events],
        )

    async def talk(self) -> Talk | None:
        """Who engaged with whom and when, fields unknown; None: more than 20,000 people did.

        It is read anew when the graph was, and when that has grown by a fiftieth since.
        """
        graph = await self.graph()
        if len(graph) > MOST_TALKERS:
            return None
        kept = self._talk
        if kept is None or kept[0] != self._built_at or graph.events > _GROWN * kept[1]:
            async with self._db.read() as tx:
                rows = await store.engagement_rows(tx)
            talk = await asyncio.to_thread(self._talk_of, rows)
            kept = self._talk = (self._built_at, graph.events, talk)
        return kept[2]


def _events(rows: Sequence[_Row]) -> list[_Event]:
    return [(s, t, KIND_CODE[EngagementKind(k)], at) for s, t, k, at in rows]
