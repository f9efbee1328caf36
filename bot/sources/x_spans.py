"""What X is asked about, hashtag by hashtag, and how far it is read: the Cursor of its Source."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError
from bot.model.posts import Cursor, from_us, to_us
from bot.sources.x import time_of_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.posts import Watch

SEARCHABLE = timedelta(seconds=40)
"""X's search finds posts that are half a minute old, and some."""
ONCE_MORE = timedelta(hours=24)
"""So long after its end a session is searched for the last time."""

_REACH = timedelta(days=6, hours=23)
"""Recent search goes back seven days."""
_OVERLAP_MS = 10_000
"""A stream gives posts slightly out of order: a search begins so much before the newest."""


class Span(msgspec.Struct):
    """A hashtag in a window of time."""

    tag: str
    opens_us: int | None
    closes_us: int | None
    since: str | None = None
    """Everything up to this id was read."""
    closed: bool = False
    """Whether it was searched after its end."""

    @property
    def key(self) -> tuple[str, int | None]:
        """What stays the same when its end is moved."""
        return self.tag, self.opens_us

    def is_open(self, now: datetime) -> bool:
        """Whether it is followed at `now`."""
        return self.closes_us is None or to_us(now) < self.closes_us

    def reached(self, native_id: str | None) -> None:
        """Everything up to this id was read; an older one is ignored."""
        if native_id and (self.since is None or int(native_id) > int(self.since)):
            self.since = native_id

    def searched_at(self) -> datetime | None:
        """When it is searched next for having ended; None while it has no end."""
        if self.closes_us is None:
            return None
        return from_us(self.closes_us) + (ONCE_MORE if self.closed else SEARCHABLE)

    def since_id(self, now: datetime) -> str | None:
        """From which id to search on; None where there is none that X would take."""
        if self.since is None:
            return None
        try:
            if time_of_id(self.since) < now - _REACH:
                return None
        except PayloadError:
            return None
        return str(max(1, int(self.since) - (_OVERLAP_MS << 22)))

    def start_time(self, now: datetime) -> datetime:
        """From when to search where no id is known; X wants it to lie in the past."""
        opens = now if self.opens_us is None else from_us(self.opens_us)
        return min(max(opens, now - _REACH), now - timedelta(minutes=1))

    def end_time(self, now: datetime) -> datetime | None:
        """Until when to search; None while that is not over, as X wants it to lie in the past."""
        last = self._last_post()
        return last if last is not None and last < now - timedelta(minutes=1) else None

    def is_out_of_reach(self, now: datetime) -> bool:
        """Whether it ended so long ago that X's search finds nothing of it any more."""
        last = self._last_post()
        return last is not None and last <= now - _REACH

    def _last_post(self) -> datetime | None:
        """What is said a day after its end is no part of it."""
        return None if self.closes_us is None else from_us(self.closes_us) + ONCE_MORE


class Progress(msgspec.Struct):
    """All spans; `pages` grows with every page, so that no two Cursors are alike."""

    pages: int = 0
    spans: list[Span] = []

    @classmethod
    def at(cls, cursor: Cursor | None) -> Progress:
        """Where a Cursor says that we are; from the beginning, where it can not be read."""
        if cursor is None:
            return cls()
        try:
            return msgspec.json.decode(cursor, type=cls)
        except msgspec.MsgspecError:
            return cls()

    def cursor(self) -> Cursor:
        """The Cursor of the next page."""
        self.pages += 1
        return Cursor(msgspec.json.encode(self).decode())

    def open_now(self, now: datetime) -> list[Span]:
        """The spans that are followed at `now`."""
        return [span for span in self.spans if span.is_open(now)]

    def follow(self, watches: Iterable[Watch], now: datetime) -> bool:
        """Adds what opened, moves ends, drops what is not to be followed; whether any changed."""
        known = {span.key: span for span in self.spans}
        wanted: dict[tuple[str, int | None], int | None] = {}
        for watch in watches:
            key = (watch.hashtag, None if watch.opens_at is None else to_us(watch.opens_at))
            closes = None if watch.closes_at is None else to_us(watch.closes_at)
            other = wanted.setdefault(key, closes)
            wanted[key] = None if None in (other, closes) else max(other or 0, closes or 0)
        changed = False
        for (tag, opens), closes in sorted(wanted.items(), key=lambda item: str(item[0])):
            span = known.get((tag, opens))
            if span is not None:
                if span.closes_us != closes and not span.closed:
                    span.closes_us = closes
                    changed = True
            elif (opens is None or opens <= to_us(now)) and (closes is None or closes > to_us(now)):
                self.spans.append(Span(tag, opens, closes))
                changed = True
        kept = [
            span
            for span in self.spans
            if (span.key in wanted or not span.is_open(now)) and not span.is_out_of_reach(now)
        ]
        changed = changed or len(kept) != len(self.spans)
        self.spans = kept
        return changed
