"""Discord on loopback: the local Discord's world behind REST and a gateway, with faults."""

from __future__ import annotations

import asyncio
import io
import json
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.demo.world import World
from tests.sandbox import limits
from tests.sandbox.faults import Fault, Faults
from tests.sandbox.gateway import Gateway
from tests.sandbox.rates import Rates
from tests.sandbox.schema import OpenApi, openapi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from tests.sandbox.rates import Verdict

TOKEN = "sandbox.token.of-nobody"
SHARED = Path(__file__).parents[2].parent / "shared"
_PREFIX = "/api/v10"
_PUBLIC = ("/interactions/", "/webhooks/")
_JSON = "application/json"
_INVALID_FORM, _UNAUTHORIZED = 50035, 0


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in; `status` is what it got, `at` the loop's time.

    `reason` is what it leaves in the server's audit log, which organisers read.
    """

    method: str
    path: str
    status: int
    at: float
    body: Any
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Violation:
    """A request that Discord would have refused."""

    method: str
    path: str
    reason: str


@dataclass(slots=True)
class _File:
    filename: str
    fp: io.BytesIO
    description: str | None = None


class Sandbox:
    """A Discord for one bot in another process. `world` is what people do and see in it.

    With `rates`, Discord's rate limits are told in every answer, and kept. `now` is its clock,
    where that is not the machine's; interactions have no deadlines then.
    """

    def __init__(
        self,
        document: OpenApi | None,
        *,
        rates: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self.world = World(now, deadlines=now is None, patience_s=25.0)
        self.rates = Rates() if rates else None
        self.faults = Faults()
        self.gateway = Gateway(self.world, TOKEN)
        self.requests: list[Request] = []
        self.violations: list[Violation] = []
        self._document = document
        self._is_down = False
        app = web.Application(client_max_size=30 * 2**20)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", _PREFIX + "/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        self._site: web.TCPSite | None = None
        self._port = 0

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        *,
        shared: Path = SHARED,
        rates: bool = False,
        now: Callable[[], datetime] | None = None,
    ) -> AsyncIterator[Sandbox]:
        """A sandbox that listens; without Discord's document only `limits` are checked."""
        path = shared / "discord-openapi.json"
        document = openapi(path) if path.exists() else None
        sandbox = cls(document, rates=rates, now=now)
        await sandbox._runner.setup()
        try:
            await sandbox._listen()
            yield sandbox
        finally:
            sandbox._is_down = True
            sandbox.gateway.drop(1001)
            await sandbox._runner.cleanup()

    @property
    def api_base(self) -> str:
        """For `discord.http.Route.BASE`."""
        return f"http://127.0.0.1:{self._port}{_PREFIX}"

    @property
    def gateway_url(self) -> str:
        """For `DiscordWebSocket.DEFAULT_GATEWAY`."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def ready(self) -> bool:
        """Whether the bot is connected and was told READY."""
        return bool(self.gateway.connected)

    async def until(self, true: Callable[[], object], timeout_s: float = 25.0) -> None:
        """Returns when it holds; see World.until."""
        await self.world.until(true, timeout_s)

    def sent(self, method: str, pattern: str) -> list[Request]:
        """The requests whose path fits the regular expression."""
        return [r for r in self.requests if r.method == method and re.fullmatch(pattern, r.path)]

    @asynccontextmanager
    async def outage(self) -> AsyncIterator[None]:
        """Discord is away: connections break and are refused, until the block ends."""
        self._is_down = True
        if self._site is not None:
            await self._site.stop()
        for session in list(self.gateway.sessions.values()):
            if session.socket is not None:
                _abort(session.socket.ws)
        try:
            yield
        finally:
            self._is_down = False
            await self._listen()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self._is_down:
            _abort(request)
        return await self.gateway.handle(request)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        if self._is_down:
            _abort(request)
        method, path = request.method, "/" + request.match_info["path"]
        media, body, files = await _read(request)
        fault = self.faults.next_for(method, path)
        if fault is not None and fault.gate is not None and fault.before:
            await fault.gate.hold()
            if request.transport is None or request.transport.is_closing():
                return web.Response(status=499)  # its sender is gone: it never arrived
        if fault is not None and fault.delay_s:
            await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=fault.delay_s)
        at = asyncio.get_running_loop().time()
        told = None if self.rates is None else self.rates.ask(method, path, at)
        if told is not None and told.retry_after_s is not None:
            fault = _too_early(method, path, told)
        if fault is not None and fault.status is not None:
            status, answer = fault.status, _fault_body(fault)
        else:
            status, answer = self._answer(request, method, path, media, body, files)
        reason = unquote(request.headers.get("X-Audit-Log-Reason", ""))
        self.requests.append(Request(method, path, status, at, body, reason))
        self.world.notify()
        if fault is not None and fault.gate is not None and not fault.before:
            await fault.gate.hold()
        return _response(path, status, answer, fault, told)

    def _answer(
        self,
        request: web.Request,
        method: str,
        path: str,
        media: str,
        body: Any,
        files: list[_File],
    ) -> tuple[int, Any]:
        if not path.startswith(_PUBLIC) and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return 401, {"message": "401: Unauthorized", "code": _UNAUTHORIZED}
        if path.startswith("/gateway"):
            limit = {"total": 1000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
            return 200, {"url": self.gateway_url, "shards": 1, "session_start_limit": limit}
        wrong = limits.faults_of(method, path, body, files=len(files))
        if self._document is not None:
            wrong += self._document.faults_of(method, path, media, body)
        if wrong:
            self.violations += [Violation(method, path, reason) for reason in wrong]
            return 400, {"code": _INVALID_FORM, "message": "; ".join(["Invalid Form Body", *wrong])}
        params = dict(request.query)
        status, answer = self.world.request(method, path, json=body, params=params, files=files)
        if status == 501 or (status == 400 and answer.get("code") == _INVALID_FORM):
            self.violations.append(Violation(method, path, answer["message"]))
        if (
            path.endswith("/callback")
            and status == 200
            and params.get("with_response") not in ("1", "true")
        ):
            return 204, None
        return status, answer


async def _read(request: web.Request) -> tuple[str, Any, list[_File]]:
    """Media type, JSON body, and files of a request."""
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return _JSON, json.loads(raw) if raw else None, []
    body: dict[str, Any] = {}
    files: list[_File] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        content = await part.read()
        if part.name == "payload_json":
            body |= json.loads(content)
        elif part.filename is not None:
            files.append(_File(part.filename, io.BytesIO(bytes(content))))
        elif part.name is not None:
            body[part.name] = content.decode()
    return "multipart/form-data", body, files


def _fault_body(fault: Fault) -> Any:
    if fault.status != 429:
        return {"message": f"planned fault {fault.status}", "code": 0}
    return {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after_s,
        "global": fault.is_global,
    }


def _too_early(method: str, path: str, told: Verdict) -> Fault:
    wait_s = told.retry_after_s or 0.0
    return Fault(method, path, status=429, retry_after_s=wait_s, is_global=told.is_global)


def _response(
    path: str, status: int, answer: Any, fault: Fault | None, told: Verdict | None
) -> web.Response:
    """With Discord's headers: discord.py takes a 429 for Cloudflare's without Via."""
    bucket = re.sub(r"\d{5,}", "id", path)
    headers = {
        "Via": "1.1 sandbox",
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": "49",
        "X-RateLimit-Reset-After": "1.000",
        "X-RateLimit-Bucket": f"{abs(hash(bucket)):x}",
        **(told.headers if told else {}),
    }
    if status == 429 and fault is not None:
        headers["Retry-After"] = f"{fault.retry_after_s:.3f}"
        headers["X-RateLimit-Scope"] = "global" if fault.is_global else "user"
        headers["X-RateLimit-Remaining"] = "0"
        if fault.is_global:
            headers["X-RateLimit-Global"] = "true"
    if status == 204:
        return web.Response(status=204, headers=headers)
    body = json.dumps(answer).encode()
    return web.Response(body=body, status=status, headers=headers, content_type=_JSON)


def _abort(connection: web.Request | web.WebSocketResponse) -> None:
    """Breaks the connection without a word."""
    request = connection if isinstance(connection, web.Request) else connection._req
    if request is not None and request.transport is not None:
        request.transport.abort()
