"""The only place that asks what time it is, or sleeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol

# asyncio is loaded by whoever sleeps: it takes a third of the start of an import of archives, which
# asks for the time before it has begun to need a loop.


class Clock(Protocol):
    """Time, as everything in Crosstie sees it."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Returns at `when`, at once if that has passed."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC)

    async def sleep_until(self, when: datetime) -> None:
        """Returns at `when`; a step of the machine's clock is noticed within a minute."""
        import asyncio

        while (left := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 time is no event
            await asyncio.sleep(min(left, 60.0))


class ReplayClock:
    """Time that a replay moves: it stands still until `move_to`, and never goes back."""

    def __init__(self, start: datetime) -> None:
        import asyncio

        self._now = start
        self._moved = asyncio.Condition()

    def now(self) -> datetime:
        """The instant that the replay has reached."""
        return self._now

    async def move_to(self, when: datetime) -> None:
        """Makes it `when` and wakes whoever sleeps until then; the past is ignored."""
        async with self._moved:
            if when > self._now:
                self._now = when
                self._moved.notify_all()

    async def sleep_until(self, when: datetime) -> None:
        """Returns when the replay has reached `when`."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._now >= when)
