"""What is asked beside the stream of Bluesky, a request now and then.

Three things. After a gap: the posts under the followed hashtags of that time, where a login is
given, and whether what is kept is still there. And at all times the profiles of authors: who asks
to be shown only to who is signed in, or says no to bots, is not shown.
"""

from __future__ import annotations

import logging
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import RateLimited, SourceRefused, SourceUnavailable
from bot.model.people import Platform, account_key
from bot.model.posts import Deletion, Profile, from_us, post_key, to_us
from bot.sources.bluesky_api import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from bot.clock import Clock
    from bot.sources.base import Followed, Gathering
    from bot.sources.bluesky_api import BlueskyApi, ProfileRead
    from bot.sources.bluesky_sieve import Sieve

log = logging.getLogger(__name__)

MOST_PAGES = 50
"""Of a hashtag after one gap: 5,000 posts."""
AROUND = timedelta(minutes=1)
"""A search goes by other clocks than the stream: a little more is asked for."""
LOOKED_AFTER = timedelta(days=30)
"""Posts as old as this are looked for after a gap, whether they are still there."""
READ_EVERY = timedelta(days=7)
PACE = timedelta(seconds=1)
_LOOK_EVERY = 300
_MOST_UNREAD = 10_000
"""While profiles can not be had; who falls out is asked for when it is their turn again."""
_AFTER_FAILURE = 60
"""In steps of the pace."""


class Beside:
    """One per Source; `step` asks at most one thing."""

    def __init__(
        self, api: BlueskyApi, clock: Clock, followed: Followed, pace: timedelta = PACE
    ) -> None:
        self._api = api
        self._clock = clock
        self._followed = followed
        self._pace = pace
        self._not_before = clock.now()
        self._look_at = clock.now()
        self._filling: tuple[int, int] | None = None
        self._searches: deque[tuple[str, str | None, int]] = deque()
        """Hashtag, where its search goes on, how many pages were read."""
        self._uris: list[str] = []
        self._dids: list[str] = []
        self.notice: str | None = None
        """What can not be had, with the next step; to be taken by who tells it."""

    @property
    def can_fill(self) -> bool:
        """Whether posts of a gap can be searched for."""
        return self._api.can_search

    async def step(
        self,
        into: Gathering,
        sieve: Sieve,
        missing: tuple[int, int] | None,
        hashtags: Iterable[str],
    ) -> tuple[int, int] | None:
        """Asks one thing, if it is time; what is missing afterwards."""
        now = self._clock.now()
        if now < self._not_before:
            return missing
        self._not_before = now + self._pace
        try:
            if missing is not None:
                return await self._fill(into, sieve, missing, hashtags)
            await self._read_profiles(into, sieve, now)
        except RateLimited as exc:
            self._not_before = max(exc.retry_at, self._not_before)
        except SourceRefused as exc:
            self._searches.clear()
            self.notice = str(exc)
        except SourceUnavailable as exc:
            log.info("asked again later: %s source=bluesky", exc)
            self._not_before = now + self._pace * _AFTER_FAILURE
        return missing

    async def _fill(
        self,
        into: Gathering,
        sieve: Sieve,
        missing: tuple[int, int],
        hashtags: Iterable[str],
    ) -> tuple[int, int] | None:
        now = self._clock.now()
        if missing != self._filling:
            self._uris = list(await self._followed.uris(Platform.BLUESKY, now - LOOKED_AFTER))
            self._searches.clear()
            if self._api.can_search:
                self._searches.extend((tag, None, 0) for tag in sorted(hashtags))
            self._filling = missing
        if self._searches:
            await self._search(sieve, missing)
        elif self._uris:
            await self._look_for(into, self._uris[:AT_ONCE])
            del self._uris[:AT_ONCE]
        if self._searches or self._uris:
            return missing
        self._filling = None
        return None

    async def _search(self, sieve: Sieve, missing: tuple[int, int]) -> None:
        tag, cursor, pages = self._searches[0]
        since, until = from_us(missing[0]) - AROUND, from_us(missing[1]) + AROUND
        found = await self._api.search(tag, since, until, cursor)
        for frame in found.frames:
            sieve.read(frame)
        self._searches.popleft()
        if found.cursor and found.frames and pages + 1 < MOST_PAGES:
            self._searches.appendleft((tag, found.cursor, pages + 1))

    async def _look_for(self, into: Gathering, uris: Collection[str]) -> None:
        """What is not there any more was deleted, if its author still is."""
        lost = set(uris) - await self._api.there(uris)
        lost = {uri for uri in lost if "/app.bsky.feed.post/" in uri}
        if not lost:
            return
        authors = {uri: uri.removeprefix("at://").partition("/")[0] for uri in lost}
        profiles = await self._api.profiles(sorted(set(authors.values())))
        # Of who is seen by the signed in alone, we might not be shown what is there.
        known = {p.did for p in profiles if not p.signed_in_only}
        now = self._clock.now()
        self._note(into, profiles, set(authors.values()))
        into.deletions += [
            Deletion(post_key(Platform.BLUESKY, uri), now)
            for uri in sorted(lost)
            if authors[uri] in known
        ]

    async def _read_profiles(self, into: Gathering, sieve: Sieve, now: datetime) -> None:
        """Of who writes for the first time at once; of the others now and then."""
        self._dids += sieve.new_authors
        del self._dids[:-_MOST_UNREAD]
        sieve.new_authors.clear()
        if not self._dids:
            if now < self._look_at:
                return
            self._look_at = now + self._pace * _LOOK_EVERY
            self._dids = list(await self._followed.unread(Platform.BLUESKY, now - READ_EVERY))
            if not self._dids:
                return
        some = list(dict.fromkeys(self._dids[-AT_ONCE:]))
        self._note(into, await self._api.profiles(some), some)
        del self._dids[-AT_ONCE:]

    def _note(
        self, into: Gathering, profiles: Iterable[ProfileRead], asked: Collection[str]
    ) -> None:
        """What the profiles say; of whom there is none, nothing is shown until there is."""
        now, unread = self._clock.now(), set(asked)
        for one in profiles:
            unread.discard(one.did)
            id_ = account_key(Platform.BLUESKY, one.did)
            into.account(id_, Platform.BLUESKY, one.did, to_us(now), one.handle)
            into.profiles.append(Profile(id_, now, one.refuses, one.claim))
        for did in sorted(unread):
            id_ = account_key(Platform.BLUESKY, did)
            into.profiles.append(Profile(id_, now, refuses=True))
