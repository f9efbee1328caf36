"""A post from outside that is worth reading: which one, and never whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from bot.model.cards import Notice, TalkedOfCard
from bot.model.people import Platform, account_key
from bot.model.policy import RULES
from bot.model.posts import Page, Profile
from bot.services.ingest import Ingest
from bot.store import members as store_members
from bot.store.study import TalkedOf, talked_of
from cogs.render import notice
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import ReplayClock
    from bot.store.database import Database, Reader

READER = member(1, "Rea", "nursing")
HOUR = timedelta(hours=1)


@pytest.fixture
async def talk(database: Database) -> Talk:
    """Zoe's first post is answered by three, Yan's by two, Xia's by one; nobody of them joined."""
    await settle(database, READER)
    await held(database, session(10))
    said = Talk()
    zoe, yan, xia = said.say("zoe"), said.say("yan", about="Triage"), said.say("xia")
    for who, to in (("ann", zoe), ("ben", zoe), ("cyd", zoe), ("ann", yan), ("ben", yan)):
        said.say(who, to=to, minute=6)
    said.say("ann", to=xia, minute=7)
    said.say("xia", to=xia, minute=8)
    said.say("rea", minute=9)
    return said


async def found(
    db: Database, talk: Talk, clock: ReplayClock, platforms: Sequence[str] = ("bluesky", "x")
) -> TalkedOf | None:
    await talk.take(db, clock)
    await talk.belongs(db, "rea", READER)
    async with db.read() as tx:
        return await talked_of(tx, HERE, READER.person, AT - HOUR, platforms)


def link(of: Talk, number: int) -> str:
    post = of.posts[number]
    did, rkey = post.native_id.removeprefix("at://").split("/")[0], post.native_id.split("/")[-1]
    return f"https://bsky.app/profile/{did}/post/{rkey}"


async def test_what_most_people_answered_is_named(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    assert await found(database, talk, clock) == TalkedOf(link(talk, 0), None)


async def test_what_the_reader_writes_about_comes_first_but_not_for_the_chats_own_hashtag(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    talk.say("rea", about="triage", minute=10)
    found_one = await found(database, talk, clock)
    assert found_one is not None
    assert found_one.link == link(talk, 1)
    assert (found_one.about or "").casefold() == "triage"


async def test_nothing_is_named_of_a_platform_that_is_off(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    assert await found(database, talk, clock, ["mastodon"]) is None
    assert await found(database, talk, clock, []) is None


async def test_what_the_reader_answered_is_not_news_to_them(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    talk.say("rea", to=talk.posts[0].id, minute=10)
    assert await found(database, talk, clock) == TalkedOf(link(talk, 1), None)


async def test_one_answer_and_ones_own_are_too_little(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    for number in (0, 1):
        talk.delete(talk.posts[number].id)
    assert await found(database, talk, clock) is None


async def test_a_post_of_a_member_is_not_named_nor_of_who_left(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    zoe = member(2, "Zoe", left_at=AT)
    async with database.write() as tx:
        await store_members.save_member(tx, zoe)
    await talk.take(database, clock)
    await talk.belongs(database, "zoe", zoe)
    assert await found(database, talk, clock) == TalkedOf(link(talk, 1), None)


async def test_a_bio_that_says_no_means_no(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    await talk.take(database, clock)
    zoe = Profile(account_key(Platform.BLUESKY, "zoe"), AT, refuses=True)
    await Ingest(database, clock).take(Page(profiles=(zoe,)), "bluesky")
    assert await found(database, talk, clock) == TalkedOf(link(talk, 1), None)


async def test_what_hosts_hide_is_not_named(
    database: Database, talk: Talk, clock: ReplayClock
) -> None:
    await talk.take(database, clock)
    async with database.write() as tx:
        await tx.execute(
            "INSERT INTO hidden_posts (community_id, post_id) VALUES (:here, :post)",
            here=HERE,
            post=talk.posts[0].id,
        )
    assert await found(database, talk, clock) == TalkedOf(link(talk, 1), None)


def test_of_x_only_members_are_ever_suggested() -> None:
    assert [name.value for name in Platform if RULES[name].suggests_posts] == [
        "bluesky",
        "mastodon",
    ]


@pytest.mark.parametrize("locale", ["en-GB", "es-ES"])
def test_it_is_told_with_its_link_and_what_it_is_about(locale: str) -> None:
    card = TalkedOfCard(AT, "https://bsky.app/profile/did:plc:zoe/post/1", "soft_skills")
    shown = notice(Notice("suggest_nobody", card=card), locale).description or ""
    assert f"<t:{int(AT.timestamp())}:R>" in shown
    assert r"#soft\_skills" in shown
    assert "https://bsky.app/profile/did:plc:zoe/post/1" in shown
    plainly = notice(Notice("suggest_nobody", card=replace(card, about=None)), locale)
    assert "#" not in (plainly.description or "")


class Planned:
    """A Reader that asks the database how it would find what it is asked for."""

    def __init__(self, tx: Reader) -> None:
        self._tx = tx
        self.steps: list[str] = []

    async def fetch_one(self, sql: str, **params: object) -> None:
        rows = await self._tx.fetch(f"EXPLAIN QUERY PLAN {sql}", **params)
        self.steps += [row["detail"] for row in rows]


async def test_it_is_looked_for_in_the_communitys_sessions_not_in_all_that_was_posted(
    sqlite_database: Database,
) -> None:
    async with sqlite_database.read() as tx:
        planned = Planned(tx)
        await talked_of(cast("Reader", planned), HERE, READER.person, AT, ["bluesky"])
    assert planned.steps
    assert not [step for step in planned.steps if "posts_at" in step]
