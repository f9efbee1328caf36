"""Linking accounts to members by a code that the account itself posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import Account, AccountId, PersonId, Platform
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.database import Reader, Writer

_DROP = "DELETE FROM claims WHERE person_id = :person"
_OPEN = "INSERT INTO claims (code, person_id, expires_us) VALUES (:code, :person, :expires)"


async def open_claim(tx: Writer, code: str, person: PersonId, expires_at: datetime) -> None:
    """Keeps a code; the person's earlier one ends."""
    await tx.execute(_DROP, person=person)
    await tx.execute(_OPEN, code=code, person=person, expires=to_us(expires_at))


_TAKE = "DELETE FROM claims WHERE code = :code AND expires_us > :now RETURNING person_id"
_LINK = "UPDATE accounts SET person_id = :person WHERE id = :account AND person_id IS NULL"


async def settle_claims(
    tx: Writer, posted: Mapping[str, AccountId], now: datetime
) -> dict[AccountId, PersonId]:
    """Links the accounts that posted an open code to who was given it; each code works once.

    `posted` gives the account by code, the first that posted it. An account that is linked
    already stays with its person.
    """
    linked = {}
    for code, account in posted.items():
        row = await tx.fetch_one(_TAKE, code=code, now=to_us(now))
        if row is None:
            continue
        person = PersonId(row["person_id"])
        if await tx.execute(_LINK, person=person, account=account):
            linked[account] = person
    return linked


_LINKED = """
SELECT id, platform, native_id, handle, name, refuses FROM accounts
WHERE person_id = :person ORDER BY platform, id
"""


async def linked_accounts(tx: Reader, person: PersonId) -> list[Account]:
    """The accounts of a person, by platform."""
    return [
        Account(
            id=AccountId(row["id"]),
            platform=Platform(row["platform"]),
            native_id=row["native_id"],
            handle=row["handle"],
            name=row["name"],
            refuses=bool(row["refuses"]),
        )
        for row in await tx.fetch(_LINKED, person=person)
    ]
