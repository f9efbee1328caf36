"""Which frames of Jetstream concern us, told before they are parsed. Pure.

A frame is looked at in two steps: its envelope (who, which record, when), and for a new record
the bytes of its tags and addresses. Only what concerns us is parsed to the end.

What concerns us may come in any order: an answer before what it answers, an edit or a deletion
before the post. So a frame that might concern us later waits for a while: the last few thousand
answers and edits as they are, deletions and departures as numbers. A Source that connects again
goes back a few seconds, so nothing is lost with the memory of a process.
"""

from __future__ import annotations

import re
from collections import defaultdict, deque
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import (
    Absence,
    Deletion,
    Departure,
    from_us,
    normal_hashtag,
    post_key,
    to_us,
)
from bot.sources.bluesky import POSTS, PROFILES, REPOSTS, Commit, JetstreamReader, Opened, opened
from bot.sources.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.posts import Watch
    from bot.sources.base import Gathering, Kept

MOST_KEPT = 400_000
MOST_WAITING = 8_192
MOST_WAITING_BYTES = 16 << 20
MOST_GONE = 100_000
MOST_FRAME = 1 << 20
"""A record has at most 1 MB; what is larger is none."""
_MOST_TAGS = 50_000
_MOST_REPEATED = 8_192
_MOST_NEW = 10_000

_TAG = re.compile(rb'"tag"\s*:\s*"((?:[^"\\]|\\.)*)"')
_TAGS = re.compile(rb'"tags"\s*:\s*\[([^\]]*)\]')
_STRING = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_URI = re.compile(rb'"uri"\s*:\s*"(at:[^"]+)"')

TOO_LONG = f"a frame of more than {MOST_FRAME >> 20} MB"


class Sieve:
    """Lets through to a Gathering what concerns us."""

    def __init__(self, into: Gathering, kept: Kept) -> None:
        self._into = into
        self._reader = JetstreamReader(into)
        self._windows: dict[str, list[tuple[int, int]]] = {}
        self._tags: dict[bytes, str] = {}
        self._kept = Recent(MOST_KEPT, ((id_, None) for id_ in kept.posts))
        self._authors = Recent(MOST_KEPT, ((id_, None) for id_ in kept.authors))
        self._gone: Recent[int, int] = Recent(MOST_GONE)
        """Records that were deleted, and accounts that left, before we knew of them; and when."""
        self._away: Recent[int, int] = Recent(MOST_GONE)
        """Accounts that went away, or came back, before we knew of them; when, negative: back."""
        self.new_authors: Recent[str, None] = Recent(_MOST_NEW)
        """Whose profile nobody has read; to be taken by who reads them."""
        self._waiting: defaultdict[int, list[Opened]] = defaultdict(list)
        """Frames that wait, by the posts whose coming would make them ours."""
        self._queue: deque[tuple[Opened, Sequence[int]]] = deque()
        self._queued_bytes = 0
        self._taken: Recent[int, None] = Recent(_MOST_REPEATED)
        """Hashes of what was read to its end: a few bytes each."""
        self._at_us = -1

    @property
    def is_idle(self) -> bool:
        """Whether nothing at all could concern us."""
        return not (self._windows or self._kept)

    def watch(self, watches: frozenset[Watch]) -> None:
        """Which hashtags concern us, and when."""
        windows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for watch in watches:
            opens = -1 if watch.opens_at is None else to_us(watch.opens_at)
            closes = 1 << 62 if watch.closes_at is None else to_us(watch.closes_at)
            windows[watch.hashtag].append((opens, closes))
        self._windows = dict(windows)

    def read_again(self) -> None:
        """What was taken since the last commit was lost: it may be taken once more."""
        self._taken.clear()

    def read(self, payload: bytes) -> Opened | None:
        """Takes a frame, if it concerns us; gives its envelope. What is no frame is a Problem."""
        if len(payload) > MOST_FRAME:
            self._problem(PayloadError(TOO_LONG))
            return None
        try:
            frame = opened(payload)
        except PayloadError as exc:
            self._problem(exc)
            return None
        self._at_us = frame.at_us
        if frame.commit is not None:
            self._commit(frame, frame.commit, payload)
        elif frame.kind in ("identity", "account") and frame.event.did:
            self._account(frame)
        return frame

    def _account(self, frame: Opened) -> None:
        id_, account = account_key(Platform.BLUESKY, frame.event.did), frame.event.account
        if id_ in self._authors:
            self._take(frame)
        elif frame.kind == "identity":
            self._wait(frame, (id_,))
        elif account is None:
            return
        elif account.is_gone:
            self._gone.note(id_, max(frame.at_us, self._gone.get(id_, -1)))
        elif account.is_away is not None and abs(self._away.get(id_, 0)) < frame.at_us:
            self._away.note(id_, frame.at_us if account.is_away else -frame.at_us)

    def _commit(self, frame: Opened, commit: Commit, payload: bytes) -> None:
        if commit.collection == PROFILES:
            # A code in the bio links an account that may not have written anything yet.
            known = account_key(Platform.BLUESKY, frame.event.did) in self._authors
            if known or b"crosstie-" in payload:
                self._take(frame)
            return
        if commit.collection not in (POSTS, REPOSTS) or not commit.rkey:
            return
        if commit.operation == "delete":
            key = post_key(Platform.BLUESKY, frame.uri)
            if key in self._kept:
                self._take(frame)
            else:
                self._gone.note(key, frame.at_us)
            return
        if b'"tag' in payload and self._is_watched(payload, frame.at_us):
            self._take_post(frame)
            return
        refs: list[int] = []
        if b'"uri"' in payload:
            refs = [
                post_key(Platform.BLUESKY, uri.decode("utf-8", "replace"))
                for uri in _URI.findall(payload)
            ]
        if commit.operation == "update":
            refs.append(post_key(Platform.BLUESKY, frame.uri))
        if not refs:
            return
        if self._kept.keys().isdisjoint(refs):
            self._wait(frame, refs)
        else:
            self._take_post(frame)

    def _is_watched(self, record: bytes, at_us: int) -> bool:
        shown = _TAG.findall(record)
        for tags in _TAGS.findall(record):
            shown += _STRING.findall(tags)
        for tag in shown:
            normal = self._tags.get(tag)
            if normal is None:
                normal = self._normal(tag)
            windows = self._windows.get(normal)
            if windows is not None and any(a <= at_us < b for a, b in windows):
                return True
        return False

    def _normal(self, tag: bytes) -> str:
        if len(self._tags) >= _MOST_TAGS:
            self._tags.clear()
        try:
            normal = normal_hashtag(msgspec.json.decode(b'"%s"' % tag, type=str))
        except msgspec.DecodeError:
            normal = ""
        self._tags[tag] = normal
        return normal

    def _take_post(self, frame: Opened) -> None:
        """Takes a post, and all that waited for it."""
        todo = [frame]
        while todo:
            one = todo.pop()
            if not self._take(one) or one.commit is None:
                continue
            key = post_key(Platform.BLUESKY, one.uri)
            author = account_key(Platform.BLUESKY, one.event.did)
            if author not in self._authors:
                self.new_authors.note(one.event.did, None)
            self._kept.note(key, None)
            self._authors.note(author, None)
            if key in self._gone:
                self._into.deletions.append(Deletion(key, from_us(self._gone.pop(key))))
            if author in self._gone:
                departure = Departure(author, from_us(self._gone.pop(author)))
                self._into.departures.append(departure)
            if author in self._away:
                at_us = self._away.pop(author)
                news = Absence(author, from_us(abs(at_us)), is_away=at_us > 0)
                self._into.absences.append(news)
            todo += self._waiting.pop(key, ())
            todo += self._waiting.pop(author, ())

    def _take(self, frame: Opened) -> bool:
        """Parses a frame to its end, unless that was done; whether it could be used."""
        what = frame.kind if frame.commit is None else frame.commit.operation
        form = hash((what, frame.uri or frame.event.did, frame.at_us))
        if form in self._taken:
            return True
        self._taken.note(form, None)
        try:
            self._reader.take(frame)
        except PayloadError as exc:
            self._problem(exc)
            return False
        return True

    def _problem(self, error: PayloadError) -> None:
        self._into.problem(f"bluesky {self._at_us}", error)

    def _wait(self, frame: Opened, keys: Sequence[int]) -> None:
        for key in keys:
            self._waiting[key].append(frame)
        self._queue.append((frame, keys))
        self._queued_bytes += len(frame.payload) if isinstance(frame.payload, bytes) else 0
        while len(self._queue) > MOST_WAITING or self._queued_bytes > MOST_WAITING_BYTES:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        frame, keys = self._queue.popleft()
        self._queued_bytes -= len(frame.payload) if isinstance(frame.payload, bytes) else 0
        for key in keys:
            frames = self._waiting.get(key)
            if frames and frames[0] is frame:
                frames.pop(0)
                if not frames:
                    del self._waiting[key]
