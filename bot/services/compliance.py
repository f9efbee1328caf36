"""Once a day X is asked which posts and accounts have to go; those go, with all that shows them.

Invariants:
  1. A job lives in the database: after a restart it goes on where it was, one that X has and the
     database does not know is taken up, and one that X lost, refused or let expire is begun anew.
  2. What has to go takes the way of a deletion that a source tells: posts, engagements, reasons,
     and the messages of ours that link them (bot.services.corrections).
  3. A day counts as asked only once its verdicts are written.
"""

from __future__ import annotations

import dataclasses
import json
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import RateLimited, SourceError
from bot.model.compliance import Held, Job
from bot.model.people import Platform, account_key
from bot.model.policy import RULES
from bot.model.posts import Deletion, Departure, Page, post_key
from bot.store import compliance as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.model.compliance import Gone
    from bot.services.health import Health
    from bot.services.ingest import Ingest
    from bot.sources.base import AsksCompliance
    from bot.store.database import Database

log = logging.getLogger(__name__)

EVERY = RULES[Platform.X].deletions_within - timedelta(hours=4)
"""What is left is for the job itself, and for a failure or two."""
POLL = timedelta(minutes=5)
AGAIN = timedelta(minutes=30)
"""After a failure."""
JOB_AT_MOST = timedelta(hours=3)
"""A job that is older is given up, and begun anew."""
_AT_ONCE = 500
_HAS_IDS = frozenset({"in_progress", "complete"})
_STATE = "x_compliance_{}"
_SOURCE = "x compliance"


@dataclasses.dataclass(slots=True)
class _State:
    """Where the asking about posts, or about accounts, is; kept in settings."""

    done_at: datetime | None = None
    """When X was given the ids whose verdicts were written last."""
    not_before: datetime | None = None
    job: Job | None = None
    job_at: datetime | None = None
    is_sent: bool = False
    gone: int = 0
    """How many had to go the last time."""
    failed: str = ""
    """Why it did not work the last time; empty: it did."""

    def to_text(self) -> str:
        return json.dumps(dataclasses.asdict(self), default=datetime.isoformat)

    @classmethod
    def from_text(cls, text: str | None) -> _State:
        told: dict[str, Any] = json.loads(text) if text else {}
        for name in ("done_at", "not_before", "job_at"):
            if told.get(name):
                told[name] = datetime.fromisoformat(told[name])
        if told.get("job"):
            told["job"] = Job(**told["job"])
        return cls(**told)


class Compliance:
    """One heartbeat asks, waits, and erases; called too often is harmless."""

    def __init__(
        self, db: Database, clock: Clock, ingest: Ingest, asks: AsksCompliance, health: Health
    ) -> None:
        self._db = db
        self._clock = clock
        self._ingest = ingest
        self._asks = asks
        self._health = health

    async def look_after(self) -> int:
        """Brings each job one step on; how many posts and accounts had to go."""
        return sum([await self._step(held) for held in Held])

    async def next_due(self) -> datetime:
        """When there is something to ask, to look at, or to try again."""
        now = self._clock.now()
        return min([_due(await self._load(held), now) for held in Held])

    async def _step(self, held: Held) -> int:
        now, state = self._clock.now(), await self._load(held)
        if _due(state, now) > now:
            return 0
        try:
            gone = await self._advance(held, state, now)
        except SourceError as exc:
            at = max(exc.retry_at, now) if isinstance(exc, RateLimited) else now + AGAIN
            state.not_before, state.failed = at, str(exc)
            if state.job_at is not None and (now - state.job_at > JOB_AT_MOST or not state.is_sent):
                state.job = state.job_at = None  # its address may be what failed
            log.warning(
                "X could not be asked what has to go: %s held=%s until=%s",
                exc, held.value, at.isoformat(),
            )  # fmt: skip
            gone = 0
        await self._keep(held, state)
        return gone

    async def _advance(self, held: Held, state: _State, now: datetime) -> int:
        """Begins a job, gives it its ids, looks at it, or takes what it found."""
        if state.job is None:
            ids = await self._held(held)
            if not ids:
                _finish(state, now, 0)
                return 0
            if await self._take_up(held, state, now):
                return 0
            state.job, state.job_at, state.is_sent = await self._asks.create(held), now, False
            await self._keep(held, state)
            await self._asks.send(state.job, ids)
            state.is_sent, state.not_before = True, now + POLL
            return 0
        if not state.is_sent:  # the process ended in between
            await self._asks.send(state.job, await self._held(held))
            state.is_sent, state.not_before = True, now + POLL
            return 0
        job = await self._asks.look(state.job.id)
        if job.status == "complete":
            # An answer about a job names both addresses; where it does not, the first one holds.
            address = job.download_url or state.job.download_url
            gone = await self._asks.gone(dataclasses.replace(job, download_url=address))
            await self._erase(held, gone, now)
            _finish(state, state.job_at or now, len(gone))
            log.info("X was asked what has to go held=%s gone=%d", held.value, len(gone))
            return len(gone)
        began = state.job_at or now
        if job.status in ("failed", "expired") or now - began > JOB_AT_MOST:
            log.warning("a compliance job ended as %s held=%s", job.status, held.value)
            state.job = state.job_at = None
            state.failed = f"X's job ended as {job.status}"
        state.not_before = now + (POLL if state.job else AGAIN)
        return 0

    async def _take_up(self, held: Held, state: _State, now: datetime) -> bool:
        """Whether a job of ours was found that a crash made us forget; the newest is gone on with.

        One without its ids gets them with the next step; one that has them answers for what was
        held when it was opened.
        """
        try:
            found = await self._asks.ours(held)
        except SourceError as exc:
            log.info("X does not list its compliance jobs held=%s reason=%s", held.value, exc)
            return False
        after = max(now - JOB_AT_MOST, state.done_at or now - JOB_AT_MOST)
        usable = [
            (opened_at, job)
            for job, opened_at in found
            if after < opened_at <= now
            and (job.upload_url if job.status == "created" else job.status in _HAS_IDS)
        ]
        if not usable:
            return False
        state.job_at, state.job = max(usable, key=lambda one: one[0])
        state.is_sent = state.job.status != "created"
        state.not_before = now
        log.info("a compliance job is taken up again held=%s", held.value)
        return True

    async def _erase(self, held: Held, gone: Sequence[Gone], now: datetime) -> None:
        for first in range(0, len(gone), _AT_ONCE):
            ids = [one.native_id for one in gone[first : first + _AT_ONCE]]
            if held is Held.POSTS:
                posts = tuple(Deletion(post_key(Platform.X, id_), now) for id_ in ids)
                await self._ingest.take(Page(deletions=posts), _SOURCE)
                continue
            accounts = [account_key(Platform.X, id_) for id_ in ids]
            left = tuple(Departure(account, now) for account in accounts)
            await self._ingest.take(Page(departures=left), _SOURCE)
            async with self._db.write() as tx:
                await store.forget_names(tx, accounts)
        if gone:
            await self._db.scrub()

    async def _held(self, held: Held) -> list[str]:
        async with self._db.read() as tx:
            if held is Held.POSTS:
                return await store.held_posts(tx, Platform.X)
            return await store.held_accounts(tx, Platform.X)

    async def _load(self, held: Held) -> _State:
        async with self._db.read() as tx:
            kept = await store_members.get_setting(tx, _STATE.format(held.value))
        return _State.from_text(kept)

    async def _keep(self, held: Held, state: _State) -> None:
        async with self._db.write() as tx:
            await store_members.set_setting(tx, _STATE.format(held.value), state.to_text())
        name, done = f"x_compliance_{held.name.lower()}", state.done_at
        self._health.gauge(f"{name}_gone", state.gone)
        if done is not None:
            self._health.gauge(f"{name}_asked_timestamp_seconds", done.timestamp())
        facts = {"asked_at": done and done.isoformat(), "gone": state.gone, "failed": state.failed}
        self._health.tell(name, facts)


def _due(state: _State, now: datetime) -> datetime:
    if state.not_before is not None:
        return state.not_before
    return now if state.done_at is None else state.done_at + EVERY


def _finish(state: _State, asked_at: datetime, gone: int) -> None:
    state.done_at, state.not_before, state.failed, state.gone = asked_at, None, "", gone
    state.job = state.job_at = None
    state.is_sent = False
