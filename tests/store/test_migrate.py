"""Steps up and down, on SQLite and PostgreSQL: each is applied whole, recorded, and not edited."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from bot.errors import SchemaMismatch, StoreError
from bot.store.migrate import (
    Step,
    downgrade,
    ensure_current,
    in_dialect,
    statements_of,
    status,
    steps_for,
    upgrade,
)
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.database import Database

_FIRST = Step(1, "first", "CREATE TABLE one (id BIGINT PRIMARY KEY);", "DROP TABLE one;")
_SECOND = Step(2, "second", "CREATE TABLE two (id BIGINT PRIMARY KEY);", "DROP TABLE two;")
_BROKEN = Step(
    2,
    "broken",
    "CREATE TABLE two (id BIGINT PRIMARY KEY); INSERT INTO none VALUES (1);",
    "SELECT 1;",
)

_COLUMNS = {
    "sqlite": """
        SELECT m.name AS table_name, c.name AS column_name, c."notnull" AS required, c.pk AS part
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'
        ORDER BY m.name, c.name
    """,
    "postgres": """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'public' ORDER BY table_name, column_name
    """,
}
_INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name",
    "postgres": "SELECT indexname AS name, indexdef AS sql FROM pg_indexes"
    " WHERE schemaname = 'public' ORDER BY indexname",
}


@pytest.fixture
async def empty(empty_database_url: str) -> AsyncIterator[Database]:
    async with open_database(empty_database_url) as db:
        yield db


async def _schema(db: Database) -> list[tuple[object, ...]]:
    async with db.read() as tx:
        rows = [*await tx.fetch(_COLUMNS[db.dialect]), *await tx.fetch(_INDEXES[db.dialect])]
    return [tuple(row) for row in rows]  # type: ignore[arg-type]


async def _tables(db: Database) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    async with db.read() as tx:
        for row in await tx.fetch(_COLUMNS[db.dialect]):
            tables.setdefault(row["table_name"], set()).add(row["column_name"])
    return tables


async def test_up_down_and_up_again_gives_the_same_schema(empty: Database) -> None:
    await upgrade(empty)
    first = await _schema(empty)
    await downgrade(empty, 0)
    assert set(await _tables(empty)) == {"schema_versions"}
    await upgrade(empty)
    assert await _schema(empty) == first


async def test_going_down_works_with_rows_in_the_tables(empty: Database) -> None:
    await upgrade(empty)
    async with empty.write() as tx:
        await tx.execute("INSERT INTO people (id, created_us) VALUES (1, 0)")
        await tx.execute(
            "INSERT INTO person_fields (person_id, field, stance, confidence)"
            " VALUES (1, 'art', 'work', 1.0)"
        )
    assert [step.version for step in await downgrade(empty, 0)][-1] == 1


async def test_every_table_and_column_that_is_written_down_is_there(empty: Database) -> None:
    await upgrade(empty)
    found = await _tables(empty)
    for step in steps_for(empty.dialect):
        for statement in statements_of(step.up):
            table = re.match(r"CREATE TABLE (\w+) \((.*)\)$", statement, re.DOTALL)
            if table is None:
                continue
            lines = [line.strip() for line in table[2].splitlines() if line.strip()]
            named = {m[1] for line in lines if (m := re.match(r"([a-z_]+) [A-Z]+", line))}
            assert named
            assert found[table[1]] >= named


async def test_twice_up_is_harmless(empty: Database) -> None:
    assert [step.version for step in await upgrade(empty, steps=[_FIRST, _SECOND])] == [1, 2]
    assert await upgrade(empty, steps=[_FIRST, _SECOND]) == []


async def test_two_programs_that_migrate_at_once_apply_each_step_once(
    empty: Database, empty_database_url: str
) -> None:
    async with open_database(empty_database_url) as other:
        done = await asyncio.gather(
            *(upgrade(db, steps=[_FIRST, _SECOND]) for db in (empty, other))
        )
    assert sorted(step.version for steps in done for step in steps) == [1, 2]


async def test_up_and_down_stop_where_they_are_told(empty: Database) -> None:
    steps = [_FIRST, _SECOND]
    await upgrade(empty, 1, steps)
    assert set(await _tables(empty)) == {"schema_versions", "one"}
    await upgrade(empty, steps=steps)
    assert await downgrade(empty, 1, steps) == [_SECOND]
    assert (await status(empty, steps)).found == 1


async def test_a_failed_step_leaves_nothing_behind(empty: Database) -> None:
    with pytest.raises(StoreError, match="V2__broken"):
        await upgrade(empty, steps=[_FIRST, _BROKEN])
    assert set(await _tables(empty)) == {"schema_versions", "one"}
    assert (await status(empty, [_FIRST, _BROKEN])).found == 1


async def test_a_failed_step_back_leaves_everything(empty: Database) -> None:
    stuck = Step(2, "second", _SECOND.up, "DROP TABLE two; DROP TABLE none;")
    await upgrade(empty, steps=[_FIRST, stuck])
    with pytest.raises(StoreError, match="U2__second"):
        await downgrade(empty, 0, [_FIRST, stuck])
    assert set(await _tables(empty)) == {"schema_versions", "one", "two"}


async def test_an_edited_step_is_refused(empty: Database) -> None:
    await upgrade(empty, steps=[_FIRST, _SECOND])
    edited = Step(1, "first", _FIRST.up + " -- a word", _FIRST.down)
    assert (await status(empty, [edited, _SECOND])).edited == (1,)
    for change in (upgrade(empty, steps=[edited, _SECOND]), downgrade(empty, 0, [edited, _SECOND])):
        with pytest.raises(SchemaMismatch, match="V1 in migrations/ is not what was applied"):
            await change
    assert set(await _tables(empty)) == {"schema_versions", "one", "two"}


async def test_a_database_that_is_newer_is_refused(empty: Database) -> None:
    await upgrade(empty, steps=[_FIRST, _SECOND])
    with pytest.raises(SchemaMismatch, match="run a newer Crosstie") as caught:
        await upgrade(empty, steps=[_FIRST])
    assert (caught.value.found, caught.value.wanted) == (2, 1)


async def test_there_is_no_schema_beyond_the_last(empty: Database) -> None:
    with pytest.raises(StoreError, match="write a number from 0 to 1"):
        await upgrade(empty, 2, [_FIRST])
    with pytest.raises(StoreError, match="write a number from 0 to 1"):
        await downgrade(empty, -1, [_FIRST])


async def test_an_empty_database_does_not_start_and_is_not_changed(empty: Database) -> None:
    with pytest.raises(SchemaMismatch, match="crosstie migrate up") as caught:
        await ensure_current(empty)
    assert (caught.value.found, caught.value.wanted) == (0, len(steps_for(empty.dialect)))
    assert await _tables(empty) == {}


async def test_an_empty_database_is_made_when_asked(empty: Database) -> None:
    await ensure_current(empty, make_empty=True)
    await ensure_current(empty)
    assert (await status(empty)).is_current


def _write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name.replace('-', '.')}.sql").write_text(text, newline="")
    return folder


def test_a_step_without_a_way_down_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="U1 is missing"):
        steps_for("sqlite", _write(tmp_path, V1__a="SELECT 1"))


def test_a_gap_is_refused(tmp_path: Path) -> None:
    folder = _write(tmp_path, V1__a="x", U1__a="x", V3__c="x", U3__c="x")
    with pytest.raises(StoreError, match="V2 is missing"):
        steps_for("sqlite", folder)


def test_one_number_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="another file has this number"):
        steps_for("sqlite", _write(tmp_path, V1__a="x", V1__b="x", U1__a="x"))


def test_a_name_that_is_no_name_of_a_step_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no name of a step"):
        steps_for("sqlite", _write(tmp_path, first="x"))


def test_a_file_for_one_dialect_stands_in_for_the_common_one(tmp_path: Path) -> None:
    files = {"V1__a": "common", "V1__a.postgres": "own", "U1__a": "back"}
    folder = _write(tmp_path, **files)
    assert [steps_for(d, folder)[0].up for d in ("sqlite", "postgres")] == ["common", "own"]


def test_line_endings_do_not_make_a_file_edited(tmp_path: Path) -> None:
    unix = steps_for("sqlite", _write(tmp_path, V1__a="SELECT\n1", U1__a="x"))
    dos = steps_for("sqlite", _write(tmp_path, V1__a="SELECT\r\n1", U1__a="x"))
    assert unix[0].checksum == dos[0].checksum


def test_the_ways_up_and_down_of_one_step_have_one_name(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="different names"):
        steps_for("sqlite", _write(tmp_path, V1__a="x", U1__b="x"))


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("", []),
        ("-- only; a comment\n;;", []),
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';--'; SELECT 'it''s; ok'", ["SELECT ';--'", "SELECT 'it''s; ok'"]),
        ('SELECT ";" /* a;\nb */ ; SELECT 2;', ['SELECT ";"', "SELECT 2"]),
        ("DO $x$ BEGIN; END; $x$; SELECT 2", ["DO $x$ BEGIN; END; $x$", "SELECT 2"]),
        (
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END; SELECT 2",
            [
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; DELETE FROM c; END",
                "SELECT 2",
            ],
        ),
    ],
)
def test_a_script_is_split_only_where_a_statement_ends(script: str, statements: list[str]) -> None:
    assert statements_of(script) == statements


def test_on_sqlite_a_table_is_kept_in_the_order_of_its_key() -> None:
    single = "CREATE TABLE one (id BIGINT PRIMARY KEY, at_us BIGINT NOT NULL)"
    several = "CREATE TABLE two (\n  a BIGINT,\n  b TEXT,\n  PRIMARY KEY (a, b)\n)"
    assert in_dialect(single, "sqlite") == (
        "CREATE TABLE one (id INTEGER PRIMARY KEY, at_us BIGINT NOT NULL)"
    )
    assert in_dialect(several, "sqlite") == f"{several} WITHOUT ROWID"
    for other in (single, several, "CREATE INDEX x ON one (at_us)"):
        assert in_dialect(other, "postgres") == other
    assert in_dialect("CREATE INDEX x ON one (at_us)", "sqlite").endswith("(at_us)")


async def test_on_sqlite_no_index_repeats_a_numeric_key(empty: Database) -> None:
    await upgrade(empty)
    if empty.dialect == "postgres":
        return
    async with empty.read() as tx:
        rows = await tx.fetch(
            "SELECT tbl_name, sql FROM sqlite_master t WHERE type = 'index' AND sql IS NULL"
            " AND NOT EXISTS (SELECT 1 FROM sqlite_master m WHERE m.name = t.tbl_name"
            " AND (m.sql LIKE '%TEXT PRIMARY KEY%' OR m.sql LIKE '%UNIQUE (%'"
            " OR m.sql LIKE '%WITHOUT ROWID'))"
        )
    assert [tuple(row) for row in rows] == []  # type: ignore[arg-type]
