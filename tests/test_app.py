"""What the composition does beside composing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bot.app import walk_compiled
from bot.errors import ConfigError
from bot.services.network import Network

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database


async def test_what_is_compiled_walks_the_next_graph(
    sqlite_database: Database, clock: ReplayClock
) -> None:
    pytest.importorskip("numba", reason="numba is not installed here (pip install numba)")
    network = Network(sqlite_database, clock, None)
    assert (await network.graph()).compiled is None
    await walk_compiled(network)
    assert (await network.graph()).compiled is not None


async def test_a_numba_that_does_not_work_is_told_with_the_next_step(
    sqlite_database: Database, clock: ReplayClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "bot.engine.compiled", raising=False)
    network = Network(sqlite_database, clock, None)
    with pytest.raises(ConfigError, match=r"suggestions\.compiled.*pip install numba"):
        await walk_compiled(network)
    assert (await network.graph()).compiled is None
