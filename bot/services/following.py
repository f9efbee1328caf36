"""The supervisor: follows every live Source, each in a loop of its own, and keeps them going.

Whatever a Source does, the others and Discord go on. A Page and its Cursor are committed together
before the next Page is asked for, so a Source that fails goes on where the database is.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import RateLimited, SourceRefused, SourceUnavailable, StoreUnavailable
from bot.model.following import SourceState, SourceStatus
from bot.store import cursors

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Collection, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.people import Platform
    from bot.model.posts import Page, Watch
    from bot.services.health import Health
    from bot.services.ingest import Ingest
    from bot.sources.base import Source
    from bot.store.database import Database

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(milliseconds=500)
LONGEST_PAUSE = timedelta(minutes=5)
STEADY = timedelta(minutes=1)
"""After so long without a failure, the pauses begin small again."""
BUG_PAUSE = timedelta(minutes=1)
BUGS = 3
BUGS_WITHIN = timedelta(minutes=10)
WATCHED_EVERY = timedelta(seconds=15)
_AGAIN_S = 0.5


def pause_after(failures: int, rng: random.Random) -> timedelta:
    """How long to wait after the n-th failure in a row, n from 1.

    Doubles from half a second up to five minutes; a random half of it is taken off, so that many
    do not come back at once. The fourth failure: between 2 and 4 s.
    """
    doubled = FIRST_PAUSE * (1 << min(failures - 1, 20))
    longest = min(doubled, LONGEST_PAUSE)
    return longest * rng.uniform(0.5, 1.0)


@dataclass(slots=True)
class _Followed:
    """One Source and how it is."""

    source: Source
    status: SourceStatus
    failures: int = 0
    failed_at: datetime | None = None
    bugs: deque[datetime] = field(default_factory=deque)


def _watches_at(source: str, watches: frozenset[Watch]) -> frozenset[Watch]:
    """Those for this source, whose name begins with its platform."""
    platform = source.partition(" ")[0]
    nowhere: frozenset[Platform] = frozenset()
    return frozenset(
        replace(watch, platforms=nowhere)
        for watch in watches
        if not watch.platforms or platform in watch.platforms
    )


class Following:
    """One per process."""

    def __init__(  # noqa: PLR0913, RUF100 what a supervisor needs
        self,
        db: Database,
        clock: Clock,
        rng: random.Random,
        ingest: Ingest,
        watches: Callable[[], Awaitable[frozenset[Watch]]],
        health: Health,
    ) -> None:
        self._db = db
        self._clock = clock
        self._rng = rng
        self._ingest = ingest
        self._watches = watches
        self._health = health
        self._followed: list[_Followed] = []

    def statuses(self) -> tuple[SourceStatus, ...]:
        """How each Source is, in their order; empty when none is followed."""
        return tuple(followed.status for followed in self._followed)

    async def run(self, sources: Sequence[Source], stop: asyncio.Event) -> None:
        """Follows `sources` until `stop` is set, then closes them."""
        self._followed = [_Followed(source, SourceStatus(source.name)) for source in sources]
        for followed in self._followed:
            self._tell(followed)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._follow(followed)) for followed in self._followed]
                tasks.append(group.create_task(self._keep_watching()))
                await stop.wait()
                await _end(tasks)
        finally:
            for source in sources:
                await self._close(source)

    async def _close(self, source: Source) -> None:
        try:
            await source.close()
        except Exception:  # catch-all: the source supervisor
            log.exception("a source could not be closed source=%s", source.name)

    async def _keep_watching(self) -> None:
        """Tells the sources what to follow, at the start and when it changes."""
        told: dict[str, frozenset[Watch]] = {}
        while self._followed:
            try:
                everywhere = await self._watches()
                for followed in self._followed:
                    watches = _watches_at(followed.source.name, everywhere)
                    if told.get(followed.source.name) != watches:
                        await followed.source.watch(watches)
                        told[followed.source.name] = watches
            except (SourceUnavailable, StoreUnavailable) as exc:
                log.warning("what to follow is told again later: %s", exc)
            except Exception:  # catch-all: the source supervisor
                log.exception("what to follow could not be told")
            await self._clock.sleep_until(self._clock.now() + WATCHED_EVERY)

    async def _follow(self, followed: _Followed) -> None:
        """The loop of one Source; it ends only when the Source is parked."""
        source, cursor, known = followed.source, None, False
        page: Page | None = None
        """Read, and not yet in the database: a database that is away for a while costs nothing."""
        while True:
            try:
                if not known:
                    async with self._db.read() as tx:
                        cursor = await cursors.cursor_of(tx, source.name)
                    known = True
                if page is None:
                    page = await source.next_page(cursor)
                await self._ingest.take(page, source.name)
                cursor, taken, page = page.cursor or cursor, page, None
                self._took(followed, taken)
                continue
            except SourceRefused as exc:
                self._park(followed, str(exc))
                return
            except RateLimited as exc:
                until = max(exc.retry_at, self._clock.now())
                self._wait(followed, SourceState.LIMITED, str(exc), until)
            except (SourceUnavailable, StoreUnavailable) as exc:
                until = self._failed(followed, getattr(exc, "retry_after", None))
                self._wait(followed, SourceState.RETRYING, str(exc), until)
            except Exception:  # catch-all: the source supervisor
                log.exception("a source failed by a bug source=%s", source.name)
                page = None
                if self._is_hopeless(followed):
                    reason = (
                        f"{BUGS} bugs within {BUGS_WITHIN // timedelta(minutes=1)} minutes; the "
                        "log has them: report them, and restart to try again"
                    )
                    self._park(followed, reason)
                    return
                until = self._clock.now() + BUG_PAUSE
                self._wait(followed, SourceState.RETRYING, "a bug, see the log", until)
            await self._clock.sleep_until(until)

    def _took(self, followed: _Followed, page: Page) -> None:
        now, before = self._clock.now(), followed.status
        if followed.failed_at is not None and now - followed.failed_at > STEADY:
            followed.failures, followed.failed_at = 0, None
        came_back = before.state in (SourceState.RETRYING, SourceState.LIMITED)
        if page.gap is not None:
            log.warning(
                "a source could not read everything: %s source=%s from=%s to=%s",
                page.gap.reason,
                before.name,
                page.gap.starts_at.isoformat(),
                page.gap.ends_at.isoformat(),
            )
        seen_at = page.seen_at or max((post.at for post in page.posts), default=None)
        followed.status = replace(
            before,
            state=SourceState.FOLLOWING,
            reason="",
            until=None,
            last_event_at=seen_at or before.last_event_at,
            lag=before.lag if seen_at is None else max(now - seen_at, timedelta()),
            reconnects=before.reconnects + page.reconnects + came_back,
            gap=page.gap or before.gap,
            notice=before.notice if page.notice is None else page.notice,
        )
        name = _metric(before.name)
        self._health.count(f"{name}_posts_total", len(page.posts))
        self._health.count(f"{name}_problems_total", len(page.problems))
        self._tell(followed)

    def _failed(self, followed: _Followed, at_least: timedelta | None) -> datetime:
        followed.failures += 1
        followed.failed_at = self._clock.now()
        pause = pause_after(followed.failures, self._rng)
        return followed.failed_at + max(pause, at_least or timedelta())

    def _is_hopeless(self, followed: _Followed) -> bool:
        now = self._clock.now()
        followed.bugs.append(now)
        while followed.bugs[0] < now - BUGS_WITHIN:
            followed.bugs.popleft()
        return len(followed.bugs) >= BUGS

    def _wait(self, followed: _Followed, state: SourceState, reason: str, until: datetime) -> None:
        log.warning(
            "a source waits: %s source=%s until=%s", reason, followed.source.name, until.isoformat()
        )
        followed.status = replace(followed.status, state=state, reason=reason, until=until)
        self._tell(followed)

    def _park(self, followed: _Followed, reason: str) -> None:
        log.error("a source is parked: %s source=%s", reason, followed.source.name)
        followed.status = replace(
            followed.status, state=SourceState.PARKED, reason=reason, until=None
        )
        self._tell(followed)

    def _tell(self, followed: _Followed) -> None:
        """Health learns of it: what stands still is not ready, and every number is a gauge."""
        status = followed.status
        part, name = f"source {status.name}", _metric(status.name)
        if status.state is SourceState.FOLLOWING:
            self._health.is_ready(part)
        else:
            reason = status.reason or "starting"
            parked = status.state is SourceState.PARKED
            self._health.is_waiting(part, f"parked: {reason}" if parked else reason)
        self._health.gauge(f"{name}_following", float(status.state is SourceState.FOLLOWING))
        self._health.gauge(f"{name}_parked", float(status.state is SourceState.PARKED))
        self._health.gauge(f"{name}_reconnects", status.reconnects)
        if status.lag is not None:
            self._health.gauge(f"{name}_lag_seconds", status.lag.total_seconds())
        if status.last_event_at is not None:
            at = status.last_event_at.timestamp()
            self._health.gauge(f"{name}_last_event_timestamp_seconds", at)
        if status.gap is not None:
            self._health.gauge(f"{name}_gap_seconds", status.gap.length.total_seconds())
        self._health.tell("sources", {s.name: _facts(s) for s in self.statuses()})


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancels until it is done: one cancellation is lost where an await ends at the same moment.

    `asyncio.wait_for` of Python 3.11 is such a place, and libraries use it.
    """
    waiting: Collection[asyncio.Task[None]] = tasks
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_AGAIN_S)


def _metric(name: str) -> str:
    return f"source_{name}".replace(" ", "_").replace(".", "_").replace("-", "_")


def _facts(status: SourceStatus) -> dict[str, object]:
    """A status as JSON shows it."""
    gap = status.gap
    return {
        "state": status.state.value,
        "reason": status.reason,
        "until": status.until.isoformat() if status.until else None,
        "last_event_at": status.last_event_at.isoformat() if status.last_event_at else None,
        "lag_s": status.lag.total_seconds() if status.lag is not None else None,
        "reconnects": status.reconnects,
        "gap": gap and {"from": gap.starts_at.isoformat(), "to": gap.ends_at.isoformat()},
        "notice": status.notice,
    }
