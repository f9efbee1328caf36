"""One connection at a time: who is meant, what was said in public, what the owner changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.network import ConnectionId, Learning
from bot.model.people import Account, AccountId, PersonId, Platform
from bot.model.posts import PostId, from_us, to_us
from bot.store.network import connection_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.network import Connection
    from bot.model.people import CommunityId
    from bot.store.database import Reader, Row, Writer

# ---- accounts


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account, and the person it was linked to by a member, if it was."""

    account: Account
    person: PersonId | None


_ACCOUNT = """
SELECT id, platform, native_id, handle, name, refuses, person_id FROM accounts
WHERE id = :id AND platform <> 'discord'
"""


async def get_account(tx: Reader, account: AccountId) -> KnownAccount | None:
    """The public account, if it is kept."""
    row = await tx.fetch_one(_ACCOUNT, id=account)
    return None if row is None else _known(row)


_BY_HANDLE = """
SELECT id, platform, native_id, handle, name, refuses, person_id FROM accounts
WHERE lower(handle) = :handle AND platform <> 'discord' ORDER BY seen_us DESC, id LIMIT 5
"""


async def accounts_by_handle(tx: Reader, handle: str) -> list[KnownAccount]:
    """Public accounts with this handle (without @), the one seen last first."""
    rows = await tx.fetch(_BY_HANDLE, handle=handle.lower())
    return [_known(row) for row in rows]


def _known(row: Row) -> KnownAccount:
    return KnownAccount(
        Account(
            id=AccountId(row["id"]),
            platform=Platform(row["platform"]),
            native_id=row["native_id"],
            handle=row["handle"],
            name=row["name"],
            refuses=bool(row["refuses"]),
        ),
        None if row["person_id"] is None else PersonId(row["person_id"]),
    )


_MADE = """
SELECT 1 AS hit FROM introductions
WHERE state = 'made' AND ((a_id = :a AND b_id = :b) OR (a_id = :b AND b_id = :a))
"""


async def were_introduced(tx: Reader, a: PersonId, b: PersonId) -> bool:
    """Whether two yeses brought these two together."""
    return await tx.fetch_one(_MADE, a=a, b=b) is not None


_ASKED_ABOUT = """
SELECT b_id FROM introductions
WHERE a_id = :person AND community_id = :community AND state = 'asked_a' ORDER BY created_us, id
"""


async def asked_about(tx: Reader, community: CommunityId, person: PersonId) -> list[PersonId]:
    """Whom somebody was asked about and has not answered, the longest waiting first."""
    rows = await tx.fetch(_ASKED_ABOUT, person=person, community=community)
    return [PersonId(row["b_id"]) for row in rows]


# ---- what was said in public between an owner and one account


@dataclass(frozen=True, slots=True)
class Spoken:
    """One public act between the two."""

    post: PostId
    by_owner: bool
    at: datetime


_BY_OWNER = """
SELECT p.id AS post_id, p.at_us AS at_us FROM posts p JOIN engagements g ON g.post_id = p.id
WHERE p.author_id IN (SELECT id FROM accounts WHERE person_id = :owner)
    AND g.target_id = :account AND g.kind <> 'repost'
ORDER BY p.at_us DESC, p.id DESC LIMIT 20
"""
_BY_THEM = """
SELECT p.id AS post_id, p.at_us AS at_us FROM posts p JOIN engagements g ON g.post_id = p.id
WHERE p.author_id = :account
    AND g.target_id IN (SELECT id FROM accounts WHERE person_id = :owner) AND g.kind <> 'repost'
ORDER BY p.at_us DESC, p.id DESC LIMIT 20
"""


async def spoken_between(tx: Reader, owner: PersonId, account: AccountId) -> list[Spoken]:
    """The latest public exchange of an owner with one account, the newest first."""
    found = [
        Spoken(PostId(row["post_id"]), by_owner, from_us(row["at_us"]))
        for sql, by_owner in ((_BY_OWNER, True), (_BY_THEM, False))
        for row in await tx.fetch(sql, owner=owner, account=account)
    ]
    return sorted(found, key=lambda s: (s.at, s.post), reverse=True)


_LATEST = """
SELECT id FROM posts
WHERE author_id = :account AND repost_of_id IS NULL ORDER BY at_us DESC, id DESC LIMIT 1
"""


async def latest_post(tx: Reader, account: AccountId) -> PostId | None:
    """The newest post that is kept of an account."""
    row = await tx.fetch_one(_LATEST, account=account)
    return None if row is None else PostId(row["id"])


_GATHERING = """
SELECT coalesce(c.name, f.name) AS name,
    (SELECT h.shown FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
        WHERE g.gathering_id = coalesce(s.chat_id, s.conference_id)
        ORDER BY g.position LIMIT 1) AS hashtag
FROM session_posts sp
JOIN sessions s ON s.id = sp.session_id
LEFT JOIN chats c ON c.id = s.chat_id
LEFT JOIN conferences f ON f.id = s.conference_id
WHERE sp.post_id = :post ORDER BY s.starts_us DESC LIMIT 1
"""


async def gathering_of_post(tx: Reader, post: PostId) -> str:
    """The hashtag (with #), else the name, of the gathering in which a post fell; else ''."""
    row = await tx.fetch_one(_GATHERING, post=post)
    if row is None:
        return ""
    return f"#{row['hashtag']}" if row["hashtag"] else str(row["name"])


# ---- one connection

_CONNECTION = """
SELECT id, owner_id, person_id, kind, reason, since_us, origin, label, account_id, post_id, learns,
    note, field, cadence_days, contact_us, thanked_us
FROM connections WHERE id = :id AND owner_id = :owner
"""


async def get_connection(
    tx: Reader, owner: PersonId, connection: ConnectionId
) -> Connection | None:
    """The connection, if it is this owner's."""
    row = await tx.fetch_one(_CONNECTION, id=connection, owner=owner)
    return None if row is None else connection_of(row)


_BY_PERSON = """
SELECT id, owner_id, person_id, kind, reason, since_us, origin, label, account_id, post_id, learns,
    note, field, cadence_days, contact_us, thanked_us
FROM connections WHERE person_id = :person AND owner_id = :owner
"""


async def connection_with(tx: Reader, owner: PersonId, person: PersonId) -> Connection | None:
    """The owner's connection with exactly this face."""
    row = await tx.fetch_one(_BY_PERSON, person=person, owner=owner)
    return None if row is None else connection_of(row)


_SAVE = """
UPDATE connections SET kind = :kind, reason = :reason, since_us = :since, label = :label,
    learns = :learns, note = :note, field = :field, cadence_days = :cadence,
    contact_us = :contact, thanked_us = :thanked
WHERE id = :id AND owner_id = :owner
"""


async def save_connection(tx: Writer, connection: Connection) -> bool:
    """Changes what the owner says; False when it is gone."""
    changed = await tx.execute(
        _SAVE,
        id=connection.id,
        owner=connection.owner,
        kind=connection.kind.value,
        reason=connection.reason,
        since=to_us(connection.since),
        label=connection.label,
        learns=int(connection.learns),
        note=connection.note,
        field=connection.field,
        cadence=connection.cadence_days,
        contact=None if connection.contact_at is None else to_us(connection.contact_at),
        thanked=None if connection.thanked_at is None else to_us(connection.thanked_at),
    )
    return changed > 0


_FORGET_LEARNT = """
UPDATE learnings SET connection_id = NULL WHERE connection_id = :id AND owner_id = :owner
"""
_REMOVE = "DELETE FROM connections WHERE id = :id AND owner_id = :owner"


async def remove_connection(tx: Writer, owner: PersonId, connection: ConnectionId) -> bool:
    """Takes it out; what was learned from them stays, without the name. False when it is gone."""
    await tx.execute(_FORGET_LEARNT, id=connection, owner=owner)
    return await tx.execute(_REMOVE, id=connection, owner=owner) > 0


_COUNT = "SELECT count(*) AS n FROM connections WHERE owner_id = :owner"


async def count_connections(tx: Reader, owner: PersonId) -> int:
    """How many somebody has."""
    row = await tx.fetch_one(_COUNT, owner=owner)
    return 0 if row is None else int(row["n"])


# ---- what was learned

_LEARN = """
INSERT INTO learnings (id, owner_id, connection_id, learned, connects_to, will_try, link, at_us)
VALUES (:id, :owner, :connection, :learned, :connects_to, :will_try, :link, :at)
"""


async def add_learning(tx: Writer, learning: Learning) -> None:
    """Keeps what somebody learned."""
    await tx.execute(
        _LEARN,
        id=learning.id,
        owner=learning.owner,
        connection=learning.connection,
        learned=learning.learned,
        connects_to=learning.connects_to,
        will_try=learning.will_try,
        link=learning.link,
        at=to_us(learning.at),
    )


_LEARNINGS = """
SELECT id, owner_id, connection_id, learned, connects_to, will_try, link, at_us, tried
FROM learnings
WHERE owner_id = :owner ORDER BY at_us DESC, id DESC
"""


async def learnings_of(tx: Reader, owner: PersonId) -> list[Learning]:
    """What somebody learned, the latest first."""
    return [_learning(row) for row in await tx.fetch(_LEARNINGS, owner=owner)]


_UNLEARN = "DELETE FROM learnings WHERE id = :id AND owner_id = :owner"


async def remove_learning(tx: Writer, owner: PersonId, learning: int) -> bool:
    """Takes it out; False when it is gone."""
    return await tx.execute(_UNLEARN, id=learning, owner=owner) > 0


_LEARNING = """
SELECT id, owner_id, connection_id, learned, connects_to, will_try, link, at_us, tried
FROM learnings WHERE id = :id
"""
_TRIED = "UPDATE learnings SET tried = :said WHERE id = :id"


async def get_learning(tx: Reader, learning: int) -> Learning | None:
    """One note."""
    row = await tx.fetch_one(_LEARNING, id=learning)
    return None if row is None else _learning(row)


async def set_tried(tx: Writer, learning: int, said: str) -> None:
    """Keeps whether it was tried."""
    await tx.execute(_TRIED, id=learning, said=said)


def _learning(row: Row) -> Learning:
    connection = row["connection_id"]
    return Learning(
        id=row["id"],
        owner=PersonId(row["owner_id"]),
        connection=None if connection is None else ConnectionId(connection),
        learned=row["learned"],
        connects_to=row["connects_to"],
        will_try=row["will_try"],
        link=row["link"],
        at=from_us(row["at_us"]),
        tried=row["tried"],
    )
