"""What profiles say, and which accounts are away for a while.

`accounts.refuses` adds up why nobody is shown an account's posts: 1 its profile says no, 2 it is
away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import AccountId
from bot.model.posts import PostId, to_us
from bot.store.among import fetch_among
from bot.store.stale import note_linking

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.model.people import Platform
    from bot.model.posts import Absence, Profile
    from bot.store.database import Reader, Writer

SAYS_NO, AWAY = 1, 2

_READ = """
UPDATE accounts SET read_us = :at, refuses = (refuses & 2) + :refuses WHERE id = :account
    AND (read_us < :at OR (read_us = :at AND (refuses & 1) < :refuses))
"""
_SAID_YES = "SELECT id, refuses FROM accounts WHERE id IN (:ids)"


async def save_profiles(tx: Writer, profiles: Iterable[Profile]) -> None:
    """Keeps what profiles say now; messages that link posts of who says no from now on are noted.

    Of two readings at one time the one that says no holds.
    """
    read = sorted((to_us(p.at), p.account, int(p.refuses)) for p in profiles)
    no = [account for _, account, refuses in read if refuses]
    rows = await fetch_among(tx, _SAID_YES, no)
    await tx.execute_many(_READ, [(at, refuses, account) for at, account, refuses in read])
    await _note_messages(tx, [AccountId(row["id"]) for row in rows if not row["refuses"]])


_NEWS = """
INSERT INTO absences (id, at_us, is_away) VALUES (:id, :at, :away)
ON CONFLICT (id) DO UPDATE SET at_us = excluded.at_us, is_away = excluded.is_away
WHERE (excluded.at_us, excluded.is_away) > (absences.at_us, absences.is_away)
"""
_HIDE = """
UPDATE accounts SET refuses = (refuses & 1)
    + 2 * coalesce((SELECT b.is_away FROM absences b WHERE b.id = accounts.id), 0)
WHERE id = :id
"""
_ANY_AWAY = "SELECT id FROM absences LIMIT 1"


async def note_absences(tx: Writer, absences: Iterable[Absence]) -> None:
    """Keeps who is away and who is there again; messages that link their posts are noted."""
    news = sorted(
        (absence.account, to_us(absence.at), int(absence.is_away)) for absence in absences
    )
    await tx.execute_many(_NEWS, news)
    accounts = sorted({account for account, _, _ in news})
    await tx.execute_many(_HIDE, [(account,) for account in accounts])
    await _note_messages(tx, accounts)


async def hide_who_is_away(tx: Writer, accounts: Iterable[AccountId]) -> None:
    """An account that is new here may have been away before it was known."""
    if await tx.fetch_one(_ANY_AWAY) is not None:
        await tx.execute_many(_HIDE, sorted((account,) for account in set(accounts)))


_WRITTEN = "SELECT id FROM posts WHERE author_id = :account"


async def _note_messages(tx: Writer, accounts: Iterable[AccountId]) -> None:
    for account in accounts:
        rows = await tx.fetch(_WRITTEN, account=account)
        await note_linking(tx, [PostId(row["id"]) for row in rows])


_LONG_AWAY = "SELECT id FROM absences WHERE is_away = 1 AND at_us < :before ORDER BY id LIMIT 1000"
_DROP_NEWS = "DELETE FROM absences WHERE at_us < :before"


async def long_away(tx: Reader, before: datetime) -> list[AccountId]:
    """Accounts that are away since before then."""
    rows = await tx.fetch(_LONG_AWAY, before=to_us(before))
    return [AccountId(row["id"]) for row in rows]


async def drop_old_news(tx: Writer, before: datetime) -> None:
    """Forgets news of who is away, or came back, from before then."""
    await tx.execute(_DROP_NEWS, before=to_us(before))


_UNREAD = """
SELECT native_id FROM accounts a WHERE platform = :platform AND read_us < :before
    AND EXISTS (SELECT 1 FROM posts p WHERE p.author_id = a.id)
ORDER BY read_us, id LIMIT :most
"""


async def unread(tx: Reader, platform: Platform, before: datetime, most: int) -> list[str]:
    """Native ids of authors whose profile was not read since then, the longest unread first."""
    rows = await tx.fetch(_UNREAD, platform=platform.value, before=to_us(before), most=most)
    return [row["native_id"] for row in rows]
