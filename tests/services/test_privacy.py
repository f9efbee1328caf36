from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.people import Account, Community, DiscordId, Platform, account_key
from bot.model.posts import Page, Post, Reference, post_key
from bot.services.ingest import Ingest
from bot.services.network import Network
from bot.services.people import People
from bot.services.privacy import Privacy
from bot.store import claims
from bot.store import members as store_members
from tests.services.test_prompts import ANA, START, TOWN, a_member

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

BSKY = Platform.BLUESKY
ANA_DID, BEN_DID = "did:plc:ana", "did:plc:ben"


def post(did: str, key: str, *, days_ago: int = 0, answers: str | None = None) -> Post:
    uri = f"at://{did}/app.bsky.feed.post/{key}"
    target = None
    if answers is not None:
        target = Reference(
            post_key(BSKY, f"at://{answers}/app.bsky.feed.post/x"), account_key(BSKY, answers)
        )
    return Post(
        id=post_key(BSKY, uri),
        platform=BSKY,
        native_id=uri,
        author=account_key(BSKY, did),
        at=START - timedelta(days=days_ago),
        text="a thought about wards",
        reply_to=target,
    )


def account(did: str, handle: str) -> Account:
    return Account(account_key(BSKY, did), BSKY, did, handle, handle.title())


class Desk:
    def __init__(self, db: Database, clock: ReplayClock) -> None:
        self.db = db
        self.clock = clock
        self.network = Network(db, clock, None)
        self.ingest = Ingest(db, clock, self.network)
        self.privacy = Privacy(db, clock, self.network, texts_days=30, engagements_days=730)

    async def count(self, table: str) -> int:
        async with self.db.read() as tx:
            row = await tx.fetch_one(f"SELECT count(*) AS held FROM {table}")
        assert row is not None
        return int(row["held"])

    async def texts(self) -> int:
        async with self.db.read() as tx:
            row = await tx.fetch_one("SELECT count(text) AS held FROM posts")
        assert row is not None
        return int(row["held"])


@pytest.fixture
async def desk(database: Database, clock: ReplayClock) -> Desk:
    desk = Desk(database, clock)
    async with database.write() as tx:
        town = Community(TOWN, "Town", "Europe/Madrid", "en-GB", 5, 6, False, 600, START)
        await store_members.save_community(tx, town)
        await store_members.save_member(tx, a_member())
    await desk.ingest.take(
        Page(
            posts=(
                post(ANA_DID, "1", answers=BEN_DID),
                post(BEN_DID, "2", days_ago=31, answers=ANA_DID),
                post(BEN_DID, "3", days_ago=731, answers=ANA_DID),
            ),
            accounts=(account(ANA_DID, "ana.example.org"), account(BEN_DID, "ben.example.org")),
        ),
        "bluesky",
    )
    async with database.write() as tx:
        await claims.open_claim(tx, "crosstie-abcdefgh", a_member().person, START + timedelta(1))
        linked = await claims.settle_claims(
            tx, {"crosstie-abcdefgh": account_key(BSKY, ANA_DID)}, START
        )
    assert linked
    return desk


async def test_what_is_kept_is_given_to_read_and_as_json(desk: Desk) -> None:
    readable, machine = await desk.privacy.data_of(ANA)
    for form in (readable, machine):
        assert "ana.example.org" in form
        assert "a thought about wards" in form
        assert "ben.example.org" not in form


async def test_texts_go_after_thirty_days_and_exchanges_after_two_years(desk: Desk) -> None:
    assert await desk.privacy.next_tidying() <= desk.clock.now()
    await desk.privacy.tidy_due()
    assert await desk.texts() == 1
    assert await desk.count("posts") == 2
    assert await desk.count("engagements") == 2
    assert await desk.privacy.next_tidying() == START + timedelta(days=1)


async def test_who_left_is_forgotten_thirty_days_later_and_not_before(desk: Desk) -> None:
    await desk.privacy.leave(TOWN, ANA)
    await desk.clock.move_to(START + timedelta(days=29))
    await desk.privacy.tidy_due()
    assert await desk.count("members") == 1
    await desk.clock.move_to(START + timedelta(days=31))
    await desk.privacy.tidy_due()
    assert await desk.count("members") == 0
    assert await desk.count("people") == 0


async def test_who_is_erased_is_gone_everywhere_and_kept_out(desk: Desk) -> None:
    await desk.network.graph()
    assert await desk.privacy.erase(ANA) > 3
    assert await desk.count("members") == 0
    assert await desk.count("engagements") == 0
    again = await desk.ingest.take(
        Page(posts=(post(ANA_DID, "9"),), accounts=(account(ANA_DID, "ana.example.org"),)),
        "bluesky",
    )
    assert again.objected == 1
    assert account_key(BSKY, ANA_DID) not in set((await desk.network.graph()).ids.tolist())


async def test_somebody_who_never_joined_can_be_kept_out_by_handle(desk: Desk) -> None:
    assert await desk.privacy.object_for("Bluesky", "ben.example.org") > 0
    taken = await desk.ingest.take(
        Page(posts=(post(BEN_DID, "9"),), accounts=(account(BEN_DID, "ben.example.org"),)),
        "bluesky",
    )
    assert taken.objected == 1


async def test_nobody_can_erase_the_account_of_a_member_for_them(desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        await desk.privacy.object_for("bluesky", "ana.example.org")
    with pytest.raises(Unknown):
        await desk.privacy.object_for("bluesky", "nobody.example.org")
    with pytest.raises(Invalid):
        await desk.privacy.object_for("myspace", "ana")


async def test_leaving_twice_is_told_and_joining_again_is_consent_anew(desk: Desk) -> None:
    await desk.privacy.leave(TOWN, ANA)
    with pytest.raises(Unknown):
        await desk.privacy.leave(TOWN, ANA)
    async with desk.db.read() as tx:
        town = await store_members.get_community(tx, TOWN)
    assert town is not None
    await desk.clock.move_to(START + timedelta(days=2))
    people = People(desk.db, desk.clock)
    back = await people.join(town, DiscordId(ANA), "Ana", "en-GB")
    assert back.left_at is None
    assert back.consent_at == START + timedelta(days=2)
    assert back.naming is a_member().naming
