"""Questions of a session on both databases: one card each, counted, never doubled."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotAllowed, Unknown
from bot.model.cards import AnswerCard, QuestionCard
from bot.model.chats import SessionState
from bot.model.people import DiscordId, Platform
from bot.model.posts import Page, Post, hashtag_of, post_key, to_us
from bot.model.suggestions import EDITED, Prompt, PromptKind, PromptState
from bot.services.edits import Edits
from bot.services.ingest import Ingest
from bot.services.prompts import Outgoing, Prompts, Sent
from bot.services.questions import Questions
from bot.store import plans as store_plans
from bot.store import posts as store_posts
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions
from tests.services.hosted import HOST, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, CHAT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

THREAD = 555
_BURST = """
INSERT INTO posts (id, platform, native_id, author_id, at_us, answer)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1249)
SELECT :first + i, 'x', CAST(:first + i AS TEXT), 7, :at, i % 2 + 1 FROM n
"""
_BURST_JOINS = """
INSERT INTO session_posts (session_id, post_id)
SELECT 1, id FROM posts WHERE id >= :first AND id < :first + 1250
"""
ANA = 21


class Desk:
    """Takes what is sent and edited, as Discord would."""

    def __init__(self, clock: ReplayClock) -> None:
        self.clock = clock
        self.messages: list[Outgoing] = []
        self.edits: list[tuple[Outgoing, Sent]] = []

    async def send(self, outgoing: Outgoing) -> Sent:
        self.messages.append(outgoing)
        return Sent(1000 + len(self.messages), THREAD)

    async def find(self, outgoing: Outgoing) -> Sent | None:
        for number, message in enumerate(self.messages, 1001):
            if message.prompt.id == outgoing.prompt.id:
                return Sent(number, THREAD)
        return None

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        self.edits.append((outgoing, sent))


_ELSEWHERE = "UPDATE prompts SET sent_channel_id = :channel WHERE id = :prompt"


class Evening:
    """A session that is on, with its thread; the host has an account on Bluesky."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.db, self.clock = db, clock
        self.talk = Talk()
        self.count = 0
        self.desk = Desk(clock)
        self.ingest = Ingest(db, clock)
        self.start(ids)

    def start(self, ids: Ids) -> None:
        """All services anew, as after a restart."""
        self.questions = Questions(self.db, self.clock, ids, self.ingest)
        owners = {PromptKind.QUESTION: self.questions, PromptKind.ANSWER: self.questions}
        self.prompts = Prompts(self.db, self.clock, ids, owners)
        self.edits = Edits(self.db, self.clock, self.prompts)

    async def post(
        self, who: str, minute: float, *, question: int | None = None, answer: int | None = None
    ) -> None:
        self.talk.say(who, minute=minute, answer=answer)
        self.count += 1
        native = f"at://did:plc:{who}/app.bsky.feed.post/n{self.count}"
        self.talk.posts[-1] = self.talk.posts[-1]._replace(
            id=post_key(Platform.BLUESKY, native),
            native_id=native,
            question=question,
            text=None if question is None else "Q: why?",
        )
        await self.talk.take(self.db, self.clock)
        self.talk.posts.clear()

    async def beat(self) -> None:
        await self.questions.look_after()
        await self.prompts.deliver_due(self.desk)
        await self.edits.edit_due(self.desk)

    async def later(self, **time: float) -> None:
        await self.clock.move_to(self.clock.now() + timedelta(**time))
        await self.beat()

    @property
    def cards(self) -> list[QuestionCard]:
        return [m.card for m in self.desk.messages if isinstance(m.card, QuestionCard)]


@pytest.fixture
async def evening(database: Database, clock: ReplayClock, ids: Ids) -> Evening:
    host = member(HOST, "Hana")
    await settle(database, host, member(ANA, "Ana"))
    await held(database, session(1, AT, state=SessionState.OPEN))
    await clock.move_to(AT + timedelta(minutes=5))
    made = Evening(database, clock, ids)
    async with database.write() as tx:
        await store_sessions.set_thread(tx, session(1, AT).id, THREAD)
    await made.post("hana", 1)
    await made.talk.belongs(database, "hana", host)
    return made


async def test_a_question_of_the_host_is_one_card_and_others_make_none(evening: Evening) -> None:
    await evening.post("stranger", 2, question=1)
    await evening.beat()
    assert evening.cards == []
    await evening.post("hana", 3, question=1)
    await evening.post("hana", 4, question=1)
    for _ in range(3):
        await evening.later(minutes=1)
    [card] = evening.cards
    assert (card.number, card.answers, card.text) == (1, 0, "Q: why?")
    assert [platform for platform, _ in card.links] == ["bluesky"]
    assert card.links[0][1].startswith("https://bsky.app/profile/did:plc:hana/post/")
    assert evening.desk.messages[0].prompt.channel == THREAD


async def test_co_hosts_ask_too_and_on_two_platforms_it_is_one_card(evening: Evening) -> None:
    async with evening.db.write() as tx:
        await store_plans.set_cohosts(tx, CHAT.id, (), ("lrnchat",))
    await evening.post("lrnchat", 3, question=2)
    native = "1911111111111111111"
    on_x = Post(
        id=post_key(Platform.X, native),
        platform=Platform.X,
        native_id=native,
        author=evening.talk.accounts["lrnchat"].id,
        at=AT + timedelta(minutes=4),
        text="Q2: stored never",
        hashtags=(hashtag_of("lrnchat"),),
        question=2,
    )
    await evening.ingest.take(Page(posts=(on_x,)), "x")
    await evening.beat()
    [card] = evening.cards
    assert [platform for platform, _ in card.links] == ["bluesky", "x"]
    assert card.text == "Q: why?", "as Bluesky lets it be quoted; of X nothing is kept"
    async with evening.db.read() as tx:
        row = await tx.fetch_one("SELECT text FROM posts WHERE id = :id", id=on_x.id)
    assert row is not None
    assert row["text"] is None


async def test_a_planned_question_is_shown_in_its_own_words(evening: Evening) -> None:
    plan = store_plans.Plan(session(1, AT).id, "Feedback", ("Why?", "How?"))
    async with evening.db.write() as tx:
        await store_plans.save_plan(tx, plan, AT)
    await evening.post("hana", 3, question=2)
    await evening.beat()
    assert [card.text for card in evening.cards] == ["How?"]


async def test_answers_are_counted_by_one_edit_a_minute_and_none_when_unchanged(
    evening: Evening,
) -> None:
    await evening.post("hana", 3, question=1)
    await evening.beat()
    for second in range(0, 59, 10):
        await evening.post(f"p{second}", 5 + second / 60, answer=1)
        await evening.beat()
    assert evening.desk.edits == []
    await evening.later(minutes=1)
    [(outgoing, sent)] = evening.desk.edits
    assert isinstance(outgoing.card, QuestionCard)
    assert (outgoing.card.answers, sent) == (6, Sent(1001, THREAD))
    for _ in range(5):
        await evening.later(minutes=1)
    assert len(evening.desk.edits) == 1


async def test_a_burst_of_250_posts_a_second_makes_one_edit_a_card_and_minute(
    sqlite_database: Database, clock: ReplayClock, ids: Ids
) -> None:
    host = member(HOST, "Hana")
    await settle(sqlite_database, host)
    await held(sqlite_database, session(1, AT, state=SessionState.OPEN))
    await clock.move_to(AT + timedelta(minutes=5))
    evening = Evening(sqlite_database, clock, ids)
    async with sqlite_database.write() as tx:
        await store_sessions.set_thread(tx, session(1, AT).id, THREAD)
    await evening.post("hana", 1)
    await evening.talk.belongs(sqlite_database, "hana", host)
    for number in (1, 2):
        await evening.post("hana", 2, question=number)
    edited: list[tuple[int, float]] = []
    begun = clock.now()
    for step in range(120):  # ten minutes in steps of five seconds, 1,250 posts each
        async with sqlite_database.write() as tx:
            await tx.execute(_BURST, first=1_000_000 + step * 1250, at=to_us(clock.now()))
            await tx.execute(_BURST_JOINS, first=1_000_000 + step * 1250)
        before = len(evening.desk.edits)
        await evening.later(seconds=5)
        minute = (clock.now() - begun) / timedelta(minutes=1)
        edited += [(sent.message, minute) for _, sent in evening.desk.edits[before:]]
    assert len(evening.desk.messages) == 2
    for message in (1001, 1002):
        minutes = [minute for card, minute in edited if card == message]
        assert len(minutes) in (9, 10)
        gaps = [later - sooner for sooner, later in pairwise(minutes)]
        assert min(gaps) >= 1 - 1e-9
    last = evening.desk.edits[-1][0].card
    assert isinstance(last, QuestionCard)
    assert last.answers > 60_000


async def test_a_member_answers_here_under_their_name_and_it_is_a_post_of_the_session(
    evening: Evening, ids: Ids
) -> None:
    await evening.post("hana", 3, question=1)
    await evening.beat()
    prompt = evening.desk.messages[0].prompt
    notice = await evening.prompts.answer(prompt, "answer", DiscordId(ANA), "A rubric\nhelps")
    assert notice.key == "answer_given"
    evening.start(ids)
    for _ in range(2):
        await evening.later(minutes=1)
    [shown] = [m.card for m in evening.desk.messages if isinstance(m.card, AnswerCard)]
    assert shown == AnswerCard("Ana", "Q1", "A rubric helps")
    [(counted, _)] = evening.desk.edits
    assert isinstance(counted.card, QuestionCard)
    assert counted.card.answers == 1
    async with evening.db.read() as tx:
        present = await store_sessions.presences_of(tx, session(1, AT).id)
    assert present == [member(ANA, "Ana").person]


async def test_who_has_not_joined_is_told_how_and_nothing_is_kept(evening: Evening) -> None:
    await evening.post("hana", 3, question=1)
    await evening.beat()
    prompt = evening.desk.messages[0].prompt
    notice = await evening.prompts.answer(prompt, "answer", DiscordId(404), "Hello")
    assert notice.key == "answer_not_joined"
    async with evening.db.read() as tx:
        assert await store_posts.newest_posts(tx, Platform.DISCORD, 5) == {}


async def test_only_its_author_takes_an_answer_back_and_then_it_counts_no_more(
    evening: Evening,
) -> None:
    await evening.post("hana", 3, question=1)
    await evening.beat()
    prompt = evening.desk.messages[0].prompt
    await evening.prompts.answer(prompt, "answer", DiscordId(ANA), "Too quick")
    await evening.later(minutes=1)
    answer = evening.desk.messages[-1].prompt
    with pytest.raises(NotAllowed):
        await evening.prompts.answer(answer, "take_back", DiscordId(HOST))
    taken = await evening.prompts.answer(answer, "take_back", DiscordId(ANA))
    assert taken.key == "answer_taken_back"
    await evening.later(minutes=1)
    last = evening.desk.edits[-1][0].card
    assert isinstance(last, QuestionCard)
    assert last.answers == 0
    assert len(evening.desk.messages) == 2


async def test_after_the_session_nothing_is_answered_here(evening: Evening) -> None:
    await evening.post("hana", 3, question=1)
    await evening.beat()
    await evening.clock.move_to(AT + timedelta(hours=1))
    with pytest.raises(Unknown):
        await evening.prompts.answer(
            evening.desk.messages[0].prompt, "answer", DiscordId(ANA), "Late"
        )
    await evening.beat()
    closed = evening.desk.edits[-1][0].card
    assert isinstance(closed, QuestionCard)
    assert not closed.is_open
    assert evening.cards[0].is_open


async def test_threads_take_turns_when_cards_are_edited(evening: Evening) -> None:
    for number in (1, 2, 3):
        await evening.post("hana", 3, question=number)
    await evening.beat()
    async with evening.db.write() as tx:
        first, second, third = (message.prompt for message in evening.desk.messages)
        for prompt, channel in ((first, 1), (second, 1), (third, 2)):
            await tx.execute(_ELSEWHERE, prompt=prompt.id, channel=channel)
    for number in (1, 2, 3):
        await evening.post("ana", 4, answer=number)
    await evening.later(minutes=1)
    edited = [outgoing.prompt.id for outgoing, _ in evening.desk.edits]
    assert edited == [first.id, third.id, second.id]


async def test_of_several_cards_only_that_is_edited_which_has_an_answer_more(
    evening: Evening,
) -> None:
    for number in (1, 2, 3):
        await evening.post("hana", 3, question=number)
    await evening.beat()
    for _ in range(2):
        await evening.post("ana", 4, answer=2)
    await evening.later(minutes=1)
    [(outgoing, _)] = evening.desk.edits
    assert isinstance(outgoing.card, QuestionCard)
    assert (outgoing.card.number, outgoing.card.answers) == (2, 2)
    await evening.post("ana", 5, answer=3)
    await evening.later(minutes=1)
    assert [o.prompt.id for o, _ in evening.desk.edits] == [
        evening.desk.messages[number - 1].prompt.id for number in (2, 3)
    ]


async def test_a_crash_between_sending_and_recording_doubles_no_card(
    evening: Evening, ids: Ids
) -> None:
    await evening.post("hana", 3, question=1)
    await evening.questions.look_after()
    async with evening.db.write() as tx:
        [claimed] = await store_prompts.claim_due(tx, evening.clock.now(), 1)
    outgoing = await evening.prompts.outgoing(claimed)
    assert outgoing is not None
    await evening.desk.send(outgoing)
    evening.start(ids)
    await evening.later(minutes=3)
    await evening.later(minutes=2)
    assert len(evening.cards) == 1
    async with evening.db.read() as tx:
        prompt = await store_prompts.get_prompt(tx, claimed.id)
    assert isinstance(prompt, Prompt)
    assert (prompt.state, prompt.message) == (PromptState.SENT, 1001)
    await evening.post("ben", 9, answer=1)
    await evening.later(minutes=1)
    card = evening.desk.edits[-1][0].card
    assert isinstance(card, QuestionCard)
    assert card.answers == 1
    assert await evening.edits.next_due() == evening.clock.now() + EDITED[PromptKind.QUESTION]
