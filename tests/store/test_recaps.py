"""What a recap reads, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import Naming, PersonId, Platform, account_key
from bot.model.posts import EngagementKind
from bot.store import recaps as store
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, CHAT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

NOW = SessionId(10)


async def test_posts_tell_replies_of_others_and_links_that_may_be_shown(
    database: Database, clock: ReplayClock
) -> None:
    shy, ana = member(5, "Shy", show_posts=False), member(6, "Ana")
    await settle(database, shy, ana)
    await held(database, session(10))
    talk = Talk()
    first = talk.say("ana", answer=3)
    talk.say("ana", to=first, minute=6)
    talk.say("ben", to=first, minute=7)
    talk.say("ben", to=first, minute=8)
    talk.say("shy", to=first, minute=9, answer=3)
    talk.say("cyd", repost_of=first, minute=10)
    talk.say("dan", minute=61)
    await talk.take(database, clock)
    await talk.belongs(database, "shy", shy)
    await talk.belongs(database, "ana", ana)
    async with database.read() as tx:
        posts = await store.posts_of(tx, NOW)
    assert [p.replies for p in posts] == [2, 0, 0, 0, 0, 0], "own replies count for nothing"
    assert [p.is_repost for p in posts] == [False] * 5 + [True]
    assert posts[0].person == ana.person
    assert posts[0].link == "https://bsky.app/profile/did:plc:ana/post/0"
    assert posts[4].link is None
    assert (posts[0].answer, posts[4].answer) == (3, 3)


async def test_a_deleted_post_vanishes_with_what_it_carried(
    database: Database, clock: ReplayClock
) -> None:
    await settle(database)
    await held(database, session(10))
    talk = Talk()
    first = talk.say("ana", answer=3)
    reply = talk.say("ben", to=first, minute=6, links=("https://example.org",))
    await talk.take(database, clock)
    async with database.read() as tx:
        assert len(await store.exchanges_of(tx, NOW)) == 1
        assert len(await store.shares_of(tx, NOW)) == 1
    talk.delete(reply)
    await talk.take(database, clock)
    async with database.read() as tx:
        [left] = await store.posts_of(tx, NOW)
        assert (left.id, left.replies) == (first, 0)
        assert await store.exchanges_of(tx, NOW) == []
        assert await store.shares_of(tx, NOW) == []


async def test_who_turned_to_whom_is_told_by_person_and_by_question(
    database: Database, clock: ReplayClock
) -> None:
    ana = member(6, "Ana")
    await settle(database, ana)
    await held(database, session(10))
    talk = Talk()
    first = talk.say("ana", answer=3)
    talk.say("ben", to=first, minute=6)
    talk.say("ana2", to=first, minute=7)
    talk.say("ben", repost_of=first, minute=8)
    await talk.take(database, clock)
    await talk.belongs(database, "ana", ana)
    await talk.belongs(database, "ana2", ana)
    async with database.read() as tx:
        exchanges = await store.exchanges_of(tx, NOW)
    ben = PersonId(account_key(Platform.BLUESKY, "ben"))
    assert [(e.source, e.target, e.kind, e.answer) for e in exchanges] == [
        (ben, ana.person, EngagementKind.REPLY, 3),
        (ben, ana.person, EngagementKind.REPOST, None),
    ], "her second account is herself"


async def test_pairs_that_knew_each_other_are_found_by_any_of_their_accounts(
    database: Database, clock: ReplayClock
) -> None:
    ana = member(6, "Ana")
    await settle(database, ana)
    await held(database, session(10))
    talk = Talk()
    week = -7 * 24 * 60
    old = talk.say("ana2", minute=week)
    talk.say("ben", to=old, minute=week + 1)
    talk.say("eve", to=old, minute=week + 2)
    first = talk.say("ana")
    talk.say("ben", to=first, minute=6)
    talk.say("cyd", to=first, minute=7)
    await talk.take(database, clock)
    await talk.belongs(database, "ana", ana)
    await talk.belongs(database, "ana2", ana)
    async with database.read() as tx:
        known = await store.known_before(tx, NOW, AT)
    assert known == {(PersonId(account_key(Platform.BLUESKY, "ben")), ana.person)}, (
        "eve was not there now"
    )


async def test_newcomers_are_named_members_without_an_earlier_post_under_the_hashtags(
    database: Database, clock: ReplayClock
) -> None:
    lee, old, shy = (
        member(5, "Lee"),
        member(6, "Old"),
        member(7, "Shy", naming=Naming.DESCRIBE),
    )
    gone = member(8, "Gone", left_at=AT)
    await settle(database, lee, old, shy, gone)
    await held(database, session(10))
    talk = Talk()
    talk.say("old", minute=-7 * 24 * 60)
    talk.say("lee", minute=-7 * 24 * 60, tag="cooking")
    for who in ("lee", "lee", "old", "shy", "gone", "stranger"):
        talk.say(who)
    await talk.take(database, clock)
    for who, one in (("lee", lee), ("old", old), ("shy", shy), ("gone", gone)):
        await talk.belongs(database, who, one)
    async with database.read() as tx:
        assert await store.newcomers_of(tx, NOW, HERE, CHAT.id, AT) == ["Lee"]


async def test_everything_of_a_session_is_its_own(database: Database, clock: ReplayClock) -> None:
    await settle(database)
    other = session(11, AT + timedelta(days=7))
    await held(database, session(10), other)
    talk = Talk()
    first = talk.say("ana", links=("https://example.org",))
    talk.say("ben", to=first, minute=7 * 24 * 60 + 5)
    await talk.take(database, clock)
    async with database.read() as tx:
        assert len(await store.posts_of(tx, NOW)) == 1
        assert len(await store.posts_of(tx, other.id)) == 1
        assert await store.exchanges_of(tx, NOW) == []
        assert await store.shares_of(tx, other.id) == []
