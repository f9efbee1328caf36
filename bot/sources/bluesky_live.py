"""Bluesky live: Jetstream over a websocket, versions 1 and 2, on several hosts.

The Cursor says host, number and time. On the same host version 2 goes on by its number and version
1 by its time; on another host both go on by time. Either goes back a few seconds, because events
may come out of order, and time is each host's own; what comes twice is taken once.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import aiohttp
from yarl import URL

from bot.errors import (
    RateLimited,
    SourceError,
    SourceRefused,
    SourceUnavailable,
)
from bot.model.following import Gap, GapState
from bot.model.people import Platform
from bot.model.posts import Page, from_us, to_us
from bot.sources.base import Gathering
from bot.sources.bluesky import POSTS, PROFILES, REPOSTS
from bot.sources.bluesky_handshake import CONNECT_S, SUBPROTOCOL, is_too_old
from bot.sources.bluesky_place import Place
from bot.sources.bluesky_sieve import MOST_FRAME, Sieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.model.posts import Cursor, Watch
    from bot.sources.base import Followed
    from bot.sources.bluesky_beside import Beside

log = logging.getLogger(__name__)

REWIND_US = 5_000_000
REWIND_ELSEWHERE_US = 15_000_000
"""On another host: their clocks differ by seconds."""
REWIND_EVENTS = 5_000
"""Version 2, on the same host: three seconds of the whole network at its peak."""
LEAST_GAP_US = 60_000_000
"""Version 1 does not say that it has forgotten; somebody posts every second, so silence does."""
REFUSALS = 5
"""So often each host must refuse: what stands before one says 403 or 404 while it starts."""
MOST_READ = 16 << 20
"""A frame larger than this ends the connection; up to it one frame is left out."""
_POSTS_A_PAGE = 500
_PAGE_AFTER_S = 0.25
_EMPTY_PAGE_AFTER_S = 5.0
_BELIEVED = 3
"""The oldest of the last three events says how far we are."""
_TIME_CURSOR = 1_000_000_000_000_000


class BlueskyLive:
    """The live Source of Bluesky. It connects when something is to be followed."""

    name = "bluesky"

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        followed: Followed,
        addresses: Sequence[str],
        idle_s: float,
        beside: Beside | None = None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._followed = followed
        self._hosts = tuple(URL(address) for address in addresses)
        self._idle_s = idle_s
        self._beside = beside
        self._turn = 0
        self._refused: dict[int, list[str]] = {}
        """What each host has answered since one let us in."""
        self._socket: aiohttp.ClientWebSocketResponse[Literal[True]] | None = None
        self._into = Gathering()
        self._sieve: Sieve | None = None
        self._watches: frozenset[Watch] = frozenset()
        self._watched = asyncio.Event()
        self._place: Place | None = None
        self._given: Cursor | None = None
        """The Cursor of the last page: another one in `next_page` means that it was lost."""
        self._connected_to = ""
        self._expected_us = -1
        """From when on this connection was asked for events, until the first has come."""
        self._forgotten = False
        """Version 2 has said that what we asked for is gone."""
        self._by_time = False
        self._times: deque[int] = deque(maxlen=_BELIEVED)
        self._now_us = -1
        """What our clock said when it was last asked: not for every event of a long past."""
        self._gap: Gap | None = None
        self._failure: SourceUnavailable | None = None

    async def watch(self, watches: frozenset[Watch]) -> None:
        """Frames that are read from now on are held against these."""
        self._watches = watches
        if self._sieve is not None:
            self._sieve.watch(watches)
        self._watched.set()

    async def close(self) -> None:
        """Closes the websocket."""
        socket, self._socket = self._socket, None
        if socket is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await socket.close()

    async def next_page(self, after: Cursor | None) -> Page:
        """A page a quarter of a second after its first post, or an empty one every five seconds.

        Raises:
            SourceUnavailable: the connection ended, or none could be had; the next host is next.
            RateLimited: the host asks to be left alone.
            SourceRefused: no host lets us in.
        """
        await self._watched.wait()
        sieve = await self._ready(after)
        while sieve.is_idle:
            self._watched.clear()
            await self._watched.wait()
        self._raise_failure()
        if self._socket is None:
            self._socket = await self._connect()
            self._by_time = False
        self._failure = await self._gather(sieve, self._socket)
        await self._ask_beside(sieve)
        if self._failure is not None:
            await self.close()
            self._turn += 1
        if self._has_something():
            return self._page()
        self._raise_failure()
        return self._page()

    def _raise_failure(self) -> None:
        """What ended the connection is told once, after what came before it."""
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    async def _ready(self, after: Cursor | None) -> Sieve:
        """Makes the sieve at the first page; after a page was lost, goes back behind it."""
        if self._sieve is None:
            kept = await self._followed.kept(Platform.BLUESKY)
            self._sieve = Sieve(self._into, kept)
            self._sieve.watch(self._watches)
            self._place = None if after is None else Place.of(after)
        elif after != self._given:
            await self.close()
            self._into.page()
            self._sieve.read_again()
            self._place = None if after is None else Place.of(after)
        self._given = after
        return self._sieve

    # ---- reading

    def _has_something(self) -> bool:
        return not self._into.is_empty

    async def _ask_beside(self, sieve: Sieve) -> None:
        """Asks one thing beside the stream, if it is time; tells when a gap was looked through."""
        place, beside = self._place, self._beside
        if place is None or beside is None:
            return
        hashtags = {watch.hashtag for watch in self._watches}
        missing = await beside.step(self._into, sieve, place.missing, hashtags)
        if place.missing is not None and missing is None:
            self._place = replace(place, missing=None)
            if beside.can_fill and beside.notice is None:
                starts_at, ends_at = map(from_us, place.missing)
                self._gap = Gap(starts_at, ends_at, "searched for", GapState.FILLED)

    async def _gather(
        self, sieve: Sieve, socket: aiohttp.ClientWebSocketResponse[Literal[True]]
    ) -> SourceUnavailable | None:
        """Reads frames until there is a page; what ended the connection, if something did."""
        now = asyncio.get_running_loop().time
        began = heard = now()
        deadline = began + _EMPTY_PAGE_AFTER_S
        try:
            while True:
                try:
                    async with asyncio.timeout_at(min(deadline, heard + self._idle_s)) as limit:
                        while len(self._into.posts) < _POSTS_A_PAGE:
                            message = await socket.receive()
                            failure = self._frame(sieve, message)
                            if failure is not None:
                                return failure
                            heard = now()
                            if self._has_something() and deadline > heard + _PAGE_AFTER_S:
                                deadline = heard + _PAGE_AFTER_S
                                limit.reschedule(min(deadline, heard + self._idle_s))
                            if heard >= deadline:
                                return None
                        return None
                except TimeoutError:
                    if now() - heard >= self._idle_s:
                        return SourceUnavailable(f"{self._host} has been silent too long")
                    if now() >= deadline:
                        return None
        except (aiohttp.ClientError, OSError) as exc:
            return SourceUnavailable(f"the connection to {self._host} broke ({exc!r:.80})")

    def _frame(self, sieve: Sieve, message: aiohttp.WSMessage) -> SourceUnavailable | None:
        """Takes one message; what ended the connection, if this did."""
        data = message.data
        if message.type is aiohttp.WSMsgType.TEXT:
            payload = data.encode()
        elif message.type is aiohttp.WSMsgType.BINARY:
            payload = data
        else:
            code = data if isinstance(data, int) else self._socket and self._socket.close_code
            return SourceUnavailable(f"{self._host} closed the connection (code {code})")
        frame = sieve.read(payload)
        if frame is None:
            return None
        if frame.kind == "error":
            return SourceUnavailable(f"{self._host} ended the stream: {frame.error:.60}")
        if frame.kind == "info":
            self._forgotten = True
            return None
        if frame.at_us >= 0:
            self._moved_to(-1 if frame.seq is None else frame.seq, frame.at_us)
        return None

    def _moved_to(self, seq: int, at_us: int) -> None:
        """An event was read. The place never goes back, and never passes our own clock."""
        # One clock that is wrong, or one event out of its order, does not move us.
        self._times.append(at_us)
        at_us = min(self._times)
        if at_us > self._now_us:
            self._now_us = to_us(self._clock.now())
            at_us = min(at_us, self._now_us)
        if self._expected_us >= 0 and len(self._times) == _BELIEVED:
            self._measure_gap(at_us)
        place, host = self._place, self._connected_to
        if place is None:
            self._place = Place(host, seq, at_us)
        elif place.host != host:
            self._place = Place(host, seq, max(at_us, place.time_us), place.missing)
        elif at_us > place.time_us or seq > place.seq:
            seq, at_us = max(seq, place.seq), max(at_us, place.time_us)
            self._place = Place(host, seq, at_us, place.missing)

    def _measure_gap(self, at_us: int) -> None:
        expected, self._expected_us = self._expected_us, -1
        late = at_us - expected
        if self._forgotten or (not self._is_v2 and late >= LEAST_GAP_US):
            self._forgotten = False
            if late > 0:
                self._is_missing(expected, at_us)

    def _is_missing(self, first_us: int, last_us: int) -> None:
        """A gap is told, and stays in the Cursor until it was looked through."""
        reason, state = f"{self._host} does not go back further", GapState.MISSING
        if self._beside is not None and self._place is not None:
            state = GapState.FILLING if self._beside.can_fill else state
            before = self._place.missing or (first_us, last_us)
            both = min(before[0], first_us), max(before[1], last_us)
            self._place = replace(self._place, missing=both)
        self._gap = Gap(from_us(first_us), from_us(last_us), reason, state)

    def _page(self) -> Page:
        page = self._into.page(None if self._place is None else self._place.cursor())
        gap, self._gap = self._gap, None
        self._given = page.cursor or self._given
        seen_at = None if self._place is None else from_us(self._place.time_us)
        notice = None
        if self._beside is not None:
            notice, self._beside.notice = self._beside.notice, None
        return replace(page, seen_at=seen_at, gap=gap, notice=notice)

    # ---- connecting

    @property
    def _url(self) -> URL:
        return self._hosts[self._turn % len(self._hosts)]

    @property
    def _host(self) -> str:
        return self._url.host_port_subcomponent or ""

    @property
    def _is_v2(self) -> bool:
        return self._url.path.rstrip("/").endswith("subscribeEvents")

    def _asked(self) -> URL:
        """The address with what we want, and from where on."""
        if self._is_v2:
            query = [("kinds", kind) for kind in ("commit", "identity", "account")]
            query += [("collections", name) for name in (POSTS, REPOSTS, PROFILES)]
        else:
            query = [("wantedCollections", name) for name in (POSTS, REPOSTS, PROFILES)]
        query.append(("maxMessageSizeBytes", str(MOST_FRAME)))
        place, self._expected_us = self._place, -1
        self._times.clear()
        if place is not None:
            here = place.host == self._host
            back = REWIND_US if here else REWIND_ELSEWHERE_US
            cursor = max(place.time_us - back, _TIME_CURSOR if self._is_v2 else 0)
            if self._is_v2 and here and place.seq >= 0 and not self._by_time:
                cursor = max(place.seq - REWIND_EVENTS, 0)
            self._expected_us = place.time_us
            query.append(("cursor", str(cursor)))
        return self._url.update_query(query)

    async def _connect(self) -> aiohttp.ClientWebSocketResponse[Literal[True]]:
        """A connection to the host whose turn it is; on failure it is the next one's.

        Raises:
            SourceUnavailable: it can not be reached.
            RateLimited: it says when to come back.
            SourceRefused: no host lets us in.
        """
        asked = self._asked()
        try:
            async with asyncio.timeout(CONNECT_S):
                socket = await self._http.ws_connect(
                    asked,
                    protocols=(SUBPROTOCOL,) if self._is_v2 else (),
                    max_msg_size=MOST_READ,
                    heartbeat=self._idle_s,
                )
        except aiohttp.WSServerHandshakeError as exc:
            raise await self._refusal(exc, asked) from exc
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            host = self._host
            self._turn += 1
            raise SourceUnavailable(f"{host} can not be reached ({type(exc).__name__})") from exc
        self._refused.clear()
        self._connected_to = self._host
        log.info("connected source=bluesky host=%s", self._connected_to)
        return socket

    async def _refusal(self, error: aiohttp.WSServerHandshakeError, asked: URL) -> SourceError:
        """What an answer that is no websocket means."""
        status, host, turn = error.status, self._host, self._turn
        if (
            status == 400
            and self._is_v2
            and not self._by_time
            and await is_too_old(self._http, asked)
        ):
            self._by_time = self._forgotten = True
            return SourceUnavailable(f"{host} does not go back so far; going on from where it can")
        self._turn += 1
        if status == 429:
            after = error.headers.get("Retry-After", "") if error.headers else ""
            wait = timedelta(seconds=int(after) if after.isdecimal() else 60)
            return RateLimited(f"{host} asks to be left alone", self._clock.now() + wait)
        if status in (400, 401, 403, 404, 410):
            self._refused.setdefault(turn % len(self._hosts), []).append(f"{host} answers {status}")
            said = self._refused.values()
            if len(said) == len(self._hosts) and min(map(len, said)) >= REFUSALS:
                told = ", ".join(sorted(answers[-1] for answers in said))
                return SourceRefused(
                    f"{told}; look at [sources.bluesky] jetstream_url (.../subscribe or "
                    ".../subscribeEvents), correct it, and restart"
                )
        return SourceUnavailable(f"{host} answers with status {status}")
