"""A chat that is hosted on the wire: the bot as a process, Discord and Bluesky on loopback.

Time is played faster (tests/sandbox/pace.py): the hour, the heartbeats and Discord's rate limits
alike. What people post is invented anew from one seed, so two runs get the same posts at the same
played instants.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
import re
from collections import Counter, defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.demo.season_chat import Hour, play_chat
from bot.demo.season_people import people
from bot.demo.season_stage import Stage
from bot.demo.season_wire import Wire
from bot.model.chats import Rhythm, SessionState
from bot.model.people import CommunityId, Delivery, DiscordId, Platform, account_key
from bot.store import chats as store_chats
from bot.store import goings as store_goings
from bot.store import members as store_members
from bot.store import migrate
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.sandbox.bot_process import Crosstie
from tests.sandbox.pace import Pace, PacedClock, Stretch
from tests.sandbox.sandbox import Sandbox
from tests.services.hosted import community, member
from tests.standins.bluesky_events import Event
from tests.standins.jetstream import Jetstream
from tests.store.test_chats import CHAT, HOUR, session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from aiohttp import web

    from bot.demo.season_people import Someone
    from bot.demo.season_wire import Delivered
    from bot.demo.world import World
    from bot.demo.world_seen import Seen
    from bot.store.database import Database

STARTS = datetime(2027, 3, 4, 20, 0, tzinfo=UTC)
POSTS, PEOPLE, MEMBERS, REMINDED = 600, 81, 30, 12
JOINED_AT = datetime(2026, 1, 1, tzinfo=UTC)
_MESSAGES = r"/channels/\d+/messages"
_URI = re.compile(r"at://[^\"]+")
_CHANNEL = re.compile(r"<#\d+>")
_PROMPT = re.compile(r"prompt:(\d+):")
_ACCOUNT = """
INSERT INTO accounts (id, platform, native_id, handle, name, person_id, seen_us)
VALUES (:id, 'bluesky', :native, :handle, :name, :person, 0)
"""
_KEPT = "SELECT native_id FROM posts"


class Feed(Jetstream):
    """Jetstream that sends what `tell` adds, to whoever is there, from their cursor on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        super().__init__(self.events, random.Random(1), faults=False)
        self._more = asyncio.Event()

    def tell(self, event: Event) -> None:
        """Something happened."""
        self.events.append(event)
        self._more.set()
        self._more = asyncio.Event()

    async def _send_from(
        self, start: int, socket: web.WebSocketResponse, request: web.Request, *, is_v2: bool
    ) -> None:
        sent = start
        while not socket.closed:
            more = self._more
            for event in self.events[sent:]:
                await socket.send_str((event.v2() if is_v2 else event.v1()).decode())
                sent += 1
            await more.wait()


async def rest(seconds: float) -> None:
    """Waits, in the time of the loop."""
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=seconds)


def events_of(delivered: Iterable[Delivered]) -> list[tuple[datetime, Event]]:
    """What the stand-in sends, and when; no two at the same microsecond."""
    made: list[tuple[datetime, Event]] = []
    last_us = 0
    for number, one in enumerate(delivered):
        told = json.loads(one.line)
        last_us = max(told["time_us"], last_us + 1)
        kind = told["kind"]
        made.append((one.at, Event(number + 1, last_us, told["did"], kind, told[kind])))
    return made


def hour_of_posts(starts_at: datetime) -> tuple[list[Someone], list[tuple[datetime, Event]]]:
    """81 people and 600 posts within the hour; six questions, answers, talk, bursts after each."""
    rng = random.Random(4)
    found = people(rng)
    crowd = [dataclasses.replace(who, drive=who.drive + 1.5) for who in islice(found, PEOPLE)]
    wire = Wire(rng)
    for who in crowd:
        wire.hello(who, starts_at - timedelta(minutes=5))
    play_chat(Stage(wire, rng), Hour(starts_at, "lrnchat", "feedback", crowd[0], crowd[1:], ()))
    until = starts_at + HOUR - timedelta(seconds=20)
    return crowd, _thinned([e for e in events_of(wire.delivered()) if e[0] < until], rng)


def _thinned(
    events: list[tuple[datetime, Event]], rng: random.Random
) -> list[tuple[datetime, Event]]:
    """As many of them as the hour has posts, with what they answer, and somebody's only post."""
    by = Counter(event.did for _, event in events if event.kind == "commit")
    told = {uri for _, event in events for uri in _URI.findall(json.dumps(event.body))}
    posts = [n for n, (_, event) in enumerate(events) if event.kind == "commit"]
    gone: set[int] = set()
    for n in rng.sample(posts, k=len(posts)):
        event = events[n][1]
        uri = uri_of(event)
        asks = str(event.body.get("record", {}).get("text", "")).startswith("Q")
        if len(posts) - len(gone) == POSTS:
            break
        if by[event.did] > 1 and not asks and uri not in told:
            by[event.did] -= 1
            gone.add(n)
    return [each for n, each in enumerate(events) if n not in gone]


def uri_of(event: Event) -> str:
    """The native id of the post that an event creates."""
    return f"at://{event.did}/{event.body['collection']}/{event.body['rkey']}"


@dataclass
class Scene:
    """A town in which a session is hosted."""

    sandbox: Sandbox
    crosstie: Crosstie
    clock: PacedClock
    db: Database
    guild: int
    chats: int
    prompts: int
    host: int
    users: dict[Someone, int]
    events: list[tuple[datetime, Event]]
    feed: Feed

    async def post(self) -> None:
        """Lets everything be posted in its time."""
        for at, event in self.events:
            await self.clock.sleep_until(at)
            self.feed.tell(event)

    async def until(self, when: datetime) -> None:
        """Waits for that played instant."""
        await self.clock.sleep_until(when)

    async def kept(self) -> set[str]:
        """The posts that the database holds."""
        async with self.db.read() as tx:
            return {row["native_id"] for row in await tx.fetch(_KEPT)}


def pace_of(speed: float, stops: Sequence[tuple[datetime, float]] = ()) -> Pace:
    """From a quarter of an hour before the session on, `speed` times as fast; `stops` change it."""
    begin = STARTS - timedelta(minutes=15)
    stretches = [(begin, speed), *stops]
    return Pace(
        SystemClock().now().timestamp(), [Stretch(at.timestamp(), fast) for at, fast in stretches]
    )


@asynccontextmanager
async def hosting(folder: Path, pace: Pace) -> AsyncIterator[Scene]:
    """The town, set up, with nobody running yet; in the end the bot is killed."""
    clock = PacedClock(pace)
    crowd, events = hour_of_posts(STARTS)
    feed = Feed()
    async with Sandbox.start(rates=True, now=clock.now) as sandbox, feed.serving():
        crosstie = Crosstie(folder, sandbox)
        crosstie.pace = pace
        crosstie.follow(feed.v1_url)
        world = sandbox.world
        host = world.add_user(crowd[0].name)
        guild = world.add_guild("Learning Town", owner=host)
        chats, prompts = world.add_channel(guild, "chats"), world.add_channel(guild, "meet")
        users = {crowd[0]: host}
        for who in crowd[1:MEMBERS]:
            users[who] = world.add_user(who.name)
            world.join(guild, users[who])
        async with open_database(crosstie.database) as db:
            scene = Scene(
                sandbox, crosstie, clock, db, guild, chats, prompts, host, users, events, feed
            )
            await migrate.ensure_current(db, make_empty=True)
            await _settle(scene)
            try:
                yield scene
            finally:
                await crosstie.kill()


async def _settle(scene: Scene) -> None:
    """Four chats were held, so that first-timers are known; who wants a reminder has asked."""
    here = CommunityId(scene.guild)
    chat = dataclasses.replace(
        CHAT,
        community=here,
        zone="UTC",
        host=DiscordId(scene.host),
        hashtags=CHAT.hashtags[:1],
        rhythm=Rhythm.WEEKLY,
        first_local=(STARTS - 4 * timedelta(days=7)).replace(tzinfo=None),
    )
    await settled_in(scene.db, here, scene.chats, scene.prompts, scene.users)
    async with scene.db.write() as tx:
        await store_chats.save_chat(tx, chat)
        for number in range(5):
            at = STARTS - (4 - number) * timedelta(days=7)
            state = SessionState.PLANNED if number == 4 else SessionState.RECAPPED
            held = session(number + 1, at, community=here, hashtags=chat.hashtags, state=state)
            await store_sessions.add_session(tx, held)
        for user in list(scene.users.values())[1 : REMINDED + 1]:
            await store_goings.set_going(tx, held.id, DiscordId(user), "dm", at)


async def settled_in(
    db: Database,
    here: CommunityId,
    chats: int,
    prompts: int,
    users: Mapping[Someone, int],
    *,
    joined_at: datetime = JOINED_AT,
) -> None:
    """A community of members, the host first, each with their account; one in four wants DMs.

    The week's round of introductions is due at once where it joined a week ago.
    """
    settled = community(
        id=here, zone="UTC", chat_channel=chats, prompt_channel=prompts, joined_at=joined_at
    )
    async with db.write() as tx:
        await store_members.save_community(tx, settled)
        for number, (who, user) in enumerate(users.items()):
            chosen = Delivery.DM if number % 4 == 0 else Delivery.CARD
            one = member(user, who.name, *who.fields, community=here, delivery=chosen, zone="UTC")
            await store_members.save_member(tx, one)
            await tx.execute(
                _ACCOUNT,
                id=account_key(Platform.BLUESKY, who.did),
                native=who.did,
                handle=who.handle,
                name=who.name,
                person=one.person,
            )


# ---- what is looked at afterwards


@dataclass(frozen=True, slots=True)
class Counted:
    """What went over the wire."""

    messages: int
    edits: int
    threads: int
    limited: int
    """Requests that were answered with 429."""
    doubled: int
    most_edits: int
    """Of one message within a minute."""
    refused: tuple[str, ...]
    """Requests that Discord would have refused."""


def memory_mb(crosstie: Crosstie) -> float:
    """The most that the running bot has needed so far."""
    if crosstie.process is None:
        return 0.0
    status = Path(f"/proc/{crosstie.process.pid}/status").read_text()
    return int(next(x for x in status.splitlines() if x.startswith("VmHWM")).split()[1]) / 1024


def counted(sandbox: Sandbox) -> Counted:
    """All that the bot did to channels, threads and direct messages."""
    sent, edited = sandbox.sent("POST", _MESSAGES), sandbox.sent("PATCH", rf"{_MESSAGES}/\d+")
    edits: defaultdict[str, list[float]] = defaultdict(list)
    for request in edited:
        if request.status == 200:
            edits[request.path].append(request.at)
    threads = sandbox.sent("POST", rf"{_MESSAGES}/\d+/threads")
    return Counted(
        messages=sum(r.status == 200 for r in sent),
        edits=sum(map(len, edits.values())),
        threads=sum(r.status in (200, 201) for r in threads),
        limited=len(sandbox.rates.met) if sandbox.rates else 0,
        doubled=sum(n - 1 for n in Counter(said(sandbox)).values()),
        most_edits=max(map(_most_in_a_minute, edits.values()), default=0),
        refused=tuple(f"{v.method} {v.path} {v.reason}" for v in sandbox.violations),
    )


def _most_in_a_minute(times: list[float]) -> int:
    return max(sum(t <= other < t + 60.0 for other in times) for t in times)


def said(sandbox: Sandbox) -> list[str]:
    """Every message of the bot: where, and what it says; what was sent twice is there twice."""
    world = sandbox.world
    return sorted(_said(place, message) for place, message in _messages(world))


def _messages(world: World) -> Iterable[tuple[str, Seen]]:
    channels, users = world.discord.channels, world.discord.users
    for message in world.bot_messages():
        if not message.ephemeral:
            channel = channels[message.channel_id]
            to = [users[user].global_name for user in channel.recipient_ids]
            yield f"to {to[0]}" if to else channel.name or "", message


def _said(place: str, message: Seen) -> str:
    buttons = " ".join(button.label for button in message.buttons)
    files = " ".join(message.files)
    return f"[{place}] {_CHANNEL.sub('<#>', message.text)} | {buttons} | {files}"
