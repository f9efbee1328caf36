"""What is asked of Bluesky's own services: profiles, posts that are still there, searches.

Profiles and posts are public. A search wants a login: a handle and an app password, which opens a
session that lasts some hours; the password goes nowhere but into that one request.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import aiohttp
import msgspec
from yarl import URL

from bot.errors import PayloadError, RateLimited, SourceError, SourceRefused, SourceUnavailable
from bot.model.posts import to_us
from bot.sources.answers import body_of
from bot.sources.bluesky import SIGNED_IN_ONLY
from bot.sources.html import refuses_in
from bot.sources.payloads import decoded, instant
from bot.sources.text import claim_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.clock import Clock

T = TypeVar("T")

AT_ONCE = 25
"""Profiles or posts a request."""
FOUND_AT_ONCE = 100
_MOST_ANSWER = 8 << 20
_EXPIRED = frozenset({"ExpiredToken", "InvalidToken", "AuthMissing"})


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class _Label(_Payload):
    val: str = ""
    neg: bool = False


class _Profile(_Payload):
    did: str = ""
    handle: str | None = None
    description: str | None = None
    labels: list[_Label] | None = None


class _Profiles(_Payload):
    profiles: list[_Profile] | None = None


class _PostView(_Payload, rename="camel"):
    uri: str = ""
    record: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    indexed_at: datetime | None = None


class _Posts(_Payload):
    posts: list[_PostView] | None = None
    cursor: str | None = None


class _Session(_Payload, rename="camel"):
    access_jwt: str = ""
    handle: str = ""


class _Refusal(_Payload):
    error: str | None = None


_PROFILES = msgspec.json.Decoder(_Profiles)
_POSTS = msgspec.json.Decoder(_Posts)
_SESSION = msgspec.json.Decoder(_Session)
_REFUSAL = msgspec.json.Decoder(_Refusal)


class ProfileRead(NamedTuple):
    """What one profile says."""

    did: str
    handle: str
    refuses: bool
    """Its bio says no, or it asks to be shown only to who is signed in to Bluesky."""
    signed_in_only: bool
    claim: str | None


class Found(NamedTuple):
    """A page of what a search found, the newest first."""

    frames: list[bytes]
    """The posts, as version 1 of Jetstream would have told them."""
    cursor: str | None
    """To ask with next; None at the end."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who searches."""

    host: str
    handle: str
    password: str = field(repr=False)


class BlueskyApi:
    """Asks Bluesky's services, within their limits."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        base_url: str,
        timeout_s: float,
        login: Login | None = None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._base = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._login = login
        self._token = ""

    @property
    def can_search(self) -> bool:
        """Whether there is a login."""
        return self._login is not None

    async def profiles(self, dids: Collection[str]) -> list[ProfileRead]:
        """Up to 25 profiles; of an account that is gone or away there is none.

        Raises:
            SourceError: they can not be asked for.
        """
        query = [("actors", did) for did in dids]
        answer = await self._ask(self._base, "app.bsky.actor.getProfiles", query, _PROFILES)
        return [_read(one) for one in answer.profiles or () if one.did]

    async def there(self, uris: Collection[str]) -> set[str]:
        """Those of up to 25 posts that are still there.

        Raises:
            SourceError: they can not be asked for.
        """
        query = [("uris", uri) for uri in uris]
        answer = await self._ask(self._base, "app.bsky.feed.getPosts", query, _POSTS)
        return {post.uri for post in answer.posts or ()}

    async def search(self, tag: str, since: datetime, until: datetime, cursor: str | None) -> Found:
        """Up to a hundred posts under a hashtag, of that time.

        Raises:
            SourceError: it can not be asked, or the login is refused.
        """
        if self._login is None:
            raise SourceRefused("a search needs a login: [sources.bluesky] handle")
        query = [("q", f"#{tag}"), ("sort", "latest"), ("limit", str(FOUND_AT_ONCE))]
        query += [("since", _iso(since)), ("until", _iso(until))]
        query += [("cursor", cursor)] if cursor else []
        host, method = self._login.host.rstrip("/"), "app.bsky.feed.searchPosts"
        if not self._token:
            await self.sign_in()
        try:
            answer = await self._ask(host, method, query, _POSTS, self._token)
        except _Expired:
            await self.sign_in()
            answer = await self._ask(host, method, query, _POSTS, self._token)
        frames = [frame for post in answer.posts or () if (frame := _frame(post)) is not None]
        return Found(frames, answer.cursor)

    async def sign_in(self) -> str:
        """Opens a session; the handle of who signed in.

        Raises:
            SourceError: it can not be asked, or the login is refused.
        """
        if self._login is None:
            raise SourceRefused("a search needs a login: [sources.bluesky] handle")
        url = f"{self._login.host.rstrip('/')}/xrpc/com.atproto.server.createSession"
        who = {"identifier": self._login.handle, "password": self._login.password}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.post(url, json=who) as answer,
            ):
                if answer.status in (400, 401, 403):
                    raise SourceRefused(
                        "Bluesky refuses the login; make a new app password there (Settings, "
                        "Privacy and security, App passwords), set CROSSTIE_BLUESKY_APP_PASSWORD "
                        "to it, look at [sources.bluesky] handle, and restart"
                    )
                session = await self._read(answer, _SESSION)
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise _unreachable(url, exc) from exc
        self._token = session.access_jwt
        return session.handle

    async def _ask(
        self,
        base: str,
        method: str,
        query: Sequence[tuple[str, str]],
        of: msgspec.json.Decoder[T],
        token: str = "",
    ) -> T:
        url = URL(f"{base}/xrpc/{method}").with_query(query)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.get(url, headers=headers) as answer,
            ):
                return await self._read(answer, of)
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise _unreachable(base, exc) from exc

    async def _read(self, answer: aiohttp.ClientResponse, of: msgspec.json.Decoder[T]) -> T:
        body = await body_of(answer, _MOST_ANSWER)
        host = answer.url.host
        if answer.status == 429:
            raise RateLimited(f"{host} limits how often it is asked", self._reset(answer))
        if answer.status in (400, 401) and _error(body) in _EXPIRED:
            raise _Expired(f"{host} wants a new session")
        if answer.status != 200:
            raise SourceUnavailable(f"{host} answers with status {answer.status}")
        try:
            return decoded(of, body)
        except PayloadError as exc:
            raise SourceUnavailable(f"{host} answers with what is no answer of Bluesky") from exc

    def _reset(self, answer: aiohttp.ClientResponse) -> datetime:
        """When the limit ends: as it says, or in five minutes."""
        now = self._clock.now()
        after, at = answer.headers.get("Retry-After", ""), answer.headers.get("RateLimit-Reset", "")
        if after.isdecimal():
            return now + timedelta(seconds=int(after))
        if at.isdecimal() and len(at) <= 11:
            return max(now, datetime.fromtimestamp(int(at), UTC))
        return now + timedelta(minutes=5)


class _Expired(SourceUnavailable):
    """The session is over."""


def _unreachable(where: str, exc: Exception) -> SourceError:
    reason = f"can not be reached ({type(exc).__name__})"
    return SourceUnavailable(f"{URL(where).host} {reason}; look at the network and at the address")


def _error(body: bytes) -> str:
    try:
        return decoded(_REFUSAL, body).error or ""
    except PayloadError:
        return ""


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _read(one: _Profile) -> ProfileRead:
    said = one.description or ""
    labelled = any(label.val == SIGNED_IN_ONLY and not label.neg for label in one.labels or ())
    handle = "" if one.handle in (None, "handle.invalid") else one.handle or ""
    return ProfileRead(one.did, handle, labelled or refuses_in(said), labelled, claim_in(said))


def _frame(post: _PostView) -> bytes | None:
    """The post as Jetstream would have told it; None for what is no post."""
    did, _, rest = post.uri.removeprefix("at://").partition("/")
    collection, _, rkey = rest.partition("/")
    try:
        at = to_us(instant(post.indexed_at))
    except PayloadError:
        return None
    if not (did and collection and rkey and bytes(post.record)):
        return None
    head = {"did": did, "time_us": at, "kind": "commit"}
    commit = {"operation": "create", "collection": collection, "rkey": rkey}
    # The record stays the bytes that came.
    start = json.dumps(head)[:-1].encode() + b',"commit":' + json.dumps(commit)[:-1].encode()
    return start + b',"record":' + bytes(post.record) + b"}}"
