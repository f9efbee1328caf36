"""`crosstie import`: starts whoever reads the archives, and only then loads what takes them in.

A second process that reads needs none of that, and is reading by the time it is loaded.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from time import perf_counter
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.sources.beside import beside

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.commands.taking_in import Imported, PagesOf

AHEAD = timedelta(days=366)
"""A post may be dated so far ahead: clocks are wrong, and made-up archives reach beyond today."""


def run(
    database_url: str, paths: Sequence[Path], format_: str = "auto", *, shift_to_now: bool = False
) -> Imported:
    """Imports archives; safe to repeat, and to stop at any moment and start again.

    Raises:
        ConfigError: the address of the database is wrong.
        StoreError: the database can not be used.
        SourceError: the process that reads the archives was ended from outside.
    """
    began = perf_counter()
    clock = SystemClock()
    latest = clock.now() + AHEAD
    there = beside(format_, latest, paths)
    with there or nullcontext():
        from bot.commands import taking_in

        archives = there or _read_here(format_, latest)
        done = taking_in.run(database_url, clock, archives, paths, shift_to_now=shift_to_now)
    done.seconds = perf_counter() - began
    return done


def _read_here(format_: str, latest: datetime) -> PagesOf:
    from bot.sources.archive import Archives

    return Archives(format_, latest)
