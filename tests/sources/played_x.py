"""Much said on X, badly delivered, and killed meanwhile: the database must hold just that."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import ReplayClock, SystemClock
from bot.errors import SourceRefused
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
    from collections.abc import Callable

    from bot.store.database import Database
    from tests.standins.x_jobs import Fault

Said = list[dict[str, Any]]
CAP = 1_000 * MICRO
PEOPLE = 300
BATCH = 10
KEEP_ALIVE_S = 0.1
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


WILD = (
    "cut in a line",
    "operational-disconnect",
    "429 without a reset",
    "429 with a reset",
    "402",
    "UsageCapExceeded",
    "403",
    "503 with HTML",
    "keep-alives stop",
    "duplicates",
    "out of order",
    "clock skew",
    "a 5 MB line",
    "unknown fields",
    "missing fields",
    "other shapes",
    "a tombstone before its post",
)
"""The faults, in words."""


class Misbehaving:
    """Every fault seen in the wild, each as often as the others, in a random order."""

    def __init__(self, x: standin.XStandIn, rng: random.Random, said: Said) -> None:
        self.x = x
        self.rng = rng
        self.said = said
        self.buried: Said = []
        """Posts whose deletion came before them."""
        self.counted: Counter[str] = Counter()
        doing: tuple[Callable[[], None], ...] = (
            lambda: x.hang_up(after=b'{"data": {"id": "1", "te'),
            lambda: x.say(json.dumps(standin.OPERATIONAL).encode() + b"\r\n"),
            lambda: self._refuses(standin.LIMITED),
            lambda: self._refuses(standin.limited_until(x.clock.now() + timedelta(seconds=20))),
            lambda: self._refuses(standin.PAYMENT),
            lambda: self._refuses(standin.CAPPED),
            lambda: self._refuses(standin.FORBIDDEN),
            lambda: self._refuses(standin.HTML_503),
            self._fall_silent,
            self._twice,
            self._out_of_order,
            self._skew,
            lambda: self._odd(surprise="x" * 5_000_000),
            lambda: self._odd(
                surprise={"a": [1]}, entities=said[-1]["entities"] | {"moods": [{"start": 0}]}
            ),
            self._poor,
            lambda: x.say(b'{"data": [1]}\r\nnonsense\r\n\xff\r\n\r\n'),
            self._bury,
        )
        self._kinds = dict(zip(WILD, doing, strict=True))
        self._next: list[str] = []

    def once(self) -> None:
        """One of them."""
        self.x.keep_alive_s, self.x.skew = KEEP_ALIVE_S, timedelta()
        if not self._next:
            self._next = self.rng.sample(list(self._kinds), len(self._kinds))
        kind = self._next.pop()
        self._kinds[kind]()
        self.counted[kind] += 1

    def _refuses(self, fault: Fault) -> None:
        asked = self.rng.choice(("search", "stream", "rules", "usage"))
        self.x.faults[asked] = [fault]
        self.x.hang_up()

    def _fall_silent(self) -> None:
        self.x.keep_alive_s = None

    def _silently(self) -> dict[str, Any]:
        post = self.x.post(str(self.rng.randint(1, PEOPLE)), ["lrnchat"], deliver=False)
        self.said.append(post)
        return post

    def _twice(self) -> None:
        for post in self.rng.choices(self.said, k=5):
            self.x.deliver(post)

    def _out_of_order(self) -> None:
        posts = [self._silently() for _ in range(5)]
        for post in reversed(posts):
            self.x.deliver(post)

    def _skew(self) -> None:
        if 1 <= self.x.clock.now().hour < 23:  # no ledger can know the day by a wrong clock
            self.x.skew = self.rng.choice((-1, 1)) * timedelta(minutes=20)
        later = self.x.clock.now() + timedelta(minutes=5)
        self._odd(created_at=f"{later:%Y-%m-%dT%H:%M:%S.000Z}")

    def _odd(self, **more: Any) -> None:
        self.x.deliver(self._silently(), **more)

    def _poor(self) -> None:
        post = self._silently()
        self.x.deliver(post, author_id=None)
        self.x.deliver(post)

    def _bury(self) -> None:
        post = self._silently()
        self.said.remove(post)  # who answers it or reposts it answers nobody
        self.buried.append(post)
        self.tell_buried(post)
        self.x.deliver(post)

    def tell_buried(self, post: dict[str, Any]) -> None:
        """Says on the stream, where there is one, that a post is deleted."""
        gone = {"tweet": {"id": post["id"], "author_id": post["author_id"]}}
        gone["event_at"] = post["created_at"]
        self.x.say(json.dumps({"data": {"delete": gone}}).encode() + b"\r\n")


async def play(db: Database, events: int, seed: int = 1) -> Counter[str]:
    """`play_with_faults` from a stand-in of its own."""
    clock = ReplayClock(datetime(2026, 5, 13, 19, tzinfo=UTC))
    async with standin.serve(clock) as x:
        return await play_with_faults(db, clock, x, events, seed)


async def play_with_faults(
    db: Database, clock: ReplayClock, x: standin.XStandIn, events: int, seed: int = 1
) -> Counter[str]:
    """So many events, a fault at every tenth; then X deletes some, with faults too.

    Gives how often each fault came.
    """
    rng, said = random.Random(seed), []  # type: random.Random, Said
    x.search_gives_reposts = True
    patience = timedelta(seconds=1)
    async with following(db, clock, x, cap=CAP, patience=patience) as follower:
        follower.supervised = True
        watches = frozenset({window(clock, minutes=100_000)})
        misbehaving = Misbehaving(x, rng, said)

        async def until(done: Callable[[], bool], moving_s: float) -> None:
            """As the organiser would: what X refused is mended and the bot started again."""
            while True:
                try:
                    await follower.until(done, 60, moving_s=moving_s)
                except SourceRefused:
                    await follower.stop()
                    follower.restart()
                    await follower.source.watch(watches)
                else:
                    return

        await follower.source.watch(watches)
        await until(lambda: follower.is_connected, 0)

        def all_seen() -> bool:
            return len(follower.seen) >= len(said) + len(misbehaving.buried)

        async def enrolled() -> None:
            """Where X refused the stream, the organiser saw to that, and starts the bot again."""
            if follower.source.is_only_searching:
                await follower.stop()
                follower.restart()
                await follower.source.watch(watches)

        while len(said) + len(misbehaving.buried) < events:
            for _ in range(BATCH - 1):
                say(x, rng, said)
            misbehaving.once()
            await until(lambda: x.streams == 1 or follower.source.is_only_searching, 1)
            if rng.random() < 0.05:
                await follower.later(seconds=rng.choice((1, 61)))
                await until(all_seen, 5)
                await enrolled()
        x.faults.clear()
        x.keep_alive_s, x.skew = KEEP_ALIVE_S, timedelta()
        await enrolled()
        await until(lambda: all_seen() and follower.is_connected and x.streams == 1, 5)
        for post in misbehaving.buried:  # for those whose tombstone was lost with a connection
            misbehaving.tell_buried(post)
        last = x.post("1", ["lrnchat"])
        said.append(last)
        await until(lambda: last["id"] in follower.seen, 5)
        await assert_holds(db, said, set())
        await _assert_paid(follower)
        gone = {post["id"] for post in rng.sample(said, len(said) // 20)}
        x.gone |= dict.fromkeys(gone, "deleted")
        await _erase(follower, rng)
        await assert_holds(db, said, gone)
        return misbehaving.counted


async def _assert_paid(follower: Follower) -> None:
    bill, month = follower.x.bill, f"{follower.clock.now():%Y-%m}"
    spending = await follower.budget.spending()
    async with asyncio.timeout(60):  # the last request may still be on its way
        while spending.spent < bill.documented(month) or spending.at_most < bill.worst(month):
            # What was on its way at midnight is mended by X's own count, which is asked every hour.
            await follower.later(minutes=2)
            await asyncio.sleep(0.02)
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


async def kill_at_random(url: str, kills: int, seed: int = 2) -> Counter[str]:
    """A process that follows while people talk is killed again and again, at random points.

    Gives how often each way of being killed came.
    """
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
    return Counter({"kill -9": kills})


_LEDGER = """
SELECT (SELECT coalesce(sum(at_most_microusd), 0) FROM budget_days)
    + (SELECT coalesce(sum(microusd), 0) FROM budget_reservations) AS at_most
"""


async def _count(db: Database) -> int:
    async with db.read() as tx:
        return len(await tx.fetch(_POSTS))
