"""One date of a chat, moved or cancelled; all are told once, in the chat channel."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Invalid, Unknown
from bot.model.cards import DateNewsCard, Notice
from bot.model.chats import DateChange
from bot.model.suggestions import PromptKind
from bot.services import when
from bot.services.calendar import instant_of, occurrences_of, starts_of
from bot.services.chats import chat_of, set_up_community
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_named, settle
from bot.store import chats as store
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Chat, ChatId, Upcoming
    from bot.model.people import Community, CommunityId, DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.calendar import Occurrence
    from bot.services.chats import Chats
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

CORRECTED_WITHIN = timedelta(minutes=2)
"""A host who slips may put it right before anybody is told."""
_LOOKED_AT = 60
_INSTANT = timedelta(microseconds=1)


class Dates:
    """What hosts settle about one date. It owns the prompts that tell of it."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, chats: Chats) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._chats = chats

    async def change(
        self, community: CommunityId, chat: ChatId, *, date: str, moved_to: str
    ) -> Upcoming:
        """Moves one date of a chat; cancels it where `moved_to` is empty. Its own time restores it.

        It is announced once, after a moment in which it may be corrected.

        Raises:
            Invalid: a text can not be understood, there is no such date ahead, or it would pass
                another one.
            Unknown: there is no such chat here any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            settings = await set_up_community(tx, community)
            known = await chat_of(tx, community, chat)
            asked = when.parse_day(date, now.astimezone(ZoneInfo(known.zone)).date())
            found = _date_of(known, asked, now)
            held = _held_on(known, moved_to, found, now)
            if held == (None if found.at.cancelled else found.at.start):
                return self._chats.upcoming_of(known)
            local = None if held is None else held.astimezone(ZoneInfo(known.zone))
            change = DateChange(
                id=self._ids.next(),
                day=found.at.day,
                moved_to=None if local is None else local.replace(tzinfo=None),
                times=found.at.changed + 1,
            )
            await store.save_change(tx, chat, change)
            others = tuple(c for c in known.changes if c.day != change.day)
            changed = dataclasses.replace(known, changes=(*others, change))
            if held is not None:
                await store_sessions.hold_after_all(
                    tx, chat, change.day, held, held + known.duration
                )
            planned = await store_sessions.planned_of_chats(tx)
            await settle(tx, changed, planned.get(chat, ()))
            await self._plan_news(tx, settings, change, max(found.at.start, held or now))
        return self._chats.upcoming_of(changed)

    async def _plan_news(
        self, tx: Writer, community: Community, change: DateChange, until: datetime
    ) -> None:
        """Plans the word on a change; one that a later change replaces is never said."""
        if community.chat_channel is None:
            return
        await plan_public(
            tx,
            self._ids,
            community.id,
            PromptKind.DATE_NEWS,
            change.id,
            channel=community.chat_channel,
            due_at=self._clock.now() + CORRECTED_WITHIN,
            expires_at=until,
        )

    # ---- the owner of those prompts

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The change; None once the date was changed again, or the chat is cancelled."""
        async with self._db.read() as tx:
            chat = await store.chat_of_change(tx, prompt.subject)
        if chat is None or chat.cancelled_at is not None:
            return None
        change = next(c for c in chat.changes if c.id == prompt.subject)
        by_rule = chat.first_local.replace(
            year=change.day.year, month=change.day.month, day=change.day.day
        )
        now = self._clock.now()
        return DateNewsCard(
            name=chat.name,
            was=instant_of(by_rule, chat.zone),
            now=None if change.moved_to is None else instant_of(change.moved_to, chat.zone),
            next_at=next(starts_of(chat, now), None),
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing more is to be kept."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Next dates].

        Raises:
            Unknown: there is no such chat any more.
        """
        async with self._db.read() as tx:
            chat = await store.chat_of_change(tx, prompt.subject)
        if chat is None or answer != "dates":
            raise Unknown("prompt_unknown")
        now = self._clock.now()
        dates = [start for start, _ in zip(starts_of(chat, now), range(3), strict=False)]
        gathering = gathering_named(chat.name, chat.hashtags)
        if not dates:
            return Notice("dates_none", {"gathering": gathering})
        shown = "\n".join(f"<t:{t.timestamp():.0f}:F> (<t:{t.timestamp():.0f}:R>)" for t in dates)
        return Notice("dates_next", {"gathering": gathering, "dates": shown})


@dataclass(frozen=True, slots=True)
class _Found:
    """A date, and what it lies between."""

    at: Occurrence
    before: datetime
    after: datetime | None


def _date_of(chat: Chat, asked: date, now: datetime) -> _Found:
    """The date ahead that is held, or by its rule should be, on that day.

    Raises:
        Invalid: there is none; names the next one.
    """
    zone, before, found = ZoneInfo(chat.zone), now, None
    for occurrence in islice(occurrences_of(chat, now + _INSTANT), _LOOKED_AT):
        if found is not None:
            if not occurrence.cancelled:
                return _Found(found, before, occurrence.start)
        elif asked in (occurrence.day, occurrence.start.astimezone(zone).date()):
            found = occurrence
        elif not occurrence.cancelled:
            before = occurrence.start
    if found is not None:
        return _Found(found, before, None)
    coming = next(occurrences_of(chat, now), None)
    example = (coming.day if coming else asked).isoformat()
    raise Invalid("host_no_date", given=asked.isoformat(), example=example)


def _held_on(chat: Chat, typed: str, found: _Found, now: datetime) -> datetime | None:
    """When the date is held, as typed; None: not at all.

    Raises:
        Invalid: it can not be understood, or passes the date before or after it.
    """
    if not typed.strip():
        return None
    day, time = when.split_moment(typed)
    start = instant_of(when.first_start(day, time, chat.zone, now), chat.zone)
    if start <= found.before or (found.after is not None and start >= found.after):
        raise Invalid("host_date_passes", given=when.shown(typed))
    return start
