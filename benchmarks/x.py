"""Ten thousand events on X, a fault at every tenth, and fifty kills: nothing is lost or doubled.

Against the stand-in of tests/; what must be in the database is computed from what was said there.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import Row
from bot.clock import ReplayClock
from bot.store import migrate
from bot.store.open import open_database
from tests.databases import postgres_for
from tests.sources.played_x import kill_at_random, play_with_faults
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

EVENTS = 10_000
KILLS = 50
WANTED = "exactly the right rows"


async def _play(url: str) -> None:
    clock = ReplayClock(datetime(2026, 5, 13, 19, tzinfo=UTC))
    async with standin.serve(clock) as x, open_database(url) as db:
        await migrate.ensure_current(db, make_empty=True)
        await play_with_faults(db, clock, x, EVENTS)


async def _kill(url: str) -> None:
    async with open_database(url) as db:
        await migrate.ensure_current(db, make_empty=True)
    await kill_at_random(url, KILLS)


def _row(what: str, work: Coroutine[Any, Any, None]) -> Row:
    began = time.perf_counter()
    try:
        asyncio.run(work)
    except AssertionError as exc:
        return Row(
            what, f"another ({str(exc).splitlines()[0][:60]})", "exactly the right rows", False
        )
    return Row(
        what, f"the right rows, {time.perf_counter() - began:.0f} s", "exactly the right rows"
    )


def measure() -> list[Row]:
    logging.disable(logging.WARNING)
    faults = f"{EVENTS} events of X, a fault at every tenth"
    with tempfile.TemporaryDirectory() as folder, postgres_for(Path(folder)) as server:
        sqlite = f"sqlite:///{Path(folder) / 'x.db'}"
        killed = f"sqlite:///{Path(folder) / 'killed.db'}"
        return [
            _row(f"{faults}, SQLite", _play(sqlite)),
            _row(f"{faults}, PostgreSQL", _play(server)),
            _row(f"X followed by a process that is killed {KILLS} times, SQLite", _kill(killed)),
        ]
