"""Chats and conferences: hosted, changed, cancelled, listed with their next dates."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Invalid, Unknown
from bot.model.chats import (
    Chat,
    ChatId,
    Conference,
    ConferenceId,
    Rhythm,
    Upcoming,
)
from bot.model.posts import normal_hashtag
from bot.services import when
from bot.services.calendar import span_of, starts_of
from bot.services.news import next_start_of, plan_news
from bot.services.sessions import session_of, sessions_of
from bot.store import chats as store
from bot.store import members as store_members
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.chats import Session
    from bot.model.people import Community, CommunityId, DiscordId, Platform
    from bot.store.database import Database, Reader, Writer

DATES_SHOWN = 3
CONFERENCE_DAYS_AT_MOST = 31
_DATES_LOOKED_AT = 60


class Chats:
    """What hosts settle and everybody may see."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    # ---- what hosts settle

    async def add_chat(
        self,
        community: CommunityId,
        host: DiscordId,
        *,
        name: str,
        hashtags: str,
        day: str,
        time: str,
        rhythm: Rhythm,
        minutes: int,
        zone: str | None = None,
        every: int = 1,
        until: str | None = None,
        platforms: frozenset[Platform] = frozenset(),
    ) -> Upcoming:
        """Hosts a chat from now on; the texts as typed, the zone that of the community if left out.

        Raises:
            Invalid: one of the texts can not be understood, or a chat of that name goes on.
            Unknown: the community is not set up.
        """
        async with self._db.write() as tx:
            settings = await set_up_community(tx, community)
            there = when.parse_zone(zone) if zone else settings.zone
            first = when.first_start(day, time, there, self._clock.now())
            chat = Chat(
                id=ChatId(self._ids.next()),
                community=community,
                name=" ".join(name.split()),
                hashtags=when.parse_hashtags(hashtags),
                host=host,
                zone=there,
                rhythm=rhythm,
                first_local=first,
                duration=timedelta(minutes=minutes),
                every=every,
                until=when.parse_day(until, first.date()) if until else None,
                platforms=platforms,
            )
            await self._refuse_twice(tx, community, chat.name)
            await store.save_chat(tx, chat)
            await _plan(tx, sessions_of(chat, None, self._clock.now(), self._ids))
        return self.upcoming_of(chat)

    async def change_chat(
        self,
        community: CommunityId,
        chat: ChatId,
        *,
        hashtags: str,
        day: str,
        time: str,
        rhythm: Rhythm,
        minutes: int,
        zone: str,
        every: int = 1,
        until: date | None = None,
    ) -> Upcoming:
        """Moves a chat from now on; a session that runs is followed to its end as it began.

        Raises:
            Invalid: one of the texts can not be understood.
            Unknown: there is no such chat here any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            there = when.parse_zone(zone)
            known = await chat_of(tx, community, chat)
            changed = dataclasses.replace(
                known,
                hashtags=when.parse_hashtags(hashtags),
                zone=there,
                rhythm=rhythm,
                first_local=when.first_start(day, time, there, now),
                duration=timedelta(minutes=minutes),
                every=every,
                until=until,
            )
            if not _same_dates(known, changed, now):
                await store.forget_moves(tx, chat)
                kept = tuple(c for c in changed.changes if c.moved_to is None)
                changed = dataclasses.replace(changed, changes=kept)
            was, becomes = next_start_of(known, now), next_start_of(changed, now)
            if was != becomes or not _same_dates(known, changed, now):
                await plan_news(tx, self._ids, changed, was, now)
            await store_sessions.drop_planned(tx, chat, now)
            await store.save_chat(tx, changed)
            await _plan(tx, sessions_of(changed, None, now, self._ids, running=False))
        return self.upcoming_of(changed)

    async def get_chat(self, community: CommunityId, chat: ChatId) -> Chat:
        """A chat that goes on here.

        Raises:
            Unknown: there is no such chat here any more.
        """
        async with self._db.read() as tx:
            return await chat_of(tx, community, chat)

    async def add_conference(
        self,
        community: CommunityId,
        host: DiscordId,
        *,
        name: str,
        hashtags: str,
        first_day: str,
        last_day: str,
        zone: str | None = None,
        platforms: frozenset[Platform] = frozenset(),
    ) -> Upcoming:
        """Follows a conference, from its first midnight to its last; the texts as typed.

        Raises:
            Invalid: one of the texts can not be understood, or a conference of that name is there.
            Unknown: the community is not set up.
        """
        async with self._db.write() as tx:
            settings = await set_up_community(tx, community)
            there = when.parse_zone(zone) if zone else settings.zone
            first = when.parse_day(first_day, self._clock.now().astimezone(ZoneInfo(there)).date())
            conference = Conference(
                id=ConferenceId(self._ids.next()),
                community=community,
                name=" ".join(name.split()),
                hashtags=when.parse_hashtags(hashtags),
                host=host,
                zone=there,
                first_day=first,
                last_day=_last_day(last_day, first),
                platforms=platforms,
            )
            await self._refuse_twice(tx, community, conference.name)
            await store.save_conference(tx, conference)
            await _plan(tx, [session_of(conference, self._ids)])
        return self._conference_upcoming(conference)

    async def change_conference(
        self,
        community: CommunityId,
        conference: ConferenceId,
        *,
        hashtags: str,
        first_day: str,
        last_day: str,
        zone: str,
    ) -> Upcoming:
        """Moves a conference; one that runs keeps its first day and its zone.

        Raises:
            Invalid: one of the texts can not be understood.
            Unknown: there is no such conference here any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            known = await conference_of(tx, community, conference)
            first, there = known.first_day, known.zone
            start, end = span_of(known)
            if end <= now:
                raise Unknown("chat_unknown")
            if start > now:
                there = when.parse_zone(zone)
                first = when.parse_day(first_day, now.astimezone(ZoneInfo(there)).date())
            changed = dataclasses.replace(
                known,
                hashtags=when.parse_hashtags(hashtags),
                zone=there,
                first_day=first,
                last_day=_last_day(last_day, max(first, now.astimezone(ZoneInfo(there)).date())),
            )
            await store.save_conference(tx, changed)
            if span_of(changed) != (start, end):
                await plan_news(tx, self._ids, changed, start, now)
            await store_sessions.move_conference(tx, conference, *span_of(changed))
        return self._conference_upcoming(changed)

    async def get_conference(self, community: CommunityId, conference: ConferenceId) -> Conference:
        """A conference that was not cancelled here.

        Raises:
            Unknown: there is no such conference here any more.
        """
        async with self._db.read() as tx:
            return await conference_of(tx, community, conference)

    async def cancel(self, community: CommunityId, gathering: int) -> Upcoming:
        """Cancels a chat or a conference with its planned dates; what it was.

        A chat's session that runs is followed to its end; a conference that runs ends at once.

        Raises:
            Unknown: there is no such chat or conference here any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            await store_sessions.cancel_sessions(tx, gathering)
            if await store.get_conference(tx, ConferenceId(gathering)) is None:
                chat = await chat_of(tx, community, ChatId(gathering))
                await plan_news(tx, self._ids, chat, next_start_of(chat, now), now)
                await store.save_chat(tx, dataclasses.replace(chat, cancelled_at=now))
                return self.upcoming_of(chat)
            held = await conference_of(tx, community, ConferenceId(gathering))
            await plan_news(tx, self._ids, held, next_start_of(held, now), now)
            await store.save_conference(tx, dataclasses.replace(held, cancelled_at=now))
            return self._conference_upcoming(held)

    # ---- what everybody may see

    async def list_for(self, community: CommunityId) -> list[Upcoming]:
        """What goes on here, the soonest first; conferences that are over are left out."""
        async with self._db.read() as tx:
            return await self._list(tx, community)

    async def _list(self, tx: Reader, community: CommunityId) -> list[Upcoming]:
        now = self._clock.now()
        listed = [self.upcoming_of(c) for c in await store.active_chats(tx, community)]
        conferences = await store.active_conferences(tx, community)
        listed += [self._conference_upcoming(c) for c in conferences if span_of(c)[1] > now]
        return sorted(
            (u for u in listed if u.next), key=lambda u: (not u.running, u.next[0], u.gathering)
        )

    async def _refuse_twice(self, tx: Reader, community: CommunityId, name: str) -> None:
        """A command that was sent twice, or two gatherings that nobody could tell apart."""
        if name.casefold() in {u.name.casefold() for u in await self._list(tx, community)}:
            raise Invalid("host_exists", name=when.shown(name), example=f"{name} 2")

    async def find(self, community: CommunityId, said: str) -> Upcoming:
        """One of those that `list_for` gives, by its id, its name or a hashtag of it.

        Raises:
            Unknown: there is no such chat or conference here any more.
        """
        wanted = normal_hashtag(said.strip())
        for upcoming in await self.list_for(community):
            names = {str(upcoming.gathering), normal_hashtag(upcoming.name)}
            if wanted in names | {h.normal for h in upcoming.hashtags}:
                return upcoming
        raise Unknown("chat_unknown")

    def upcoming_of(self, chat: Chat) -> Upcoming:
        """A chat as it is listed, with its next dates."""
        now = self._clock.now()
        # The end of a session lies outside it.
        starts = (s for s in starts_of(chat, now - chat.duration) if s + chat.duration > now)
        dates = tuple(islice(starts, DATES_SHOWN))
        return Upcoming(
            gathering=chat.id,
            is_conference=False,
            name=chat.name,
            hashtags=chat.hashtags,
            host=chat.host,
            zone=chat.zone,
            rhythm=chat.rhythm,
            every=chat.every,
            until=chat.until,
            platforms=chat.platforms,
            duration=chat.duration,
            next=dates,
            ends_at=dates[0] + chat.duration if dates else None,
            running=bool(dates) and dates[0] <= now,
        )

    def _conference_upcoming(self, conference: Conference) -> Upcoming:
        start, end = span_of(conference)
        return Upcoming(
            gathering=conference.id,
            is_conference=True,
            name=conference.name,
            hashtags=conference.hashtags,
            host=conference.host,
            zone=conference.zone,
            rhythm=Rhythm.ONCE,
            duration=end - start,
            next=(start,),
            ends_at=end,
            running=start <= self._clock.now() < end,
            platforms=conference.platforms,
        )


async def _plan(tx: Writer, sessions: list[Session]) -> None:
    for session in sessions:
        await store_sessions.add_session(tx, session)


async def set_up_community(tx: Reader, community: CommunityId) -> Community:
    """The community.

    Raises:
        Unknown: nobody set it up.
    """
    found = await store_members.get_community(tx, community)
    if found is None or not found.is_set_up:
        raise Unknown("not_set_up")
    return found


async def chat_of(tx: Reader, community: CommunityId, chat: ChatId) -> Chat:
    """A chat that was not cancelled here.

    Raises:
        Unknown: there is no such chat here any more.
    """
    found = await store.get_chat(tx, chat)
    if found is None or found.community != community or found.cancelled_at is not None:
        raise Unknown("chat_unknown")
    return found


async def conference_of(tx: Reader, community: CommunityId, conference: ConferenceId) -> Conference:
    """A conference that was not cancelled here.

    Raises:
        Unknown: there is no such conference here any more.
    """
    found = await store.get_conference(tx, conference)
    if found is None or found.community != community or found.cancelled_at is not None:
        raise Unknown("chat_unknown")
    return found


def _same_dates(one: Chat, other: Chat, now: datetime) -> bool:
    """Whether both rules give the same dates from now on, as far as anybody looks."""
    rules = (dataclasses.replace(c, changes=()) for c in (one, other))
    first, second = (list(islice(starts_of(c, now), _DATES_LOOKED_AT)) for c in rules)
    return first == second and one.zone == other.zone


def _last_day(typed: str, first: date) -> date:
    """From `first` on, and not too long after it."""
    last = when.parse_day(typed, first)
    if last - first >= timedelta(days=CONFERENCE_DAYS_AT_MOST):
        example = (first + timedelta(days=2)).isoformat()
        raise Invalid("host_conference_long", most=CONFERENCE_DAYS_AT_MOST, example=example)
    return last
