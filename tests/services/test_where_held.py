"""A chat may name its platforms: what is said elsewhere is not its own, but in Discord always."""

from __future__ import annotations

import dataclasses
import random
from typing import TYPE_CHECKING

import pytest

from bot.ids import Ids
from bot.model.people import Platform, account_key
from bot.model.posts import Page, Post, PostId, hashtag_of, post_key
from bot.services.ingest import Ingest
from bot.services.sessions import Sessions, held_on
from bot.store import chats, recaps, session_posts
from bot.store import sessions as store_sessions
from tests.services.hosted import settle
from tests.store.test_chats import AT, CHAT, CONFERENCE, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.model.chats import Session
    from bot.store.database import Database

SKY, TOOT, X, HERE = Platform.BLUESKY, Platform.MASTODON, Platform.X, Platform.DISCORD
ALL = frozenset({SKY, TOOT, X})
TWO = frozenset({SKY, TOOT})


async def hold(db: Database, platforms: frozenset[Platform]) -> Session:
    held = dataclasses.replace(session(10), platforms=platforms)
    async with db.write() as tx:
        await chats.save_chat(tx, dataclasses.replace(CHAT, platforms=platforms))
        await store_sessions.add_session(tx, held)
    return held


async def say(db: Database, clock: ReplayClock) -> dict[Platform, PostId]:
    """The same minute, on every platform."""
    posts = [
        Post(
            id=post_key(on, f"https://one.example/{on}"),
            platform=on,
            native_id=f"https://one.example/{on}",
            author=account_key(on, "ana"),
            at=AT,
            text=f"said on {on}",
            hashtags=(hashtag_of("lrnchat"),),
        )
        for on in (SKY, TOOT, X, HERE)
    ]
    await Ingest(db, clock).take(Page(posts=tuple(posts)), "test")
    return {post.platform: post.id for post in posts}


@pytest.mark.parametrize("planned_first", [True, False])
@pytest.mark.parametrize(
    ("named", "count"), [(frozenset(), {SKY, TOOT, X, HERE}), (TWO, {SKY, TOOT, HERE})]
)
async def test_posts_of_other_platforms_are_not_of_the_session(
    database: Database,
    clock: ReplayClock,
    named: frozenset[Platform],
    count: set[Platform],
    planned_first: bool,
) -> None:
    await settle(database)
    held = await hold(database, named) if planned_first else session(10)
    said = await say(database, clock)
    if not planned_first:
        await hold(database, named)
        async with database.write() as tx:
            assert await session_posts.attach_posts(tx, held.id) == len(count)
    async with database.read() as tx:
        there = {post.id for post in await recaps.posts_of(tx, held.id)}
        assert await store_sessions.get_session(tx, held.id) == dataclasses.replace(
            held, platforms=named
        )
    assert there == {said[on] for on in count}


async def test_what_was_named_is_kept_and_followed_there_alone(
    database: Database, clock: ReplayClock
) -> None:
    await settle(database)
    await hold(database, TWO)
    async with database.write() as tx:
        await chats.save_conference(tx, dataclasses.replace(CONFERENCE, platforms=frozenset({X})))
        chat, conference = await chats.get_chat(tx, CHAT.id), await chats.active_conferences(tx)
    assert chat is not None
    assert chat.platforms == TWO
    assert [c.platforms for c in conference] == [{X}]
    await clock.move_to(AT)
    sessions = Sessions(database, clock, Ids(clock, random.Random(1)))
    assert {watch.platforms for watch in await sessions.watches()} == {TWO}


def test_links_lead_where_it_is_held_and_followed() -> None:
    held = session(10)
    assert set(held_on(held, ALL)) == ALL
    assert held_on(held, frozenset({SKY})) == (SKY,)
    assert held_on(dataclasses.replace(held, platforms=TWO), frozenset({SKY, X})) == (SKY,)
