"""One post of one member on several platforms counts once, on SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.people import Account, Platform, account_key
from bot.model.posts import Deletion, Page, Post, PostId, Reference, hashtag_of, post_key
from bot.services.copies import WITHIN, WORDINGS_KEPT, words_of
from bot.services.ingest import Ingest
from bot.services.network import Network
from bot.services.privacy import Privacy
from bot.store import people as store_people
from bot.store import recaps
from tests.services.hosted import member, settle
from tests.services.talk import held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

X, SKY, TOOT = Platform.X, Platform.BLUESKY, Platform.MASTODON
ANA = member(1, "Ana", "nursing")
BEN = member(2, "Ben", "games")
SESSION = session(10)
SAID = "A2: start small, and tell nobody #LrnChat"
MINUTE = timedelta(minutes=1)
KEPT = {"texts_days": 30, "engagements_days": 730}


@dataclass
class Several:
    """People who say things on several platforms."""

    db: Database
    ingest: Ingest
    said: list[Post] = field(default_factory=list)

    async def say(
        self,
        who: str,
        on: Platform,
        text: str = SAID,
        *,
        minute: float = 1,
        to: Post | None = None,
        mentions: tuple[str, ...] = (),
    ) -> Post:
        native = str(7000 + len(self.said))
        if on is SKY:
            native = f"at://did:plc:{who}/app.bsky.feed.post/{native}"
        post = Post(
            id=post_key(on, native),
            platform=on,
            native_id=native,
            author=account_key(on, who),
            at=AT + minute * MINUTE,
            text=text,
            conversation=to and to.id,
            reply_to=Reference(to.id, to.author) if to else None,
            mentions=tuple(account_key(on, one) for one in mentions),
            hashtags=(hashtag_of("lrnchat"),),
            answer=2,
        )
        self.said.append(post)
        await self.take(post)
        return post

    async def take(self, *posts: Post) -> None:
        await self.ingest.take(Page(posts=posts), "test")

    async def there(self) -> list[PostId]:
        """The posts of the session, as everything after ingest sees them."""
        async with self.db.read() as tx:
            return [one.id for one in await recaps.posts_of(tx, SESSION.id)]

    async def ties(self) -> list[tuple[int, str]]:
        async with self.db.read() as tx:
            rows = await tx.fetch("SELECT post_id, kind FROM engagements ORDER BY post_id, kind")
        return [(row["post_id"], row["kind"]) for row in rows]


@pytest.fixture
async def several(database: Database, clock: ReplayClock) -> Several:
    await settle(database, ANA, BEN)
    await held(database, SESSION)
    async with database.write() as tx:
        await store_people.save_accounts(
            tx,
            [
                Account(account_key(on, who), on, who, who, None)
                for on in (X, SKY, TOOT)
                for who in ("ana", "ben", "zoe")
            ],
        )
        for owner, who in ((ANA, "ana"), (BEN, "ben")):
            for on in (X, SKY, TOOT):
                await tx.execute(
                    "UPDATE accounts SET person_id = :person WHERE id = :id",
                    person=owner.person,
                    id=account_key(on, who),
                )
    return Several(database, Ingest(database, clock))


async def test_what_a_member_says_on_three_platforms_counts_once(several: Several) -> None:
    first = await several.say("ana", SKY, mentions=("zoe",))
    await several.say("ana", X, SAID + " https://t.co/abc", minute=2, mentions=("zoe",))
    await several.say("ana", TOOT, "a2 Start small, and tell nobody! #lrnchat", minute=30)
    assert await several.there() == [first.id]
    assert await several.ties() == [(first.id, "mention")]


async def test_in_one_page_too_and_when_read_again(several: Several) -> None:
    first = await several.say("ana", SKY)
    second = await several.say("ana", X, minute=2)
    await several.take(first, second)
    await several.take(second)
    assert await several.there() == [first.id]
    both = [p._replace(id=PostId(p.id + 1), text=f"{p.text} again") for p in (first, second)]
    await several.take(*both)
    assert await several.there() == [first.id, first.id + 1]


@pytest.mark.parametrize(
    ("who", "on", "text", "minute"),
    [
        ("ben", X, SAID, 2),
        ("ana", X, "A2: start small, and tell everybody #LrnChat", 2),
        ("ana", SKY, SAID, 2),
        ("ana", X, SAID, 1 + (WITHIN / MINUTE) + 1),
        ("ana", X, "https://t.co/only", 2),
    ],
)
async def test_other_people_other_words_the_same_platform_and_another_day_count(
    several: Several, who: str, on: Platform, text: str, minute: float
) -> None:
    await several.say("ana", SKY)
    await several.say(who, on, text, minute=minute)
    async with several.db.read() as tx:
        rows = await tx.fetch("SELECT id FROM posts WHERE copy_of_id IS NULL")
    assert len(rows) == 2


async def test_who_did_not_prove_that_both_accounts_are_theirs_counts_twice(
    several: Several,
) -> None:
    posts = [await several.say("zoe", SKY), await several.say("zoe", X, minute=2)]
    assert await several.there() == [post.id for post in posts]


async def test_what_answers_the_copy_answers_the_post_that_counts(several: Several) -> None:
    first = await several.say("ana", SKY)
    copy = await several.say("ana", X, minute=2)
    reply = await several.say("ben", X, "Why nobody?", minute=3, to=copy)
    async with several.db.read() as tx:
        row = await tx.fetch_one("SELECT reply_to_id FROM posts WHERE id = :id", id=reply.id)
        (told, _) = await recaps.posts_of(tx, SESSION.id)
    assert row is not None
    assert row["reply_to_id"] == first.id
    assert (told.id, told.replies) == (first.id, 1)
    assert await several.ties() == [(reply.id, "reply")]


async def test_so_does_what_came_before_the_copy_and_did_not_know_its_author(
    several: Several,
) -> None:
    first = await several.say("ana", SKY)
    copy = (await several.say("ana", X, minute=2))._replace(id=post_key(X, "9999"))
    copy = copy._replace(native_id="9999", text=f"{SAID} once more")
    twin = first._replace(id=PostId(first.id + 1), text=copy.text)
    reply = copy._replace(
        id=post_key(X, "9998"),
        native_id="9998",
        author=account_key(X, "ben"),
        text="Why?",
        at=AT + 5 * MINUTE,
        reply_to=Reference(copy.id, None),
    )
    await several.take(twin, reply)
    await several.take(copy)
    async with several.db.read() as tx:
        row = await tx.fetch_one(
            "SELECT reply_to_id, awaits FROM posts WHERE id = :id", id=reply.id
        )
    assert row is not None
    assert (row["reply_to_id"], row["awaits"]) == (twin.id, 0)
    assert (reply.id, "reply") in await several.ties()


async def test_a_copy_that_is_deleted_changes_nothing_and_the_post_takes_its_copy_along(
    several: Several,
) -> None:
    first = await several.say("ana", SKY)
    copy = await several.say("ana", X, minute=2)
    await several.ingest.take(Page(deletions=(Deletion(copy.id, AT + 3 * MINUTE),)), "test")
    assert await several.there() == [first.id]
    await several.ingest.take(Page(deletions=(Deletion(first.id, AT + 4 * MINUTE),)), "test")
    assert await several.there() == []


async def test_an_answer_in_discord_is_no_copy_and_what_says_it_again_elsewhere_is(
    several: Several,
) -> None:
    here = Post(
        id=post_key(Platform.DISCORD, "1"),
        platform=Platform.DISCORD,
        native_id="1",
        author=account_key(Platform.DISCORD, "1"),
        at=AT + 2 * MINUTE,
        text="start small",
        hashtags=(hashtag_of("lrnchat"),),
        answer=2,
    )
    await several.say("ana", SKY, "Start small", minute=1)
    await several.take(here)
    first = several.said[0]
    assert await several.there() == [first.id, here.id]
    await several.say("ana", TOOT, "Start small\u2026", minute=3)
    assert await several.there() == [first.id, here.id]


async def test_fingerprints_are_forgotten_after_two_days(
    several: Several, clock: ReplayClock
) -> None:
    await several.say("ana", SKY)
    async with several.db.read() as tx:
        (row,) = await tx.fetch("SELECT wording FROM posts")
    assert row["wording"] is not None
    await clock.move_to(AT + WORDINGS_KEPT + timedelta(hours=1))
    await Privacy(several.db, clock, Network(several.db, clock, None), **KEPT).tidy_due()
    async with several.db.read() as tx:
        (row,) = await tx.fetch("SELECT wording FROM posts")
    assert row["wording"] is None


def test_words_are_the_same_on_every_platform() -> None:
    assert words_of("A2: Start small! https://t.co/x #LrnChat @ana") == "a2 start small lrnchat"
    assert words_of("A2: start small! example.org/a-long… #lrnchat @ana@one.example") == (
        "a2 start small lrnchat"
    )
    assert words_of("😀 …") == ""


@given(st.text(max_size=400))
def test_words_are_bounded_and_settled(text: str) -> None:
    words = words_of(text)
    assert len(words) <= 120
    assert words == words.strip()
