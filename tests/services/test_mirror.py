"""The map and the mirror of one member, from what their network holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.network import Layer
from bot.model.people import FieldOf, Naming, Stance
from bot.services.connections import Connections
from bot.services.mirror import Mirror
from bot.services.network import Network
from tests.services.gatherings import HOUR, Gathering, member

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

DAY = datetime(2026, 5, 12, 15, tzinfo=UTC)


async def test_the_mirror_counts_ones_own_network_only(
    sqlite_database: Database, clock: ReplayClock, ids: Ids
) -> None:
    world = Gathering(sqlite_database)
    await world.open()
    ana = member(1, "Ana", "nursing")
    fields = (*ana.fields, FieldOf("music", Stance.CURIOUS), FieldOf("law", Stance.CURIOUS))
    await world.join(
        member(1, "Ana", fields=fields),
        member(2, "Ben", "law", country="Chile"),
        member(3, "Cleo", "law"),
        member(4, "Dan", "design", naming=Naming.DESCRIBE, country="Peru"),
    )
    for a, b in (("Ana", "Ben"), ("Ben", "Cleo"), ("Cleo", "Ana"), ("Ana", "Dan")):
        await world.post(a, DAY, to=b)
        await world.post(b, DAY + HOUR, to=a)
    network = Network(world.db, clock, timedelta(days=30))
    connections = Connections(world.db, clock, ids, network)
    owner = world.members["Ana"]
    for name in ("Ben", "Cleo", "Dan"):
        found = await connections.of_member(owner, world.members[name].discord_id, name)
        await connections.keep(owner, found.token)
    mirror = Mirror(world.db, clock, network, connections)
    picture, words = await mirror.of(owner)
    seen = {p.name: p for p in picture.people}
    assert seen["Ben"].in_practice
    assert seen["Ben"].strength > 0
    assert not seen["Dan"].in_practice
    assert seen["Dan"].strength == 0
    assert dict(words.fields) == {"law": 2, "design": 1}
    assert words.in_practice == 2
    assert words.diversity == 2 * (2 / 3) * (1 / 3)
    assert words.thin == ("music",)
    assert dict(words.layers)[Layer.VERY_WEAK] == 1
    empty, nothing = await mirror.of(world.members["Ben"])
    assert empty.people == ()
    assert nothing.years == ()
