"""A simulated year of a weekly chat and two conferences on X: the ledger beside X's own bill.

In replayed time, against the stand-in of tests/, which bills in two ways at once. At every batch of
posts the month's worst bill, what is put aside and the cap are looked at, and after every session
whether the ledger is the documented bill to the cent. Twice the process is killed between a
request and its settlement, once X wants to be paid, once it says that its own cap is reached.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import Row
from bot.model.budget import MICRO, Level
from bot.store import migrate
from bot.store.open import open_database
from tests.sources.played_year_of_x import Gathering, Mishap, play

if TYPE_CHECKING:
    from tests.sources.played_year_of_x import Ledger, Month

CAP = 20 * MICRO
WEEKS = 52
CHAT = Gathering(500, 75, timedelta(hours=1), at_once=25)
CONFERENCE = Gathering(4_000, 600, timedelta(days=3), at_once=25, reposts=0.65)
CONFERENCES = frozenset({6, 30})
MISHAPS = {
    10: Mishap.CRASH_IN_A_SEARCH,
    19: Mishap.CRASH_IN_A_STREAM,
    36: Mishap.NO_CREDIT,
    45: Mishap.CAP_OF_X,
}
COLUMNS = (
    "month",
    "chats",
    "posts billed",
    "ledger",
    "X's bill",
    "difference",
    "ledger at most",
    "X's bill at worst",
    "highest, with what is put aside",
    "cap",
    "told",
    "state",
)


async def _play(folder: Path) -> Ledger:
    async with open_database(f"sqlite:///{folder / 'year.db'}") as db:
        await migrate.ensure_current(db, make_empty=True)
        return await play(db, CAP, WEEKS, CHAT, CONFERENCE, CONFERENCES, MISHAPS)


def year() -> Ledger:
    """The year, and what was not as it has to be."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_play(Path(folder)))


def table(ledger: Ledger) -> str:
    """The months, in dollars."""
    lines = [
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
    ]
    for name, month in ledger.months.items():
        held = f"{month.chats}" + (" and a conference" if month.conferences else "")
        told = " ".join(f"{percent} %" for percent in month.said) or "-"
        usd = [
            f"{value / MICRO:.3f}"
            for value in (
                month.spent,
                month.documented,
                month.spent - month.documented,
                month.at_most,
                month.worst,
                month.highest,
                ledger.cap,
            )
        ]
        cells = [name, held, str(month.posts), *usd, told, _state(month)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _state(month: Month) -> str:
    levels = " > ".join(level.name.lower().replace("_", " ") for level in month.levels)
    return "; ".join([levels, *(mishap.value for mishap in month.mishaps)])


def measure() -> list[Row]:
    began = time.perf_counter()
    ledger = year()
    seconds = time.perf_counter() - began
    print(table(ledger))  # noqa: T201, RUF100 the months are what it is about
    for line in ledger.wrong:
        print("wrong:", line, file=sys.stderr)  # noqa: T201, RUF100
    months = list(ledger.months.values())
    highest = max(month.highest for month in months)
    exact = sum(month.spent == month.documented for month in months)
    below = sum(month.at_most < month.worst for month in months)
    all_steps = sum(month.levels == list(Level) for month in months if month.conferences)
    suffered = [mishap for month in months for mishap in month.mishaps]
    told = {percent: sum(percent in month.said for month in months) for percent in (50, 80, 100)}
    return [
        Row(
            f"the most spent and put aside in any of {len(months)} months, {ledger.looks} looks",
            f"${highest / MICRO:.3f}",
            f"<= ${CAP / MICRO:.0f}",
            highest <= CAP,
        ),
        Row(
            "months in which X's ledger is the documented bill to the cent",
            f"{exact} of {len(months)}",
            "all",
            exact == len(months) >= 12,
        ),
        Row("months in which it is below the worst bill", str(below), "0", below == 0),
        Row(
            "months with a conference that went down every step in order",
            f"{all_steps} of {len(CONFERENCES)}",
            "all",
            all_steps == len(CONFERENCES),
        ),
        Row(
            "months in which 50, 80, 100 % were told, each at most once",
            " ".join(map(str, told.values())),
            "each some",
            all(told.values()) and not any("told" in line for line in ledger.wrong),
        ),
        Row(
            "killed before a settlement, refused for money: survived",
            f"{len(suffered)}",
            str(len(Mishap)),
            set(suffered) == set(Mishap),
        ),
        Row(
            "anything else that was wrong at a look", str(len(ledger.wrong)), "0", not ledger.wrong
        ),
        Row("seconds for the year", f"{seconds:.0f}", "<= 300", seconds <= 300),
    ]
