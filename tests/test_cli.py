"""The command line: exit codes, what is said where, and that help costs nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CROSSTIE_DISCORD_TOKEN", raising=False)


def test_every_subcommand_is_in_the_readme(capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    with pytest.raises(SystemExit):
        main(["--help"])
    for line in capsys.readouterr().out.splitlines():
        if line.startswith("    ") and not line.startswith("     "):
            assert f"`crosstie {line.split()[0]}" in readme


@pytest.mark.parametrize("argv", [[], ["nonsense"], ["check", "--no-such"]])
def test_wrong_usage_exits_2(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(argv)
    assert caught.value.code == 2
    assert "usage: crosstie" in capsys.readouterr().err


def test_a_wrong_setting_exits_1_and_says_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("config.toml").write_text("[run]\nzone = 'Berlin'\n")
    assert main(["migrate", "status"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "crosstie: config.toml: run.zone: is no time zone (did you mean Europe/Berlin?)",
        '  write zone = "Europe/Madrid" under [run]',
    ]


def test_check_says_what_is_missing_and_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 1
    said = capsys.readouterr()
    assert "[database]" in said.out
    assert "CROSSTIE_DISCORD_TOKEN" in said.err


def test_check_exits_0_when_the_bot_could_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "MTAyOTM4NDc1NjEwMjkzODQ3NQ.Gabcde.made-up"
    monkeypatch.setenv("CROSSTIE_DISCORD_TOKEN", token)
    assert main(["check"]) == 0
    said = capsys.readouterr()
    assert "client_id=1029384756102938475&permissions=" in said.out
    assert token not in said.out + said.err


def test_help_imports_none_of_the_heavy_libraries() -> None:
    program = (
        "import sys; from bot.cli import _parser; _parser().format_help(); "
        "print(*sorted({'discord', 'numpy', 'pydantic', 'aiohttp', 'tweepy', 'asyncio'}"
        " & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == ""


def test_python_m_bot_is_the_same_program() -> None:
    command = [sys.executable, "-m", "bot", "--help"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("usage: crosstie")


def test_a_database_that_can_not_be_opened_is_told_without_a_traceback(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/none/crosstie.db"
    done = subprocess.run(
        [sys.executable, "-m", "bot", "migrate", "status"],
        cwd=ROOT,
        env=os.environ | {"CROSSTIE__DATABASE__URL": url},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("crosstie: ")
    assert len(done.stderr.splitlines()) == 1
