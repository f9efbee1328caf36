"""What learning needs: sessions that are over, and what people of a field shared lately."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import CommunityId, PersonId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader

_OVER = """
SELECT id, community_id, ends_us FROM sessions
WHERE ends_us > :since AND ends_us <= :until AND state IN ('ended', 'recapped')
ORDER BY ends_us, id
"""


async def over_between(
    tx: Reader, since: datetime, until: datetime
) -> list[tuple[SessionId, CommunityId]]:
    """Sessions that ended in that time, and whose they are."""
    rows = await tx.fetch(_OVER, since=to_us(since), until=to_us(until))
    return [(SessionId(r["id"]), CommunityId(r["community_id"])) for r in rows]


_NEXT = "SELECT min(ends_us) AS us FROM sessions WHERE ends_us > :since AND state <> 'cancelled'"


async def next_end(tx: Reader, since: datetime) -> datetime | None:
    """When the first session after then is over; None: none is planned."""
    row = await tx.fetch_one(_NEXT, since=to_us(since))
    return None if row is None or row["us"] is None else from_us(row["us"])


_SHARED = """
SELECT l.url AS url, min(f.field) AS field, count(DISTINCT p.author_id) AS people,
    min(p.at_us) AS at_us
FROM sessions s
JOIN session_posts sp ON sp.session_id = s.id
JOIN posts p ON p.id = sp.post_id
JOIN post_links l ON l.post_id = p.id
JOIN accounts a ON a.id = p.author_id
JOIN person_fields f ON f.person_id = a.person_id AND f.stance = 'work'
JOIN members m ON m.person_id = a.person_id AND m.community_id = s.community_id
    AND m.left_us IS NULL
WHERE s.community_id = :community AND p.at_us >= :since AND p.at_us < :until
    AND f.field IN (SELECT field FROM person_fields WHERE person_id = :reader AND stance = 'leave')
    AND a.person_id <> :reader
    AND NOT EXISTS (SELECT 1 FROM hidden_posts h
        WHERE h.post_id = p.id AND h.community_id = s.community_id)
GROUP BY l.url ORDER BY people DESC, at_us, url LIMIT :most
"""


async def shared_in_fields_left(
    tx: Reader,
    community: CommunityId,
    reader: PersonId,
    since: datetime,
    until: datetime,
    most: int,
) -> list[tuple[str, str]]:
    """Links, each with its field, that members shared of the fields the reader leaves to others.

    What most people shared comes first.
    """
    rows = await tx.fetch(
        _SHARED,
        community=community,
        reader=reader,
        since=to_us(since),
        until=to_us(until),
        most=most,
    )
    return [(r["url"], r["field"]) for r in rows]
