"""What profiles say, and accounts that are away for a while, in the database."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.people import Account, DiscordId, Platform, account_key, person_of_member
from bot.model.posts import Absence, LocalId, Page, Profile, to_us
from bot.services.ingest import Ingest
from bot.services.network import Network
from bot.services.privacy import AWAY_AT_MOST, Privacy
from bot.store import claims, local_ids, network, profiles
from tests.services.talk import Talk
from tests.store.test_chats import AT

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

B = Platform.BLUESKY
ANA = account_key(B, "ana")
HOUR = timedelta(hours=1)


async def refuses(db: Database) -> int | None:
    async with db.read() as tx:
        row = await tx.fetch_one("SELECT refuses FROM accounts WHERE id = :id", id=ANA)
    return None if row is None else row["refuses"]


async def test_the_newest_reading_of_a_profile_holds_and_a_handle_does_not_change_it(
    database: Database, clock: ReplayClock
) -> None:
    talk, ingest = Talk(), Ingest(database, clock)
    talk.say("ana")
    await talk.take(database, clock)
    await ingest.take(Page(profiles=(Profile(ANA, AT, refuses=True),)), "bluesky")
    assert await refuses(database) == profiles.SAYS_NO
    handle = Account(ANA, B, "ana", "ana.example", None, seen_at=AT + HOUR)
    await ingest.take(Page(accounts=(handle,)), "bluesky")
    await ingest.take(Page(profiles=(Profile(ANA, AT - HOUR, refuses=False),)), "bluesky")
    assert await refuses(database) == profiles.SAYS_NO
    await ingest.take(Page(profiles=(Profile(ANA, AT + HOUR, refuses=False),)), "bluesky")
    assert await refuses(database) == 0
    async with database.read() as tx:
        assert await profiles.unread(tx, B, AT, 10) == []
        assert await profiles.unread(tx, B, AT + 2 * HOUR, 10) == ["ana"]


async def test_what_somebody_wrote_who_is_away_is_not_shown_and_comes_back_with_them(
    database: Database, clock: ReplayClock
) -> None:
    talk, ingest = Talk(), Ingest(database, clock)
    post = talk.say("ana")
    await talk.take(database, clock)
    for is_away in (True, False):
        news = Absence(ANA, AT + HOUR * (2 - is_away), is_away=is_away)
        await ingest.take(Page(absences=(news,)), "bluesky")
        async with database.read() as tx:
            assert (await network.evidence(tx, post) is None) == is_away
        assert await refuses(database) == (profiles.AWAY if is_away else 0)


async def test_any_order_of_posts_and_of_news_leaves_the_same(
    database: Database, clock: ReplayClock
) -> None:
    talk = Talk()
    talk.say("ana")
    post = Page(posts=tuple(talk.posts), accounts=tuple(talk.accounts.values()))
    pages = [
        Page(absences=(Absence(ANA, AT, is_away=True),)),
        Page(absences=(Absence(ANA, AT + HOUR, is_away=False),)),
        Page(absences=(Absence(ANA, AT + 2 * HOUR, is_away=True),)),
        post,
        post,
    ]
    random.Random(to_us(AT) + len(database.dialect)).shuffle(pages)
    for page in pages:
        await Ingest(database, clock).take(page, "bluesky")
    assert await refuses(database) == profiles.AWAY


async def test_who_is_away_for_a_month_is_taken_for_gone(
    database: Database, clock: ReplayClock
) -> None:
    talk, ingest = Talk(), Ingest(database, clock)
    post = talk.say("ana")
    await talk.take(database, clock)
    await ingest.take(Page(absences=(Absence(ANA, AT, is_away=True),)), "bluesky")
    privacy = Privacy(
        database, clock, Network(database, clock, None), texts_days=30, engagements_days=730
    )
    await clock.move_to(AT + AWAY_AT_MOST - HOUR)
    await privacy.tidy_due()
    async with database.read() as tx:
        assert await tx.fetch("SELECT id FROM posts")
    await clock.move_to(AT + AWAY_AT_MOST + HOUR)
    await privacy.tidy_due()
    async with database.read() as tx:
        assert not await tx.fetch("SELECT id FROM posts")
    await ingest.take(Page(posts=tuple(talk.posts)), "bluesky")
    async with database.read() as tx:
        assert await network.evidence(tx, post) is None


async def test_a_code_in_a_bio_links_the_account(database: Database, clock: ReplayClock) -> None:
    talk, ingest, person = Talk(), Ingest(database, clock), person_of_member(DiscordId(7))
    talk.say("ana")
    await talk.take(database, clock)
    async with database.write() as tx:
        await tx.execute("INSERT INTO people (id, created_us) VALUES (:id, 0)", id=person)
        await claims.open_claim(tx, "crosstie-abcdefgh", person, clock.now() + HOUR)
    read = Profile(ANA, AT, refuses=False, claim="crosstie-abcdefgh")
    await ingest.take(Page(profiles=(read,)), "bluesky")
    async with database.read() as tx:
        (linked,) = await claims.linked_accounts(tx, person)
    assert linked.id == ANA


@pytest.mark.parametrize("source", ["mastodon one.example", "mastodon two.example"])
async def test_what_an_instance_calls_a_post_outlives_a_restart(
    database: Database, clock: ReplayClock, source: str
) -> None:
    talk = Talk()
    post = talk.say("ana")
    page = Page(posts=tuple(talk.posts), local_ids=(LocalId("7", post), LocalId("8", post)))
    for _ in range(2):
        await Ingest(database, clock).take(page, source)
    async with database.read() as tx:
        uri = talk.posts[0].native_id
        assert await local_ids.local_ids_of(tx, source, 10) == {"7": uri, "8": uri}
        assert await local_ids.local_ids_of(tx, "another", 10) == {}
