"""`crosstie demo`: a season, or an archive, through the real bot in a local Discord."""

from __future__ import annotations

import asyncio
import random
import sys
from contextlib import suppress
from time import perf_counter
from typing import TYPE_CHECKING

from bot.demo.archive_plan import fields_of, plan_archive
from bot.demo.play import played_fast
from bot.demo.reading import archive, jetstream
from bot.demo.season import START
from bot.demo.season_plan import plan_season
from bot.demo.show import show
from bot.demo.summary import Summary, summarise

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.demo.plan import Plan


def fast(path: Path | None, seed: int) -> Summary:
    """Plays all of it at once; what it came to."""
    began = perf_counter()
    return asyncio.run(_fast(_plan(path, seed), seed, began))


async def _fast(plan: Plan, seed: int, began: float) -> Summary:
    async with played_fast(plan, seed) as play:
        return await summarise(play, perf_counter() - began)


def on_a_page(path: Path | None, seed: int, *, speed: float, port: int, open_page: bool) -> None:
    """Serves the page until it is interrupted; all that is said goes to standard error."""
    with suppress(KeyboardInterrupt):  # the way to end it
        asyncio.run(
            show(_plan(path, seed), seed, speed=speed, port=port, open_page=open_page, say=_say)
        )


def _plan(path: Path | None, seed: int, starts_at: datetime = START) -> Plan:
    rng = random.Random(seed)  # noqa: S311 a demo, not a secret
    if path is None:
        return plan_season(rng, starts_at, jetstream())
    return plan_archive(rng, archive(path), fields_of(path))


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
