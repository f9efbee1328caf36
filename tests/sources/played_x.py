"""Much said on X, badly delivered, and killed meanwhile: the database must hold just that."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.model.budget import MICRO
from bot.model.posts import to_us
from bot.services.compliance import Compliance
from bot.services.health import Health
from bot.sources.x_compliance import XCompliance
from bot.store.open import open_database
from tests.sandbox.process import Process
from tests.sources.following_x import Follower, following, window
from tests.standins import x as standin

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database

Said = list[dict[str, Any]]
CAP = 1_000 * MICRO
PEOPLE = 300
BATCH = 10
SAID_A_KILL = 20


def say(x: standin.XStandIn, rng: random.Random, said: Said) -> None:
    """Somebody posts, answers or reposts."""
    author, kind = str(rng.randint(1, PEOPLE)), rng.random()
    if said and kind < 0.3:
        said.append(x.repost(author, rng.choice(said), ["lrnchat"]))
    elif said and kind < 0.5:
        to = rng.choice(said)
        reference = {"type": "replied_to", "id": to["id"]}
        more = {"referenced_tweets": [reference], "in_reply_to_user_id": to["author_id"]}
        said.append(x.post(author, ["lrnchat"], **more))
    else:
        said.append(x.post(author, ["lrnchat"]))


def misbehave(x: standin.XStandIn, rng: random.Random, said: Said) -> None:
    """One of the faults seen in the wild."""
    kind = rng.randrange(6)
    if kind == 0:
        x.hang_up(after=b'{"data": {"id": "1", "te')
    elif kind == 1:
        x.say(json.dumps(standin.OPERATIONAL).encode() + b"\r\n")
    elif kind == 2:
        x.faults["search"].append(rng.choice((standin.HTML_503, standin.LIMITED)))
    elif kind == 3:
        x.faults["stream"].append(rng.choice((standin.HTML_503, standin.LIMITED)))
        x.hang_up()
    elif kind == 4:
        for post in rng.sample(said, min(5, len(said))):
            x.deliver(post)
    else:
        x.say(b'{"data": [1]}\r\nnonsense\r\n\r\n')


async def play_with_faults(
    db: Database, clock: ReplayClock, x: standin.XStandIn, events: int, seed: int = 1
) -> None:
    """So many events, a fault at every tenth; then X deletes some, with faults too."""
    rng, said = random.Random(seed), []  # type: random.Random, Said
    x.search_gives_reposts = True
    x.keep_alive_s = 0.1
    async with following(db, clock, x, cap=CAP) as follower:
        follower.supervised = True
        await follower.source.watch(frozenset({window(clock, minutes=100_000)}))
        await follower.until(lambda: follower.is_connected, 60)
        for number in range(events // BATCH):
            for _ in range(BATCH):
                say(x, rng, said)
            misbehave(x, rng, said)
            if number % 20 == 19:
                await follower.later(seconds=rng.choice((1, 61)))
                await follower.until(lambda: len(follower.seen) >= len(said), 60, moving_s=5)
        await follower.until(lambda: len(follower.seen) >= len(said), 60, moving_s=5)
        await assert_holds(db, said, set())
        await _assert_paid(follower)
        gone = {post["id"] for post in rng.sample(said, len(said) // 20)}
        x.gone |= dict.fromkeys(gone, "deleted")
        await _erase(follower, rng)
        await assert_holds(db, said, gone)


async def _assert_paid(follower: Follower) -> None:
    bill, month = follower.x.bill, f"{follower.clock.now():%Y-%m}"
    spending = await follower.budget.spending()
    async with asyncio.timeout(60):  # the last request may still be on its way
        while spending.spent < bill.documented(month) or spending.at_most < bill.worst(month):
            await follower.later(seconds=1)
            await asyncio.sleep(0.01)
            spending = await follower.budget.spending()
    assert spending.at_most + spending.reserved <= CAP


async def _erase(follower: Follower, rng: random.Random) -> None:
    """Batch compliance jobs until both were finished, a fault at every other step."""
    x, clock = follower.x, follower.clock
    for kind in ("create_job", "upload", "job", "download"):
        x.faults[kind] = [rng.choice((standin.HTML_503, standin.LIMITED, standin.FORBIDDEN))]
    asks = XCompliance(follower.api)
    compliance = Compliance(follower.db, clock, follower.ingest, asks, Health())
    end = clock.now() + timedelta(hours=6)
    while (due := await compliance.next_due()) < end:
        await clock.move_to(due)
        await compliance.look_after()


_POSTS = "SELECT native_id FROM posts"
_ENGAGEMENTS = "SELECT post_id, source_id, target_id, kind FROM engagements"
_KINDS = {"retweeted": "repost", "replied_to": "reply"}


async def assert_holds(db: Database, said: Said, gone: set[str]) -> None:
    """The database has every post but those, and just the engagements that they stand for."""
    by_id = {post["id"]: post for post in said}
    wanted = {
        (int(post["id"]), int(post["author_id"]), int(to["author_id"]), _KINDS[reference["type"]])
        for post in said
        if post["id"] not in gone
        for reference in post.get("referenced_tweets", ())
        for to in (by_id[reference["id"]],)
        if to["author_id"] != post["author_id"]
    }
    async with db.read() as tx:
        posts = [row["native_id"] for row in await tx.fetch(_POSTS)]
        rows = await tx.fetch(_ENGAGEMENTS)
    found = {(r["post_id"], r["source_id"], r["target_id"], r["kind"]) for r in rows}
    assert sorted(posts) == sorted(by_id.keys() - gone)
    assert found == wanted
    assert len(rows) == len(wanted)


async def kill_at_random(url: str, kills: int, seed: int = 2) -> None:
    """A process that follows while people talk is killed again and again, at random points."""
    rng, said, clock = random.Random(seed), [], SystemClock()  # type: random.Random, Said, SystemClock
    async with standin.serve(clock) as x, open_database(url) as db:
        x.search_gives_reposts = True
        x.index_lag = timedelta()
        opens = str(to_us(clock.now() - timedelta(hours=1)))
        command = [sys.executable, "-m", "tests.standins.follow_x", url, x.address, opens]
        for kill in range(kills):
            before = x.count("search") + x.count("stream")
            process = await Process.start(*command)
            moments = rng.randrange(1, 3), rng.random() * 0.2
            async with asyncio.timeout(60):
                while x.count("search") + x.count("stream") < before + moments[0]:
                    if len(said) < (kill + 1) * SAID_A_KILL:
                        say(x, rng, said)
                    await asyncio.sleep(0.02)
            await asyncio.sleep(moments[1])
            await process.kill()
        process = await Process.start(*command)
        try:
            async with asyncio.timeout(120):
                missing = len(said)
                while missing:
                    await asyncio.sleep(0.05)
                    missing = len(said) - await _count(db)
        finally:
            await process.kill()
        await assert_holds(db, said, set())
        async with db.read() as tx:
            row = await tx.fetch_one(_LEDGER)
        assert row is not None
        assert row["at_most"] >= x.bill.worst()


_LEDGER = """
SELECT (SELECT coalesce(sum(at_most_microusd), 0) FROM budget_days)
    + (SELECT coalesce(sum(microusd), 0) FROM budget_reservations) AS at_most
"""


async def _count(db: Database) -> int:
    async with db.read() as tx:
        return len(await tx.fetch(_POSTS))
