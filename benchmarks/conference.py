"""A conference of 20,000 posts on the wire: three days, three hashtags, four rooms, one burst.

The bot is a process between Discord and Bluesky on loopback, with Discord's rate limits, in a time
that runs faster: days 300 times, nights 1,500 times. CROSSTIE_BENCH_SPEED gives another one for the
days; a time too fast for the machine breaks connections, whose limits are as much shorter: how
often is told. The start, the burst, 250 posts a second for ten seconds, and what is asked after the
end run at the machine's own pace. 96 talks are announced, nine questions asked, 200 people are
members. In the end `/chat recap` is asked on the wire while somebody else presses /help again and
again, and what it reads of the database is timed by itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import statistics
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import Row
from benchmarks.hosted import Feed, counted, events_of, memory_mb, rest, settled_in, uri_of
from bot.clock import SystemClock
from bot.demo.season_conference import Days, play_conference
from bot.demo.season_people import people
from bot.demo.season_stage import Stage
from bot.demo.season_wire import Wire
from bot.ids import Ids
from bot.model.chats import SessionState
from bot.model.people import CommunityId, DiscordId
from bot.model.posts import hashtag_of, to_us
from bot.services.chats import Chats
from bot.services.programmes import Programmes
from bot.services.recaps import Recaps
from bot.services.sessions import Sessions
from bot.sources.programme import read_programme
from bot.store import chats as store_chats
from bot.store import migrate, recaps
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.sandbox.bot_process import Crosstie
from tests.sandbox.pace import Pace, PacedClock, Stretch, run_paced
from tests.sandbox.sandbox import Sandbox
from tests.store.test_chats import CONFERENCE, OF_CONFERENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.hosted import Counted
    from bot.demo.season_people import Someone
    from bot.store.database import Database
    from tests.standins.bluesky_events import Event

BEGINS = datetime(2027, 3, 9, tzinfo=UTC)
POSTS, MEMBERS, TALKS = 20_000, 200, 96
TAGS = ("conf27", "conf27rooms", "conf27edu")
BURST_AT, BURST, BURST_A_S = BEGINS + timedelta(days=1, hours=10, minutes=30), 2_500, 250
RECAP_MS = 1_000
"""What the database may take for a recap of it."""
HELP_MS = 300
_DAY, _HOUR, _SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
_ENDS = BEGINS + 3 * _DAY
_NIGHT = 5
"""So much faster than the day: no faster than an answer of Discord takes."""
_STARTS_WITHIN = timedelta(seconds=45)
_PATIENCE_S = 3600.0 * 24
_KEPT = "SELECT native_id FROM posts WHERE at_us >= :since"


@dataclass(frozen=True, slots=True)
class Held:
    """What came of it."""

    went: Counted
    missing: int
    posted: int
    burst_s: float
    """From the last post of the burst to its being counted."""
    database_ms: dict[str, float]
    card_ms: float
    recap_ms: list[float]
    help_ms: list[float]
    memory: tuple[float, float]
    log: str


def posts() -> tuple[list[Someone], list[tuple[datetime, Event]]]:
    """Who comes, the host first, and all they post, the burst and the questions among it."""
    rng = random.Random(11)
    found = people(rng)
    speakers, insiders = list(islice(found, 60)), list(islice(found, 200))
    wire = Wire(rng)
    stage = Stage(wire, rng)
    for tag in TAGS:
        days = Days(BEGINS, "UTC", tag, speakers, insiders, list(islice(found, 1600)))
        play_conference(stage, days)
    host = speakers[0]
    for number in range(9):
        at = BEGINS + (number // 3) * _DAY + timedelta(hours=9 + 3 * (number % 3))
        wire.post(host, at, f"Q{number + 1} What did you take from this morning? #{TAGS[0]}")
        for who in rng.sample(insiders, 60):
            late = timedelta(minutes=rng.expovariate(1 / 12))
            wire.post(who, at + late, f"A{number + 1} {stage.line(who)}"[:200] + f" #{TAGS[0]}")
    for number in range(BURST):
        who = rng.choice(insiders)
        text = f"A4 {stage.line(who)}"[:200] if number % 3 == 0 else stage.line(who)[:200]
        wire.post(who, BURST_AT + number * _SECOND / BURST_A_S, f"{text} #{TAGS[number % 3]}")
    events = [e for e in events_of(wire.delivered()) if BEGINS <= e[0] < _ENDS - _HOUR]
    return [*speakers, *insiders], _as_many(events, rng)


def _as_many(
    events: list[tuple[datetime, Event]], rng: random.Random
) -> list[tuple[datetime, Event]]:
    """20,000 posts; what goes are reposts, which nobody answers."""
    posted = [n for n, (_, e) in enumerate(events) if e.kind == "commit"]
    reposts = [n for n in posted if "repost" in str(events[n][1].body["collection"])]
    gone = set(rng.sample(reposts, max(len(posted) - POSTS, 0)))
    return [each for n, each in enumerate(events) if n not in gone]


def pace_of(speed: float) -> Pace:
    """Days and nights, the burst and the end."""
    stretches = [(BEGINS - _STARTS_WITHIN, 1.0), (BEGINS, speed)]
    for day in range(3):
        midnight = BEGINS + day * _DAY
        stretches += [(midnight + _HOUR / 30, _NIGHT * speed), (midnight + 8 * _HOUR, speed)]
        if day == 1:
            stretches += [(BURST_AT - 5 * _SECOND, 1.0), (BURST_AT + 60 * _SECOND, speed)]
        stretches.append((midnight + 19 * _HOUR, _NIGHT * speed))
    stretches += [(_ENDS - 10 * _SECOND, speed / 5), (_ENDS + _HOUR / 2, 1.0)]
    own = SystemClock().now().timestamp()
    return Pace(own, [Stretch(at.timestamp(), fast) for at, fast in stretches])


@dataclass
class Hall:
    """Where it takes place."""

    sandbox: Sandbox
    crosstie: Crosstie
    clock: PacedClock
    db: Database
    feed: Feed
    guild: int
    chats: int
    users: list[int]


@asynccontextmanager
async def hall(folder: Path, pace: Pace, crowd: list[Someone]) -> AsyncIterator[Hall]:
    """The town, set up; in the end the bot is killed."""
    clock, feed = PacedClock(pace), Feed()
    async with Sandbox.start(rates=True, now=clock.now) as sandbox, feed.serving():
        crosstie = Crosstie(folder, sandbox)
        crosstie.pace = pace
        crosstie.follow(feed.v1_url)
        world = sandbox.world
        users = [world.add_user(who.name) for who in crowd[:MEMBERS]]
        guild = world.add_guild("Conference Town", owner=users[0])
        for user in users[1:]:
            world.join(guild, user)
        chats, prompts = world.add_channel(guild, "chats"), world.add_channel(guild, "meet")
        async with open_database(crosstie.database) as db:
            await migrate.ensure_current(db, make_empty=True)
            here = CommunityId(guild)
            await settled_in(db, here, chats, prompts, dict(zip(crowd, users, strict=False)))
            await _planned(db, clock, here, users[0])
            try:
                yield Hall(sandbox, crosstie, clock, db, feed, guild, chats, users)
            finally:
                await crosstie.kill()


async def _planned(db: Database, clock: PacedClock, here: CommunityId, host: int) -> None:
    """The conference and its programme."""
    hashtags = tuple(map(hashtag_of, TAGS))
    conference = dataclasses.replace(
        CONFERENCE,
        community=here,
        name="Conf 27",
        hashtags=hashtags,
        host=DiscordId(host),
        zone="UTC",
        first_day=BEGINS.date(),
        last_day=BEGINS.date() + 2 * _DAY,
    )
    held = dataclasses.replace(
        OF_CONFERENCE,
        community=here,
        name=conference.name,
        hashtags=hashtags,
        starts_at=BEGINS,
        ends_at=_ENDS,
        state=SessionState.PLANNED,
    )
    async with db.write() as tx:
        await store_chats.save_conference(tx, conference)
        await store_sessions.add_session(tx, held)
    ids = Ids(clock, random.Random(1))
    programmes = Programmes(db, clock, ids, Sessions(db, clock, ids), read_programme)
    await programmes.take(here, conference.id, _programme())


def _programme() -> bytes:
    """Eight times a day four talks, in four rooms."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for number in range(TALKS):
        day, slot, room = number // 32, number // 4 % 8, number % 4
        at = BEGINS + day * _DAY + timedelta(hours=9 + slot)
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTART:{at:%Y%m%dT%H%M%SZ}"]
        lines += [f"SUMMARY:Talk {number}", f"LOCATION:Room {room + 1}"]
        lines += [f"URL:https://conf.example/{number}", "END:VEVENT"]
    return ("\r\n".join([*lines, "END:VCALENDAR"]) + "\r\n").encode()


async def held(
    folder: Path, pace: Pace, crowd: list[Someone], events: list[tuple[datetime, Event]]
) -> Held:
    """The three days, and what is asked after them."""
    async with hall(folder, pace, crowd) as here:
        await here.crosstie.start(within_s=_PATIENCE_S)
        burst_s = 0.0
        for at, event in events:
            await here.clock.sleep_until(at)
            here.feed.tell(event)
            if at - BURST_AT >= (BURST - 1) * _SECOND / BURST_A_S and not burst_s:
                burst_s = await _until_counted(here)
        before = memory_mb(here.crosstie)
        await here.clock.sleep_until(_ENDS + _HOUR / 2 + 5 * _SECOND)
        recap_ms, help_ms = await _asked(here)
        database_ms, card_ms = await _read(here)
        posted = {uri_of(e) for _, e in events if e.kind == "commit"}
        return Held(
            went=counted(here.sandbox),
            missing=len(posted - await _kept(here.db, BEGINS - _DAY)),
            posted=len(posted),
            burst_s=burst_s,
            database_ms=database_ms,
            card_ms=card_ms,
            recap_ms=recap_ms,
            help_ms=help_ms,
            memory=(before, memory_mb(here.crosstie)),
            log=here.crosstie.log,
        )


async def _kept(db: Database, since: datetime) -> set[str]:
    """The posts from then on that the database holds."""
    async with db.read() as tx:
        return {row["native_id"] for row in await tx.fetch(_KEPT, since=to_us(since))}


async def _until_counted(here: Hall) -> float:
    """How long the database takes to hold all that was posted in the burst.

    But for reposts: one whose post comes later is kept when that has come.
    """
    burst = [e for e in here.feed.events if e.time_us >= to_us(BURST_AT) and e.kind == "commit"]
    wanted = {uri_of(e) for e in burst if "repost" not in str(e.body["collection"])}
    began = perf_counter()
    while wanted - await _kept(here.db, BURST_AT - _HOUR) and perf_counter() - began < 45.0:
        await rest(0.02)
    return perf_counter() - began


async def _asked(here: Hall) -> tuple[list[float], list[float]]:
    """`/chat recap` five times, and /help all the while: what each took, in milliseconds."""
    world, recap_ms, help_ms = here.sandbox.world, list[float](), list[float]()
    done = asyncio.Event()

    async def ask_for_help() -> None:
        while not done.is_set():
            began = perf_counter()
            await world.slash(here.users[2], here.chats, "help")
            help_ms.append((perf_counter() - began) * 1000)
            await rest(0.02)

    asking = asyncio.ensure_future(ask_for_help())
    for user in here.users[3:8]:
        began = perf_counter()
        await world.slash(user, here.chats, "chat recap")
        recap_ms.append((perf_counter() - began) * 1000)
    done.set()
    await asking
    return recap_ms, help_ms


async def _read(here: Hall) -> tuple[dict[str, float], float]:
    """What a recap reads, each by itself; and the whole card."""
    took: dict[str, float] = {}
    held_in = OF_CONFERENCE.id
    async with here.db.read() as tx:
        for name, reading in (
            ("posts", lambda: recaps.posts_of(tx, held_in)),
            ("exchanges", lambda: recaps.exchanges_of(tx, held_in)),
            ("known before", lambda: recaps.known_before(tx, held_in, BEGINS)),
            ("links", lambda: recaps.shares_of(tx, held_in)),
            ("transcript", lambda: recaps.transcript_of(tx, held_in)),
        ):
            began = perf_counter()
            await reading()
            took[name] = (perf_counter() - began) * 1000
    chats = Chats(here.db, here.clock, Ids(here.clock, random.Random(2)))
    began = perf_counter()
    await Recaps(here.db, here.clock, chats).latest(CommunityId(here.guild), "")
    return took, (perf_counter() - began) * 1000


def measure() -> list[Row]:
    """What went over the wire, and how long a recap of it takes."""
    speed = float(os.environ.get("CROSSTIE_BENCH_SPEED", "300"))
    crowd, events = posts()  # time does not run yet
    with tempfile.TemporaryDirectory() as folder:
        pace = pace_of(speed)
        done: Held = run_paced(pace, held(Path(folder), pace, crowd, events))
    went = done.went
    tracebacks, waits = done.log.count("Traceback"), done.log.count("a source waits")
    if tracebacks or waits or went.refused:
        lines = [line for line in done.log.splitlines() if "a source waits" in line]
        print(*done.log.split("Traceback")[1:3], *lines[:9], went.refused[:3], sep="\n")
    what = f"a conference, {done.posted:,} posts"
    total, parts = sum(done.database_ms.values()), done.database_ms.items()
    told = ", ".join(f"{name} {ms:.0f}" for name, ms in parts)
    helped, late = statistics.median(done.help_ms), max(done.help_ms)
    bounds = (
        ("posts missing", done.missing, 0),
        ("429s met", went.limited, 0),
        ("messages doubled", went.doubled, 0),
        ("most edits of a card in a minute", went.most_edits, 1),
        ("requests that Discord would refuse", len(went.refused), 0),
        ("tracebacks in the log", tracebacks, 0),
    )
    return [
        Row(f"{what}: messages sent", str(went.messages), ""),
        Row(f"{what}: edits", str(went.edits), ""),
        Row(f"{what}: connections that broke", str(waits), ""),
        *(Row(f"{what}: {name}", str(n), str(most), n <= most) for name, n, most in bounds),
        Row(
            f"a burst of {BURST_A_S} posts a second: all counted after its last post",
            f"{done.burst_s:.1f} s",
            "< 10 s",
            done.burst_s < 10,
        ),
        Row(
            "memory, before the recap and at most",
            f"{done.memory[0]:.0f} MB, {done.memory[1]:.0f} MB",
            "",
        ),
        Row(
            "its recap: what it reads of the database",
            f"{total:.0f} ms ({told}); the whole card {done.card_ms:.0f} ms",
            f"< {RECAP_MS} ms",
            total < RECAP_MS,
        ),
        Row("/chat recap on the wire", f"median {statistics.median(done.recap_ms):.0f} ms", ""),
        Row(
            f"/help meanwhile, {len(done.help_ms)} times",
            f"median {helped:.0f} ms, worst {late:.0f} ms",
            f"median < {HELP_MS} ms",
            helped < HELP_MS,
        ),
    ]
