"""Planning a session and its panel, through the real client."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotAllowed, Unknown
from bot.model.people import CommunityId, DiscordId, Platform, account_key
from bot.model.posts import Page, Post, hashtag_of, post_key
from tests.cogs.test_host import THURSDAY, planned
from tests.cogs.test_me import joined

if TYPE_CHECKING:
    from bot.demo.world_seen import Answer
    from tests.cogs.conftest import Town

_TYPED = {
    "topic": "Feedback that sticks",
    "questions": "What did you try?\nWhat held?",
    "cohosts": "@LrnChat",
}


async def plan(town: Town, **changes: str) -> Answer:
    form = await town.world.slash(town.host, town.chats, "host plan", what="#lrnchat")
    assert form.modal is not None
    return await town.world.submit(town.host, form, _TYPED | changes)


async def test_a_plan_is_kept_and_told_at_the_opening_and_on_the_cards(town: Town) -> None:
    await planned(town)
    kept = await plan(town)
    assert "Kept." in kept.text
    assert "@lrnchat" in kept.text
    await town.clock.move_to(THURSDAY)
    for _ in range(2):
        await town.beat()
    seen = town.world.messages(town.chats, by=town.ben)
    opening = next(m for m in seen if "#LrnChat" in m.text)
    assert "Feedback that sticks" in opening.text
    shown = await town.world.slash(town.host, town.chats, "host panel", what="#lrnchat")
    assert shown.message is not None
    assert shown.message.ephemeral
    assert "https://bsky.app/intent/compose?text=Q1%3A%20What%20did%20you%20try" in shown.text
    assert "https://x.com/intent/post?text=Q2%3A%20What%20held%3F%20%23LrnChat" in shown.text
    pressed = await town.world.click(town.host, shown.message, "Q2 asked")
    assert "· asked" in pressed.text
    await town.beat()
    [thread] = town.world.threads(town.chats)
    [card] = [m for m in town.world.messages(thread.id) if m.buttons]
    assert "Q2" in card.text
    assert "What held?" in card.text


async def test_what_can_not_be_understood_is_said_with_an_example(town: Town) -> None:
    await planned(town)
    many = await plan(town, questions="\n".join(f"Question {n}" for n in range(11)))
    assert "At most 10 questions" in many.text
    nobody = await plan(town, cohosts="who?!")
    assert "is no handle" in nobody.text


async def test_the_host_of_an_unplanned_session_is_asked_once_the_day_before(town: Town) -> None:
    await planned(town)
    await joined(town, town.host)
    await town.clock.move_to(THURSDAY - timedelta(hours=25))
    await town.beat()
    before = await town.world.slash(town.host, town.chats, "today")
    assert "no topic" not in before.text
    await town.clock.move_to(THURSDAY - timedelta(hours=23))
    for _ in range(2):
        await town.beat()
    asked = await town.world.slash(town.host, town.chats, "today")
    assert "no topic or questions yet" in asked.text
    assert asked.message is not None
    form = await town.world.click(town.host, asked.message, "Plan it")
    kept = await town.world.submit(town.host, form, _TYPED)
    assert "Kept." in kept.text
    await town.beat()
    after = await town.world.slash(town.host, town.chats, "today")
    assert "no topic" not in after.text


async def test_who_could_host_is_shown_to_the_host(town: Town) -> None:
    await planned(town)
    await joined(town, town.ana)
    listed = await town.world.slash(town.ana, town.chats, "chat list")
    assert listed.message is not None
    noted = await town.world.click(town.ana, listed.message, "I could host")
    assert "Thank you" in noted.text
    kept = await plan(town)
    assert "Could host: Ana Ruiz" in kept.text


async def test_a_link_of_a_recap_goes_into_the_readers_own_learning(town: Town) -> None:
    await planned(town)
    await joined(town, town.ana)
    await town.clock.move_to(THURSDAY)
    for _ in range(2):
        await town.beat()
    native = "at://did:plc:cyd/app.bsky.feed.post/1"
    post = Post(
        id=post_key(Platform.BLUESKY, native),
        platform=Platform.BLUESKY,
        native_id=native,
        author=account_key(Platform.BLUESKY, "did:plc:cyd"),
        at=THURSDAY + timedelta(minutes=5),
        text=None,
        hashtags=(hashtag_of("LrnChat"),),
        links=("https://example.org/rubrics",),
    )
    await town.app.services.ingest.take(Page(posts=(post,)), "test")
    await town.clock.move_to(THURSDAY + timedelta(hours=1))
    for _ in range(2):
        await town.beat()
    [thread] = town.world.threads(town.chats)
    recap = next(m for m in town.world.messages(thread.id) if "example.org" in m.text)
    which = await town.world.click(town.ana, recap, "Keep a link")
    assert which.message is not None
    chosen = which.message.menus[0].options[0]
    kept = await town.world.pick(town.ana, which.message, [chosen])
    assert "Kept. /learn list" in kept.text
    listed = await town.world.slash(town.ana, town.chats, "learn list")
    assert "example.org/rubrics" in listed.text


async def offered(town: Town) -> Answer:
    """Ana offers to host; the host looks at the plan."""
    await planned(town)
    await joined(town, town.ana)
    listed = await town.world.slash(town.ana, town.chats, "chat list")
    assert listed.message is not None
    await town.world.click(town.ana, listed.message, "I could host")
    return await plan(town, topic="", questions="")


async def lets_ana_host(town: Town) -> None:
    kept = await offered(town)
    assert kept.message is not None
    [menu] = kept.message.menus
    assert list(menu.options) == ["0", str(town.ana)]
    shown = await town.world.pick(town.host, kept.message, [town.ana])
    assert "Hosts: Ana Ruiz" in shown.text


async def test_one_who_offered_is_asked_plans_and_hosts_with_a_panel_of_their_own(
    town: Town,
) -> None:
    await lets_ana_host(town)
    await town.beat()
    asked = await town.world.slash(town.ana, town.chats, "today")
    assert "You offered to host #LrnChat, and you're asked for" in asked.text
    assert asked.message is not None
    form = await town.world.click(town.ana, asked.message, "Plan it")
    await town.world.submit(town.ana, form, _TYPED)
    await town.clock.move_to(THURSDAY)
    for _ in range(2):
        await town.beat()
    seen = town.world.messages(town.chats, by=town.ben)
    opening = next(m for m in seen if m.buttons)
    assert "with Ana Ruiz" in opening.text
    hosts = await town.world.slash(town.ana, town.chats, "today")
    assert "You host #LrnChat" in hosts.text
    assert hosts.message is not None
    panel = await town.world.click(town.ana, hosts.message, "My panel")
    assert panel.message is not None
    pressed = await town.world.click(town.ana, panel.message, "Q1 asked")
    assert "· asked" in pressed.text


async def test_who_neither_hosts_nor_manages_events_asks_in_vain(town: Town) -> None:
    await lets_ana_host(town)
    await town.clock.move_to(THURSDAY)
    for _ in range(2):
        await town.beat()
    hosting, here = town.app.services.hosting, CommunityId(town.guild)
    [listed] = await town.app.services.chats.list_for(here)
    now = await hosting.current(here, listed.gathering)
    for manages in (None, CommunityId(1)):
        with pytest.raises(NotAllowed):
            await hosting.asked(now.session.id, 1, DiscordId(town.ben), manages)
    assert (await hosting.asked(now.session.id, 1, DiscordId(town.ben), here)).asked == {1}
    assert (await hosting.asked(now.session.id, 2, DiscordId(town.ana), None)).asked == {1, 2}
    with pytest.raises(Unknown):
        await hosting.let_host(here, now.session.id, DiscordId(town.ben))


async def test_who_can_not_host_says_so_and_the_usual_host_is_asked_the_day_before(
    town: Town,
) -> None:
    await lets_ana_host(town)
    await joined(town, town.host)
    asked = await town.world.slash(town.ana, town.chats, "today")
    assert asked.message is not None
    said = await town.world.click(town.ana, asked.message, "I can't")
    assert "The usual host does it" in said.text
    await town.clock.move_to(THURSDAY - timedelta(hours=23))
    for _ in range(2):
        await town.beat()
    again = await town.world.slash(town.ana, town.chats, "today")
    assert "asked for" not in again.text
    host = await town.world.slash(town.host, town.chats, "today")
    assert "no topic or questions yet" in host.text
    assert host.message is not None
    assert [b.label for b in host.message.buttons] == [
        "Plan it",
        "Ask somebody else",
        "No plan needed",
    ]
    rota = await town.world.click(town.host, host.message, "Ask somebody else")
    assert "Who hosts this one?" in rota.text


async def test_whose_turn_it_is_stands_first(town: Town) -> None:
    await lets_ana_host(town)
    await joined(town, town.ben)
    listed = await town.world.slash(town.ben, town.chats, "chat list")
    assert listed.message is not None
    await town.world.click(town.ben, listed.message, "I could host")
    kept = await plan(town)
    assert kept.message is not None
    assert list(kept.message.menus[0].options)[1:] == [str(town.ben), str(town.ana)]
    assert "Hosts: Ana Ruiz" in kept.text, "planning does not change who hosts"
