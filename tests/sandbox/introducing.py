"""Introductions on the wire: pairs of people, and what of each other may be said to whom, when.

The bot is the real client over HTTP and gateway against the sandbox, in this process, on a clock
that can be put forward. Every request that it sends is read: to whom it goes (a direct message, an
answer that one person sees, a private thread, a channel), and whose name, handle or id is in it.
`python -m tests.sandbox.introducing 200` lets hypothesis draw that many ways (walking.py).
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import tempfile
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord

from bot.app import App
from bot.client import point_at
from bot.clock import SystemClock
from bot.model.chats import Conference, ConferenceId, Session, SessionId, SessionState
from bot.model.people import CommunityId, Delivery, DiscordId, Naming
from bot.model.posts import hashtag_of
from bot.settings import DatabaseSection, Settings
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import sessions as store_sessions
from tests.sandbox.sandbox import SHARED, TOKEN, Sandbox
from tests.services.gatherings import Gathering, member

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from bot.demo.world import Answer, Seen, SeenThread
    from tests.sandbox.sandbox import Request

A, B = "aurelia", "bertram"
_MARK = re.compile(rf"({A}|{B})([01]+)q", re.IGNORECASE)
_ID = re.compile(r"\d{15,20}")
_IN_CHANNEL = re.compile(r"/channels/(\d+)(/.*)?")
_ANSWER = re.compile(r"/(?:interactions/\d+|webhooks/\d+)/([^/]+)(/.*)?")
_OPENS_DM = "/users/@me/channels"
_BEFORE = timedelta(days=1)
Marks = set[tuple[str, int]]
"""Whose: A or B, of which pair."""


def _named(who: str, number: int) -> str:
    """Digits of two: Gathering's keys of accounts tell such names apart."""
    return f"{who.title()}{number:b}q"


class LateClock:
    """The machine's time, and what it was put forward by."""

    def __init__(self) -> None:
        self._machine = SystemClock()
        self._by = timedelta(0)

    def now(self) -> datetime:
        """The present instant."""
        return self._machine.now() + self._by

    async def sleep_until(self, when: datetime) -> None:
        """Sleeps what is left of it."""
        await self._machine.sleep_until(when - self._by)

    def put_forward(self, by: timedelta) -> None:
        """So much later, at once."""
        self._by += by


@dataclass
class Pair:
    """A and B of one server, and what happened between them as far as they were told."""

    number: int
    guild: int
    prompts: int
    chats: int
    a: int
    b: int
    naming: Naming
    a_said_yes: bool = False
    made: bool = False
    apart: bool = False
    gone: set[str] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    dms_to_a_before_yes: int = 0

    def name(self, who: str) -> str:
        """The name, which is also the handle but for its capital letter."""
        return _named(who, self.number)

    def user(self, who: str) -> int:
        """Their Discord id."""
        return self.a if who == A else self.b

    def may_know(self, reader: str | None, of: str) -> bool:
        """Whether `reader` (None: all who are in their private thread) may be told of the other."""
        if of in self.erased:
            return False
        if reader == of:
            return True
        if self.made or reader is None:
            return self.made
        if reader == B:
            return self.a_said_yes
        return self.naming is Naming.NAME


class Wire:
    """The sandbox, the bot, the clock, and all pairs so far."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.world = sandbox.world
        self.clock = LateClock()
        self.pairs: list[Pair] = []
        self.read = 0
        """Requests that were looked at."""
        self.said: Counter[str] = Counter()
        """Requests that named somebody, by where they went."""
        self._settings = Settings(database=DatabaseSection(url=f"sqlite:///{folder}/wire.db"))
        self._acts: dict[str, int] = {}
        self._owners: dict[int, tuple[str, int]] = {}
        self._stop = asyncio.Event()
        self._life: asyncio.Task[None] | None = None
        self._app: App | None = None

    @property
    def app(self) -> App:
        """The bot that runs."""
        assert self._app is not None
        return self._app

    # ---- its life

    async def start(self) -> None:
        """Connects."""
        self._stop.clear()
        up = asyncio.Event()
        self._life = asyncio.create_task(self._live(up))
        waits = asyncio.create_task(up.wait())
        await asyncio.wait({self._life, waits}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        waits.cancel()
        if self._life.done():
            self._life.result()
        assert up.is_set()

    async def _live(self, up: asyncio.Event) -> None:
        async with App.open(self._settings, clock=self.clock, rng=random.Random(7)) as app:
            connection = asyncio.create_task(app.client.keep_connected(TOKEN))
            await app.client.connected.wait()
            self._app = app
            up.set()
            await self._stop.wait()
            await app.client.close()
            connection.cancel()
            await asyncio.wait({connection})

    async def end(self) -> None:
        """Disconnects."""
        self._stop.set()
        if self._life is not None:
            await self._life

    async def restart(self) -> None:
        """Stops, and starts anew on the same database."""
        await self.end()
        await self.start()

    async def beat(self) -> None:
        """Every heartbeat once, twice: what one plans the next delivers."""
        for _ in range(2):
            for heartbeat in (*self.app.heartbeats, *self.app.client.heartbeats):
                await heartbeat.run()

    async def later(self, by: timedelta) -> None:
        """So much later, and what falls due."""
        self.clock.put_forward(by)
        self.world.shift_clock(by)
        await self.beat()

    # ---- who is there

    async def pair(self, naming: Naming, delivery_of_b: Delivery) -> Pair:
        """Two members of a server of their own who answered the same question yesterday."""
        number = len(self.pairs) + 1
        owner = self.world.add_user(f"Host {number}")
        guild = self.world.add_guild(f"Town {number}", owner=owner)
        chats = self.world.add_channel(guild, "chats")
        prompts = self.world.add_channel(guild, "introductions")
        a, b = (self.world.add_user(_named(who, number)) for who in (A, B))
        for user in (a, b):
            self.world.join(guild, user)
        made = Pair(number, guild, prompts, chats, a, b, naming)
        self.pairs.append(made)
        self._owners |= {a: (A, number), b: (B, number)}
        await self.sandbox.until(lambda: self.app.client.get_guild(guild) is not None)
        await self.app.services.communities.joined(guild, f"Town {number}", "en-US")
        await self._seed(made, delivery_of_b)
        return made

    async def _seed(self, pair: Pair, delivery_of_b: Delivery) -> None:
        here, db = CommunityId(pair.guild), self.app.db
        async with db.write() as tx:
            kept = await store_members.get_community(tx, here)
            assert kept is not None
            settled = replace(kept, chat_channel=pair.chats, prompt_channel=pair.prompts)
            await store_members.save_community(tx, settled)
        world = Gathering(db, posts=pair.number * 100, community=here)
        awake: dict[str, Any] = {"community": here, "quiet_from": 0, "quiet_until": 0}
        await world.join(
            member(pair.a, pair.name(A), "nursing", delivery=Delivery.DM, **awake),
            member(
                pair.b, pair.name(B), "game design", delivery=delivery_of_b, naming=pair.naming,
                description="builds learning games", **awake,
            ),
        )  # fmt: skip
        at = self.clock.now() - _BEFORE
        conference = Conference(
            ConferenceId(7_000 + pair.number), here, "Care", (hashtag_of("Care26"),),
            DiscordId(999), "UTC", at.date(), at.date(),
        )  # fmt: skip
        world.session = Session(
            SessionId(9_000 + pair.number), here, None, conference.id, "Care", conference.hashtags,
            at - timedelta(hours=1), at + timedelta(hours=1), SessionState.RECAPPED,
        )  # fmt: skip
        async with db.write() as tx:
            await store_chats.save_conference(tx, conference)
            await store_sessions.add_session(tx, world.session)
        for who in (A, B):
            await world.post(pair.name(who), at, answer=3)
        self.app.services.network.outdated()

    # ---- what people do

    async def slash(self, pair: Pair, who: str, command: str) -> Answer:
        """A command of one of the two."""
        answer = await self.world.slash(pair.user(who), pair.chats, command, wait=False)
        return await self._seen(pair, who, answer)

    async def click(self, pair: Pair, who: str, message: Seen, label: str) -> Answer:
        """A button of one of the two."""
        answer = await self.world.click(pair.user(who), message, label, wait=False)
        return await self._seen(pair, who, answer)

    async def submit(self, pair: Pair, who: str, form: Answer, line: str) -> Answer:
        """A form of one of the two, filled in."""
        answer = await self.world.submit(pair.user(who), form, {"line": line}, wait=False)
        return await self._seen(pair, who, answer)

    async def menu(self, pair: Pair, who: str, name: str) -> Answer:
        """A context menu of one of the two on the other."""
        other = pair.b if who == A else pair.a
        answer = await self.world.menu(pair.user(who), pair.chats, name, other, wait=False)
        return await self._seen(pair, who, answer)

    async def _seen(self, pair: Pair, who: str, answer: Answer) -> Answer:
        self._acts[answer.record.token] = pair.user(who)
        await self.sandbox.until(lambda: answer.responded and answer.finished)
        return answer

    def dms(self, pair: Pair, who: str) -> list[Seen]:
        """What the bot wrote to one of the two, directly."""
        return [m for m in self.world.dms(pair.user(who)) if m.by_bot]

    def threads(self, pair: Pair) -> list[SeenThread]:
        """Threads of the pair's server; there are none but private ones."""
        return self.world.threads(pair.prompts)

    # ---- who learns which name when

    def check(self) -> None:
        """Looks at every request since the last look, and at what can be seen now."""
        self.check_requests()
        for pair in self.pairs[-1:]:
            self._check_what_is_seen(pair)

    def check_requests(self) -> None:
        """Looks at every request since the last look, by what was told until now."""
        while self.read < len(self.sandbox.requests):
            request = self.sandbox.requests[self.read]
            self.read += 1
            self._check(request)
        assert self.sandbox.violations == []

    def _check(self, request: Request) -> None:
        if request.path == _OPENS_DM or request.status >= 400:
            return  # who is written to is told to nobody; what was refused neither
        assert not self._marks(request.reason), f"the audit log tells {request}"
        body = json.dumps(request.body, ensure_ascii=False)
        marks = self._marks(body)
        if not marks:
            return
        where, reader = self._audience(request)
        self.said[where] += 1
        for whose, number in marks:
            pair = self.pairs[number - 1]
            if reader is not None:
                allowed = reader[1] == number and pair.may_know(reader[0], whose)
            else:
                allowed = where == "thread" and pair.may_know(None, whose)
            assert allowed, f"{whose} of {pair} was told to {reader or where}: {body}"

    def _marks(self, said: str) -> Marks:
        named = {(m[1].lower(), int(m[2], 2)) for m in _MARK.finditer(said)}
        return named | {
            self._owners[int(m[0])] for m in _ID.finditer(said) if int(m[0]) in self._owners
        }

    def _audience(self, request: Request) -> tuple[str, tuple[str, int] | None]:
        """Where a request goes, and the one who reads it, if it is one."""
        answer = _ANSWER.fullmatch(request.path)
        if answer is not None:
            return "answer", self._owners.get(self._acts.get(answer[1], 0))
        found = _IN_CHANNEL.fullmatch(request.path)
        if found is None:
            return "elsewhere", None
        channel = int(found[1])
        for user, its in self.world.discord.dm_channels.items():
            if its == channel:
                return "direct message", self._owners.get(user)
        for pair in self.pairs:
            if channel == pair.prompts and found[2] == "/threads" and request.body["type"] == 12:
                return "thread", None
            if any(t.id == channel and t.private for t in self.threads(pair)):
                return "thread", None
        return "channel", None

    def _check_what_is_seen(self, pair: Pair) -> None:
        """Of messages that are there now: in channels nobody is named, and nobody erased at all."""
        erased = {(who, pair.number) for who in pair.erased}
        for channel in (pair.chats, pair.prompts):
            for message in self.world.messages(channel):
                if not message.ephemeral and message.by_bot:
                    assert not self._marks(_all_of(message)), message
        threads = self.threads(pair)
        assert all(t.private for t in threads)
        assert bool(threads) <= pair.made
        for thread in threads:
            assert not self._marks(thread.name) & erased
            for message in self.world.messages(thread.id):
                if message.by_bot and not message.ephemeral and message.kind == 0:
                    assert not self._marks(_all_of(message)) & erased
        for who in (A, B):
            for message in self.dms(pair, who):
                assert not self._marks(_all_of(message)) & erased
        if pair.a_said_yes and not pair.made:
            # A hears nothing of a no, of silence, of anything that came between.
            assert len(self.dms(pair, A)) == pair.dms_to_a_before_yes


def _all_of(message: Seen) -> str:
    return f"{message.content} {message.text} {message.embeds} {message.components}"


@asynccontextmanager
async def wired(folder: Path, shared: Path) -> AsyncIterator[Wire]:
    """A sandbox with the bot connected to it; discord.py points where it did before afterwards."""
    base, gateway = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    async with Sandbox.start(shared=shared) as sandbox:
        point_at(sandbox.api_base, sandbox.gateway_url)
        wire = Wire(sandbox, folder)
        try:
            await wire.start()
            yield wire
        finally:
            await wire.end()
            point_at(base, str(gateway))


def main() -> None:
    """So many ways by chance, as the first argument says."""
    from tests.sandbox.walking import walk  # which is made of this file

    ways = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        wire, walked = walk(Path(folder), SHARED, ways=ways, by_chance=True)
    told = {"ways": len(wire.pairs), "requests": wire.read, "walked": walked, "names": wire.said}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
