"""How long the map of a network takes to be drawn, from people to PNG."""

from __future__ import annotations

import random
from statistics import median
from time import process_time

from benchmarks import Row
from bot.model.pictures import MapPerson, MapShown
from cogs.picture import map_png

WANTED_MS = {50: 100, 150: 150, 500: 250}
RUNS = 5
_FIELDS = ("nursing", "game design", "law", "statistics", "biology", "music", "")


def people(count: int) -> MapShown:
    chance = random.Random(count)
    shown = tuple(
        MapPerson(
            f"Person {chance.randrange(10**6)}",
            chance.choice(_FIELDS),
            chance.random() ** 3,
            i < min(20, count // 6),
            chance.random() < 0.15,
        )
        for i in range(count)
    )
    return MapShown("Ana Ruiz", shown)


def measure() -> list[Row]:
    """Processor time, the median of five, after one that loads the fonts."""
    rows = []
    for count, wanted in WANTED_MS.items():
        shown = people(count)
        map_png(shown, "en")
        times = []
        for _ in range(RUNS):
            start = process_time()
            map_png(shown, "en")
            times.append((process_time() - start) * 1e3)
        took = median(times)
        rows.append(
            Row(f"map of {count} people", f"{took:.0f} ms", f"<= {wanted} ms", took <= wanted)
        )
    return rows
