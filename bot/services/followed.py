"""What is kept already, as the live Sources see it when they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sources.base import Kept
from bot.store import local_ids, profiles
from bot.store import posts as store

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import Platform
    from bot.store.database import Database

MOST_KEPT = 300_000
"""Some 30 MB; at 5,000 posts a day the answers of two months."""
MOST_URIS = 2_000
MOST_UNREAD = 500
MOST_LOCAL_IDS = 50_000


class FollowedPosts:
    """The Followed of bot.sources.base, over the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def kept(self, platform: Platform) -> Kept:
        """The newest posts, and their authors."""
        async with self._db.read() as tx:
            newest = await store.newest_posts(tx, platform, MOST_KEPT)
        return Kept(frozenset(newest), frozenset(newest.values()))

    async def uris(self, platform: Platform, since: datetime) -> list[str]:
        """The native ids of the newest posts since then, the newest first."""
        async with self._db.read() as tx:
            return await store.newest_native_ids(tx, platform, since, MOST_URIS)

    async def unread(self, platform: Platform, before: datetime) -> list[str]:
        """Native ids of authors whose profile was not read since then."""
        async with self._db.read() as tx:
            return await profiles.unread(tx, platform, before, MOST_UNREAD)

    async def local_ids(self, source: str) -> dict[str, str]:
        """What the instance calls the newest posts."""
        async with self._db.read() as tx:
            return await local_ids.local_ids_of(tx, source, MOST_LOCAL_IDS)
