"""The programme of a conference: taken from the host's file, each hour's talks announced once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Invalid, Unknown
from bot.model.cards import Notice, TalksCard
from bot.model.chats import ConferenceId, SessionState
from bot.model.suggestions import PromptKind
from bot.services.calendar import span_of
from bot.services.chats import conference_of
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_of
from bot.store import sessions as store_sessions
from bot.store import talks as store

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Programme
    from bot.model.people import CommunityId, DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.services.sessions import Sessions
    from bot.store.database import Database, Writer

BYTES_AT_MOST = 512 * 1024
ANNOUNCED_BEFORE = timedelta(minutes=5)
ANNOUNCED_UNTIL = timedelta(minutes=10)
"""So long after its start a talk is still news."""


class Programmes:
    """Takes programmes; the owner of the messages that announce talks."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        sessions: Sessions,
        read: Callable[[bytes, str], Programme],
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._sessions = sessions
        self._read = read

    async def take(self, community: CommunityId, gathering: int, raw: bytes) -> Notice:
        """The talks of a file take the place of those not announced yet.

        Raises:
            Unknown: there is no such conference here any more.
            Invalid: the file is too large, is no iCalendar file, or holds no talk of these days.
        """
        if len(raw) > BYTES_AT_MOST:
            raise Invalid("programme_large", most=BYTES_AT_MOST // 1024)
        async with self._db.read() as tx:
            conference = await conference_of(tx, community, ConferenceId(gathering))
        programme = await asyncio.to_thread(self._read, raw, conference.zone)
        start, end = span_of(conference)
        talks = [talk for talk in programme.talks if start <= talk.starts_at < end]
        if not talks:
            raise Invalid("programme_empty", name=conference.name)
        announced = self._clock.now() + ANNOUNCED_BEFORE
        async with self._db.write() as tx:
            numbered = [(self._ids.next(), talk) for talk in talks]
            await store.replace_talks(tx, conference.id, numbered, announced)
        return Notice(
            "programme_taken",
            {
                "count": len(talks),
                "name": conference.name,
                "first": int(talks[0].starts_at.timestamp()),
                "left_out": programme.left_out + len(programme.talks) - len(talks),
            },
        )

    async def look_after(self) -> int:
        """One heartbeat: plans the word on what begins in five minutes, once for each time."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.slots_due(tx, now - ANNOUNCED_UNTIL, now + ANNOUNCED_BEFORE):
                return 0
        async with self._db.write() as tx:
            due = await store.slots_due(tx, now - ANNOUNCED_UNTIL, now + ANNOUNCED_BEFORE)
            return sum(
                [
                    await plan_public(
                        tx,
                        self._ids,
                        slot.community,
                        PromptKind.TALKS,
                        slot.talk,
                        channel=slot.thread,
                        due_at=now,
                        expires_at=slot.starts_at + ANNOUNCED_UNTIL,
                    )
                    for slot in due
                ]
            )

    async def next_due(self) -> datetime | None:
        """Five minutes before the next talk."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if await store.slots_due(tx, now - ANNOUNCED_UNTIL, now + ANNOUNCED_BEFORE):
                return now
            start = await store.next_start(tx, now + ANNOUNCED_BEFORE)
        return None if start is None else start - ANNOUNCED_BEFORE

    async def card_of(self, prompt: Prompt) -> Card | None:
        """What begins; None once the programme has changed, or the conference is over."""
        async with self._db.read() as tx:
            found, talks = await store.slot_of(tx, prompt.subject)
            session = found and await store_sessions.get_session(tx, found)
        if not session or session.state is not SessionState.OPEN:
            return None
        return TalksCard(
            gathering=gathering_of(session),
            starts_at=talks[0].starts_at,
            talks=tuple((talk.title, talk.room, talk.link) for talk in talks),
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[I'm here], as below the opening.

        Raises:
            Unknown: there is no such programme any more.
        """
        async with self._db.read() as tx:
            session, _ = await store.slot_of(tx, prompt.subject)
        if session is None:
            raise Unknown("prompt_unknown")
        return await self._sessions.answered(replace(prompt, subject=session), answer, by, line)
