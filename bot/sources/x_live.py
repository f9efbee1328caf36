"""X, live: the filtered stream while sessions are on, recent search around it, all within a budget.

One loop, stepped by `next_page`: what must be told X is told (rules, the hourly look at its own
count), what is due is searched, and else the one connection is listened to. A hashtag is searched
after every connect, when its window ends, and once 24 hours later, each time from where it was
read to; without a stream every minute. Searches return no reposts since 2026-05-04.

Invariants:
  1. Nothing that costs is asked without a reservation, and what came is counted before it is given.
  2. The Cursor says of every hashtag up to which id all was read. Where the database did not take
     a Page, the next call begins again at the Cursor that it has.
  3. A failed search keeps its reservation for its repetition: X may have billed what did not come.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError, RateLimited, SourceRefused, SourceUnavailable
from bot.model.budget import Level
from bot.model.posts import Problem
from bot.sources.base import Gathering
from bot.sources.x import XReader
from bot.sources.x_api import NotEnrolled, problem_of
from bot.sources.x_listener import Listener
from bot.sources.x_query import RULE_TAG
from bot.sources.x_search import Search, search_once
from bot.sources.x_spans import SEARCHABLE, Progress

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from typing import Any

    from bot.clock import Clock
    from bot.model.posts import Cursor, Page, Watch
    from bot.sources.base import Allowance
    from bot.sources.x_api import XApi

log = logging.getLogger(__name__)

REPOSTS_MISSING = "reposts are missing"
_POLL = timedelta(minutes=1)
_REPORT_EVERY = timedelta(hours=1)
_LATEST = timedelta(minutes=10)
"""How far ahead of us X's clock may be."""


class _Told(msgspec.Struct):
    id: str = ""


class _Includes(msgspec.Struct):
    users: list[_Told] | None = None


class _Rule(msgspec.Struct):
    tag: str | None = None


class _Line(msgspec.Struct):
    """What of a stream's line is billed, and for whom it is."""

    data: _Told | None = None
    includes: _Includes | None = None
    matching_rules: list[_Rule] | None = None


_LINE = msgspec.json.Decoder(_Line)


class XSource:
    """The Source of X."""

    name = "x"

    def __init__(
        self,
        api: XApi,
        clock: Clock,
        budget: Allowance,
        *,
        patience: timedelta = timedelta(seconds=30),
        gather: timedelta = timedelta(milliseconds=300),
    ) -> None:
        self._api = api
        self._clock = clock
        self._budget = budget
        self._watches: frozenset[Watch] | None = None
        self._changed = asyncio.Event()
        self._listener = Listener(api, clock, budget, patience, gather)
        self._report_at = clock.now()
        self._told_reconnects = 0
        self._waits = False
        self._given: Cursor | None = None
        self._load(None)

    async def watch(self, watches: frozenset[Watch]) -> None:
        """What to follow from now on."""
        if watches != self._watches:
            self._watches = watches
            self._changed.set()

    async def close(self) -> None:
        """Hangs up. The rules stay: the next start finds them and puts them right."""
        await self._listener.hang_up()

    @property
    def is_connected(self) -> bool:
        """Whether the stream is open."""
        return self._listener.stream is not None

    @property
    def is_only_searching(self) -> bool:
        """Whether there is no stream to be had at the moment: too dear, or refused."""
        return self._listener.only_search

    @property
    def is_waiting(self) -> bool:
        """Whether it has nothing to do but to wait for lines, for time, or for other watches."""
        return self._waits

    async def next_page(self, after: Cursor | None) -> Page:
        """Waits until X gave something, or until it is known that there is nothing.

        Raises:
            SourceUnavailable: X can not be reached, and no stream is open meanwhile.
            RateLimited: X asks to wait; or the month's budget is used up.
            SourceRefused: 401, 402, 403 or a cap: it is not tried again by itself.
        """
        if after != self._given:
            await self._listener.hang_up()
            self._load(after)
        try:
            while True:
                page = await self._step()
                if page is not None:
                    return page
        except SourceRefused:
            await self._listener.hang_up()
            raise

    def _load(self, cursor: Cursor | None) -> None:
        """Begins at a Cursor: whatever was read behind it was not kept."""
        self._given = cursor
        self._progress = Progress.at(cursor)
        self._into = Gathering(self._clock.now() + _LATEST)
        self._reader = XReader(self._into)
        self._search: Search | None = None
        self._search_at: dict[tuple[str, int | None], datetime] = {}
        """When an open hashtag is searched; one that the stream covers is not in it."""
        self._pauses: dict[tuple[str, int | None], tuple[datetime, int]] = {}
        self._held: dict[tuple[str, int | None], Search] = {}
        """Searches that failed and are asked again, with what is put aside for them."""
        self._without_reposts: set[tuple[str, int | None]] = set()

    async def _step(self) -> Page | None:
        now = self._clock.now()
        self._changed.clear()
        if self._watches is None:
            self._waits = True
            await self._changed.wait()
            self._waits = False
            return None
        before = {span.key for span in self._progress.spans}
        self._progress.follow(self._watches, now)
        self._forget_searches({span.key for span in self._progress.spans})
        level = await self._budget.level()
        spans = self._progress.open_now(now)
        tags = {span.tag for span in spans}
        if self._listener.must_end(tags, level):
            return await self._heard(await self._listener.wind_down())
        if level is Level.STOPPED:
            await self._listener.hang_up()
            raise RateLimited(
                "the month's budget for X is used up; raise [sources.x] monthly_budget_usd and "
                "restart, or wait for the next month",
                self._budget.resumes_at(),
            )
        if self._progress.spans and now >= self._report_at:
            await self._ask_usage(now)
        if await self._listener.keep(tags, level, now):
            self._search_at |= {span.key: now for span in spans}
        for span in spans:  # after the stream was put right: it may have been hung up
            if span.key not in before or not self._listener.stream:
                self._search_at.setdefault(span.key, now)
        search = self._search or self._due_search(now)
        if search is not None and search.is_stale(now):
            search = self._anew(search, now)
        if search is not None:
            return await self._run(search, level, now)
        return await self._listen(now)

    async def _ask_usage(self, now: datetime) -> None:
        """Compares the ledger with X's own count, every hour."""
        self._report_at = now + _REPORT_EVERY
        try:
            await self._budget.reported(await self._api.usage())
        except NotEnrolled:
            log.info("X does not tell this token its usage source=x")
        except (SourceUnavailable, RateLimited) as exc:
            log.info("X's usage could not be asked source=x reason=%s", exc)

    # ---- the stream

    async def _listen(self, now: datetime) -> Page | None:
        """Waits for lines, for the next thing to do, or for another set of watches."""
        stream, due = self._listener.stream, self._next_due(now)
        waits: list[Coroutine[Any, Any, Any]] = [self._changed.wait()]
        if due is not None:
            waits.append(self._clock.sleep_until(due))
        lines: list[bytes] = []
        if stream is not None:
            waits.append(self._listener.read(lines))
        self._waits = True
        try:
            await _first_of(*waits)
        except asyncio.CancelledError:
            if lines:  # X has billed them: what is put aside for them stays counted
                self._listener.keep_counted()
            raise
        finally:
            self._waits = False
        return await self._heard(lines) if lines else None

    async def _heard(self, lines: list[bytes]) -> Page | None:
        """Counts and reads lines; a line that says that X hangs up ends the stream."""
        posts: set[str] = set()
        users: set[str] = set()
        began = _where(self._clock.now())
        refused: SourceRefused | None = None
        for number, line in enumerate(lines):
            try:
                told = _LINE.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                told = _Line()
            if told.data is None and (problem := problem_of(line)).type:
                if problem.is_usage_cap:
                    refused = SourceRefused(
                        "X says that the cap of this project is used up (UsageCapExceeded); "
                        "raise it in X's developer console, then restart"
                    )
                log.info("X ends the stream source=x title=%s", problem.title[:60])
                self._listener.lost()
                continue
            if told.data is not None and told.data.id:
                posts.add(told.data.id)
            users |= {user.id for user in (told.includes and told.includes.users) or () if user.id}
            rules = told.matching_rules
            if rules and not any((rule.tag or "").startswith(RULE_TAG) for rule in rules):
                continue  # another program's rule: billed to us, but nobody here follows it
            self._gather(line, f"{began} line {number}")
        await self._listener.count(posts, users)
        if refused is not None:
            raise refused
        newest = max((id_ for id_ in posts if id_.isdecimal()), key=int, default=None)
        for span in self._progress.open_now(self._clock.now()):
            if span.key not in self._search_at:
                span.reached(newest)
        return self._page() if posts or self._into.problems else None

    # ---- the search

    def _due_search(self, now: datetime) -> Search | None:
        for span in self._progress.spans:
            not_before, _ = self._pauses.get(span.key, (now, 0))
            if not_before > now:
                continue
            at = self._search_at.get(span.key) if span.is_open(now) else span.searched_at()
            if at is not None and at <= now:
                held = self._held.pop(span.key, None)
                return held or Search(span, started_at=now, last=span.closed)
        return None

    def _forget_searches(self, kept: AbstractSet[tuple[str, int | None]]) -> None:
        """Of hashtags that are followed no more nothing is asked again."""
        for key in self._held.keys() - kept:
            self._give_up(self._held.pop(key))

    def _give_up(self, search: Search) -> None:
        if search.reserved is not None:
            self._budget.lose(search.reserved)

    def _anew(self, search: Search, now: datetime) -> Search | None:
        """The same search from its beginning, where it is still to be done."""
        self._give_up(search)
        self._search = None
        return self._due_search(now)

    async def _run(self, search: Search, level: Level, now: datetime) -> Page | None:
        """One request of a search; the rest of it comes with the next steps."""
        self._search = search
        span = search.span
        try:
            answer = await search_once(self._api, self._budget, search, level, now)
        except (SourceUnavailable, RateLimited) as exc:
            if self._listener.stream is None:
                raise
            # What the stream brings meanwhile must not wait for a search.
            failures = self._pauses.get(span.key, (now, 0))[1] + 1
            pause = min(timedelta(seconds=5) * 2 ** min(failures - 1, 6), timedelta(minutes=5))
            until = exc.retry_at if isinstance(exc, RateLimited) else now + pause
            self._pauses[span.key] = (until, failures)
            self._search, self._held[span.key] = None, search
            return None
        self._pauses.pop(span.key, None)
        where = _where(now)
        if answer.get("data"):
            self._gather(msgspec.json.encode(answer), where)
        if not search.is_done:
            return self._page()
        self._search = None
        span.reached(search.newest)
        ends = span.searched_at()
        if not span.is_open(now):
            if ends is not None and search.started_at >= ends:
                is_last = span.closed or span.end_time(search.started_at) is not None
                if is_last and span in self._progress.spans:
                    self._progress.spans.remove(span)
                span.closed = True
        elif self._listener.stream is None:
            self._search_at[span.key] = now + _POLL
        elif search.started_at < self._listener.stream.opened_at + SEARCHABLE:
            # The search did not know yet what was said just before the stream was opened.
            self._search_at[span.key] = self._listener.stream.opened_at + SEARCHABLE
        else:
            self._search_at.pop(span.key, None)
        if self._listener.only_search and span.key not in self._without_reposts:
            self._without_reposts.add(span.key)
            self._into.problems.append(Problem(where, f"{REPOSTS_MISSING}: searched only"))
        return self._page()

    def _next_due(self, now: datetime) -> datetime | None:
        due = [self._report_at] if self._progress.spans else []
        for span in self._progress.spans:
            at = self._search_at.get(span.key) if span.is_open(now) else span.searched_at()
            ends = span.searched_at()
            paused = self._pauses.get(span.key, (now, 0))[0]
            due += [max(when, paused) for when in (at, ends) if when is not None]
            if span.is_open(now) and ends is not None:
                due.append(ends - SEARCHABLE)
        if (
            self._progress.open_now(now)
            and self._listener.stream is None
            and not self._listener.only_search
        ):
            due.append(self._listener.connect_at)
        if self._listener.asks_again_at is not None and self._progress.open_now(now):
            due.append(self._listener.asks_again_at)
        due += [w.opens_at for w in self._watches or () if w.opens_at and w.opens_at > now]
        due = [when for when in due if when > now]
        return min(due, default=None)

    # ---- pages

    def _gather(self, payload: bytes, where: str) -> None:
        # By the time now: what is waited for comes long after the waiting began.
        self._into.latest = self._clock.now() + _LATEST
        try:
            self._reader.read(payload, where)
        except PayloadError as exc:
            self._into.problem(where, exc)

    def _page(self) -> Page:
        listener, now = self._listener, self._clock.now()
        for _ in range(listener.cut):
            self._into.problem(_where(now), PayloadError("a line that was cut off"))
        listener.cut = 0
        reconnects = max(0, listener.connects - 1)
        page = self._into.page(self._progress.cursor())
        self._given = page.cursor
        page = replace(
            page,
            seen_at=max((post.at for post in page.posts), default=None),
            notice=REPOSTS_MISSING if listener.only_search else "",
            reconnects=reconnects - self._told_reconnects,
        )
        self._told_reconnects = reconnects
        return page


def _where(now: datetime) -> str:
    return f"x {now:%Y-%m-%dT%H:%MZ}"


async def _first_of(*waits: Coroutine[Any, Any, Any]) -> None:
    """Runs all until the first ends, and ends the others."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait) for wait in waits]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
