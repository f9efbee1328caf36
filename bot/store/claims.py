"""Linking accounts to members by a code that the account itself posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import Account, AccountId, CommunityId, PersonId, Platform
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_DROP = "DELETE FROM claims WHERE person_id = :person AND account_id IS NULL"
_OPEN = "INSERT INTO claims (code, person_id, expires_us) VALUES (:code, :person, :expires)"


async def open_claim(tx: Writer, code: str, person: PersonId, expires_at: datetime) -> None:
    """Keeps a code; the person's earlier one ends."""
    await tx.execute(_DROP, person=person)
    await tx.execute(_OPEN, code=code, person=person, expires=to_us(expires_at))


_TAKE = """
UPDATE claims SET account_id = :account
WHERE code = :code AND account_id IS NULL AND expires_us > :now RETURNING person_id
"""
_LINK = "UPDATE accounts SET person_id = :person WHERE id = :account AND person_id IS NULL"


async def settle_claims(
    tx: Writer, posted: Mapping[str, AccountId], now: datetime
) -> dict[AccountId, PersonId]:
    """Links the accounts that posted an open code to who was given it; each code works once.

    `posted` gives the account by code, the first that posted it. An account that is linked
    already stays with its person. Who posted it stays beside the code, until `drop_found`.
    """
    linked = {}
    for code, account in posted.items():
        row = await tx.fetch_one(_TAKE, code=code, account=account, now=to_us(now))
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
    return [_account(row) for row in await tx.fetch(_LINKED, person=person)]


def _account(row: Row) -> Account:
    return Account(
        id=AccountId(row["id"]),
        platform=Platform(row["platform"]),
        native_id=row["native_id"],
        handle=row["handle"],
        name=row["name"],
        refuses=bool(row["refuses"]),
    )


_FOUND = """
SELECT a.id, a.person_id, min(m.community_id) AS community_id
FROM claims c JOIN accounts a ON a.id = c.account_id AND a.person_id = c.person_id
    JOIN members m ON m.person_id = c.person_id AND m.left_us IS NULL
GROUP BY a.id, a.person_id ORDER BY a.id
"""
_DROP_FOUND = "DELETE FROM claims WHERE account_id IS NOT NULL"


async def found(tx: Reader) -> list[tuple[CommunityId, PersonId, AccountId]]:
    """Members and the accounts they proved to be theirs, who were not told yet; one community."""
    return [
        (CommunityId(r["community_id"]), PersonId(r["person_id"]), AccountId(r["id"]))
        for r in await tx.fetch(_FOUND)
    ]


async def drop_found(tx: Writer) -> None:
    """Forgets the codes that were found."""
    await tx.execute(_DROP_FOUND)


_ACCOUNT = """
SELECT id, platform, native_id, handle, name, refuses FROM accounts
WHERE id = :id AND person_id = :person
"""


async def linked_account(tx: Reader, account: AccountId, person: PersonId) -> Account | None:
    """The account, while it is this person's."""
    row = await tx.fetch_one(_ACCOUNT, id=account, person=person)
    return None if row is None else _account(row)
