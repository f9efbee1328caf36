"""Who asked what is due is asked again when a table changed that the answer was read from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.demo.watched import Watched, when_due
from bot.scheduler import Heartbeat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_T0 = datetime(2026, 5, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_TABLES = ("CREATE TABLE hats (id BIGINT PRIMARY KEY, worn BIGINT)", "CREATE TABLE shoes (id INT)")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Watched]:
    async with Watched.open(f"sqlite:///{tmp_path / 'w.db'}") as db:
        async with db.write() as tx:
            for table in _TABLES:
                await tx.execute(table)
            await tx.execute("INSERT INTO hats (id, worn) VALUES (1, 0)")
        yield db


class Hats:
    """A heartbeat that is due ten minutes after its hat is worn; counts how often it is asked."""

    def __init__(self, db: Watched, every: timedelta = _MINUTE) -> None:
        self.clock = ReplayClock(_T0)
        self.asked = 0
        self._db = db
        heartbeat = Heartbeat("hats", every, self._run, self._next_due)
        self.next_due = when_due(heartbeat, self.clock, db.watch).next_due

    async def _run(self) -> None: ...

    async def _next_due(self) -> datetime | None:
        self.asked += 1
        async with self._db.read() as tx:
            row = await tx.fetch_one("SELECT h.worn AS worn FROM hats h WHERE h.id = :id", id=1)
        return _T0 + row["worn"] * _MINUTE if row and row["worn"] else None


async def _change(db: Watched, sql: str) -> None:
    async with db.write() as tx:
        await tx.execute(sql)


async def test_it_is_asked_again_when_a_table_changed_that_it_reads(db: Watched) -> None:
    hats = Hats(db)
    assert await hats.next_due() is None
    await _change(db, "UPDATE hats SET worn = 10 WHERE id = 1")
    assert await hats.next_due() == _T0 + 10 * _MINUTE
    assert hats.asked == 2


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO shoes (id) VALUES (7)",
        "UPDATE hats SET worn = 5 WHERE id = 99",
        "DELETE FROM hats WHERE id = 99",
    ],
)
async def test_it_is_not_asked_again_for_what_changes_nothing_that_it_reads(
    db: Watched, sql: str
) -> None:
    hats = Hats(db)
    await hats.next_due()
    await _change(db, sql)
    await hats.next_due()
    assert hats.asked == 1


async def test_what_is_deleted_may_take_rows_of_other_tables_with_it(db: Watched) -> None:
    await _change(db, "INSERT INTO shoes (id) VALUES (7)")
    hats = Hats(db)
    await hats.next_due()
    await _change(db, "DELETE FROM shoes WHERE id = 7")
    await hats.next_due()
    assert hats.asked == 2


async def test_many_rows_at_once_and_claims_count_as_changes(db: Watched) -> None:
    hats = Hats(db)
    await hats.next_due()
    async with db.write() as tx:
        await tx.execute_many("UPDATE hats SET worn = :worn WHERE id = :id", [(3, 1)])
    await hats.next_due()
    async with db.write() as tx:
        await tx.bulk_upsert("hats", ("id", "worn"), ("id",), [(2, 4)])
    await hats.next_due()
    async with db.write() as tx:
        await tx.claim("hats", "worn = 4", "worn = 6", 1, "id")
    await hats.next_due()
    assert hats.asked == 4


async def test_it_is_asked_when_its_instant_has_come_and_once_an_hour(db: Watched) -> None:
    await _change(db, "UPDATE hats SET worn = 90 WHERE id = 1")
    hats = Hats(db)
    for minutes, asked in ((0, 1), (59, 1), (60, 2), (89, 2), (90, 3), (91, 4)):
        await hats.clock.move_to(_T0 + minutes * _MINUTE)
        await hats.next_due()
        assert hats.asked == asked


async def test_one_that_beats_every_day_is_asked_every_day_whatever_changes(db: Watched) -> None:
    hats = Hats(db, timedelta(days=1))
    await hats.next_due()
    await _change(db, "UPDATE hats SET worn = 10000 WHERE id = 1")
    assert await hats.next_due() is None
    await hats.clock.move_to(_T0 + timedelta(days=1))
    assert await hats.next_due() == _T0 + 10000 * _MINUTE


async def test_what_reads_nothing_is_asked_always(db: Watched) -> None:
    asked = []

    async def next_due() -> None:
        asked.append(1)

    heartbeat = Heartbeat("memory", _MINUTE, next_due, next_due)
    watched = when_due(heartbeat, ReplayClock(_T0), db.watch)
    for _ in range(3):
        await watched.next_due()
    assert len(asked) == 3
