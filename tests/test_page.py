"""The public page, asked over loopback: what it says, its form, the calendars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import aiohttp
import icalendar
import pytest

from bot.model.chats import ChatId, Rhythm
from bot.model.people import AccountId, Platform, account_key
from bot.services.calendars import Calendars
from bot.services.chats import Chats
from bot.services.dates import Dates
from bot.services.network import Network
from bot.services.privacy import Privacy
from bot.store import privacy as store_privacy
from bot.web.page import PublicPage, serve_public
from tests.services.hosted import HERE, HOST, settle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

THURSDAY = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
LEA: AccountId = account_key(Platform.BLUESKY, "did:plc:lea")


@dataclass
class Site:
    """A page that is served, a reader with cookies, and what is behind it."""

    base: str
    http: aiohttp.ClientSession
    db: Database
    dates: Dates
    calendars: Calendars
    chat: ChatId

    async def read(self, path: str = "/", **headers: str) -> str:
        async with self.http.get(self.base + path, headers=headers) as answer:
            assert answer.status == 200
            return await answer.text()

    async def object(
        self, handle: str, *, token: str | None = None, **headers: str
    ) -> tuple[int, str]:
        if token is None:
            found = re.search(r'name="token" value="([0-9a-f]+)"', await self.read())
            assert found is not None
            token = found[1]
        data = {"platform": "bluesky", "handle": handle, "token": token}
        async with self.http.post(f"{self.base}/object", data=data, headers=headers) as answer:
            return answer.status, await answer.text()

    async def knows_lea(self) -> bool:
        async with self.db.read() as tx:
            return await store_privacy.known_account(tx, LEA) is not None


@pytest.fixture
async def site(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> AsyncIterator[Site]:
    chats = Chats(sqlite_database, clock, ids)
    calendars = Calendars(sqlite_database, clock, chats, "https://crosstie.example.org/")
    privacy = Privacy(
        sqlite_database,
        clock,
        Network(sqlite_database, clock, None),
        texts_days=30,
        engagements_days=730,
    )
    await settle(sqlite_database, name="Learning <people>")
    added = await chats.add_chat(
        HERE,
        HOST,
        name="Learning & more",
        hashtags="#LrnChat",
        day="Thursday",
        time="20:00",
        rhythm=Rhythm.WEEKLY,
        minutes=60,
    )
    async with sqlite_database.write() as tx:
        await tx.execute(
            "INSERT INTO accounts (id, platform, native_id, handle, seen_us)"
            " VALUES (:id, 'bluesky', 'did:plc:lea', 'lea.example', 1)",
            id=LEA,
        )
    page = PublicPage(calendars, privacy, "https://discord.com/invite-me", clock.now)
    jar = aiohttp.CookieJar(unsafe=True)
    async with (
        serve_public("127.0.0.1:0", page) as port,
        aiohttp.ClientSession(cookie_jar=jar) as http,
    ):
        yield Site(
            f"http://127.0.0.1:{port}",
            http,
            sqlite_database,
            Dates(sqlite_database, clock, ids, chats),
            calendars,
            ChatId(added.gathering),
        )


class Outline(HTMLParser):
    """What a screen reader goes by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]


async def test_it_says_what_is_followed_kept_and_how_to_object_and_join(site: Site) -> None:
    html = await site.read()
    for said in (
        "#LrnChat",
        "Learning &amp; more",
        "Learning &lt;people&gt;",
        "14 May 2026, 20:00",
        "Texts 30 days",
        "Keep this account out",
        "https://discord.com/invite-me",
        "/admin status",
    ):
        assert said in html, said


async def test_it_speaks_spanish_to_a_browser_that_asks_for_it(site: Site) -> None:
    html = await site.read("/", **{"Accept-Language": "fr;q=0.9, es-419, en"})
    assert Outline(html).all("html") == [{"lang": "es"}]
    assert "jueves, 14 de mayo de 2026, 20:00" in html
    assert Outline(await site.read("/?lang=en")).all("html") == [{"lang": "en"}]


async def test_it_can_be_used_without_sight_and_without_javascript(site: Site) -> None:
    html = await site.read()
    outline = Outline(html)
    assert outline.all("html") == [{"lang": "en"}]
    assert "<script" not in html
    for landmark in ("header", "main", "title", "h1"):
        assert len(outline.all(landmark)) == 1, landmark
    ids = {attributes["id"] for _, attributes in outline.tags if "id" in attributes}
    labels = {attributes["for"] for attributes in outline.all("label")}
    for field in outline.all("input", "select"):
        assert field.get("type") == "hidden" or field["id"] in labels
    for section in outline.all("section"):
        assert section["aria-labelledby"] in ids


async def test_an_objection_is_taken_and_the_account_goes(site: Site) -> None:
    status, said = await site.object("@Lea.example")
    assert status == 200
    assert "is kept out from now on" in said
    assert not await site.knows_lea()
    async with site.db.read() as tx:
        assert await store_privacy.is_objected(tx, LEA)


async def test_a_form_that_is_not_ours_does_nothing(site: Site) -> None:
    assert (await site.object("lea.example", token="0" * 64))[0] == 403
    assert (await site.object("lea.example", Origin="https://elsewhere.example"))[0] == 403
    site.http.cookie_jar.clear()
    assert (await site.object("lea.example", token="0" * 64))[0] == 403
    assert await site.knows_lea()


async def test_who_is_not_known_is_told_so_and_nothing_they_typed_becomes_markup(
    site: Site,
) -> None:
    status, said = await site.object("<b>nobody</b>")
    assert status == 400
    assert "<b>" not in said
    assert "&lt;b&gt;nobody" in said


async def test_the_form_is_answered_a_few_times_an_hour(site: Site, clock: ReplayClock) -> None:
    for _ in range(5):
        assert (await site.object("nobody"))[0] == 400
    assert (await site.object("lea.example"))[0] == 429
    assert await site.knows_lea()
    await clock.move_to(clock.now() + timedelta(hours=1))
    assert (await site.object("lea.example"))[0] == 200


async def entries(site: Site) -> dict[str, icalendar.Component]:
    address = await site.calendars.address(HERE)
    assert address is not None
    assert address.startswith("https://crosstie.example.org/calendar/")
    path = address.removeprefix("https://crosstie.example.org")
    async with site.http.get(site.base + path) as answer:
        assert answer.content_type == "text/calendar"
        calendar = icalendar.Calendar.from_ical(await answer.read())
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}


async def test_a_calendar_holds_every_date_and_follows_changes_under_one_uid(site: Site) -> None:
    before = await entries(site)
    assert len(before) == 53
    uid = min(before)
    assert before[uid].decoded("dtstart") == THURSDAY
    assert before[uid].decoded("dtend") == THURSDAY + timedelta(hours=1)
    await site.dates.change(HERE, site.chat, date="Thursday", moved_to="Friday 20:00")
    await site.dates.change(HERE, site.chat, date="2026-05-21", moved_to="")
    after = await entries(site)
    assert after.keys() == before.keys()
    assert after[uid].decoded("dtstart") == THURSDAY + timedelta(days=1)
    assert (after[uid]["SEQUENCE"], after[uid]["STATUS"]) == (1, "CONFIRMED")
    assert [str(e["STATUS"]) for _, e in sorted(after.items())][1] == "CANCELLED"


async def test_the_address_of_a_calendar_stays_and_a_guessed_one_opens_nothing(site: Site) -> None:
    assert await site.calendars.address(HERE) == await site.calendars.address(HERE)
    async with site.http.get(f"{site.base}/calendar/{'a' * 22}.ics") as answer:
        assert answer.status == 404


async def test_without_an_address_of_the_page_no_calendar_is_told_of(
    sqlite_database: Database, clock: ReplayClock, ids: Ids
) -> None:
    chats = Chats(sqlite_database, clock, ids)
    assert await Calendars(sqlite_database, clock, chats, None).address(HERE) is None


async def test_an_empty_address_serves_nothing(site: Site, clock: ReplayClock) -> None:
    page = PublicPage(site.calendars, None, None, clock.now)  # type: ignore[arg-type]
    async with serve_public("", page) as port:
        assert port is None
