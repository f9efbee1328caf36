"""How long the program takes to begin, as whole processes."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Row

RUNS = 10
HELP_S = 0.2
RUN_S, RUN_MB = 1.8, 90


def seconds(*command: str) -> float:
    """The median of several runs, in seconds."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def connecting() -> tuple[float, float]:
    """Seconds until `crosstie run` asks Discord for the first time, and its megabytes by then.

    Everything is on as by default, on a database that is there; Discord, and the source that is
    followed without a token, are addresses on this machine.
    """
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as discord:
        address = f"127.0.0.1:{discord.getsockname()[1]}"
        settings = {
            "CROSSTIE__DATABASE__URL": f"sqlite:///{folder}/crosstie.db",
            "CROSSTIE__DISCORD__API_BASE": f"http://{address}/api/v10",
            "CROSSTIE__SOURCES__BLUESKY__JETSTREAM_URL": '["ws://127.0.0.1:9/subscribe"]',
            "CROSSTIE__SOURCES__BLUESKY__API_BASE": "http://127.0.0.1:9",
            "CROSSTIE__PUBLIC__LISTEN": "127.0.0.1:0",
            "CROSSTIE__HEALTH__LISTEN": "127.0.0.1:0",
            "CROSSTIE_DISCORD_TOKEN": "a.token.of-nobody",
        }
        program = [sys.executable, "-m", "bot"]
        environment = {k: v for k, v in os.environ.items() if not k.startswith("CROSSTIE")}
        environment |= settings
        subprocess.run(
            [*program, "migrate", "up"], env=environment, check=True, capture_output=True
        )
        discord.settimeout(60)
        start = time.perf_counter()
        with subprocess.Popen([*program, "run"], env=environment, stderr=subprocess.DEVNULL) as bot:
            try:
                discord.accept()[0].close()
                taken = time.perf_counter() - start
                status = Path(f"/proc/{bot.pid}/status").read_text()
            finally:
                bot.kill()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return taken, int(peak.split()[1]) / 1024


def measure() -> list[Row]:
    help_s = seconds("-m", "bot", "--help")
    taken, peaks = zip(*(connecting() for _ in range(5)), strict=True)
    run_s, peak_mb = statistics.median(taken), max(peaks)
    return [
        Row("crosstie --help", f"{help_s:.3f} s", f"< {HELP_S} s", help_s < HELP_S),
        Row(
            "crosstie run, ready to connect",
            f"{run_s:.2f} s, {peak_mb:.0f} MB",
            f"< {RUN_S} s, {RUN_MB} MB",
            run_s < RUN_S and peak_mb < RUN_MB,
        ),
    ]
