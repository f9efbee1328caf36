"""What learning needs: sessions that are over, what people of a field shared, what is talked of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.model.chats import SessionId
from bot.model.people import CommunityId, PersonId, Platform
from bot.model.policy import RULES, permalink
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Collection
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


class TalkedOf(NamedTuple):
    """A post from outside that people answer."""

    link: str
    about: str | None
    """A hashtag that its reader uses too, as it is written; not one that a chat is followed by."""


# CROSS JOIN lets SQLite begin with the sessions, not with what was said in all communities.
_TALKED_OF = """
WITH mine AS (
    SELECT DISTINCT h.hashtag_id FROM accounts o JOIN posts q ON q.author_id = o.id
        JOIN post_hashtags h ON h.post_id = q.id
    WHERE o.person_id = :reader
        AND NOT EXISTS (SELECT 1 FROM gathering_hashtags g WHERE g.hashtag_id = h.hashtag_id)
), found AS (
    SELECT p.id, p.platform, p.native_id, p.at_us,
        count(DISTINCT coalesce(b.person_id, r.author_id)) AS people,
        (SELECT min(t.shown) FROM post_hashtags h JOIN mine ON mine.hashtag_id = h.hashtag_id
            JOIN hashtags t ON t.id = h.hashtag_id WHERE h.post_id = p.id) AS about
    FROM sessions s CROSS JOIN session_posts x CROSS JOIN posts p
        LEFT JOIN accounts a ON a.id = p.author_id
        JOIN posts r ON r.reply_to_id = p.id AND r.author_id <> p.author_id
        LEFT JOIN accounts b ON b.id = r.author_id
    WHERE s.community_id = :community AND s.ends_us >= :since AND p.at_us >= :since
        AND x.session_id = s.id AND p.id = x.post_id
        AND :platforms LIKE '%,' || p.platform || ',%'
        AND p.repost_of_id IS NULL AND p.reply_to_id IS NULL AND coalesce(a.refuses, 0) = 0
        AND NOT EXISTS (SELECT 1 FROM members m
            WHERE m.person_id = coalesce(a.person_id, p.author_id))
        AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id IN (p.id, r.id))
        AND NOT EXISTS (SELECT 1 FROM hidden_posts w
            WHERE w.community_id = s.community_id AND w.post_id IN (p.id, r.id))
        AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
            WHERE w.community_id = s.community_id AND w.account_id IN (p.author_id, r.author_id))
        AND NOT EXISTS (SELECT 1 FROM posts y JOIN accounts o ON o.id = y.author_id
            WHERE y.reply_to_id = p.id AND o.person_id = :reader)
    GROUP BY p.id, p.platform, p.native_id, p.at_us
)
SELECT platform, native_id, about FROM found WHERE people >= 2
ORDER BY CASE WHEN about IS NULL THEN 1 ELSE 0 END, people DESC, at_us DESC, id LIMIT 1
"""


async def talked_of(
    tx: Reader,
    community: CommunityId,
    reader: PersonId,
    since: datetime,
    platforms: Collection[str],
) -> TalkedOf | None:
    """A post since then by somebody who never joined, that two people at least answered.

    Only of those platforms, as far as they let it be named; none that the reader answered. What is
    about something the reader writes about comes first, then what most people answered.
    """
    named = [p.value for p, rules in RULES.items() if rules.suggests_posts and p.value in platforms]
    row = await tx.fetch_one(
        _TALKED_OF,
        community=community,
        reader=reader,
        since=to_us(since),
        platforms=f",{','.join(named)},",
    )
    link = row and permalink(Platform(row["platform"]), row["native_id"], None)
    return TalkedOf(link, row["about"]) if row and link else None
