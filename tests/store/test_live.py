"""The posts that are being answered just now: which, and which never."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.chats import SessionId, SessionState
from bot.model.people import Platform, account_key
from bot.model.posts import Page, Profile
from bot.services.ingest import Ingest
from bot.store import live
from bot.store import members as store_members
from bot.store import sessions as store_sessions
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, OF_CONFERENCE, kept, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

ZOE = member(2, "Zoe", "law")
HERE_AND_NOW = SessionId(10)


@pytest.fixture
async def talk(database: Database, clock: ReplayClock) -> Talk:
    """Zoe's post is answered by three, Yan's by two, Xia's by one and by herself."""
    await settle(database, ZOE)
    await held(database, session(10))
    said = Talk()
    zoe, yan, xia = (said.say(who, minute=minute) for minute, who in enumerate(("zoe", "yan", "x")))
    for who, to in (("ann", zoe), ("ben", zoe), ("cyd", zoe), ("ann", yan), ("ben", yan)):
        said.say(who, to=to, minute=20)
    said.say("ann", to=xia, minute=21)
    said.say("x", to=xia, minute=22)
    await said.take(database, clock)
    return said


async def answered(db: Database, since: float = 0, until: float = 60) -> list[str]:
    """Whose posts, by the first part of the address."""
    first, last = AT + timedelta(minutes=since), AT + timedelta(minutes=until)
    async with db.read() as tx:
        found = await live.answered_since(tx, HERE_AND_NOW, first, last, 3)
    return [f"{one.link.split('/')[4].removeprefix('did:plc:')} {one.people}" for one in found]


async def test_what_two_or_more_answered_is_told_the_most_people_first(
    database: Database, talk: Talk
) -> None:
    assert await answered(database) == ["zoe 3", "yan 2"]


async def test_only_answers_of_that_time_count(database: Database, talk: Talk) -> None:
    assert await answered(database, since=21) == []
    assert await answered(database, until=19) == []


async def test_one_person_with_two_accounts_is_one(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    await talk.belongs(database, "ann", ZOE)
    await talk.belongs(database, "ben", ZOE)
    assert await answered(database) == ["zoe 2"]


async def test_who_refuses_hides_their_posts_or_is_hidden_is_not_told(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    yan = Profile(account_key(Platform.BLUESKY, "yan"), AT, refuses=True)
    await Ingest(database, clock).take(Page(profiles=(yan,)), "bluesky")
    assert await answered(database) == ["zoe 3"]
    await talk.belongs(database, "zoe", ZOE)
    async with database.write() as tx:
        await store_members.save_member(tx, member(2, "Zoe", "law", show_posts=False))
    assert await answered(database) == []


@pytest.mark.parametrize(
    ("what", "which"),
    [
        ("hidden_posts (community_id, post_id)", "id"),
        ("hidden_accounts (community_id, account_id)", "author_id"),
    ],
)
async def test_what_hosts_hide_is_not_told(
    database: Database, talk: Talk, what: str, which: str
) -> None:
    hide = f"INSERT INTO {what} SELECT :here, {which} FROM posts WHERE id = :post"
    async with database.write() as tx:
        await tx.execute(hide, here=HERE, post=talk.posts[0].id)
    assert await answered(database) == ["yan 2"]


async def test_what_is_deleted_is_not_told_and_a_deleted_answer_does_not_count(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    talk.delete(talk.posts[0].id)
    talk.delete(talk.posts[6].id)
    await talk.take(database, clock)
    assert await answered(database) == []


async def test_only_a_conference_that_is_on_and_has_its_thread_waits_for_one(
    database: Database,
) -> None:
    await kept(database, session(10), OF_CONFERENCE)
    first = OF_CONFERENCE.starts_at + timedelta(minutes=1)
    async with database.write() as tx:
        assert await live.without_corner(tx, first) == []
        await store_sessions.set_state(tx, OF_CONFERENCE.id, SessionState.OPEN)
        assert await live.without_corner(tx, first) == []
        await store_sessions.set_thread(tx, OF_CONFERENCE.id, 4711)
        assert await live.without_corner(tx, first) == [OF_CONFERENCE.id]
        assert await live.without_corner(tx, OF_CONFERENCE.ends_at) == []
