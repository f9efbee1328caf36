"""The secret in the address of a community's calendar."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bot.model.people import CommunityId

if TYPE_CHECKING:
    from bot.store.database import Reader, Writer

_KEEP = """
INSERT INTO calendars (community_id, secret) VALUES (:community, :secret) ON CONFLICT DO NOTHING
"""
_SECRET = "SELECT secret FROM calendars WHERE community_id = :community"  # noqa: S105 no secret
_COMMUNITY = """
SELECT k.community_id FROM calendars k JOIN communities o ON o.id = k.community_id
WHERE k.secret = :secret AND o.removed_us IS NULL
"""


async def secret_of(tx: Writer, community: CommunityId) -> str:
    """The secret, made when it is first asked for: 128 bits of chance."""
    await tx.execute(_KEEP, community=community, secret=secrets.token_urlsafe(16))
    row = await tx.fetch_one(_SECRET, community=community)
    return "" if row is None else str(row["secret"])


async def community_of(tx: Reader, secret: str) -> CommunityId | None:
    """Whose calendar it opens; None: nobody's."""
    row = await tx.fetch_one(_COMMUNITY, secret=secret)
    return None if row is None else CommunityId(row["community_id"])
