"""Ten thousand events on X, a fault at every tenth, and fifty kills: nothing is lost or doubled.

Against the stand-in of tests/; what must be in the database is computed from what was said there.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
import time
from contextlib import ExitStack
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
    from collections.abc import Callable, Coroutine
    from typing import Any

EVENTS = int(os.environ.get("CROSSTIE_TEST_EVENTS", "10000"))
KILLS = int(os.environ.get("CROSSTIE_TEST_KILLS", "50"))
WANTED = "exactly the right rows"


async def _play(url: str) -> str:
    clock = ReplayClock(datetime(2026, 5, 13, 19, tzinfo=UTC))
    async with standin.serve(clock) as x, open_database(url) as db:
        await migrate.ensure_current(db, make_empty=True)
        faults = await play_with_faults(db, clock, x, EVENTS)
    return (
        f"{faults.total()} faults of {len(faults)} kinds, the fewest {min(faults.values())} times"
    )


async def _kill(url: str) -> str:
    async with open_database(url) as db:
        await migrate.ensure_current(db, make_empty=True)
    await kill_at_random(url, KILLS)
    return f"killed {KILLS} times"


def _row(what: str, work: Callable[[str], Coroutine[Any, Any, str]], kind: str) -> Row:
    """One measurement, on a database of its own."""
    began, kept = time.perf_counter(), True
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = f"sqlite:///{folder / 'x.db'}"
        if kind == "PostgreSQL":
            url = stack.enter_context(postgres_for(folder))
        try:
            found = f"{WANTED}; {asyncio.run(work(url))}"
        except (AssertionError, TimeoutError) as exc:
            found, kept = f"not: {str(exc)[:60] or type(exc).__name__}", False
    seconds = f"{time.perf_counter() - began:.0f} s"
    return Row(f"{what}, {kind}", f"{found}, {seconds}", WANTED, kept)


def measure() -> list[Row]:
    logging.disable(logging.WARNING)
    faults = f"X: {EVENTS} events, a fault at every tenth"
    kills = f"X: followed by a process, kill -9 {KILLS} times"
    return [
        _row(what, work, kind)
        for what, work in ((faults, _play), (kills, _kill))
        for kind in ("SQLite", "PostgreSQL")
    ]
