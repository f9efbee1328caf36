"""The short way to the database's address leads where the long one does, or says nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.address import address_alone
from bot.config import load

ROOT = Path(__file__).parent.parent
URL = "CROSSTIE__DATABASE__URL"


@pytest.fixture
def _nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("_nowhere")
def test_where_nothing_is_set_it_is_the_default() -> None:
    assert address_alone({"PATH": "/bin"}) == load(None, {}).database_url


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12))
def test_it_is_the_address_that_the_configuration_gives(rest: str) -> None:
    given_ = {URL: f"sqlite:///{rest}"}
    address = address_alone(given_)
    assert (address is None) == (rest == "")
    if address is not None:
        assert address == load(None, given_).database_url


@pytest.mark.usefixtures("_nowhere")
@pytest.mark.parametrize(
    "environ",
    [
        {URL: "postgresql://crosstie@localhost/crosstie"},
        {URL: '"sqlite:///quoted.db"'},
        {URL: "sqlite:///"},
        {URL: "nonsense"},
        {"CROSSTIE__DATABASE__ULR": "sqlite:///misspelt.db"},
        {"CROSSTIE__DATABASE__url": "sqlite:///other.db"},
        {"CROSSTIE__RUN__LOG_LEVEL": "debug"},
        {"CROSSTIE_X_BEARER_TOKN": "secret"},
        {"CROSSTIE_DISCORD_TOKEN": "secret"},
    ],
)
def test_whatever_else_is_set_is_left_to_the_configuration(environ: dict[str, str]) -> None:
    assert address_alone(environ) is None


@pytest.mark.usefixtures("_nowhere")
def test_a_configuration_file_is_left_to_the_configuration() -> None:
    file = Path("config.toml")
    file.symlink_to("gone.toml")
    assert address_alone({}) is None
    file.unlink()
    file.write_text("")
    assert address_alone({}) is None


def test_an_import_with_the_defaults_loads_no_library_that_it_does_not_use(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv.pop()); from bot.cli import main; "
        "main(['import', sys.argv.pop()]); "
        "print(*sorted({'pydantic', 'rich', 'numpy', 'discord', 'asyncpg'} & sys.modules.keys()))"
    )
    archive = ROOT / "tests" / "data" / "x_flat.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", program, str(archive), str(ROOT)],
        cwd=tmp_path,
        env={},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines()[-1] == ""
    assert (tmp_path / "crosstie.db").exists()
