"""The graph of who talked with whom, in memory: built at the start, grown after each commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.engine.graph import KIND_CODE, Graph
from bot.model.people import PersonId
from bot.model.posts import EngagementKind, to_us
from bot.store import network as store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.clock import Clock
    from bot.model.people import AccountId
    from bot.model.posts import Engagement
    from bot.store.database import Database

_LATER = 5_000
"""So many engagements may wait before they are put into the graph without being asked for."""


class Network:
    """Everybody's ties, Persons not accounts.

    Invariants: the graph is what the database holds plus nothing; engagements that came since the
    last look wait in `_coming`; after `outdated` it is built anew when it is next asked for.
    """

    def __init__(self, db: Database, clock: Clock, half_life: timedelta | None) -> None:
        self._db = db
        self._clock = clock
        self._half_life = half_life
        self._graph: Graph | None = None
        self._linked: dict[AccountId, PersonId] = {}
        self._coming: list[tuple[int, int, int, int]] = []
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Builds the graph from the database: at the start, and when people were joined or erased.

        What is added meanwhile may be in both the database and the queue, so the queue is emptied
        first: whatever is in it was committed before.
        """
        async with self._changing:
            self._coming.clear()
            async with self._db.read() as tx:
                rows = await store.engagement_rows(tx)
                self._linked = await store.linked_accounts(tx)
            events = [(s, t, KIND_CODE[EngagementKind(k)], at) for s, t, k, at in rows]
            self._graph = await asyncio.to_thread(self._built, events)

    def _built(self, events: Sequence[tuple[int, int, int, int]]) -> Graph:
        src, dst, kind, at = self._columns(events)
        return Graph.build(src, dst, kind, at, now=self._clock.now(), half_life=self._half_life)

    def _columns(
        self, events: Sequence[tuple[int, int, int, int]]
    ) -> tuple[list[int], list[int], list[int], list[int]]:
        src, dst, kind, at = (
            (list(column) for column in zip(*events, strict=True))
            if events
            else (
                [],
                [],
                [],
                [],
            )
        )
        linked: dict[int, int] = {int(a): int(p) for a, p in self._linked.items()}
        return [linked.get(x, x) for x in src], [linked.get(x, x) for x in dst], kind, at

    def outdated(self) -> None:
        """Accounts were linked, or people or posts erased: the next look builds it anew."""
        self._graph = None

    async def add(self, engagements: Sequence[Engagement]) -> None:
        """Takes what a commit has just made true. Cheap; the graph grows when it is asked for."""
        if self._graph is None:
            return
        self._coming += [(e.source, e.target, KIND_CODE[e.kind], to_us(e.at)) for e in engagements]
        if len(self._coming) > _LATER:
            await self.graph()

    async def graph(self) -> Graph:
        """The graph with everything that was added."""
        if self._graph is None:
            await self.load()
        async with self._changing:
            if self._graph is None:
                raise RuntimeError("the graph was not built")
            if self._coming:
                events, self._coming = self._coming, []
                src, dst, kind, at = self._columns(events)
                self._graph = await asyncio.to_thread(
                    self._graph.with_delta, src, dst, kind, at, now=self._clock.now()
                )
            return self._graph

    def person_of(self, account: AccountId) -> PersonId:
        """The Person that an account stands for."""
        return self._linked.get(account, PersonId(account))
