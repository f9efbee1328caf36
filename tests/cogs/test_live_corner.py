"""The live corner of a conference through the real client."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.posts import Deletion, Page
from tests.cogs.test_conference import MORNING, in_thread, opened, says

if TYPE_CHECKING:
    from bot.demo.world_seen import Seen
    from bot.model.posts import Post
    from tests.cogs.conftest import Town

TITLE = "#sibecol: live corner"
SILENT = 1 << 12
"""Discord's flag SUPPRESS_NOTIFICATIONS."""


async def corner_at(town: Town, minute: float) -> Seen | None:
    await town.clock.move_to(MORNING + timedelta(minutes=minute))
    for _ in range(2):
        await town.beat()
    found = [m for m in await in_thread(town) if TITLE in m.text]
    assert len(found) <= 1
    return found[0] if found else None


async def answered_by_two(town: Town) -> Post:
    """Zoe's post, in a conference that is on."""
    await opened(town)
    reef = await says(town, "zoe", 1)
    for who in ("ann", "ben"):
        await says(town, who, 2, to=reef)
    return reef


async def test_it_comes_when_something_is_answered_and_is_edited_and_never_said_again(
    town: Town,
) -> None:
    await opened(town)
    reef = await says(town, "zoe", 1)
    await says(town, "ann", 2, to=reef)
    assert await corner_at(town, 3) is None, "one answer is no conversation"
    await says(town, "ben", 3, to=reef)
    first = await corner_at(town, 4)
    assert first is not None
    link = "https://bsky.app/profile/did:plc:zoe/post/1"
    assert f"- [A post on Bluesky]({link}), answered by 2 people" in first.text
    await says(town, "cyd", 4, to=reef)
    still = await corner_at(town, 13)
    assert still is not None
    assert "answered by 2 people" in still.text, "it is quiet: ten minutes at least"
    second = await corner_at(town, 14)
    assert second is not None
    assert second.id == first.id
    assert "answered by 3 people" in second.text
    quiet = await corner_at(town, 400)
    assert quiet is not None
    assert quiet.text.splitlines()[1] == "Quiet just now."


async def test_it_is_due_at_once_however_often_time_is_asked_for(town: Town) -> None:
    await opened(town)
    reef = await says(town, "zoe", 1)
    await says(town, "ann", 2, to=reef)
    await town.clock.move_to(MORNING + timedelta(minutes=3))
    live = town.app.services.live_corner
    assert await live.next_due() is None
    await says(town, "ben", 3, to=reef)
    assert await live.next_due() == town.clock.now()
    await live.look_after()
    assert await live.next_due() is None


async def test_nobody_is_notified_of_it(town: Town) -> None:
    await answered_by_two(town)
    corner = await corner_at(town, 3)
    assert corner is not None
    assert town.world.discord.messages[corner.channel_id][corner.id].flags & SILENT


async def test_what_is_deleted_goes_out_of_it_and_in_the_end_it_points_to_the_recap(
    town: Town,
) -> None:
    reef = await answered_by_two(town)
    assert await corner_at(town, 3) is not None
    gone = Deletion(reef.id, MORNING + timedelta(minutes=4))
    await town.app.services.ingest.take(Page(deletions=(gone,)), "test")
    after = await corner_at(town, 5)
    assert after is not None
    assert "zoe" not in after.text
    over = await corner_at(town, 66 * 60)
    assert over is not None
    assert over.text.splitlines()[1] == "#sibecol is over; what happened is in its recap."


async def test_it_catches_a_reader_up(town: Town) -> None:
    await answered_by_two(town)
    corner = await corner_at(town, 3)
    assert corner is not None
    answer = await town.world.click(town.ana, corner, "Catch me up")
    assert answer.text.splitlines()[-1] == "And 3 posts more."
