"""Where two people were both: by [I'm here], or by a post of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.posts import from_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId, PersonId
    from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class BothThere:
    """The last session in which two people were."""

    gathering: str
    """Its hashtag with #, else its name."""
    at: datetime
    thread: int | None


# One of the two at least by the button, which says that this may be told; else their posts tell it.
_BOTH = """
SELECT coalesce(c.name, f.name) AS name, s.starts_us AS us, s.thread_id AS thread_id,
    (SELECT h.shown FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
        WHERE g.gathering_id = coalesce(s.chat_id, s.conference_id)
        ORDER BY g.position LIMIT 1) AS hashtag
FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.community_id = :community AND s.state IN ('open', 'ended', 'recapped')
    AND EXISTS (SELECT 1 FROM presences w
        WHERE w.session_id = s.id AND w.person_id IN (:one, :other))
    AND (EXISTS (SELECT 1 FROM presences w WHERE w.session_id = s.id AND w.person_id = :one)
        OR EXISTS (SELECT 1 FROM session_posts x JOIN posts p ON p.id = x.post_id
            LEFT JOIN accounts a ON a.id = p.author_id
            WHERE x.session_id = s.id AND coalesce(a.person_id, p.author_id) = :one))
    AND (EXISTS (SELECT 1 FROM presences w WHERE w.session_id = s.id AND w.person_id = :other)
        OR EXISTS (SELECT 1 FROM session_posts x JOIN posts p ON p.id = x.post_id
            LEFT JOIN accounts a ON a.id = p.author_id
            WHERE x.session_id = s.id AND coalesce(a.person_id, p.author_id) = :other))
ORDER BY s.starts_us DESC, s.id LIMIT 1
"""


async def both_there(
    tx: Reader, community: CommunityId, one: PersonId, other: PersonId
) -> BothThere | None:
    """The last session of the community in which both were, one of them at least by [I'm here]."""
    row = await tx.fetch_one(_BOTH, community=community, one=one, other=other)
    if row is None:
        return None
    return BothThere(
        gathering=f"#{row['hashtag']}" if row["hashtag"] else str(row["name"]),
        at=from_us(row["us"]),
        thread=row["thread_id"],
    )
