"""How long the program takes to begin, as whole processes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks import Row

RUNS = 10
HELP_S = 0.2


def seconds(*command: str) -> float:
    """The median of several runs, in seconds."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def measure() -> list[Row]:
    help_s = seconds("-m", "bot", "--help")
    app_s = seconds("-c", "import bot.app")
    return [
        Row("crosstie --help", f"{help_s:.3f} s", f"< {HELP_S} s", help_s < HELP_S),
        Row("importing the whole bot", f"{app_s:.2f} s", ""),
    ]
