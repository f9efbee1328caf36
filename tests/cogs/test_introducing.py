"""From the weekly round to a private thread, in a local Discord: what each of the two can see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.people import CommunityId, Delivery, Naming
from bot.store import members as store_members
from tests.services.gatherings import HOUR, Gathering, member

if TYPE_CHECKING:
    from bot.demo.world import Answer, Seen
    from tests.cogs.conftest import Town

MONDAY = datetime(2026, 5, 18, 10, tzinfo=UTC)
WEDNESDAY = datetime(2026, 5, 13, 15, tzinfo=UTC)


@pytest.fixture
async def told(town: Town) -> Town:
    """Ana (named) and Ben (described) are members who answered the same question."""
    guild = CommunityId(town.guild)
    world = Gathering(town.app.db, community=guild)
    await world.join(
        member(town.ana, "Ana Ruiz", "nursing", community=guild),
        member(
            town.ben,
            "Ben Ode",
            "game design",
            community=guild,
            naming=Naming.DESCRIBE,
            description="builds learning games",
        ),
    )
    await world.conference(WEDNESDAY - HOUR, WEDNESDAY + HOUR)
    await world.post("Ana Ruiz", WEDNESDAY, answer=3)
    await world.post("Ben Ode", WEDNESDAY, answer=3)
    return town


def shown(answer: Answer) -> Seen:
    assert answer.message is not None
    assert answer.message.ephemeral
    return answer.message


async def test_nothing_waits_and_the_next_look_is_told(told: Town) -> None:
    before = await told.world.slash(told.ana, told.chats, "today")
    assert "Nothing waits for you yet. I look for the first introductions" in before.text
    assert f"<t:{int(MONDAY.timestamp())}:R>" in before.text
    async with told.app.db.write() as tx:
        held = (MONDAY - timedelta(weeks=1)).isoformat()
        await store_members.set_setting(tx, f"round:{told.guild}", held)
    answer = await told.world.slash(told.ana, told.chats, "today")
    assert "I found nobody new I could give a good reason for" in answer.text
    assert f"<t:{int(MONDAY.timestamp())}:R>" in answer.text


async def test_today_is_for_members(town: Town) -> None:
    answer = await town.world.slash(town.ana, town.chats, "today")
    assert "/me join" in answer.text


async def test_suggest_and_two_yeses_open_a_private_thread(told: Town) -> None:
    card = shown(await told.world.slash(told.ana, told.chats, "suggest"))
    assert "you and someone who builds learning games both answered Q3" in card.text
    assert "Ben" not in card.text
    assert "ben" not in str(card.embeds)
    form = await told.world.click(told.ana, card, "Yes, ask them")
    assert form.modal is not None
    said = await told.world.submit(told.ana, form, {"line": "How do you *grade* games?"})
    assert "You'll hear only if it's a yes." in said.text

    asked = shown(await told.world.slash(told.ben, told.chats, "today"))
    assert "Ana Ruiz would like to meet you: you both answered Q3 in #Care26" in asked.text
    assert "They add: “How do you \\*grade\\* games?”" in asked.text
    said = await told.world.click(told.ben, asked, "Yes")
    assert "A private thread" in said.text
    await told.beat()

    [thread] = told.world.threads(told.prompts)
    assert thread.private
    assert thread.name == "Ana Ruiz and Ben Ode"
    assert {told.ana, told.ben} <= thread.member_ids
    [first] = [m for m in told.world.messages(thread.id) if m.by_bot and m.buttons]
    assert first.content == f"<@{told.ana}> <@{told.ben}>"
    assert "Moderators can open this thread" in first.text
    assert first.button("Something's wrong")


async def test_a_no_is_told_to_nobody(told: Town) -> None:
    card = shown(await told.world.slash(told.ana, told.chats, "suggest"))
    form = await told.world.click(told.ana, card, "Yes, ask them")
    await told.world.submit(told.ana, form, {"line": ""})
    asked = shown(await told.world.slash(told.ben, told.chats, "today"))
    await told.world.click(told.ben, asked, "No, thanks")
    await told.beat()
    await told.clock.move_to(told.clock.now() + timedelta(days=20))
    await told.beat()
    assert told.world.dms(told.ana) == []
    assert told.world.threads(told.prompts) == []
    after = await told.world.slash(told.ana, told.chats, "today")
    assert "Ben" not in after.text


async def test_an_organiser_may_hold_back_or_let(told: Town) -> None:
    async with told.app.db.write() as tx:
        await tx.execute("UPDATE communities SET review_introductions = 1")
    none = await told.world.slash(told.host, told.chats, "admin introductions")
    assert "No introduction waits for you." in none.text
    card = shown(await told.world.slash(told.ana, told.chats, "suggest"))
    form = await told.world.click(told.ana, card, "Yes, ask them")
    await told.world.submit(told.ana, form, {"line": "Hello"})
    nothing = await told.world.slash(told.ben, told.chats, "today")
    assert "Ana" not in nothing.text
    waiting = shown(await told.world.slash(told.host, told.chats, "admin introductions"))
    assert "Ana Ruiz would like to meet Ben Ode" in waiting.text
    said = await told.world.click(told.host, waiting, "Let it")
    assert "They are asked now." in said.text
    asked = await told.world.slash(told.ben, told.chats, "today")
    assert "Ana Ruiz would like to meet you" in asked.text


async def test_why_offers_known_and_never_and_never_holds(told: Town) -> None:
    card = shown(await told.world.slash(told.ana, told.chats, "suggest"))
    why = await told.world.click(told.ana, card, "Why?")
    assert "You both answered Q3 in #Care26" in why.text
    page = next(m for m in why.messages if any(b.label == "Never introduce us" for b in m.buttons))
    await told.world.click(told.ana, page, "Never introduce us")
    again = await told.world.slash(told.ana, told.chats, "suggest")
    assert "I found nobody new" in again.text


async def test_the_weekly_message_is_alike_for_all_and_opens_ones_own_card(told: Town) -> None:
    await told.clock.move_to(MONDAY)
    await told.beat()
    [weekly] = [m for m in told.world.messages(told.prompts) if m.by_bot and m.buttons]
    assert "Ana" not in weekly.text
    assert "Ben" not in weekly.text
    texts = [
        (await told.world.click(user, weekly, "See mine")).text for user in (told.ana, told.ben)
    ]
    assert sum("Would you like to meet?" in t for t in texts) == 1


async def test_a_member_who_chose_dms_gets_the_card_there(told: Town) -> None:
    guild = CommunityId(told.guild)
    world = Gathering(told.app.db, community=guild)
    for user, name, work in (
        (told.ana, "Ana Ruiz", "nursing"),
        (told.ben, "Ben Ode", "game design"),
    ):
        await world.join(member(user, name, work, community=guild, delivery=Delivery.DM))
    await told.clock.move_to(MONDAY)
    await told.beat()
    cards = [*told.world.dms(told.ana), *told.world.dms(told.ben)]
    assert len(cards) == 1
    assert "Would you like to meet?" in cards[0].text
