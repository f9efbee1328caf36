"""The graph in memory: what the database holds, what was added, and nothing that was erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.model.people import AccountId
from bot.model.posts import Engagement, EngagementKind, PostId
from bot.services.network import Network
from tests.services.gatherings import MONDAY, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.engine.graph import Floats, Ints
    from bot.store.database import Database

EARLIER = MONDAY - timedelta(days=1)


@pytest.fixture
async def world(sqlite_database: Database) -> Gathering:
    made = Gathering(sqlite_database)
    await made.open()
    await made.join(member(1, "Ana"))
    await made.post("Ana", EARLIER, to="Zoe")
    return made


def engagement(source: str, target: str) -> Engagement:
    return Engagement(
        PostId(9),
        AccountId(account_of(source)),
        AccountId(account_of(target)),
        EngagementKind.REPLY,
        EARLIER,
    )


async def test_linked_accounts_are_one_person(world: Gathering, clock: ReplayClock) -> None:
    graph = await Network(world.db, clock, None).graph()
    assert set(graph.ids.tolist()) == {world.person("Ana"), account_of("Zoe")}


async def test_what_is_added_is_there_at_the_next_look(
    world: Gathering, clock: ReplayClock
) -> None:
    network = Network(world.db, clock, timedelta(days=30))
    await network.graph()
    await network.add([engagement("Ana", "Lee"), engagement("Lee", "Zoe")])
    graph = await network.graph()
    assert set(graph.ids.tolist()) == {
        world.person("Ana"),
        account_of("Zoe"),
        account_of("Lee"),
    }
    assert graph.events == 3


async def test_what_is_to_walk_is_in_every_later_graph(
    world: Gathering, clock: ReplayClock
) -> None:
    network = Network(world.db, clock, timedelta(days=30))
    assert (await network.graph()).compiled is None

    def compiled(*_: object) -> tuple[Ints, Floats]:
        return np.array([0]), np.ones(1)

    network.walk_with(compiled)
    assert (await network.graph()).compiled is compiled
    await network.add([engagement("Ana", "Lee")])
    assert (await network.graph()).compiled is compiled
    network.outdated()
    assert (await network.graph()).compiled is compiled


async def test_what_is_added_before_the_first_look_is_not_counted_twice(
    world: Gathering, clock: ReplayClock
) -> None:
    network = Network(world.db, clock, None)
    await network.add([engagement("Ana", "Zoe")])
    assert (await network.graph()).events == 1


async def test_who_was_erased_is_gone_at_the_next_look(
    world: Gathering, clock: ReplayClock
) -> None:
    network = Network(world.db, clock, None)
    await network.graph()
    async with world.db.write() as tx:
        await tx.execute("DELETE FROM engagements")
    network.outdated()
    assert len(await network.graph()) == 0


class Interrupted(Network):
    """Somebody is erased while the graph is being read, once."""

    erased = False

    async def _build(self) -> None:
        await super()._build()
        if not self.erased:
            self.erased = True
            async with self._db.write() as tx:
                await tx.execute("DELETE FROM engagements")
            self.outdated()


async def test_an_erasure_while_it_is_built_is_not_overlooked(
    world: Gathering, clock: ReplayClock
) -> None:
    assert len(await Interrupted(world.db, clock, None).graph()) == 0


async def test_talk_holds_what_the_database_holds_and_who_was_erased_is_gone(
    world: Gathering, clock: ReplayClock
) -> None:
    network = Network(world.db, clock, None)
    talk = await network.talk()
    assert talk is not None
    assert await network.talk() is talk, "it is kept"
    people = talk.ids[talk.who].tolist(), talk.ids[talk.whom].tolist()
    assert people == ([world.person("Ana")], [account_of("Zoe")])
    async with world.db.write() as tx:
        await tx.execute("DELETE FROM engagements")
    network.outdated()
    erased = await network.talk()
    assert erased is not None
    assert len(erased) == 0
