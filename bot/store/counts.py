"""How much goes on in a community, in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.chats import Counts

if TYPE_CHECKING:
    from bot.model.people import CommunityId
    from bot.store.database import Reader

_COUNTS = """
SELECT
    (SELECT count(*) FROM members WHERE community_id = :community AND left_us IS NULL) AS members,
    (SELECT count(*) FROM chats
        WHERE community_id = :community AND cancelled_us IS NULL) AS chats,
    (SELECT count(*) FROM conferences
        WHERE community_id = :community AND cancelled_us IS NULL) AS conferences,
    (SELECT count(*) FROM sessions
        WHERE community_id = :community AND state IN ('ended', 'recapped')) AS held,
    (SELECT count(*) FROM sessions
        WHERE community_id = :community AND state = 'missed') AS missed,
    (SELECT count(DISTINCT p.post_id) FROM session_posts p JOIN sessions s ON s.id = p.session_id
        WHERE s.community_id = :community) AS posts,
    (SELECT count(*) FROM introductions
        WHERE community_id = :community AND state = 'made') AS introductions
"""


async def counts_of(tx: Reader, community: CommunityId) -> Counts:
    """The numbers of a community, now."""
    row = await tx.fetch_one(_COUNTS, community=community)
    if row is None:
        return Counts(0, 0, 0, 0, 0, 0, 0)
    return Counts(
        members=row["members"],
        chats=row["chats"],
        conferences=row["conferences"],
        sessions_held=row["held"],
        sessions_missed=row["missed"],
        posts=row["posts"],
        introductions_made=row["introductions"],
    )
