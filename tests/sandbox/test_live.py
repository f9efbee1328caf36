"""A chat on Bluesky, live: `crosstie run` between a Jetstream and Discord, both on loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from statistics import median
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.model.chats import Rhythm
from bot.model.people import CommunityId
from bot.model.posts import to_us
from bot.store import chats as store_chats
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.standins.bluesky_events import POST, TAG, Event
from tests.standins.jetstream import Jetstream
from tests.store.test_chats import CHAT, HOUR, session

if TYPE_CHECKING:
    from bot.store.database import Database
    from tests.sandbox.conftest import Town

POSTS = 40
LATEST_S = 3.0
NOBODY = "http://127.0.0.1:9"


def said(n: int) -> Event:
    """A post under the hashtag, now."""
    at = SystemClock().now()
    facet = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": TAG}]}
    record = {"text": f"say {n}", "createdAt": at.isoformat(), "facets": [facet]}
    body = {"operation": "create", "collection": POST, "rkey": f"r{n}", "record": record}
    return Event(n + 1, to_us(at), "did:plc:ana", "commit", body)


async def counted(db: Database) -> int:
    """How many posts belong to the session."""
    async with db.read() as tx:
        row = await tx.fetch_one("SELECT count(*) AS n FROM session_posts")
    return row["n"] if row else 0


async def test_a_post_is_counted_in_its_session_moments_after_it_appeared(town: Town) -> None:
    await town.set_up()
    now = SystemClock().now()
    events: list[Event] = []
    jetstream = Jetstream(events, random.Random(1), faults=False)
    jetstream.goes_on = True
    async with jetstream.serving(), open_database(town.crosstie.database) as db:
        here = CommunityId(town.guild)
        began_at = (now - HOUR / 4).replace(microsecond=0)
        chat = dataclasses.replace(
            CHAT,
            community=here,
            zone="UTC",
            rhythm=Rhythm.ONCE,
            first_local=began_at.replace(tzinfo=None),
        )
        held = session(1, began_at, community=here)
        async with db.write() as tx:
            await store_chats.save_chat(tx, chat)
            await store_sessions.add_session(tx, held)
        config = town.crosstie.config.read_text()
        off = "[sources.bluesky]\nenabled = false"
        on = f'[sources.bluesky]\njetstream_url = "{jetstream.v1_url}"\napi_base = "{NOBODY}"'
        town.crosstie.config.write_text(config.replace(off, on))
        async with town.crosstie.running():
            async with asyncio.timeout(30):
                while not jetstream.connections:  # noqa: ASYNC110 another process
                    await asyncio.sleep(0.05)
            took = []
            for n in range(POSTS):
                events.append(said(n))
                began = SystemClock().now()
                async with asyncio.timeout(20):
                    while await counted(db) <= n:  # noqa: ASYNC110 rows are no event
                        await asyncio.sleep(0.01)
                took.append((SystemClock().now() - began).total_seconds())
            assert "Traceback" not in town.crosstie.log
        jetstream.goes_on = False
    told = f"median {median(took):.3f} s, the slowest of {POSTS} {max(took):.3f} s"
    print(told)  # noqa: T201
    assert max(took) < LATEST_S, told
