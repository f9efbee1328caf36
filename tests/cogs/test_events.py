"""The events of a server, made by the real client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.cogs.test_host import THURSDAY, planned

if TYPE_CHECKING:
    from tests.cogs.conftest import Town


def events(town: Town) -> list[dict[str, Any]]:
    status, found = town.world.request("GET", f"/guilds/{town.guild}/scheduled-events")
    assert status == 200
    return list(found)


async def test_a_chat_is_an_event_moved_and_taken_away_with_its_date(town: Town) -> None:
    await planned(town)
    await town.beat()
    await town.beat()
    [event] = events(town)
    assert event["name"] == "Learning chat"
    assert event["entity_metadata"] == {"location": "#LrnChat"}
    assert event["scheduled_start_time"].startswith(f"{THURSDAY:%Y-%m-%dT%H:%M}")
    assert "Post with #LrnChat" in event["description"]
    found = await town.world.slash(town.host, town.chats, "host edit", what="lrnchat")
    assert found.message is not None
    form = await town.world.click(town.host, found.message, "One date")
    await town.world.submit(town.host, form, {"date": "2026-05-14", "moved_to": "2026-05-15 19:00"})
    await town.beat()
    [moved] = events(town)
    assert moved["id"] == event["id"]
    assert moved["scheduled_start_time"].startswith("2026-05-15T19:00")
    found = await town.world.slash(town.host, town.chats, "host edit", what="lrnchat")
    assert found.message is not None
    sure = await town.world.click(town.host, found.message, "Cancel it")
    assert sure.message is not None
    await town.world.click(town.host, sure.message, "Yes, cancel")
    await town.beat()
    assert events(town) == []
