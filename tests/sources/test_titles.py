"""Titles of shared pages, asked of a stand-in that means harm."""

from __future__ import annotations

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.sources.titles import READ_AT_MOST, TITLE_AT_MOST, PageTitles, is_public

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK = ip_address("127.0.0.1")


@dataclass
class Names(AbstractResolver):
    """Answers for names as it was told, one answer after the other."""

    answers: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        known = self.answers.get(host, ["127.0.0.1"])
        found = known.pop(0) if len(known) > 1 else known[0]
        return [
            ResolveResult(
                hostname=host, host=one, port=port, family=socket.AF_INET, proto=0, flags=0
            )
            for one in found.split()
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Hostile:
    """A server that keeps what it was asked."""

    port: int = 0
    names: Names = field(default_factory=Names)
    seen: list[web.BaseRequest] = field(default_factory=list)
    handler: Handler | None = None

    def titles(self, **options: float) -> PageTitles:
        """As the bot asks, but this one server counts as public."""
        return PageTitles(
            allows=lambda address: address == LOOPBACK or is_public(address),
            ports=(80, 443, self.port),
            resolver=lambda: self.names,
            **options,
        )

    def strict(self) -> PageTitles:
        """As the bot asks; only the port is the stand-in's."""
        return PageTitles(ports=(80, 443, self.port), resolver=lambda: self.names)

    def url(self, host: str = "page.example", path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def hostile(handler: Handler) -> AsyncIterator[Hostile]:
    stand_in = Hostile()

    async def serve(request: web.BaseRequest) -> web.StreamResponse:
        stand_in.seen.append(request)
        assert isinstance(request, web.Request | web.BaseRequest)
        return await handler(request)  # type: ignore[arg-type]

    runner = web.ServerRunner(web.Server(serve))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stand_in.port = runner.addresses[0][1]
    try:
        yield stand_in
    finally:
        await runner.cleanup()


def page(body: str | bytes, **options: object) -> Handler:
    async def answer(_: web.Request) -> web.StreamResponse:
        raw = body.encode() if isinstance(body, str) else body
        return web.Response(body=raw, content_type="text/html", **options)  # type: ignore[arg-type]

    return answer


async def test_a_title_is_one_line_without_entities() -> None:
    async with hostile(page("<html><TITLE lang='en'>Wards &amp;\n games</title>")) as web_page:
        assert await web_page.titles().title_of(web_page.url()) == "Wards & games"


async def test_a_title_is_read_in_the_pages_own_letters_and_cut() -> None:
    latin = "<meta charset=iso-8859-1><title>Clínica</title>".encode("latin-1")
    async with hostile(page(latin)) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url()) == "Clínica"
    odd = b"<meta charset=no-such><title>" + b"x" * 900 + b"</title>"
    async with hostile(page(odd)) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url()) == "x" * TITLE_AT_MOST


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "[::1]", "10.0.0.7", "192.168.1.1", "169.254.169.254", "0.0.0.0", "[::]",
        "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "100.64.0.1", "224.0.0.1",
        "[fe80::1]", "[fd00::1]",
    ],
)  # fmt: skip
async def test_an_address_in_numbers_that_is_not_public_is_never_asked(host: str) -> None:
    async with hostile(page("<title>secret</title>")) as stand_in:
        assert await stand_in.strict().title_of(stand_in.url(host)) == ""
        assert stand_in.seen == []


@pytest.mark.parametrize("behind", ["127.0.0.1", "10.0.0.7", "93.184.216.34 127.0.0.1"])
async def test_a_name_behind_which_lies_a_private_address_is_never_asked(behind: str) -> None:
    async with hostile(page("<title>secret</title>")) as stand_in:
        stand_in.names.answers["inside.example"] = [behind]
        assert await stand_in.strict().title_of(stand_in.url("inside.example")) == ""
        assert stand_in.seen == []


async def test_a_name_that_changes_after_the_check_leads_nowhere_else() -> None:
    """DNS rebinding: allowed when it is checked, private when it is asked again."""
    async with hostile(page("<title>there</title>")) as stand_in:
        stand_in.names.answers["twice.example"] = ["127.0.0.1", "10.0.0.7"]
        assert await stand_in.titles().title_of(stand_in.url("twice.example")) == "there"
        assert stand_in.names.asked == ["twice.example"], "resolved once, and that was connected to"
        assert await stand_in.titles().title_of(stand_in.url("twice.example")) == ""
        assert len(stand_in.seen) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.7/", "http://[::1]/",
        "http://inside.example/", "file:///etc/passwd", "http://user:pw@page.example/",
        "http://page.example:22/", "//10.0.0.7/", "", "http://[", "https://x.com/ana/status/1",
    ],
)  # fmt: skip
async def test_a_redirect_to_where_one_may_not_go_is_not_followed(target: str) -> None:
    async def away(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target} if target else {})

    async with hostile(away) as stand_in:
        stand_in.names.answers["inside.example"] = ["10.0.0.7"]
        assert await stand_in.titles().title_of(stand_in.url()) == ""
        # Without a place it leads back to itself, until it has led often enough.
        assert len(stand_in.seen) == (1 if target else 4)


async def test_a_redirect_that_stays_outside_is_followed_and_never_for_ever() -> None:
    async def onwards(request: web.Request) -> web.StreamResponse:
        if request.path == "/end":
            return web.Response(text="<title>The end</title>", content_type="text/html")
        if request.path == "/start":
            return web.Response(status=301, headers={"Location": "/end"})
        return web.Response(status=302, headers={"Location": f"{request.path}x"})

    async with hostile(onwards) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url(path="/start")) == "The end"
        stand_in.seen.clear()
        assert await stand_in.titles().title_of(stand_in.url(path="/loop")) == ""
        assert len(stand_in.seen) == 4


async def test_nothing_is_told_of_us_and_no_cookie_comes_back() -> None:
    async def marks(request: web.Request) -> web.StreamResponse:
        answer = web.Response(status=302, headers={"Location": "/again"})
        if request.path == "/again":
            answer = web.Response(text="<title>ok</title>", content_type="text/html")
        answer.set_cookie("who", "crosstie")
        return answer

    async with hostile(marks) as stand_in:
        asking = stand_in.titles()
        assert await asking.title_of(stand_in.url()) == "ok"
        assert await asking.title_of(stand_in.url()) == "ok"
        for request in stand_in.seen:
            assert not {"Cookie", "Referer", "Authorization"} & set(request.headers)


async def test_a_page_without_end_is_left() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "text/html"})
        await answer.prepare(request)
        try:
            for _ in range(4096):
                await answer.write(b"<p>" * 4096)
                sent += 3 * 4096
        except ConnectionError:
            pass
        return answer

    async with hostile(endless) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url()) == ""
    assert sent < 4096 * 3 * 4096, "it did not read to the end"
    assert READ_AT_MOST == 65_536


async def test_a_page_that_drips_is_left_after_its_time() -> None:
    waiting = asyncio.Event()

    async def drips(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "text/html"})
        await answer.prepare(request)
        await answer.write(b"<title>never")
        await waiting.wait()
        return answer

    async with hostile(drips) as stand_in:
        try:
            assert await stand_in.titles(seconds=0.2).title_of(stand_in.url()) == ""
        finally:
            waiting.set()


async def test_what_is_packed_is_not_unpacked() -> None:
    bomb = gzip.compress(b"<title>bomb</title>" + b"\0" * 10_000_000)
    async with hostile(page(bomb, headers={"Content-Encoding": "gzip"})) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url()) == ""


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "text/html"), (200, "image/png"), (200, "application/pdf")]
)
async def test_what_is_no_page_has_no_title(status: int, kind: str) -> None:
    async def other(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=b"<title>no</title>", content_type=kind)

    async with hostile(other) as stand_in:
        assert await stand_in.titles().title_of(stand_in.url()) == ""


@pytest.mark.parametrize(
    "url", ["", "no address", "ftp://page.example/", "http://", "https://x.com/a/status/1",
            "https://www.twitter.com/a", "https://t.co/x", "http://page.example:8443/"],
)  # fmt: skip
async def test_what_is_not_to_be_asked_is_not(url: str) -> None:
    async with hostile(page("<title>no</title>")) as stand_in:
        assert await stand_in.titles().title_of(url) == ""
        assert stand_in.names.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("2002:a00:1::", False),
     ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False), ("240.0.0.1", False),
     ("198.18.0.1", False), ("203.0.113.5", False)],
)  # fmt: skip
def test_an_address_is_public_only_when_all_that_it_wraps_is(address: str, public: bool) -> None:
    assert is_public(ip_address(address)) is public
