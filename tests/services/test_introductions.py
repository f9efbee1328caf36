"""Introductions: A is asked, then B; two yeses make it, and a no is heard by nobody."""

from __future__ import annotations

import asyncio
import itertools
import random
import shutil
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import ReplayClock
from bot.errors import NotAllowed, Unknown
from bot.model.cards import IntroducedCard, IntroductionCard, SuggestionCard, WhyCard
from bot.model.people import Delivery, DiscordId, Naming
from bot.model.suggestions import IntroductionState, Prompt, PromptId, PromptKind
from bot.services.introductions import LASTS, TRANSITIONS, Event, next_state
from bot.services.prompts import Outgoing, Sent
from bot.store import network as store_network
from bot.store import prompts as store_prompts
from bot.store import suggestions as store
from bot.store.open import open_database
from tests.services.gatherings import HOUR, MONDAY, NURSES, member
from tests.services.test_suggestions import BEFORE, People, services

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.model.cards import Notice
    from bot.store.database import Database

_T = TypeVar("_T")
ANA, BEN = DiscordId(1), DiscordId(2)


class Post:
    """A courier that keeps what it was given."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self._messages = itertools.count(9000)

    async def send(self, outgoing: Outgoing) -> Sent:
        self.sent.append(outgoing)
        number = next(self._messages)
        return Sent(number, number)

    async def find(self, outgoing: Outgoing) -> Sent | None:
        return None

    def cards(self, kind: PromptKind) -> list[object]:
        return [o.card for o in self.sent if o.prompt.kind is kind]


async def meet(db: Database) -> People:
    """Ana (asked first) and Ben answered one question; Ana asked for somebody new."""
    made = services(db, ReplayClock(MONDAY))
    await made.world.open()
    await made.world.join(
        member(ANA, "Ana", "nursing", delivery=Delivery.DM, quiet_from=0, quiet_until=0),
        member(
            BEN,
            "Ben",
            "game design",
            delivery=Delivery.DM,
            quiet_from=0,
            quiet_until=0,
            description="builds learning games",
        ),
    )
    await made.world.conference(BEFORE - HOUR, BEFORE + HOUR)
    await made.world.post("Ana", BEFORE, answer=3)
    await made.world.post("Ben", BEFORE, answer=3)
    return made


async def prompt_of(db: Database, kind: PromptKind) -> Prompt | None:
    async with db.read() as tx:
        row = await tx.fetch_one("SELECT id FROM prompts WHERE kind = :kind", kind=kind.value)
        return None if row is None else await store_prompts.get_prompt(tx, PromptId(row["id"]))


async def state_of(db: Database) -> IntroductionState:
    async with db.read() as tx:
        row = await tx.fetch_one("SELECT state FROM introductions")
    assert row is not None
    return IntroductionState(row["state"])


class Asked:
    """An introduction in which A was asked."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.db = people.world.db
        self.post = Post()

    async def press(self, kind: PromptKind, answer: str, by: DiscordId, line: str = "") -> Notice:
        prompt = await prompt_of(self.db, kind)
        assert prompt is not None
        found = await self.people.prompts.pressed(prompt.id, by)
        return await self.people.prompts.answer(found, answer, by, line)

    async def deliver(self) -> None:
        await self.people.prompts.deliver_due(self.post)


@pytest.fixture
async def asked(sqlite_database: Database) -> Asked:
    people = await meet(sqlite_database)
    assert isinstance(await people.suggestions.suggest_now(NURSES, ANA), Outgoing)
    return Asked(people)


async def test_two_yeses_make_it_and_both_are_in_each_others_network(asked: Asked) -> None:
    said = await asked.press(PromptKind.SUGGESTION, "yes", ANA, "  How do you \n grade games? ")
    assert said.key == "suggestion_yes"
    await asked.deliver()
    [card] = asked.post.cards(PromptKind.INTRODUCTION)
    assert isinstance(card, IntroductionCard)
    assert (card.asker.name, card.line) == ("Ana", "How do you grade games?")
    assert card.reasons[0].own_link == "https://x.com/ben/status/5002"
    assert card.reasons[0].other_link == "https://x.com/ana/status/5001"
    said = await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    assert said.key == "introduction_yes"
    await asked.deliver()
    [made] = asked.post.cards(PromptKind.INTRODUCED)
    assert isinstance(made, IntroducedCard)
    assert (made.a.mention, made.b.mention) == (ANA, BEN)
    assert (made.a.name, made.b.name) == ("Ana", "Ben")
    async with asked.db.read() as tx:
        for owner, person in (("Ana", "Ben"), ("Ben", "Ana")):
            [kept] = await store_network.connections_of(tx, asked.people.world.person(owner))
            assert kept.person == asked.people.world.person(person)
            assert kept.origin.value == "introduction"
            assert kept.reason == "#Care26 · Q3"
        row = await tx.fetch_one(
            "SELECT thread_id, sent_channel_id FROM introductions i"
            " JOIN prompts p ON p.subject = i.id AND p.kind = 'introduced'"
        )
    assert row is not None
    assert row["thread_id"] == row["sent_channel_id"]


@pytest.mark.parametrize("answer", ["no", None])
async def test_a_never_hears_of_a_no_or_of_silence(asked: Asked, answer: str | None) -> None:
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.deliver()
    if answer:
        await asked.press(PromptKind.INTRODUCTION, answer, BEN)
    await asked.people.clock.move_to(MONDAY + LASTS + HOUR)
    await asked.people.introductions.expire_due()
    await asked.deliver()
    assert [o.prompt.recipient for o in asked.post.sent] == [BEN]
    assert (await state_of(asked.db)) in (IntroductionState.DECLINED, IntroductionState.EXPIRED)
    assert (await asked.press(PromptKind.SUGGESTION, "yes", ANA)).key == "answer_taken"


async def test_the_same_words_are_said_to_a_when_b_can_not_be_asked(asked: Asked) -> None:
    await asked.people.world.change("Ben", left_at=MONDAY)
    said = await asked.press(PromptKind.SUGGESTION, "yes", ANA, "hello")
    assert said.key == "suggestion_yes"
    assert await state_of(asked.db) is IntroductionState.WITHDRAWN
    assert await prompt_of(asked.db, PromptKind.INTRODUCTION) is None


async def test_pressing_twice_at_once_counts_once(asked: Asked) -> None:
    notices = await asyncio.gather(
        asked.press(PromptKind.SUGGESTION, "yes", ANA),
        asked.press(PromptKind.SUGGESTION, "no", ANA),
        asked.press(PromptKind.SUGGESTION, "yes", ANA),
    )
    assert sorted(n.key for n in notices)[:2] == ["answer_taken", "answer_taken"]
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    async with asked.db.read() as tx:
        rows = await tx.fetch("SELECT id FROM prompts WHERE kind = 'introduction'")
    assert len(rows) <= 1


async def test_nobody_else_may_answer(asked: Asked) -> None:
    with pytest.raises(NotAllowed):
        await asked.press(PromptKind.SUGGESTION, "yes", BEN)


async def test_an_unknown_answer_is_refused(asked: Asked) -> None:
    with pytest.raises(Unknown):
        await asked.press(PromptKind.SUGGESTION, "maybe", ANA)


async def test_why_tells_every_reason_and_offers_known_and_never(asked: Asked) -> None:
    said = await asked.press(PromptKind.SUGGESTION, "why", ANA)
    assert isinstance(said.card, WhyCard)
    assert [answer for answer, _ in said.answers] == ["known", "never"]
    assert {r.term.value for r in said.card.reasons} == {"same_question", "same_session"}
    assert await state_of(asked.db) is IntroductionState.ASKED_A


async def test_whom_one_knows_already_is_not_suggested_again_to_either(asked: Asked) -> None:
    await asked.press(PromptKind.SUGGESTION, "known", ANA)
    await asked.people.clock.move_to(MONDAY + timedelta(days=400))
    assert await asked.people.suggestions.refresh_due() == 0


async def test_never_counts_even_after_a_yes(asked: Asked) -> None:
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.press(PromptKind.SUGGESTION, "never", ANA)
    assert await state_of(asked.db) is IntroductionState.WITHDRAWN
    await asked.deliver()
    assert asked.post.sent == []
    assert (await asked.press(PromptKind.INTRODUCTION, "yes", BEN)).key == "answer_taken"


async def test_somethings_wrong_reports_blocks_and_is_only_for_the_two(asked: Asked) -> None:
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    with pytest.raises(NotAllowed):
        await asked.press(PromptKind.INTRODUCED, "wrong", DiscordId(77))
    for by in (BEN, BEN):
        assert (await asked.press(PromptKind.INTRODUCED, "wrong", by)).key == "introduced_wrong"
    async with asked.db.read() as tx:
        [report] = await store.reports_of(tx, NURSES)
        blocks = await tx.fetch("SELECT person_id FROM blocks")
    assert report.by == asked.people.world.person("Ben")
    assert len(blocks) == 1


async def test_an_organiser_may_hold_it_back_or_let_it(asked: Asked) -> None:
    await asked.people.world.open(review_introductions=True)
    said = await asked.press(PromptKind.SUGGESTION, "yes", ANA, "Hi")
    assert said.key == "suggestion_yes"
    assert await state_of(asked.db) is IntroductionState.HELD
    assert await prompt_of(asked.db, PromptKind.INTRODUCTION) is None
    [held] = await asked.people.introductions.held(NURSES)
    assert (held.a, held.b, held.line) == ("Ana", "Ben", "Hi")
    assert await asked.people.introductions.review(NURSES, held.id, let=True)
    assert not await asked.people.introductions.review(NURSES, held.id, let=False)
    assert await state_of(asked.db) is IntroductionState.ASKED_B
    assert await asked.people.introductions.held(NURSES) == []


async def test_what_is_held_back_reaches_nobody(asked: Asked) -> None:
    await asked.people.world.open(review_introductions=True)
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    [held] = await asked.people.introductions.held(NURSES)
    assert await asked.people.introductions.review(NURSES, held.id, let=False)
    await asked.deliver()
    assert asked.post.sent == []


async def test_b_sees_no_link_to_a_who_shows_no_posts(asked: Asked) -> None:
    await asked.people.world.change("Ana", show_posts=False, naming=Naming.DESCRIBE)
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.deliver()
    [card] = asked.post.cards(PromptKind.INTRODUCTION)
    assert isinstance(card, IntroductionCard)
    assert card.asker.name == "Ana"  # a yes includes being named
    assert all(r.other_link is None for r in card.reasons)


async def test_a_described_b_stays_described_until_the_second_yes(asked: Asked) -> None:
    await asked.people.world.change("Ben", naming=Naming.DESCRIBE, show_posts=False)
    prompt = await prompt_of(asked.db, PromptKind.SUGGESTION)
    assert prompt is not None
    card = await asked.people.introductions.card_of(prompt)
    assert isinstance(card, SuggestionCard)
    assert "Ben" not in repr(card)
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    await asked.deliver()
    made = asked.post.cards(PromptKind.INTRODUCED)[0]
    assert isinstance(made, IntroducedCard)
    assert made.b.name == "Ben"
    assert made.reasons[0].other_link is not None


def test_what_is_over_stays_over() -> None:
    for state, event in itertools.product(IntroductionState, Event):
        after = next_state(state, event)
        if state.is_over:
            assert after is None
        elif after is not None:
            assert after is not state
    assert {s for (s, _) in TRANSITIONS} == {s for s in IntroductionState if not s.is_over}


def test_only_b_can_make_it() -> None:
    into_made = [key for key, after in TRANSITIONS.items() if after is IntroductionState.MADE]
    assert into_made == [(IntroductionState.ASKED_B, Event.B_YES)]


# ---- everything in any order, over a real database

WHO = st.sampled_from(["Ana", "Ben"])


class Introducing(RuleBasedStateMachine):
    """A and B press, leave, block and wait in any order; the process restarts at any time."""

    template: Path
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        path = self.folder / f"{random.SystemRandom().getrandbits(64):x}.db"
        shutil.copy(self.template, path)
        self._stack = AsyncExitStack()
        self._db = self._run(self._opened(path))
        self.path = path
        self.heard_by_a: list[str] = []
        self.expected = IntroductionState.ASKED_A
        self.gone: set[str] = set()
        self.blocked = False
        self.changed = MONDAY

    async def _opened(self, path: Path) -> Database:
        return await self._stack.enter_async_context(open_database(f"sqlite:///{path}"))

    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.people = self._run(meet(self._db))
        self._run(self.people.suggestions.suggest_now(NURSES, ANA))
        self.asked = Asked(self.people)

    def _expect(self, state: IntroductionState) -> None:
        self.expected = state
        self.changed = self.now

    @property
    def now(self) -> datetime:
        return self.people.clock.now()

    @property
    def grounded(self) -> bool:
        return not self.gone and not self.blocked

    def _is_open(self, kind: PromptKind) -> bool:
        prompt = self._run(prompt_of(self._db, kind))
        return prompt is not None and prompt.answered_at is None and prompt.expires_at > self.now

    @rule(answer=st.sampled_from(["yes", "no", "known", "never"]), times=st.integers(1, 2))
    def a_presses(self, answer: str, times: int) -> None:
        counts = self.expected is IntroductionState.ASKED_A and self._is_open(PromptKind.SUGGESTION)
        for _ in range(times):
            notice = self._run(self.asked.press(PromptKind.SUGGESTION, answer, ANA))
            self.heard_by_a.append(notice.key)
        if answer == "never":
            self.blocked = True
            if not self.expected.is_over:
                self._expect(IntroductionState.WITHDRAWN)
        elif counts and answer == "yes":
            yes = IntroductionState.ASKED_B if self.grounded else IntroductionState.WITHDRAWN
            self._expect(yes)
        elif counts:
            self._expect(IntroductionState.DECLINED)

    @precondition(lambda self: self._is_open(PromptKind.INTRODUCTION))
    @rule(answer=st.sampled_from(["yes", "no"]), times=st.integers(1, 2))
    def b_presses(self, answer: str, times: int) -> None:
        for _ in range(times):
            self._run(self.asked.press(PromptKind.INTRODUCTION, answer, BEN))
        if self.expected is not IntroductionState.ASKED_B:
            return
        if answer == "no":
            self._expect(IntroductionState.DECLINED)
        else:
            yes = IntroductionState.MADE if self.grounded else IntroductionState.WITHDRAWN
            self._expect(yes)

    @rule(who=WHO)
    def leaves(self, who: str) -> None:
        self._run(self.people.world.change(who, left_at=self.now))
        self.gone.add(who)

    @rule()
    def b_never_wants_it(self) -> None:
        people = self.people.world
        self._run(self.people.introductions.never(people.person("Ben"), people.person("Ana")))
        self.blocked = True
        if not self.expected.is_over:
            self._expect(IntroductionState.WITHDRAWN)

    @rule(days=st.integers(1, 15))
    def time_passes(self, days: int) -> None:
        self._run(self.people.clock.move_to(self.now + timedelta(days=days)))
        self._run(self.people.introductions.expire_due())
        if not self.expected.is_over and self.now - self.changed >= LASTS:
            self._expect(IntroductionState.EXPIRED)

    @rule()
    def delivers(self) -> None:
        self._run(self.asked.deliver())
        if self.expected is IntroductionState.ASKED_B and not self.grounded:
            # Withdrawn when the card was to be made, if it was still to be sent to somebody there.
            self.expected = self._run(state_of(self._db))
            assert self.expected in (IntroductionState.ASKED_B, IntroductionState.WITHDRAWN)

    @rule()
    def restarts(self) -> None:
        people = services(self._db, self.people.clock)
        people.world = self.people.world
        self.people.introductions = people.introductions
        self.people.prompts = people.prompts

    @invariant()
    def the_state_is_as_told(self) -> None:
        if hasattr(self, "asked"):
            assert self._run(state_of(self._db)) is self.expected

    @invariant()
    def connections_and_the_thread_come_with_two_yeses_only(self) -> None:
        if not hasattr(self, "asked"):
            return
        made = self.expected is IntroductionState.MADE

        async def count() -> tuple[int, int]:
            async with self._db.read() as tx:
                connections = await tx.fetch("SELECT id FROM connections")
                threads = await tx.fetch("SELECT id FROM prompts WHERE kind = 'introduced'")
            return len(connections), len(threads)

        assert self._run(count()) == ((2, 1) if made else (0, 0))
        assert len(self.asked.post.cards(PromptKind.INTRODUCED)) <= int(made)

    @invariant()
    def a_hears_nothing_of_b(self) -> None:
        if not hasattr(self, "asked"):
            return
        told = {"suggestion_yes", "suggestion_no", "suggestion_known", "suggestion_never"}
        assert set(self.heard_by_a) <= told | {"answer_taken", "answer_over"}
        to_a = [o for o in self.asked.post.sent if o.prompt.recipient == ANA]
        assert to_a == []

    def teardown(self) -> None:
        self._run(self._stack.aclose())
        self._runner.close()
        self.path.unlink()


def test_any_order_of_presses_leavings_blocks_and_restarts_keeps_the_promises(
    sqlite_url: str, tmp_path: Path
) -> None:
    class Here(Introducing):
        template = Path(sqlite_url.removeprefix("sqlite:///"))
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(max_examples=25, stateful_step_count=10, deadline=None),
    )
