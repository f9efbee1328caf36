"""From an address to an open database; each driver is imported only when it is used."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.store.database import Database

_SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgres://")


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[Database]:
    """The database at `url`, closed on leaving; it may be empty or of another version.

    `sqlite:///crosstie.db` is a file beside the working folder, `sqlite:////srv/crosstie.db` one
    with a full path.

    Raises:
        ConfigError: the address is of no kind that is known.
        StoreUnavailable: it can not be opened or reached.
    """
    database = await _opened(url)
    try:
        yield database
    finally:
        await database.close()


async def _opened(url: str) -> Database:
    if url.startswith(_SQLITE) and (path := url.removeprefix(_SQLITE)):
        from bot.store.sqlite import SqliteDatabase

        return await SqliteDatabase.open(Path(path))
    if url.startswith(_POSTGRES):
        try:
            from bot.store.postgres import PostgresDatabase
        except ModuleNotFoundError as exc:
            raise ConfigError(
                "settings",
                "database.url",
                "PostgreSQL needs a driver that is not installed",
                "install crosstie[postgres], or write sqlite:///crosstie.db",
            ) from exc
        return await PostgresDatabase.open(url)
    # The address may hold a password: it is not repeated.
    raise ConfigError(
        "settings",
        "database.url",
        "this is no address of a database",
        "write sqlite:///crosstie.db or postgresql://user@host/name",
    )
