"""What every database of ours can do; SQLite and PostgreSQL each do it in a file of their own.

One SQL text serves both: parameters are written `:name`, instants are BIGINT microseconds, truths
are 0 or 1, ids are made in Python, untyped parameters are cast with CAST(... AS ...), never `::`.
"""

from __future__ import annotations

import asyncio
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

Dialect = Literal["sqlite", "postgres"]

_PARAMETER = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=1024)
def numbered(sql: str, mark: str) -> tuple[str, tuple[str, ...]]:
    """The statement with `:name` written as `?1` or `$1`, and the names by their numbers.

    `mark` is "?" or "$". A name used twice has one number. No literal of ours holds a colon.
    """
    names: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"{mark}{names.setdefault(match[1], len(names) + 1)}"

    return _PARAMETER.sub(number, sql), tuple(names)


def bound(sql: str, mark: str, params: Mapping[str, object]) -> tuple[str, tuple[object, ...]]:
    """The statement and its values as a driver takes them.

    Without values the text is left as it is, so a migration may hold a colon.
    """
    if not params:
        return sql, ()
    text, names = numbered(sql, mark)
    return text, tuple(params[name] for name in names)


async def to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Runs `work` to its end even when the caller is cancelled meanwhile; then the caller stops.

    For a commit or a roll-back: cutting one short leaves a connection that nobody can use.
    """
    task = asyncio.get_running_loop().create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as exc:
            cancelled = exc
    task.result()
    if cancelled:
        raise cancelled


class Row(Protocol):
    """One row, by column name."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""
        ...


class Reader(Protocol):
    """A consistent view of the database."""

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        """All rows that the statement gives."""
        ...

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        """The first row, or None."""
        ...


class Writer(Reader, Protocol):
    """The one write transaction: all of it, or nothing."""

    async def execute(self, sql: str, **params: object) -> int:
        """Runs one statement; how many rows it changed."""
        ...

    async def execute_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Runs a statement for every row; values in the order in which names first appear."""
        ...

    async def bulk_upsert(
        self,
        table: str,
        columns: Sequence[str],
        key: Sequence[str],
        rows: Sequence[tuple[object, ...]],
        update: str = "",
    ) -> int:
        """Inserts rows, as fast as this database can; how many were new.

        A row whose key is there already is left alone, or changed by `update`, such as
        "handle = coalesce(excluded.handle, accounts.handle)". Rows must not repeat a key.
        """
        ...

    async def claim(
        self, table: str, where: str, set_to: str, limit: int, order: str, **params: object
    ) -> Sequence[Row]:
        """Changes up to `limit` rows that nobody else is changing, and gives them as they are then.

        `order` decides which are taken; they come in no order. The table's key is `id`.
        On PostgreSQL rows that another transaction holds are passed over (SKIP LOCKED); on SQLite
        there is no other.
        """
        ...


class Database(Protocol):
    """An open database; `bot.store.open.open_database` makes one."""

    @property
    def dialect(self) -> Dialect:
        """Which of the two it is; only migrations and tests ask."""
        ...

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its driver raises when a statement fails; a bug, where nobody expects it."""
        ...

    @property
    def written(self) -> int:
        """How many write transactions of this process have ended; the same: it changed nothing."""
        ...

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """A read-only transaction: one moment's view. A few at once, more wait their turn.

        Raises:
            StoreUnavailable: the database can not be reached.
        """
        ...

    def write(self) -> AbstractAsyncContextManager[Writer]:
        """The write transaction: committed on leaving, rolled back on any exception.

        There is one at a time in a process; a task that asks for a second inside its first gets a
        RuntimeError instead of waiting for itself. Cancelled while it commits, it is committed.

        Raises:
            StoreUnavailable: the database can not be reached, or stays locked.
        """
        ...

    async def scrub(self) -> None:
        """Takes what deleted rows left behind out of the files, as far as this database can."""
        ...

    async def close(self) -> None:
        """Waits for the running transactions and closes every connection."""
        ...
