"""What the live corner of a conference reads: which posts are being answered just now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.model.people import Platform
from bot.model.policy import permalink
from bot.model.posts import to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.chats import SessionId
    from bot.store.database import Reader

PEOPLE_AT_LEAST = 2

_WITHOUT = """
SELECT s.id AS id FROM sessions s
WHERE s.state = 'open' AND s.conference_id IS NOT NULL AND s.thread_id IS NOT NULL
    AND s.ends_us > :now
    AND NOT EXISTS (SELECT 1 FROM prompts p
        WHERE p.kind = 'live' AND p.subject = s.id AND p.community_id = s.community_id)
ORDER BY s.id
"""


async def without_corner(tx: Reader, now: datetime) -> list[SessionId]:
    """Conferences that are on, and have their thread but no live corner yet."""
    return [row["id"] for row in await tx.fetch(_WITHOUT, now=to_us(now))]


class AnsweredNow(NamedTuple):
    """A post that several people answered lately."""

    platform: Platform
    link: str
    people: int


# Begins with the few latest posts (CROSS JOIN keeps SQLite to it): a conference has many thousands.
_ANSWERED = """
SELECT p.id, p.platform, p.native_id, count(DISTINCT coalesce(b.person_id, r.author_id)) AS people,
    max(r.at_us) AS last_us
FROM posts r CROSS JOIN session_posts s
    JOIN sessions v ON v.id = s.session_id JOIN posts p ON p.id = r.reply_to_id
    LEFT JOIN accounts a ON a.id = p.author_id LEFT JOIN accounts b ON b.id = r.author_id
WHERE r.at_us >= :since AND r.at_us <= :until
    AND s.post_id = r.reply_to_id AND s.session_id = :session AND p.platform <> 'discord'
    AND coalesce(a.refuses, 0) = 0
    AND coalesce(b.person_id, r.author_id) <> coalesce(a.person_id, p.author_id)
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.show_posts = 0 AND m.left_us IS NULL
        AND m.person_id = coalesce(a.person_id, p.author_id))
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id IN (p.id, r.id))
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id IN (p.id, r.id))
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id IN (p.author_id, r.author_id))
GROUP BY p.id, p.platform, p.native_id
HAVING count(DISTINCT coalesce(b.person_id, r.author_id)) >= :people
ORDER BY people DESC, last_us DESC, p.id LIMIT :most
"""


async def answered_since(
    tx: Reader, session: SessionId, since: datetime, until: datetime, most: int
) -> list[AnsweredNow]:
    """Posts of a session that two people at least answered in that time, most people first.

    Only what has a public address; nothing of who refuses, hides their posts, or is hidden.
    """
    rows = await tx.fetch(
        _ANSWERED,
        session=session,
        since=to_us(since),
        until=to_us(until),
        people=PEOPLE_AT_LEAST,
        most=most,
    )
    found = []
    for row in rows:
        platform = Platform(row["platform"])
        link = permalink(platform, row["native_id"], None)
        if link is not None:
            found.append(AnsweredNow(platform, link, row["people"]))
    return found
