"""Mastodon at its worst, played into a database, and what must be there in the end."""

from __future__ import annotations

import asyncio
import random
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.model.people import Platform, account_key
from bot.model.posts import post_key
from bot.store.open import open_database
from tests.sources.played_bluesky import rows, until
from tests.sources.test_mastodon import account, status
from tests.standins.following import mastodon
from tests.standins.forge import forge
from tests.standins.mastodon import TOKEN, Mastodon

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import AsyncIterator

    from bot.services.following import Following
    from bot.store.database import Database

M = Platform.MASTODON
ana, ben = account("ana", "one.example"), account("ben", "two.example")


def said(
    n: int, who: dict[str, Any], at: datetime, content: str = "#lrnchat", **more: object
) -> Any:
    """A status with the id that Mastodon would give it."""
    id_ = (int(at.timestamp() * 1000) << 16) + n
    base = who["url"].replace("/@", "/users/")
    uri = f"{base}/statuses/{n}"
    return status(id_, who, f"<p>{content}</p>", created_at=at.isoformat(), uri=uri, **more)


@asynccontextmanager
async def followed(db: Database, instance: Mastodon) -> AsyncIterator[Following]:
    """Follows it while the block runs."""
    async with mastodon(db, instance.url, TOKEN) as supervisor:
        yield supervisor


def there(instance: Mastodon) -> set[tuple[object, ...]]:
    """What the database must hold: uri and text of everything that is there."""
    return {
        (s["uri"], s["content"].removeprefix("<p>").removesuffix("</p>"))
        for s in instance.timeline.values()
    }


async def until_all_is_there(db: Database, instance: Mastodon, events: int = 400) -> None:
    """Returns when the database has just what is there."""
    found = await rows(db, "native_id, text", "posts")
    try:
        async with asyncio.timeout(60 + events / 20):
            while found != there(instance):
                await asyncio.sleep(0.05)
                found = await rows(db, "native_id, text", "posts")
    except TimeoutError:
        # Said here: a time limit alone tells nobody what is wrong.
        assert sorted(found - there(instance)) == [], "too many"
        assert sorted(there(instance) - found) == [], "missing"


async def _assert_engaged(db: Database, instance: Mastodon) -> None:
    """Who turned to whom. An answer to what was deleted before we saw it counts as a mention."""
    assert await rows(db, "post_id, target_id", "engagements") == {
        (post_key(M, s["uri"]), account_key(M, s["mentions"][0]["url"]))
        for s in instance.timeline.values()
        if s["mentions"]
    }


async def _something_happens(
    instance: Mastodon, rng: random.Random, began: datetime, n: int
) -> None:
    kind, known = rng.random(), list(instance.timeline)[-2_000:]
    if kind < 0.15 and known:
        await instance.delete(rng.choice(known))
    elif kind < 0.3 and known:
        old = instance.timeline[rng.choice(known)]
        edited = {"edited_at": SystemClock().now().isoformat()}
        await instance.post(old | edited | {"content": f"<p>better {n} #lrnchat</p>"})
    else:
        at = began + timedelta(milliseconds=n)
        who, to = rng.sample([ana, ben], 2)
        answered = instance.timeline.get(rng.choice(known)) if known and kind < 0.6 else None
        more: dict[str, object] = {}
        if answered is not None and answered["account"] == to:
            more = {"in_reply_to_id": answered["id"], "in_reply_to_account_id": to["id"]}
            more["mentions"] = [to]
        await instance.post(said(n, who, at, f"say {n} #lrnchat", **more))


async def play_with_faults(db: Database, events: int) -> Counter[str]:
    """So many events, a fault at every tenth. Gives how often each fault came."""
    rng = random.Random(5)
    instance, began = Mastodon(rng), SystemClock().now()
    async with instance.serving():
        for life in range(2):
            async with followed(db, instance):
                await until(lambda: bool(instance.streams))
                for n in range(life * events // 2, (life + 1) * events // 2):
                    await _something_happens(instance, rng, began, n)
                    if n % 40 == 0:
                        await asyncio.sleep(0.05)
            instance.streams.clear()
            for n in range(events * (life + 1), events * (life + 1) + 20):
                await _something_happens(instance, rng, began, n)  # while nobody listens
        instance.behaves()
        async with followed(db, instance):
            await until_all_is_there(db, instance, events)
            await _assert_engaged(db, instance)
    assert instance.happened.total() > events / 20
    return instance.happened


async def kill_at_random(url: str, kills: int) -> Counter[str]:
    """A process that follows is killed again and again, at random points, among the faults."""
    rng = random.Random(6)
    instance, began = Mastodon(rng), SystemClock().now()
    async with instance.serving(), forge() as made, open_database(url) as db:
        for life in range(kills):
            process = await made.start(url, instance.url, TOKEN)
            await until(lambda: bool(instance.streams))
            for n in range(60):
                await _something_happens(instance, rng, began, life * 60 + n)
                await asyncio.sleep(rng.random() * 0.004)
            await made.kill(process)
            instance.streams.clear()
        instance.behaves()
        async with followed(db, instance):
            await until_all_is_there(db, instance, kills * 60)
            await _assert_engaged(db, instance)
    return instance.happened
