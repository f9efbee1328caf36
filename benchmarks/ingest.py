"""`crosstie import` against tidy-tweet 0.4.0: the same archives, whole processes, in turn, one run.

The archives come from the generator in ../shared/bench/ingest (it needs numpy). tidy-tweet gets an
environment of its own. CROSSTIE_BENCH_POSTS gives other sizes, such as "20000".
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parent.parent
GENERATOR = ROOT.parent / "shared" / "bench" / "ingest" / "gen_x_archive.py"
PEER = "tidy-tweet==0.4.0"
SIZES = "20000,200000"
WANTED = 2.0
_ROUNDS = {20_000: 3}
"""How often each is run; once where nothing is said. The median counts."""


def measure() -> list[Row]:
    """Posts per second of both, and how many times as fast we are."""
    if not GENERATOR.exists():
        return [
            Row(
                "import",
                f"not measured: {GENERATOR} is missing",
                f"{WANTED} times or more",
                kept=False,
            )
        ]
    sizes = [int(size) for size in os.environ.get("CROSSTIE_BENCH_POSTS", SIZES).split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer = _peer(folder / "peer")
        return [_compared(folder, peer, size) for size in sizes]


def _peer(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    pip = (str(folder / "bin" / "python"), "-m", "pip", "install", "-q", PEER)
    subprocess.run(pip, check=True, stdout=subprocess.DEVNULL)
    return folder / "bin" / "tidy_tweet"


def _compared(folder: Path, peer: Path, size: int) -> Row:
    archive = folder / f"{size}.jsonl"
    subprocess.run((sys.executable, str(GENERATOR), str(size), str(archive)), check=True)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(_ROUNDS.get(size, 1)):
        database = folder / "ours.db"
        url = {"CROSSTIE__DATABASE__URL": f"sqlite:///{database}"}
        ours.append(_timed((sys.executable, "-m", "bot", "import", str(archive)), url))
        theirs.append(_timed((str(peer), str(folder / "theirs.db"), str(archive)), {}))
        for left in folder.glob("*.db*"):
            left.unlink()
    archive.unlink()
    ratio = median(theirs) / median(ours)
    return Row(
        f"import of {size:,} posts",
        f"{size / median(ours):,.0f} a second, {ratio:.2f} times tidy-tweet"
        f" ({size / median(theirs):,.0f})",
        f"{WANTED} times or more",
        kept=ratio >= WANTED,
    )


def _timed(command: Sequence[str], environment: dict[str, str]) -> float:
    began = perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return perf_counter() - began
