"""A member introduces two of their own connections, in a local Discord: who reads which name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.model.people import CommunityId, Naming
from tests.services.gatherings import Gathering, member

if TYPE_CHECKING:
    from bot.demo.world import Answer, Seen
    from tests.cogs.conftest import Town


def shown(answer: Answer) -> Seen:
    assert answer.message is not None
    assert answer.message.ephemeral
    return answer.message


@pytest.fixture
async def told(town: Town) -> Town:
    """Hana has Ana and Ben (described) in her network."""
    guild = CommunityId(town.guild)
    world = Gathering(town.app.db, community=guild)
    await world.join(
        member(town.host, "Hana Host", "teaching", community=guild),
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
    return town


async def _kept(town: Town, user: int) -> Seen:
    draft = shown(await town.world.menu(town.host, town.chats, "Add to my network", user))
    return shown(await town.world.click(town.host, draft, "Keep"))


async def _proposed(town: Town, entry: Seen, line: str) -> Answer:
    menu = shown(await town.world.click(town.host, entry, "Introduce to…"))
    select = next(m for m in menu.menus if m.custom_id.startswith("bridge-to"))
    form = await town.world.pick(town.host, menu, [select.options[0]], custom_id=select.custom_id)
    assert form.modal is not None
    return await town.world.submit(town.host, form, {"line": line})


async def test_a_then_b_then_a_thread_and_the_one_between_hears_nothing(told: Town) -> None:
    ana = await _kept(told, told.ana)
    alone = await told.world.click(told.host, ana, "Introduce to…")
    assert "nobody else of this server" in alone.text
    await _kept(told, told.ben)
    said = await _proposed(told, ana, "You both teach with games")
    assert "Ana Ruiz is asked first, by your name, then Ben Ode" in said.text

    card = shown(await told.world.slash(told.ana, told.chats, "today"))
    assert "Hana Host knows you both, and would like you to meet someone who builds" in card.text
    assert "“You both teach with games”" in card.text
    assert "Ben Ode" not in str(card.embeds)
    why = await told.world.click(told.ana, card, "Why?")
    assert "Hana Host has both of you in their network" in why.text
    form = await told.world.click(told.ana, card, "Yes, ask them")
    await told.world.submit(told.ana, form, {"line": ""})

    asked = shown(await told.world.slash(told.ben, told.chats, "today"))
    assert "Ana Ruiz would like to meet you: Hana Host, who knows you both" in asked.text
    await told.world.click(told.ben, asked, "Yes")
    await told.beat()
    [thread] = told.world.threads(told.prompts)
    assert thread.member_ids >= {told.ana, told.ben}
    assert told.host not in thread.member_ids
    [first] = [m for m in told.world.messages(thread.id) if m.by_bot and m.buttons]
    assert "Hana Host thought that you two should meet" in first.text
    nothing = await told.world.slash(told.host, told.chats, "today")
    assert "Ana" not in nothing.text


async def test_two_who_may_not_meet_are_not_asked_and_nobody_is_told_so(told: Town) -> None:
    ana = await _kept(told, told.ana)
    await _kept(told, told.ben)
    await told.world.menu(told.ben, told.chats, "Never introduce us", told.ana)
    said = await _proposed(told, ana, "You both teach with games")
    assert "Ana Ruiz is asked first" in said.text
    nothing = await told.world.slash(told.ana, told.chats, "today")
    assert "Hana" not in nothing.text
    await _proposed(told, ana, "Once more")
    third = await _proposed(told, ana, "And again")
    assert "That was two this week" in third.text


async def test_it_ends_where_the_one_between_erases_themselves(told: Town) -> None:
    ana = await _kept(told, told.ana)
    await _kept(told, told.ben)
    await _proposed(told, ana, "You both teach with games")
    asked = shown(await told.world.slash(told.host, told.chats, "me leave"))
    await told.world.click(told.host, asked, "Erase")
    nothing = await told.world.slash(told.ana, told.chats, "today")
    assert "Hana" not in nothing.text
    assert "teach with games" not in nothing.text
