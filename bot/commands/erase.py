"""`crosstie forget` and `crosstie purge`: a person, or all of a platform, goes; says what went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.errors import StoreError
from bot.model.people import AccountId, Platform, account_key
from bot.store import privacy
from bot.store.migrate import ensure_current
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Gone:
    """What went."""

    platform: Platform
    erased: Mapping[str, int]
    """Rows by table; "texts" are texts emptied in posts of others."""
    kept_out: bool
    """Whether it is kept from coming back."""

    def summary(self) -> dict[str, object]:
        """For `--json`."""
        return {
            "platform": self.platform.value,
            "erased": dict(sorted(self.erased.items())),
            "kept_out": self.kept_out,
        }

    def words(self) -> str:
        """For a human."""
        rows = [f"{table} {count}" for table, count in sorted(self.erased.items())]
        gone = f"erased: {', '.join(rows)}" if rows else "nothing was kept of it"
        return f"{gone}\nkept out from now on" if self.kept_out else gone


async def forget(url: str, platform_name: str, account: str) -> Gone:
    """Erases the person behind an account, with all their accounts, and keeps them out.

    `account` is the platform's own id, or `@` and a handle that is kept. Somebody on Discord may
    come back by joining; nobody else does. An account that is not kept is kept out all the same.

    Raises:
        SchemaMismatch: the database has another schema.
        StoreError: no account with this handle is kept.
    """
    platform = Platform(platform_name)
    now = SystemClock().now()
    async with open_database(url) as db:
        await ensure_current(db)
        async with db.write() as tx:
            key = await _key(tx, platform, account)
            gone = await privacy.erase_account(tx, key, at=now, keep_out=True)
            keep_out = platform is not Platform.DISCORD
            if keep_out:
                await privacy.add_objection(tx, key, platform, now)
        await db.scrub()
    return Gone(platform, gone, keep_out)


async def _key(tx: Reader, platform: Platform, account: str) -> AccountId:
    if not account.startswith("@"):
        return account_key(platform, account)
    known = await privacy.account_by_handle(tx, platform, account)
    if known is None:
        raise StoreError(
            f"no account with this handle is kept of {platform.value}; "
            "write the platform's own id of it to keep it out"
        )
    return known.id


async def purge(url: str, platform_name: str) -> Gone:
    """Takes out all that came from a platform, and what was made of it.

    Raises:
        SchemaMismatch: the database has another schema.
    """
    platform = Platform(platform_name)
    async with open_database(url) as db:
        await ensure_current(db)
        async with db.write() as tx:
            gone = await privacy.purge_platform(tx, platform)
        await db.scrub()
    return Gone(platform, gone, kept_out=False)
