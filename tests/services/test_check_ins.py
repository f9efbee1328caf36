"""After an introduction: two questions, one press each, and nobody hears of the other's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Unknown
from bot.model.cards import CheckInCard
from bot.model.people import Delivery
from bot.model.suggestions import PromptKind
from bot.store import network as store_network
from tests.services.asking import ANA, BEN, Asked, meet, prompt_of
from tests.services.gatherings import MONDAY, NURSES

if TYPE_CHECKING:
    from bot.store.database import Database

DAY = timedelta(days=1)


@pytest.fixture
async def met(sqlite_database: Database) -> Asked:
    """Ana and Ben were introduced on Monday."""
    people = await meet(sqlite_database)
    await people.suggestions.suggest_now(NURSES, ANA)
    asked = Asked(people)
    await asked.press(PromptKind.SUGGESTION, "yes", ANA)
    await asked.deliver()
    await asked.press(PromptKind.INTRODUCTION, "yes", BEN)
    await asked.deliver()
    return asked


async def _days_later(met: Asked, days: int) -> None:
    await met.people.clock.move_to(MONDAY + days * DAY)
    await met.deliver()


async def test_both_are_asked_a_week_later_whether_they_talked(met: Asked) -> None:
    await _days_later(met, 6)
    assert met.post.cards(PromptKind.CHECK_IN) == []
    await _days_later(met, 7)
    sent = [o for o in met.post.sent if o.prompt.kind is PromptKind.CHECK_IN]
    assert {o.prompt.recipient for o in sent} == {ANA, BEN}
    card = next(o.card for o in sent if o.prompt.recipient == ANA)
    assert isinstance(card, CheckInCard)
    assert (card.other.name, card.changed) == ("Ben", False)


async def test_that_they_talked_is_contact_for_who_says_it_alone(met: Asked) -> None:
    await _days_later(met, 7)
    assert (await met.press(PromptKind.CHECK_IN, "yes", ANA)).key == "check_in_yes"
    assert (await met.press(PromptKind.CHECK_IN, "no", ANA)).key == "answer_taken"
    assert (await met.press(PromptKind.CHECK_IN, "no", BEN)).key == "check_in_no"
    async with met.db.read() as tx:
        [of_ana] = await store_network.connections_of(tx, met.people.world.person("Ana"))
        [of_ben] = await store_network.connections_of(tx, met.people.world.person("Ben"))
    assert of_ana.contact_at == met.people.clock.now()
    assert of_ben.contact_at is None
    kept = await prompt_of(met.db, PromptKind.CHECK_IN, ANA)
    assert kept is not None
    assert kept.answer == "yes"


async def test_two_months_later_they_are_asked_what_it_changed(met: Asked) -> None:
    await _days_later(met, 60)
    cards = met.post.cards(PromptKind.CHANGED)
    assert [isinstance(c, CheckInCard) and c.changed for c in cards] == [True, True]
    assert (await met.press(PromptKind.CHANGED, "yes", BEN)).key == "changed_yes"
    with pytest.raises(Unknown):
        await met.press(PromptKind.CHANGED, "maybe", ANA)


async def test_nobody_is_asked_about_somebody_who_left_or_with_whom_something_was_wrong(
    met: Asked,
) -> None:
    await met.people.world.change("Ben", left_at=MONDAY)
    await _days_later(met, 7)
    assert met.post.cards(PromptKind.CHECK_IN) == []
    await met.people.world.change("Ben", left_at=None)
    await met.press(PromptKind.INTRODUCED, "wrong", BEN)
    await _days_later(met, 60)
    assert met.post.cards(PromptKind.CHANGED) == []


async def test_who_chose_otherwise_since_or_paused_finds_it_in_today(met: Asked) -> None:
    await met.people.world.change("Ana", delivery=Delivery.CARD)
    await met.people.world.change("Ben", paused_until=MONDAY + 30 * DAY)
    await _days_later(met, 7)
    assert met.post.cards(PromptKind.CHECK_IN) == []
    for name in ("Ana", "Ben"):
        outgoing = await met.people.waits_for(name)
        assert outgoing is not None
        assert outgoing.prompt.kind is PromptKind.CHECK_IN
