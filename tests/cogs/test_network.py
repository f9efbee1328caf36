"""/network and /learn in a local Discord, as their owner sees them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.people import CommunityId, DiscordId, Naming
from bot.services import taking_along
from tests.services.gatherings import Gathering, member

if TYPE_CHECKING:
    from bot.demo.world import Answer, Seen
    from tests.cogs.conftest import Town


@pytest.fixture
async def told(town: Town) -> Town:
    """Ana and Ben (described) are members."""
    guild = CommunityId(town.guild)
    world = Gathering(town.app.db, community=guild)
    await world.join(
        member(town.ana, "Ana Ruiz", "nursing", community=guild),
        member(town.ben, "Ben Ode", "game design", community=guild, naming=Naming.DESCRIBE),
    )
    return town


def shown(answer: Answer) -> Seen:
    assert answer.message is not None
    assert answer.message.ephemeral
    return answer.message


async def kept(town: Town, who: str) -> Seen:
    draft = shown(await town.world.slash(town.ana, town.chats, "network add", who=who))
    answer = await town.world.click(town.ana, draft, "Keep")
    return shown(answer)


async def test_the_network_is_for_members_and_starts_empty(told: Town) -> None:
    refused = await told.world.slash(told.host, told.chats, "network show")
    assert "/me join" in refused.text
    empty = await told.world.slash(told.ana, told.chats, "network show")
    assert "Your network is empty so far" in empty.text
    nothing = await told.world.slash(told.ana, told.chats, "network add")
    assert "Say whom" in nothing.text


async def test_somebody_is_added_changed_and_removed(told: Town) -> None:
    entry = await kept(told, "Priya [x](y) *N*")
    form = await told.world.click(told.ana, entry, "Edit")
    changed = await told.world.submit(
        told.ana,
        form,
        {"label": "Priya", "reason": "a ward game", "field": "design", "since": "2024", "note": ""},
    )
    assert "a ward game" in changed.text
    page = shown(await told.world.slash(told.ana, told.chats, "network show"))
    assert "**Priya** · a ward game" in page.text
    thanked = await told.world.click(told.ana, entry, "Thank")
    assert "Noted that you thanked Priya" in thanked.text
    asked = shown(await told.world.click(told.ana, entry, "Remove"))
    gone = await told.world.click(told.ana, asked, "Yes, remove")
    assert "no longer in your network" in gone.text
    again = await told.world.slash(told.ana, told.chats, "network show")
    assert "empty so far" in again.text


async def test_a_member_is_added_from_the_menu_on_them(told: Town) -> None:
    draft = shown(await told.world.menu(told.ana, told.chats, "Add to my network", told.ben))
    assert "Keep **Ben Ode** in your network?" in draft.text
    entry = await told.world.click(told.ana, draft, "I learn from them")
    assert "You learn from them" in entry.text
    twice = await told.world.menu(told.ana, told.chats, "Add to my network", told.ben)
    assert "in your network already" in twice.text
    form = await told.world.menu(told.ana, told.chats, "Note what I learned", told.ben)
    assert form.modal is not None
    said = await told.world.submit(
        told.ana, form, {"learned": "Play first", "connects_to": "", "will_try": "", "link": ""}
    )
    assert "Kept" in said.text
    notes = await told.world.slash(told.ana, told.chats, "learn list")
    assert "Play first" in notes.text
    assert "From Ben Ode" in notes.text
    nothing = await told.world.slash(told.ben, told.chats, "learn list")
    assert "Nothing noted so far" in nothing.text


async def test_who_was_met_in_person_is_kept_so_by_one_press(told: Town) -> None:
    draft = shown(await told.world.slash(told.ana, told.chats, "network add", who="Lee Wu"))
    entry = await told.world.click(told.ana, draft, "We met in person")
    assert "You met in person." in entry.text
    assert "a conversation" in entry.text
    ana = await told.app.services.people.member(CommunityId(told.guild), DiscordId(told.ana))
    [kept_one] = await told.app.services.connections.show(ana)
    assert taking_along.row_of(kept_one)["origin"] == "meeting"


async def test_another_reason_is_one_choice(told: Town) -> None:
    draft = shown(await told.world.slash(told.ana, told.chats, "network add", who="Lee Wu"))
    entry = await told.world.pick(told.ana, draft, ["project"], custom_id="net-kind:nLee Wu")
    assert "a joint project" in entry.text


async def test_every_note_of_years_can_be_read_and_removed(told: Town) -> None:
    learning = told.app.services.learning
    ana = await told.app.services.people.member(CommunityId(told.guild), DiscordId(told.ana))
    for number in range(11):
        await told.clock.move_to(told.clock.now() + timedelta(days=1))
        await learning.add(ana, f"Lesson {number} of eleven")
    page = shown(await told.world.slash(told.ana, told.chats, "learn list"))
    assert "Lesson 10" in page.text
    assert "Lesson 5" not in page.text
    second = shown(await told.world.click(told.ana, page, "Next"))
    assert "Lesson 5" in second.text
    last = shown(await told.world.click(told.ana, second, "Next"))
    assert "Lesson 0 of" in last.text
    assert [b.label for b in last.buttons] == ["Back"]
    menu = next(m for m in last.menus if m.custom_id == "learn-remove")
    await told.world.pick(told.ana, last, [menu.options[0]], custom_id=menu.custom_id)
    assert "Lesson 0 of eleven" not in [n.learning.learned for n in await learning.all_of(ana)]


async def test_a_link_that_is_none_is_answered_with_an_example(told: Town) -> None:
    form = await told.world.slash(told.ana, told.chats, "learn add")
    assert form.modal is not None
    said = await told.world.submit(
        told.ana, form, {"learned": "x", "connects_to": "", "will_try": "", "link": "nope"}
    )
    assert "is no link" in said.text


async def test_the_map_comes_as_a_picture_with_words(told: Town) -> None:
    nothing = await told.world.slash(told.ana, told.chats, "network map")
    assert "Your map is empty so far" in nothing.text
    await kept(told, "Priya Nair")
    answer = shown(await told.world.slash(told.ana, told.chats, "network map", theme="light"))
    assert "A wider line is a stronger tie" in answer.text
    assert "0 strong, 0 weak, 1 very weak" in answer.text


@pytest.mark.parametrize("form", ["zip", "csv", "json", "gexf"])
async def test_the_network_can_be_taken_along(told: Town, form: str) -> None:
    await kept(told, "Priya Nair")
    answer = shown(await told.world.slash(told.ana, told.chats, "network export", form=form))
    assert "Your network: 1" in answer.text
