"""Learning, after the talk: what did you learn, did you try it, and three links a week.

Invariants:
  1. What was learned is asked in /today only, and waits there a week; nothing is sent for it.
  2. Three links come only to who named fields that they leave to others, and only from those.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import LearnedCard, Notice, ReadingCard, TriedCard
from bot.model.chats import SessionId
from bot.model.people import Delivery, Stance, person_of_member
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_personal
from bot.services.rounds import last_round, next_round, week_of
from bot.services.sessions import gathering_of
from bot.store import connections as store_connections
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions
from bot.store import study as store

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import Community, DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

ASKED_AFTER = timedelta(minutes=30)
ASKED_FOR = timedelta(days=7)
LINKS = 3
READ_AFTER = timedelta(days=2)
"""After the weekly round: two messages do not come on one day."""
READING_LASTS = timedelta(days=5)
_WEEK = timedelta(days=7)
_ASKED_UNTIL = "learned_asked_until"


class Study:
    """Plans and owns the prompts LEARNED and READING; owns TRIED."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    # ---- planning

    async def plan_due(self) -> int:
        """Asks about the sessions that are over, and holds the weekly reading; how many prompts."""
        return await self._ask_about_sessions() + await self._hold_readings()

    async def next_due(self) -> datetime:
        """The next end of a session, or the next reading, whichever comes first."""
        now = self._clock.now()
        async with self._db.read() as tx:
            end = await store.next_end(tx, await self._asked_until(tx))
            communities = [c for c in await store_members.all_communities(tx) if c.is_set_up]
            readings = [await self._next_reading(tx, c, now) for c in communities]
        return min([*([] if end is None else [end + ASKED_AFTER]), *readings], default=now + _WEEK)

    async def _asked_until(self, tx: Reader) -> datetime:
        kept = await store_members.get_setting(tx, _ASKED_UNTIL)
        oldest = self._clock.now() - ASKED_FOR
        return oldest if kept is None else max(oldest, datetime.fromisoformat(kept))

    async def _ask_about_sessions(self) -> int:
        now = self._clock.now()
        until = now - ASKED_AFTER
        planned = 0
        async with self._db.write() as tx:
            since = await self._asked_until(tx)
            end = await store.next_end(tx, since)
            if end is None or end > until:
                return 0
            for session_id, community in await store.over_between(tx, since, until):
                session = await store_sessions.get_session(tx, session_id)
                if session is None:
                    continue
                there = await store_network.took_part_since(tx, community, session.ends_at)
                people = {t.person for t in there if t.session == session_id}
                for member in await store_members.members_of(tx, community):
                    if member.person in people:
                        planned += await plan_personal(
                            tx,
                            self._ids,
                            replace(member, delivery=Delivery.CARD),
                            PromptKind.LEARNED,
                            session_id,
                            now=now,
                            expires_at=now + ASKED_FOR,
                        )
            await store_members.set_setting(tx, _ASKED_UNTIL, until.isoformat())
        return planned

    async def _next_reading(self, tx: Reader, community: Community, now: datetime) -> datetime:
        held = await store_members.get_setting(tx, _mark(community))
        due = last_round(community, now) + READ_AFTER
        if held is not None and int(held) >= week_of(community, due):
            return next_round(community, now) + READ_AFTER
        return due

    async def _hold_readings(self) -> int:
        now = self._clock.now()
        planned = 0
        async with self._db.write() as tx:
            for community in await store_members.all_communities(tx):
                if community.removed_at is not None or not community.is_set_up:
                    continue
                due = await self._next_reading(tx, community, now)
                if due > now:
                    continue
                week = week_of(community, due)
                for member in await store_members.members_of(tx, community.id):
                    leaves = any(f.stance is Stance.LEAVE for f in member.fields)
                    if not leaves or not member.accepts_suggestions(now):
                        continue
                    if await store.shared_in_fields_left(
                        tx, community.id, member.person, now - _WEEK, now, 1
                    ):
                        planned += await plan_personal(
                            tx,
                            self._ids,
                            member,
                            PromptKind.READING,
                            week,
                            now=now,
                            expires_at=now + READING_LASTS,
                        )
                await store_members.set_setting(tx, _mark(community), str(week))
        return planned

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question, or the links as they are now."""
        if prompt.recipient is None:
            return None
        person = person_of_member(prompt.recipient)
        async with self._db.read() as tx:
            if prompt.kind is PromptKind.LEARNED:
                session = await store_sessions.get_session(tx, SessionId(prompt.subject))
                return None if session is None else LearnedCard(gathering_of(session))
            if prompt.kind is PromptKind.TRIED:
                learning = await store_connections.get_learning(tx, prompt.subject)
                if learning is None or learning.owner != person or not learning.will_try:
                    return None
                return TriedCard(learning.will_try)
            until = _monday(prompt.subject) + _WEEK
            links = await store.shared_in_fields_left(
                tx, prompt.community, person, until - 2 * _WEEK, until, LINKS
            )
        return ReadingCard(tuple(links)) if links else None

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    # ---- what is answered

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes whether it was tried, or that there is nothing to note, or nothing to read.

        Raises:
            Unknown: there is no such answer.
        """
        allowed = {
            PromptKind.LEARNED: ("note", "no"),
            PromptKind.TRIED: ("yes", "no"),
            PromptKind.READING: ("done",),
        }[prompt.kind]
        if answer not in allowed:
            raise Unknown("prompt_unknown")
        async with self._db.write() as tx:
            now = self._clock.now()
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            if prompt.kind is PromptKind.TRIED:
                await store_connections.set_tried(tx, prompt.subject, answer)
                return Notice(f"tried_{answer}", next_waits=True)
        if prompt.kind is PromptKind.READING:
            return Notice("follow_up_done", next_waits=True)
        return Notice("learn_kept" if answer == "note" else "learned_no", next_waits=True)


def _mark(community: Community) -> str:
    return f"reading:{community.id}"


def _monday(week: int) -> datetime:
    """The Monday of an ISO week, 202647, at midnight UTC."""
    day = datetime.fromisocalendar(week // 100, week % 100, 1)
    return day.replace(tzinfo=UTC)
