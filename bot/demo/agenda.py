"""What people have planned to do and when: a heartbeat of the replay, beside those of the bot."""

from __future__ import annotations

import heapq
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.scheduler import Heartbeat

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.clock import Clock


class Agenda:
    """Acts in order of their instants; at one instant in the order in which they were planned."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._acts: list[tuple[datetime, int, Callable[[], Awaitable[object]]]] = []
        self.planned = 0
        """How many acts there ever were."""
        self.heartbeat = Heartbeat("people", timedelta(seconds=1), self.run, self.next_due)

    def plan(self, at: datetime, act: Callable[[], Awaitable[object]]) -> None:
        """Plans an act for `at`; what is past happens next."""
        heapq.heappush(self._acts, (at, self.planned, act))
        self.planned += 1

    async def next_due(self) -> datetime | None:
        """When the next act is planned."""
        return self._acts[0][0] if self._acts else None

    async def run(self) -> None:
        """Does what is due, one after the other."""
        while self._acts and self._acts[0][0] <= self._clock.now():
            _, _, act = heapq.heappop(self._acts)
            await act()
