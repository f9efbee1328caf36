"""A plan on its way: what is played, by which app, in which world, and what has come of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.demo.agenda import Agenda
from bot.demo.visitors import Sightings
from bot.demo.watched import when_due
from bot.scheduler import replay
from bot.store.members import all_communities

if TYPE_CHECKING:
    from datetime import datetime

    from bot.app import App
    from bot.clock import ReplayClock
    from bot.demo.plan import Place, Plan
    from bot.demo.visitors import Visitor
    from bot.demo.watched import Watched
    from bot.demo.world import Seen, World
    from bot.model.posts import Page, PostId
    from bot.scheduler import Heartbeat
    from bot.settings import Settings

_POSTS_AT_ONCE = 200
_SOURCE = "demo"
_SHORTLY = timedelta(milliseconds=20)


@dataclass(slots=True)
class Spot:
    """A place of the plan as it is in the local Discord."""

    place: Place
    guild: int
    chat_channel: int
    prompt_channel: int
    host: int
    visitors: list[Visitor] = field(default_factory=list)


class Play:
    """A plan on its way."""

    def __init__(
        self,
        plan: Plan,
        settings: Settings,
        world: World,
        clock: ReplayClock,
        seed: int,
        *,
        one_channel: bool = False,
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.app: App
        """The bot that runs now; set when it is started."""
        self.db: Watched
        """Its database."""
        self.world = world
        self.clock = clock
        self.rng = random.Random(seed)  # noqa: S311 a demo, not a secret
        self.agenda = Agenda(clock)
        self.sightings = Sightings()
        self.joined = 0
        self.spots = [_spot(world, place, one_channel=one_channel) for place in plan.places]
        self.sent: list[Seen] = []
        """What the bot wrote, as it was then."""
        world.on_bot_message(self.sent.append)
        self._taken: set[PostId] = set()
        self._deleted: set[PostId] = set()

    @property
    def posts(self) -> int:
        """How many posts came and were not deleted."""
        return len(self._taken - self._deleted)

    @property
    def channels(self) -> list[int]:
        """The channels of all places, each once."""
        both = ((spot.chat_channel, spot.prompt_channel) for spot in self.spots)
        return list(dict.fromkeys(channel for pair in both for channel in pair))

    async def noticed(self) -> None:
        """Returns once the bot has noticed every server that it is in."""
        real = SystemClock()
        while True:
            async with self.app.db.read() as tx:
                known = {community.id for community in await all_communities(tx)}
            if known >= {spot.guild for spot in self.spots}:
                return
            await real.sleep_until(real.now() + _SHORTLY)

    async def run(self, until: datetime) -> None:
        """Moves time, the stream, the bot's heartbeats and the people, up to `until`."""
        await replay(
            self.heartbeats,
            self.clock,
            self.plan.feed.next_at,
            self.take,
            until,
            lambda: (self.db.written, self.agenda.planned),
        )

    @property
    def heartbeats(self) -> tuple[Heartbeat, ...]:
        """The bot's own, then the people's."""
        app = self.app
        of_the_bot = (*app.heartbeats, *app.client.heartbeats)
        watch = self.db.watch
        return (*(when_due(h, self.clock, watch) for h in of_the_bot), self.agenda.heartbeat)

    async def take(self, until: datetime) -> None:
        """The next posts of the stream reach the bot, as they would from a source."""
        page, last = self.plan.feed.take(until, _POSTS_AT_ONCE)
        await self.clock.move_to(last)
        self._count(page)
        await self.app.services.ingest.take(page, _SOURCE)

    def add_line(self, at: datetime, line: bytes) -> None:
        """Somebody posts what was not planned: one more line of the stream."""
        self.plan.feed.add(at, line)

    def _count(self, page: Page) -> None:
        self._taken.update(post.id for post in page.posts)
        self._deleted.update(deletion.post for deletion in page.deletions)


def _spot(world: World, place: Place, *, one_channel: bool) -> Spot:
    host = world.add_user(place.guests[0].name)
    guild = world.add_guild(place.name, owner=host)
    if one_channel:
        channel = world.add_channel(guild, "crosstie")
        return Spot(place, guild, channel, channel, host)
    chats = world.add_channel(guild, "chats")
    return Spot(place, guild, chats, world.add_channel(guild, "introductions"), host)
