"""Any order, any repetition and any cut of Bluesky's events leaves the same database."""

from __future__ import annotations

import random
import shutil
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.model.people import Platform
from bot.model.posts import from_us
from bot.services.followed import FollowedPosts
from bot.services.ingest import Ingest
from bot.sources.base import Gathering, Kept
from bot.sources.bluesky_sieve import MOST_FRAME, Sieve
from bot.store.open import open_database
from tests.sources.played_bluesky import assert_holds
from tests.standins.bluesky_events import POST, REPOST, Event, world_of
from tests.standins.following import WATCHED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.database import Database

END_US = 1_778_696_400_000_000


def _frame(time_us: int, record: dict[str, object]) -> bytes:
    body = {"operation": "create", "collection": POST, "rkey": "r", "record": record}
    return Event(1, time_us, "did:plc:a", "commit", body).v1()


async def read(db: Database, frames: Sequence[bytes], rng: random.Random) -> None:
    """One life of a process: reads the frames, commits pages of any size, and is gone."""
    into, ingest = Gathering(), Ingest(db, ReplayClock(from_us(END_US)))
    sieve = Sieve(into, await FollowedPosts(db).kept(Platform.BLUESKY))
    sieve.watch(WATCHED)
    for frame in frames:
        sieve.read(frame)
        if rng.random() < 0.05:
            await ingest.take(into.page(), "bluesky")
    await ingest.take(into.page(), "bluesky")


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), lives=st.integers(0, 3), version=st.sampled_from(["v1", "v2"]))
async def test_whatever_order_and_however_often(
    sqlite_url: str, tmp_path: Path, seed: int, lives: int, version: str
) -> None:
    rng = random.Random(seed)
    world = world_of(rng, 120, END_US)
    path = tmp_path / f"{seed}.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), path)
    async with open_database(f"sqlite:///{path}") as db:
        frames = [getattr(event, version)() for event in world.events]
        for _ in range(lives):
            some = rng.choices(frames, k=len(frames))
            await read(db, some[: rng.randrange(len(some))], rng)
        everything = [*frames, *rng.choices(frames, k=40)]
        rng.shuffle(everything)
        await read(db, everything, rng)
        await assert_holds(db, world)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_sieve(frame: bytes) -> None:
    into = Gathering()
    sieve = Sieve(into, _nothing())
    sieve.watch(WATCHED)
    sieve.read(frame)
    assert not into.posts


@pytest.mark.parametrize(
    "frame",
    [
        _frame(1, {"tags": ["lrnchat"]}),
        _frame(-1, {"text": "x", "tags": ["lrnchat"]}),
        b"x" * (MOST_FRAME + 1),
    ],
    ids=["no text", "no time", "too long"],
)
def test_what_concerns_us_and_can_not_be_used_is_a_problem(frame: bytes) -> None:
    into = Gathering()
    sieve = Sieve(into, _nothing())
    sieve.watch(WATCHED)
    sieve.read(frame)
    assert not into.posts
    assert len(into.problems) == 1


def test_memory_of_what_might_concern_us_later_is_bounded() -> None:
    into = Gathering()
    sieve = Sieve(into, _nothing())
    sieve.watch(WATCHED)
    for n in range(20_000):
        uri = f"at://did:plc:b/app.bsky.feed.post/{n % 15_000}"
        body = {"operation": "create", "collection": REPOST, "rkey": f"r{n}"}
        sieve.read(Event(n, n, "did:plc:a", "commit", body | {"record": {"uri": uri}}).v1())
    assert not into.posts
    assert len(sieve._queue) <= 8_192
    assert sum(map(len, sieve._waiting.values())) <= 8_192


def _nothing() -> Kept:
    return Kept(frozenset(), frozenset())
