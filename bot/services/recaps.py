"""Recaps: what happened in a session, and which fields met there."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.engine import recap
from bot.errors import Unknown
from bot.model.cards import FieldCard, LinkShown, Notice, RecapCard
from bot.model.chats import SessionId, SessionState
from bot.model.people import Stance
from bot.model.posts import normal_hashtag
from bot.model.suggestions import PromptKind
from bot.services.asked import asked_words
from bot.services.sessions import gathering_of
from bot.store import members as store_members
from bot.store import recaps as store
from bot.store import sessions as store_sessions
from bot.store.plans import get_plan
from bot.store.questions import questions_of
from bot.store.titles import titles_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.cards import AnswerShown, Card
    from bot.model.chats import Exchange, Session, SessionPost, Upcoming
    from bot.model.people import CommunityId, DiscordId, PersonId
    from bot.model.suggestions import Prompt
    from bot.services.chats import Chats
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

HELD_BEFORE_NEWCOMERS = 4
"""Earlier than this everybody is new, and saying so says nothing."""
NEWCOMERS_NAMED = 10


class Recaps:
    """The owner of the prompts that a session's end plans."""

    def __init__(self, db: Database, clock: Clock, chats: Chats) -> None:
        self._db = db
        self._clock = clock
        self._chats = chats

    async def held(self, community: CommunityId) -> list[Session]:
        """The last session that is over of each chat and conference here, the newest first."""
        async with self._db.read() as tx:
            return await store_sessions.last_held(tx, community)

    async def latest(self, community: CommunityId, said: str = "") -> RecapCard:
        """The recap of the last session that is over, as it is to be told now.

        `said` is the id, the name or a hashtag of a chat or conference; empty: of any.

        Raises:
            Unknown: there is none yet.
        """
        wanted = normal_hashtag(said.strip())
        for session in await self.held(community):
            names = {str(session.chat or session.conference), normal_hashtag(session.name)}
            if not wanted or wanted in names | {h.normal for h in session.hashtags}:
                return await self._recap(session)
        raise Unknown("recap_none")

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The recap, or the fields that met; None where no two known fields did."""
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None or session.state is SessionState.CANCELLED:
                return None
            if prompt.kind is PromptKind.FIELD:
                return await self._fields(tx, session)
        return await self._recap(session)

    async def _recap(self, session: Session) -> RecapCard:
        gathering = session.chat or session.conference or 0
        next_at = await self._next_at(session, gathering)
        async with self._db.read() as tx:
            posts = await store.posts_of(tx, session.id)
            exchanges = await store.exchanges_of(tx, session.id)
            known = await store.known_before(tx, session.id, session.starts_at)
            shared = recap.resources(await store.shares_of(tx, session.id))
            titles = await titles_of(tx, shared)
            newcomers = await self._newcomers(tx, session, gathering)
            plan = await get_plan(tx, session.id)
            numbers = {f"Q{q.number}": q for q in await questions_of(tx, session.id)}
            found, people, pairs = await asyncio.to_thread(_happened, posts, exchanges, known)
            answered = [
                replace(shown, words=await asked_words(tx, numbers.get(shown.question), plan))
                for shown in found
            ]
            transcript = await store.transcript_of(tx, session.id)
            zone = await store_sessions.zone_of(tx, session.id)
        return RecapCard(
            name=session.name,
            gathering=gathering_of(session),
            starts_at=session.starts_at,
            posts=sum(not post.is_repost for post in posts),
            people=people,
            questions=tuple(answered),
            resources=tuple(LinkShown(url, titles.get(url, "")) for url in shared),
            first_time_pairs=pairs or None,
            newcomers=newcomers,
            next_at=next_at,
            topic=plan.topic if plan else "",
            transcript=tuple(transcript),
            zone=zone,
        )

    async def _newcomers(self, tx: Reader, session: Session, gathering: int) -> tuple[str, ...]:
        if session.chat is None:
            return ()
        held = await store_sessions.held_before(tx, session.chat, session.starts_at)
        if held < HELD_BEFORE_NEWCOMERS:
            return ()
        names = await store.newcomers_of(
            tx, session.id, session.community, gathering, session.starts_at
        )
        return tuple(names[:NEWCOMERS_NAMED])

    async def _next_at(self, session: Session, gathering: int) -> datetime | None:
        upcoming = await self._upcoming(session.community, gathering)
        now = self._clock.now()
        if upcoming is None or session.is_conference:
            return None
        return next((start for start in upcoming.next if start > now), None)

    async def _upcoming(self, community: CommunityId, gathering: int) -> Upcoming | None:
        listed = await self._chats.list_for(community)
        return next((u for u in listed if u.gathering == gathering), None)

    async def _fields(self, tx: Reader, session: Session) -> FieldCard | None:
        members = await store_members.members_of(tx, session.community)
        fields = {
            m.person: frozenset(f.field for f in m.fields if f.stance is Stance.WORK)
            for m in members
        }
        met = recap.fields_that_met(
            await store.posts_of(tx, session.id), await store.exchanges_of(tx, session.id), fields
        )
        if met is None:
            return None
        return FieldCard(
            field_a=met[0], field_b=met[1], question=met[2], gathering=gathering_of(session)
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """The session's recap is out."""
        if prompt.kind is PromptKind.RECAP:
            await store_sessions.set_state(tx, SessionId(prompt.subject), SessionState.RECAPPED)

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Next dates].

        Raises:
            Unknown: there is no such session any more.
        """
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
        if session is None or answer != "dates":
            raise Unknown("prompt_unknown")
        gathering = gathering_of(session)
        upcoming = await self._upcoming(session.community, session.chat or session.conference or 0)
        if upcoming is None or session.is_conference:
            return Notice("dates_none", {"gathering": gathering})
        dates = "\n".join(
            f"<t:{t.timestamp():.0f}:F> (<t:{t.timestamp():.0f}:R>)" for t in upcoming.next
        )
        return Notice("dates_next", {"gathering": gathering, "dates": dates})


def _happened(
    posts: Sequence[SessionPost],
    exchanges: Sequence[Exchange],
    known: Collection[tuple[PersonId, PersonId]],
) -> tuple[tuple[AnswerShown, ...], int | None, int]:
    """The questions with their answers, how many people wrote, and the pairs that are new."""
    people = recap.told(len(recap.people_of(posts)))
    return recap.answers(posts), people, len(recap.first_time_pairs(exchanges, known))
