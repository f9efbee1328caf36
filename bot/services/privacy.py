"""One's own data: to read, to take along, to erase; and objections of people who never joined."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.people import DiscordId, Platform, person_of_member
from bot.model.policy import FOLLOWABLE
from bot.model.posts import Departure
from bot.services.copies import WORDINGS_KEPT
from bot.store import copies, departures, local_ids, profiles
from bot.store import members as store_members
from bot.store import posts as store_posts
from bot.store import privacy as store
from bot.store.titles import drop_old_titles

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import CommunityId
    from bot.services.network import Network
    from bot.store.database import Database

KEPT_AFTER_LEAVING = timedelta(days=30)
AWAY_AT_MOST = timedelta(days=30)
"""An account that is deactivated or suspended for longer is taken for gone."""
_DAY = timedelta(days=1)
_TIDIED = "tidied_at"


class Privacy:
    """Use cases of `/me data` and `/me leave`."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        network: Network,
        *,
        texts_days: int,
        engagements_days: int,
    ) -> None:
        self._db = db
        self._clock = clock
        self._network = network
        self._exchanges_kept = timedelta(days=engagements_days)
        self.texts_days = texts_days
        """How long texts are kept, as said at joining."""

    async def data_of(self, discord_id: DiscordId) -> tuple[str, str]:
        """Everything kept about a Discord user, as Markdown and as JSON."""
        async with self._db.read() as tx:
            data = await store.member_data(tx, person_of_member(discord_id))
        return to_take_along(data)

    async def leave(self, community: CommunityId, discord_id: DiscordId) -> None:
        """Ends suggestions and messages here at once; what was told stays 30 days.

        Raises:
            Unknown: never joined, or left before.
        """
        async with self._db.write() as tx:
            member = await store_members.get_member(tx, community, discord_id)
            if member is None or member.left_at is not None:
                raise Unknown("not_a_member")
            gone = dataclasses.replace(member, left_at=self._clock.now())
            await store_members.save_member(tx, gone)

    async def erase(self, discord_id: DiscordId) -> int:
        """Removes everything about a person, in every community, and keeps their accounts out.

        How many entries went.
        """
        async with self._db.write() as tx:
            gone = await store.erase_person(
                tx, person_of_member(discord_id), at=self._clock.now(), keep_out=True
            )
        await self._scrub()
        return sum(gone.values())

    async def _scrub(self) -> None:
        """Nothing of what was erased is left in memory or in the bytes of the file."""
        self._network.outdated()
        await self._db.scrub()

    async def tidy_due(self) -> None:
        """Drops texts and exchanges past their time, and erases who left thirty days ago.

        So it does with what an account wrote that is away for as long.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            before = now - timedelta(days=self.texts_days)
            await store.drop_old_texts(tx, before)
            await drop_old_titles(tx, before)
            old = await store_posts.drop_old_posts(tx, now - self._exchanges_kept)
            away = await profiles.long_away(tx, now - AWAY_AT_MOST)
            left = [Departure(account, now) for account in away]
            await store_posts.remove_for_good(tx, await departures.note_departures(tx, left))
            await profiles.drop_old_news(tx, now - AWAY_AT_MOST)
            await local_ids.drop_lost(tx)
            await copies.forget_wordings(tx, now - WORDINGS_KEPT)
            gone = await store_members.left_before(tx, now - KEPT_AFTER_LEAVING)
            for person in gone:
                await store.erase_person(tx, person, at=now, keep_out=False)
            await store_members.set_setting(tx, _TIDIED, now.isoformat())
        if gone:
            await self._scrub()
        elif old or away:
            self._network.outdated()

    async def next_tidying(self) -> datetime:
        """A day after the last one."""
        async with self._db.read() as tx:
            last = await store_members.get_setting(tx, _TIDIED)
        return self._clock.now() if last is None else datetime.fromisoformat(last) + _DAY

    async def object_for(self, platform: str, handle: str) -> int:
        """Takes the objection of somebody who never joined; how many entries went.

        Raises:
            Invalid: no such platform.
            Unknown: nothing is kept of that account.
            NotAllowed: a member has linked it.
        """
        name = platform.strip().casefold()
        if name not in FOLLOWABLE:
            raise Invalid("object_platform_unknown", given=platform[:20])
        async with self._db.write() as tx:
            account = await store.account_by_handle(tx, Platform(name), handle)
            if account is None:
                raise Unknown("object_unknown", handle=handle[:100], platform=name)
            if account.person is not None:
                raise NotAllowed("object_linked")
            gone = await store.erase_account(tx, account.id, at=self._clock.now(), keep_out=True)
        await self._scrub()
        return sum(gone.values())


def to_take_along(data: dict[str, Any]) -> tuple[str, str]:
    """A member's data, to read (Markdown) and for programs (JSON)."""
    return _readable(data), json.dumps(data, indent=1, ensure_ascii=False, default=str)


def _readable(data: dict[str, Any]) -> str:
    """The same as the JSON, as headings and lists."""
    lines = ["# What Crosstie keeps about you", ""]
    for heading, value in data.items():
        lines += [f"## {heading.replace('_', ' ').capitalize()}", ""]
        rows = value if isinstance(value, list) else [value]
        lines += [_row(row) for row in rows] or ["Nothing."]
        lines.append("")
    return "\n".join(lines)


def _row(row: object) -> str:
    if not isinstance(row, dict):
        return f"- {row}"
    told = [f"{k.replace('_', ' ')}: {v}" for k, v in row.items() if v not in (None, "")]
    return "- " + "; ".join(told)
