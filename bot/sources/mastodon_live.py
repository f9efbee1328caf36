"""Mastodon live: one Source an instance, a stream for each hashtag, and what streams missed.

A stream tells nothing of what happened while it was cut. So behind every connection the timeline is
read again, from ten minutes before the newest post that is known (posts of other instances arrive
late, with the number of the time at which they were written): what was there and is not any more
was deleted. What is older is looked for by its number, at a pace that an instance allows: at the
start, after a cut, and once a day, since no stream is open between sessions.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from bot.errors import PayloadError, RateLimited, SourceUnavailable
from bot.model.people import Platform
from bot.model.posts import Cursor, Deletion, LocalId, Page, post_key, to_us
from bot.sources.base import Gathering
from bot.sources.mastodon import MOST_KNOWN, STATUS, MastodonReader, Status
from bot.sources.mastodon_api import A_PAGE, LOOKED_FOR_AT_ONCE, MastodonApi
from bot.sources.mastodon_streams import Reading, Stream
from bot.sources.payloads import decoded
from bot.sources.recent import Recent

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.posts import Post, Watch
    from bot.sources.base import Followed
    from bot.sources.sse import Sent

LATE = timedelta(minutes=10)
MOST_PAGES = 50
"""Of a timeline, before what was read of it is kept: 2,000 posts."""
MOST_LOOKED_FOR = 10_000
LOOKED_AFTER = timedelta(days=30)
LOOK_EVERY = timedelta(days=1)
PACE = timedelta(seconds=2)
"""Between two looks: half of what an instance allows."""
_AFTER_A_CUT = 150
_AFTER_FAILURE = 30
"""In steps of the pace."""
_LEAST_WAIT_S = 0.02
_PAGE_AFTER_S = 0.25
_EMPTY_PAGE_AFTER_S = 5.0
_NOTHING_OPEN_S = 15.0
_MOST_GONE = 10_000
_PIECE = 1 << 16
_PAGES = "#"
"""Beside the hashtags of a Cursor: no hashtag."""


class MastodonLive:
    """The live Source of one instance. It connects while a window is open."""

    def __init__(
        self,
        api: MastodonApi,
        clock: Clock,
        followed: Followed,
        idle_s: float,
        pace: timedelta = PACE,
    ) -> None:
        self.name = f"mastodon {api.host}"
        self._api = api
        self._clock = clock
        self._followed = followed
        self._pace = pace
        self._look_at = self._next_look = clock.now()
        """When everything is looked for again, and when the next look is allowed."""
        self._ours: Recent[str, str] = Recent(MOST_KNOWN)
        """The uris of posts that are kept, by their ids."""
        self._looked_for: list[str] = []
        """Ids that are still to be looked for in this round, the newest last."""
        self._idle_s = idle_s
        self._into = Gathering()
        self._reader = MastodonReader(self._into)
        self._windows: dict[str, list[tuple[datetime | None, datetime | None]]] = {}
        self._watched = asyncio.Event()
        self._streams: dict[str, Stream] = {}
        self._known: dict[str, Recent[str, str]] = {}
        """The uris of the posts under a hashtag by their ids, as far as this process saw them."""
        self._unread: dict[str, Reading] = {}
        """The hashtags whose timeline is still to be read again behind their stream."""
        self._gone: Recent[str, None] = Recent(_MOST_GONE)
        """Ids that were deleted before we saw them."""
        self._newest: dict[str, int] = {}
        self._sent: deque[tuple[str, Sent]] = deque()
        self._pages = 0
        self._started = False
        self._given: Cursor | None = None
        self._notice: str | None = None
        self._failure: SourceUnavailable | None = None
        self._seen_at: datetime | None = None

    async def watch(self, watches: frozenset[Watch]) -> None:
        """Streams are opened and closed at the next page."""
        windows = defaultdict(list)
        for watch in watches:
            windows[watch.hashtag].append((watch.opens_at, watch.closes_at))
        self._windows = dict(windows)
        self._watched.set()

    async def close(self) -> None:
        """Closes the streams."""
        for stream in self._streams.values():
            stream.answer.close()
        self._streams.clear()
        self._unread.clear()

    async def next_page(self, after: Cursor | None) -> Page:
        """A page a quarter of a second after its first post, or an empty one every five seconds.

        Raises:
            SourceError: what the instance said.
        """
        if not self._started or after != self._given:
            await self._start_at(after)
        failure, self._failure = self._failure, None
        if failure is not None:
            await self.close()
            raise failure
        self._watched.clear()
        open_ = self._open_tags()
        for tag in self._streams.keys() - open_.keys():
            self._streams.pop(tag).answer.close()
            self._unread.pop(tag, None)
            self._known.pop(tag, None)
        if not open_:
            await self._look()
            if not self._has_something():
                await self._rest()
            return self._page()
        if not self._streams:
            self._notice = await self._api.check()
        for tag in sorted(open_.keys() - self._streams.keys()):
            stream = await self._api.stream(tag)
            now = asyncio.get_running_loop().time()
            self._streams[tag] = Stream(tag, stream, now)
            start = self._start_of(tag, open_[tag])
            self._unread[tag] = Reading(start, start)
            self._look_at = min(self._look_at, self._clock.now() + self._pace * _AFTER_A_CUT)
        for tag in sorted(self._unread):
            await self._read_again(tag, self._unread[tag])
            if self._has_something() or tag in self._unread:
                return self._page()
        if not self._sent:
            await self._listen()
        await self._take_sent()
        await self._look()
        return self._page()

    async def _start_at(self, after: Cursor | None) -> None:
        await self.close()
        self._into.page()
        self._sent.clear()
        known = await self._followed.local_ids(self.name)
        for id_ in reversed(list(known)):
            self._reader.know(id_, known[id_])
        self._ours = Recent(MOST_KNOWN, ((id_, known[id_]) for id_ in reversed(list(known))))
        self._look_at = self._clock.now()
        self._newest = {}
        with suppress(ValueError, AttributeError):
            self._newest = {t: int(n) for t, n in json.loads(after or "{}").items()}
        self._pages = self._newest.pop(_PAGES, 0)
        self._started, self._given = True, after

    def _open_tags(self) -> dict[str, datetime | None]:
        """The hashtags with an open window, and since when the first of them is."""
        now = self._clock.now()
        opened: dict[str, datetime | None] = {}
        for tag, windows in self._windows.items():
            begins = [a for a, b in windows if (a is None or a <= now) and (b is None or now < b)]
            if begins:
                since = [begin for begin in begins if begin is not None]
                opened[tag] = min(since) if len(since) == len(begins) else None
        return opened

    def _is_in_window(self, tag: str, at: datetime) -> bool:
        windows = self._windows.get(tag, ())
        return any((a is None or a <= at) and (b is None or at < b) for a, b in windows)

    # ---- what was missed

    def _start_of(self, tag: str, since: datetime | None) -> int:
        """From where on a timeline is read: a little before its newest post, in its window."""
        newest = self._newest.get(tag)
        if newest is None:
            return _number_of(since or self._clock.now() - LATE)
        return max(newest - (_MS_OF_LATE << 16), _number_of(since) if since else 0)

    async def _read_again(self, tag: str, reading: Reading) -> None:
        """The timeline, oldest first; what this process knew and is not in it was deleted."""
        for _ in range(MOST_PAGES):
            statuses = await self._api.newer(tag, str(reading.at))
            for status in statuses:
                reading.there.add(status.id)
                await self._take(tag, status)
            numbers = [int(s.id) for s in statuses if s.id.isdecimal()]
            if len(statuses) < A_PAGE or max(numbers, default=0) <= reading.at:
                break
            reading.at = max(numbers)
        else:
            return
        del self._unread[tag]
        reached = max([reading.at, *numbers])
        for id_ in [i for i in self._known.get(tag, ()) if i not in reading.there]:
            if id_.isdecimal() and reading.start < int(id_) <= reached:
                self._delete(id_)

    async def _look(self) -> None:
        """Looks for some of what is known, if it is time: what is not there was deleted."""
        now = self._clock.now()
        if now < self._next_look:
            return
        if not self._looked_for and now >= self._look_at:
            since = _number_of(now - LOOKED_AFTER)
            known = [id_ for id_ in self._ours if id_.isdecimal() and int(id_) > since]
            self._looked_for = sorted(known, key=int)[-MOST_LOOKED_FOR:]
            self._look_at = now + LOOK_EVERY
        if not self._looked_for:
            return
        self._next_look = now + self._pace
        some = self._looked_for[-LOOKED_FOR_AT_ONCE:][::-1]
        try:
            found = await self._api.statuses(some)
        except RateLimited as exc:
            self._next_look = max(exc.retry_at, self._next_look)
            return
        except SourceUnavailable:
            self._next_look = now + self._pace * _AFTER_FAILURE
            return
        asked = self._api.answered_at_once(some)
        del self._looked_for[-len(asked) :]
        for id_ in asked:
            if id_ not in found:
                self._delete(id_)
            else:
                self._keep(found[id_])

    async def _rest(self) -> None:
        """Nothing is open: waits for that, or for the next look."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._until_the_next_look_s(_NOTHING_OPEN_S)):
                await self._watched.wait()

    def _until_the_next_look_s(self, at_most_s: float) -> float:
        if not self._looked_for:
            return at_most_s
        wait_s = (self._next_look - self._clock.now()).total_seconds()
        return min(max(wait_s, _LEAST_WAIT_S), at_most_s)

    # ---- what comes in

    async def _listen(self) -> None:
        """Reads all streams until there is something, one fails, or it is time for something."""
        within_s = self._until_the_next_look_s(_EMPTY_PAGE_AFTER_S)
        began = asyncio.get_running_loop().time()
        for stream in self._streams.values():
            stream.heard = began
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s) as limit, asyncio.TaskGroup() as group:
                for stream in self._streams.values():
                    group.create_task(self._read(stream, limit))
        now = asyncio.get_running_loop().time()
        for stream in self._streams.values():
            stream.silent_s += now - stream.heard
            if stream.silent_s > self._idle_s:
                self._failure = SourceUnavailable(f"{self._api.host} has been silent too long")

    async def _read(self, stream: Stream, limit: asyncio.Timeout) -> None:
        now = asyncio.get_running_loop().time
        while True:
            try:
                piece = await stream.answer.content.read(_PIECE)
            except (aiohttp.ClientError, OSError) as exc:
                reason = f"the stream of {self._api.host} broke ({type(exc).__name__})"
                piece, self._failure = b"", SourceUnavailable(reason)
            if not piece:
                ended = SourceUnavailable(f"{self._api.host} ended the stream")
                self._failure = self._failure or ended
                limit.reschedule(now())
                return
            stream.heard, stream.silent_s = now(), 0.0
            for sent in stream.parser.feed(piece):
                if not self._sent:
                    limit.reschedule(now() + _PAGE_AFTER_S)
                self._sent.append((stream.tag, sent))
            for _ in range(stream.parser.too_long):
                self._problem(PayloadError("an event of more than 1 MB"))
            stream.parser.too_long = 0

    async def _take_sent(self) -> None:
        while self._sent:
            # It is taken out when it was read: on the way the instance may be asked, and refuse.
            tag, sent = self._sent[0]
            await self._take_event(tag, sent)
            self._sent.popleft()

    async def _take_event(self, tag: str, sent: Sent) -> None:
        if sent.event in ("update", "status.update"):
            try:
                status = decoded(STATUS, sent.data)
            except PayloadError as exc:
                self._problem(exc)
                return
            await self._take(tag, status)
        elif sent.event == "delete":
            self._delete(sent.data.decode("utf-8", "replace").strip())

    async def _take(self, tag: str, status: Status) -> None:
        at = status.created_at
        if at is not None and at.tzinfo is not None and not self._is_in_window(tag, at):
            return
        parent = status.in_reply_to_id
        if parent is not None and parent not in self._reader.uris:
            with suppress(SourceUnavailable):  # the answer is kept without what it answers
                found = await self._api.status(parent)
                if found is not None and found.uri is not None:
                    self._reader.know(parent, found.uri)
        post = self._keep(status)
        if post is None:
            return
        if tag not in self._known:
            self._known[tag] = Recent(MOST_KNOWN)
        self._known[tag].note(status.id, post.native_id)
        now = self._clock.now()
        if status.id.isdecimal() and int(status.id) <= _number_of(now + LATE):
            self._newest[tag] = max(self._newest.get(tag, 0), int(status.id))
        self._seen_at = min(post.edited_at or post.at, now)
        if status.id in self._gone:
            self._delete(status.id)

    def _keep(self, status: Status) -> Post | None:
        """The post, gathered with its number; None where it can not be used."""
        try:
            post = self._reader.take(status)
        except PayloadError as exc:
            self._problem(exc)
            return None
        if status.id:
            self._into.local_ids.append(LocalId(status.id, post.id))
            self._ours.note(status.id, post.native_id)
        return post

    def _delete(self, id_: str) -> None:
        uri = self._ours.pop(id_, None)
        uri = self._reader.uris.pop(id_, uri)
        for known in self._known.values():
            uri = known.pop(id_, None) or uri
        if uri is None:
            self._gone.note(id_, None)
            return
        deletion = Deletion(post_key(Platform.MASTODON, uri), self._clock.now())
        self._into.deletions.append(deletion)

    def _problem(self, error: PayloadError) -> None:
        self._into.problem(f"{self.name} {to_us(self._clock.now())}", error)

    def _has_something(self) -> bool:
        return not self._into.is_empty

    def _page(self) -> Page:
        cursor = self._given
        if self._has_something():
            # A page has a number, so that one which was lost is noticed by the Cursor before it.
            self._pages += 1
            cursor = Cursor(json.dumps(self._newest | {_PAGES: self._pages}, sort_keys=True))
        page = self._into.page(cursor)
        self._given = cursor
        notice, self._notice = self._notice, None
        seen_at, self._seen_at = self._seen_at, None
        return replace(page, seen_at=seen_at, notice=notice)


def _number_of(when: datetime) -> int:
    """The lowest id of a post written then: Mastodon counts milliseconds, shifted by 16 bits."""
    return to_us(when) // 1000 << 16


_MS_OF_LATE = int(LATE / timedelta(milliseconds=1))
