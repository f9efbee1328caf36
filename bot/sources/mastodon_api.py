"""What is asked of one Mastodon instance, and what its answers mean."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from bot.errors import PayloadError, RateLimited, SourceError, SourceRefused, SourceUnavailable
from bot.sources.answers import body_of
from bot.sources.mastodon import STATUS, Status
from bot.sources.payloads import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.clock import Clock

    Query = Mapping[str, str] | Sequence[tuple[str, str]]

T = TypeVar("T")

A_PAGE = 40
LOOKED_FOR_AT_ONCE = 20
_MOST_ANSWER = 16 << 20
_STREAMS = {"wss": "https", "ws": "http"}


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class _Feeds(_Payload):
    local: str | None = None
    remote: str | None = None


class _Access(_Payload):
    hashtag_feeds: _Feeds | None = None


class _Urls(_Payload):
    streaming: str | None = None


class _Configuration(_Payload):
    timelines_access: _Access | None = None
    urls: _Urls | None = None


class _Instance(_Payload):
    configuration: _Configuration | None = None


_INSTANCE = msgspec.json.Decoder(_Instance)
_STATUSES = msgspec.json.Decoder(list[Status])


class MastodonApi:
    """Asks one instance, within its limits."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        base_url: str,
        token: str,
        timeout_s: float,
    ) -> None:
        self._http = http
        self._clock = clock
        self._base = URL(base_url)
        self._streaming = self._base
        self._headers = {"Authorization": f"Bearer {token}"}
        self._timeout_s = timeout_s
        self._closed_until: datetime | None = None
        self._one_by_one = False
        """Before version 4.3 an instance gives posts only one at a time."""
        self.host = self._base.host_port_subcomponent or ""

    async def check(self) -> str:
        """What is not complete in what this instance gives; "" where all is.

        Raises:
            SourceError: it can not be asked, or does not give timelines of hashtags.
        """
        instance = await self._get("/api/v2/instance", {}, _INSTANCE)
        configuration = instance.configuration or _Configuration()
        if configuration.urls is not None and configuration.urls.streaming:
            address = URL(configuration.urls.streaming)
            if address.host:
                scheme = _STREAMS.get(address.scheme, address.scheme)
                self._streaming = address.with_scheme(scheme).origin()
        access = configuration.timelines_access
        feeds = (access.hashtag_feeds if access else None) or _Feeds()
        if feeds.local == "disabled" and feeds.remote == "disabled":
            raise SourceRefused(
                f"{self.host} gives no timelines of hashtags; name another instance under "
                "[sources.mastodon] instances, and restart"
            )
        if "disabled" in (feeds.local, feeds.remote):
            missing = "other instances" if feeds.remote == "disabled" else "this instance itself"
            return f"posts of {missing} are missing: {self.host} does not give them"
        return ""

    async def whose(self) -> str:
        """The account of the token.

        Raises:
            SourceError: it can not be asked, or refuses.
        """
        path = "/api/v1/accounts/verify_credentials"
        account = await self._get(path, {}, _ACCOUNT)
        return account.acct

    async def newer(self, tag: str, than: str) -> list[Status]:
        """Up to forty posts under a hashtag that come next after an id, oldest first.

        Raises:
            SourceError: it can not be asked, or refuses.
        """
        query = {"min_id": than, "limit": str(A_PAGE)}
        found = await self._get(f"/api/v1/timelines/tag/{quote(tag, safe='')}", query, _STATUSES)
        return found[::-1]

    async def status(self, id_: str) -> Status | None:
        """One post; None where it is gone or not for us.

        Raises:
            SourceError: it can not be asked.
        """
        try:
            return await self._get(f"/api/v1/statuses/{quote(id_, safe='')}", {}, STATUS)
        except _NotThere:
            return None

    async def statuses(self, ids: Sequence[str]) -> dict[str, Status]:
        """Those of up to twenty posts that are still there, by their ids.

        An instance older than 4.3 is asked for the first of them only: see what was asked for.

        Raises:
            SourceError: it can not be asked.
        """
        if not self._one_by_one:
            query = [("id[]", id_) for id_ in ids]
            try:
                found = await self._get("/api/v1/statuses", query, _STATUSES)
                return {status.id: status for status in found}
            except _NotThere:
                self._one_by_one = True
        one = await self.status(ids[0])
        return {} if one is None else {one.id: one}

    def answered_at_once(self, ids: Sequence[str]) -> Sequence[str]:
        """Those of the ids that the last `statuses` has really asked for."""
        return ids[:1] if self._one_by_one else ids

    async def stream(self, tag: str) -> aiohttp.ClientResponse:
        """The stream of what is posted under a hashtag; the caller closes it.

        Raises:
            SourceError: it can not be asked, or refuses.
        """
        url = self._streaming.with_path("/api/v1/streaming/hashtag").with_query({"tag": tag})
        headers = {**self._headers, "Accept": "text/event-stream"}
        limit = aiohttp.ClientTimeout(total=None, sock_connect=self._timeout_s)
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._http.get(url, headers=headers, timeout=limit)
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise self._unreachable(exc) from exc
        if answer.status != 200:
            answer.close()
            raise self._meaning(answer)
        return answer

    async def _get(self, path: str, query: Query, of: msgspec.json.Decoder[T]) -> T:
        now = self._clock.now()
        if self._closed_until is not None and now < self._closed_until:
            raise RateLimited(f"{self.host} limits how often it is asked", self._closed_until)
        url = URL(f"{str(self._base).rstrip('/')}{path}", encoded=True).update_query(query)
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._http.get(url, headers=self._headers) as answer,
            ):
                self._note_limit(answer)
                if answer.status != 200:
                    raise self._meaning(answer)
                return decoded(of, await body_of(answer, _MOST_ANSWER))
        except (aiohttp.ClientError, OSError, TimeoutError) as exc:
            raise self._unreachable(exc) from exc
        except PayloadError as exc:
            raise SourceUnavailable(f"{self.host} answers with what is no JSON of ours") from exc

    def _note_limit(self, answer: aiohttp.ClientResponse) -> None:
        if answer.headers.get("X-RateLimit-Remaining", "") == "0":
            self._closed_until = self._reset(answer)

    def _reset(self, answer: aiohttp.ClientResponse) -> datetime:
        """When the limit ends: as it says, or in five minutes, the length of Mastodon's own."""
        now, said = self._clock.now(), answer.headers.get("X-RateLimit-Reset", "")
        after = answer.headers.get("Retry-After", "")
        if after.isdecimal():
            return now + timedelta(seconds=int(after))
        try:
            reset = datetime.fromisoformat(said)
        except ValueError:
            return now + timedelta(minutes=5)
        return reset if reset.tzinfo is not None else reset.replace(tzinfo=UTC)

    def _meaning(self, answer: aiohttp.ClientResponse) -> SourceError:
        status = answer.status
        if status == 429:
            return RateLimited(f"{self.host} limits how often it is asked", self._reset(answer))
        if status in (401, 403):
            return SourceRefused(
                f"{self.host} refuses the token ({status}); make a new one there (Preferences, "
                "Development, with the scope read), set it, and restart"
            )
        if status in (404, 410):
            return _NotThere(f"{self.host} has no such page ({status})")
        return SourceUnavailable(f"{self.host} answers with status {status}")

    def _unreachable(self, exc: Exception) -> SourceUnavailable:
        reason = f"can not be reached ({type(exc).__name__})"
        return SourceUnavailable(f"{self.host} {reason}; look at the network and at the address")


class _NotThere(SourceUnavailable):
    """404 or 410: for one post that it is gone, for anything else that this is no Mastodon."""


class _Named(_Payload):
    acct: str = ""


_ACCOUNT = msgspec.json.Decoder(_Named)
