"""The contract of Database, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StoreUnavailable
from bot.store.database import numbered, to_the_end
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Database, Row, Writer

_ADD = "INSERT INTO settings (name, value) VALUES (:name, :value)"
_ACCOUNT = ("id", "platform", "native_id", "handle", "seen_us")
_KEEP_HANDLE = "handle = coalesce(excluded.handle, accounts.handle), seen_us = excluded.seen_us"
# Long enough to be cancelled while it runs, short enough for a test.
_SLOW = """
WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 300000)
SELECT count(*) AS counted FROM counted
"""


async def _set(db: Database, name: str, value: str = "") -> None:
    async with db.write() as tx:
        await tx.execute(_ADD, name=name, value=value)


async def _names(db: Database) -> list[str]:
    async with db.read() as tx:
        return [row["name"] for row in await tx.fetch("SELECT name FROM settings ORDER BY name")]


async def _handles(db: Database) -> dict[int, str | None]:
    async with db.read() as tx:
        rows = await tx.fetch("SELECT id, handle FROM accounts")
        return {row["id"]: row["handle"] for row in rows}


async def _put(db: Database, *accounts: tuple[int, str | None], update: str = "") -> int:
    rows = [(number, "x", str(number), handle, number) for number, handle in accounts]
    async with db.write() as tx:
        return await tx.bulk_upsert("accounts", _ACCOUNT, ["id"], rows, update)


async def test_what_is_written_is_read(database: Database) -> None:
    await _set(database, "a")
    assert await _names(database) == ["a"]


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    async def breaks() -> None:
        async with database.write() as tx:
            await tx.execute(_ADD, name="a", value="")
            raise KeyError

    with pytest.raises(KeyError):
        await breaks()
    assert await _names(database) == []
    await _set(database, "b")
    assert await _names(database) == ["b"]


async def test_a_breach_of_a_constraint_is_a_bug_and_stays_one(database: Database) -> None:
    await _set(database, "a")
    with pytest.raises(database.errors):
        await _set(database, "a")
    assert await _names(database) == ["a"]


async def test_a_foreign_key_is_kept(database: Database) -> None:
    with pytest.raises(database.errors):
        async with database.write() as tx:
            await tx.execute(
                "INSERT INTO person_fields (person_id, field, stance, confidence) "
                "VALUES (:person, 'art', 'work', 1.0)",
                person=404,
            )


async def test_writers_at_once_do_not_disturb_each_other(database: Database) -> None:
    async def one(number: int) -> None:
        async with database.write() as tx:
            await tx.execute(_ADD, name=f"{number:02}", value="")
            await tx.fetch("SELECT name FROM settings")
            if number % 3 == 0:
                raise KeyError

    results = await asyncio.gather(*(one(n) for n in range(12)), return_exceptions=True)
    assert [isinstance(result, KeyError) for result in results] == [n % 3 == 0 for n in range(12)]
    assert await _names(database) == [f"{n:02}" for n in range(12) if n % 3]


async def test_two_programs_write_in_turn(database: Database, database_url: str) -> None:
    async with open_database(database_url) as other:
        await asyncio.gather(
            *(_set(db, f"{n}{m}") for n, db in enumerate((database, other)) for m in range(5))
        )
    assert len(await _names(database)) == 10


async def test_a_second_write_inside_the_first_says_so_instead_of_waiting(
    database: Database,
) -> None:
    async with database.write():
        with pytest.raises(RuntimeError, match="pass it on"):
            async with database.write():
                pass
    await _set(database, "a")


async def test_a_reader_sees_one_moment(database: Database) -> None:
    async with database.read() as tx:
        before = await tx.fetch("SELECT name FROM settings")
        await _set(database, "a")
        assert await tx.fetch("SELECT name FROM settings") == before
    assert await _names(database) == ["a"]


async def test_readers_do_not_wait_for_each_other_or_the_writer(database: Database) -> None:
    async with database.read() as one, database.read() as two, database.write() as writer:
        await writer.execute(_ADD, name="a", value="")
        assert await one.fetch("SELECT name FROM settings") == []
        assert await two.fetch("SELECT name FROM settings") == []


async def test_readers_that_follow_each_other_closely_never_share_a_transaction(
    database: Database,
) -> None:
    async def look(times: int) -> None:
        for _ in range(times):
            assert await _names(database) == ["a"]

    await _set(database, "a")
    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(look(25))


async def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(database.errors):
        async with database.read() as tx:
            await tx.fetch("INSERT INTO settings (name, value) VALUES ('a', '') RETURNING name")
    assert await _names(database) == []


async def test_a_cancelled_statement_leaves_a_database_that_works(database: Database) -> None:
    async def slow() -> None:
        async with database.write() as tx:
            await tx.execute(_ADD, name="lost", value="")
            started.set()
            await tx.fetch(_SLOW)

    started = asyncio.Event()
    task = asyncio.ensure_future(slow())
    await started.wait()
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await _set(database, "kept")
    assert await _names(database) == ["kept"]


async def test_a_cancelled_reader_leaves_a_database_that_works(database: Database) -> None:
    async def slow() -> None:
        async with database.read() as tx:
            await tx.fetch(_SLOW)

    for _ in range(2):
        task = asyncio.ensure_future(slow())
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await _set(database, "kept")
    assert await _names(database) == ["kept"]


async def test_work_run_to_its_end_ends_before_the_cancellation_goes_on() -> None:
    done: list[str] = []

    async def work() -> None:
        started.set()
        await goes_on.wait()
        done.append("done")

    started, goes_on = asyncio.Event(), asyncio.Event()
    task = asyncio.ensure_future(to_the_end(work()))
    await started.wait()
    for _ in range(2):
        task.cancel()
        await asyncio.sleep(0)
    assert not task.done()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == ["done"]


async def test_bulk_upsert_counts_what_was_new(database: Database) -> None:
    assert await _put(database) == 0
    assert await _put(database, (1, "ana"), (2, "ben")) == 2
    assert await _put(database, (2, "changed"), (3, "cem")) == 1
    assert await _handles(database) == {1: "ana", 2: "ben", 3: "cem"}


async def test_bulk_upsert_updates_what_was_there_and_counts_what_was_new(
    database: Database,
) -> None:
    assert await _put(database, (1, "ana"), (2, None), update=_KEEP_HANDLE) == 2
    assert await _put(database, (1, None), (2, "ben"), (3, "cem"), update=_KEEP_HANDLE) == 1
    assert await _handles(database) == {1: "ana", 2: "ben", 3: "cem"}


async def test_bulk_upsert_twice_in_one_transaction_does_not_repeat_itself(
    database: Database,
) -> None:
    keys = [(5, 6, "reply", 7, 8), (5, 6, "mention", 7, 8)]
    columns = ("post_id", "target_id", "kind", "source_id", "at_us")
    key = ("post_id", "target_id", "kind")
    async with database.write() as tx:
        assert (
            await tx.bulk_upsert("engagements", columns, key, keys, "at_us = excluded.at_us") == 2
        )
        assert (
            await tx.bulk_upsert("engagements", columns, key, keys, "at_us = excluded.at_us") == 0
        )
        assert await tx.bulk_upsert("engagements", columns, key, [(5, 7, "reply", 7, 8)]) == 1
    async with database.read() as tx:
        assert len(await tx.fetch("SELECT kind FROM engagements")) == 3


async def test_execute_many_takes_values_as_names_first_appear(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute_many(
            "INSERT INTO settings (value, name) VALUES (:value, :name)", [("1", "a"), ("2", "b")]
        )
        await tx.execute_many(_ADD, [])
    assert await _names(database) == ["a", "b"]


async def test_execute_says_how_many_rows_changed(database: Database) -> None:
    await _set(database, "a")
    await _set(database, "b")
    async with database.write() as tx:
        assert await tx.execute("UPDATE settings SET value = 'x'") == 2
        assert await tx.execute("DELETE FROM settings WHERE name = :name", name="a") == 1
        assert await tx.execute("DELETE FROM settings WHERE name = :name", name="a") == 0


async def test_a_sum_is_a_plain_number(database: Database) -> None:
    await _put(database, (1, None), (2, None))
    async with database.read() as tx:
        row = await tx.fetch_one("SELECT sum(seen_us) AS total, avg(seen_us) AS mean FROM accounts")
    assert row is not None
    assert (type(row["total"]), row["total"], float(row["mean"])) == (int, 3, 1.5)


async def _plan(tx: Writer, count: int) -> None:
    await tx.execute(
        "INSERT INTO communities (id, name, zone, locale, weekly_at, joined_us) "
        "VALUES (1, 'One', 'UTC', 'en', 0, 0)"
    )
    await tx.execute_many(
        "INSERT INTO prompts (id, community_id, kind, subject, due_us, expires_us, unasked, state)"
        " VALUES (:id, 1, 'weekly', :subject, :due, 99, 0, 'due')",
        [(number, number, number) for number in range(count)],
    )


async def _claim(tx: Writer, limit: int) -> Sequence[Row]:
    return await tx.claim(
        "prompts",
        where="state = 'due' AND due_us <= :now",
        set_to="state = 'claimed', claimed_us = :now",
        limit=limit,
        order="due_us, id",
        now=50,
    )


async def test_claim_takes_the_first_and_gives_them_as_they_are_then(database: Database) -> None:
    async with database.write() as tx:
        await _plan(tx, 60)
        rows = await _claim(tx, 3)
    assert sorted(row["id"] for row in rows) == [0, 1, 2]
    assert {(row["state"], row["claimed_us"]) for row in rows} == {("claimed", 50)}


async def test_two_who_claim_at_once_never_get_the_same_row(
    database: Database, database_url: str
) -> None:
    async with database.write() as tx:
        await _plan(tx, 40)
    got: list[int] = []

    async def work(db: Database) -> None:
        rows: Sequence[Row] = [{"id": -1}]
        while rows:
            async with db.write() as tx:
                rows = await _claim(tx, 3)
                got.extend(row["id"] for row in rows)

    async with open_database(database_url) as other:
        await asyncio.gather(work(database), work(other), work(database), work(other))
    assert sorted(got) == list(range(40))


async def test_on_postgres_a_row_that_somebody_holds_is_passed_over(postgres_url: str) -> None:
    async with open_database(postgres_url) as one, open_database(postgres_url) as two:
        async with one.write() as tx:
            await _plan(tx, 4)
        async with one.write() as first, two.write() as second:
            held = {row["id"] for row in await _claim(first, 2)}
            others = {row["id"] for row in await _claim(second, 9)}
    assert (held, others) == ({0, 1}, {2, 3})


async def test_closing_waits_for_the_running_transaction(database_url: str) -> None:
    async with open_database(database_url) as db:
        started = asyncio.Event()

        async def slow() -> None:
            async with db.write() as tx:
                started.set()
                await tx.execute(_ADD, name="a", value="")
                await asyncio.sleep(0.02)

        task = asyncio.ensure_future(slow())
        await started.wait()
    await task
    async with open_database(database_url) as db:
        assert await _names(db) == ["a"]


async def test_a_connection_that_was_cut_is_unavailable_and_the_next_works(
    postgres_url: str,
) -> None:
    async def is_cut(db: Database, cutter: Database) -> None:
        async with db.write() as tx:
            row = await tx.fetch_one("SELECT pg_backend_pid() AS pid")
            assert row is not None
            async with cutter.read() as other:
                await other.fetch("SELECT pg_terminate_backend(:pid)", pid=row["pid"])
            await tx.execute(_ADD, name="a", value="")

    async with open_database(postgres_url) as db, open_database(postgres_url) as cutter:
        with pytest.raises(StoreUnavailable):
            await is_cut(db, cutter)
        await _set(db, "b")
        assert await _names(db) == ["b"]


def test_a_name_used_twice_has_one_number() -> None:
    assert numbered("SELECT :a, :b, :a, x::text", "$") == ("SELECT $1, $2, $1, x::text", ("a", "b"))


@given(st.lists(st.sampled_from(["a", "b", "c_1", "d"]), min_size=1))
def test_every_name_is_numbered_as_it_first_appears(names: list[str]) -> None:
    text, order = numbered(" ".join(f":{name}" for name in names), "?")
    assert order == tuple(dict.fromkeys(names))
    assert text.split() == [f"?{order.index(name) + 1}" for name in names]
