"""Reading SQLite: short statements at once, long ones in a thread, one view for both."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

import pytest

from bot.errors import StoreUnavailable
from bot.store.open import open_database
from bot.store.sqlite_reader import SqliteReader, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.database import Database

_COUNTED = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :most)
SELECT count(*) AS counted, (SELECT count(*) FROM settings) AS known FROM counted
"""
_LONG = 300_000
_ADD = "INSERT INTO settings (name, value) VALUES (:name, '')"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with open_database(f"sqlite:///{tmp_path / 'test.db'}") as db:
        async with db.write() as tx:
            await tx.execute("CREATE TABLE settings (name TEXT, value TEXT)")
        yield db


async def _turns(work: asyncio.Task[object]) -> int:
    """How often others had their turn before the work was done."""
    turns = 0
    while not work.done():
        turns += 1
        await asyncio.sleep(0)
    return turns


async def _count(db: Database, most: int) -> tuple[int, int]:
    async with db.read() as tx:
        row = await tx.fetch_one(_COUNTED, most=most)
    assert row is not None
    return row["counted"], row["known"]


async def test_a_short_statement_is_answered_without_a_thread(database: Database) -> None:
    await _count(database, 1)
    work: asyncio.Task[object] = asyncio.ensure_future(_count(database, 1))
    assert await _turns(work) == 1


async def test_a_long_statement_leaves_the_loop_to_others(database: Database) -> None:
    work = asyncio.ensure_future(_count(database, _LONG))
    assert await _turns(work) > 3
    assert await work == (_LONG, 0)


async def test_many_short_statements_leave_the_loop_to_others_too(database: Database) -> None:
    async def many() -> None:
        async with database.read() as tx:
            for _ in range(400):
                await tx.fetch(_COUNTED, most=300)

    assert await _turns(asyncio.ensure_future(many())) > 3


async def test_short_and_long_statements_of_a_reader_see_the_same_moment(
    database: Database,
) -> None:
    async with database.read() as tx:
        for most in (1, _LONG, 1):
            row = await tx.fetch_one(_COUNTED, most=most)
            assert row is not None
            assert (row["counted"], row["known"]) == (most, 0)
            async with database.write() as writer:
                await writer.execute(_ADD, name=str(most))
    assert await _count(database, 1) == (1, 3)


async def test_statements_at_once_in_one_view_wait_for_each_other(database: Database) -> None:
    async with database.read() as tx:
        rows = await asyncio.gather(
            *(tx.fetch_one(_COUNTED, most=most) for most in (_LONG, 1, _LONG, 2))
        )
    assert [row and row["counted"] for row in rows] == [_LONG, 1, _LONG, 2]


async def test_whoever_stops_waiting_can_go_on_with_the_same_view(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await tx.fetch(_COUNTED, most=_LONG)
        row = await tx.fetch_one(_COUNTED, most=1)
    assert row is not None
    assert row["counted"] == 1


async def test_a_file_that_another_holds_is_waited_for_in_a_thread(tmp_path: Path) -> None:
    path = tmp_path / "old.db"  # without a log readers wait for a writer
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("CREATE TABLE settings (name TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        reader = SqliteReader(path, Turn(), busy_timeout_s=10)
        reader.begin()
        work: asyncio.Task[object] = asyncio.ensure_future(reader.fetch("SELECT 1 FROM settings"))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not work.done()
        other.execute("COMMIT")
        assert await work == []
        await reader.end()
        reader.close()
    other.close()


async def test_a_file_that_is_no_database_is_said_to_be_unavailable(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    async with open_database(f"sqlite:///{path}") as db:
        async with db.write() as tx:
            await tx.execute("CREATE TABLE settings (name TEXT)")
        await db.scrub()  # nothing is left in the log
        path.write_bytes(b"this was a database once" * 1000)
        with pytest.raises(StoreUnavailable):
            async with db.read() as tx:
                await tx.fetch("SELECT name FROM settings")
