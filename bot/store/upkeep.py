"""What keeping in touch needs: the last contact, what was said since, of whom one was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.network import ConnectionId
from bot.model.people import CommunityId, PersonId
from bot.model.posts import PostId, from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_LAST = """
SELECT max(e.at_us) AS us FROM posts p JOIN engagements e ON e.post_id = p.id
WHERE e.kind <> 'repost'
    AND ((p.author_id IN (SELECT id FROM accounts WHERE id = :a OR person_id = :a)
        AND e.target_id IN (SELECT id FROM accounts WHERE id = :b OR person_id = :b))
    OR (p.author_id IN (SELECT id FROM accounts WHERE id = :b OR person_id = :b)
        AND e.target_id IN (SELECT id FROM accounts WHERE id = :a OR person_id = :a)))
"""


async def last_exchange(tx: Reader, a: PersonId, b: PersonId) -> datetime | None:
    """When one of the two last turned to the other in public."""
    row = await tx.fetch_one(_LAST, a=a, b=b)
    return None if row is None or row["us"] is None else from_us(row["us"])


_LATELY = """
SELECT id FROM posts
WHERE author_id IN (SELECT id FROM accounts WHERE id = :person OR person_id = :person)
    AND repost_of_id IS NULL AND at_us > :since ORDER BY at_us DESC, id DESC LIMIT 1
"""


async def said_lately(tx: Reader, person: PersonId, since: datetime) -> PostId | None:
    """The newest post of a person since then."""
    row = await tx.fetch_one(_LATELY, person=person, since=to_us(since))
    return None if row is None else PostId(row["id"])


@dataclass(frozen=True, slots=True)
class Reconnection:
    """Two people of a network whom its owner is told of; either may be gone meanwhile."""

    id: int
    community: CommunityId
    owner: PersonId
    near: ConnectionId | None
    near_post: PostId | None
    far: ConnectionId | None
    far_post: PostId | None
    at: datetime


_ADD = """
INSERT INTO reconnections (id, community_id, owner_id, near_id, near_post, far_id, far_post, at_us)
VALUES (:id, :community, :owner, :near, :near_post, :far, :far_post, :at)
"""


async def add_reconnection(tx: Writer, told: Reconnection) -> None:
    """Keeps of whom somebody is told."""
    await tx.execute(
        _ADD,
        id=told.id,
        community=told.community,
        owner=told.owner,
        near=told.near,
        near_post=told.near_post,
        far=told.far,
        far_post=told.far_post,
        at=to_us(told.at),
    )


_OF = """
SELECT id, community_id, owner_id, near_id, near_post, far_id, far_post, at_us FROM reconnections
WHERE owner_id = :owner ORDER BY at_us DESC, id DESC LIMIT 100
"""
_GET = """
SELECT id, community_id, owner_id, near_id, near_post, far_id, far_post, at_us FROM reconnections
WHERE id = :id
"""


async def reconnections_of(tx: Reader, owner: PersonId) -> list[Reconnection]:
    """Of whom somebody was told, the latest first."""
    return [_reconnection(row) for row in await tx.fetch(_OF, owner=owner)]


async def get_reconnection(tx: Reader, number: int) -> Reconnection | None:
    """One of them."""
    row = await tx.fetch_one(_GET, id=number)
    return None if row is None else _reconnection(row)


def _reconnection(r: Row) -> Reconnection:
    return Reconnection(
        id=r["id"],
        community=CommunityId(r["community_id"]),
        owner=PersonId(r["owner_id"]),
        near=None if r["near_id"] is None else ConnectionId(r["near_id"]),
        near_post=None if r["near_post"] is None else PostId(r["near_post"]),
        far=None if r["far_id"] is None else ConnectionId(r["far_id"]),
        far_post=None if r["far_post"] is None else PostId(r["far_post"]),
        at=from_us(r["at_us"]),
    )
