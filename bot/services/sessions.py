"""Sessions: planned, opened, closed, missed; and the prompts that each change plans.

Invariants:
  1. Every chat that goes on has its next session planned, and every one within eight days.
  2. A session opens once, ends once, and each of its prompts is planned with that change, in one
     transaction; all of it may be repeated.
  3. A session that passed while the bot was down is MISSED and never spoken of; one that still
     runs opens late, and says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import Notice, OpeningCard
from bot.model.chats import (
    FOLLOWED_AFTER,
    FOLLOWED_BEFORE,
    Session,
    SessionId,
    SessionState,
)
from bot.model.people import Platform
from bot.model.policy import FOLLOWABLE
from bot.model.posts import Watch
from bot.model.suggestions import PromptKind
from bot.services.calendar import instant_of, occurrences_of, span_of
from bot.services.prompts import plan_public
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import plans as store_plans
from bot.store import session_posts
from bot.store import sessions as store

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Chat, Conference
    from bot.model.people import Community, DiscordId
    from bot.model.posts import Hashtag
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer
    from bot.store.sessions import Planned

PLANNED_AHEAD = timedelta(days=8)
_INSTANT = timedelta(microseconds=1)
_DAYS = timedelta(days=2)
"""More than a change of the law can move a date."""
LATE_AFTER = timedelta(minutes=5)
FIELD_AFTER = timedelta(minutes=10)
SAID_OVER_WITHIN = timedelta(minutes=20)
"""The opening says that the session is over, if we are there to say it."""
RECAP_KEEPS = timedelta(days=1)
"""A recap, or the fields that met, are news for this long."""


def sessions_of(
    chat: Chat, last: Planned | None, now: datetime, ids: Ids, *, running: bool = True
) -> list[Session]:
    """The sessions to plan behind `last`, the last that was planned; None: those not yet over.

    Up to eight days ahead, and at least one that lies ahead, unless the chat ends before.
    Without `running`, one that runs now is left out.
    """
    begun = now - chat.duration if running else now
    since = begun + _INSTANT if last is None else last.start - _DAYS
    day = None if last is None else last.day_in(chat.zone)
    ahead = last is not None and last.start > now
    found: list[Session] = []
    for occurrence in occurrences_of(chat, since):
        start = occurrence.start
        if occurrence.cancelled or (day is not None and occurrence.day <= day):
            continue
        if ahead and start > now + PLANNED_AHEAD:
            break
        ahead = ahead or start > now
        found.append(
            Session(
                id=SessionId(ids.next()),
                community=chat.community,
                chat=chat.id,
                conference=None,
                name=chat.name,
                hashtags=chat.hashtags,
                platforms=chat.platforms,
                starts_at=start,
                ends_at=start + chat.duration,
                state=SessionState.PLANNED,
                day=occurrence.day,
            )
        )
    return found


async def settle(tx: Writer, chat: Chat, planned: Sequence[Planned]) -> int:
    """Brings what is planned into line with the chat's dates; how many sessions changed.

    They come apart when a date is moved or cancelled, and when a zone changes its law.
    """
    wrong = _out_of_line(chat, planned)
    for session, start in wrong:
        if start is None:
            await store.set_state(tx, session, SessionState.CANCELLED)
        else:
            await store.move_session(tx, session, start, start + chat.duration)
    return len(wrong)


def _out_of_line(chat: Chat, planned: Sequence[Planned]) -> list[tuple[SessionId, datetime | None]]:
    """The sessions that are planned for another time than they are held; None: not held at all."""
    days = {p.day_in(chat.zone): p for p in planned if p.session is not None}
    if not days:
        return []
    moved = [instant_of(c.moved_to, chat.zone) for c in chat.changes if c.moved_to is not None]
    since = min([*(p.start for p in days.values()), *moved]) - _DAYS
    held: dict[date, datetime] = {}
    for occurrence in occurrences_of(chat, since):
        if occurrence.day > max(days):
            break
        if not occurrence.cancelled:
            held[occurrence.day] = occurrence.start
    return [
        (p.session, held.get(day))
        for day, p in days.items()
        if p.session is not None and held.get(day) != p.start
    ]


def session_of(conference: Conference, ids: Ids) -> Session:
    """The one session of a conference."""
    start, end = span_of(conference)
    return Session(
        id=SessionId(ids.next()),
        community=conference.community,
        chat=None,
        conference=conference.id,
        name=conference.name,
        hashtags=conference.hashtags,
        platforms=conference.platforms,
        starts_at=start,
        ends_at=end,
        state=SessionState.PLANNED,
    )


def held_on(session: Session, followed: frozenset[Platform]) -> tuple[Platform, ...]:
    """Where a session can be followed here: where it is held, as far as we are there too."""
    there = session.platforms & followed if session.platforms else followed
    return tuple(platform for platform in Platform if platform in there)


def gathering_of(session: Session) -> str:
    """How a session is called in a sentence: its first hashtag, with #, or else its name."""
    return gathering_named(session.name, session.hashtags)


def gathering_named(name: str, hashtags: Sequence[Hashtag]) -> str:
    """The first hashtag, with #, or else the name."""
    return f"#{hashtags[0].shown}" if hashtags else name


class Sessions:
    """Follows what goes on, and owns the prompt that opens a thread."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, followed: frozenset[Platform] = FOLLOWABLE
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._followed = followed

    async def look_after(self) -> int:
        """One heartbeat: plans, opens and closes what is due; how many sessions changed.

        Planning comes first: after a long stop it finds what was missed.
        """
        return await self.plan_sessions() + await self.open_due() + await self.close_due()

    async def next_due(self) -> datetime | None:
        """When the next session starts or ends."""
        async with self._db.read() as tx:
            return await store.next_change(tx)

    async def plan_sessions(self) -> int:
        """Plans every session of the next eight days, and of each chat at least the next one."""
        async with self._db.read() as tx:
            last = await store.last_starts(tx)
            chats = await store_chats.active_chats(tx)
            conferences = await store_chats.active_conferences(tx)
            planned = await store.conferences_with_session(tx)
            dates = await store.planned_of_chats(tx)
        now = self._clock.now()
        missing = [s for c in chats for s in sessions_of(c, last.get(c.id), now, self._ids)]
        missing += [session_of(c, self._ids) for c in conferences if c.id not in planned]
        wrong = [c for c in chats if _out_of_line(c, dates.get(c.id, ()))]
        if not missing and not wrong:
            return 0
        async with self._db.write() as tx:
            moved = sum([await settle(tx, c, dates[c.id]) for c in wrong])
            return moved + sum([await store.add_session(tx, session) for session in missing])

    async def open_due(self) -> int:
        """Opens what has started and plans its thread; what is over already was missed."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.sessions_to_open(tx, now):
                return 0
        async with self._db.write() as tx:
            sessions = await store.sessions_to_open(tx, now)
            for session in sessions:
                if session.ends_at <= now:
                    await store.set_state(tx, session.id, SessionState.MISSED)
                    continue
                await store.set_state(tx, session.id, SessionState.OPEN)
                # What was read before it was planned, or while we were late, is its own too.
                await session_posts.attach_posts(tx, session.id)
                channel = (await _community(tx, session)).chat_channel
                until = session.ends_at + SAID_OVER_WITHIN
                await self._announce(tx, session, PromptKind.OPENING, channel, now, until)
        return len(sessions)

    async def close_due(self) -> int:
        """Ends what is over, and plans its recap and the word on fields that met."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.sessions_to_close(tx, now):
                return 0
        async with self._db.write() as tx:
            sessions = await store.sessions_to_close(tx, now)
            for session in sessions:
                await store.set_state(tx, session.id, SessionState.ENDED)
                community = await _community(tx, session)
                for kind, channel, due in (
                    (PromptKind.RECAP, session.thread or community.chat_channel, session.ends_at),
                    (PromptKind.FIELD, community.prompt_channel, session.ends_at + FIELD_AFTER),
                ):
                    await self._announce(tx, session, kind, channel, due, due + RECAP_KEEPS)
        return len(sessions)

    async def _announce(
        self,
        tx: Writer,
        session: Session,
        kind: PromptKind,
        channel: int | None,
        due: datetime,
        expires: datetime,
    ) -> None:
        if channel is None or expires <= self._clock.now():
            return
        await plan_public(
            tx,
            self._ids,
            session.community,
            kind,
            session.id,
            channel=channel,
            due_at=due,
            expires_at=expires,
        )

    async def watches(self) -> frozenset[Watch]:
        """What the sources are to follow, each in its window, the next eight days included."""
        now = self._clock.now()
        async with self._db.read() as tx:
            sessions = await store.sessions_between(tx, now - FOLLOWED_AFTER, now + PLANNED_AHEAD)
        return frozenset(
            Watch(
                hashtag.normal,
                s.starts_at - FOLLOWED_BEFORE,
                s.ends_at + FOLLOWED_AFTER,
                s.platforms,
            )
            for s in sessions
            for hashtag in s.hashtags
        )

    # ---- the owner of the prompt that opens a thread

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The opening; None where it was cancelled, or is over and was never said to be on."""
        async with self._db.read() as tx:
            session = await store.get_session(tx, SessionId(prompt.subject))
            if session is None:
                return None
            is_over = session.state in (SessionState.ENDED, SessionState.RECAPPED)
            if session.state is not SessionState.OPEN and not (is_over and prompt.message):
                return None
            held = await _gathering(tx, session)
            plan = await store_plans.get_plan(tx, session.id)
            if held is None:
                return None
            host_id = plan.host if plan and plan.host else held.host
            host = await store_members.get_member(tx, session.community, host_id)
        return OpeningCard(
            name=session.name,
            hashtags=tuple(f"#{h.shown}" for h in session.hashtags),
            host=host_id,
            host_name=host.name if host and host.left_at is None else "",
            zone=held.zone,
            topic=plan.topic if plan else "",
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            is_conference=session.is_conference,
            platforms=held_on(session, self._followed),
            late=(prompt.sent_at or self._clock.now()) > session.starts_at + LATE_AFTER,
            is_over=is_over,
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """The session has its thread."""
        await store.set_thread(tx, SessionId(prompt.subject), sent.channel)

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[I'm here]: a member was present. Only whom they are suggested to may learn of it.

        Raises:
            Unknown: there is no such session any more.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            session = await store.get_session(tx, SessionId(prompt.subject))
            if session is None or answer != "here":
                raise Unknown("prompt_unknown")
            values: Mapping[str, object] = {"gathering": gathering_of(session)}
            member = await store_members.get_member(tx, prompt.community, by)
            if member is None or member.left_at is not None:
                return Notice("here_not_joined", values)
            if now > session.ends_at + FOLLOWED_AFTER:
                return Notice("here_over", values)
            new = await store.add_presence(tx, session.id, member.person, now)
        return Notice("here_noted" if new else "here_again", values)


async def _community(tx: Reader, session: Session) -> Community:
    found = await store_members.get_community(tx, session.community)
    if found is None:
        raise Unknown("not_set_up")
    return found


async def _gathering(tx: Reader, session: Session) -> Chat | Conference | None:
    if session.chat is not None:
        return await store_chats.get_chat(tx, session.chat)
    if session.conference is not None:
        return await store_chats.get_conference(tx, session.conference)
    return None
