"""Where each Source was, written in the transaction that holds what it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import Cursor, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Writer

_READ = "SELECT value FROM cursors WHERE source = :source"


async def cursor_of(tx: Reader, source: str) -> Cursor | None:
    """Where the Source goes on, or None at its first start."""
    row = await tx.fetch_one(_READ, source=source)
    return Cursor(row["value"]) if row else None


_SAVE = """
INSERT INTO cursors (source, value, updated_us) VALUES (:source, :value, :now)
ON CONFLICT (source) DO UPDATE SET value = excluded.value, updated_us = excluded.updated_us
"""


async def save_cursor(tx: Writer, source: str, cursor: Cursor, now: datetime) -> None:
    """Keeps where the Source goes on."""
    await tx.execute(_SAVE, source=source, value=cursor, now=to_us(now))


_NOTE = """
INSERT INTO problems (source, reason, path, key_names, first_us, last_us, seen)
VALUES (:source, :reason, :path, :key_names, :now, :now, :seen)
ON CONFLICT (source, reason, path, key_names)
DO UPDATE SET last_us = excluded.last_us, seen = problems.seen + excluded.seen
"""


async def note_problem(  # noqa: PLR0913, RUF100 one value a column
    tx: Writer, source: str, reason: str, path: str, keys: tuple[str, ...], seen: int, now: datetime
) -> None:
    """Counts payloads that could not be used: where and why, key names only."""
    await tx.execute(
        _NOTE,
        source=source,
        reason=reason,
        path=path,
        key_names=", ".join(keys),
        seen=seen,
        now=to_us(now),
    )
