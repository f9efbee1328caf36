"""Bluesky at its worst, played into a database, and what must be there in the end."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.model.following import SourceState
from bot.model.people import Platform, account_key
from bot.model.posts import post_key, to_us
from bot.store.open import open_database
from tests.standins.bluesky_events import World, world_of
from tests.standins.following import bluesky
from tests.standins.forge import forge
from tests.standins.jetstream import Jetstream

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from bot.store.database import Database

B = Platform.BLUESKY


def invented(seed: int, size: int) -> World:
    """A world whose last event is now."""
    return world_of(random.Random(seed), size, to_us(SystemClock().now()))


async def rows(db: Database, columns: str, rest: str) -> set[tuple[object, ...]]:
    """What the database has in these columns."""
    async with db.read() as tx:
        found = await tx.fetch(f"SELECT {columns} FROM {rest}")
    return {tuple(row[name] for name in columns.split(", ")) for row in found}


async def until(so: Callable[[], bool], limit_s: float = 60) -> None:
    """Returns when it is so."""
    async with asyncio.timeout(limit_s):
        while not so():  # noqa: ASYNC110 another process, another loop
            await asyncio.sleep(0.01)


async def until_the_end(db: Database, events: int = 1_000) -> None:
    """Returns when the last post is in the database."""
    async with asyncio.timeout(60 + events / 20):
        while not await rows(db, "id", "posts WHERE native_id LIKE '%/end'"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def assert_holds(db: Database, world: World) -> None:
    """Exactly the rows that the world must leave: none missing, none too many."""
    found = await rows(db, "native_id, author_id, at_us, text, edited_us", "posts")
    assert found == {
        (uri, account_key(B, post.author), post.at_us, post.text, post.edited_us)
        for uri, post in world.posts.items()
    }
    engaged = await rows(db, "post_id, target_id, kind", "engagements")
    assert engaged == {
        (post_key(B, uri), account_key(B, target), kind)
        for uri, target, kind in world.engagements()
    }
    gone = await rows(db, "id", "deleted_posts")
    assert gone == {(post_key(B, uri),) for uri in world.deleted}
    handles = await rows(db, "native_id, handle", "accounts WHERE handle IS NOT NULL")
    assert handles == set(world.handles.items())
    away = await rows(db, "native_id", "accounts WHERE refuses > 0")
    assert away == {(did,) for did in world.away}


async def play_with_faults(db: Database, version: str, events: int) -> Counter[str]:
    """So many events, a fault at every tenth. Gives how often each fault came."""
    world = invented(1, events)
    async with Jetstream(world.events, random.Random(2), faults=True).serving() as jetstream:
        address = jetstream.v1_url if version == "v1" else jetstream.v2_url
        async with bluesky(db, address) as supervisor:
            await until_the_end(db, events)
            (status,) = supervisor.statuses()
        assert not jetstream.faults, "every fault happened"
        assert jetstream.connections > events / 100
    assert status.state is not SourceState.PARKED
    assert status.reconnects > 0
    assert status.gap is None
    await assert_holds(db, world)
    return jetstream.happened


async def kill_at_random(url: str, version: str, events: int, kills: int) -> Counter[str]:
    """A process that follows is killed again and again, at random points, among the faults."""
    world, rng = invented(3, events), random.Random(4)
    async with (
        Jetstream(world.events, rng, faults=True).serving() as jetstream,
        forge() as made,
        open_database(url) as db,
    ):
        address = jetstream.v1_url if version == "v1" else jetstream.v2_url
        for _ in range(kills):
            connections = jetstream.connections
            process = await made.start(url, address)
            await until(lambda n=connections: jetstream.connections > n)  # type: ignore[misc]
            await asyncio.sleep(rng.random() * 0.04)
            await made.kill(process)
        async with bluesky(db, address):
            await until_the_end(db, events)
        await assert_holds(db, world)
    return jetstream.happened
