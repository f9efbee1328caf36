"""The introduction's state machine on the wire: on every way, nobody learns a name too early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.walking import BETWEEN, NO, SILENCE, YES, walk

if TYPE_CHECKING:
    from pathlib import Path


def test_on_every_way_names_are_told_only_to_whom_and_when_they_may(
    tmp_path: Path, shared: Path
) -> None:
    wire, walked = walk(tmp_path, shared, ways=8, by_chance=False)
    assert {YES, NO, SILENCE} <= set(walked)
    assert {f"{what}, between" for what in BETWEEN} <= set(walked)
    assert set(wire.said) == {"answer", "direct message", "thread"}
