"""`crosstie run` in a time that runs faster: `python -m tests.sandbox.paced_main CONFIG PACE`."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from datetime import datetime, tzinfo
from pathlib import Path

import apscheduler.schedulers.base
import apscheduler.triggers.interval

from bot.app import App
from bot.client import point_at
from bot.config import load
from tests.sandbox.pace import Pace, PacedClock, run_paced

_NEVER_S = 1e9


async def _run(config: Path, pace: Pace) -> None:
    settings = load(config, os.environ)
    point_at(settings.discord.api_base, settings.discord.gateway_url)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with App.open(settings, clock=PacedClock(pace)) as app:
        # discord.py's own heartbeat is a thread, in the machine's time.
        app.client._connection.heartbeat_timeout = _NEVER_S
        await app.run(stop)


def main(config: str, pace_text: str) -> None:
    logging.basicConfig(level=logging.INFO)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of each heartbeat
    pace = Pace.of(pace_text)

    class Now(datetime):
        """APScheduler asks the machine what time it is."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(pace.played(), tz)

    apscheduler.schedulers.base.datetime = Now
    apscheduler.triggers.interval.datetime = Now
    run_paced(pace, _run(Path(config), pace))


if __name__ == "__main__":
    main(*sys.argv[1:])
