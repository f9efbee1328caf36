"""A conference through the real client: its programme, and three people a day to notice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.people import (
    Account,
    CommunityId,
    DiscordId,
    Naming,
    Platform,
    Stance,
    account_key,
    person_of_member,
)
from bot.model.posts import Page, Post, Reference, hashtag_of, post_key
from tests.cogs.test_me import joined
from tests.sources.test_programme import calendar

if TYPE_CHECKING:
    from bot.demo.world_seen import Answer, Seen
    from tests.cogs.conftest import Town

MORNING = datetime(2026, 5, 19, 7, 0, tzinfo=UTC)


async def conference(town: Town) -> Answer:
    return await town.world.slash(
        town.host,
        town.chats,
        "host conference",
        name="SIBECOL",
        hashtags="#sibecol",
        first_day="2026-05-19",
        last_day="2026-05-21",
        zone="UTC",
    )


async def programme(town: Town, raw: bytes) -> str:
    answer = await town.world.slash(
        town.host, town.chats, "host programme", what="SIBECOL", file=("programme.ics", raw)
    )
    return answer.text


def talk(hour: int, title: str, room: str = "", link: str = "", day: int = 19) -> str:
    lines = [f"DTSTART:202605{day}T{hour:02}0000Z", f"SUMMARY:{title}"]
    lines += [f"LOCATION:{room}"] if room else []
    lines += [f"URL:{link}"] if link else []
    return "\r\n".join(lines)


async def opened(town: Town) -> Seen:
    await conference(town)
    await town.clock.move_to(MORNING)
    for _ in range(2):
        await town.beat()
    return next(m for m in town.world.messages(town.chats, by=town.ben) if "SIBECOL" in m.text)


async def in_thread(town: Town) -> list[Seen]:
    [thread] = town.world.threads(town.chats)
    return [m for m in town.world.messages(thread.id) if m.buttons]


async def test_talks_are_announced_once_five_minutes_before_with_rooms_and_links(
    town: Town,
) -> None:
    await opened(town)
    said = await programme(
        town,
        calendar(
            talk(9, "Reefs *now*", "Room 2"),
            talk(9, "Corals", "Room 1", "https://sibecol.example/1"),
            talk(11, "Closing"),
            talk(9, "Another week", day=28),
            "SUMMARY:No time",
        ),
    )
    assert "3 talks of SIBECOL are noted" in said
    assert said.endswith("or on other days: 2.")
    await town.beat()
    assert await in_thread(town) == []
    await town.clock.move_to(MORNING + timedelta(hours=1, minutes=55))
    for _ in range(3):
        await town.beat()
    [told] = await in_thread(town)
    assert told.text.splitlines()[1:] == [
        "- [Corals](https://sibecol.example/1) · Room 1",
        r"- Reefs \*now\* · Room 2",
    ]
    assert "You're at" not in told.text
    await joined(town, town.ana)
    noted = await town.world.click(town.ana, told, "I'm here")
    assert "Noted: you're at #sibecol" in noted.text


async def test_a_new_file_replaces_what_was_not_announced_and_nothing_is_said_twice(
    town: Town,
) -> None:
    await opened(town)
    await programme(town, calendar(talk(9, "Corals"), talk(11, "Closing")))
    await town.clock.move_to(MORNING + timedelta(hours=1, minutes=56))
    await town.beat()
    await programme(town, calendar(talk(9, "Corals"), talk(12, "Closing, later")))
    for hours in (2, 4, 5):
        await town.clock.move_to(MORNING + timedelta(hours=hours))
        for _ in range(2):
            await town.beat()
    assert [m.text.splitlines()[1] for m in await in_thread(town)] == [
        "- Corals",
        "- Closing, later",
    ]


async def test_a_file_that_can_not_be_used_is_refused_with_the_reason(town: Town) -> None:
    await conference(town)
    assert "no calendar file" in await programme(town, b"hello")
    assert "no talk in it" in await programme(town, calendar(talk(9, "Later", day=28)))
    assert "too large" in await programme(town, b"x" * 600_000)


async def works_in(town: Town, who: int, field: str) -> None:
    await joined(town, who)
    here, me = CommunityId(town.guild), DiscordId(who)
    await town.app.services.people.tell_fields(here, me, {Stance.WORK: field})
    await town.app.services.people.change(here, me, naming=Naming.NAME)


async def test_who_asks_finds_people_of_other_fields_in_today_until_it_is_enough(
    town: Town,
) -> None:
    opening = await opened(town)
    assert [b.label for b in opening.buttons][:3] == ["I'm here", "Catch me up", "Three a day"]
    refused = await town.world.click(town.ana, opening, "Three a day")
    assert "/me join" in refused.text
    await works_in(town, town.ana, "nursing")
    await works_in(town, town.ben, "marine biology")
    await speaks(town)
    wanted = await town.world.click(town.ana, opening, "Three a day")
    assert "Each morning of #sibecol" in wanted.text
    await town.beat()
    shown = await town.world.slash(town.ana, town.chats, "today")
    assert "To notice today in #sibecol: Ben Ode, from marine biology," in shown.text
    enough = await town.world.click(town.ana, opening, "Three a day")
    assert "no more of them" in enough.text
    nothing = await town.world.slash(town.ben, town.chats, "today")
    assert "To notice" not in nothing.text, "only who asked for it"


async def says(
    town: Town, who: str, minute: float, *, to: Post | None = None, answer: int | None = None
) -> Post:
    """A post under the conference's hashtag, so many minutes after its morning began."""
    did = f"did:plc:{who}"
    account = Account(account_key(Platform.BLUESKY, did), Platform.BLUESKY, did, None, None)
    native = f"at://{did}/app.bsky.feed.post/{minute}"
    post = Post(
        id=post_key(Platform.BLUESKY, native),
        platform=Platform.BLUESKY,
        native_id=native,
        author=account.id,
        at=MORNING + timedelta(minutes=minute),
        text=None,
        reply_to=None if to is None else Reference(to.id, to.author),
        hashtags=(hashtag_of("sibecol"),),
        answer=answer,
    )
    await town.app.services.ingest.take(Page(posts=(post,), accounts=(account,)), "test")
    return post


async def speaks(town: Town) -> None:
    """Ana and Ben answer one question, each from an account that is linked."""
    for minute, who in enumerate((town.ana, town.ben)):
        post = await says(town, str(who), minute, answer=1)
        async with town.app.db.write() as tx:
            await tx.execute(
                "UPDATE accounts SET person_id = :person WHERE id = :id",
                person=person_of_member(DiscordId(who)),
                id=post.author,
            )
    town.app.services.network.outdated()
