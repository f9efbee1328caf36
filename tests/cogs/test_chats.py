"""From the host's command to the thread, the presence and the recap, through the real client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.people import DiscordId, person_of_member
from bot.store import sessions as store
from tests.cogs.test_host import THURSDAY, planned, stamp

if TYPE_CHECKING:
    from bot.demo.world_seen import Seen
    from tests.cogs.conftest import Town


async def opened(town: Town) -> Seen:
    await planned(town)
    await town.clock.move_to(THURSDAY)
    await town.beat()
    return next(m for m in town.world.messages(town.chats, by=town.ben) if "#LrnChat" in m.text)


async def test_a_list_tells_the_next_dates_in_time_order(town: Town) -> None:
    await planned(town, name="Later", day="Friday")
    await planned(town)
    listed = await town.world.slash(town.ana, town.chats, "chat list")
    assert listed.message is not None
    assert listed.message.ephemeral
    assert listed.text.index("Learning chat") < listed.text.index("Later")
    assert stamp(THURSDAY) in listed.text
    assert "every week" in listed.text


async def test_a_session_opens_its_thread_once(town: Town) -> None:
    message = await opened(town)
    await town.beat()
    threads = town.world.threads(town.chats)
    assert [t.name for t in threads] == ["#LrnChat · 14 May"]
    assert f"<@{town.host}>" in message.text
    assert "I read my buttons, not this thread." in message.text
    assert "I'm late" not in message.text
    assert [b.label for b in message.buttons] == [
        "I'm here",
        "Catch me up",
        "Remind me",
        "Bluesky",
        "Mastodon",
        "X",
    ]
    assert message.button("Bluesky").url == "https://bsky.app/hashtag/LrnChat"
    assert len([m for m in town.world.messages(town.chats, by=town.ben) if m.buttons]) == 1


async def test_being_here_is_noted_for_members_and_others_learn_how_to_join(town: Town) -> None:
    message = await opened(town)
    refused = await town.world.click(town.ana, message, "I'm here")
    assert "/me join" in refused.text
    assert refused.message is not None
    assert refused.message.ephemeral
    consent = await town.world.slash(town.ana, town.chats, "me join")
    assert consent.message is not None
    await town.world.click(town.ana, consent.message, "Join")
    noted = await town.world.click(town.ana, message, "I'm here")
    assert "Noted" in noted.text
    again = await town.world.click(town.ana, message, "I'm here")
    assert "already" in again.text
    async with town.app.db.read() as tx:
        [session] = await store.sessions_between(tx, THURSDAY, THURSDAY)
        present = await store.presences_of(tx, session.id)
    assert present == [person_of_member(DiscordId(town.ana))]


async def test_the_recap_goes_to_the_thread_and_tells_the_next_dates(town: Town) -> None:
    await opened(town)
    await town.clock.move_to(THURSDAY + timedelta(hours=1))
    await town.beat()
    await town.beat()
    [thread] = town.world.threads(town.chats)
    [recap] = [m for m in town.world.messages(thread.id) if m.buttons]
    assert "It stayed quiet" in recap.text
    assert stamp(THURSDAY + timedelta(weeks=1)) in recap.text
    dates = await town.world.click(town.ben, recap, "Next dates")
    assert stamp(THURSDAY + timedelta(weeks=2)) in dates.text
    again = await town.world.slash(town.ben, town.chats, "chat recap", chat="#lrnchat")
    assert "It stayed quiet" in again.text
    assert town.world.messages(town.prompts) == []


async def test_a_recap_before_any_session_is_over_says_so(town: Town) -> None:
    await planned(town)
    answer = await town.world.slash(town.ana, town.chats, "chat recap")
    assert "No session here is over yet" in answer.text


async def test_a_session_that_runs_already_opens_late_and_says_so(town: Town) -> None:
    await planned(town)
    await town.clock.move_to(THURSDAY + timedelta(minutes=20))
    await town.beat()
    [message] = [m for m in town.world.messages(town.chats, by=town.ben) if m.buttons]
    assert "I'm late" in message.text
    assert town.clock.now() == datetime(2026, 5, 14, 20, 20, tzinfo=UTC)
