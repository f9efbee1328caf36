"""The hashtags of one person, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.store.hashtags import used_by
from tests.services.gatherings import HOUR, MONDAY, Gathering, member

if TYPE_CHECKING:
    from bot.store.database import Database


async def test_only_their_own_of_late_and_not_those_of_sessions(database: Database) -> None:
    world = Gathering(database)
    await world.open()
    await world.join(member(1, "Ana"), member(2, "Ben"))
    await world.conference(MONDAY - HOUR, MONDAY + HOUR)
    await world.post("Ana", MONDAY - timedelta(days=200), tags=("old",))
    await world.post("Ana", MONDAY, tags=("Nursing", "Care26"))
    await world.post("Ana", MONDAY + HOUR, tags=("nursing",))
    await world.post("Ben", MONDAY, tags=("design",))
    async with database.read() as tx:
        found = await used_by(tx, world.person("Ana"), MONDAY - HOUR)
    assert found == ["nursing", "nursing"]
