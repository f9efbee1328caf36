"""A sandbox with one community, and Crosstie as a process against it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.model.people import CommunityId
from bot.store import members as store
from bot.store import migrate
from bot.store.open import open_database
from tests.sandbox.bot_process import Crosstie
from tests.sandbox.sandbox import Sandbox
from tests.services.hosted import community

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@dataclass
class Town:
    """A server with two channels; `host` owns it, Ana and Ben live in it."""

    sandbox: Sandbox
    crosstie: Crosstie
    guild: int
    chats: int
    prompts: int
    host: int
    ana: int
    ben: int

    async def set_up(self) -> None:
        """What an organiser settles, before the bot is started: the two channels."""
        async with open_database(self.crosstie.database) as db:
            await migrate.ensure_current(db, make_empty=True)
            async with db.write() as tx:
                await store.save_community(
                    tx,
                    community(
                        id=CommunityId(self.guild),
                        name="Learning Town",
                        zone="UTC",
                        chat_channel=self.chats,
                        prompt_channel=self.prompts,
                    ),
                )

    async def known(self) -> None:
        """Returns once a bot that never was here before has noticed the server."""
        async with open_database(self.crosstie.database) as db, asyncio.timeout(25.0):
            while True:
                async with db.read() as tx:
                    if await store.get_community(tx, CommunityId(self.guild)) is not None:
                        return
                await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=0.02)


@pytest.fixture
async def sandbox(shared: Path) -> AsyncIterator[Sandbox]:
    """Discord on loopback, nobody in it."""
    async with Sandbox.start(shared=shared) as sandbox:
        yield sandbox


@pytest.fixture
async def town(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Town]:
    """A town, and Crosstie ready to be started; in the end no request was a wrong one."""
    world = sandbox.world
    host = world.add_user("Hana Host")
    guild = world.add_guild("Learning Town", owner=host)
    chats, prompts = world.add_channel(guild, "chats"), world.add_channel(guild, "introductions")
    ana, ben = world.add_user("Ana Ruiz"), world.add_user("Ben Ode")
    for user in (ana, ben):
        world.join(guild, user)
    crosstie = Crosstie(tmp_path, sandbox)
    try:
        yield Town(sandbox, crosstie, guild, chats, prompts, host, ana, ben)
    finally:
        await crosstie.kill()
    assert sandbox.violations == []
