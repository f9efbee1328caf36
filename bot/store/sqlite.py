"""SQLite: one writer with a lock, a few read-only connections for readers, WAL between them.

Writes run in the writer's thread, reads where they are asked for as long as they are short.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import asynccontextmanager
from itertools import chain
from typing import TYPE_CHECKING, Final, Self, cast

import aiosqlite

from bot.errors import StoreUnavailable
from bot.store.database import bound, numbered, to_the_end
from bot.store.sqlite_reader import SqliteReader, Turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from bot.store.database import Dialect, Row

_BUSY_TIMEOUT_S = 10
_READERS = 4
_MOST_VALUES = 1024
"""In one statement of a bulk insert; more gain nothing."""
_UNAVAILABLE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


class _Transaction:
    """The transaction on the writer's connection."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        rows = await self._connection.execute_fetchall(*bound(sql, "?", params))
        return cast("Sequence[Row]", rows)

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        rows = await self.fetch(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: object) -> int:
        cursor = await self._connection.execute(*bound(sql, "?", params))
        return max(cursor.rowcount, 0)

    async def execute_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            await self._connection.executemany(numbered(sql, "?")[0], rows)

    async def bulk_upsert(
        self,
        table: str,
        columns: Sequence[str],
        key: Sequence[str],
        rows: Sequence[tuple[object, ...]],
        update: str = "",
    ) -> int:
        if not rows:
            return 0
        held = await self._held(table, columns, key, rows) if update else 0
        then = f"DO UPDATE SET {update}" if update else "DO NOTHING"
        insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 our own names
        marks = f"({', '.join('?' * len(columns))})"
        conflict = f" ON CONFLICT ({', '.join(key)}) {then}"
        before = self._connection.total_changes
        # Many rows a statement: half the time, and no other thread is asked for its turn between.
        many = max(1, _MOST_VALUES // len(columns))
        rest = len(rows) - len(rows) % many
        if rest:
            await self._connection.executemany(
                f"{insert}{', '.join([marks] * many)}{conflict}",
                [
                    tuple(chain.from_iterable(rows[start : start + many]))
                    for start in range(0, rest, many)
                ],
            )
        if rest < len(rows):
            await self._connection.executemany(f"{insert}{marks}{conflict}", rows[rest:])
        return len(rows) - held if update else self._connection.total_changes - before

    async def _held(
        self,
        table: str,
        columns: Sequence[str],
        key: Sequence[str],
        rows: Sequence[tuple[object, ...]],
    ) -> int:
        """How many of the keys are there already. Counting the table would read all of it."""
        places = [columns.index(column) for column in key]
        keys = json.dumps([[row[place] for place in places] for row in rows])
        same = " AND ".join(
            f"{table}.{column} = json_extract(k.value, '$[{n}]')" for n, column in enumerate(key)
        )
        row = await self.fetch_one(
            f"SELECT count(*) AS held FROM json_each(:keys) AS k JOIN {table} ON {same}",  # noqa: S608
            keys=keys,
        )
        return int(row["held"]) if row else 0

    async def claim(
        self, table: str, where: str, set_to: str, limit: int, order: str, **params: object
    ) -> Sequence[Row]:
        return await self.fetch(
            f"UPDATE {table} SET {set_to} WHERE id IN "  # noqa: S608 our own names
            f"(SELECT id FROM {table} WHERE {where} ORDER BY {order} LIMIT {limit:d}) RETURNING *",
            **params,
        )


class SqliteDatabase:
    """One file. Readers never wait for the writer, nor it for them.

    Invariants: only the holder of `_writing` uses `_writer`; every reader that exists is either in
    `_idle` or held by one holder of a place in `_places`, so there are at most four.
    """

    dialect: Final[Dialect] = "sqlite"
    errors: Final[tuple[type[Exception], ...]] = (sqlite3.Error,)

    def __init__(self, path: Path, writer: aiosqlite.Connection) -> None:
        self._path = path
        self._writer = writer
        self._writing = asyncio.Lock()
        self._writing_task: asyncio.Task[object] | None = None
        self._idle: list[SqliteReader] = []
        self._turn = Turn()
        self.written = 0
        self._places = asyncio.Semaphore(_READERS)

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens, and makes, the file.

        Raises:
            StoreUnavailable: it can not be opened; says why and what to do.
        """
        try:
            # secure_delete: who is erased leaves no bytes behind in the file.
            writer = await _connect(
                path,
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = NORMAL",
                "PRAGMA foreign_keys = ON",
                "PRAGMA secure_delete = ON",
                "PRAGMA temp_store = MEMORY",
                # Kibibytes, and pages: an import writes to every part of its indexes over and over.
                "PRAGMA cache_size = -16384",
                "PRAGMA wal_autocheckpoint = 4000",
            )
        except sqlite3.Error as exc:
            message = (
                f"{path} can not be opened: {exc}; check that it is a database of Crosstie and "
                "that its folder exists and is writable"
            )
            raise StoreUnavailable(message) from exc
        return cls(path, writer)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_Transaction]:
        """The write transaction; a second one waits its turn."""
        task = asyncio.current_task()
        if task is not None and task is self._writing_task:
            raise RuntimeError("this task has a write transaction already: pass it on instead")
        async with self._writing:
            self._writing_task = task
            try:
                # A statement that is cancelled still runs, in its turn: the roll-back is behind it.
                await self._writer.execute("BEGIN IMMEDIATE")
                yield _Transaction(self._writer)
                await to_the_end(self._writer.commit())
            except BaseException as exc:
                await to_the_end(self._writer.rollback())
                if reason := _unavailable(exc):
                    raise StoreUnavailable(reason) from exc
                raise
            finally:
                self._writing_task = None
                self.written += 1

    @asynccontextmanager
    async def read(self) -> AsyncIterator[SqliteReader]:
        """A view of one moment."""
        async with self._places:
            reader = self._reader()
            try:
                reader.begin()
                yield reader
            except sqlite3.Error as exc:
                # A reader is refused every write: whoever tries has a bug.
                is_bug = exc.sqlite_errorcode == sqlite3.SQLITE_READONLY
                if not is_bug and (reason := _unavailable(exc)):
                    raise StoreUnavailable(reason) from exc
                raise
            finally:
                try:
                    await reader.end()
                finally:  # not before: whoever takes it next would begin inside this transaction
                    self._idle.append(reader)

    def _reader(self) -> SqliteReader:
        if self._idle:
            return self._idle.pop()
        try:
            return SqliteReader(self._path, self._turn, _BUSY_TIMEOUT_S)
        except sqlite3.Error as exc:
            raise StoreUnavailable(f"{self._path} can not be read: {exc}") from exc

    async def scrub(self) -> None:
        """Writes the file anew and empties the log: old rows live on in neither.

        secure_delete alone leaves copies behind where pages were split. Takes a second for some
        hundred megabytes, in which writers wait.
        """
        async with self._writing:
            try:
                await self._writer.execute_fetchall("VACUUM")
                await self._writer.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as exc:
                if reason := _unavailable(exc):
                    raise StoreUnavailable(reason) from exc
                raise

    async def close(self) -> None:
        """Waits for the running transactions and closes every connection."""
        async with self._writing:
            for _ in range(_READERS):
                await self._places.acquire()
            for reader in self._idle:
                reader.close()
            self._idle.clear()
            await self._writer.close()


async def _connect(path: Path, *pragmas: str) -> aiosqlite.Connection:
    connection = aiosqlite.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        await connection
    except BaseException:
        # Its thread still wants to answer this loop, and prints a traceback where that has closed.
        await to_the_end(asyncio.to_thread(connection._thread.join))
        raise
    try:
        connection.row_factory = sqlite3.Row
        for pragma in pragmas:
            await connection.execute_fetchall(pragma)
    except BaseException:
        # Its thread would keep the process alive.
        await to_the_end(connection.close())
        raise
    return connection


def _unavailable(exc: BaseException) -> str:
    """Why and what now, where the database is to blame; empty where the statement is."""
    code = getattr(exc, "sqlite_errorcode", None)
    if code is None or code & 0xFF not in _UNAVAILABLE:
        return ""
    return (
        f"the database did not take it: {exc}; check the disk, and whether another process holds it"
    )
