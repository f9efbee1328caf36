"""What organisers decide about people: who is kept out here, and which two are kept apart."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from bot.errors import Invalid, Unknown
from bot.model.people import person_of_member
from bot.store import bars
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import CommunityId, DiscordId
    from bot.store.database import Database


class Stewardship:
    """Use cases of `/admin people`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def bar(self, community: CommunityId, discord_id: DiscordId) -> None:
        """Keeps somebody out of Crosstie here, member or not; twice is harmless.

        A member leaves at once, as by `/me leave`: nothing is sent or suggested any more. Erasing
        themselves does not lift it.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            await bars.bar(tx, community, person_of_member(discord_id), now)
            member = await store_members.get_member(tx, community, discord_id)
            if member is not None and member.left_at is None:
                await store_members.save_member(tx, dataclasses.replace(member, left_at=now))

    async def let_back(self, community: CommunityId, discord_id: DiscordId) -> None:
        """Lets somebody join again; they do it themselves, with consent anew.

        Raises:
            Unknown: they were not kept out.
        """
        async with self._db.write() as tx:
            if not await bars.lift(tx, community, person_of_member(discord_id)):
                raise Unknown("steward_not_barred", person=discord_id)

    async def keep_apart(self, one: DiscordId, other: DiscordId) -> None:
        """Never introduces these two to each other; neither is told.

        Raises:
            Invalid: it is the same person twice.
        """
        if one == other:
            raise Invalid("steward_needs_two")
        async with self._db.write() as tx:
            await store_members.add_block(
                tx, person_of_member(one), person_of_member(other), self._clock.now()
            )
