from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.model.people import CommunityId, DiscordId, person_of_member
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.model.people import Community
    from tests.cogs.conftest import Town


async def kept(town: Town) -> Community:
    async with town.app.db.read() as tx:
        community = await store_members.get_community(tx, CommunityId(town.guild))
    assert community is not None
    return community


async def test_setting_up_settles_channels_zone_and_week(town: Town) -> None:
    answer = await town.world.slash(
        town.host,
        town.chats,
        "admin setup",
        chat_channel=town.prompts,
        prompt_channel=town.chats,
        zone="berlin",
        weekly="Tuesday 9:30",
        review_introductions=True,
    )
    community = await kept(town)
    assert community.chat_channel == town.prompts
    assert community.prompt_channel == town.chats
    assert community.zone == "Europe/Berlin"
    assert community.weekly_at == (24 + 9) * 60 + 30
    assert community.review_introductions
    assert "/host chat" in answer.text
    assert "You see each introduction" in answer.text
    assert answer.message is not None
    assert answer.message.ephemeral


async def test_what_is_left_out_stays_as_it_was(town: Town) -> None:
    before = await kept(town)
    await town.world.slash(town.host, town.chats, "admin setup", chat_channel=town.chats)
    assert await kept(town) == before


async def test_a_channel_in_which_rights_are_missing_is_refused_with_their_names(
    town: Town,
) -> None:
    hidden = town.world.add_channel(
        town.guild, "hidden", bot_denied=discord.Permissions(embed_links=True)
    )
    before = await kept(town)
    answer = await town.world.slash(town.host, town.chats, "admin setup", chat_channel=hidden)
    assert f"<#{hidden}>" in answer.text
    assert "Embed Links" in answer.text
    assert "Send Messages" not in answer.text
    assert await kept(town) == before


async def test_a_wrong_zone_changes_nothing_and_names_one_that_works(town: Town) -> None:
    before = await kept(town)
    answer = await town.world.slash(
        town.host, town.chats, "admin setup", chat_channel=town.chats, zone="Atlantis"
    )
    assert "Europe/Berlin" in answer.text
    assert await kept(town) == before


async def test_the_status_counts_and_leaves_small_numbers_of_people_out(town: Town) -> None:
    consent = await town.world.slash(town.ana, town.chats, "me join")
    assert consent.message is not None
    await town.world.click(town.ana, consent.message, "Join")
    answer = await town.world.slash(town.host, town.chats, "admin status")
    assert "Members: fewer than 5" in answer.text
    assert "Chats: 0" in answer.text
    assert "Ana" not in answer.text


async def ana_joins(town: Town) -> str:
    """What is said to her."""
    consent = await town.world.slash(town.ana, town.chats, "me join")
    assert consent.message is not None
    return (await town.world.click(town.ana, consent.message, "Join")).text


async def is_member(town: Town, user: int) -> bool:
    people = town.app.services.people
    return await people.find(CommunityId(town.guild), DiscordId(user)) is not None


async def people(town: Town, what: str, **options: Any) -> str:
    answer = await town.world.slash(town.host, town.chats, "admin people", what=what, **options)
    assert answer.message is not None
    assert answer.message.ephemeral
    return answer.text


async def test_who_is_kept_out_leaves_at_once_and_can_not_come_back_not_even_by_erasing(
    town: Town,
) -> None:
    await ana_joins(town)
    assert "kept out" in await people(town, "bar", person=town.ana)
    assert not await is_member(town, town.ana)
    assert "keep you out" in await ana_joins(town)
    await town.app.services.privacy.erase(DiscordId(town.ana))
    assert "keep you out" in await ana_joins(town)
    assert not await is_member(town, town.ana)


async def test_who_may_join_again_does_so_themselves(town: Town) -> None:
    await people(town, "bar", person=town.ana)
    assert "/me join" in await people(town, "let_back", person=town.ana)
    assert not await is_member(town, town.ana)
    await ana_joins(town)
    assert await is_member(town, town.ana)
    assert "isn't kept out" in await people(town, "let_back", person=town.ana)


async def test_two_people_are_kept_apart_and_one_person_is_not_two(town: Town) -> None:
    assert "Choose two" in await people(town, "apart", person=town.ana, other=town.ana)
    assert "`other`" in await people(town, "apart", person=town.ana)
    assert "never introduce" in await people(town, "apart", person=town.ana, other=town.ben)
    async with town.app.db.read() as tx:
        ana, ben = (person_of_member(DiscordId(who)) for who in (town.ana, town.ben))
        assert await store_members.is_blocked(tx, ben, ana)


async def test_an_objection_that_lacks_its_account_is_asked_for_it(town: Town) -> None:
    assert "`handle`" in await people(town, "object", platform="bluesky")
    said = await people(town, "object", platform="bluesky", handle="@ana.example")
    assert "nothing from `ana.example`" in said
