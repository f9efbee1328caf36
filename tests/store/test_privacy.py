"""Where personal data lies: its person can read it, and nothing of it stays when it goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.people import (
    NOTHING_SEEN,
    AccountId,
    CommunityId,
    DiscordId,
    PersonId,
    Platform,
    account_key,
    account_rank,
    person_of_member,
)
from bot.model.posts import post_key, to_us
from bot.store import privacy
from bot.store.migrate import statements_of
from tests.store.privacy_season import SEASON

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database, Reader, Writer

_NOW = datetime(2026, 5, 13, 18, tzinfo=UTC)
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
    "postgres": "SELECT table_name AS name FROM information_schema.tables"
    " WHERE table_schema = 'public'",
}

ANA, BEN = (
    person_of_member(DiscordId(700000000000000001)),
    person_of_member(DiscordId(700000000000000002)),
)
ANA_DISCORD = 700000000000000001
ANA_X = account_key(Platform.X, "811111111111111111")
ANA_SKY = account_key(Platform.BLUESKY, "did:plc:anaanaana")
BEN_X = account_key(Platform.X, "822222222222222222")
ANA_POST = post_key(Platform.X, "1911111111111111111")
ANA_SKEET = post_key(Platform.BLUESKY, "at://did:plc:anaanaana/app.bsky.feed.post/ana1")
BEN_POST = post_key(Platform.X, "1922222222222222222")
BEN_REPOST = post_key(Platform.X, "1933333333333333333")
COMMUNITY, OTHER = CommunityId(500000000000000001), CommunityId(500000000000000002)


async def _season(tx: Writer) -> None:
    for statement in statements_of(SEASON):
        await tx.execute(
            statement,
            community=COMMUNITY,
            other=OTHER,
            ana=ANA,
            ben=BEN,
            ana_discord=ANA_DISCORD,
            ben_discord=700000000000000002,
            ana_x=ANA_X,
            ana_sky=ANA_SKY,
            ben_x=BEN_X,
            ana_post=ANA_POST,
            ana_skeet=ANA_SKEET,
            ben_post=BEN_POST,
            ben_repost=BEN_REPOST,
        )


@pytest.fixture
async def season(database: Database) -> Database:
    """Ana and Ben, in every table with personal data, each beside the other."""
    async with database.write() as tx:
        await _season(tx)
    return database


async def _all_rows(tx: Reader, dialect: str) -> dict[str, list[str]]:
    rows: dict[str, list[str]] = {}
    for table in await tx.fetch(_TABLES[dialect]):
        found = await tx.fetch(f"SELECT * FROM {table['name']}")
        rows[table["name"]] = sorted(str(tuple(row)) for row in found)  # type: ignore[arg-type]
    return rows


async def _count(tx: Reader, table: str) -> int:
    return len(await tx.fetch(f"SELECT * FROM {table}"))


async def test_every_table_is_listed_as_personal_or_not(database: Database) -> None:
    async with database.read() as tx:
        found = {row["name"] for row in await tx.fetch(_TABLES[database.dialect])}
    assert found == {*privacy.PERSONAL, *privacy.IMPERSONAL}
    assert not {*privacy.PERSONAL} & {*privacy.IMPERSONAL}


async def test_the_season_of_these_tests_fills_every_personal_table(season: Database) -> None:
    async with season.read() as tx:
        empty = [table for table in privacy.PERSONAL if not await _count(tx, table)]
    assert empty == []


async def test_nothing_of_an_erased_person_is_left_in_any_table(season: Database) -> None:
    async with season.write() as tx:
        await privacy.erase_person(tx, ANA, at=_NOW, keep_out=True)
        rows = await _all_rows(tx, season.dialect)
    traces = [str(number) for number in (ANA, ANA_X, ANA_SKY, ANA_POST, ANA_SKEET, ANA_DISCORD)]
    left = [
        row
        for table in rows.values()
        for row in table
        if "ana" in row.casefold() or any(trace in row for trace in traces)
    ]
    assert left == []


async def test_what_is_others_stays_when_a_person_is_erased(season: Database) -> None:
    async with season.write() as tx:
        await privacy.erase_person(tx, ANA, at=_NOW, keep_out=False)
        posts = await tx.fetch("SELECT id, reply_to_id, quote_of_id, conversation_id FROM posts")
        counts = {table: await _count(tx, table) for table in privacy.PERSONAL}
    assert [tuple(row) for row in posts] == [(BEN_POST, None, None, None)]  # type: ignore[arg-type]
    assert counts == {
        "accounts": 1,
        "people": 1,
        "members": 1,
        "person_fields": 1,
        "claims": 1,
        "blocks": 0,
        "posts": 1,
        "engagements": 1,
        "post_hashtags": 1,
        "post_links": 0,
        "session_posts": 1,
        "absences": 1,
        "local_ids": 1,
        "hidden_posts": 1,
        "hidden_accounts": 1,
        "presences": 1,
        "connections": 1,
        "learnings": 1,
        "suggestions": 1,
        "suggestion_reasons": 1,
        "offers": 1,
        "reports": 1,
        "introductions": 2,
        "proposals": 1,
        "asks": 1,
        "ask_helpers": 1,
        "circle_members": 1,
        "circle_turns": 1,
        "reconnections": 1,
        "yearly_ties": 1,
        "follow_ups": 1,
        "prompts": 2,
        "chats": 1,
        "conferences": 1,
        "plans": 1,
        "cohosts": 2,
        "rota": 1,
        "goings": 1,
        "notices": 1,
        "looks": 1,
    }


async def test_erasing_says_what_went_and_twice_is_harmless(season: Database) -> None:
    async with season.write() as tx:
        gone = await privacy.erase_person(tx, ANA, at=_NOW, keep_out=True)
        again = await privacy.erase_person(tx, ANA, at=_NOW, keep_out=True)
    assert (gone["posts"], gone["accounts"], gone["members"], gone["texts"]) == (3, 2, 2, 1)
    assert again == {}


async def test_erasing_by_one_account_takes_the_whole_person(season: Database) -> None:
    async with season.write() as tx:
        account = await privacy.account_by_handle(tx, Platform.X, "@ana_handle")
        assert account is not None
        assert (account.id, account.person, account.stands_for) == (ANA_X, ANA, ANA)
        await privacy.erase_account(tx, account.id, at=_NOW, keep_out=True)
        assert await privacy.objected_accounts(tx, [ANA_X, ANA_SKY, BEN_X]) == {ANA_X, ANA_SKY}
        assert await _count(tx, "accounts") == 1


async def test_somebody_who_never_joined_is_erased_by_their_account(season: Database) -> None:
    async with season.write() as tx:
        await tx.execute("UPDATE accounts SET person_id = NULL WHERE id = :id", id=ANA_X)
        gone = await privacy.erase_account(tx, ANA_X, at=_NOW, keep_out=True)
        assert (gone["accounts"], gone["posts"]) == (1, 2)
        assert await _count(tx, "members") == 3


def _bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("crosstie.db*"))


async def test_an_erased_person_is_not_in_the_bytes_of_the_file(
    sqlite_database: Database, tmp_path: Path
) -> None:
    async with sqlite_database.write() as tx:
        await _season(tx)
        # Enough that pages are split, filled and emptied.
        await tx.execute_many(
            "INSERT INTO posts (id, platform, native_id, author_id, at_us, text)"
            " VALUES (:id, 'x', :native, :author, :at, :text)",
            [
                (number, str(number), ANA_X if number % 3 else BEN_X, number, words * (number % 9))
                for number in range(10**15, 10**15 + 3000)
                for words in ("ana-said " if number % 3 else "ben-said ",)
            ],
        )
    async with sqlite_database.write() as tx:
        await privacy.erase_person(tx, ANA, at=_NOW, keep_out=True)
    await sqlite_database.scrub()
    raw = _bytes_in(tmp_path)
    assert b"ben-said" in raw
    wide = [ANA, ANA_X, ANA_SKY, ANA_POST, ANA_SKEET, ANA_DISCORD]
    traces = [number.to_bytes(8, "big") for number in wide]
    traces += [b"ana-", b"Ana_Handle", b"anaanaana", b"811111111111111111", b"1911111111111111111"]
    assert [trace for trace in traces if trace in raw] == []


async def test_a_member_reads_everything_of_theirs(season: Database) -> None:
    async with season.read() as tx:
        data = await privacy.member_data(tx, ANA)
    assert [row["community"] for row in data["memberships"]] == ["One", "Two"]
    assert data["memberships"][0]["consent_at"] == "1970-01-01T00:00:00.000001+00:00"
    assert {row["native_id"] for row in data["accounts"]} == {
        "811111111111111111",
        "did:plc:anaanaana",
    }
    assert [row["text"] for row in data["posts"]] == ["ana-text", "ana-skeet"]
    assert [row["reason"] for row in data["connections"]] == ["ana-reason"]
    assert data["messages"][0]["answer"] == "ana-answer"
    assert len(data["engagements_received"]) == 2
    assert data["presences"] == [{"session_id": 51, "at": "1970-01-01T00:00:00.000001+00:00"}]


async def test_an_account_known_by_a_mention_alone_can_be_read(season: Database) -> None:
    async with season.write() as tx:
        for account, seen in (
            (ANA_X, account_rank(1_000_000, "ana", None)),
            (ANA_SKY, NOTHING_SEEN),
        ):
            await tx.execute("UPDATE accounts SET seen_us = :s WHERE id = :id", s=seen, id=account)
        data = await privacy.member_data(tx, ANA)
    read = {row["native_id"]: row["seen_at"] for row in data["accounts"]}
    assert read["811111111111111111"] == "1970-01-01T00:00:01+00:00"
    assert read["did:plc:anaanaana"] is None


async def test_nobody_reads_what_others_chose_about_them(season: Database) -> None:
    async with season.read() as tx:
        data = await privacy.member_data(tx, ANA)
    # Ben's no, Ben's block, his network and the cards about her are his.
    assert data["introductions"] == [
        {
            "community_id": COMMUNITY,
            "own_line": "ana-line",
            "asked_at": "1970-01-01T00:00:00.000001+00:00",
            "made": 0,
        }
    ]
    assert data["introductions_asked_for_by_others"] == []
    assert "declined" not in str(data)
    assert "kind': 'interest', 'reason': 'ana is kind" not in str(data)
    assert [row["id"] for row in data["suggestions"]] == [71]
    assert [row["person_id"] for row in data["never_introduce"]] == [77]


async def test_who_was_asked_reads_their_own_answer(season: Database) -> None:
    async with season.read() as tx:
        data = await privacy.member_data(tx, BEN)
    asked = data["introductions_asked_for_by_others"]
    assert [(row["their_line"], row["own_answer"]) for row in asked] == [("ana-line", "no")]


async def test_a_stranger_has_no_data(season: Database) -> None:
    async with season.read() as tx:
        data = await privacy.member_data(tx, PersonId(12345))
    assert not any(data.values())


async def test_an_objection_is_kept_as_a_hash_that_only_this_database_can_make(
    database: Database,
) -> None:
    account = AccountId(123456789)
    async with database.write() as tx:
        assert not await privacy.is_objected(tx, account)
        assert await privacy.add_objection(tx, account, Platform.X, _NOW)
        assert not await privacy.add_objection(tx, account, Platform.X, _NOW)
        objections = await privacy.load_objections(tx)
        rows = await _all_rows(tx, database.dialect)
    assert (account in objections, AccountId(1) in objections, len(objections)) == (True, False, 1)
    assert "123456789" not in str(rows["objections"])
    assert len(rows["settings"]) == 1


async def test_an_objection_can_be_lifted(database: Database) -> None:
    account = AccountId(123456789)
    async with database.write() as tx:
        assert not await privacy.lift_objection(tx, account)
        await privacy.add_objection(tx, account, Platform.X, _NOW)
        assert await privacy.lift_objection(tx, account)
        assert not await privacy.is_objected(tx, account)


async def test_a_purge_takes_a_platform_and_leaves_the_others(season: Database) -> None:
    async with season.write() as tx:
        gone = await privacy.purge_platform(tx, Platform.X)
        rows = await _all_rows(tx, season.dialect)
    assert (gone["posts"], gone["accounts"]) == (3, 2)
    assert len(rows["members"]) == 3
    assert len(rows["posts"]) == 1
    everything = str({table: rows[table] for table in rows if table != "problems"})
    assert "811111111111111111" not in everything
    assert str(ANA_POST) not in everything


async def test_a_purge_leaves_a_connection_with_its_owners_words(season: Database) -> None:
    async with season.write() as tx:
        await privacy.purge_platform(tx, Platform.X)
        [kept] = await tx.fetch(
            "SELECT id, person_id, account_id, post_id, reason, note FROM connections"
            " WHERE owner_id = :ana",
            ana=ANA,
        )
    assert tuple(kept) == (61, 61, None, None, "ana-reason", "ana-note")  # type: ignore[arg-type]


async def test_a_deleted_community_takes_what_was_only_its_own(season: Database) -> None:
    async with season.write() as tx:
        gone = await privacy.delete_community(tx, COMMUNITY)
        rows = await _all_rows(tx, season.dialect)
    assert (gone["communities"], gone["members"], gone["people"]) == (1, 2, 1)
    for table in ("chats", "sessions", "suggestions", "introductions", "prompts", "follow_ups"):
        assert rows[table] == []
    assert rows["gathering_hashtags"] == []
    assert len(rows["members"]) == len(rows["people"]) == 1
    assert len(rows["accounts"]) == 3
    assert len(rows["posts"]) == 4
    assert str(BEN) not in str(rows)


async def test_old_texts_are_dropped_and_the_posts_stay(season: Database) -> None:
    async with season.write() as tx:
        before = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=12)
        assert to_us(before) == 12
        assert await privacy.drop_old_texts(tx, before) == 2
        assert await privacy.drop_old_texts(tx, before) == 0
        assert await _count(tx, "posts") == 4
