"""Learning in a local Discord: asked after a session, tried later, drafted, and three links."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.people import CommunityId, FieldOf, Stance
from tests.services.gatherings import HOUR, Gathering, member

if TYPE_CHECKING:
    from tests.cogs.conftest import Town

ENDED = datetime(2026, 5, 13, 15, tzinfo=UTC)


@pytest.fixture
async def told(town: Town) -> Town:
    """Ana, who leaves design to others, and Ben took part in a session that is over."""
    guild = CommunityId(town.guild)
    world = Gathering(town.app.db, community=guild)
    said = (FieldOf("nursing", Stance.WORK), FieldOf("game design", Stance.LEAVE))
    await world.join(
        member(town.ana, "Ana Ruiz", community=guild, fields=said),
        member(town.ben, "Ben Ode", "game design", community=guild),
    )
    await world.conference(ENDED - 2 * HOUR, ENDED)
    await world.post("Ana Ruiz", ENDED - HOUR)
    shared = await world.post("Ben Ode", ENDED - HOUR)
    async with town.app.db.write() as tx:
        await tx.execute(
            "INSERT INTO post_links (post_id, url) VALUES (:post, 'https://example.org/games')",
            post=shared,
        )
    return town


async def test_after_a_session_it_is_asked_in_today_and_later_whether_it_was_tried(
    told: Town,
) -> None:
    await told.beat()
    assert told.world.dms(told.ana) == []
    card = await told.world.slash(told.ana, told.chats, "today")
    assert "#Care26 is over. What did you learn" in card.text
    assert card.message is not None
    form = await told.world.click(told.ana, card.message, "Note it")
    assert form.modal is not None
    said = await told.world.submit(
        told.ana,
        form,
        {"learned": "Play first", "connects_to": "", "will_try": "A card game", "link": ""},
    )
    assert "Kept" in said.text
    nothing = await told.world.slash(told.ana, told.chats, "today")
    assert "What did you learn" not in nothing.text

    await told.clock.move_to(told.clock.now() + timedelta(days=14))
    await told.beat()
    suggested = await told.world.slash(told.ana, told.chats, "today")
    assert suggested.message is not None
    later = await told.world.click(told.ana, suggested.message, "Not now")
    assert "you wanted to try “A card game”. Did you?" in later.text
    assert later.message is not None
    await told.world.click(told.ana, later.message, "Yes")
    notes = await told.world.slash(told.ana, told.chats, "learn list")
    assert "You tried it." in notes.text
    assert notes.message is not None
    menu = next(m for m in notes.message.menus if m.custom_id == "learn-draft")
    drafted = await told.world.pick(
        told.ana, notes.message, [menu.options[0]], custom_id=menu.custom_id
    )
    assert "I learned: Play first\nI tried: A card game" in drafted.text
    assert "More of my work" not in drafted.text
    assert drafted.message is not None
    form = await told.world.click(told.ana, drafted.message, "My blog or site")
    await told.world.submit(told.ana, form, {"site": "ana.example.org/notes"})
    again = await told.world.pick(
        told.ana, notes.message, [menu.options[0]], custom_id=menu.custom_id
    )
    assert "A card game\nMore of my work: https://ana.example.org/notes" in again.text


async def test_three_links_a_week_come_from_fields_left_to_others(told: Town) -> None:
    await told.clock.move_to(told.clock.now() + timedelta(days=1))
    await told.beat()
    seen = []
    for _ in range(2):
        card = await told.world.slash(told.ana, told.chats, "today")
        seen.append(card.text)
        if card.message is not None and any(
            b.label == "Not this time" for b in card.message.buttons
        ):
            await told.world.click(told.ana, card.message, "Not this time")
    assert any("game design: [example.org/games](https://example.org/games)" in s for s in seen)
    nothing = await told.world.slash(told.ben, told.chats, "today")
    assert "leave to others" not in nothing.text
