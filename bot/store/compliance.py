"""What we hold of a platform, as it is asked about; and what is forgotten with an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.people import AccountId, Platform
    from bot.store.database import Reader, Writer

_POSTS = "SELECT native_id FROM posts WHERE platform = :platform ORDER BY id"
_ACCOUNTS = "SELECT native_id FROM accounts WHERE platform = :platform ORDER BY id"


async def held_posts(tx: Reader, platform: Platform) -> list[str]:
    """The native ids of all posts that are kept."""
    return [row["native_id"] for row in await tx.fetch(_POSTS, platform=platform.value)]


async def held_accounts(tx: Reader, platform: Platform) -> list[str]:
    """The native ids of all accounts that are kept."""
    return [row["native_id"] for row in await tx.fetch(_ACCOUNTS, platform=platform.value)]


_FORGET = "UPDATE accounts SET handle = NULL, name = NULL WHERE id = :id"


async def forget_names(tx: Writer, accounts: Iterable[AccountId]) -> None:
    """Empties the handles and names of accounts; that there is one stays known."""
    await tx.execute_many(_FORGET, sorted((account,) for account in set(accounts)))
