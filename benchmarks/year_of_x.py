"""A simulated year of a weekly chat and two conferences on X: the ledger beside X's own bill.

In replayed time, against the stand-in of tests/, which bills in two ways at once. At every batch of
posts the month's worst bill and its cap are looked at, and after every session whether the ledger
is the documented bill to the cent. `python -m benchmarks.year_of_x` prints the months.
"""

from __future__ import annotations

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import Row
from bot.model.budget import MICRO
from bot.store import migrate
from bot.store.open import open_database
from tests.sources.played_year_of_x import Gathering, play

if TYPE_CHECKING:
    from tests.sources.played_year_of_x import Ledger

CAP = 20 * MICRO
WEEKS = 52
CHAT = Gathering(500, 75, timedelta(hours=1), at_once=25)
CONFERENCE = Gathering(4_000, 600, timedelta(days=3), at_once=25)
CONFERENCES = frozenset({6, 30})


async def _play(folder: Path) -> Ledger:
    async with open_database(f"sqlite:///{folder / 'year.db'}") as db:
        await migrate.ensure_current(db, make_empty=True)
        return await play(db, CAP, WEEKS, CHAT, CONFERENCE, CONFERENCES)


def year() -> Ledger:
    """The year; an AssertionError where the ledger is not what it has to be."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_play(Path(folder)))


def table(ledger: Ledger) -> str:
    """The months, in dollars."""
    lines = [
        "| month | ledger | X's bill | ledger at most | X's bill at worst |",
        "|---|---|---|---|---|",
    ]
    for name, month in ledger.months.items():
        usd = (month.spent, month.documented, month.at_most, month.worst)
        lines.append(f"| {name} | " + " | ".join(f"{value / MICRO:.3f}" for value in usd) + " |")
    return "\n".join(lines)


def measure() -> list[Row]:
    ledger = year()
    months = ledger.months.values()
    highest = max(month.worst for month in months) / MICRO
    exact = sum(month.spent == month.documented for month in months)
    over = sum(month.at_most < month.worst for month in months)
    return [
        Row(
            f"X's worst bill of any of {len(months)} months with a cap of ${CAP / MICRO:.0f}",
            f"${highest:.3f}",
            f"<= ${CAP / MICRO:.0f}",
            highest <= CAP / MICRO,
        ),
        Row(
            f"months in which X's ledger is the documented bill to the cent, {ledger.looks} looks",
            f"{exact} of {len(months)}",
            "all",
            exact == len(months) >= 12,
        ),
        Row("months in which it is below the worst bill", str(over), "0", over == 0),
    ]


if __name__ == "__main__":
    print(table(year()))
