"""Named heartbeats over APScheduler, which only tells when; what is due is in the database.

`AsyncIOScheduler.shutdown(wait=True)` returns while jobs run and then cancels them, so the running
ones are kept here and waited for. Under a replay there is no APScheduler: the replay moves the
clock to the next due instant and calls the heartbeats itself, in their order.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.errors import BotError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime, timedelta

    from bot.clock import ReplayClock

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Something that is looked after again and again, and must bear being called too often."""

    name: str
    every: timedelta
    run: Callable[[], Awaitable[object]]
    next_due: Callable[[], Awaitable[datetime | None]]
    """When there will be something to do; None: not as things stand."""


class Calls(Protocol):
    """Where failures of heartbeats are counted."""

    def heartbeat_ran(self, name: str, error: Exception | None) -> None:
        """Told after each run, with what went wrong."""
        ...


class Scheduler:
    """Runs each heartbeat at its interval, never twice at once."""

    def __init__(self, heartbeats: Sequence[Heartbeat], calls: Calls) -> None:
        self._heartbeats = heartbeats
        self._calls = calls
        self._running: set[asyncio.Task[None]] = set()
        self._ending = False

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps the heartbeats going until `stop` is set, then waits for those that run."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        scheduler = AsyncIOScheduler(timezone="UTC")
        for heartbeat in self._heartbeats:
            scheduler.add_job(
                self._tick,
                "interval",
                args=(heartbeat,),
                seconds=heartbeat.every.total_seconds(),
                id=heartbeat.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.start()
        try:
            for heartbeat in self._heartbeats:
                self._start(heartbeat)
            await stop.wait()
        finally:
            self._ending = True  # what APScheduler has submitted may still come after its shutdown
            scheduler.shutdown(wait=False)
            if self._running:
                await asyncio.wait(self._running)

    async def _tick(self, heartbeat: Heartbeat) -> None:
        """What APScheduler calls: it would run a plain function in a thread, without our loop."""
        self._start(heartbeat)

    def _start(self, heartbeat: Heartbeat) -> None:
        if self._ending or any(task.get_name() == heartbeat.name for task in self._running):
            return
        task = asyncio.create_task(self.beat(heartbeat), name=heartbeat.name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def beat(self, heartbeat: Heartbeat) -> None:
        """Runs one heartbeat; a failure is logged and counted, and the next one tries again."""
        error: Exception | None = None
        try:
            await heartbeat.run()
        except BotError as exc:
            error = exc
            log.warning("a heartbeat failed: %s heartbeat=%s", exc, heartbeat.name)
        except Exception as exc:  # catch-all: the job runner
            error = exc
            log.exception("a heartbeat failed by a bug heartbeat=%s", heartbeat.name)
        self._calls.heartbeat_ran(heartbeat.name, error)


async def replay(
    heartbeats: Sequence[Heartbeat],
    clock: ReplayClock,
    next_post: Callable[[], datetime | None],
    take_posts: Callable[[datetime], Awaitable[None]],
    until: datetime,
    changes: Callable[[], object],
) -> None:
    """Plays time: to the next post or the next due instant, whichever is first, up to `until`.

    `take_posts(before)` takes the next posts, at most those up to `before`, the next due instant,
    and moves the clock with them. Then every heartbeat that has something due runs, in order; one
    that stays due after five rounds at one instant would stand still for ever: a bug of ours.

    While `changes()` stays the same nothing has changed that a heartbeat reads: then only those are
    asked again whose instant has come.

    Raises:
        RuntimeError: a heartbeat stays due.
    """
    rounds = 0
    known: dict[str, datetime | None] = {}
    known_at: object = None
    while True:
        if changes() != known_at:
            known.clear()
            known_at = changes()
        for heartbeat in heartbeats:
            when = known.get(heartbeat.name)
            if heartbeat.name not in known or (when is not None and when <= clock.now()):
                known[heartbeat.name] = await heartbeat.next_due()
        dues = [(h, when) for h in heartbeats if (when := known[h.name]) is not None]
        waiting = _due(dues, clock.now())
        if not waiting:
            rounds = 0
            due = min([*(when for _, when in dues), until])
            post = next_post()
            if post is not None and post <= due:
                await take_posts(due)
                continue
            await clock.move_to(due)
            if due >= until:
                return
            waiting = _due(dues, due)
        rounds += 1
        if rounds > _ROUNDS:
            names = ", ".join(heartbeat.name for heartbeat in waiting)
            raise RuntimeError(f"still due after {_ROUNDS} rounds: {names}")
        for heartbeat in waiting:
            await heartbeat.run()


_ROUNDS = 5


def _due(dues: Sequence[tuple[Heartbeat, datetime]], now: datetime) -> list[Heartbeat]:
    return [heartbeat for heartbeat, when in dues if when <= now]
