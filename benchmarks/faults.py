"""Every live source at its worst, on both databases: is just what is right there in the end?

Ten thousand events through each stand-in with random faults at every tenth, and 50 kill -9 at
random points; CROSSTIE_BENCH_EVENTS and CROSSTIE_BENCH_KILLS give other numbers.
CROSSTIE_BENCH_ONLY keeps the rows whose name has all of its words, such as "mastodon sqlite".
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks import Row
from bot.store.migrate import upgrade
from bot.store.open import open_database
from tests.databases import new_database, postgres_for
from tests.sources import played_bluesky, played_mastodon, played_x

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.store.database import Database

    Played = Callable[[Database, int], Awaitable[Counter[str]]]
    Killed = Callable[[str, int], Awaitable[Counter[str]]]

_EVENTS = int(os.environ.get("CROSSTIE_BENCH_EVENTS", "10000"))
_KILLS = int(os.environ.get("CROSSTIE_BENCH_KILLS", "50"))
_ONLY = os.environ.get("CROSSTIE_BENCH_ONLY", "").split()
_WANTED = "just the right rows"
_AMONG = 2_000
"""Events among which a process is killed: it is the kills that are many."""

FAULTS: dict[str, Played] = {
    "Jetstream v1": lambda db, events: played_bluesky.play_with_faults(db, "v1", events),
    "Jetstream v2": lambda db, events: played_bluesky.play_with_faults(db, "v2", events),
    "Mastodon": played_mastodon.play_with_faults,
    "X": played_x.play,
}
"""Each plays so many events into a database, and raises where it is not as it should be."""

KILLS: dict[str, Killed] = {
    "Jetstream v1": lambda url, kills: played_bluesky.kill_at_random(url, "v1", _AMONG, kills),
    "Jetstream v2": lambda url, kills: played_bluesky.kill_at_random(url, "v2", _AMONG, kills),
    "Mastodon": played_mastodon.kill_at_random,
    "X": played_x.kill_at_random,
}
"""Each kills a process so many times, and raises where it is not as it should be."""


def measure() -> list[Row]:
    """A row for each source, database, and kind of misfortune."""
    rows: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crosstie-")))
        server = ""
        for database in ("SQLite", "PostgreSQL"):
            for kind, sources in (("faults", FAULTS), ("kills", KILLS)):
                for source in sources:
                    name = f"{source}, {database}, {kind}"
                    if any(word.casefold() not in name.casefold() for word in _ONLY):
                        continue
                    if database == "PostgreSQL" and not server:
                        (folder / "server").mkdir()
                        server = stack.enter_context(postgres_for(folder / "server"))
                    url = f"sqlite:///{folder / f'{len(rows)}.db'}"
                    row = asyncio.run(_row(name, source, kind, server, url))
                    rows.append(row)
                    sys.stderr.write(f"{row.what}: {row.measured}\n")
    return rows


async def _row(name: str, source: str, kind: str, server: str, url: str) -> Row:
    if "PostgreSQL" in name:
        url = await new_database(server, f"faults_{abs(hash(name))}")
    began, wrong, happened = perf_counter(), "", Counter[str]()
    async with open_database(url) as db:
        await upgrade(db)
        try:
            if kind == "faults":
                happened = await FAULTS[source](db, _EVENTS)
            else:
                happened = await KILLS[source](url, _KILLS)
        except (AssertionError, TimeoutError, ExceptionGroup) as exc:
            wrong = f"WRONG ({exc!r:.200}): "
        seconds = perf_counter() - began
        async with db.read() as tx:
            counts = [
                (await tx.fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"]
                for table in ("posts", "engagements", "deleted_posts")
            ]
    posts, engagements, deletions = counts
    kinds = ", ".join(f"{fault} {n}" for fault, n in sorted(happened.items()) if n)
    faults = f"{happened.total():,} faults ({kinds})" if kinds else "no faults counted"
    amount = f"{_EVENTS:,} events, " if kind == "faults" else f"{_KILLS} kill -9, "
    return Row(
        f"{name}: {amount}{faults}",
        f"{wrong}{posts:,} posts, {engagements:,} engagements, {deletions:,} deletions in "
        f"{seconds:.0f} s",
        _WANTED,
        not wrong,
    )
