"""Mastodon live, against an instance whose streams are cut."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.errors import RateLimited, SourceRefused, SourceUnavailable
from bot.model.people import Platform, account_key
from bot.model.posts import EngagementKind, Watch, post_key
from bot.services.followed import FollowedPosts
from bot.services.ingest import Ingest
from bot.sources.base import Kept
from bot.sources.mastodon_api import MastodonApi
from bot.sources.mastodon_live import MastodonLive
from bot.sources.sse import SseParser
from tests.sources.played_bluesky import rows, until
from tests.sources.played_mastodon import (
    ana,
    ben,
    followed,
    kill_at_random,
    play_with_faults,
    said,
    there,
    until_all_is_there,
)
from tests.standins.following import HurriedClock
from tests.standins.mastodon import TOKEN, Mastodon

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.database import Database

M = Platform.MASTODON
EVENTS = int(os.environ.get("CROSSTIE_TEST_EVENTS", "400"))
KILLS = int(os.environ.get("CROSSTIE_TEST_KILLS", "2"))


def source_of(
    http: aiohttp.ClientSession, instance: Mastodon, token: str = TOKEN, idle_s: float = 2.0
) -> MastodonLive:
    clock = SystemClock()
    api = MastodonApi(http, clock, instance.url, token, 5.0)
    return MastodonLive(api, clock, NothingKept(), idle_s)


class NothingKept:
    """The Followed of a database without a row."""

    async def kept(self, _: Platform) -> Kept:
        return Kept(frozenset(), frozenset())

    async def uris(self, _: Platform, __: datetime) -> list[str]:
        return []

    async def unread(self, _: Platform, __: datetime) -> list[str]:
        return []

    async def local_ids(self, _: str) -> dict[str, str]:
        return {}


async def test_whatever_is_cut_the_database_has_exactly_what_is_there(database: Database) -> None:
    happened = await play_with_faults(database, EVENTS)
    assert happened.total() > EVENTS / 20


async def test_a_process_killed_at_random_points_loses_nothing_and_doubles_nothing(
    database_url: str,
) -> None:
    await kill_at_random(database_url, KILLS)


@pytest.mark.parametrize("is_old", [False, True], ids=["4.3", "before"])
async def test_what_was_deleted_or_edited_while_we_were_down_is_found_also_between_sessions(
    database: Database, is_old: bool
) -> None:
    instance, began = Mastodon(is_old=is_old), SystemClock().now()
    posts = [said(n, ana, began - timedelta(days=2, seconds=n)) for n in range(30)]
    instance.timeline = {one["id"]: one for one in posts}
    clock = HurriedClock()

    @asynccontextmanager
    async def watching(*watches: Watch) -> AsyncIterator[MastodonLive]:
        async with aiohttp.ClientSession() as http:
            api = MastodonApi(http, clock, instance.url, TOKEN, 5.0)
            source = MastodonLive(api, clock, FollowedPosts(database), 1.0, timedelta())
            await source.watch(frozenset(watches))
            yield source
            await source.close()

    ingest, opened = Ingest(database, clock), Watch("lrnchat", began - timedelta(days=3))
    async with instance.serving():
        async with watching(opened) as source:
            page = await source.next_page(None)
            await ingest.take(page, source.name)
        assert len(await rows(database, "id", "posts")) == 30
        for gone in posts[:5]:
            del instance.timeline[gone["id"]]
        edited = posts[7] | {"edited_at": began.isoformat(), "content": "<p>better</p>"}
        instance.timeline[edited["id"]] = edited
        del instance.timeline[posts[29]["id"]]
        async with watching() as source:
            cursor = page.cursor
            for _ in range(30 if is_old else 2):
                page = await source.next_page(cursor)
                await ingest.take(page, source.name)
                cursor = page.cursor or cursor
    assert await rows(database, "native_id, text", "posts") == there(instance)
    assert len(await rows(database, "id", "deleted_posts")) == 6


async def test_a_deletion_is_understood_after_a_restart(sqlite_database: Database) -> None:
    instance, now = Mastodon(), SystemClock().now()
    async with instance.serving():
        async with followed(sqlite_database, instance):
            await until(lambda: bool(instance.streams))
            one = said(1, ana, now)
            await instance.post(one)
            await until_all_is_there(sqlite_database, instance)
        instance.streams.clear()
        async with followed(sqlite_database, instance):
            await until(lambda: bool(instance.streams))
            await instance.delete(one["id"])
            await until_all_is_there(sqlite_database, instance)
    assert len(await rows(sqlite_database, "id", "deleted_posts")) == 1


@pytest.mark.parametrize("in_pieces", [False, True], ids=["at once", "in pieces"])
async def test_what_was_posted_before_the_connection_is_read_from_the_timeline(
    sqlite_database: Database, in_pieces: bool
) -> None:
    instance, now = Mastodon(in_pieces=in_pieces), SystemClock().now()
    for n in range(95):
        one = said(n, ana, now - timedelta(seconds=95 - n))
        instance.timeline[one["id"]] = one
    async with instance.serving(), followed(sqlite_database, instance):
        await until_all_is_there(sqlite_database, instance)
        assert len(await rows(sqlite_database, "id", "posts")) == 95


async def test_a_timeline_whose_reading_was_broken_off_is_read_to_its_end(
    sqlite_database: Database,
) -> None:
    instance, now = Mastodon(falters={2, 3, 5}), SystemClock().now()
    for n in range(195):
        one = said(n, ana, now - timedelta(seconds=195 - n))
        instance.timeline[one["id"]] = one
    async with instance.serving(), followed(sqlite_database, instance):
        await until_all_is_there(sqlite_database, instance)


async def test_a_deletion_whose_page_was_not_committed_comes_again(
    sqlite_database: Database,
) -> None:
    instance, clock = Mastodon(), HurriedClock()
    one = said(1, ana, clock.now())
    instance.timeline[one["id"]] = one
    async with instance.serving(), aiohttp.ClientSession() as http:
        api = MastodonApi(http, clock, instance.url, TOKEN, 5.0)
        source = MastodonLive(api, clock, FollowedPosts(sqlite_database), 2.0, timedelta())
        await source.watch(frozenset({Watch("lrnchat")}))
        page = await source.next_page(None)
        await Ingest(sqlite_database, clock).take(page, source.name)
        await instance.delete(one["id"])
        lost = await source.next_page(page.cursor)
        while not lost.deletions:
            lost = await source.next_page(lost.cursor)
        again = await source.next_page(page.cursor)
        while not again.deletions:
            again = await source.next_page(again.cursor)
        assert [d.post for d in again.deletions] == [d.post for d in lost.deletions]
        await source.close()


async def test_an_answer_to_a_post_without_the_hashtag_is_looked_up(
    sqlite_database: Database,
) -> None:
    instance, now = Mastodon(), SystemClock().now()
    parent = said(1, ana, now, "no hashtag here")
    instance.others[parent["id"]] = parent
    answer = said(
        2, ben, now, in_reply_to_id=parent["id"], in_reply_to_account_id=ana["id"], mentions=[ana]
    )
    instance.timeline[answer["id"]] = answer
    async with instance.serving(), followed(sqlite_database, instance):
        await until_all_is_there(sqlite_database, instance)
        found = await rows(sqlite_database, "reply_to_id", "posts")
        engaged = await rows(sqlite_database, "target_id, kind", "engagements")
    assert found == {(post_key(M, parent["uri"]),)}
    target = account_key(M, "https://one.example/@ana")
    assert engaged == {(target, EngagementKind.REPLY.value)}


@pytest.mark.parametrize("status_code", [401, 403])
async def test_a_wrong_token_is_refused_with_the_next_step(status_code: int) -> None:
    instance = Mastodon(answers=[(status_code, {}, "{}")])
    async with instance.serving(), aiohttp.ClientSession() as http:
        source = source_of(http, instance)
        await source.watch(frozenset({Watch("lrnchat")}))
        with pytest.raises(SourceRefused, match="make a new one there"):
            await source.next_page(None)


async def test_the_end_of_a_rate_limit_is_honoured() -> None:
    reset = {"X-RateLimit-Reset": "2036-05-13T18:05:00.000Z"}
    instance = Mastodon(answers=[(429, reset, "<html>slow</html>")])
    async with instance.serving(), aiohttp.ClientSession() as http:
        source = source_of(http, instance)
        await source.watch(frozenset({Watch("lrnchat")}))
        with pytest.raises(RateLimited) as limited:
            await source.next_page(None)
    assert limited.value.retry_at.isoformat() == "2036-05-13T18:05:00+00:00"


async def test_nothing_more_is_asked_once_nothing_remains() -> None:
    instance = Mastodon(remaining=1)
    async with instance.serving(), aiohttp.ClientSession() as http:
        api = MastodonApi(http, SystemClock(), instance.url, TOKEN, 5.0)
        assert await api.newer("lrnchat", "0") == []
        with pytest.raises(RateLimited):
            await api.newer("lrnchat", "0")
    assert len(instance.asked) == 1


@pytest.mark.parametrize(
    ("feeds", "told"),
    [
        ({"local": "public", "remote": "public"}, ""),
        ({"local": "public", "remote": "authenticated"}, ""),
        ({"local": "public", "remote": "disabled"}, "posts of other instances are missing"),
    ],
)
async def test_what_an_instance_does_not_give_is_told(feeds: dict[str, str], told: str) -> None:
    instance = Mastodon(instance={"timelines_access": {"hashtag_feeds": feeds}})
    async with instance.serving(), aiohttp.ClientSession() as http:
        api = MastodonApi(http, SystemClock(), instance.url, TOKEN, 5.0)
        assert (await api.check()).startswith(told)
        assert bool(told) == bool(await api.check())


async def test_an_instance_without_timelines_of_hashtags_is_refused() -> None:
    feeds = {"local": "disabled", "remote": "disabled"}
    instance = Mastodon(instance={"timelines_access": {"hashtag_feeds": feeds}})
    async with instance.serving(), aiohttp.ClientSession() as http:
        api = MastodonApi(http, SystemClock(), instance.url, TOKEN, 5.0)
        with pytest.raises(SourceRefused, match="name another instance"):
            await api.check()


@pytest.mark.parametrize("answer", [(503, {}, "<html>"), (200, {}, "<html>"), (404, {}, "")])
async def test_an_instance_that_is_ill_is_tried_again(
    answer: tuple[int, dict[str, str], str],
) -> None:
    instance = Mastodon(answers=[answer])
    async with instance.serving(), aiohttp.ClientSession() as http:
        api = MastodonApi(http, SystemClock(), instance.url, TOKEN, 5.0)
        with pytest.raises(SourceUnavailable):
            await api.check()


async def test_a_closed_window_is_not_followed() -> None:
    instance, now = Mastodon(), SystemClock().now()
    async with instance.serving(), aiohttp.ClientSession() as http:
        source = source_of(http, instance)
        later = Watch("lrnchat", now + timedelta(hours=1), now + timedelta(hours=2))
        await source.watch(frozenset({later}))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await source.next_page(None)
    assert instance.asked == []


def test_an_event_in_any_pieces_is_one_and_a_huge_one_is_left_out() -> None:
    parser = SseParser(1000)
    text = b"event: update\r\ndata: {}\r\n\r\n:thump\n\nevent: x\ndata: a\ndata: b\n\n"
    found = [sent for n in range(len(text)) for sent in parser.feed(text[n : n + 1])]
    assert found == [("update", b"{}"), ("x", b"a\nb")]
    huge = b"event: update\ndata: " + b"x" * 5000 + b"\n\nevent: y\ndata: z\n\n"
    found = [sent for n in range(0, len(huge), 7) for sent in parser.feed(huge[n : n + 7])]
    assert found == [("y", b"z")]
    assert parser.too_long == 1
