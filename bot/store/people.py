"""Accounts: one row each, whatever handle they have at the time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import account_rank
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.people import Account
    from bot.store.database import Writer

_UPSERT = """
INSERT INTO accounts (id, platform, native_id, handle, name, refuses, seen_us)
VALUES (:id, :platform, :native_id, :handle, :name, :refuses, :seen)
ON CONFLICT (id) DO UPDATE SET handle = excluded.handle, name = excluded.name,
    refuses = CASE WHEN excluded.seen_us < 0 THEN accounts.refuses
        ELSE (accounts.refuses & 2) + excluded.refuses END,
    seen_us = excluded.seen_us
WHERE (excluded.seen_us, coalesce(excluded.handle, ''), coalesce(excluded.name, ''),
        excluded.refuses)
    > (accounts.seen_us, coalesce(accounts.handle, ''), coalesce(accounts.name, ''),
        accounts.refuses & 1)
"""


async def save_accounts(tx: Writer, accounts: Iterable[Account]) -> None:
    """Adds accounts, and changes those of which a newer handle or name was seen.

    Whether an account refuses is known only from its profile; a bare handle does not change it, and
    of two sights that differ in nothing else the one that says no holds.
    """
    await tx.execute_many(
        _UPSERT,
        sorted(
            (
                account.id,
                account.platform.value,
                account.native_id,
                account.handle,
                account.name,
                int(account.refuses),
                account_rank(
                    to_us(account.seen_at) if account.seen_at else -1, account.handle, account.name
                ),
            )
            for account in accounts
        ),
    )
