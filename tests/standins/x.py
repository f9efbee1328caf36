"""A stand-in for X API v2 on loopback: rules, stream, recent search, usage, compliance; and a bill.

It misbehaves when told to: `faults` holds, for each kind of request, what the next ones get instead
of an answer; the stream can be cut in a line, closed, or made silent. It bills in two ways at once:
as documented (each post once a UTC day) and at worst (each expanded user too).
"""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.model.posts import to_us
from tests.standins.x_bill import Bill
from tests.standins.x_jobs import Fault, Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.clock import Clock

TOKEN = "a-bearer-token-of-nobody"
EPOCH_MS = 1_288_834_974_657
INDEX_LAG = timedelta(seconds=30)


HTML_503 = Fault(503, "<html>Over capacity</html>", kind="text/html")
PAYMENT = Fault(402, json.dumps({"title": "CreditsDepleted", "type": "about:blank"}))
CAPPED = Fault(
    429,
    json.dumps(
        {
            "title": "UsageCapExceeded",
            "detail": "Usage cap exceeded: Monthly product cap",
            "type": "https://api.twitter.com/2/problems/usage-capped",
        }
    ),
    {"x-rate-limit-reset": "1"},
)
FORBIDDEN = Fault(403, json.dumps({"title": "Client Forbidden", "reason": "client-not-enrolled"}))
LIMITED = Fault(429, json.dumps({"title": "Too Many Requests", "status": 429}))


def limited_until(when: datetime) -> Fault:
    """429 that says when it ends."""
    return Fault(429, LIMITED.body, {"x-rate-limit-reset": str(int(when.timestamp()))})


OPERATIONAL = {
    "errors": [
        {
            "title": "operational-disconnect",
            "disconnect_type": "UpstreamOperationalDisconnect",
            "detail": "This stream has been disconnected upstream for operational reasons.",
            "type": "https://api.twitter.com/2/problems/operational-disconnect",
        }
    ]
}


class _Listener:
    def __init__(self, *, authors: bool) -> None:
        self.authors = authors
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()


class XStandIn(Jobs):
    """Start it with `async with serve(...)`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.posts: dict[str, dict[str, Any]] = {}
        self.users: dict[str, dict[str, Any]] = {}
        self.rules: dict[str, dict[str, str]] = {}
        self.bill = Bill()
        self.usage_extra = 0
        self.keep_alive_s: float | None = None
        self.sent = 0
        """Lines with posts that were put on a stream."""
        self.search_gives_reposts = False
        self.index_lag = INDEX_LAG
        self.skew = timedelta()
        """How far X's clock, as its answers tell it, is ahead of ours."""
        self.meanwhile: dict[str, Callable[[], object]] = {}
        self.search_waits_for: list[asyncio.Event] = []
        """Each holds one search up before it is looked at, and so before it is billed."""
        self.search_answers_after: list[asyncio.Event] = []
        """Each holds one answer back that is billed already."""
        self._ids = 1_000
        self._listeners: list[_Listener] = []

    # ---- what tests do

    def post(
        self, author: str, tags: Iterable[str], *, deliver: bool = True, **more: Any
    ) -> dict[str, Any]:
        """Somebody posts now; the stream brings it, unless it is kept for the search only."""
        self._ids += 1
        us = to_us(self.clock.now()) + self._ids % 1_000
        id_ = str(((us // 1_000 - EPOCH_MS) << 22) + self._ids)
        words = list(tags)
        made = {
            "id": id_,
            "text": "Said " + " ".join(f"#{tag}" for tag in words),
            "author_id": author,
            "created_at": self.clock.now()
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "conversation_id": id_,
            "edit_history_tweet_ids": [id_],
            "entities": {"hashtags": [{"tag": tag} for tag in words]},
            **more,
        }
        self.users[author] = {"id": author, "username": f"u{author}", "name": f"Person {author}"}
        self.posts[id_] = made
        if deliver:
            self.deliver(made)
        return made

    def repost(self, author: str, of: dict[str, Any], tags: Iterable[str]) -> dict[str, Any]:
        return self.post(
            author,
            tags,
            referenced_tweets=[{"type": "retweeted", "id": of["id"]}],
            text="RT @someone: " + of["text"],
        )

    def deliver(self, post: dict[str, Any], **more: Any) -> None:
        """Puts it on every open stream that has a rule for it, again if it was there before.

        `more` takes the place of its own fields; one that is None is missing.
        """
        rules = [r for r in self.rules.values() if matches(r["value"], post)]
        if not rules:
            return
        for listener in self._listeners:
            line: dict[str, Any] = {
                "data": {k: v for k, v in (post | more).items() if v is not None},
                "matching_rules": [{"id": r["id"], "tag": r.get("tag", "")} for r in rules],
            }
            users = [post["author_id"]] if listener.authors else []
            if users:
                line["includes"] = {"users": [self.users[u] for u in users]}
            self.bill.add(self._today(), [post["id"]], users)
            self.sent += 1
            listener.queue.put_nowait(json.dumps(line).encode() + b"\r\n")

    def say(self, raw: bytes) -> None:
        """Puts bytes on every open stream."""
        for listener in self._listeners:
            listener.queue.put_nowait(raw)

    def hang_up(self, after: bytes = b"") -> None:
        """Ends every open stream, perhaps in the middle of a line."""
        for listener in self._listeners:
            if after:
                listener.queue.put_nowait(after)
            listener.queue.put_nowait(None)
        self._listeners = []

    @property
    def streams(self) -> int:
        """How many connections are open."""
        return len(self._listeners)

    @property
    def streams_with_authors(self) -> int:
        """How many of them bring authors, who are billed at worst."""
        return sum(listener.authors for listener in self._listeners)

    def count(self, kind: str) -> int:
        """How often it was asked for this."""
        return sum(asked == kind for asked, _ in self.asked)

    # ---- what it answers

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 26)
        app.on_response_prepare.append(self._date)
        app.router.add_get("/2/tweets/search/stream", self._stream)
        app.router.add_get("/2/tweets/search/stream/rules", self._get_rules)
        app.router.add_post("/2/tweets/search/stream/rules", self._change_rules)
        app.router.add_get("/2/tweets/search/recent", self._search)
        app.router.add_get("/2/usage/tweets", self._usage)
        self.add_routes(app)
        return app

    async def _date(self, request: web.Request, response: web.StreamResponse) -> None:
        now = self.clock.now().astimezone(UTC) + self.skew
        response.headers["Date"] = format_datetime(now, usegmt=True)

    def refuses(self, kind: str, request: web.Request) -> web.Response | None:
        self.asked.append((kind, dict(request.query)))
        self.meanwhile.pop(kind, int)()
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"title": "Unauthorized", "status": 401}, status=401)
        return self.fault(kind)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        if refused := self.refuses("stream", request):
            return refused
        listener = _Listener(authors="author_id" in request.query.get("expansions", ""))
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        self._listeners.append(listener)
        try:
            while True:
                try:
                    async with asyncio.timeout(self.keep_alive_s):
                        line = await listener.queue.get()
                except TimeoutError:
                    line = b"\r\n"
                if line is None:
                    if request.transport is not None and listener.queue.empty():
                        await response.write_eof()
                    return response
                await response.write(line)
        except ConnectionError:
            return response
        finally:
            if listener in self._listeners:
                self._listeners.remove(listener)

    async def _get_rules(self, request: web.Request) -> web.Response:
        if refused := self.refuses("rules", request):
            return refused
        answer: dict[str, Any] = {"meta": {"result_count": len(self.rules)}}
        if self.rules:
            answer["data"] = list(self.rules.values())
        return web.json_response(answer)

    async def _change_rules(self, request: web.Request) -> web.Response:
        if refused := self.refuses("change_rules", request):
            return refused
        body = await request.json()
        for id_ in body.get("delete", {}).get("ids", ()):
            self.rules.pop(id_, None)
        for rule in body.get("add", ()):
            if len(rule["value"]) > 512:
                return web.json_response({"title": "Invalid Request"}, status=400)
            self._ids += 1
            self.rules[str(self._ids)] = {"id": str(self._ids), **rule}
        return web.json_response({"meta": {"summary": {}}}, status=201)

    async def _search(self, request: web.Request) -> web.Response:
        if refused := self.refuses("search", request):
            return refused
        if self.search_waits_for:
            await self.search_waits_for.pop(0).wait()
        query = request.query
        now = self.clock.now()
        since, latest = int(query.get("since_id", 0)), now - self.index_lag
        earliest = _time(query["start_time"]) if "start_time" in query else None
        end = _time(query["end_time"]) if "end_time" in query else None
        week_ago = now - timedelta(days=7)
        if (
            len(query["query"]) > 512
            or (earliest is not None and not week_ago <= earliest < (end or latest))
            or (end is not None and not week_ago < end < now - timedelta(seconds=10))
            or (since and (since >> 22) + EPOCH_MS < to_us(week_ago) // 1_000)
        ):
            return web.json_response({"title": "Invalid Request"}, status=400)
        recent = sorted((id_ for id_ in map(int, self.posts) if id_ > since), reverse=True)
        found = [
            post
            for post in (self.posts[str(id_)] for id_ in recent)
            if matches(query["query"], post)
            and (self.search_gives_reposts or not _is_repost(post))
            and (earliest is None or _time(post["created_at"]) >= earliest)
            and _time(post["created_at"]) <= latest
            and (end is None or _time(post["created_at"]) < end)
        ]
        first, most = int(query.get("next_token", 0)), int(query["max_results"])
        assert 10 <= most <= 100
        page = found[first : first + most]
        answer: dict[str, Any] = {"meta": {"result_count": len(page)}}
        users: set[str] = set()
        if page:
            answer["data"] = page
            answer["meta"] |= {"newest_id": page[0]["id"], "oldest_id": page[-1]["id"]}
            if "author_id" in query.get("expansions", ""):
                users = {post["author_id"] for post in page}
                answer["includes"] = {"users": [self.users[user] for user in sorted(users)]}
        if first + most < len(found):
            answer["meta"]["next_token"] = str(first + most)
        self.bill.add(self._today(), (post["id"] for post in page), users)
        if self.search_answers_after:
            await self.search_answers_after.pop(0).wait()
        return web.json_response(answer)

    async def _usage(self, request: web.Request) -> web.Response:
        if refused := self.refuses("usage", request):
            return refused
        daily = [
            {"date": f"{day}T00:00:00.000Z", "usage": str(len(posts) + self.usage_extra)}
            for day, posts in sorted(self.bill.posts.items())
        ]
        data = {"cap_reset_day": 1, "daily_project_usage": {"project_id": "1", "usage": daily}}
        return web.json_response({"data": data})

    def _today(self) -> str:
        return self.clock.now().astimezone(UTC).date().isoformat()


def matches(query: str, post: dict[str, Any]) -> bool:
    """Whether a post is found: under any of the hashtags, and no repost where that is said."""
    wanted = {word.casefold() for word in re.findall(r"#(\w+)", query)}
    tags = {tag["tag"].casefold() for tag in post["entities"]["hashtags"]}
    return bool(wanted & tags) and not ("-is:retweet" in query and _is_repost(post))


def _is_repost(post: dict[str, Any]) -> bool:
    return any(r["type"] == "retweeted" for r in post.get("referenced_tweets", ()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


class serve:  # noqa: N801 reads as a statement
    """`async with serve(clock) as x:` - an XStandIn at `x.address`."""

    def __init__(self, clock: Clock) -> None:
        self._x = XStandIn(clock)

    async def __aenter__(self) -> XStandIn:
        self._runner = web.AppRunner(
            self._x.app(), access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._x.address = f"http://{host}:{port}"
        return self._x

    async def __aexit__(self, *_: object) -> None:
        self._x.hang_up()
        await self._runner.cleanup()
