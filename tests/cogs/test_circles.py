"""A circle in a local Discord: from four who keep meeting to a thread with turns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.people import CommunityId
from tests.services.circling import keep_meeting
from tests.services.gatherings import Gathering, member

if TYPE_CHECKING:
    from bot.demo.world import Seen
    from tests.cogs.conftest import Town

NAMES = ("Ana Ruiz", "Ben Ode", "Cyd Marsh", "Dora Lind")


async def _offered(town: Town) -> dict[str, tuple[int, Seen]]:
    """Each of the four, and the card that waits for them in /today."""
    world, guild = town.world, CommunityId(town.guild)
    cyd, dora = world.add_user(NAMES[2]), world.add_user(NAMES[3])
    world.join(town.guild, cyd)
    world.join(town.guild, dora)
    users = dict(zip(NAMES, (town.ana, town.ben, cyd, dora), strict=True))
    here = Gathering(town.app.db, community=guild)
    await here.join(*(member(user, name, community=guild) for name, user in users.items()))
    await keep_meeting(here, NAMES, town.clock.now())
    await town.app.services.circles.look_after()
    found = {}
    for name, user in users.items():
        card = await world.slash(user, town.chats, "today")
        assert card.message is not None
        assert "You and a few others keep meeting in #lrnchat" in card.text
        assert not any(other in card.text for other in NAMES)
        found[name] = (user, card.message)
    return found


async def test_four_are_asked_three_say_yes_and_one_leaves_again(town: Town) -> None:
    world = town.world
    offered = await _offered(town)
    for name, (user, card) in offered.items():
        pressed = "No, thanks" if name == "Ben Ode" else "Yes, weekly"
        answer = await world.click(user, card, pressed)
        wanted = "I won't ask again" if name == "Ben Ode" else "only if it comes about"
        assert wanted in answer.text
    await town.beat()
    [thread] = world.threads(town.prompts)
    inside = {user for name, (user, _) in offered.items() if name != "Ben Ode"}
    assert thread.private
    assert thread.name == "Circle 1: #lrnchat"
    assert inside == thread.member_ids - {world.bot_id}
    [opening] = [m for m in world.messages(thread.id) if m.by_bot and m.buttons]
    assert "Every week I ask one of you in turn" in opening.text
    assert not any(name in opening.text for name in NAMES)

    await town.clock.move_to(town.clock.now() + timedelta(days=3))
    await town.beat()
    turn = world.messages(thread.id)[-1]
    assert "it is your turn: bring one question" in turn.text
    # Two of three are too few for a rota: it is said once, and nobody is called any more.
    left = await world.click(town.ana, opening, "Leave the circle")
    assert "You have left the circle" in left.text
    assert town.ana not in world.threads(town.prompts)[0].member_ids
    for _ in range(3):
        await town.beat()
        await town.clock.move_to(town.clock.now() + timedelta(days=8))
    said = [m.text for m in world.messages(thread.id) if m.by_bot and m.kind == 0]
    assert sum("Too few are left" in text for text in said) == 1
    assert sum("it is your turn" in text for text in said) == 1


async def test_who_erases_themselves_is_named_in_the_thread_no_more(town: Town) -> None:
    world = town.world
    offered = await _offered(town)
    for user, card in offered.values():
        await world.click(user, card, "Yes, fortnightly")
    await town.beat()
    [thread] = world.threads(town.prompts)
    for _ in range(5):
        await town.clock.move_to(town.clock.now() + timedelta(days=15))
        await town.beat()
    gone, user = "Cyd Marsh", offered["Cyd Marsh"][0]
    before = [m for m in world.messages(thread.id) if m.by_bot and gone in m.text]
    assert before
    screen = await world.slash(user, town.chats, "me leave")
    assert screen.message is not None
    await world.click(user, screen.message, "Erase")
    for _ in range(3):
        await town.beat()
    said = " ".join(m.text for m in world.messages(thread.id) if m.by_bot and not m.ephemeral)
    assert gone not in said
    assert str(user) not in said
    assert "Ana Ruiz, it is your turn" in said
    assert world.threads(town.prompts)[0].name == "Circle 1: #lrnchat"
