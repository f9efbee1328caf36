"""Plays a plan through the real bot: its app on a database of its own, inside a local Discord."""

from __future__ import annotations

import random
import tempfile
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.app import App
from bot.clock import ReplayClock
from bot.demo.hosting import set_up
from bot.demo.joining import join
from bot.demo.stage import Play
from bot.demo.visitors import Visitor
from bot.demo.watched import Watched
from bot.demo.world import World
from bot.demo.world_client import attach
from bot.model.policy import FOLLOWABLE
from bot.settings import DatabaseSection, HealthSection, PublicSection, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.demo.plan import Guest, Plan
    from bot.demo.stage import Spot


@asynccontextmanager
async def staged(plan: Plan, seed: int, *, one_channel: bool = False) -> AsyncIterator[Play]:
    """A world with the places of the plan, and a folder for the database that goes again."""
    clock = ReplayClock(plan.starts_at)
    world = World(clock.now, deadlines=False)
    with tempfile.TemporaryDirectory(prefix="crosstie-demo-") as folder:
        settings = _settings(Path(folder))
        yield Play(plan, settings, world, clock, seed, one_channel=one_channel)


@asynccontextmanager
async def started(play: Play) -> AsyncIterator[App]:
    """The bot of the play, on the play's database; it may be started again after it was left."""
    rng = random.Random(play.rng.getrandbits(64))  # noqa: S311 a demo, not a secret
    async with (
        Watched.open(play.settings.database_url) as db,
        App.open(
            play.settings,
            clock=play.clock,
            rng=rng,
            followed=FOLLOWABLE,
            opens=lambda _: nullcontext(db),
        ) as app,
    ):
        play.app, play.db = app, db
        try:
            yield app
        finally:
            await app.client.close()


@asynccontextmanager
async def played_fast(plan: Plan, seed: int) -> AsyncIterator[Play]:
    """The whole plan, as fast as this machine can; the world is still there to be counted."""
    async with staged(plan, seed) as play, started(play) as app, attach(play.world, app.client):
        await play.noticed()
        plan_people(play)
        await play.run(plan.ends_at)
        yield play


def plan_people(play: Play) -> None:
    """Puts into the agenda what everybody is going to do."""
    conference = play.plan.conference
    over = midnight_after(conference.last_day, conference.zone)
    for spot in play.spots:
        play.agenda.plan(play.plan.starts_at, partial(set_up, play, spot))
        host, *others = spot.place.guests
        _invite(play, spot, host, spot.host, over)
        for guest in others:
            user = play.world.add_user(guest.name)
            play.world.join(spot.guild, user)
            _invite(play, spot, guest, user, over)


def _invite(play: Play, spot: Spot, guest: Guest, user: int, over: datetime) -> None:
    seed = play.rng.getrandbits(64)
    visitor = Visitor(
        guest,
        user,
        spot.prompt_channel,
        play.world,
        play.sightings,
        random.Random(seed),  # noqa: S311 a demo, not a secret
    )
    spot.visitors.append(visitor)
    play.agenda.plan(guest.joins_at, partial(join, play, spot, visitor))
    visitor.plan_visits(play.agenda, play.plan.ends_at, over)


def _settings(folder: Path) -> Settings:
    return Settings(
        database=DatabaseSection(url=f"sqlite:///{folder / 'demo.db'}"),
        public=PublicSection(listen=""),
        health=HealthSection(listen=""),
    )


def midnight_after(day: date, zone: str) -> datetime:
    """When that day is over there."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
