"""The schema's version: numbered steps up (V) and down (U), each applied whole or not at all.

What was applied, and its checksum, is recorded in the database in the transaction of the step.

One text of a step serves both databases. On SQLite two of its forms are read so that a table is
kept in the order of its key, instead of in another order with an index over it:

- `BIGINT PRIMARY KEY` as `INTEGER PRIMARY KEY`: 64 bits there, and the number of the row itself;
- a table with a `PRIMARY KEY (...)` of its own line as one WITHOUT ROWID.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from bot.errors import SchemaMismatch, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from importlib.resources.abc import Traversable

    from bot.store.database import Database, Dialect, Reader, Writer

_FILE = re.compile(
    r"(?P<way>[VU])(?P<version>[1-9]\d*)__(?P<name>[a-z0-9_]+)(?:\.(?P<dialect>sqlite|postgres))?\.sql"
)
_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
  | (?P<quoted> '(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<tag>\$\w*\$).*?(?P=tag) )
  | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)
_TRIGGER = re.compile(r"CREATE\s+(TEMP\s+|TEMPORARY\s+)?TRIGGER\b.*\bBEGIN\b", re.I | re.S)
_SINGLE_KEY = re.compile(r"\bBIGINT\s+PRIMARY\s+KEY\b", re.IGNORECASE)
_KEY_OF_SEVERAL = re.compile(r"\s*CREATE\s+TABLE\b.*,\s*PRIMARY\s+KEY\s*\(.*\)\s*", re.I | re.S)
_TRIGGER_END = re.compile(r"\bEND\s*$", re.IGNORECASE)

_MAKE_RECORD = """
CREATE TABLE IF NOT EXISTS schema_versions (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL
)
"""
_RECORD = """
INSERT INTO schema_versions (version, name, checksum) VALUES (:version, :name, :checksum)
"""
_UNRECORD = "DELETE FROM schema_versions WHERE version = :version"
_RECORDED = "SELECT version, name, checksum FROM schema_versions ORDER BY version"
_HAS_RECORD: Mapping[Dialect, str] = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_versions'",
    "postgres": "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = current_schema() AND table_name = 'schema_versions'",
}
# Two programs that migrate at once: the second waits, and then finds that nothing is left to do.
_LOCK: Mapping[Dialect, str] = {
    "sqlite": "",
    "postgres": "SELECT pg_advisory_xact_lock(7307498371)",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step, as the program ships it for one dialect."""

    version: int
    name: str
    up: str
    down: str

    @property
    def checksum(self) -> str:
        """Of the way up; line endings do not count."""
        return hashlib.sha256(self.up.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands."""

    found: int
    """The version it has; 0 when it is empty."""
    wanted: int
    """The version this program works with."""
    edited: tuple[int, ...]
    """Applied steps whose file is not what was applied."""

    @property
    def is_current(self) -> bool:
        """Whether this program may use the database."""
        return self.found == self.wanted and not self.edited


def steps_for(dialect: Dialect, folder: Traversable | None = None) -> tuple[Step, ...]:
    """The steps of `folder` (this program's own by default), from 1, without a gap.

    `V7__x.postgres.sql` stands in for `V7__x.sql` on PostgreSQL, and so on.

    Raises:
        StoreError: a number is missing or used twice, or a step has no way down.
    """
    texts: dict[tuple[str, int], dict[str | None, tuple[str, str]]] = {}
    for file in (folder or resources.files("migrations")).iterdir():
        if not file.name.endswith(".sql"):
            continue
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise StoreError(
                f"migrations/{file.name}: no name of a step; write V7__words_like_these.sql"
            )
        kinds = texts.setdefault((match["way"], int(match["version"])), {})
        if match["dialect"] in kinds:
            raise StoreError(f"migrations/{file.name}: another file has this number")
        text = file.read_bytes().decode().replace("\r\n", "\n")
        kinds[match["dialect"]] = (match["name"], text)
    last = max((version for _, version in texts), default=0)
    return tuple(_step(texts, version, dialect) for version in range(1, last + 1))


def _step(
    texts: Mapping[tuple[str, int], Mapping[str | None, tuple[str, str]]],
    version: int,
    dialect: Dialect,
) -> Step:
    chosen: dict[str, tuple[str, str]] = {}
    for way in "VU":
        kinds = texts.get((way, version), {})
        found = kinds.get(dialect) or kinds.get(None)
        if found is None:
            raise StoreError(f"migrations: {way}{version} is missing for {dialect}")
        chosen[way] = found
    if chosen["V"][0] != chosen["U"][0]:
        raise StoreError(f"migrations: V{version} and U{version} have different names")
    return Step(version, chosen["V"][0], chosen["V"][1], chosen["U"][1])


def statements_of(script: str) -> list[str]:
    """The statements of a script, without comments and without their semicolons.

    Semicolons count only outside of quotes, comments, $$ bodies and SQLite's triggers.
    """
    statements: list[str] = []
    text = ""
    begin = 0
    for token in _TOKEN.finditer(script):
        text += script[begin : token.start()]
        begin = token.end()
        if token["comment"] is not None:
            text += " "
        elif token["quoted"] is not None:
            text += token[0]
        elif _TRIGGER.match(text.lstrip()) and not _TRIGGER_END.search(text):
            text += ";"
        else:
            statements.append(text.strip())
            text = ""
    statements.append((text + script[begin:]).strip())
    return [statement for statement in statements if statement]


def in_dialect(statement: str, dialect: Dialect) -> str:
    """The statement of a step as this database is given it; see the top of this file."""
    if dialect != "sqlite":
        return statement
    ordered = _SINGLE_KEY.sub("INTEGER PRIMARY KEY", statement)
    return f"{ordered} WITHOUT ROWID" if _KEY_OF_SEVERAL.fullmatch(ordered) else ordered


async def status(db: Database, steps: Sequence[Step] | None = None) -> Status:
    """Where the database stands; changes nothing."""
    steps = steps_for(db.dialect) if steps is None else steps
    async with db.read() as tx:
        return await _status(tx, db.dialect, steps)


async def upgrade(
    db: Database, to: int | None = None, steps: Sequence[Step] | None = None
) -> list[Step]:
    """Applies what is missing, up to `to` (default: all); what was applied. Twice is harmless.

    Raises:
        SchemaMismatch: an applied file was edited, or the database is newer than this program.
        StoreError: there is no such version, or a step failed; the steps before it stay.
    """
    steps = steps_for(db.dialect) if steps is None else steps
    to = len(steps) if to is None else _known(to, steps)
    applied: list[Step] = []
    for step in steps[:to]:
        async with db.write() as tx:
            found = await _prepared(tx, db.dialect, steps)
            if step.version <= found:
                continue
            await _run(tx, db, f"V{step.version}__{step.name}", step.up)
            await tx.execute(_RECORD, version=step.version, name=step.name, checksum=step.checksum)
        applied.append(step)
    return applied


async def downgrade(db: Database, to: int, steps: Sequence[Step] | None = None) -> list[Step]:
    """Takes back every step after `to`, the last first; what was taken back. Data goes with it.

    Raises:
        SchemaMismatch: an applied file was edited, or the database is newer than this program.
        StoreError: there is no such version, or a step failed; those before it stay taken back.
    """
    steps = steps_for(db.dialect) if steps is None else steps
    _known(to, steps)
    undone: list[Step] = []
    for step in reversed(steps[to:]):
        async with db.write() as tx:
            found = await _prepared(tx, db.dialect, steps)
            if step.version > found:
                continue
            await _run(tx, db, f"U{step.version}__{step.name}", step.down)
            await tx.execute(_UNRECORD, version=step.version)
        undone.append(step)
    return undone


async def ensure_current(db: Database, *, make_empty: bool = False) -> None:
    """Returns if this program may use the database.

    With `make_empty` a database that has no schema is given one; an older one is still refused.

    Raises:
        SchemaMismatch: it may not; says what to do.
    """
    state = await status(db)
    if make_empty and state.found == 0:
        await upgrade(db)
        return
    _refuse(state)
    if state.found < state.wanted:
        what = "is empty" if state.found == 0 else f"has schema {state.found}"
        raise SchemaMismatch(
            f"the database {what}, this program works with schema {state.wanted}: make a backup, "
            "then run `crosstie migrate up` (or `crosstie run --migrate`)",
            state.found,
            state.wanted,
        )


def _refuse(state: Status) -> None:
    if state.found > state.wanted:
        raise SchemaMismatch(
            f"the database has schema {state.found}, this program knows only up to {state.wanted}: "
            f"run a newer Crosstie, or with it `crosstie migrate down --to {state.wanted}`",
            state.found,
            state.wanted,
        )
    if state.edited:
        files = ", ".join(f"V{version}" for version in state.edited)
        raise SchemaMismatch(
            f"{files} in migrations/ is not what was applied to this database: put the file back "
            "as it was released, and write a change as a new step",
            state.found,
            state.wanted,
        )


def _known(to: int, steps: Sequence[Step]) -> int:
    if not 0 <= to <= len(steps):
        raise StoreError(f"there is no schema {to}; write a number from 0 to {len(steps)}")
    return to


async def _status(tx: Reader, dialect: Dialect, steps: Sequence[Step]) -> Status:
    if await tx.fetch_one(_HAS_RECORD[dialect]) is None:
        return Status(0, len(steps), ())
    rows = await tx.fetch(_RECORDED)
    edited = tuple(
        row["version"]
        for row, step in zip(rows, steps, strict=False)
        if (row["version"], row["name"], row["checksum"])
        != (step.version, step.name, step.checksum)
    )
    return Status(max((row["version"] for row in rows), default=0), len(steps), edited)


async def _prepared(tx: Writer, dialect: Dialect, steps: Sequence[Step]) -> int:
    """The version found, once nobody else can change it and nothing speaks against changing it."""
    if _LOCK[dialect]:
        await tx.fetch(_LOCK[dialect])
    await tx.execute(_MAKE_RECORD)
    state = await _status(tx, dialect, steps)
    _refuse(state)
    return state.found


async def _run(tx: Writer, db: Database, step: str, script: str) -> None:
    for statement in statements_of(script):
        try:
            await tx.execute(in_dialect(statement, db.dialect))
        except db.errors as exc:
            raise StoreError(f"migrations/{step}.sql: {exc}; nothing of this step is kept") from exc
