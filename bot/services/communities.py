"""Communities: added, set up, removed, and forgotten 30 days later."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.people import Community, CommunityId
from bot.services import when
from bot.store import members as store
from bot.store import privacy as store_privacy
from bot.store.counts import counts_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.chats import Counts
    from bot.store.database import Database

KEPT_AFTER_REMOVAL = timedelta(days=30)
MONDAY_AT_TEN = 10 * 60
_COMMANDS = "commands_hash"


class Communities:
    """What organisers settle for their server."""

    def __init__(self, db: Database, clock: Clock, zone: str = "UTC") -> None:
        self._db = db
        self._clock = clock
        self._zone = zone

    async def joined(self, guild: int, name: str, locale: str) -> None:
        """The bot is in this server; settings of an earlier stay come back within 30 days."""
        async with self._db.write() as tx:
            known = await store.get_community(tx, CommunityId(guild))
            if known is None:
                known = Community(
                    id=CommunityId(guild),
                    name=name,
                    zone=self._zone,
                    locale=locale,
                    chat_channel=None,
                    prompt_channel=None,
                    review_introductions=False,
                    weekly_at=MONDAY_AT_TEN,
                    joined_at=self._clock.now(),
                )
            elif known.removed_at is None and known.name == name:
                return
            await store.save_community(tx, dataclasses.replace(known, name=name, removed_at=None))

    async def removed(self, guild: int) -> None:
        """The bot was removed from this server."""
        async with self._db.write() as tx:
            known = await store.get_community(tx, CommunityId(guild))
            if known is not None and known.removed_at is None:
                gone = dataclasses.replace(known, removed_at=self._clock.now())
                await store.save_community(tx, gone)

    async def only_these_are_left(self, guilds: set[int]) -> None:
        """Of all communities only these servers still have the bot."""
        async with self._db.read() as tx:
            gone = [
                c.id
                for c in await store.all_communities(tx)
                if c.id not in guilds and c.removed_at is None
            ]
        for guild in gone:
            await self.removed(guild)

    async def get(self, guild: int) -> Community:
        """The community.

        Raises:
            Unknown: nobody set it up.
        """
        async with self._db.read() as tx:
            community = await store.get_community(tx, CommunityId(guild))
        if community is None or not community.is_set_up:
            raise Unknown("not_set_up")
        return community

    async def prompt_channel_of(self, guild: int) -> int | None:
        """The prompt channel, where one was chosen before."""
        async with self._db.read() as tx:
            known = await store.get_community(tx, CommunityId(guild))
        return None if known is None else known.prompt_channel

    async def set_up(
        self,
        guild: int,
        *,
        chat_channel: int,
        prompt_channel: int,
        zone: str | None = None,
        locale: str | None = None,
        weekly: str | None = None,
        review_introductions: bool | None = None,
    ) -> Community:
        """Settles where and when Crosstie speaks; what is left out stays as it is.

        Raises:
            Invalid: the zone, or the time of the weekly message, can not be understood.
            Unknown: the bot is not in that server.
        """
        async with self._db.write() as tx:
            known = await store.get_community(tx, CommunityId(guild))
            if known is None or known.removed_at is not None:
                raise Unknown("setup_not_here")
            review = known.review_introductions
            changed = dataclasses.replace(
                known,
                chat_channel=chat_channel,
                prompt_channel=prompt_channel,
                zone=when.parse_zone(zone) if zone else known.zone,
                locale=locale or known.locale,
                weekly_at=when.minute_of_week(weekly) if weekly else known.weekly_at,
                review_introductions=review
                if review_introductions is None
                else review_introductions,
            )
            await store.save_community(tx, changed)
        return changed

    async def counts(self, guild: int) -> Counts:
        """How much goes on in a community; counts, never people.

        Raises:
            Unknown: nobody set it up.
        """
        community = await self.get(guild)
        async with self._db.read() as tx:
            return await counts_of(tx, community.id)

    async def delete_removed_due(self) -> int:
        """Deletes every community that removed the bot 30 days ago; how many."""
        now = self._clock.now()
        async with self._db.read() as tx:
            known = await store.all_communities(tx)
        due = [c.id for c in known if c.removed_at and c.removed_at + KEPT_AFTER_REMOVAL <= now]
        for community in due:
            async with self._db.write() as tx:
                await store_privacy.delete_community(tx, community)
        return len(due)

    async def next_deletion(self) -> datetime | None:
        """When a community that removed the bot is to be deleted next."""
        async with self._db.read() as tx:
            gone = [c.removed_at for c in await store.all_communities(tx) if c.removed_at]
        return min(gone) + KEPT_AFTER_REMOVAL if gone else None

    async def synced_commands(self) -> str | None:
        """The hash of the commands that Discord was told last."""
        async with self._db.read() as tx:
            return await store.get_setting(tx, _COMMANDS)

    async def commands_were_synced(self, digest: str) -> None:
        """Remembers what Discord was told."""
        async with self._db.write() as tx:
            await store.set_setting(tx, _COMMANDS, digest)
