"""`crosstie migrate`, as a person uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _crosstie(folder: Path, *words: str) -> int:
    config = folder / "config.toml"
    config.write_text(f'[database]\nurl = "sqlite:///{folder / "crosstie.db"}"\n')
    return main(["migrate", "--config", str(config), *words])


def test_from_nothing_up_down_and_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _crosstie(tmp_path, "status") == 0
    assert "run `crosstie migrate up`" in capsys.readouterr().out
    assert _crosstie(tmp_path, "up") == 0
    assert "applied 1 (initial)" in capsys.readouterr().out
    assert _crosstie(tmp_path, "status") == 0
    assert "up to date" in capsys.readouterr().out
    assert _crosstie(tmp_path, "down", "--to", "0") == 0
    assert "took back 1 (initial)" in capsys.readouterr().out
    assert _crosstie(tmp_path, "up", "--to", "1") == 0


def test_what_can_not_be_done_is_said_with_what_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _crosstie(tmp_path, "up", "--to", "999") == 1
    assert "write a number from 0 to" in capsys.readouterr().err
    assert _crosstie(tmp_path, "down") == 1
    assert "nothing to take back" in capsys.readouterr().err
