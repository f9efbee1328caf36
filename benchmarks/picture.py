"""How long the map of a network takes to be drawn, from people to PNG, and with matplotlib.

matplotlib gets an environment of its own, and no layout to find: it is told the places.
"""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
import venv
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING

from benchmarks import Row
from bot.engine import layout
from bot.model.pictures import MapPerson, MapShown
from cogs.picture import map_png

if TYPE_CHECKING:
    from collections.abc import Iterator

PEER = "matplotlib"
WANTED_TIMES = 2.5
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
    with tempfile.TemporaryDirectory() as folder:
        peer = _environment(Path(folder))
        return [row for count in WANTED_MS for row in _rows(count, peer)]


def _environment(folder: Path) -> Path | None:
    """An environment with matplotlib; None where it can not be had."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    got = subprocess.run((str(python), "-m", "pip", "install", "-q", PEER), check=False)
    return python if got.returncode == 0 else None


def _rows(count: int, peer: Path | None) -> Iterator[Row]:
    shown = people(count)
    map_png(shown, "en")
    times = []
    for _ in range(RUNS):
        start = process_time()
        map_png(shown, "en")
        times.append((process_time() - start) * 1e3)
    took, wanted = median(times), WANTED_MS[count]
    yield Row(f"map of {count} people", f"{took:.0f} ms", f"<= {wanted} ms", took <= wanted)
    what, bound = f"map of {count} people, and with {PEER}", f"{WANTED_TIMES} times or more"
    if peer is None:
        yield Row(what, f"not measured: {PEER} can not be installed here", bound, kept=False)
        return
    theirs = _with_matplotlib(peer, shown)
    ratio = theirs / took
    said = f"{theirs:.0f} ms, {ratio:.1f} times ours"
    yield Row(what, said, bound, kept=ratio >= WANTED_TIMES)


def _with_matplotlib(python: Path, shown: MapShown) -> float:
    """The same circles, lines and names at the same places; milliseconds, the median."""
    plan = layout.lay_out(shown.people, [(8.0 * len(p.name), 18.0) for p in shown.people])
    drawing = {
        "size": (plan.width, plan.height),
        "middle": plan.middle,
        "spots": plan.spots,
        "names": [p.name for p in shown.people],
        "radii": [layout.radius_of(p) for p in shown.people],
        "widths": [1 + 3 * p.strength for p in shown.people],
        "colours": [f"C{len(p.field) % 9}" for p in shown.people],
    }
    script = Path(__file__).with_name("picture_in_matplotlib.py")
    told = subprocess.run(
        (str(python), str(script)),
        input=json.dumps(drawing),
        capture_output=True,
        text=True,
        check=True,
    )
    times: list[float] = json.loads(told.stdout)
    return median(times)
