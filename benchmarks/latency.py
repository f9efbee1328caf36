"""A chat on three platforms, live and end to end: a post appears, is counted, is shown.

The whole bot runs as a process between stand-ins of X, Bluesky and Mastodon and Discord, all on
loopback. Hosts ask a question every few seconds, each on one platform in turn, and others answer
there. Counted: the post belongs to the session in the database. Shown: a question has its card in
the thread; an answer is in the number on that card, which is edited at most once a minute, so that
half a minute is the least that can be expected of it. An hour is shortened to two minutes, at the
density of a busy one; CROSSTIE_BENCH_LATENCY_S gives another length: 3600 is an hour in full, of
some 600 posts.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import re
import statistics
import tempfile
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web

from benchmarks import Row
from bot.clock import SystemClock
from bot.model.chats import Rhythm
from bot.model.people import CommunityId
from bot.model.posts import to_us
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import migrate
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.sandbox.bot_process import Crosstie
from tests.sandbox.sandbox import Sandbox
from tests.services.hosted import community
from tests.sources.played_mastodon import said
from tests.sources.test_mastodon import account
from tests.standins.bluesky_api import BlueskyServices
from tests.standins.bluesky_events import POST, TAG, Event
from tests.standins.jetstream import Jetstream
from tests.standins.mastodon import TOKEN as MASTODON_TOKEN
from tests.standins.mastodon import Mastodon
from tests.standins.x import TOKEN as X_TOKEN
from tests.standins.x import XStandIn
from tests.store.test_chats import CHAT, HOUR, session

if TYPE_CHECKING:
    from bot.store.database import Database

COUNTED_S, CARD_S, SHOWN_S = 3.0, 15.0, 90.0
"""At most, at the 99th percentile; a question is looked for every five seconds."""
_PLATFORMS = ("bluesky", "mastodon", "x")
_ANSWERS_A_S = 3.0
_ANSWERS_AT_MOST = 600
_QUESTION_EVERY_S = 8.0
_NUMBERS = 15
_COUNT = re.compile(r"(\d+) answers? so far")
_COHOST = "INSERT INTO cohosts (gathering_id, person_id, handle) VALUES (1, 0, :handle)"
_COUNTED = "SELECT p.native_id FROM session_posts s JOIN posts p ON p.id = s.post_id"


class _Chat:
    """What was posted, and when it was counted and shown."""

    def __init__(self, jetstream: Jetstream, events: list[Event], x: XStandIn, m: Mastodon) -> None:
        self._jetstream, self._events, self._x, self._mastodon = jetstream, events, x, m
        self._clock = SystemClock()
        self._n = 0
        self.appeared: dict[str, float] = {}
        self.counted: dict[str, float] = {}
        self.shown: dict[str, float] = {}
        self.platform: dict[str, str] = {}
        self.questions: dict[int, str] = {}
        self.answers: dict[int, list[str]] = {}

    async def post(self, platform: str, who: str, words: str) -> str:
        """Posts now; the native id."""
        self._n += 1
        now, n = self._clock.now(), self._n
        if platform == "bluesky":
            facet = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": TAG}]}
            record = {"text": words, "createdAt": now.isoformat(), "facets": [facet]}
            body = {"operation": "create", "collection": POST, "rkey": f"r{n}", "record": record}
            did = f"did:plc:{who}"
            native = f"at://{did}/{POST}/r{n}"
            self._note(native, platform)
            self._events.append(Event(n, to_us(now), did, "commit", body))
        elif platform == "mastodon":
            status = said(n, account(who, "one.example"), now, f"{words} #{TAG}")
            native = status["uri"]
            self._note(native, platform)
            await self._mastodon.post(status)
        else:
            number = str(sum(map(ord, who)))
            began = perf_counter()
            made = self._x.post(number, [TAG.lower()], text=f"{words} #{TAG}")
            native = made["id"]
            self._note(native, platform, began)
        return native

    def _note(self, native: str, platform: str, at: float | None = None) -> None:
        self.appeared[native] = perf_counter() if at is None else at
        self.platform[native] = platform

    async def ask(self, number: int) -> None:
        platform = _PLATFORMS[number % 3]
        self.answers[number] = []
        self.questions[number] = await self.post(platform, "host", f"Q{number} What now?")

    async def answer(self, number: int, rng: random.Random) -> None:
        platform = rng.choice(_PLATFORMS)
        who = f"p{rng.randrange(40)}"
        self.answers[number].append(await self.post(platform, who, f"A{number} This {self._n}"))


async def _rest(seconds: float) -> None:
    clock = SystemClock()
    await clock.sleep_until(clock.now() + timedelta(seconds=seconds))


async def _watch_counts(chat: _Chat, db: Database) -> None:
    while True:
        async with db.read() as tx:
            rows = await tx.fetch(_COUNTED)
        now = perf_counter()
        for row in rows:
            chat.counted.setdefault(row["native_id"], now)
        await _rest(0.02)


async def _watch_cards(chat: _Chat, sandbox: Sandbox) -> None:
    while True:
        now = perf_counter()
        for message in sandbox.world.bot_messages():
            text = f"{message.text} {message.embeds}"
            title = re.search(r"\bQ(\d+)\b", text)
            if title is None or int(title[1]) not in chat.questions:
                continue
            number, count = int(title[1]), _COUNT.search(text)
            chat.shown.setdefault(chat.questions[number], now)
            for answer in chat.answers[number][: int(count[1]) if count else 0]:
                chat.shown.setdefault(answer, now)
        await _rest(0.05)


async def _held(seconds: float) -> _Chat:
    rng, clock, events = random.Random(5), SystemClock(), list[Event]()
    jetstream = Jetstream(events, random.Random(1), faults=False)
    jetstream.goes_on = True
    x, mastodon = XStandIn(clock), Mastodon()
    x.keep_alive_s = 10.0
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sandbox = await stack.enter_async_context(Sandbox.start())
        runner = web.AppRunner(x.app(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        x.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await stack.enter_async_context(jetstream.serving())
        await stack.enter_async_context(mastodon.serving())
        services = await stack.enter_async_context(BlueskyServices().serving())
        services.profiles["did:plc:host"] = {"handle": "host.example"}
        crosstie = Crosstie(folder, sandbox)
        crosstie.secrets = {"CROSSTIE_X_BEARER_TOKEN": X_TOKEN}
        crosstie.secrets["CROSSTIE_MASTODON_TOKEN_1"] = MASTODON_TOKEN
        sources = f"""[sources.bluesky]
jetstream_url = "{jetstream.v1_url}"
api_base = "{services.url}"
[sources.x]
api_base = "{x.address}"
monthly_budget_usd = 1000.0
[sources.mastodon]
instances = [{{ base_url = "{mastodon.url}" }}]"""
        config = crosstie.config.read_text()
        crosstie.config.write_text(config.replace("[sources.bluesky]\nenabled = false", sources))
        host = sandbox.world.add_user("Hana Host")
        guild = sandbox.world.add_guild("Learning Town", owner=host)
        channel = sandbox.world.add_channel(guild, "chats")
        began_at = clock.now().replace(microsecond=0) - timedelta(minutes=1)
        db = await stack.enter_async_context(open_database(crosstie.database))
        await migrate.ensure_current(db, make_empty=True)
        here = CommunityId(guild)
        chat_of = dataclasses.replace(
            CHAT,
            community=here,
            zone="UTC",
            rhythm=Rhythm.ONCE,
            first_local=began_at.replace(tzinfo=None),
            duration=2 * HOUR,
        )
        held = session(1, began_at, community=here, ends_at=began_at + 2 * HOUR)
        async with db.write() as tx:
            settled = community(id=here, zone="UTC", chat_channel=channel, prompt_channel=channel)
            await store_members.save_community(tx, settled)
            await store_chats.save_chat(tx, chat_of)
            await store_sessions.add_session(tx, held)
            number = str(sum(map(ord, "host")))
            for handle in ("host.example", "host@one.example", f"u{number}"):
                await tx.execute(_COHOST, handle=handle)
        await stack.enter_async_context(crosstie.running())
        await sandbox.until(lambda: jetstream.connections and mastodon.streams and x.streams, 60.0)
        await sandbox.until(lambda: sandbox.world.threads(channel), 60.0)
        chat = _Chat(jetstream, events, x, mastodon)
        watching = [
            asyncio.ensure_future(_watch_counts(chat, db)),
            asyncio.ensure_future(_watch_cards(chat, sandbox)),
        ]
        began, asked = perf_counter(), 0
        pace = min(_ANSWERS_A_S, _ANSWERS_AT_MOST / seconds)
        while perf_counter() - began < seconds:
            due = (perf_counter() - began) / max(_QUESTION_EVERY_S, seconds / _NUMBERS)
            if due >= asked:
                asked += 1
                await chat.ask(asked)
            await _rest(rng.expovariate(pace))
            await chat.answer(max(1, asked - rng.randrange(2)), rng)
        over = perf_counter() + SHOWN_S
        while perf_counter() < over and len(chat.shown) < len(chat.appeared):
            await _rest(0.1)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        jetstream.goes_on = False
    return chat


def measure() -> list[Row]:
    """Median and 99th percentile of each way, by platform."""
    seconds = float(os.environ.get("CROSSTIE_BENCH_LATENCY_S", "120"))
    chat = asyncio.run(_held(seconds))
    questions = set(chat.questions.values())
    rows = []
    for platform in _PLATFORMS:
        posts = {p for p, where in chat.platform.items() if where == platform}
        for what, some, seen, bound in (
            ("counted", posts, chat.counted, COUNTED_S),
            ("question to its card", posts & questions, chat.shown, CARD_S),
            ("answer to the number on the card", posts - questions, chat.shown, SHOWN_S),
        ):
            took = sorted(seen[p] - chat.appeared[p] for p in some if p in seen)
            lost = len(some) - len(took)
            late = took[min(int(len(took) * 0.99), len(took) - 1)] if took else 0.0
            told = f"median {statistics.median(took):.2f} s, 99 % {late:.2f} s" if took else "none"
            measured = f"{told}" + (f"; {lost} of {len(some)} never" if lost else "")
            name = f"{platform}, {len(some)} in {seconds:.0f} s: {what}"
            rows.append(Row(name, measured, f"99 % < {bound:.0f} s", not lost and late < bound))
    return rows
