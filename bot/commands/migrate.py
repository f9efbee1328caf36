"""`crosstie migrate status|up|down [--to N]`: the schema of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.errors import StoreError
from bot.store import migrate
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

Action = Literal["status", "up", "down"]


async def run(url: str, action: Action, to: int | None = None) -> str:
    """Shows or changes the schema of the database at `url`; says what is so now.

    Up goes to the newest version by default; down takes back one step by default, with its data.

    Raises:
        SchemaMismatch: an applied file was edited, or the database is newer than this program.
        StoreError: there is no such version, or a step failed; nothing of that step is kept.
    """
    async with open_database(url) as db:
        if action == "status":
            return _words(await migrate.status(db))
        if action == "up":
            done = _done("applied", await migrate.upgrade(db, to))
        else:
            if to is None:
                to = (await migrate.status(db)).found - 1
            if to < 0:
                raise StoreError("the database is empty: there is nothing to take back")
            done = _done("took back", await migrate.downgrade(db, to))
        return done + _words(await migrate.status(db))


def _done(what: str, steps: Sequence[migrate.Step]) -> str:
    return "".join(f"{what} {step.version} ({step.name})\n" for step in steps)


def _words(state: migrate.Status) -> str:
    if state.edited:
        files = ", ".join(f"V{version}" for version in state.edited)
        return f"schema {state.found}; {files} was edited after it was applied: put it back"
    if state.found == state.wanted:
        return f"schema {state.found}: up to date"
    if state.found > state.wanted:
        return f"schema {state.found}; this program knows only {state.wanted}: run a newer Crosstie"
    return f"schema {state.found} of {state.wanted}: run `crosstie migrate up`"
