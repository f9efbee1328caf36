"""Going, being reminded and catching up, through the real client: asked for, in private."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.people import CommunityId
from tests.cogs.test_chats import opened
from tests.cogs.test_host import THURSDAY, planned, stamp
from tests.cogs.test_me import joined

if TYPE_CHECKING:
    from bot.demo.world_seen import Answer, Seen
    from tests.cogs.conftest import Town


async def listed(town: Town, user: int) -> Seen:
    answer = await town.world.slash(user, town.chats, "chat list")
    assert answer.message is not None
    return answer.message


async def reminded(town: Town, user: int, where: str) -> Answer:
    asked = await town.world.click(user, await listed(town, user), "Remind me")
    assert asked.message is not None
    assert asked.message.ephemeral
    return await town.world.click(user, asked.message, where)


async def test_a_reminder_comes_once_by_dm_to_who_asked_for_it(town: Town) -> None:
    await planned(town)
    refused = await reminded(town, town.ben, "By DM")
    assert "/me join" in refused.text
    await joined(town, town.ana)
    agreed = await reminded(town, town.ana, "By DM")
    assert stamp(THURSDAY) in agreed.text
    await town.clock.move_to(THURSDAY - timedelta(minutes=11))
    await town.beat()
    assert town.world.dms(town.ana) == []
    for _ in range(2):
        await town.clock.move_to(town.clock.now() + timedelta(minutes=1))
        await town.beat()
    [reminder] = town.world.dms(town.ana)
    assert "#LrnChat begins" in reminder.text
    assert town.world.dms(town.ben) == []


async def test_who_wants_it_in_the_thread_is_called_there_when_it_opens(town: Town) -> None:
    await planned(town)
    await joined(town, town.ana)
    await reminded(town, town.ana, "In the thread")
    going = await town.world.click(town.ana, await listed(town, town.ana), "I'm going")
    assert "I won't remind you" in going.text
    await reminded(town, town.ana, "In the thread")
    await town.clock.move_to(THURSDAY)
    for _ in range(3):
        await town.beat()
    [thread] = town.world.threads(town.chats)
    [call] = [m for m in town.world.messages(thread.id) if m.buttons]
    assert f"<@{town.ana}>" in call.text
    assert town.world.dms(town.ana) == []


async def test_with_several_chats_one_is_chosen_first(town: Town) -> None:
    await planned(town)
    await planned(town, name="Later", day="Friday")
    await joined(town, town.ana)
    which = await town.world.click(town.ana, await listed(town, town.ana), "I'm going")
    assert which.message is not None
    listing = await town.app.services.chats.list_for(CommunityId(town.guild))
    [later] = [str(u.gathering) for u in listing if u.name == "Later"]
    done = await town.world.pick(town.ana, which.message, [later])
    assert stamp(THURSDAY + timedelta(days=1)) in done.text


async def test_catching_up_is_private_and_says_when_there_is_nothing(town: Town) -> None:
    opening = await opened(town)
    nothing = await town.world.click(town.ben, opening, "Catch me up")
    assert "Nothing new in #LrnChat" in nothing.text
    assert nothing.message is not None
    assert nothing.message.ephemeral
    asked = await town.world.click(town.ben, opening, "Remind me")
    assert "by DM" in asked.text
