"""What is kept already, as the live Sources see it when they start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sources.base import Kept
from bot.store import posts as store

if TYPE_CHECKING:
    from bot.model.people import Platform
    from bot.store.database import Database

MOST_KEPT = 300_000
"""Some 30 MB; at 5,000 posts a day the answers of two months."""


class FollowedPosts:
    """The Followed of bot.sources.base, over the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def kept(self, platform: Platform) -> Kept:
        """The newest posts, and their authors."""
        async with self._db.read() as tx:
            newest = await store.newest_posts(tx, platform, MOST_KEPT)
        return Kept(frozenset(newest), frozenset(newest.values()))
