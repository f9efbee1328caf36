"""PostgreSQL through asyncpg: a pool, one write transaction at a time, many readers."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self, cast

import asyncpg

from bot.errors import StoreUnavailable
from bot.store.database import bound, numbered, to_the_end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from bot.store.database import Dialect, Row

_CONNECTIONS = 10
_STATEMENTS_KEPT = 512
_CONNECT_S = 10.0
_STATEMENT_S = 60.0
_VACUUM_S = 3600.0
_CLOSE_S = 10.0
# Nothing is wrong with the statement: the server is away, full, or chose another transaction.
_UNAVAILABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
_CANNOT_OPEN = (
    *_UNAVAILABLE,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InterfaceError,
    ValueError,
)


class _Transaction:
    """A transaction on one connection; a Reader, and in `write` a Writer."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        text, values = bound(sql, "$", params)
        with _translated(self._connection):
            return cast("Sequence[Row]", await self._connection.fetch(text, *values))

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        rows = await self.fetch(sql, **params)
        return rows[0] if rows else None

    async def execute(self, sql: str, **params: object) -> int:
        text, values = bound(sql, "$", params)
        with _translated(self._connection):
            return _changed(await self._connection.execute(text, *values))

    async def execute_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with _translated(self._connection):
                await self._connection.executemany(numbered(sql, "$")[0], rows)

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
        incoming = f"incoming_{table}"
        names = ", ".join(columns)
        then = f"DO UPDATE SET {update}" if update else "DO NOTHING"
        insert = (
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {incoming} "  # noqa: S608 our own names
            f"ON CONFLICT ({', '.join(key)}) {then}"
        )
        # Made once a connection; at most ten of them, so the catalogue does not grow.
        await self.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS "  # noqa: S608
            f"AS SELECT * FROM {table} WITH NO DATA"
        )
        await self.execute(f"TRUNCATE {incoming}")
        with _translated(self._connection):
            await self._connection.copy_records_to_table(incoming, records=rows, columns=columns)
        if not update:
            return await self.execute(insert)
        row = await self.fetch_one(
            f"WITH put AS ({insert} RETURNING (xmax = 0) AS is_new) "  # noqa: S608
            "SELECT count(*) AS made FROM put WHERE is_new"
        )
        return int(row["made"]) if row else 0

    async def claim(
        self, table: str, where: str, set_to: str, limit: int, order: str, **params: object
    ) -> Sequence[Row]:
        # An array, so that the choice is made once: a sub-select may be run again for each row.
        return await self.fetch(
            f"UPDATE {table} SET {set_to} WHERE id = ANY (ARRAY("  # noqa: S608 our own names
            f"SELECT id FROM {table} WHERE {where} ORDER BY {order} LIMIT {limit:d} "
            "FOR UPDATE SKIP LOCKED)) RETURNING *",
            **params,
        )


class PostgresDatabase:
    """One database of one server. Writers of one process queue, as they do on SQLite."""

    dialect: Final[Dialect] = "postgres"
    errors: Final[tuple[type[Exception], ...]] = (asyncpg.PostgresError, asyncpg.InterfaceError)

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool
        self._writing = asyncio.Lock()
        self._writing_task: asyncio.Task[object] | None = None
        self.written = 0

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connects.

        Raises:
            StoreUnavailable: it can not be reached, or does not let us in; says why.
        """
        try:
            pool = await asyncpg.create_pool(
                url,
                min_size=1,
                max_size=_CONNECTIONS,
                timeout=_CONNECT_S,
                command_timeout=_STATEMENT_S,
                statement_cache_size=_STATEMENTS_KEPT,
                # Compiling costs more than our short statements take.
                server_settings={"application_name": "crosstie", "jit": "off"},
                init=_prepare,
            )
        except _CANNOT_OPEN as exc:
            reason = str(exc) or type(exc).__name__
            raise StoreUnavailable(
                f"PostgreSQL can not be reached: {reason}; check database.url, and that the server "
                "runs and has this database"
            ) from exc
        return cls(pool)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[_Transaction]:
        """The write transaction; a second one waits its turn."""
        task = asyncio.current_task()
        if task is not None and task is self._writing_task:
            raise RuntimeError("this task has a write transaction already: pass it on instead")
        async with self._writing:
            self._writing_task = task
            try:
                async with self._transaction("BEGIN", "COMMIT") as tx:
                    yield tx
            finally:
                self._writing_task = None
                self.written += 1

    @asynccontextmanager
    async def read(self) -> AsyncIterator[_Transaction]:
        """A view of one moment."""
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        async with self._transaction(begin, "ROLLBACK") as tx:
            yield tx

    @asynccontextmanager
    async def _transaction(self, begin: str, end: str) -> AsyncIterator[_Transaction]:
        with _translated(None):
            connection = await self._pool.acquire()
        try:
            tx = _Transaction(connection)
            try:
                await tx.execute(begin)
                yield tx
                await to_the_end(tx.execute(end))
            except BaseException:
                if not _is_gone(connection):
                    await to_the_end(_roll_back(connection))
                raise
        finally:
            await to_the_end(self._pool.release(connection))

    async def scrub(self) -> None:
        """Lets the server reuse what deleted rows took; its log keeps its own time."""
        with _translated(None):
            async with self._pool.acquire() as connection:
                await connection.execute("VACUUM", timeout=_VACUUM_S)

    async def close(self) -> None:
        """Waits for the running transactions and closes every connection."""
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


async def _prepare(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    # sum() of BIGINT is NUMERIC here and an integer there: both give a plain number.
    await connection.set_type_codec(
        "numeric", schema="pg_catalog", encoder=str, decoder=_number, format="text"
    )


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _changed(status: str) -> int:
    """The number at the end of "UPDATE 3"; 0 for statements that change no rows."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else 0


def _is_gone(connection: asyncpg.Connection[asyncpg.Record]) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool took it back when it broke
        return True


async def _roll_back(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    try:
        await connection.execute("ROLLBACK")
    except (*_UNAVAILABLE, asyncpg.InterfaceError):
        # Without a connection there is no transaction either; the first error is the one to tell.
        connection.terminate()


@contextmanager
def _translated(connection: asyncpg.Connection[asyncpg.Record] | None) -> Iterator[None]:
    """StoreUnavailable for what is no fault of the statement; all else as it is."""
    try:
        yield
    except _UNAVAILABLE as exc:
        raise StoreUnavailable(f"the database did not take it: {_words(exc)}") from exc
    except asyncpg.InterfaceError as exc:
        if connection is not None and not _is_gone(connection):
            raise
        raise StoreUnavailable(f"the connection to the database is gone: {_words(exc)}") from exc


def _words(exc: BaseException) -> str:
    return str(exc) or type(exc).__name__
