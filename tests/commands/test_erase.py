"""`crosstie forget` and `crosstie purge`, as a person uses them, on both databases."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bot.cli import main
from bot.commands.erase import forget, purge
from bot.model.people import DiscordId, Platform, account_key, person_of_member
from bot.store import privacy
from bot.store.open import open_database

if TYPE_CHECKING:
    from pathlib import Path

ANA = account_key(Platform.X, "811111111111111111")
BEN = account_key(Platform.BLUESKY, "did:plc:ben")


async def fill(url: str) -> None:
    """Ana of X and Ben of Bluesky, each with a post to the other."""
    async with open_database(url) as db, db.write() as tx:
        await tx.execute_many(
            "INSERT INTO accounts (id, platform, native_id, handle, seen_us)"
            " VALUES (:id, :platform, :native, :handle, 1)",
            [
                (ANA, "x", "811111111111111111", "Ana"),
                (BEN, "bluesky", "did:plc:ben", "ben.example"),
            ],
        )
        await tx.execute_many(
            "INSERT INTO posts (id, platform, native_id, author_id, at_us)"
            " VALUES (:id, :platform, :native, :author, 1)",
            [(1, "x", "1", ANA), (2, "bluesky", "at://2", BEN)],
        )
        await tx.execute_many(
            "INSERT INTO engagements (post_id, target_id, kind, source_id, at_us)"
            " VALUES (:post, :target, :kind, :source, 1)",
            [(1, BEN, "mention", ANA), (2, ANA, "reply", BEN), (2, ANA, "mention", BEN)],
        )


def crosstie(folder: Path, url: str, *words: str) -> int:
    """The exit code of the program with a configuration of its own."""
    config = folder / "config.toml"
    config.write_text(f'[database]\nurl = "{url}"\n')
    return main([*words, "--config", str(config)])


async def test_a_forgotten_person_is_gone_and_kept_out(database_url: str) -> None:
    await fill(database_url)
    gone = await forget(database_url, "x", "811111111111111111")
    assert gone.erased == {"accounts": 1, "posts": 1, "engagements": 3}
    assert gone.kept_out
    async with open_database(database_url) as db, db.read() as tx:
        assert await privacy.objected_accounts(tx, [ANA, BEN]) == {ANA}
        assert await privacy.known_account(tx, ANA) is None
        assert await privacy.known_account(tx, BEN) is not None


async def test_a_person_can_be_named_by_a_handle_that_is_kept(database_url: str) -> None:
    await fill(database_url)
    gone = await forget(database_url, "bluesky", "@Ben.example")
    assert gone.erased["accounts"] == 1


async def test_somebody_who_was_never_read_is_kept_out_all_the_same(database_url: str) -> None:
    gone = await forget(database_url, "x", "899999999999999999")
    assert (gone.erased, gone.kept_out) == ({}, True)
    async with open_database(database_url) as db, db.read() as tx:
        assert await privacy.is_objected(tx, account_key(Platform.X, "899999999999999999"))


async def test_a_purge_takes_one_platform(database_url: str) -> None:
    await fill(database_url)
    gone = await purge(database_url, "x")
    assert gone.erased == {"accounts": 1, "posts": 1, "engagements": 3}
    assert not gone.kept_out
    async with open_database(database_url) as db, db.read() as tx:
        assert await privacy.known_account(tx, BEN) is not None


def test_forget_says_what_went(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(fill(sqlite_url))
    words = ("forget", "--platform", "x", "--account", "811111111111111111", "--json")
    assert crosstie(tmp_path, sqlite_url, *words) == 0
    assert json.loads(capsys.readouterr().out) == {
        "platform": "x",
        "erased": {"accounts": 1, "engagements": 3, "posts": 1},
        "kept_out": True,
    }
    assert crosstie(tmp_path, sqlite_url, *words[:-1]) == 0
    assert "nothing was kept of it\nkept out from now on" in capsys.readouterr().out


def test_purge_says_what_went(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(fill(sqlite_url))
    assert crosstie(tmp_path, sqlite_url, "purge", "--platform", "bluesky") == 0
    assert capsys.readouterr().out == "erased: accounts 1, engagements 3, posts 1\n"


def test_an_unknown_handle_is_said_with_the_next_step(
    tmp_path: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert crosstie(tmp_path, sqlite_url, "forget", "--platform", "x", "--account", "@nobody") == 1
    assert "own id" in capsys.readouterr().err


def test_an_unknown_platform_is_wrong_usage(tmp_path: Path, sqlite_url: str) -> None:
    with pytest.raises(SystemExit) as caught:
        crosstie(tmp_path, sqlite_url, "purge", "--platform", "myspace")
    assert caught.value.code == 2


def test_a_database_without_a_schema_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    assert crosstie(tmp_path, url, "purge", "--platform", "x") == 1
    assert "crosstie migrate up" in capsys.readouterr().err


async def test_somebody_on_discord_is_erased_and_may_join_again(database_url: str) -> None:
    person = person_of_member(DiscordId(700000000000000001))
    async with open_database(database_url) as db, db.write() as tx:
        await tx.execute("INSERT INTO people (id, created_us) VALUES (:id, 0)", id=person)
    gone = await forget(database_url, "discord", "700000000000000001")
    assert (gone.erased, gone.kept_out) == ({"people": 1}, False)
    async with open_database(database_url) as db, db.read() as tx:
        assert len(await privacy.load_objections(tx)) == 0
