"""A member proves an account by a code, in a post or in a bio, on each platform."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.model.cards import LinkedCard
from bot.model.people import Platform, account_key
from bot.services.ingest import Ingest
from bot.services.linking import Linking
from bot.services.people import People
from bot.services.prompts import Outgoing
from bot.store import claims, prompts
from cogs.render import rendered
from tests.services.hosted import HERE, member, settle
from tests.sources.reading import read, write
from tests.sources.test_mastodon import account, status

if TYPE_CHECKING:
    from pathlib import Path

    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

ANA = member(5, "Ana")
ANA_OF = {
    "x": account_key(Platform.X, "1001"),
    "bluesky": account_key(Platform.BLUESKY, "did:plc:ana"),
    "mastodon": account_key(Platform.MASTODON, "https://one.example/@ana"),
}


def in_a_post(platform: str, said: str, *, by: str = "ana") -> dict[str, Any]:
    if platform == "x":
        number = "1001" if by == "ana" else "1002"
        post = {"id": str(1 << 60), "author_id": number, "text": said}
        return post | {"created_at": "2026-05-13T18:00:00.000Z"}
    if platform == "mastodon":
        return status(1, account(by, "one.example"), f"<p>{said}</p>")
    record = {"text": said, "createdAt": "2026-05-13T18:00:00.000Z", "tags": ["lrnchat"]}
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "r"}
    event = {"did": f"did:plc:{by}", "time_us": 1_778_696_400_000_000, "kind": "commit"}
    return event | {"commit": commit | {"record": record}}


def in_a_bio(platform: str, said: str) -> dict[str, Any]:
    if platform == "mastodon":
        note = f"<p>Nurse. <span>{said[:9]}</span>{said[9:]}</p>"
        return status(1, account("ana", "one.example", note=note), "<p>#lrnchat</p>")
    commit = {"operation": "update", "collection": "app.bsky.actor.profile", "rkey": "self"}
    event = {"did": "did:plc:ana", "time_us": 1_778_696_400_000_000, "kind": "commit"}
    return event | {"commit": commit | {"record": {"description": f"Nurse\n{said}"}}}


async def take(db: Database, clock: ReplayClock, path: Path, payload: dict[str, Any]) -> None:
    for page in read(write(path / "a.jsonl", payload)):
        await Ingest(db, clock).take(page, "test")


async def linked(db: Database) -> list[int]:
    async with db.read() as tx:
        return [one.id for one in await claims.linked_accounts(tx, ANA.person)]


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
async def test_a_code_in_a_post_links_who_posts_it_once(
    database: Database, clock: ReplayClock, tmp_path: Path, platform: str
) -> None:
    await settle(database, ANA)
    code, _ = await People(database, clock).claim(HERE, ANA.discord_id)
    assert await linked(database) == []
    await take(database, clock, tmp_path, in_a_post(platform, f"It is me: {code} #lrnchat"))
    assert await linked(database) == [ANA_OF[platform]]
    await take(database, clock, tmp_path, in_a_post(platform, f"No, me: {code}", by="eve"))
    assert await linked(database) == [ANA_OF[platform]]


@pytest.mark.parametrize("platform", ["bluesky", "mastodon"])
async def test_a_code_in_a_bio_links_its_account(
    database: Database, clock: ReplayClock, tmp_path: Path, platform: str
) -> None:
    await settle(database, ANA)
    code, _ = await People(database, clock).claim(HERE, ANA.discord_id)
    await take(database, clock, tmp_path, in_a_bio(platform, code))
    assert await linked(database) == [ANA_OF[platform]]


@pytest.mark.parametrize("platform", ["x", "bluesky", "mastodon"])
async def test_neither_an_old_code_nor_a_similar_name_links_anything(
    database: Database, clock: ReplayClock, tmp_path: Path, platform: str
) -> None:
    await settle(database, ANA)
    people = People(database, clock)
    old, lasts = await people.claim(HERE, ANA.discord_id)
    await take(database, clock, tmp_path, in_a_post(platform, "I am Ana #lrnchat"))
    code, _ = await people.claim(HERE, ANA.discord_id)
    await take(database, clock, tmp_path, in_a_post(platform, old))
    await clock.move_to(clock.now() + lasts + timedelta(seconds=1))
    await take(database, clock, tmp_path, in_a_post(platform, code))
    assert await linked(database) == []


async def test_who_proved_an_account_is_told_once_that_the_code_may_go(
    database: Database, clock: ReplayClock, tmp_path: Path, ids: Ids
) -> None:
    await settle(database, ANA)
    linking = Linking(database, clock, ids)
    code, _ = await People(database, clock).claim(HERE, ANA.discord_id)
    assert await linking.next_due() is None
    await take(database, clock, tmp_path, in_a_post("mastodon", f"It is me: {code} #lrnchat"))
    assert await linking.next_due() == clock.now()
    assert [await linking.tell_due() for _ in range(2)] == [1, 0]
    assert await linking.next_due() is None
    async with database.read() as tx:
        (prompt,) = await prompts.waiting_for(tx, HERE, ANA.discord_id, clock.now())
    assert not prompt.unasked
    card = await linking.card_of(prompt)
    assert card == LinkedCard(Platform.MASTODON, "ana@one.example")
    said = rendered(Outgoing(prompt, card, "en-GB")).embed.description or ""
    assert "Mastodon: ana@" in said
    assert "remove the code" in said
    assert (await linking.answered(prompt, "done", ANA.discord_id, "")).key == "linked_done"
    assert (await linking.answered(prompt, "done", ANA.discord_id, "")).key == "answer_taken"
    async with database.write() as tx:
        await tx.execute("UPDATE accounts SET person_id = NULL WHERE platform = 'mastodon'")
    assert await linking.card_of(prompt) is None
