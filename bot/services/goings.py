"""Going to a session, being reminded of it, and catching up with it: only for who asks for it.

A reminder is asked for, so it does not count among the unasked messages, and quiet hours do not
hold it back: the session would be over.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import CatchUpCard, GoingCard, Notice, ReminderCard
from bot.model.chats import SessionId, SessionState
from bot.model.people import PersonId
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_of
from bot.store import goings as store
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import CommunityId, DiscordId, Member
    from bot.services.prompts import Sent
    from bot.services.sessions import Sessions
    from bot.store.database import Database, Reader, Writer

BEFORE = timedelta(minutes=10)
TO_READER_SHOWN = 5
LINKS_OF_A_QUESTION = 3
PLACES = frozenset({"dm", "thread", ""})
_NOBODY = PersonId(0)


class Goings:
    """Takes down who goes; the owner of reminders."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, sessions: Sessions) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sessions = sessions

    async def going(
        self, community: CommunityId, gathering: int, by: DiscordId, place: str
    ) -> Notice:
        """[I'm going] (place '') or [Remind me] by 'dm' or in the 'thread', of the next session.

        Raises:
            Unknown: nothing further is planned.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            found = await store.next_session(tx, gathering, now)
            session = found and await store_sessions.get_session(tx, found)
            if not session or session.community != community or place not in PLACES:
                raise Unknown("going_none")
            if await _member(tx, community, by) is None:
                return Notice("going_not_joined")
            await store.set_going(tx, session.id, by, place, now)
        values = {
            "gathering": gathering_of(session),
            "starts": int(session.starts_at.timestamp()),
        }
        return Notice({"dm": "going_dm", "thread": "going_thread"}.get(place, "going_only"), values)

    async def gathering_of_prompt(self, prompt: Prompt) -> int:
        """The chat or conference whose opening was pressed.

        Raises:
            Unknown: it is gone.
        """
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
        if session is None:
            raise Unknown("prompt_unknown")
        return int(session.chat or session.conference or 0)

    # ---- reminders

    async def look_after(self) -> int:
        """One heartbeat: plans the reminders that are due."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.reminders_due(tx, now, now + BEFORE):
                return 0
        async with self._db.write() as tx:
            due = await store.reminders_due(tx, now, now + BEFORE)
            return sum([await self._plan(tx, one, now) for one in due])

    async def next_due(self) -> datetime | None:
        """When the next reminder by DM is due; now, where a thread waits for one."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if await store.reminders_due(tx, now, now + BEFORE):
                return now
            start = await store.next_start(tx, now)
        return None if start is None else start - BEFORE

    async def _plan(self, tx: Writer, one: store.ToTell, now: datetime) -> bool:
        if one.thread is not None:
            return await plan_public(
                tx,
                self._ids,
                one.community,
                PromptKind.GOING,
                one.session,
                channel=one.thread,
                due_at=now,
                expires_at=one.ends_at,
            )
        return await store_prompts.add_prompt(
            tx,
            Prompt(
                id=PromptId(self._ids.next()),
                community=one.community,
                kind=PromptKind.REMINDER,
                subject=one.session,
                recipient=one.who,
                channel=None,
                due_at=now,
                expires_at=one.ends_at,
                unasked=False,
                state=PromptState.DUE,
            ),
        )

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The reminder; None once they want none, or the session is over or cancelled."""
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None or session.state not in (SessionState.PLANNED, SessionState.OPEN):
                return None
            place = "thread" if prompt.kind is PromptKind.GOING else "dm"
            who = await store.going_to(tx, session.id, place)
            community = await store_members.get_community(tx, session.community)
        if prompt.kind is PromptKind.GOING:
            return GoingCard(tuple(who), gathering_of(session)) if who else None
        if prompt.recipient not in who:
            return None
        channel = session.thread or (community.chat_channel if community else None)
        return ReminderCard(gathering_of(session), session.starts_at, channel)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[I'm here], as below the opening."""
        return await self._sessions.answered(prompt, answer, by, line)

    # ---- catching up

    async def catch_up(self, community: CommunityId, gathering: int, by: DiscordId) -> Notice:
        """[Catch me up]: what came since the reader last looked, what is to them first.

        Who has not joined is shown the whole session, and nothing is kept.

        Raises:
            Unknown: there was no session yet.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            found = await store.last_session(tx, gathering, now)
            session = found and await store_sessions.get_session(tx, found)
            if not session or session.community != community:
                raise Unknown("catch_up_none")
            member = await _member(tx, community, by)
            person = member.person if member else _NOBODY
            since = await store.looked_at(tx, session.id, person) or session.starts_at
            came = await store.came_since(
                tx, session.id, person, since - timedelta(microseconds=since == session.starts_at)
            )
            if member is not None:
                await store.look(tx, session.id, person, now)
        return Notice("catch_up_none", card=_caught_up(gathering_of(session), since, came))


def _caught_up(gathering: str, since: datetime, came: list[store.Came]) -> CatchUpCard:
    to_reader = [c for c in came if c.to_reader]
    others = [c for c in came if not c.to_reader]
    numbers = sorted({c.answer for c in others if c.answer is not None})
    questions = []
    for number in numbers:
        answers = [c for c in others if c.answer == number]
        links = [c.link for c in answers if c.link]
        questions.append((f"Q{number}", len(answers), tuple(links[-LINKS_OF_A_QUESTION:])))
    return CatchUpCard(
        gathering=gathering,
        since=since,
        to_reader=tuple(c.link for c in to_reader if c.link)[:TO_READER_SHOWN],
        to_reader_count=len(to_reader),
        questions=tuple(questions),
        others=sum(c.answer is None for c in others),
    )


async def _member(tx: Reader, community: CommunityId, by: DiscordId) -> Member | None:
    member = await store_members.get_member(tx, community, by)
    return None if member is None or member.left_at is not None else member
