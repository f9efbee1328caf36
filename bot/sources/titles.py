"""What a shared page calls itself: one careful look at an address that strangers chose.

What may not happen, and what prevents it:

| danger                            | guard                                                        |
|-----------------------------------|--------------------------------------------------------------|
| reaching a machine in our network | only public addresses, checked where the connection is made  |
| a name that resolves twice        | the connection goes to the very addresses that were checked  |
| a redirect to such a place        | redirects are followed by hand, three, each checked anew     |
| a page without end, a bomb        | 64 KiB, never unpacked; eight seconds for all of it          |
| being known again                 | no cookies, no referrer, no proxy of the environment         |
| a platform's terms                | hosts of X are not asked                                     |

Whatever fails, there is no title, and the bare address is shown.
"""

from __future__ import annotations

import asyncio
import codecs
import html
import logging
import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import aiohttp
import yarl
from aiohttp.abc import AbstractResolver, ResolveResult

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

log = logging.getLogger(__name__)

READ_AT_MOST = 64 * 1024
REDIRECTS_AT_MOST = 3
SECONDS_AT_MOST = 8.0
TITLE_AT_MOST = 200
_WEB_PORTS = frozenset({80, 443})
_NOT_ASKED = ("x.com", "twitter.com", "t.co")
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_TITLE = re.compile(rb"<title(?:\s[^>]{0,500})?>([^<]{0,2000})</title", re.IGNORECASE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", re.IGNORECASE)
_HEADERS = {
    "User-Agent": "Crosstie (titles of shared links)",
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "identity",
}
_NAT64 = int(IPv6Address("64:ff9b::")) >> 32

IpAddress = IPv4Address | IPv6Address


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to the open internet, whatever it is wrapped in.

    93.184.216.34 does; 127.0.0.1, 10.0.0.1, 169.254.169.254, ::1 and ::ffff:10.0.0.1 do not.
    """
    if isinstance(address, IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if int(address) >> 32 == _NAT64:
            inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_public(one) for one in inner):
            return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_unspecified
    )


class AddressRefused(OSError):
    """The name leads to a place that is not to be reached."""


class CheckedResolver(AbstractResolver):
    """Another resolver, but a name is refused if any address behind it is not allowed.

    aiohttp connects to the addresses that it is given here, and resolves nothing again.
    """

    def __init__(self, inner: AbstractResolver, allows: Callable[[IpAddress], bool]) -> None:
        self._inner = inner
        self._allows = allows

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses, all of them allowed.

        Raises:
            AddressRefused: one is not.
        """
        found = await self._inner.resolve(host, port, family)
        if not all(self._allows(ip_address(one["host"].partition("%")[0])) for one in found):
            raise AddressRefused("the name leads to an address that is not public")
        return found

    async def close(self) -> None:
        """Closes the other one."""
        await self._inner.close()


class PageTitles:
    """Asks pages for their titles; a session of its own for each, and nothing is remembered."""

    def __init__(
        self,
        *,
        allows: Callable[[IpAddress], bool] = is_public,
        ports: Collection[int] = _WEB_PORTS,
        resolver: Callable[[], AbstractResolver] = aiohttp.ThreadedResolver,
        seconds: float = SECONDS_AT_MOST,
    ) -> None:
        self._allows = allows
        self._ports = ports
        self._resolver = resolver
        self._seconds = seconds

    async def title_of(self, url: str) -> str:
        """The title on one line, at most 200 characters; empty where there is none to be had."""
        try:
            async with asyncio.timeout(self._seconds), self._session() as http:
                return await self._ask(http, yarl.URL(url))
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as exc:
            log.debug("a link has no title: error=%s", type(exc).__name__)
            return ""

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=CheckedResolver(self._resolver(), self._allows), use_dns_cache=False
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
        )

    async def _ask(self, http: aiohttp.ClientSession, url: yarl.URL) -> str:
        for _ in range(REDIRECTS_AT_MOST + 1):
            if not self._may_ask(url):
                return ""
            async with http.get(url, allow_redirects=False) as answer:
                if answer.status in (301, 302, 303, 307, 308):
                    url = url.join(yarl.URL(answer.headers.get("Location", "")))
                    continue
                if answer.status != 200 or answer.content_type not in _PAGES:
                    return ""
                if answer.headers.get("Content-Encoding", "identity") != "identity":
                    return ""
                return _title_in(await _beginning(answer.content), answer.charset)
        return ""

    def _may_ask(self, url: yarl.URL) -> bool:
        host = url.host
        if url.scheme not in ("http", "https") or not host or url.user or url.password:
            return False
        if url.port not in self._ports:
            return False
        if any(host == name or host.endswith(f".{name}") for name in _NOT_ASKED):
            return False
        try:
            # An address in numbers is not resolved, so the resolver would not see it.
            return self._allows(ip_address(host))
        except ValueError:
            return True


async def _beginning(body: aiohttp.StreamReader) -> bytes:
    """What comes up to the end of the title, 64 KiB at most."""
    read = b""
    while len(read) < READ_AT_MOST and b"</title" not in read.lower():
        chunk = await body.read(READ_AT_MOST - len(read))
        if not chunk:
            break
        read += chunk
    return read


def _title_in(page: bytes, charset: str | None) -> str:
    found = _TITLE.search(page)
    if found is None:
        return ""
    declared = _CHARSET.search(page)
    name = charset or (declared[1].decode("ascii", "replace") if declared else "utf-8")
    try:
        codecs.lookup(name)
        said = found[1].decode(name, "replace")
    except (LookupError, ValueError):
        said = found[1].decode("utf-8", "replace")
    return " ".join(html.unescape(said).split())[:TITLE_AT_MOST]
