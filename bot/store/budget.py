"""The ledger of what a platform that bills was asked for; money in millionths of a US dollar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.posts import to_us
from bot.store.privacy import secret_key

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Writer

_KEY_NAME = "budget_key"
_KEPT_DAYS = 2


@dataclass(frozen=True, slots=True)
class Day:
    """A UTC day of the ledger; `day` counts from 1970-01-01."""

    day: int
    posts: int
    users: int
    requests: int
    spent: int
    at_most: int
    reported_posts: int
    """What the platform itself says was read."""


_DAYS = """
SELECT day, posts, users, requests, spent_microusd, at_most_microusd, reported_posts
FROM budget_days WHERE source = :source AND day >= :first AND day <= :last ORDER BY day
"""


async def days_between(tx: Reader, source: str, first: int, last: int) -> list[Day]:
    """The days from `first` to `last` on which anything was read, in order."""
    return [
        Day(
            day=row["day"],
            posts=row["posts"],
            users=row["users"],
            requests=row["requests"],
            spent=row["spent_microusd"],
            at_most=row["at_most_microusd"],
            reported_posts=row["reported_posts"],
        )
        for row in await tx.fetch(_DAYS, source=source, first=first, last=last)
    ]


_RESERVED = """
SELECT CAST(coalesce(sum(microusd), 0) AS BIGINT) AS total FROM budget_reservations
WHERE source = :source AND made_us >= :since
"""


async def reserved_since(tx: Reader, source: str, since: datetime) -> int:
    """All that is put aside, from reservations made at `since` or later."""
    row = await tx.fetch_one(_RESERVED, source=source, since=to_us(since))
    return 0 if row is None else int(row["total"])


_RESERVE = """
INSERT INTO budget_reservations (id, source, made_us, microusd)
VALUES (:id, :source, :made, :microusd)
"""


async def add_reservation(
    tx: Writer, id_: int, source: str, made_at: datetime, microusd: int
) -> None:
    """Puts money aside."""
    await tx.execute(_RESERVE, id=id_, source=source, made=to_us(made_at), microusd=microusd)


_RELEASE = "DELETE FROM budget_reservations WHERE id = :id"


async def release(tx: Writer, id_: int) -> None:
    """Puts money back; twice is harmless."""
    await tx.execute(_RELEASE, id=id_)


async def count_reads(tx: Writer, source: str, day: int, kind: str, ids: Iterable[str]) -> int:
    """How many of `ids` are read for the first time on this day; remembers them.

    What is kept is a keyed fingerprint of day, kind and id: it tells nobody who was read.
    """
    key = await secret_key(tx, _KEY_NAME)
    prints = {_fingerprint(key, source, day, kind, id_) for id_ in ids}
    if not prints:
        return 0
    rows = [(one, day) for one in sorted(prints)]
    return await tx.bulk_upsert("budget_reads", ("fingerprint", "day"), ("fingerprint",), rows)


def _fingerprint(key: bytes, *parts: object) -> int:
    text = "\n".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=key).digest()) >> 1


_BOOK = """
INSERT INTO budget_days
    (source, day, posts, users, requests, spent_microusd, at_most_microusd, reported_posts)
VALUES (:source, :day, :posts, :users, :requests, :spent, :at_most, 0)
ON CONFLICT (source, day) DO UPDATE SET
    posts = budget_days.posts + excluded.posts,
    users = budget_days.users + excluded.users,
    requests = budget_days.requests + excluded.requests,
    spent_microusd = budget_days.spent_microusd + excluded.spent_microusd,
    at_most_microusd = budget_days.at_most_microusd + excluded.at_most_microusd
"""


async def book(tx: Writer, source: str, more: Day) -> None:
    """Adds to a day of the ledger."""
    await tx.execute(
        _BOOK,
        source=source,
        day=more.day,
        posts=more.posts,
        users=more.users,
        requests=more.requests,
        spent=more.spent,
        at_most=more.at_most,
    )


_REPORT = """
INSERT INTO budget_days
    (source, day, posts, users, requests, spent_microusd, at_most_microusd, reported_posts)
VALUES (:source, :day, 0, 0, 0, 0, 0, :reported)
ON CONFLICT (source, day) DO UPDATE SET reported_posts = excluded.reported_posts
WHERE budget_days.reported_posts < excluded.reported_posts
"""


async def note_reported(tx: Writer, source: str, day: int, posts: int) -> None:
    """Keeps how many posts the platform says were read on a day; less than before is ignored."""
    await tx.execute(_REPORT, source=source, day=day, reported=posts)


_FORGET = "DELETE FROM budget_reads WHERE day <= :before"


async def forget_reads(tx: Writer, today: int) -> None:
    """Drops the fingerprints of days that are over."""
    await tx.execute(_FORGET, before=today - _KEPT_DAYS)


_TELL = """
INSERT INTO budget_notices (source, month, percent, told_us)
VALUES (:source, :month, :percent, :at) ON CONFLICT DO NOTHING
"""


async def was_told(tx: Writer, source: str, month: int, percent: int, at: datetime) -> bool:
    """Notes that the organiser is told; False when they were told before."""
    told = await tx.execute(_TELL, source=source, month=month, percent=percent, at=to_us(at))
    return bool(told)
