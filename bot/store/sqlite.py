"""SQLite: one writer with a lock, one read-only connection for readers, WAL between them."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Self, cast

import aiosqlite

from bot.errors import StoreUnavailable
from bot.store.database import numbered

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from bot.store.database import Row

_BUSY_TIMEOUT_S = 10


class _Transaction:
    """A transaction on one connection; a Reader, and on the writer's connection a Writer."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        text, names = numbered(sql, "?")
        rows = await self._connection.execute_fetchall(text, tuple(params[n] for n in names))
        return cast("Sequence[Row]", rows)

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        rows = await self.fetch(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: object) -> int:
        text, names = numbered(sql, "?")
        async with self._connection.execute(text, tuple(params[n] for n in names)) as cursor:
            return cursor.rowcount

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
        marks = ", ".join("?" * len(columns))
        then = f"DO UPDATE SET {update}" if update else "DO NOTHING"
        insert = (
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) "  # noqa: S608 our own names
            f"ON CONFLICT ({', '.join(key)}) {then}"
        )
        if not update:
            before = self._connection.total_changes
            await self._connection.executemany(insert, rows)
            return self._connection.total_changes - before
        held = await self._count(table)
        await self._connection.executemany(insert, rows)
        return await self._count(table) - held

    async def _count(self, table: str) -> int:
        row = await self.fetch_one(f"SELECT count(*) AS held FROM {table}")  # noqa: S608 our own name
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
    """One file. Readers never wait for the writer, nor it for them."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection) -> None:
        self._writer = writer
        self._reader = reader
        self._writing = asyncio.Lock()
        self._reading = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Opens, and makes, the file.

        Raises:
            StoreUnavailable: it can not be opened; says why and what to do.
        """
        try:
            writer = await _connect(path)
            await writer.execute("PRAGMA journal_mode = WAL")
            await writer.execute("PRAGMA synchronous = NORMAL")
            reader = await _connect(path)
            await reader.execute("PRAGMA query_only = ON")
        except sqlite3.Error as exc:
            message = (
                f"{path} can not be opened: {exc}; check that the folder exists and is writable"
            )
            raise StoreUnavailable(message) from exc
        return cls(writer, reader)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_Transaction]:
        """The write transaction; a second one waits its turn."""
        async with self._writing:
            try:
                await _begin(self._writer, "BEGIN IMMEDIATE")
                yield _Transaction(self._writer)
                await asyncio.shield(self._writer.commit())
            except BaseException as exc:
                await asyncio.shield(self._writer.rollback())
                if isinstance(exc, sqlite3.OperationalError):
                    raise StoreUnavailable(f"the database did not take it: {exc}") from exc
                raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_Transaction]:
        """A view of one moment. Statements queue on one connection, so keep it short."""
        async with self._reading:
            try:
                await _begin(self._reader, "BEGIN")
                yield _Transaction(self._reader)
            finally:
                await asyncio.shield(self._reader.rollback())

    async def close(self) -> None:
        """Waits for the running transactions and closes both connections."""
        async with self._writing, self._reading:
            await self._reader.close()
            await self._writer.close()


async def _connect(path: Path) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    connection.row_factory = sqlite3.Row
    await connection.execute("PRAGMA foreign_keys = ON")
    return connection


async def _begin(connection: aiosqlite.Connection, statement: str) -> None:
    try:
        await connection.execute(statement)
    except sqlite3.OperationalError as exc:
        raise StoreUnavailable(
            f"the database stays locked: {exc}; is another process using it?"
        ) from exc
