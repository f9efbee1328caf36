"""Numbered questions: each becomes one card in its session's thread, and can be answered there.

Invariants:
  1. A question of a session has one card, by whomever, wherever and however often it was asked.
  2. What is due is read from the posts that are in the database: nothing is lost over a restart,
     and nothing said twice, for each card and each answer has one prompt.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import NotAllowed, Unknown
from bot.model.cards import AnswerCard, Notice, QuestionCard
from bot.model.chats import SessionState
from bot.model.people import Account, DiscordId, Platform, account_key
from bot.model.policy import FOLLOWABLE
from bot.model.posts import Deletion, Page, Post, PostId, post_key
from bot.model.suggestions import PromptKind
from bot.services.asked import first_words
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_of, held_on
from bot.store import edits as store_edits
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import questions as store
from bot.store import sessions as store_sessions
from bot.store.plans import get_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Session, SessionId
    from bot.model.people import Member
    from bot.model.suggestions import Prompt, PromptId
    from bot.services.ingest import Ingest
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer
    from bot.store.plans import Plan

COUNTED_AFTER = timedelta(minutes=20)
"""A card is kept up to date until this long after the end: posts are read late."""
LINKS_SHOWN = 3
_SOURCE = "discord"


class _Told(NamedTuple):
    """What the cards of a session's questions tell."""

    session: Session
    plan: Plan | None
    askings: Mapping[int, Sequence[store.Asking]]
    answers: Mapping[int, int]


class Questions:
    """The owner of the cards of questions, and of answers given in Discord."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        ingest: Ingest,
        followed: frozenset[Platform] = FOLLOWABLE,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._ingest = ingest
        self.followed = followed
        """The platforms on which this bot follows anything."""

    async def look_after(self) -> int:
        """One heartbeat: plans what the threads lack; how many cards and answers."""
        now = self._clock.now()
        async with self._db.read() as tx:
            asked = await store.asked_without_card(tx)
            unsaid = await store.answers_without_message(tx)
        if not asked and not unsaid:
            return 0
        count = 0
        async with self._db.write() as tx:
            await store_edits.drop_over(tx, now)
            for one in asked:
                count += await self._add(tx, one, now)
            for answer in unsaid:
                count += await plan_public(
                    tx,
                    self._ids,
                    answer.community,
                    PromptKind.ANSWER,
                    answer.post,
                    channel=answer.thread,
                    due_at=now,
                    expires_at=now + timedelta(hours=1),
                )
        return count

    async def next_due(self) -> datetime | None:
        """Now, when a thread lacks something."""
        async with self._db.read() as tx:
            lacks = await store.asked_without_card(tx) or await store.answers_without_message(tx)
        return self._clock.now() if lacks else None

    async def asked(self, session_id: SessionId, number: int, by: DiscordId) -> bool:
        """[Q1 asked]: whoever hosts says so, where no post could tell; False when it has its card.

        Raises:
            Unknown: the session is not on, or has no thread yet.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            session = await store_sessions.get_session(tx, session_id)
            if session is None or session.state is not SessionState.OPEN or not session.thread:
                raise Unknown("panel_not_on")
            one = store.Asked(
                session.id, session.community, session.thread, number, now, session.ends_at
            )
            return await self._add(tx, one, now)

    async def _add(self, tx: Writer, one: store.Asked, now: datetime) -> bool:
        question = store.Question(self._ids.next(), one.session, one.number, one.at)
        if not await store.add_question(tx, question):
            return False
        return await plan_public(
            tx,
            self._ids,
            one.community,
            PromptKind.QUESTION,
            question.id,
            channel=one.thread,
            due_at=now,
            expires_at=one.ends_at + COUNTED_AFTER,
        )

    # ---- the owner of their prompts

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question as it stands now, or the answer; None when it is gone."""
        if prompt.kind is PromptKind.ANSWER:
            async with self._db.read() as tx:
                given = await store.given_answer(tx, PostId(prompt.subject), prompt.community)
            return None if given is None else AnswerCard(given.name, f"Q{given.number}", given.text)
        return (await self.cards_of([prompt])).get(prompt.id)

    async def cards_of(self, prompts: Sequence[Prompt]) -> dict[PromptId, Card]:
        """The questions as they stand now; those that are gone are not among them."""
        async with self._db.read() as tx:
            questions = await store.get_questions(tx, [prompt.subject for prompt in prompts])
            sessions = dict.fromkeys(question.session for question in questions.values())
            told = {session: await self._told(tx, session) for session in sessions}
        cards: dict[PromptId, Card] = {}
        for prompt in prompts:
            question = questions.get(prompt.subject)
            of = None if question is None else told[question.session]
            if question is not None and of is not None:
                cards[prompt.id] = self._card(prompt, question, of)
        return cards

    async def _told(self, tx: Reader, session_id: SessionId) -> _Told | None:
        session = await store_sessions.get_session(tx, session_id)
        if session is None or session.state is SessionState.CANCELLED:
            return None
        return _Told(
            session,
            await get_plan(tx, session_id),
            await store.askings_of(tx, session_id),
            await store.answers_in(tx, session_id),
        )

    def _card(self, prompt: Prompt, question: store.Question, told: _Told) -> QuestionCard:
        session, number = told.session, question.number
        askings = told.askings.get(number, [])
        planned = told.plan.question(number) if told.plan else ""
        links: dict[str, str] = {}
        for asking in askings:
            if asking.link is not None:
                links.setdefault(asking.platform.value, asking.link)
        return QuestionCard(
            number=number,
            hashtag=gathering_of(session),
            text=planned or first_words(askings),
            links=tuple(links.items())[:LINKS_SHOWN],
            answers=told.answers.get(number, 0),
            # One not sent yet needs a button, by which it is found again after a crash.
            is_open=prompt.message is None or self._clock.now() < session.ends_at,
            platforms=held_on(session, self.followed),
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Answer here] with the words of the form, or [Take it back] by who gave the answer.

        Raises:
            Unknown: there is no such question any more.
            NotAllowed: the answer is somebody else's.
        """
        if prompt.kind is PromptKind.ANSWER:
            return await self._take_back(prompt, by)
        if answer != "answer":
            raise Unknown("prompt_unknown")
        question, session = await self.open_question(prompt)
        member = await self.member_here(prompt, by)
        if member is None:
            return Notice("answer_not_joined")
        post = self._post(session, question.number, member, line)
        account = Account(
            post.author, Platform.DISCORD, str(by), handle=None, name=member.name, seen_at=post.at
        )
        taken = await self._ingest.take(Page(posts=(post,), accounts=(account,)), _SOURCE)
        if not taken.new_posts:
            raise NotAllowed("answer_kept_out")
        async with self._db.write() as tx:
            await store.own_account(tx, post.author, member.person)
            await store_sessions.add_presence(tx, session.id, member.person, post.at)
        await self.look_after()
        return Notice("answer_given", {"question": f"Q{question.number}"})

    async def open_question(self, prompt: Prompt) -> tuple[store.Question, Session]:
        """The question of a card that can still be answered here.

        Raises:
            Unknown: it is gone, or its session is over.
        """
        async with self._db.read() as tx:
            question = await store.get_question(tx, prompt.subject)
            session = question and await store_sessions.get_session(tx, question.session)
        if question is None or not session:
            raise Unknown("prompt_unknown")
        if not session.starts_at <= self._clock.now() < session.ends_at:
            raise Unknown("answer_too_late", gathering=gathering_of(session))
        return question, session

    async def member_here(self, prompt: Prompt, by: DiscordId) -> Member | None:
        """Whoever pressed, if they are a member of the prompt's community."""
        async with self._db.read() as tx:
            member = await store_members.get_member(tx, prompt.community, by)
        return None if member is None or member.left_at is not None else member

    def _post(self, session: Session, number: int, member: Member, words: str) -> Post:
        native = f"{session.id}/{member.discord_id}/{self._ids.next()}"
        return Post(
            id=post_key(Platform.DISCORD, native),
            platform=Platform.DISCORD,
            native_id=native,
            author=account_key(Platform.DISCORD, str(member.discord_id)),
            at=self._clock.now(),
            text=" ".join(words.split()),
            hashtags=session.hashtags[:1],
            answer=number,
            asks=words.rstrip().endswith("?"),
        )

    async def _take_back(self, prompt: Prompt, by: DiscordId) -> Notice:
        post = PostId(prompt.subject)
        async with self._db.read() as tx:
            given = await store.given_answer(tx, post, prompt.community)
        if given is not None and given.by != by:
            raise NotAllowed("answer_of_another")
        if given is None:
            return Notice("answer_is_gone")
        gone = Deletion(post, self._clock.now())
        await self._ingest.take(Page(deletions=(gone,)), _SOURCE)
        async with self._db.write() as tx:
            await store_prompts.end_prompts_of(tx, PromptKind.ANSWER, post)
        return Notice("answer_taken_back")
