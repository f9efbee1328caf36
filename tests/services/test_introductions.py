"""Introductions: A is asked, then B; two yeses make it, and a no is heard by nobody."""

from __future__ import annotations

import asyncio
import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotAllowed, Unknown
from bot.model.cards import IntroducedCard, IntroductionCard, SuggestionCard, WhyCard
from bot.model.introductions import TRANSITIONS, Event, next_state
from bot.model.people import DiscordId, Naming
from bot.model.suggestions import IntroductionState, PromptKind
from bot.services.introductions import LASTS
from bot.services.prompts import Outgoing
from bot.store import network as store_network
from bot.store import reports as store_reports
from tests.services.asking import (
    ANA,
    BEN,
    Asked,
    meet,
    prompt_of,
    state_of,
)
from tests.services.gatherings import HOUR, MONDAY, NURSES

if TYPE_CHECKING:
    from bot.store.database import Database


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
    assert (await asked.press(PromptKind.INTRODUCTION, "yes", BEN)).key == "answer_over"


async def test_somethings_wrong_reports_blocks_and_is_only_for_the_two(asked: Asked) -> None:
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    with pytest.raises(NotAllowed):
        await asked.press(PromptKind.INTRODUCED, "wrong", DiscordId(77))
    for by in (BEN, BEN):
        assert (await asked.press(PromptKind.INTRODUCED, "wrong", by)).key == "introduced_wrong"
    async with asked.db.read() as tx:
        [report] = await store_reports.reports_of(tx, NURSES)
        blocks = await tx.fetch("SELECT person_id FROM blocks")
    assert report.by == asked.people.world.person("Ben")
    assert report.about is store_reports.About.INTRODUCTION
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


async def test_a_card_that_had_its_time_says_so_and_not_that_it_was_answered(asked: Asked) -> None:
    await asked.deliver()
    await asked.people.clock.move_to(MONDAY + LASTS + HOUR)
    await asked.people.introductions.expire_due()
    await asked.deliver()
    assert (await asked.press(PromptKind.SUGGESTION, "yes", ANA)).key == "answer_over"
