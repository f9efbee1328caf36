"""What is asked beside Bluesky's stream: what a gap left out, and what profiles say."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.errors import RateLimited, SourceRefused, SourceUnavailable
from bot.model.following import GapState
from bot.model.people import Platform
from bot.model.posts import Cursor, from_us, to_us
from bot.services.followed import FollowedPosts
from bot.sources.base import Gathering, Kept
from bot.sources.bluesky_api import BlueskyApi, Login
from bot.sources.bluesky_beside import MOST_PAGES, Beside
from bot.sources.bluesky_place import Place
from bot.sources.bluesky_sieve import Sieve
from bot.store import posts as store_posts
from tests.sources.played_bluesky import invented, rows, until, until_the_end
from tests.standins.bluesky_api import HANDLE, PASSWORD, BlueskyServices
from tests.standins.bluesky_events import POST, REPOST, Event
from tests.standins.following import WATCHED, bluesky
from tests.standins.jetstream import Jetstream

if TYPE_CHECKING:
    from bot.model.following import SourceStatus
    from bot.store.database import Database
    from tests.standins.bluesky_events import World

UNREAD = "accounts WHERE read_us < 0 AND id IN (SELECT author_id FROM posts)"
LOST, BACK = 300, 900
"""The events between which nobody listened, and the host forgets."""


def login(services: BlueskyServices, password: str = PASSWORD) -> Login:
    return Login(services.url, HANDLE, password)


def api_of(http: aiohttp.ClientSession, services: BlueskyServices) -> BlueskyApi:
    return BlueskyApi(http, SystemClock(), services.url, 5.0, login(services))


def spread(world: World) -> list[Event]:
    """The same events, an hour of them lost: version 1 tells of a gap by its length alone."""
    events = []
    for n, event in enumerate(world.events):
        back = 0 if n >= BACK else 3600 if n >= LOST else 7200
        events.append(
            Event(event.seq, event.time_us - back * 1_000_000, event.did, event.kind, event.body)
        )
    return events


async def lived_through(
    db: Database, events: list[Event], services: BlueskyServices, version: str, given: Login | None
) -> SourceStatus:
    """Reads the beginning, is away, and comes back when the host has forgotten the middle."""
    early = Jetstream(events[:LOST], random.Random(1), faults=False)
    async with early.serving(), bluesky(db, getattr(early, f"{version}_url")):
        await until(lambda: early.connections > 1)
    late = Jetstream(events, random.Random(1), faults=False, floor=BACK)
    late.port = early.port
    async with (
        late.serving(),
        bluesky(
            db, getattr(late, f"{version}_url"), services=services.url, login=given
        ) as supervisor,
    ):
        await until_the_end(db)

        def is_looked_through() -> bool:
            (status,) = supervisor.statuses()
            gap = status.gap
            return bool(status.notice) or (gap is not None and gap.state is GapState.FILLED)

        if given is not None:
            await until(is_looked_through)
        (status,) = supervisor.statuses()
    return status


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_what_a_gap_left_out_is_searched_for_and_what_went_meanwhile_goes(
    database: Database, version: str
) -> None:
    world = invented(11, 1200)
    events = spread(world)
    services = BlueskyServices(events)
    expired = '{"error":"ExpiredToken","message":"x"}'
    services.faults = [(503, {}, "<html>"), (400, {}, expired), (429, {"Retry-After": "0"}, "")]
    async with services.serving():
        status = await lived_through(database, events, services, version, login(services))
    assert status.gap is not None
    assert status.gap.state is GapState.FILLED
    found = {uri for (uri,) in await rows(database, "native_id", "posts")}
    tagged = {
        uri
        for uri, event in services._there().items()
        if "lrnchat" in str(event.body["record"].get("facets", "")).casefold()
        or "LrnChat" in event.body["record"].get("tags", ())
    }
    assert {u for u in tagged if u in world.posts} <= found
    lost = {u for u in world.deleted if REPOST not in u} & found
    assert not lost, "deleted while nobody listened"
    assert services.sessions >= 2


async def test_a_gap_without_a_login_is_told_and_stays(sqlite_database: Database) -> None:
    events = spread(invented(12, 1200))
    services = BlueskyServices(events)
    async with services.serving():
        status = await lived_through(sqlite_database, events, services, "v1", None)
    assert status.gap is not None
    assert status.gap.state is GapState.MISSING
    assert not [path for path in services.asked if "search" in path]


async def test_a_login_that_is_refused_says_what_to_do_and_its_password_is_in_no_log(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    events = spread(invented(13, 1200))
    services = BlueskyServices(events)
    async with services.serving():
        given = login(services, "wrong-wrong-wrong")
        status = await lived_through(sqlite_database, events, services, "v1", given)
    assert "CROSSTIE_BLUESKY_APP_PASSWORD" in status.notice
    assert "wrong-wrong-wrong" not in caplog.text + repr(given)


async def test_a_search_that_finds_no_end_is_ended(sqlite_database: Database) -> None:
    async with BlueskyServices().serving() as services, aiohttp.ClientSession() as http:
        api = api_of(http, services)
        beside = Beside(api, SystemClock(), FollowedPosts(sqlite_database))
        beside._searches.append(("lrnchat", "9", MOST_PAGES - 1))
        sieve = Sieve(Gathering(), await FollowedPosts(sqlite_database).kept(Platform.BLUESKY))
        await beside._search(sieve, (1, 2))
        assert not beside._searches


def test_what_is_missing_is_kept_in_the_cursor() -> None:
    for place in (Place("a", 3, 4), Place("a", -1, 4, (1, 2))):
        assert Place.of(place.cursor()) == place
    for text in ("", "a 1", "a 1 x", "a 1 2 3", "a 1 2 3 4 5"):
        assert Place.of(Cursor(text)) is None


async def test_who_asks_not_to_be_shown_is_not_and_the_others_are(database: Database) -> None:
    world = invented(14, 300)
    authors = sorted({post.author for post in world.posts.values()})
    signed_in, bot, lost, well = authors[:4]
    services = BlueskyServices(
        world.events,
        {
            signed_in: {"labels": [{"val": "!no-unauthenticated", "src": signed_in}]},
            bot: {"description": "teacher\n#NoBot please"},
            well: {"description": "#teaching", "labels": [{"val": "porn"}]},
        },
        gone={lost},
    )
    jetstream = Jetstream(world.events, random.Random(1), faults=False)
    async with services.serving(), jetstream.serving():
        async with bluesky(database, jetstream.v2_url, services=services.url):
            await until_the_end(database)
            async with asyncio.timeout(60):
                while await rows(database, "id", UNREAD):  # noqa: ASYNC110 rows are no event
                    await asyncio.sleep(0.02)
        refusing = await rows(database, "native_id", "accounts WHERE (refuses & 1) = 1")
        assert refusing == {(signed_in,), (bot,), (lost,)}


async def test_a_profile_that_changes_is_heard_at_once() -> None:
    into = Gathering()
    sieve = Sieve(into, Kept(frozenset(), frozenset()))
    sieve.watch(WATCHED)
    facet = {"features": [{"tag": "lrnchat"}]}
    record = {"text": "x", "facets": [facet]}
    profile = {"collection": "app.bsky.actor.profile", "rkey": "self", "operation": "update"}
    labels = {"values": [{"val": "!no-unauthenticated"}]}

    def says(us: int, who: str, **record: object) -> bytes:
        return Event(us, us, who, "commit", profile | {"record": record}).v2()

    sieve.read(says(1, "did:plc:a", description="not known yet"))
    post = {"operation": "create", "collection": POST, "rkey": "r", "record": record}
    sieve.read(Event(2, 2, "did:plc:a", "commit", post).v1())
    sieve.read(says(3, "did:plc:a", labels=labels))
    sieve.read(says(4, "did:plc:a", description="crosstie-abcdefgh"))
    sieve.read(says(5, "did:plc:b", labels=labels))
    assert [(to_us(p.at), p.refuses, p.claim) for p in into.profiles] == [
        (3, True, None),
        (4, False, "crosstie-abcdefgh"),
    ]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ((503, {}, "<html>"), SourceUnavailable),
        ((200, {}, "<html>"), SourceUnavailable),
        ((429, {}, ""), RateLimited),
        ((429, {"RateLimit-Reset": "99999999999999"}, ""), RateLimited),
    ],
)
async def test_services_that_are_ill_are_asked_later(
    fault: tuple[int, dict[str, str], str], error: type[Exception]
) -> None:
    async with BlueskyServices().serving() as services, aiohttp.ClientSession() as http:
        services.faults = [fault]
        with pytest.raises(error):
            await api_of(http, services).profiles(["did:plc:a"])


async def test_without_a_login_nobody_searches() -> None:
    async with aiohttp.ClientSession() as http:
        api = BlueskyApi(http, SystemClock(), "http://127.0.0.1:9", 1.0)
        for asked in (api.sign_in(), api.search("a", from_us(0), from_us(1), None)):
            with pytest.raises(SourceRefused):
                await asked
        with pytest.raises(SourceUnavailable):
            await api.profiles(["did:plc:a"])


async def test_the_newest_posts_are_looked_for(sqlite_database: Database) -> None:
    async with sqlite_database.read() as tx:
        assert await store_posts.newest_native_ids(tx, Platform.BLUESKY, from_us(0), 5) == []
