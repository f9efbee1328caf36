"""Who is kept out of a community by its organisers: keyed hashes, which name nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import to_us
from bot.store.privacy import keyed_hash, secret_key

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId, PersonId
    from bot.store.database import Writer

_KEY_NAME = "bars_key"


async def _hash(tx: Writer, person: PersonId) -> str:
    return keyed_hash(await secret_key(tx, _KEY_NAME), person)


_BAR = """
INSERT INTO bars (community_id, person_hash, created_us) VALUES (:community, :hash, :at)
ON CONFLICT DO NOTHING
"""


async def bar(tx: Writer, community: CommunityId, person: PersonId, at: datetime) -> bool:
    """Keeps them out from now on; False when they were kept out before."""
    digest = await _hash(tx, person)
    return bool(await tx.execute(_BAR, community=community, hash=digest, at=to_us(at)))


_LIFT = "DELETE FROM bars WHERE community_id = :community AND person_hash = :hash"


async def lift(tx: Writer, community: CommunityId, person: PersonId) -> bool:
    """Lets them join again; False when they were not kept out."""
    return bool(await tx.execute(_LIFT, community=community, hash=await _hash(tx, person)))


_IS_BARRED = "SELECT 1 AS hit FROM bars WHERE community_id = :community AND person_hash = :hash"


async def is_barred(tx: Writer, community: CommunityId, person: PersonId) -> bool:
    """Whether they are kept out of this community."""
    digest = await _hash(tx, person)
    return await tx.fetch_one(_IS_BARRED, community=community, hash=digest) is not None
