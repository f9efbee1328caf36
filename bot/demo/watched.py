"""A database that notes which tables are read and which are changed, for whoever would ask again.

Time is played in thousands of steps, and after each of them some thirty heartbeats could be asked
what is due next. Most steps change a few tables, and most answers were read from others.
"""

from __future__ import annotations

import re
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self, TypeVar

from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from bot.clock import ReplayClock
    from bot.scheduler import Heartbeat
    from bot.store.database import Database, Dialect, Reader, Row, Writer

_T = TypeVar("_T")
_HOUR = timedelta(hours=1)
_READ = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_]+)")
_CHANGED = re.compile(r"\b(?:INTO|UPDATE|FROM)\s+([a-z_]+)")
_ALL = "*"
"""Stands for every table: what is deleted may take rows of others with it."""


@lru_cache(maxsize=1024)
def _tables_read(sql: str) -> frozenset[str]:
    return frozenset(_READ.findall(sql))


@lru_cache(maxsize=1024)
def _tables_changed(sql: str) -> frozenset[str]:
    """Those of a statement that may change something, perhaps some that it only reads."""
    word = sql.split(None, 1)[0].upper()
    if word == "SELECT":
        return frozenset()
    return frozenset(_CHANGED.findall(sql)) if word in {"INSERT", "UPDATE"} else frozenset({_ALL})


class Watch:
    """When each table was changed last, and which tables are read while somebody notes it."""

    def __init__(self) -> None:
        self.changes = 0
        """How many statements changed something; an instant to compare with."""
        self._last: dict[str, int] = {_ALL: 0}
        self._noting: set[str] | None = None

    @contextmanager
    def noting(self) -> Iterator[set[str]]:
        """Fills the set with every table that is read meanwhile, by whomever."""
        before, self._noting = self._noting, set()
        try:
            yield self._noting
        finally:
            self._noting = before

    def changed_since(self, changes: int, tables: Iterable[str]) -> bool:
        """Whether one of the tables was changed after there had been so many changes."""
        if self.changes == changes:
            return False
        last = self._last
        return last[_ALL] > changes or any(last.get(table, 0) > changes for table in tables)

    @property
    def is_noting(self) -> bool:
        """Whether anybody wants to know what is read."""
        return self._noting is not None

    def read(self, sql: str) -> None:
        """This is read."""
        if self._noting is not None:
            self._noting |= _tables_read(sql)

    def changed(self, tables: Iterable[str]) -> None:
        """These tables were changed."""
        self.changes += 1
        for table in tables:
            self._last[table] = self.changes


class _Reader:
    def __init__(self, tx: Reader, watch: Watch) -> None:
        self._tx = tx
        self._watch = watch

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        self._watch.read(sql)
        return await self._tx.fetch(sql, **params)

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        self._watch.read(sql)
        return await self._tx.fetch_one(sql, **params)


class _Writer:
    """What changed nothing is not noted, what is rolled back later is."""

    def __init__(self, tx: Writer, watch: Watch) -> None:
        self._tx = tx
        self._watch = watch

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        return self._note(sql, await self._tx.fetch(sql, **params))

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        return self._note(sql, await self._tx.fetch_one(sql, **params))

    async def execute(self, sql: str, **params: object) -> int:
        return self._note(sql, await self._tx.execute(sql, **params))

    async def execute_many(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        await self._tx.execute_many(sql, rows)
        self._note(sql, rows)

    async def bulk_upsert(
        self,
        table: str,
        columns: Sequence[str],
        key: Sequence[str],
        rows: Sequence[tuple[object, ...]],
        update: str = "",
    ) -> int:
        new = await self._tx.bulk_upsert(table, columns, key, rows, update)
        if new or (rows and update):
            self._watch.changed([table])
        return new

    async def claim(
        self, table: str, where: str, set_to: str, limit: int, order: str, **params: object
    ) -> Sequence[Row]:
        rows = await self._tx.claim(table, where, set_to, limit, order, **params)
        if rows:
            self._watch.changed([table])
        return rows

    def _note(self, sql: str, came_of_it: _T) -> _T:
        if came_of_it and (tables := _tables_changed(sql)):
            self._watch.changed(tables)
        return came_of_it


class Watched:
    """The database, with its watch."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.watch: Final = Watch()

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """The database at `url`, watched; closed on leaving."""
        async with open_database(url) as db:
            yield cls(db)

    @property
    def dialect(self) -> Dialect:
        """That of the database."""
        return self._db.dialect

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Those of the database."""
        return self._db.errors

    @property
    def written(self) -> int:
        """How many statements changed something."""
        return self.watch.changes

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """A view of one moment."""
        return self._reading() if self.watch.is_noting else self._db.read()

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[Reader]:
        async with self._db.read() as tx:
            yield _Reader(tx, self.watch)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writer]:
        """The write transaction."""
        async with self._db.write() as tx:
            yield _Writer(tx, self.watch)

    async def scrub(self) -> None:
        """Takes what deleted rows left behind out of the files."""
        await self._db.scrub()

    async def close(self) -> None:
        """Closes the database."""
        await self._db.close()


def when_due(heartbeat: Heartbeat, clock: ReplayClock, watch: Watch) -> Heartbeat:
    """The heartbeat, asked what is due no more often than that may be something else.

    That is when its instant has come, when a table changed that it had read for its answer, and
    else once an hour: what it says may hang on the time, too. One that beats once an hour or more
    seldom in life misses changes there as well; one that reads nothing is asked always.
    """
    seldom = heartbeat.every >= _HOUR
    asked_at: datetime | None = None
    changes = 0
    known: datetime | None = None
    tables: set[str] = set()

    async def next_due() -> datetime | None:
        nonlocal asked_at, changes, known, tables
        now = clock.now()
        if asked_at is not None and (known is None or known > now):
            if seldom:
                if now - asked_at < heartbeat.every:
                    return known
            elif tables and now - asked_at < _HOUR and not watch.changed_since(changes, tables):
                return known
        asked_at, changes = now, watch.changes
        with watch.noting() as tables:
            known = await heartbeat.next_due()
        return known

    return replace(heartbeat, next_due=next_due)
