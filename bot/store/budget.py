"""The ledger of what a platform that bills was asked for; money in millionths of a US dollar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.posts import to_us
from bot.store.among import fetch_among
from bot.store.privacy import secret_key

if TYPE_CHECKING:
    from collections.abc import Collection
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


_KNOWN = "SELECT fingerprint FROM budget_reads WHERE fingerprint IN (:ids)"


async def count_reads(  # noqa: PLR0913, RUF100 what was read, and when
    tx: Writer, source: str, day: int, kind: str, ids: Collection[str], days: Collection[int] = ()
) -> tuple[int, int]:
    """How many of `ids` are billed for a first read on `day`: by what is told, and at most.

    `days` are those on which the read may lie; where they are several, it counts at most unless
    each of them surely has it already, and spares nothing of what is read later. What is kept is a
    keyed fingerprint of day, kind and id: it tells nobody who was read.
    """
    if not ids:
        return 0, 0
    key = await secret_key(tx, _KEY_NAME)
    days = {day, *days}
    is_sure = len(days) == 1

    def prints(kind: str, day: int) -> dict[str, int]:
        return {id_: _fingerprint(key, source, day, kind, id_) for id_ in ids}

    sure = {one: prints(kind, one) for one in days}
    told = prints(f"{kind} told", day)
    asked = [*told.values(), *(one for by_id in sure.values() for one in by_id.values())]
    known = {int(row["fingerprint"]) for row in await fetch_among(tx, _KNOWN, asked)}
    missing = {id_ for id_ in told if any(sure[one][id_] not in known for one in days)}
    first = {id_ for id_ in told if sure[day][id_] not in known and told[id_] not in known}
    rows = [sure[day][id_] for id_ in missing] if is_sure else [told[id_] for id_ in first]
    if rows:
        fresh = [(one, day) for one in sorted(rows)]
        await tx.bulk_upsert("budget_reads", ("fingerprint", "day"), ("fingerprint",), fresh)
    return len(first), len(missing)


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


_UNSAID = """
SELECT month, percent FROM budget_notices WHERE source = :source AND said = 0
ORDER BY month DESC, percent DESC
"""


async def unsaid(tx: Reader, source: str) -> list[tuple[int, int]]:
    """Months (12 a year, plus 1 to 12) and percentages not said in Discord yet, newest first."""
    return [(row["month"], row["percent"]) for row in await tx.fetch(_UNSAID, source=source)]


_SAY = """
UPDATE budget_notices SET said = 1
WHERE source = :source AND (month < :month OR (month = :month AND percent <= :percent))
"""


async def note_said(tx: Writer, source: str, month: int, percent: int) -> None:
    """This was said, and so all that came before it."""
    await tx.execute(_SAY, source=source, month=month, percent=percent)
