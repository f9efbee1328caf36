"""The door to tweepy: requests to X API v2, and what its refusals mean.

tweepy builds the requests; its host, its retries, its errors and its stream are not used. It gets
an object in place of its HTTP session that sends to `api_base`, holds a time limit, and raises one
of our errors where tweepy would retry, recurse, or fail on a body that is no JSON. tweepy logs the
bearer token at DEBUG: bot.log keeps it at INFO.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
from tweepy import StreamRule
from tweepy.asynchronous import AsyncClient, AsyncStreamingClient

from bot.errors import RateLimited, SourceError, SourceRefused, SourceUnavailable
from bot.model.compliance import Job
from bot.model.posts import EPOCH

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from bot.clock import Clock

TWEEPY_HOST = "https://api.twitter.com"
"""Written into tweepy; nothing is sent there."""
WITHOUT_RESET = timedelta(seconds=60)
"""How long a 429 that names no time is waited for, as X documents it."""

POST_FIELDS = (
    "author_id,conversation_id,created_at,edit_history_tweet_ids,entities,in_reply_to_user_id,"
    "lang,note_tweet,referenced_tweets"
)
USER_FIELDS = "description,name,protected,username"

_MOST_OF_AN_ERROR = 1 << 16
_RULES_AT_ONCE = 100


class NotEnrolled(SourceRefused):
    """403: this token may not do this, though it may do other things."""


class Failed(SourceUnavailable):
    """It answered, but not with success; X asks for longer pauses than after a broken line."""


class TooOld(SourceUnavailable):
    """400: the request asks for what X does not give, such as posts older than seven days."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the filtered stream, as X has it."""

    value: str
    tag: str
    id: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a search."""

    answer: dict[str, Any]
    at: datetime | None
    """When X gave it, by its own clock: what it billed for it is of this day."""


class _Problem(msgspec.Struct):
    """What X says when it says no; every field may be missing."""

    title: str = ""
    type: str = ""
    detail: str = ""
    errors: list[Any] = []

    @property
    def is_usage_cap(self) -> bool:
        """Whether what was paid for is used up, which no waiting mends."""
        return "usage-cap" in self.type or "UsageCap" in self.title


class XApi:
    """One token's requests. Every method raises a SourceError when it has nothing to give."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        token: str,
        clock: Clock,
        api_base: str = "https://api.x.com",
        limit: timedelta = timedelta(seconds=20),
    ) -> None:
        self._http = http
        self._clock = clock
        self._base = api_base.rstrip("/")
        self._limit = limit.total_seconds()
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = AsyncClient(token, return_type=dict, wait_on_rate_limit=False)
        self._searching = AsyncClient(
            token, return_type=aiohttp.ClientResponse, wait_on_rate_limit=False
        )
        self._streaming = AsyncStreamingClient(token, return_type=dict, wait_on_rate_limit=False)
        for client in (self._client, self._searching, self._streaming):
            client.session = _InPlaceOfASession(self)

    async def search(  # noqa: PLR0913, RUF100 what X takes
        self,
        query: str,
        *,
        most: int,
        authors: bool,
        since_id: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
        next_token: str | None = None,
    ) -> Found:
        """A page of recent posts, newest first; `most` is 10 to 100."""
        asked: dict[str, Any] = {
            "max_results": most,
            "tweet_fields": POST_FIELDS,
            "since_id": since_id,
            "start_time": None if since_id else start_time,
            "end_time": end_time,
            "next_token": next_token,
        }
        if authors:
            asked |= {"expansions": "author_id", "user_fields": USER_FIELDS}
        answer = await self._searching.search_recent_tweets(query, **asked)
        try:
            told = await answer.json()
        except (ValueError, aiohttp.ContentTypeError) as exc:
            raise SourceUnavailable("X's answer is no JSON") from exc
        if not isinstance(told, dict):
            raise SourceUnavailable("X's answer is no JSON object")
        return Found(told, _date(answer.headers))

    async def rules(self) -> list[Rule]:
        """The rules of the filtered stream, those of others too."""
        answer = await self._dict(self._streaming.get_rules())
        return [
            Rule(str(rule.get("value", "")), str(rule.get("tag") or ""), str(rule.get("id", "")))
            for rule in answer.get("data") or ()
        ]

    async def add_rules(self, values: Iterable[str], tag: str) -> None:
        """Adds rules with our tag; one that is there already is left as it is."""
        wanted = [StreamRule(value=value, tag=tag) for value in values]
        for first in range(0, len(wanted), _RULES_AT_ONCE):
            await self._dict(self._streaming.add_rules(wanted[first : first + _RULES_AT_ONCE]))

    async def delete_rules(self, ids: Iterable[str]) -> None:
        """Takes rules away."""
        if unwanted := list(ids):
            await self._dict(self._streaming.delete_rules(unwanted))

    async def usage(self, days: int = 31) -> Mapping[date, int]:
        """How many posts X says were read, by UTC day. tweepy has no method for it."""
        try:
            answer = await self._client.request(
                "GET", "/2/usage/tweets", {"days": str(days), "usage.fields": "daily_project_usage"}
            )
            told = msgspec.json.decode(await answer.text(), type=_Usage)
        except msgspec.MsgspecError as exc:
            raise SourceUnavailable("X's answer about its usage can not be understood") from exc
        daily = told.data.daily_project_usage if told.data else None
        found: dict[date, int] = {}
        for entry in (daily.usage if daily else None) or ():
            day = entry.date.astimezone(UTC).date() if entry.date.tzinfo else entry.date.date()
            found[day] = found.get(day, 0) + int(entry.usage or 0)
        return found

    async def create_job(self, kind: str, name: str) -> Job:
        """Opens a compliance job over ids of `tweets` or of `users`."""
        return _job(await self._dict(self._client.create_compliance_job(kind, name=name)))

    async def jobs(self, kind: str, name: str) -> list[tuple[Job, datetime]]:
        """The compliance jobs of this name that X still lists, and when each was opened."""
        told = (await self._dict(self._client.get_compliance_jobs(kind))).get("data")
        found = []
        for one in told if isinstance(told, list) else ():
            if isinstance(one, dict) and one.get("name") == name:
                # One without its time, or with another shape, is nothing that could be taken up.
                with suppress(ValueError, SourceUnavailable):
                    opened_at = datetime.fromisoformat(str(one.get("created_at")))
                    if opened_at.tzinfo is not None:
                        found.append((_job({"data": one}), opened_at.astimezone(UTC)))
        return found

    async def job(self, id_: str) -> Job:
        """How a compliance job is."""
        return _job(await self._dict(self._client.get_compliance_job(id_)))

    async def upload(self, address: str, ids: Iterable[str]) -> None:
        """Sends the ids of a compliance job, to an address that X gave: without the token."""
        body = "\n".join(ids).encode()
        headers = {"Content-Type": "text/plain"}
        async with self.send("PUT", address, data=body, headers=headers) as answer:
            await answer.read()

    async def download(self, address: str) -> bytes:
        """The lines of a finished compliance job, without the token."""
        async with self.send("GET", address) as answer:
            return await answer.read()

    async def open_stream(self, *, authors: bool) -> aiohttp.ClientResponse:
        """The filtered stream, connected; the caller closes it."""
        asked = {"tweet.fields": POST_FIELDS}
        if authors:
            asked |= {"expansions": "author_id", "user.fields": USER_FIELDS}
        with _our_errors("the stream"):
            async with asyncio.timeout(self._limit):
                answer = await self._http.get(
                    f"{self._base}/2/tweets/search/stream",
                    params=asked,
                    headers=self._headers,
                    timeout=aiohttp.ClientTimeout(total=None),
                    allow_redirects=False,
                )
                if answer.status == 200:
                    return answer
                async with answer:
                    raise await self._refusal(answer)

    @asynccontextmanager
    async def send(
        self, method: str, address: str, **kwargs: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request that is answered with success; what reads its body has the same limit."""
        with _our_errors(address.partition("?")[0].rpartition("/2/")[2]):
            async with (
                asyncio.timeout(self._limit),
                self._http.request(method, address, allow_redirects=False, **kwargs) as answer,
            ):
                if not 200 <= answer.status < 300:
                    raise await self._refusal(answer)
                yield answer

    def address_of(self, url: str) -> str:
        """Where to send what tweepy would send to `url`."""
        return self._base + url.removeprefix(TWEEPY_HOST)

    async def _dict(self, request: Any) -> dict[str, Any]:
        try:
            answer = await request
        except (ValueError, aiohttp.ContentTypeError) as exc:
            raise SourceUnavailable("X's answer is no JSON") from exc
        if not isinstance(answer, dict):
            raise SourceUnavailable("X's answer is no JSON object")
        return answer

    async def _refusal(self, answer: aiohttp.ClientResponse) -> SourceError:
        body = await answer.content.read(_MOST_OF_AN_ERROR)
        return refusal(answer.status, answer.headers, body, self._clock.now())


class _InPlaceOfASession:
    """What tweepy takes for its aiohttp session."""

    closed = False

    def __init__(self, api: XApi) -> None:
        self._api = api

    @asynccontextmanager
    async def request(
        self, method: str, url: Any, **kwargs: Any
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        async with self._api.send(method, self._api.address_of(str(url)), **kwargs) as answer:
            yield answer


class _our_errors:  # noqa: N801 reads as a statement
    """Turns what aiohttp raises into SourceUnavailable."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, exc: BaseException | None, trace: object) -> None:
        if isinstance(exc, TimeoutError):
            raise SourceUnavailable(f"X gave no answer in time ({self._what})") from exc
        if isinstance(exc, aiohttp.ClientError):
            reason = type(exc).__name__
            raise SourceUnavailable(f"X can not be reached ({self._what}: {reason})") from exc


def refusal(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> SourceError:
    """What an answer without success means; only 429 and what may pass by itself is waited for."""
    problem = problem_of(body)
    if problem.is_usage_cap:
        return SourceRefused(
            "X says that the cap of this project is used up (UsageCapExceeded); raise it in X's "
            "developer console, or wait for its next period, then restart"
        )
    if status == 401:
        return SourceRefused(
            "X refuses the bearer token; make a new one in X's developer console (Keys and "
            "tokens) and set CROSSTIE_X_BEARER_TOKEN to it"
        )
    if status == 402:
        return SourceRefused(
            "X wants to be paid (402): the credits are used up; buy credits in X's developer "
            "console, then restart"
        )
    if status == 403:
        return NotEnrolled(
            "X does not allow this to the app of this token (403); attach the app to a project "
            "with access to API v2 in X's developer console"
        )
    if status == 429:
        return RateLimited("X asks to wait (429)", _reset(headers, now))
    if status == 400:
        return TooOld(f"X does not accept a request (400 {problem.title[:60]})")
    return Failed(f"X answers with status {status}")


def problem_of(body: bytes) -> _Problem:
    """X's own word on what is wrong; empty where the body is HTML, or nothing that we know."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _Problem()
    inner = problem.errors[0] if problem.errors else None
    if isinstance(inner, dict) and not problem.type:
        title, type_ = str(inner.get("title") or ""), str(inner.get("type") or "")
        return _Problem(title, type_, str(inner.get("detail") or ""))
    return problem


def _reset(headers: Mapping[str, str], now: datetime) -> datetime:
    told = headers.get("x-rate-limit-reset", "")
    if told.isascii() and told.isdecimal() and len(told) < 12:
        when = EPOCH + timedelta(seconds=int(told) + 1)
        if when > now:
            return min(when, now + timedelta(hours=1))
    return now + WITHOUT_RESET


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        when = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


class _DailyUsage(msgspec.Struct):
    date: datetime
    usage: int | str | None = None


class _ProjectUsage(msgspec.Struct):
    usage: list[_DailyUsage] | None = None


class _UsageData(msgspec.Struct):
    daily_project_usage: _ProjectUsage | None = None


class _Usage(msgspec.Struct):
    data: _UsageData | None = None


def _job(answer: dict[str, Any]) -> Job:
    data = answer.get("data")
    if not isinstance(data, dict) or not data.get("id"):
        raise SourceUnavailable("X's answer about a compliance job can not be understood")
    return Job(
        id=str(data["id"]),
        status=str(data.get("status") or ""),
        upload_url=str(data.get("upload_url") or ""),
        download_url=str(data.get("download_url") or ""),
    )
