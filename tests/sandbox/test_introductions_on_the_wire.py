"""The introduction's state machine on the wire: on every way, nobody learns a name too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.introducing import wired
from tests.sandbox.walking import AFTER, FEW, every_path, walk

if TYPE_CHECKING:
    from pathlib import Path


async def test_on_every_kind_of_way_names_are_told_only_to_whom_and_when_they_may(
    tmp_path: Path, shared: Path
) -> None:
    async with wired(tmp_path, shared) as wire:
        ends = await walk(wire, FEW)
        assert ends["made"] >= 4
        assert set(wire.said) == {"answer", "direct message", "thread"}
        assert wire.read > 100


def test_the_long_walk_has_every_way() -> None:
    paths = every_path()
    assert len(set(paths)) == len(paths) > 100
    assert {p.after for p in paths} == set(AFTER)
    assert {(p.naming, p.delivery) for p in paths} == {(p.naming, p.delivery) for p in FEW} | {
        (p.naming, p.delivery) for p in paths
    }
