"""Hosting: the plan of a session, who asks beside the host, and the host's private panel."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.cards import Notice, PlanCard
from bot.model.chats import SessionId, SessionState
from bot.model.people import DiscordId, Platform, person_of_member
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_personal
from bot.services.sessions import gathering_of, held_on
from bot.store import goings as store_goings
from bot.store import members as store_members
from bot.store import plans as store
from bot.store import prompts as store_prompts
from bot.store import questions as store_questions
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Session
    from bot.model.people import CommunityId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.services.questions import Questions
    from bot.store.database import Database, Reader, Writer

ASKED_BEFORE = timedelta(days=1)
QUESTIONS_AT_MOST = 10
QUESTION_LENGTH = 200
TOPIC_LENGTH = 120
COHOSTS_AT_MOST = 10
_MENTION = re.compile(r"<@!?(\d{15,20})>|(\d{15,20})")
_HANDLE = re.compile(r"@?([\w.-]{1,253}(?:@[\w.-]{1,253})?)")


@dataclass(frozen=True, slots=True)
class Planned:
    """A session with its plan, as its host sees it."""

    session: Session
    gathering: str
    topic: str
    questions: tuple[str, ...]
    cohosts: tuple[str, ...]
    """As they may be typed again: @handles, and numbers of Discord members."""
    offers: tuple[store.Offer, ...]
    """Those who could host, whose turn it is first."""
    host: DiscordId | None = None
    """Who hosts this session in place of the usual host."""
    asked: frozenset[int] = frozenset()
    """The questions that have their card."""
    platforms: tuple[Platform, ...] = ()
    """Where it is followed."""


class Hosting:
    """What hosts settle for one session; the owner of the question for a plan."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, questions: Questions) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._questions = questions

    async def current(self, community: CommunityId, gathering: int) -> Planned:
        """The session that is on, else the next one.

        Raises:
            Unknown: nothing further is planned.
        """
        async with self._db.read() as tx:
            session = await self._session(tx, community, gathering)
            return await self._planned(tx, session)

    async def _session(self, tx: Reader, community: CommunityId, gathering: int) -> Session:
        now = self._clock.now()
        last = await store_goings.last_session(tx, gathering, now)
        found = last and await store_sessions.get_session(tx, last)
        if not found or found.state is not SessionState.OPEN:
            coming = await store_goings.next_session(tx, gathering, now)
            found = coming and await store_sessions.get_session(tx, coming)
        if not found or found.community != community:
            raise Unknown("plan_none")
        return found

    async def plan(
        self, community: CommunityId, gathering: int, *, topic: str, questions: str, cohosts: str
    ) -> Planned:
        """Keeps the plan: questions one a line, Q1 first; co-hosts as handles or mentions.

        Co-hosts are those of the chat or conference from now on.

        Raises:
            Invalid: too many questions, or one is too long; a co-host is neither.
            Unknown: nothing further is planned.
        """
        asked = tuple(line for raw in questions.splitlines() if (line := " ".join(raw.split())))
        if len(asked) > QUESTIONS_AT_MOST or any(len(q) > QUESTION_LENGTH for q in asked):
            raise Invalid("plan_questions", most=QUESTIONS_AT_MOST, length=QUESTION_LENGTH)
        people, handles = _cohosts(cohosts)
        now = self._clock.now()
        async with self._db.write() as tx:
            session = await self._session(tx, community, gathering)
            known = await store.get_plan(tx, session.id)
            said = " ".join(topic.split())[:TOPIC_LENGTH]
            plan = store.Plan(session.id, said, asked, known.host if known else None)
            await store.save_plan(tx, plan, now)
            persons = [
                member.person
                if (member := await store_members.get_member(tx, community, who))
                else person_of_member(who)
                for who in people
            ]
            await store.set_cohosts(tx, gathering, persons, handles)
            if plan.host is None:
                await store_prompts.end_prompts_of(tx, PromptKind.PLAN, session.id)
            return await self._planned(tx, session)

    async def asked(
        self, session_id: SessionId, number: int, by: DiscordId, manages: CommunityId | None
    ) -> Planned:
        """[Q1 asked], where no post told so; the panel as it is then.

        `manages`: the community whose events whoever pressed may manage.

        Raises:
            Unknown: the session is not on.
            NotAllowed: they neither manage events there nor host this session.
        """
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, session_id)
            plan = await store.get_plan(tx, session_id)
        if session is None:
            raise Unknown("panel_not_on")
        if session.community != manages and (plan is None or plan.host != by):
            raise NotAllowed("error_permission", permission="Manage Events")
        await self._questions.asked(session_id, number, by)
        async with self._db.read() as tx:
            return await self._planned(tx, session)

    async def offer(self, community: CommunityId, gathering: int, by: DiscordId) -> Notice:
        """[I could host]."""
        async with self._db.write() as tx:
            member = await store_members.get_member(tx, community, by)
            if member is None or member.left_at is not None:
                return Notice("going_not_joined")
            await store.offer_to_host(tx, gathering, by, self._clock.now())
        return Notice("rota_noted")

    async def let_host(
        self, community: CommunityId, session_id: SessionId, who: DiscordId | None
    ) -> Planned:
        """This session is hosted by one who offered (None: the usual host); they are asked.

        Raises:
            Unknown: the session is over, or they do not offer (any more).
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            session = await store_sessions.get_session(tx, session_id)
            if session is None or session.community != community or session.ends_at <= now:
                raise Unknown("plan_none")
            gathering = int(session.chat or session.conference or 0)
            offers = await store.offers_of(tx, gathering, community)
            if who is not None and who not in {offer.who for offer in offers}:
                raise Unknown("rota_gone")
            await self._set_host(tx, session, who)
            member = None if who is None else await store_members.get_member(tx, community, who)
            if member is not None:
                await plan_personal(
                    tx,
                    self._ids,
                    member,
                    PromptKind.PLAN,
                    session.id,
                    now=now,
                    expires_at=session.ends_at,
                )
            return await self._planned(tx, session)

    async def _set_host(self, tx: Writer, session: Session, who: DiscordId | None) -> None:
        plan = await store.get_plan(tx, session.id) or store.Plan(session.id, "", ())
        if plan.host is not None:
            await store_prompts.end_prompts_of(tx, PromptKind.PLAN, session.id)
        await store.save_plan(tx, replace(plan, host=who), self._clock.now())

    # ---- asking for a plan, once

    async def look_after(self) -> int:
        """One heartbeat: asks the hosts of tomorrow's unplanned sessions, each once."""
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.unplanned(tx, now, now + ASKED_BEFORE):
                return 0
        async with self._db.write() as tx:
            due = await store.unplanned(tx, now, now + ASKED_BEFORE)
            return sum([await self._ask(tx, session, host, now) for session, host in due])

    async def next_due(self) -> datetime | None:
        """Now, where a host is to be asked; it may wait for the next look else."""
        now = self._clock.now()
        async with self._db.read() as tx:
            return now if await store.unplanned(tx, now, now + ASKED_BEFORE) else None

    async def _ask(self, tx: Writer, session_id: SessionId, host: DiscordId, now: datetime) -> bool:
        session = await store_sessions.get_session(tx, session_id)
        member = session and await store_members.get_member(tx, session.community, host)
        if session is None or not member:
            return False
        return await plan_personal(
            tx,
            self._ids,
            member,
            PromptKind.PLAN,
            session.id,
            now=now,
            expires_at=session.starts_at,
        )

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question; None once there is a plan, or the session is not ahead.

        Who hosts by the rota keeps it until the session is over: their panel is behind it.
        """
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None or session.state not in (SessionState.PLANNED, SessionState.OPEN):
                return None
            plan = await store.get_plan(tx, session.id)
            gathering = int(session.chat or session.conference or 0)
            offers = await store.offers_of(tx, gathering, session.community)
        planned = plan is not None and plan.says_something
        in_turn = plan is not None and plan.host == prompt.recipient
        if not in_turn and (planned or session.state is SessionState.OPEN):
            return None
        return PlanCard(
            gathering_of(session),
            session.starts_at,
            planned=planned,
            in_turn=in_turn,
            others_could=any(offer.who != prompt.recipient for offer in offers),
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[No plan needed], or [I can't] of who hosts by the rota: the usual host does, then.

        Raises:
            NotAllowed: it is somebody else's.
        """
        if prompt.recipient != by:
            raise NotAllowed("prompt_of_another")
        async with self._db.write() as tx:
            await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now())
            if answer != "cannot":
                return Notice("plan_not_needed", next_waits=True)
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            plan = await store.get_plan(tx, SessionId(prompt.subject))
            if session is not None and plan is not None and plan.host == by:
                await self._set_host(tx, session, None)
        return Notice("rota_cannot", next_waits=True)

    async def gathering_of_prompt(self, prompt: Prompt) -> int:
        """The chat whose plan was asked for.

        Raises:
            Unknown: it is gone.
        """
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
        if session is None:
            raise Unknown("prompt_unknown")
        return int(session.chat or session.conference or 0)

    async def _planned(self, tx: Reader, session: Session) -> Planned:
        gathering = int(session.chat or session.conference or 0)
        plan = await store.get_plan(tx, session.id)
        cohosts = await store.cohosts_of(tx, gathering)
        return Planned(
            session=session,
            gathering=gathering_of(session),
            topic=plan.topic if plan else "",
            questions=plan.questions if plan else (),
            cohosts=(*(f"@{h}" for h in cohosts.handles), *(str(m) for m in cohosts.members)),
            offers=tuple(await store.offers_of(tx, gathering, session.community)),
            host=plan.host if plan else None,
            asked=frozenset(q.number for q in await store_questions.questions_of(tx, session.id)),
            platforms=held_on(session, self._questions.followed),
        )


def _cohosts(typed: str) -> tuple[list[DiscordId], list[str]]:
    """Members by mention or number, and handles in small letters without @."""
    people, handles = [], []
    for word in re.split(r"[\s,;]+", typed.strip()):
        if mention := _MENTION.fullmatch(word):
            people.append(DiscordId(int(mention[1] or mention[2])))
        elif handle := _HANDLE.fullmatch(word):
            handles.append(handle[1].lower())
        elif word:
            raise Invalid("plan_cohost", given=word[:60])
    if len(people) + len(handles) > COHOSTS_AT_MOST:
        raise Invalid("plan_cohosts_many", most=COHOSTS_AT_MOST)
    return people, handles
