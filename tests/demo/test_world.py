from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import discord
import pytest

from bot.demo.world import World, WorldError
from bot.demo.world_client import attach, environment, page
from tests.demo.small_bot import SmallBot

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_START = datetime(2025, 5, 1, tzinfo=UTC)


@dataclass
class Place:
    world: World
    bot: SmallBot
    guild: int
    channel: int
    ana: int
    ben: int


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.instant = _START

    def now(self) -> datetime:
        return self.instant


@pytest.fixture
def time_of_world() -> Time:
    return Time()


@pytest.fixture
async def place(time_of_world: Time) -> AsyncIterator[Place]:
    world = World(time_of_world.now, deadlines=False)
    guild = world.add_guild("Nurses")
    channel = world.add_channel(guild, "general")
    ana, ben = world.add_user("Ana"), world.add_user("Ben")
    world.join(guild, ana)
    world.join(guild, ben)
    bot = SmallBot()
    async with attach(world, bot):
        yield Place(world, bot, guild, channel, ana, ben)


async def test_a_slash_command_answers_only_the_person_who_asked(place: Place) -> None:
    answer = await place.world.slash(place.ana, place.channel, "hello", name="Ana")
    assert answer.message is not None
    assert (answer.text, answer.message.for_user) == ("Hello Ana", place.ana)
    assert place.world.messages(place.channel, by=place.ben) == []
    assert [m.text for m in place.world.messages(place.channel, by=place.ana)] == ["Hello Ana"]


async def test_autocomplete_offers_what_fits(place: Place) -> None:
    offered = await place.world.autocomplete(place.ana, place.channel, "hello", "name", "An")
    assert [choice["name"] for choice in offered] == ["Ana", "Anton"]


async def test_a_deferred_answer_and_its_followups_are_all_there_when_the_act_returns(
    place: Place,
) -> None:
    answer = await place.world.slash(place.ana, place.channel, "slow")
    assert [message.text for message in answer.messages] == ["first", "second"]


async def test_a_button_changes_its_message_and_is_gone(place: Place) -> None:
    card = (await place.world.slash(place.ana, place.channel, "card")).message
    assert card is not None
    assert card.text == "Look\nA card\nWould you?"
    answer = await place.world.click(place.ben, card, "Yes")
    assert (answer.kind, answer.text.splitlines()[0]) == ("update", "yes to 7")
    assert answer.message is not None
    with pytest.raises(WorldError):
        await place.world.click(place.ben, answer.message, "Yes")


async def test_a_form_is_filled_in_once(place: Place) -> None:
    shown = await place.world.slash(place.ana, place.channel, "form")
    assert shown.kind == "modal"
    assert (await place.world.submit(place.ana, shown, {"name": "Ana"})).text == "Thank you, Ana"
    with pytest.raises(WorldError):
        await place.world.submit(place.ana, shown, {"name": "Ana"})


async def test_an_option_takes_a_person_by_id(place: Place) -> None:
    answer = await place.world.slash(place.ana, place.channel, "who", person=place.ben)
    assert answer.text == "That is Ben"


async def test_a_command_that_is_not_there_can_not_be_used(place: Place) -> None:
    with pytest.raises(WorldError, match="no command 'nothing'"):
        await place.world.slash(place.ana, place.channel, "nothing")


async def test_the_same_nonce_within_three_minutes_sends_once(
    place: Place, time_of_world: Time
) -> None:
    channel = place.bot.get_channel(place.channel)
    assert isinstance(channel, discord.TextChannel)
    path = f"/channels/{channel.id}/messages"
    body = {"content": "due", "nonce": "prompt-1", "enforce_nonce": True}
    first = place.world.request("POST", path, json=body)
    time_of_world.instant += timedelta(minutes=2)
    assert place.world.request("POST", path, json=body)[1]["id"] == first[1]["id"]
    time_of_world.instant += timedelta(minutes=1)
    assert place.world.request("POST", path, json=body)[1]["id"] != first[1]["id"]
    assert place.world.request("POST", path, json=body | {"enforce_nonce": False})[0] == 200
    assert [m.text for m in place.world.messages(channel.id)] == ["due"] * 3


async def test_messages_bear_the_time_of_the_world(place: Place, time_of_world: Time) -> None:
    time_of_world.instant = _START + timedelta(days=20)
    channel = place.bot.get_channel(place.channel)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send("later")
    assert sent.created_at == _START + timedelta(days=20)


async def test_closed_dms_refuse_with_50007(place: Place) -> None:
    user = await place.bot.fetch_user(place.ana)
    await user.send("hello")
    place.world.close_dms(place.ana)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hello again")
    assert refused.value.code == 50007
    assert [message.text for message in place.world.dms(place.ana)] == ["hello"]


async def test_who_left_can_not_be_written_to_nor_added_to_a_thread(place: Place) -> None:
    user = await place.bot.fetch_user(place.ana)
    channel = place.bot.get_channel(place.channel)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="Ana and Ben")
    place.world.leave(place.guild, place.ana)
    with pytest.raises(discord.Forbidden) as refused:
        await user.send("hello")
    assert refused.value.code == 50278
    with pytest.raises(discord.NotFound) as unknown:
        await thread.add_user(discord.Object(place.ana))
    assert unknown.value.code == 10007


async def test_a_channel_that_the_bot_may_not_see_is_refused(place: Place) -> None:
    hidden = discord.Permissions(view_channel=True)
    channel = place.world.add_channel(place.guild, "hidden", bot_denied=hidden)
    path = f"/channels/{channel}/messages"
    assert place.world.request("POST", path, json={"content": "x"})[1]["code"] == 50001
    place.world.delete_channel(channel)
    assert place.world.request("POST", path, json={"content": "x"})[1]["code"] == 10003


async def test_a_message_has_at_most_one_thread_and_names_it(place: Place) -> None:
    channel = place.bot.get_channel(place.channel)
    assert isinstance(channel, discord.TextChannel)
    message = await channel.send("Session")
    await message.create_thread(name="Session of today")
    with pytest.raises(discord.HTTPException) as refused:
        await message.create_thread(name="Session of today")
    assert refused.value.code == 160004
    again = await channel.fetch_message(message.id)
    assert again.thread is not None
    assert [t.name for t in place.world.threads(place.channel)] == ["Session of today"]
    assert [m.kind for m in place.world.messages(place.channel)] == [0]


async def test_a_private_thread_is_seen_by_its_members_only(place: Place) -> None:
    channel = place.bot.get_channel(place.channel)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.create_thread(name="Ana and Ben")
    await thread.add_user(discord.Object(place.ana))
    await thread.send("You two")
    assert len(place.world.messages(thread.id, by=place.ana)) == 1
    assert place.world.messages(thread.id, by=place.ben) == []
    assert place.world.messages(place.channel) == []


async def test_the_bot_learns_that_it_was_removed(place: Place) -> None:
    place.world.remove_bot(place.guild)
    assert place.bot.get_guild(place.guild) is None


async def test_a_hundred_and_first_event_is_refused(place: Place) -> None:
    body = {
        "name": "Chat",
        "entity_type": 3,
        "privacy_level": 2,
        "scheduled_start_time": "2025-06-01T10:00:00+00:00",
        "scheduled_end_time": "2025-06-01T11:00:00+00:00",
        "entity_metadata": {"location": "here"},
    }
    path = f"/guilds/{place.guild}/scheduled-events"
    answers = [place.world.request("POST", path, json=body)[0] for _ in range(101)]
    assert (set(answers[:100]), answers[100]) == ({200}, 400)


async def test_an_unknown_route_says_so(place: Place) -> None:
    assert place.world.request("GET", "/nowhere")[0] == 501


async def test_a_thousand_acts_take_seconds_not_minutes(place: Place) -> None:
    began = time.perf_counter()
    for _ in range(100):
        await place.world.slash(place.ana, place.channel, "hello", name="Ana")
    assert time.perf_counter() - began < 4.0


async def test_the_page_shows_a_channel_of_the_same_world(time_of_world: Time) -> None:
    world = World(time_of_world.now, deadlines=False)
    guild = world.add_guild("Nurses")
    channel, owner = world.add_channel(guild, "general"), world.owner_of(guild)
    async with environment(world, SmallBot()) as env, page(world, env, channel, [owner]) as shown:
        assert env.now() == _START
        assert (await world.slash(owner, channel, "hello", name="Ana")).text == "Hello Ana"
        time_of_world.instant += timedelta(days=3)
        assert (await world.slash(owner, channel, "slow")).finished
        async with aiohttp.ClientSession() as session, session.get(shown.url) as answer:
            assert answer.status == 200
            assert "text/html" in answer.headers["Content-Type"]
