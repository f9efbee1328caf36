"""Reading SQLite without a thread where the answer is near: one connection, one moment's view.

To hand a statement to another thread and to get its rows back costs some hundred microseconds, on
a busy machine a millisecond; most statements of ours take twenty. So a statement runs where it is
asked for, and is cut short when it has used up what reading may take of one turn of the event loop;
then it is run again in a thread, on the same connection and so in the same transaction.

Invariants:
  1. One at a time uses the connection: nothing is asked of it while a thread works with it, also
     after whoever waited for that was cancelled.
  2. On the event loop nobody waits for a lock of another process; that too is left to the thread.
"""

from __future__ import annotations

import asyncio
import sqlite3
from time import perf_counter
from typing import TYPE_CHECKING, Final, cast

from bot.store.database import bound, to_the_end

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.database import Row

_TURN_S: Final = 0.004
"""What all reading together may take of one turn of the event loop."""
_STEPS: Final = 1000
"""Of SQLite's machine, between two looks at the time: some tens of microseconds."""
_STATEMENTS: Final = 512
"""That are kept compiled; more than there are."""
_TOO_LONG_HERE = frozenset({sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


class Turn:
    """What is left for reading of the present turn of the event loop; all readers share it."""

    def __init__(self) -> None:
        self._left_s = _TURN_S

    def left_s(self) -> float:
        """Seconds; nothing or less when statements are to run in a thread."""
        return self._left_s

    def took(self, seconds: float) -> None:
        """Counts what a statement took."""
        if self._left_s == _TURN_S:
            asyncio.get_running_loop().call_soon(self._is_over)
        self._left_s -= seconds

    def _is_over(self) -> None:
        self._left_s = _TURN_S


class SqliteReader:
    """One read-only connection; `begin`, any number of statements, `end`, and again."""

    def __init__(self, path: Path, turn: Turn, busy_timeout_s: int) -> None:
        """Opens the file.

        Raises:
            sqlite3.Error: it can not be opened.
        """
        self._turn = turn
        self._patience = f"PRAGMA busy_timeout = {busy_timeout_s * 1000}"
        self._until: float | None = None
        self._in_thread: asyncio.Future[Sequence[Row]] | None = None
        self._connection = sqlite3.connect(
            path,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_STATEMENTS,
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA query_only = ON")
        self._connection.set_progress_handler(self._is_too_long, _STEPS)

    def begin(self) -> None:
        """The view is that of the first statement."""
        self._connection.execute("BEGIN")

    async def end(self) -> None:
        """Gives the view up, after the statement that may still run in a thread."""
        if self._in_thread is not None and not self._in_thread.done():
            self._connection.interrupt()  # nobody wants it any more
            await to_the_end(asyncio.wait([self._in_thread]))
        self._connection.rollback()

    def close(self) -> None:
        """Closes the connection; nobody may be reading."""
        self._connection.close()

    async def fetch(self, sql: str, **params: object) -> Sequence[Row]:
        """All rows that the statement gives."""
        text, values = bound(sql, "?", params)
        while self._in_thread is not None and not self._in_thread.done():
            await asyncio.wait([self._in_thread])
        began = perf_counter()
        left_s = self._turn.left_s()
        if left_s > 0:
            self._until = began + left_s
            try:
                rows = self._connection.execute(text, values).fetchall()
            except sqlite3.OperationalError as exc:
                if getattr(exc, "sqlite_errorcode", 0) & 0xFF not in _TOO_LONG_HERE:
                    raise
            else:
                return cast("Sequence[Row]", rows)
            finally:
                self._until = None
                self._turn.took(perf_counter() - began)
        work = asyncio.get_running_loop().run_in_executor(None, self._patiently, text, values)
        self._in_thread = work
        return await asyncio.shield(work)

    async def fetch_one(self, sql: str, **params: object) -> Row | None:
        """The first row, or None."""
        rows = await self.fetch(sql, **params)
        return rows[0] if rows else None

    def _patiently(self, text: str, values: tuple[object, ...]) -> Sequence[Row]:
        """In a thread: as long as it takes, also where another process holds the file."""
        self._connection.execute(self._patience)
        try:
            return cast("Sequence[Row]", self._connection.execute(text, values).fetchall())
        finally:
            self._connection.execute("PRAGMA busy_timeout = 0")

    def _is_too_long(self) -> bool:
        return self._until is not None and perf_counter() > self._until
