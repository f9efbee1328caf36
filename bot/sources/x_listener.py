"""Keeps X's rules and the one connection as they should be, and pays for what it brings."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import RateLimited, SourceError, SourceUnavailable
from bot.model.budget import Level
from bot.sources.x_api import Failed, NotEnrolled
from bot.sources.x_query import RULE_TAG, queries_of
from bot.sources.x_stream import Backoff, Connection, Lost

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.budget import Reservation
    from bot.sources.base import Allowance
    from bot.sources.x_api import XApi

log = logging.getLogger(__name__)

BLOCK = 100
"""Posts for which a stream has money put aside."""

_STEADY = timedelta(minutes=1)
_LINGER = timedelta(milliseconds=400)
"""So long nothing must come before a connection is ended that has no rules any more."""
_LINGER_AT_MOST = timedelta(seconds=5)
"""A busy stream whose rules could not be taken away is ended all the same."""
_REFUSED_FOR = timedelta(hours=24)
"""So long a stream that was refused is not asked for again; an access that came is found then."""
_ON_ITS_WAY = timedelta(seconds=10)
"""So long before it is counted a post may have been billed: over midnight on the day before."""


class Listener:
    """One connection, shared by all sessions."""

    def __init__(
        self, api: XApi, clock: Clock, budget: Allowance, patience: timedelta, gather: timedelta
    ) -> None:
        self._api = api
        self._clock = clock
        self._budget = budget
        self._patience = patience
        self._gather_s = gather.total_seconds()
        self._linger_s = _LINGER.total_seconds()
        self._linger_at_most_s = _LINGER_AT_MOST.total_seconds()
        self._backoff = Backoff()
        self._block: Reservation | None = None
        self._rules: list[str] | None = None
        """The rules that X has of us; None: not known."""
        self.stream: Connection | None = None
        self._refused_until: datetime | None = None
        self.only_search = False
        self.connect_at = clock.now()
        self.connects = 0
        self.cut = 0
        """Lines that did not come whole, since somebody took them away from here."""

    @property
    def refused(self) -> bool:
        """Whether X lets this token search, but not stream."""
        return self._refused_until is not None and self._clock.now() < self._refused_until

    @property
    def asks_again_at(self) -> datetime | None:
        """When a stream that was refused is asked for again."""
        return self._refused_until if self.refused else None

    def must_end(self, tags: AbstractSet[str], level: Level) -> bool:
        """Whether there is a connection that is not wanted any more, or is not paid for."""
        if self.stream is None:
            return False
        wanted = bool(tags) and level < Level.SEARCH_ONLY and not self.refused
        is_as_wanted = self.stream.authors == (level is Level.FULL)
        return not (wanted and is_as_wanted and self._block is not None)

    async def wind_down(self) -> list[bytes]:
        """Ends the connection, and gives what was on its way: X has billed it.

        Without rules X sends nothing more. What came is to be counted.
        """
        if self.stream is None:
            return []
        lines: list[bytes] = []
        self._rules = None
        with suppress(SourceError):  # it ends all the same; who asks next is told
            there = await self._api.rules()
            ours = [rule.id for rule in there if rule.tag.startswith(RULE_TAG)]
            await self._api.delete_rules(ours)
        try:
            async with asyncio.timeout(self._linger_at_most_s) as at_most:
                while True:
                    async with asyncio.timeout(self._linger_s):
                        lines += await self.stream.read()
        except (TimeoutError, SourceUnavailable):
            self._close()
            if at_most.expired():
                self.keep_counted()  # more was on its way, and nobody will count it
        except asyncio.CancelledError:
            if lines:
                self.keep_counted()
            raise
        if not lines:
            await self.hang_up()
        return lines

    async def keep(self, tags: AbstractSet[str], level: Level, now: datetime) -> bool:
        """Puts rules and connection right; whether it connected just now.

        Raises:
            SourceRefused: 401, 402 or a cap.
        """
        self.only_search = level >= Level.SEARCH_ONLY or self.refused
        if self.only_search:
            tags = frozenset()
        authors = level is Level.FULL
        if self.refused or now < self.connect_at:
            return False
        try:
            await self._keep_rules(queries_of(tags, reposts=level < Level.NO_REPOSTS))
            return bool(tags) and self.stream is None and await self._connect(authors, now)
        except NotEnrolled as exc:
            log.warning("X refuses its stream; searching only source=x reason=%s", exc)
            self._refused_until, self.only_search = now + _REFUSED_FOR, True
            await self.hang_up()
        except RateLimited as exc:
            self.connect_at = max(exc.retry_at, now + self._backoff.after(Lost.LIMITED))
        except Failed:
            self.connect_at = now + self._backoff.after(Lost.HTTP)
        except SourceUnavailable:
            self.connect_at = now + self._backoff.after(Lost.LINE)
        return False

    async def _keep_rules(self, wanted: list[str]) -> None:
        """Adds what is missing, then takes away what is too much; rules of others stay."""
        if wanted == self._rules:
            return
        self._rules = None
        there = await self._api.rules()
        ours = {rule.value: rule.id for rule in there if rule.tag.startswith(RULE_TAG)}
        if missing := [value for value in wanted if value not in ours]:
            await self._api.add_rules(missing, RULE_TAG)
        await self._api.delete_rules(id_ for value, id_ in ours.items() if value not in wanted)
        self._rules = wanted

    async def _connect(self, authors: bool, now: datetime) -> bool:
        if self._block is None:
            self._block = await self._budget.reserve(BLOCK, BLOCK if authors else 0)
        if self._block is None:
            self.connect_at = now + _STEADY
            return False
        answer = await self._api.open_stream(authors=authors)
        self.stream = Connection(answer, self._patience, now, authors=authors)
        self.connects += 1
        log.info("connected source=x connects=%d", self.connects)
        return True

    async def read(self, lines: list[bytes]) -> None:
        """Waits for lines, and takes those that follow closely; when the stream ends, returns.

        Cancelling it loses nothing of what is in `lines` then.
        """
        stream = self.stream
        if stream is None:
            return
        try:
            lines += await stream.read()
            if lines:
                async with asyncio.timeout(self._gather_s):
                    while len(lines) < BLOCK // 2:
                        lines += await stream.read()
        except TimeoutError:
            return
        except SourceUnavailable as exc:
            log.info("the stream ended source=x reason=%s", exc)
            self.lost()

    async def count(self, posts: AbstractSet[str], users: AbstractSet[str]) -> None:
        """Counts what came, and puts aside for what comes next; where that is too much, it ends."""
        if posts:
            self._backoff.reset()
        if not (posts or users):
            return
        again = None
        if self.stream is not None:
            again = (BLOCK, BLOCK if self.stream.authors else 0)
        block, self._block = self._block, None
        asked_at = self._clock.now() - _ON_ITS_WAY
        self._block = await self._budget.settle(block, posts, users, asked_at=asked_at, again=again)

    def lost(self) -> None:
        """The connection ended: the next one comes after a pause."""
        now = self._clock.now()
        if self.stream is not None:
            if now - self.stream.opened_at >= _STEADY:
                self._backoff.reset()
            self.stream.close()
            self.cut += self.stream.cut
        self.stream = None
        self.connect_at = now + self._backoff.after(Lost.LINE)

    def keep_counted(self) -> None:
        """What is put aside stays so for good: X has billed what will not be counted."""
        if self._block is not None:
            self._budget.lose(self._block)
        self._block = None

    async def hang_up(self) -> None:
        """Ends the connection, and what was put aside for it."""
        self._close()
        if self._block is not None:
            block, self._block = self._block, None
            await self._budget.release(block)

    def _close(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.cut += self.stream.cut
            self.stream = None
