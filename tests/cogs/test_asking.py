"""/ask in a local Discord: from the form to a thread with thanks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import CommunityId, FieldOf, Stance
from tests.services.gatherings import Gathering, member

if TYPE_CHECKING:
    from tests.cogs.conftest import Town


async def _joined(town: Town) -> None:
    guild = CommunityId(town.guild)
    helps = (FieldOf("simulation", Stance.HELP),)
    await Gathering(town.app.db, community=guild).join(
        member(town.ana, "Ana Ruiz", "nursing", community=guild),
        member(town.ben, "Ben Ode", community=guild, fields=helps),
    )


async def test_a_question_becomes_a_thread_with_who_said_yes(town: Town) -> None:
    await _joined(town)
    form = await town.world.slash(town.ana, town.chats, "ask", what="question", about="simulation")
    assert form.modal is not None
    said = await town.world.submit(
        town.ana, form, {"question": "How do you *grade* it?", "field": "simulation"}
    )
    assert "and told them your name" in said.text
    assert "Ben" not in said.text
    card = await town.world.slash(town.ben, town.chats, "today")
    assert "Ana Ruiz has a question on simulation: “How do you \\*grade\\* it?”" in card.text
    assert card.message is not None
    answer = await town.world.click(town.ben, card.message, "Yes")
    assert "private thread" in answer.text
    await town.beat()
    [thread] = town.world.threads(town.prompts)
    assert thread.private
    assert {town.ana, town.ben} <= thread.member_ids
    [first] = [m for m in town.world.messages(thread.id) if m.by_bot and m.buttons]
    thanked = await town.world.click(town.ana, first, "Say thank you")
    assert "kept among what they have given" in thanked.text
    await town.beat()
    assert any("says thank you, Ben Ode" in m.text for m in town.world.messages(thread.id))


async def test_where_nobody_helps_it_is_said_at_once_and_may_be_posted(town: Town) -> None:
    await _joined(town)
    form = await town.world.slash(town.ana, town.chats, "ask", what="make")
    said = await town.world.submit(town.ana, form, {"question": "A card game", "field": "law"})
    assert "Nobody I could ask now" in said.text
    card = next(m for m in said.messages if any(b.label == "Post it publicly" for b in m.buttons))
    await town.world.click(town.ana, card, "Post it publicly")
    await town.beat()
    [public] = [m for m in town.world.messages(town.prompts) if m.by_bot and m.buttons]
    assert "Ana Ruiz would like to make something, in law: “A card game”" in public.text
    await town.world.click(town.ben, public, "I can help")
    await town.beat()
    assert len(town.world.threads(town.prompts)) == 1
