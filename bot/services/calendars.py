"""What is known outside of Discord: the calendar of a community, and what is followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from bot.services.calendar import occurrences_of, span_of
from bot.store import calendars as store
from bot.store import chats as store_chats
from bot.store import members as store_members

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.chats import Upcoming
    from bot.model.people import CommunityId
    from bot.services.chats import Chats
    from bot.store.database import Database

PAST = timedelta(days=30)
AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """One date, as a calendar shows it."""

    uid: str
    """The same for ever, also when the date is moved."""
    name: str
    hashtags: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    changed: int
    """How often it was changed."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The calendar of a community."""

    name: str
    locale: str
    entries: tuple[CalendarEntry, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """What one community follows."""

    name: str
    gatherings: tuple[Upcoming, ...]


class Calendars:
    """Dates for those who are not in Discord just now."""

    def __init__(self, db: Database, clock: Clock, chats: Chats, public_url: str | None) -> None:
        self._db = db
        self._clock = clock
        self._chats = chats
        self._url = None if public_url is None else public_url.rstrip("/")

    async def address(self, community: CommunityId) -> str | None:
        """Where the community's calendar can be subscribed to; None without a public page."""
        if self._url is None:
            return None
        async with self._db.write() as tx:
            return f"{self._url}/calendar/{await store.secret_of(tx, community)}.ics"

    async def feed(self, secret: str) -> Feed | None:
        """The calendar that the secret opens, a month back and a year ahead, if it opens any."""
        now = self._clock.now()
        async with self._db.read() as tx:
            community_id = await store.community_of(tx, secret)
            community = (
                None
                if community_id is None
                else await store_members.get_community(tx, community_id)
            )
            if community is None:
                return None
            chats = await store_chats.active_chats(tx, community.id)
            conferences = await store_chats.active_conferences(tx, community.id)
        entries = [
            CalendarEntry(
                uid=f"{chat.id}-{occurrence.day:%Y%m%d}@crosstie",
                name=chat.name,
                hashtags=tuple(h.shown for h in chat.hashtags),
                starts_at=occurrence.start,
                ends_at=occurrence.start + chat.duration,
                cancelled=occurrence.cancelled,
                changed=occurrence.changed,
            )
            for chat in chats
            for occurrence in takewhile(
                lambda o: o.start < now + AHEAD, occurrences_of(chat, now - PAST)
            )
        ]
        for conference in conferences:
            start, end = span_of(conference)
            entries.append(
                CalendarEntry(
                    uid=f"{conference.id}@crosstie",
                    name=conference.name,
                    hashtags=tuple(h.shown for h in conference.hashtags),
                    starts_at=start,
                    ends_at=end,
                    cancelled=False,
                    changed=0,
                )
            )
        entries.sort(key=lambda e: (e.starts_at, e.uid))
        return Feed(community.name, community.locale, tuple(entries))

    async def followed(self) -> list[Followed]:
        """What every community that is set up follows now, by name; none that follows nothing."""
        async with self._db.read() as tx:
            communities = await store_members.all_communities(tx)
        found = [
            Followed(c.name, tuple(await self._chats.list_for(c.id)))
            for c in communities
            if c.removed_at is None and c.is_set_up
        ]
        return sorted((f for f in found if f.gatherings), key=lambda f: f.name.casefold())
