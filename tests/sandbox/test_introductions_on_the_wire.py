"""The introduction's state machine on the wire: on every way, nobody learns a name too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.introducing import wired
from tests.sandbox.walking import AFTER, FEW, every_path, walk

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("half", [0, 1])
async def test_on_every_kind_of_way_names_are_told_only_to_whom_and_when_they_may(
    tmp_path: Path, shared: Path, half: int
) -> None:
    async with wired(tmp_path, shared) as wire:
        ends = await walk(wire, FEW[half::2])
        assert ends["made"] >= 1
        assert ends["B was asked, no more"] >= 1
        assert set(wire.said) == {"answer", "direct message", "thread"}
        assert wire.read > 50


def test_the_long_walk_has_every_way() -> None:
    paths = every_path()
    assert len(set(paths)) == len(paths) > 100
    assert {p.after for p in paths} == set(AFTER)
    assert len({(p.naming, p.delivery) for p in paths}) == 4
    assert {p.of_b for p in FEW} == {p.of_b for p in paths}
