"""Forty communities with 5,000 members open their sessions in the same minute, on the wire.

The bot is a process against Discord and Bluesky on loopback, with Discord's rate limits, in the
machine's own time. Eight hundred members asked for a reminder by direct message, a host asks the
first question in every chat, forty posts a second answer; meanwhile people run every command. An
answer takes from the interaction sent to what is shown of it, behind "is thinking", as the sandbox
measures. CROSSTIE_BENCH_COMMUNITIES gives another number of communities, of 125 members each. With
CROSSTIE_BENCH_ROUNDS set, the week's introductions of all of them are made in the same minute.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import statistics
import tempfile
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks import Row
from benchmarks.hosted import JOINED_AT, Feed, counted, memory_mb, rest, settled_in
from bot.clock import SystemClock
from bot.demo.reading import jetstream
from bot.demo.season_chat import Hour, play_chat
from bot.demo.season_people import people
from bot.demo.season_stage import Stage
from bot.demo.season_wire import Wire
from bot.demo.world import WorldError
from bot.model.chats import ChatId, Rhythm, SessionState
from bot.model.people import CommunityId, DiscordId
from bot.model.posts import hashtag_of, to_us
from bot.services.ingest import Ingest
from bot.store import chats as store_chats
from bot.store import goings as store_goings
from bot.store import migrate
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.sandbox.bot_process import Crosstie
from tests.sandbox.sandbox import Sandbox
from tests.standins.bluesky_events import POST, Event
from tests.store.test_chats import CHAT, session

if TYPE_CHECKING:
    from datetime import datetime

    from bot.demo.season_people import Someone
    from bot.store.database import Database, Writer

MEDIAN_MS = 300
MEMBERS, REMINDED, SPEAKING, HELD = 125, 20, 45, 2
TIMES = 12
"""How often each command is run within the minute."""
_ANSWERS_A_S = 40
_OPENED_S, _CARD_S = 20.0, 20.0
_EVERYBODY: dict[str, dict[str, Any]] = {
    "me join": {},
    "me settings": {},
    "me data": {},
    "me leave": {},
    "today": {},
    "suggest": {},
    "network show": {},
    "network add": {"who": "@somebody.example"},
    "network map": {},
    "network export": {"form": "csv"},
    "ask": {"what": "question"},
    "learn add": {},
    "learn list": {},
    "chat list": {},
    "chat recap": {},
    "help": {},
}
_HOSTS: dict[str, dict[str, Any]] = {
    "host chat": {"name": "Another", "hashtags": "#another{n}", "day": "Monday", "time": "20:00"},
    "host conference": {
        "name": "Days",
        "hashtags": "#days{n}",
        "first_day": "2027-05-19",
        "last_day": "2027-05-21",
    },
    "host edit": {"what": "{chat}"},
    "host plan": {"what": "{chat}"},
    "host panel": {"what": "{chat}"},
    "host hide": {"what": "@somebody.example"},
    "admin setup": {"chat_channel": "{channel}", "zone": "UTC"},
    "admin status": {},
    "admin introductions": {},
    "admin people": {"what": "let_back", "person": "{member}"},
    "admin letter": {},
}


_MENUS = ("Add to my network", "Never introduce us", "Note what I learned")
"""On a person."""


@dataclass
class Place:
    """One community: its ids in Discord, and its people."""

    number: int
    guild: int
    chats: int
    owner: int
    users: dict[Someone, int]

    @property
    def tag(self) -> str:
        """The hashtag of its chat."""
        return f"chat{self.number}"


@dataclass
class Minute:
    """What was measured."""

    took_ms: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failed: list[str] = field(default_factory=list)
    asked: dict[int, float] = field(default_factory=dict)
    opened_s: list[float] = field(default_factory=list)
    cards_s: list[float] = field(default_factory=list)
    other: dict[str, str] = field(default_factory=dict)
    limited: int = 0
    refused: list[str] = field(default_factory=list)
    errors: str = ""


async def _planned(tx: Writer, place: Place, starts_at: datetime) -> None:
    here = CommunityId(place.guild)
    chat = dataclasses.replace(
        CHAT,
        id=ChatId(1000 + place.number),
        community=here,
        name=f"Chat {place.number}",
        zone="UTC",
        host=DiscordId(place.owner),
        hashtags=(hashtag_of(place.tag),),
        rhythm=Rhythm.WEEKLY,
        first_local=(starts_at - HELD * timedelta(days=7)).replace(tzinfo=None),
    )
    await store_chats.save_chat(tx, chat)
    for number in range(HELD + 1):
        at = starts_at - (HELD - number) * timedelta(days=7)
        state = SessionState.PLANNED if number == HELD else SessionState.RECAPPED
        held = session(
            place.number * 10 + number,
            at,
            chat=chat.id,
            name=chat.name,
            community=here,
            hashtags=chat.hashtags,
            state=state,
        )
        await store_sessions.add_session(tx, held)
    for user in list(place.users.values())[1 : REMINDED + 1]:
        await store_goings.set_going(tx, held.id, DiscordId(user), "dm", at)


async def _settled(sandbox: Sandbox, db: Database, places: int, starts_at: datetime) -> list[Place]:
    """The communities with their people, and what they said in the weeks before."""
    rng, clock, world = random.Random(3), SystemClock(), sandbox.world
    joined_at = JOINED_AT if os.environ.get("CROSSTIE_BENCH_ROUNDS") else clock.now()
    found, read, ingest = people(rng), jetstream(), Ingest(db, clock)
    made = []
    for number in range(1, places + 1):
        crowd = list(islice(found, MEMBERS))
        owner = world.add_user(crowd[0].name)
        guild = world.add_guild(f"Town {number}", owner=owner)
        users = {crowd[0]: owner}
        for who in crowd[1:]:
            users[who] = world.add_user(who.name)
            world.join(guild, users[who])
        place = Place(number, guild, world.add_channel(guild, "chats"), owner, users)
        wire = Wire(rng)
        for week in range(1, HELD + 1):
            at = starts_at - week * timedelta(days=7)
            guests = rng.sample(crowd[1:], SPEAKING)
            play_chat(Stage(wire, rng), Hour(at, place.tag, "feedback", crowd[0], guests, ()))
        here, spoken = CommunityId(guild), place.chats
        await settled_in(db, here, spoken, spoken, users, joined_at=joined_at)
        async with db.write() as tx:
            await _planned(tx, place, starts_at)
        await ingest.take(read([one.line for one in wire.delivered()]), "before")
        made.append(place)
    return made


# ---- the minute


def _said(n: int, at: datetime, did: str, words: str, tag: str) -> Event:
    facet = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag}]}
    record = {"text": f"{words} #{tag}", "createdAt": at.isoformat(), "facets": [facet]}
    body = {"operation": "create", "collection": POST, "rkey": f"live{n}", "record": record}
    return Event(n, to_us(at), did, "commit", body)


async def _talk(feed: Feed, places: list[Place], starts_at: datetime, told: Minute) -> None:
    """A question in each chat in the first quarter of the minute, and answers from then on."""
    rng, clock, n = random.Random(5), SystemClock(), 0
    order = rng.sample(places, len(places))
    while (since := (clock.now() - starts_at).total_seconds()) < 75.0:
        while order and since > 15.0 * len(told.asked) / len(places) + 2.0:
            place, n = order.pop(), n + 1
            host = next(iter(place.users))
            feed.tell(_said(n, clock.now(), host.did, "Q1 What works for you?", place.tag))
            told.asked[place.number] = perf_counter()
        if told.asked:
            n += 1
            place = places[rng.choice(list(told.asked)) - 1]
            who = rng.choice(list(place.users))
            feed.tell(_said(n, clock.now(), who.did, f"A1 Number {n} does", place.tag))
        await rest(1 / _ANSWERS_A_S)


async def _watch(sandbox: Sandbox, places: list[Place], told: Minute, began: float) -> None:
    """When each thread is there, and each card in it."""
    world, opened, carded = sandbox.world, set[int](), set[int]()
    while True:
        for place in places:
            threads = world.threads(place.chats)
            if threads and place.number not in opened:
                opened.add(place.number)
                told.opened_s.append(perf_counter() - began)
            if not threads or place.number in carded or place.number not in told.asked:
                continue
            if any("Q1" in message.text for message in world.messages(threads[0].id)):
                carded.add(place.number)
                told.cards_s.append(perf_counter() - told.asked[place.number])
        await rest(0.25)


async def _commands(
    sandbox: Sandbox, places: list[Place], starts_at: datetime, told: Minute
) -> None:
    """Every command, spread over the minute, each by somebody who may run it."""
    rng, clock = random.Random(8), SystemClock()
    every = [(path, n) for path in (*_EVERYBODY, *_HOSTS, *_MENUS) for n in range(TIMES)]
    rng.shuffle(every)
    async with asyncio.TaskGroup() as group:
        for number, (path, _) in enumerate(every):
            await clock.sleep_until(starts_at + timedelta(seconds=60 * number / len(every)))
            place = rng.choice(places)
            member = rng.choice(list(place.users.values()))
            group.create_task(_run(sandbox, place, member, path, number, told))


async def _run(
    sandbox: Sandbox, place: Place, member: int, path: str, n: int, told: Minute
) -> None:
    by_host = path in _HOSTS
    given = (_HOSTS if by_host else _EVERYBODY).get(path, {})
    names = {"channel": place.chats, "n": n, "chat": f"Chat {place.number}", "member": member}
    options: dict[str, Any] = {
        key: value if "{" not in str(value) else str(value).format(**names)
        for key, value in given.items()
    }
    for key, told_id in (("person", member), ("chat_channel", place.chats)):
        if key in options:
            options[key] = told_id
    began = perf_counter()
    try:
        user = place.owner if by_host else member
        if path in _MENUS:
            other = next(each for each in place.users.values() if each != user)
            answer = await sandbox.world.menu(user, place.chats, path, other)
        else:
            answer = await sandbox.world.slash(user, place.chats, path, **options)
    except (TimeoutError, *WorldError) as exc:
        told.failed.append(f"{path}: {type(exc).__name__} {exc}")
        return
    told.took_ms[path if path in _MENUS else f"/{path}"].append((perf_counter() - began) * 1000)
    if "reference" in answer.text.casefold() and "went wrong" in answer.text.casefold():
        told.failed.append(f"{path}: {answer.text[:80]}")


async def play(places_count: int) -> Minute:
    """The minute, and one more for the edits."""
    told, clock, feed = Minute(), SystemClock(), Feed()
    told.other["seeding"] = ""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sandbox = await stack.enter_async_context(Sandbox.start(rates=True))
        await stack.enter_async_context(feed.serving())
        crosstie = Crosstie(folder, sandbox)
        crosstie.follow(feed.v1_url)
        db = await stack.enter_async_context(open_database(crosstie.database))
        await migrate.ensure_current(db, make_empty=True)
        # How long the settling takes is not known: the sessions are moved to its end.
        began_at = clock.now()
        places = await _settled(sandbox, db, places_count, began_at)
        starts_at = clock.now() + timedelta(seconds=45)
        await _move(db, began_at, starts_at)
        print(f"settled after {(clock.now() - began_at).total_seconds():.0f} s")
        stack.push_async_callback(crosstie.kill)
        await crosstie.start(within_s=60.0)
        await clock.sleep_until(starts_at)
        watching = asyncio.ensure_future(_watch(sandbox, places, told, perf_counter()))
        talking = asyncio.ensure_future(_talk(feed, places, starts_at, told))
        await _commands(sandbox, places, starts_at, told)
        await clock.sleep_until(starts_at + timedelta(seconds=150))
        watching.cancel()
        await asyncio.gather(watching, talking, return_exceptions=True)
        went = counted(sandbox)
        told.limited, told.refused = went.limited, list(went.refused)
        told.other = {"messages": str(went.messages), "edits": str(went.edits)}
        told.other["most edits of a card in a minute"] = str(went.most_edits)
        told.errors = crosstie.log if "Traceback" in crosstie.log else ""
        told.other["memory"] = f"{memory_mb(crosstie):.0f} MB"
    return told


_MOVE = """
UPDATE sessions SET starts_us = starts_us + :by, ends_us = ends_us + :by WHERE state = 'planned'
"""
_MOVE_CHATS = "UPDATE chats SET first_local = :first"


async def _move(db: Database, planned: datetime, starts_at: datetime) -> None:
    by = to_us(starts_at) - to_us(planned)
    first = (starts_at - HELD * timedelta(days=7)).replace(tzinfo=None)
    async with db.write() as tx:
        await tx.execute(_MOVE, by=by)
        await tx.execute(_MOVE_CHATS, first=first.isoformat())


def measure() -> list[Row]:
    """A row for each command, and what else went on."""
    places = int(os.environ.get("CROSSTIE_BENCH_COMMUNITIES", "40"))
    told = asyncio.run(play(places))
    rows = []
    for path, took in sorted(told.took_ms.items()):
        median = statistics.median(took)
        what = f"{path}, {len(took)} times in the minute that {places} sessions open"
        measured = f"median {median:.0f} ms, worst {max(took):.0f} ms"
        rows.append(Row(what, measured, f"median < {MEDIAN_MS} ms", median < MEDIAN_MS))
    for what, took, bound in (
        ("threads opened", told.opened_s, _OPENED_S),
        ("first cards, from the question asked", told.cards_s, _CARD_S),
    ):
        late = max(took, default=0.0)
        measured = f"{len(took)}, median {statistics.median(took or [0]):.1f} s, last {late:.1f} s"
        rows.append(
            Row(what, measured, f"all, < {bound:.0f} s", len(took) == places and late < bound)
        )
    rows += [Row(what, measured, "") for what, measured in told.other.items()]
    for what, found in (
        ("429s met", ["429"] * told.limited),
        ("requests that Discord would refuse", told.refused),
        ("commands without an answer", told.failed),
        ("tracebacks", told.errors.split("Traceback")[1:]),
    ):
        for each in found[:3]:
            print(each[-2000:])
        rows.append(Row(what, str(len(found)), "0", not found))
    return rows
