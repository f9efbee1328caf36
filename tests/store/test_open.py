"""From an address to a database: what can not be opened is named, its password is not."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from bot.errors import ConfigError, StoreUnavailable
from bot.store.open import open_database

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ana, " * 200)
    with pytest.raises(StoreUnavailable, match=r"letter\.txt can not be opened"):
        async with open_database(f"sqlite:///{path}"):
            pass


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="that its folder exists"):
        async with open_database(f"sqlite:///{tmp_path / 'no' / 'where.db'}"):
            pass


async def test_a_server_that_is_away_is_named_without_the_password() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://me:hunter2@127.0.0.1:{taken.getsockname()[1]}/none"
        with pytest.raises(StoreUnavailable, match="can not be reached") as caught:
            async with open_database(url):
                pass
    assert "hunter2" not in str(caught.value)


async def test_a_server_without_this_database_says_so(postgres_url: str) -> None:
    with pytest.raises(StoreUnavailable, match="does not exist"):
        async with open_database(postgres_url.replace("/test_", "/missing_")):
            pass


@pytest.mark.parametrize("url", ["", "crosstie.db", "sqlite:///", "mysql://me:hunter2@host/x"])
async def test_an_address_of_no_known_kind_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigError, match=r"sqlite:///crosstie\.db") as caught:
        async with open_database(url):
            pass
    assert "hunter2" not in str(caught.value)
