from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.ids import Ids
from bot.model.budget import MICRO, Prices
from bot.services.budget import Budget

if TYPE_CHECKING:
    from bot.demo.world_seen import Answer
    from tests.cogs.conftest import Town

THURSDAY = datetime(2026, 5, 14, 20, 0, tzinfo=UTC)


def stamp(when: datetime) -> str:
    return f"<t:{int(when.timestamp())}:F>"


async def planned(town: Town, **changes: Any) -> Answer:
    options: dict[str, Any] = {
        "name": "Learning chat",
        "hashtags": "#LrnChat",
        "day": "Thursday",
        "time": "20:00",
    }
    return await town.world.slash(town.host, town.chats, "host chat", **(options | changes))


async def test_a_planned_chat_shows_its_next_three_dates_to_be_looked_at(town: Town) -> None:
    answer = await planned(town)
    for weeks in range(3):
        assert stamp(THURSDAY + timedelta(weeks=weeks)) in answer.text
    assert answer.message is not None
    assert answer.message.ephemeral
    assert [b.label for b in answer.message.buttons] == ["Right", "Change"]
    done = await town.world.click(town.host, answer.message, "Right")
    assert "Learning chat" in done.text
    assert "/host edit" in done.text


async def test_a_change_shows_the_new_dates(town: Town) -> None:
    answer = await planned(town)
    assert answer.message is not None
    form = await town.world.click(town.host, answer.message, "Change")
    assert form.modal is not None
    changed = await town.world.submit(
        town.host,
        form,
        {
            "hashtags": "#edchat",
            "when": "Friday 8 pm",
            "rhythm": "fortnightly",
            "zone": "Europe/Berlin",
            "minutes": "45",
        },
    )
    friday = datetime(2026, 5, 15, 18, 0, tzinfo=UTC)
    for weeks in (0, 2, 4):
        assert stamp(friday + timedelta(weeks=weeks)) in changed.text
    assert "45 minutes" in changed.text
    assert "#edchat" in changed.text


async def test_one_date_is_cancelled_and_the_channel_is_told_once(town: Town) -> None:
    await planned(town)
    found = await town.world.slash(town.host, town.chats, "host edit", what="lrnchat")
    assert found.message is not None
    assert [b.label for b in found.message.buttons] == ["Change", "One date", "Cancel it"]
    form = await town.world.click(town.host, found.message, "One date")
    done = await town.world.submit(town.host, form, {"date": "Thursday", "moved_to": ""})
    assert stamp(THURSDAY + timedelta(weeks=1)) in done.text
    assert stamp(THURSDAY) not in done.text
    for minutes in (1, 3, 5):
        await town.clock.move_to(datetime(2026, 5, 13, 18, minutes, tzinfo=UTC))
        await town.beat()
    told = [m for m in town.world.messages(town.chats) if "is cancelled" in str(m)]
    assert len(told) == 1


async def test_a_chat_every_three_weeks_until_a_day_shows_its_dates(town: Town) -> None:
    answer = await planned(town, every=3, until="2026-06-10")
    assert stamp(THURSDAY + timedelta(weeks=3)) in answer.text
    assert stamp(THURSDAY + timedelta(weeks=6)) not in answer.text
    assert "every 3 weeks until 2026-06-10" in answer.text


async def test_where_it_is_held_is_told_and_asks_for_answers_there_alone(town: Town) -> None:
    answer = await planned(town, platforms="bluesky mastodon")
    assert "(Bluesky, Mastodon)" in answer.text
    await town.clock.move_to(THURSDAY)
    await town.beat()
    named = [[b.label for b in m.buttons if b.url] for m in town.world.messages(town.chats)]
    assert ["Bluesky", "Mastodon"] in named
    assert not any("X" in links for links in named)


async def test_what_can_not_be_understood_is_answered_with_an_example(town: Town) -> None:
    answer = await planned(town, time="teatime")
    assert '"teatime"' in answer.text
    assert "20:00" in answer.text
    listed = await town.world.slash(town.ana, town.chats, "chat list")
    assert "Nothing is planned" in listed.text


async def test_zones_are_offered_while_one_is_typed(town: Town) -> None:
    offered = await town.world.autocomplete(town.host, town.chats, "host chat", "zone", "berl")
    assert "Europe/Berlin" in [choice["value"] for choice in offered]


async def test_a_conference_is_moved(town: Town) -> None:
    answer = await town.world.slash(
        town.host,
        town.chats,
        "host conference",
        name="SIBECOL",
        hashtags="#sibecol",
        first_day="19 May",
        last_day="21 May",
    )
    assert answer.message is not None
    assert [b.label for b in answer.message.buttons] == ["Right", "Change"]
    form = await town.world.click(town.host, answer.message, "Change")
    moved = await town.world.submit(
        town.host,
        form,
        {"hashtags": "#sibecol26", "first_day": "26 May", "last_day": "27 May", "zone": "UTC"},
    )
    assert stamp(datetime(2026, 5, 26, tzinfo=UTC)) in moved.text
    assert stamp(datetime(2026, 5, 28, tzinfo=UTC)) in moved.text
    assert "#sibecol26" in moved.text


async def test_a_conference_is_planned_and_cancelled_again(town: Town) -> None:
    answer = await town.world.slash(
        town.host,
        town.chats,
        "host conference",
        name="SIBECOL",
        hashtags="#sibecol",
        first_day="19 May",
        last_day="21 May",
        zone="Madrid",
    )
    assert stamp(datetime(2026, 5, 18, 22, 0, tzinfo=UTC)) in answer.text
    found = await town.world.slash(town.host, town.chats, "host edit", what="sibecol")
    assert found.message is not None
    sure = await town.world.click(town.host, found.message, "Cancel it")
    assert sure.message is not None
    kept = await town.world.click(town.host, sure.message, "Keep it")
    assert "stays as it is" in kept.text
    found = await town.world.slash(town.host, town.chats, "host edit", what="SIBECOL")
    assert found.message is not None
    sure = await town.world.click(town.host, found.message, "Cancel it")
    assert sure.message is not None
    gone = await town.world.click(town.host, sure.message, "Yes, cancel")
    assert "is cancelled" in gone.text
    listed = await town.world.slash(town.ana, town.chats, "chat list")
    assert "SIBECOL" not in listed.text


_FORM = {"hashtags": "#lrnchat", "rhythm": "weekly", "zone": "UTC", "minutes": "60"}


async def edited(town: Town, press: str) -> Answer:
    found = await town.world.slash(town.host, town.chats, "host edit", what="lrnchat")
    assert found.message is not None
    return await town.world.click(town.host, found.message, press)


async def told_in(town: Town, minutes: int) -> list[str]:
    """What the chat channel is told of the chat as a whole, so many minutes later."""
    await town.clock.move_to(town.clock.now() + timedelta(minutes=minutes))
    for _ in range(2):
        await town.beat()
    said = [m.text for m in town.world.messages(town.chats, by=town.ben)]
    return [words for words in said if "new dates" in words or "is cancelled" in words]


async def test_a_chat_that_is_cancelled_is_told_of_once(town: Town) -> None:
    await planned(town)
    assert await told_in(town, 90) == []
    sure = await edited(town, "Cancel it")
    assert "I tell the chat channel, once" in sure.text
    assert sure.message is not None
    await town.world.click(town.host, sure.message, "Yes, cancel")
    assert await told_in(town, 1) == [], "who slips may put it right"
    [told] = await told_in(town, 3)
    assert told.startswith("**Learning chat** is cancelled; it would have been next on <t:")
    assert await told_in(town, 60) == [told]


async def test_a_chat_that_moves_is_told_of_once_as_it_stands_then(town: Town) -> None:
    await planned(town)
    await told_in(town, 90)
    for day in ("Friday", "Saturday"):
        form = await edited(town, "Change")
        await town.world.submit(town.host, form, _FORM | {"when": f"{day} 20:00"})
    [told] = await told_in(town, 5)
    assert told.startswith("**Learning chat** has new dates.")
    assert stamp(THURSDAY + timedelta(days=2)) in told


async def test_putting_right_what_was_only_just_planned_is_no_news(town: Town) -> None:
    answer = await planned(town)
    assert answer.message is not None
    form = await town.world.click(town.host, answer.message, "Change")
    await town.world.submit(town.host, form, _FORM | {"when": "Friday 20:00"})
    assert await told_in(town, 5) == []


async def test_where_x_is_on_the_host_reads_what_a_chat_and_a_conference_will_cost(
    town: Town,
) -> None:
    answer = await planned(town)
    assert "On X a session" not in answer.text
    client = town.app.client
    prices = Prices(post=5_000, user=10_000, request=5_000)
    budget = Budget(town.app.db, town.clock, Ids(town.clock, random.Random(1)), prices, 20 * MICRO)
    client.services = dataclasses.replace(client.services, budget=budget)
    chat = await planned(town, name="Another chat", hashtags="#EdChat")
    assert "On X a session of this kind costs about $2.50 to $3.25" in chat.text
    assert "$20.00 of this month's $20.00 is left" in chat.text
    conference = await town.world.slash(
        town.host,
        town.chats,
        "host conference",
        name="Crossways 2026",
        hashtags="#crossways26",
        first_day="2026-06-01",
        last_day="2026-06-03",
    )
    assert "$20.00 to $156.00" in conference.text
