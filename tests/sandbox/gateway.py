"""The gateway of the sandbox: sessions that outlive their sockets, as Discord's do."""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import discord
from aiohttp import WSMsgType, web

if TYPE_CHECKING:
    from bot.demo.world import Subscription, World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, REQUEST_MEMBERS, INVALID_SESSION, HELLO, ACK = 7, 8, 9, 10, 11
_BAD_TOKEN = 4004
_FLUSHED = b"\x00\x00\xff\xff"


@dataclass
class Session:
    """What a bot has identified as. `sent` keeps every event, for RESUME."""

    id: str
    shard: list[int]
    intents: discord.Intents
    sent: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    socket: Socket | None = None
    subscription: Subscription | None = None

    def give(self, event: str, payload: dict[str, Any]) -> None:
        """The next event, sent at once if somebody is connected."""
        entry = (len(self.sent) + 1, event, payload)
        self.sent.append(entry)
        if self.socket is not None:
            self.socket.dispatch(*entry)

    @property
    def is_ready(self) -> bool:
        """Whether a bot is connected and has been told READY."""
        return self.socket is not None and bool(self.sent)


class Socket:
    """One connection; everything goes out in order through its queue."""

    def __init__(self, ws: web.WebSocketResponse, *, compress: bool) -> None:
        self.ws = ws
        self._deflate = zlib.compressobj() if compress else None
        self._queue: asyncio.Queue[dict[str, Any] | int] = asyncio.Queue()

    def send(self, op: int, data: Any = None, **more: Any) -> None:
        """Queues a frame."""
        self._queue.put_nowait({"op": op, "d": data, "s": None, "t": None, **more})

    def dispatch(self, number: int, event: str, payload: dict[str, Any]) -> None:
        """Queues an event."""
        self.send(DISPATCH, payload, s=number, t=event)

    def close(self, code: int) -> None:
        """Closes after what is queued."""
        self._queue.put_nowait(code)

    async def write(self) -> None:
        """Sends what is queued until the connection ends."""
        while not self.ws.closed:
            frame = await self._queue.get()
            if isinstance(frame, int):
                await self.ws.close(code=frame)
                return
            text = json.dumps(frame)
            if self._deflate is None:
                await self.ws.send_str(text)
                continue
            packed = self._deflate.compress(text.encode())
            packed += self._deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.ws.send_bytes(packed)


class Gateway:
    """Accepts bots and keeps their sessions.

    `identify_every_s` is the time that Discord wants between two IDENTIFYs (5 s there, off here
    unless a test asks): a faster one gets op 9.
    """

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identifies = 0
        self.resumes = 0
        self.refused_identifies = 0
        self.identify_every_s = 0.0
        self.heartbeat_ms = 41_250
        self._last_identify: float | None = None

    @property
    def connected(self) -> list[Session]:
        """The sessions with a bot at the other end that has been told READY."""
        return [session for session in self.sessions.values() if session.is_ready]

    def drop(self, code: int = 4000) -> None:
        """Closes every connection with that code; sessions may be resumed."""
        for session in self._open():
            session.socket.close(code)  # type: ignore[union-attr]  # _open saw to it
            session.socket = None

    def ask_to_reconnect(self) -> None:
        """Op 7: the bot should come back and resume."""
        for session in self._open():
            session.socket.send(RECONNECT)  # type: ignore[union-attr]  # _open saw to it

    def invalidate(self, *, resumable: bool) -> None:
        """Op 9; unless resumable, the sessions are forgotten."""
        for session in self._open():
            session.socket.send(INVALID_SESSION, resumable)  # type: ignore[union-attr]
            if not resumable:
                self._forget(session)

    def forget_sessions(self) -> None:
        """A RESUME of any present session gets op 9."""
        for session in list(self.sessions.values()):
            self._forget(session)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One connection, from HELLO to its end."""
        ws = web.WebSocketResponse(max_msg_size=0, compress=False)
        await ws.prepare(request)
        socket = Socket(ws, compress=request.query.get("compress") == "zlib-stream")
        socket.send(HELLO, {"heartbeat_interval": self.heartbeat_ms})
        writer = asyncio.ensure_future(socket.write())
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    await self._receive(socket, json.loads(message.data))
        finally:
            writer.cancel()
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
            self._world.notify()
        return ws

    async def _receive(self, socket: Socket, frame: dict[str, Any]) -> None:
        op: int = frame["op"]
        data: Any = frame["d"]
        if op == HEARTBEAT:
            socket.send(ACK)
        elif op == IDENTIFY:
            self._identify(socket, data)
        elif op == RESUME:
            self._resume(socket, data)
        elif op == REQUEST_MEMBERS:
            session = next(s for s in self.sessions.values() if s.socket is socket)
            await self._world.request_members(session.give, data)
        self._world.notify()

    def _identify(self, socket: Socket, asked: dict[str, Any]) -> None:
        if asked["token"] != self._token:
            socket.close(_BAD_TOKEN)
            return
        now = asyncio.get_running_loop().time()
        last, self._last_identify = self._last_identify, now
        if last is not None and now - last < self.identify_every_s:
            self.refused_identifies += 1
            socket.send(INVALID_SESSION, False)
            return
        self.identifies += 1
        shard = asked.get("shard", [0, 1])
        for old in [s for s in self.sessions.values() if s.shard == shard]:
            self._forget(old)
        intents = discord.Intents._from_value(asked["intents"])
        session = Session(f"session-{self.identifies}", shard, intents, socket=socket)
        self.sessions[session.id] = session
        guilds = [g for g in self._world.guild_payloads() if _is_of(shard, int(g["id"]))]
        session.give("READY", self._ready(session, guilds))
        session.subscription = self._world.subscribe(
            intents, lambda event, payload: _give_if_of(session, event, payload)
        )
        for guild in guilds:
            session.subscription.feed("GUILD_CREATE", guild)

    def _resume(self, socket: Socket, asked: dict[str, Any]) -> None:
        session = self.sessions.get(asked["session_id"])
        if session is None or asked["token"] != self._token:
            socket.send(INVALID_SESSION, False)
            return
        self.resumes += 1
        session.socket = socket
        for entry in session.sent[asked["seq"] or 0 :]:
            socket.dispatch(*entry)
        session.give("RESUMED", {"_trace": []})

    def _ready(self, session: Session, guilds: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "v": 10,
            "user": self._world.bot_payload(),
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": session.shard,
            "application": {"id": str(self._world.application_id), "flags": 0},
        }

    def _forget(self, session: Session) -> None:
        if session.subscription is not None:
            session.subscription.stop()
        self.sessions.pop(session.id, None)

    def _open(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.socket is not None]


def _is_of(shard: list[int], guild_id: int) -> bool:
    return (guild_id >> 22) % shard[1] == shard[0]


def _give_if_of(session: Session, event: str, payload: dict[str, Any]) -> None:
    of_guild = event in ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE")
    guild_id = payload.get("id") if of_guild else payload.get("guild_id")
    if _is_of(session.shard, int(guild_id)) if guild_id else session.shard[0] == 0:
        session.give(event, payload)
