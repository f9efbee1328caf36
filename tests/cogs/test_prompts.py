"""Prompts through the real client: sent where they belong, found again, answered by who may."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
import pytest

from bot.errors import DeliveryRefused
from bot.model.cards import (
    IntroducedCard,
    OpeningCard,
    PersonShown,
    RecapCard,
    SaidPost,
    WeeklyCard,
)
from bot.model.people import CommunityId, Delivery, DiscordId
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.prompts import Outgoing, Sent
from bot.store import prompts as store
from cogs.prompts import DiscordCourier
from tests.cogs.test_me import joined

if TYPE_CHECKING:
    from bot.model.cards import Card
    from bot.services.prompts import Courier
    from tests.cogs.conftest import Town


def outgoing(
    town: Town,
    card: Card,
    kind: PromptKind,
    *,
    channel: int | None = None,
    recipient: int | None = None,
) -> Outgoing:
    prompt = Prompt(
        id=PromptId(town.app.services.ids.next()),
        community=CommunityId(town.guild),
        kind=kind,
        subject=1,
        recipient=None if recipient is None else DiscordId(recipient),
        channel=channel,
        due_at=town.clock.now(),
        expires_at=town.clock.now() + timedelta(days=1),
        unasked=False,
        state=PromptState.CLAIMED,
    )
    return Outgoing(prompt, card, "en-GB")


async def test_a_message_is_found_again_by_the_mark_in_its_buttons(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    weekly = outgoing(town, WeeklyCard(town.clock.now()), PromptKind.WEEKLY, channel=town.prompts)
    assert await courier.find(weekly) is None
    town.world.say(town.ana, town.prompts, f"prompt:{weekly.prompt.id}:mine")
    assert await courier.find(weekly) is None
    sent = await courier.send(weekly)
    assert await courier.find(weekly) == sent
    assert sent.channel == town.prompts


async def test_sending_twice_within_minutes_is_one_message(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    weekly = outgoing(town, WeeklyCard(town.clock.now()), PromptKind.WEEKLY, channel=town.prompts)
    assert await courier.send(weekly) == await courier.send(weekly)
    assert len(town.world.messages(town.prompts)) == 1


def introduced(town: Town) -> IntroducedCard:
    return IntroducedCard(
        PersonShown("Ana Ruiz", "", mention=DiscordId(town.ana)),
        PersonShown("Ben Ode", "", mention=DiscordId(town.ben)),
        "How do you grade simulations?",
        (),
    )


async def test_an_introduction_is_a_private_thread_with_just_the_two(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    card = outgoing(town, introduced(town), PromptKind.INTRODUCED, channel=town.prompts)
    sent = await courier.send(card)
    (thread,) = town.world.threads(town.prompts)
    assert thread.id == sent.channel
    assert thread.private
    assert thread.member_ids == {town.ana, town.ben, town.world.bot_id}
    (message,) = [m for m in town.world.messages(thread.id) if m.kind == 0]
    assert "Ana Ruiz" in message.text
    assert "How do you grade simulations?" in message.text
    assert await courier.find(card) == sent
    assert await courier.send(card) == sent
    assert len(town.world.threads(town.prompts)) == 1


async def test_a_channel_that_is_gone_refuses_for_good(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    town.world.delete_channel(town.prompts)
    with pytest.raises(DeliveryRefused):
        await courier.send(
            outgoing(town, WeeklyCard(town.clock.now()), PromptKind.WEEKLY, channel=town.prompts)
        )


async def test_closed_dms_are_told_apart(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    town.world.close_dms(town.ana)
    with pytest.raises(DeliveryRefused) as refused:
        await courier.send(
            outgoing(town, WeeklyCard(town.clock.now()), PromptKind.DIGEST, recipient=town.ana)
        )
    assert refused.value.closed_dms


async def held_chat(town: Town) -> None:
    """A chat of last hour in which Ana and Ben were, and a Monday after it."""
    answer = await town.world.slash(
        town.host,
        town.chats,
        "host chat",
        name="Learn chat",
        hashtags="#lrnchat",
        day="Wednesday",
        time="20:30",
        zone="Europe/Madrid",
        rhythm="weekly",
        minutes=60,
    )
    assert "is planned" in answer.text, answer.text
    await town.clock.move_to(town.clock.now() + timedelta(minutes=31))
    await town.beat()
    (thread,) = town.world.threads(town.chats)
    opening = next(m for m in town.world.messages(town.chats) if m.id == thread.id)
    for user in (town.ana, town.ben):
        here = await town.world.click(user, opening, "I'm here")
        assert "Noted" in here.text
    await town.clock.move_to(town.clock.now() + timedelta(hours=1, minutes=20))
    await town.beat()
    await town.clock.move_to(town.clock.now() + timedelta(days=6))
    await town.beat()


async def told(town: Town, user: int, work: str, description: str, curious: str) -> None:
    await joined(town, user)
    screen = (await town.world.slash(user, town.chats, "me settings")).message
    assert screen is not None
    form = await town.world.click(user, screen, "Fields")
    await town.world.submit(
        user, form, {"work": work, "description": description, "curious": curious}
    )


async def test_two_yeses_make_an_introduction_and_names_are_learned_in_order(town: Town) -> None:
    await told(town, town.ana, "nursing", "runs ward simulations", "game design")
    await told(town, town.ben, "game design", "builds learning games", "nursing")
    await held_chat(town)

    asked = {}
    for user in (town.ana, town.ben):
        shown = await town.world.slash(user, town.chats, "today")
        assert shown.message is not None
        asked[user] = shown.message
    first, other = (
        (town.ana, town.ben)
        if any(b.label == "Yes, ask them" for b in asked[town.ana].buttons)
        else (town.ben, town.ana)
    )
    names = {town.ana: "Ana Ruiz", town.ben: "Ben Ode"}
    assert names[other] not in asked[first].text
    assert "I found nobody" not in asked[first].text

    form = await town.world.click(first, asked[first], "Yes, ask them")
    answered = await town.world.submit(first, form, {"line": "How do you start?"})
    assert "You'll hear only if it's a yes." in answered.text

    waiting = await town.world.slash(other, town.chats, "today")
    assert waiting.message is not None
    assert names[first] in waiting.text
    assert "How do you start?" in waiting.text
    agreed = await town.world.click(other, waiting.message, "Yes")
    assert "private thread" in agreed.text

    await town.beat()
    (thread,) = [t for t in town.world.threads(town.prompts) if t.private]
    text = "\n".join(m.text for m in town.world.messages(thread.id))
    assert names[first] in text
    assert names[other] in text
    assert thread.member_ids == {town.ana, town.ben, town.world.bot_id}


async def test_a_no_is_heard_by_nobody(town: Town) -> None:
    await told(town, town.ana, "nursing", "runs ward simulations", "game design")
    await told(town, town.ben, "game design", "builds learning games", "nursing")
    await held_chat(town)
    shown = await town.world.slash(town.ana, town.chats, "today")
    assert shown.message is not None
    before = {u: len(town.world.dms(u)) for u in (town.ana, town.ben)}
    messages = len(list(town.world.bot_messages()))
    declined = await town.world.click(town.ana, shown.message, "Not now")
    assert "Nobody hears of it" in declined.text
    await town.beat()
    assert {u: len(town.world.dms(u)) for u in (town.ana, town.ben)} == before
    assert len(list(town.world.bot_messages())) == messages


async def test_another_members_card_can_not_be_answered(town: Town) -> None:
    await told(town, town.ana, "nursing", "", "game design")
    await told(town, town.ben, "game design", "", "nursing")
    await held_chat(town)
    people = town.app.services.people
    await people.change(CommunityId(town.guild), DiscordId(town.ana), delivery=Delivery.DM)
    async with town.app.db.read() as tx:
        prompt, *_ = await store.waiting_for(
            tx, CommunityId(town.guild), DiscordId(town.ana), town.clock.now()
        )
    assert prompt.kind is PromptKind.SUGGESTION
    courier: Courier = DiscordCourier(town.app.client)
    card = await town.app.services.introductions.card_of(prompt)
    assert card is not None
    sent = await courier.send(
        Outgoing(
            Prompt(
                **{
                    **{f: getattr(prompt, f) for f in prompt.__slots__},
                    "recipient": None,
                    "channel": town.chats,
                }
            ),
            card,
            "en-GB",
        )
    )
    assert isinstance(sent, Sent)
    message = next(m for m in town.world.messages(town.chats) if m.id == sent.message)
    refused = await town.world.click(town.ben, message, "Not now")
    assert "for somebody else" in refused.text


async def test_a_recap_has_its_file_and_is_edited_in_a_thread_that_sleeps(town: Town) -> None:
    courier = DiscordCourier(town.app.client)
    now = town.clock.now()
    opening = OpeningCard(
        name="Learning chat",
        hashtags=("#lrnchat",),
        host=DiscordId(1),
        starts_at=now,
        ends_at=now + timedelta(hours=1),
        is_conference=False,
        late=False,
    )
    opened = await courier.send(outgoing(town, opening, PromptKind.OPENING, channel=town.prompts))
    recap = RecapCard(
        name="Learning chat",
        gathering="#lrnchat",
        starts_at=now,
        posts=1,
        people=None,
        questions=(),
        resources=(),
        first_time_pairs=None,
        newcomers=(),
        next_at=None,
        transcript=(SaidPost(now, None, None, "https://x.com/i/status/1"),),
    )
    told = outgoing(town, recap, PromptKind.RECAP, channel=opened.channel)
    sent = await courier.send(told)
    [message] = [m for m in town.world.messages(opened.channel) if m.id == sent.message]
    assert message.files == (f"lrnchat-{now:%Y-%m-%d}.md",)
    thread = await town.app.client.fetch_channel(opened.channel)
    assert isinstance(thread, discord.Thread)
    await thread.edit(archived=True)
    await courier.edit(replace(told, card=replace(recap, transcript=(), posts=0)), sent)
    [message] = [m for m in town.world.messages(opened.channel) if m.id == sent.message]
    assert "It stayed quiet" in message.text
    assert message.files == (), "what was taken out is not left in a file"
    again = await town.app.client.fetch_channel(opened.channel)
    assert isinstance(again, discord.Thread)
    assert again.archived


async def test_a_direct_message_keeps_what_was_asked_above_what_came_of_it(town: Town) -> None:
    for user, field in ((town.ana, "nursing"), (town.ben, "game design")):
        await told(town, user, field, "", "")
        here, who = CommunityId(town.guild), DiscordId(user)
        await town.app.services.people.change(here, who, delivery=Delivery.DM)
    await held_chat(town)
    sent = [(user, m) for user in (town.ana, town.ben) for m in town.world.dms(user)]
    [(user, message)] = [
        (user, m) for user, m in sent if any(b.label == "Not now" for b in m.buttons)
    ]
    await town.world.click(user, message, "Not now")
    [after] = [m for m in town.world.dms(user) if m.id == message.id]
    asked, _, answer = after.text.partition("All right, not now.")
    assert asked.strip() == message.text.strip()
    assert answer == " Nobody hears of it."
    assert after.buttons == ()
