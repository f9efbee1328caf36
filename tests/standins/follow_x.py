"""`python -m tests.standins.follow_x DATABASE_URL ADDRESS OPENS_US` follows X, to be killed."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import timedelta

import aiohttp

from bot.ids import Ids
from bot.model.budget import MICRO, Prices
from bot.model.posts import Watch, from_us
from bot.services.budget import Budget
from bot.services.following import Following
from bot.services.health import Health
from bot.services.ingest import Ingest
from bot.sources.x_api import XApi
from bot.sources.x_live import XSource
from bot.store.open import open_database
from tests.standins.following import HurriedClock
from tests.standins.x import TOKEN

PRICES = Prices(post=5_000, user=10_000, request=5_000)


async def _main(url: str, address: str, opens_us: str) -> None:
    clock, rng = HurriedClock(), random.SystemRandom()
    opens = from_us(int(opens_us))
    watch = Watch("lrnchat", opens, opens + timedelta(days=1))

    async def watched() -> frozenset[Watch]:
        return frozenset({watch})

    async with open_database(url) as db, aiohttp.ClientSession() as http:
        budget = Budget(db, clock, Ids(clock, rng), PRICES, 1_000 * MICRO)
        source = XSource(
            XApi(http, TOKEN, clock, address), clock, budget, gather=timedelta(milliseconds=5)
        )
        supervisor = Following(db, clock, rng, Ingest(db, clock), watched, Health())
        await supervisor.run([source], asyncio.Event())


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
