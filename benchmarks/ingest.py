"""`crosstie import` against tidy-tweet 0.4.0: the same archives, whole processes, in turn, one run.

The archives come from the generator in ../shared/bench/ingest (it needs numpy). tidy-tweet gets an
environment of its own. CROSSTIE_BENCH_POSTS gives other sizes, such as "20000". Wall time decides;
the time on the processor is told beside it, since other work on the machine disturbs that less.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass
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
_ROUNDS = {20_000: 5}
"""How often each is run; three times where nothing is said. The median counts."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one whole process took, in seconds and megabytes."""

    wall: float
    cpu: float
    peak_mb: float


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
    # pip compiles what it installs, so tidy-tweet comes compiled; so do we, wherever we run from.
    for package in ("bot", "migrations"):
        compileall.compile_dir(ROOT / package, quiet=1)
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
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(_ROUNDS.get(size, 3)):
        url = {"CROSSTIE__DATABASE__URL": f"sqlite:///{folder / 'ours.db'}"}
        ours.append(_run((sys.executable, "-m", "bot", "import", str(archive)), url))
        theirs.append(_run((str(peer), str(folder / "theirs.db"), str(archive)), {}))
        for left in folder.glob("*.db*"):
            left.unlink()
    archive.unlink()
    wall = median(run.wall for run in ours)
    ratio = median(run.wall for run in theirs) / wall
    on_processor = median(run.cpu for run in theirs) / median(run.cpu for run in ours)
    return Row(
        f"import of {size:,} posts",
        f"{size / wall:,.0f} a second, {ratio:.2f} times tidy-tweet ({on_processor:.2f} times on "
        f"the processor); peak of the larger process {max(run.peak_mb for run in ours):.0f} MB",
        f"{WANTED} times or more",
        kept=ratio >= WANTED,
    )


def _run(command: Sequence[str], environment: dict[str, str]) -> Run:
    """Runs a command to its end; of our settings it sees only those given."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("CROSSTIE")}
    began = perf_counter()
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=others | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
