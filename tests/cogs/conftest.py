"""A whole Crosstie in a local Discord, with one community that is set up."""

from __future__ import annotations

import dataclasses
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.demo.world import World
from bot.demo.world_client import attach
from bot.model.people import CommunityId
from bot.model.policy import FOLLOWABLE
from bot.settings import DatabaseSection, Settings
from bot.store import members as store_members

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import ReplayClock


@dataclass
class Town:
    """One community: `host` owns the server, Ana and Ben live in it and have not joined yet."""

    world: World
    app: App
    clock: ReplayClock
    guild: int
    chats: int
    prompts: int
    host: int
    ana: int
    ben: int

    async def beat(self) -> None:
        """Runs every heartbeat once, deliveries last."""
        for heartbeat in (*self.app.heartbeats, *self.app.client.heartbeats):
            await heartbeat.run()


@pytest.fixture
async def town(sqlite_url: str, clock: ReplayClock) -> AsyncIterator[Town]:
    """The real client and services on SQLite, ready, in a world on the test's clock."""
    world = World(clock.now, deadlines=False)
    host = world.add_user("Hana Host")
    guild = world.add_guild("Learning Town", owner=host)
    chats = world.add_channel(guild, "chats")
    prompts = world.add_channel(guild, "introductions")
    ana, ben = world.add_user("Ana Ruiz"), world.add_user("Ben Ode")
    for user in (ana, ben):
        world.join(guild, user)
    settings = Settings(database=DatabaseSection(url=sqlite_url))
    async with App.open(settings, clock=clock, rng=random.Random(7), followed=FOLLOWABLE) as app:
        async with attach(world, app.client):
            await world.until(lambda: app.client.connected.is_set())
            async with app.db.write() as tx:
                community = await store_members.get_community(tx, CommunityId(guild))
                assert community is not None
                await store_members.save_community(
                    tx,
                    dataclasses.replace(community, chat_channel=chats, prompt_channel=prompts),
                )
            yield Town(world, app, clock, guild, chats, prompts, host, ana, ben)
        await app.client.close()
