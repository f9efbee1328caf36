"""The contract of Database, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.store.database import numbered
from bot.store.open import open_database

if TYPE_CHECKING:
    from bot.store.database import Database


async def _set(db: Database, name: str, value: str) -> None:
    async with db.write() as tx:
        await tx.execute(
            "INSERT INTO settings (name, value) VALUES (:name, :value)", name=name, value=value
        )


async def _names(db: Database) -> list[str]:
    async with db.read() as tx:
        return [row["name"] for row in await tx.fetch("SELECT name FROM settings ORDER BY name")]


async def test_what_is_written_is_read(database: Database) -> None:
    await _set(database, "a", "1")
    assert await _names(database) == ["a"]
