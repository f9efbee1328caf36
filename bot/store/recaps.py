"""What a recap reads: the posts of a session, who turned to whom, what was shared, who is new.

A post of `deleted_posts` is never given, in whatever order post and deletion came; nor is one that
the hosts of the community hide.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from bot.model.cards import SaidPost
from bot.model.chats import Exchange, SessionPost, Share
from bot.model.people import PersonId, Platform
from bot.model.policy import RULES, permalink
from bot.model.posts import EngagementKind, PostId, from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.model.chats import SessionId
    from bot.model.people import CommunityId
    from bot.store.database import Reader, Row

_T = TypeVar("_T")
_MANY = 500
"""More rows than this take longer than others may be kept waiting."""

_POSTS = """
SELECT p.id, p.platform, p.native_id, coalesce(a.person_id, p.author_id) AS person_id,
    p.question, p.answer, p.repost_of_id, coalesce(a.refuses, 0) AS refuses,
    (SELECT count(*) FROM members m WHERE m.person_id = coalesce(a.person_id, p.author_id)
        AND m.show_posts = 0 AND m.left_us IS NULL) AS hides
FROM sessions v JOIN session_posts s ON s.session_id = v.id JOIN posts p ON p.id = s.post_id
    LEFT JOIN accounts a ON a.id = p.author_id
WHERE v.id = :session AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id IN (p.id, p.repost_of_id))
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = p.author_id)
ORDER BY p.at_us, p.id
"""
_REPLIES = """
SELECT p.id, count(DISTINCT coalesce(b.person_id, r.author_id)) AS people
FROM sessions v JOIN session_posts s ON s.session_id = v.id JOIN posts p ON p.id = s.post_id
    JOIN posts r ON r.reply_to_id = p.id
    LEFT JOIN accounts a ON a.id = p.author_id LEFT JOIN accounts b ON b.id = r.author_id
WHERE v.id = :session
    AND coalesce(b.person_id, r.author_id) <> coalesce(a.person_id, p.author_id)
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = r.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id = r.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = r.author_id)
GROUP BY p.id
"""


async def posts_of(tx: Reader, session: SessionId) -> list[SessionPost]:
    """The posts of a session, the earliest first.

    The link of an X post names no handle. It is left out for an account that refuses, and for a
    member who does not want their posts shown.
    """
    replies = {r["id"]: r["people"] for r in await tx.fetch(_REPLIES, session=session)}
    return await _each(lambda row: _post(row, replies), await tx.fetch(_POSTS, session=session))


def _post(row: Row, replies: dict[int, int]) -> SessionPost:
    hidden = row["refuses"] or row["hides"]
    return SessionPost(
        id=PostId(row["id"]),
        person=PersonId(row["person_id"]),
        question=row["question"],
        answer=row["answer"],
        is_repost=row["repost_of_id"] is not None,
        replies=replies.get(row["id"], 0),
        link=None if hidden else permalink(Platform(row["platform"]), row["native_id"], None),
    )


_EXCHANGES = """
SELECT coalesce(a.person_id, e.source_id) AS source, coalesce(b.person_id, e.target_id) AS target,
    e.kind, coalesce(o.answer, p.answer) AS answer, p.id AS post, p.reply_to_id AS parent
FROM sessions v JOIN session_posts s ON s.session_id = v.id JOIN posts p ON p.id = s.post_id
    JOIN engagements e ON e.post_id = p.id
    LEFT JOIN posts o ON o.id = p.reply_to_id
    LEFT JOIN accounts a ON a.id = e.source_id LEFT JOIN accounts b ON b.id = e.target_id
WHERE v.id = :session AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id IN (p.id, p.repost_of_id))
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = p.author_id)
ORDER BY e.at_us, e.post_id, e.target_id
"""


async def exchanges_of(tx: Reader, session: SessionId) -> list[Exchange]:
    """Who turned to whom in a session, the earliest first; not to oneself."""
    return [
        Exchange(
            PersonId(row["source"]),
            PersonId(row["target"]),
            EngagementKind(row["kind"]),
            row["answer"],
            PostId(row["post"]),
            None if row["parent"] is None else PostId(row["parent"]),
        )
        for row in await tx.fetch(_EXCHANGES, session=session)
        if row["source"] != row["target"]
    ]


_KNOWN = """
WITH present AS (
    SELECT e.source_id AS id FROM session_posts s JOIN engagements e ON e.post_id = s.post_id
    WHERE s.session_id = :session
    UNION
    SELECT e.target_id FROM session_posts s JOIN engagements e ON e.post_id = s.post_id
    WHERE s.session_id = :session
), theirs AS (
    SELECT p.id, coalesce(a.person_id, p.id) AS person FROM present p
        LEFT JOIN accounts a ON a.id = p.id
    UNION
    SELECT b.id, b.person_id FROM present p JOIN accounts a ON a.id = p.id
        JOIN accounts b ON b.person_id = a.person_id
)
SELECT DISTINCT x.person AS source, y.person AS target
FROM engagements e JOIN theirs x ON x.id = e.source_id JOIN theirs y ON y.id = e.target_id
WHERE e.at_us < :before
    AND NOT EXISTS (SELECT 1 FROM session_posts s
        WHERE s.session_id = :session AND s.post_id = e.post_id)
"""


async def known_before(
    tx: Reader, session: SessionId, before: datetime
) -> frozenset[tuple[PersonId, PersonId]]:
    """Of the people who turned to each other in a session, the pairs that had done so before.

    By any of their accounts; an act of the session itself does not count.
    """
    rows = await tx.fetch(_KNOWN, session=session, before=to_us(before))
    return frozenset((PersonId(r["source"]), PersonId(r["target"])) for r in rows)


_SHARES = """
SELECT l.url, coalesce(a.person_id, p.author_id) AS person, p.at_us
FROM sessions v JOIN session_posts s ON s.session_id = v.id JOIN posts p ON p.id = s.post_id
    JOIN post_links l ON l.post_id = p.id
    LEFT JOIN accounts a ON a.id = p.author_id
WHERE v.id = :session AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id IN (p.id, p.repost_of_id))
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = p.author_id)
ORDER BY p.at_us, p.id, l.url
"""


async def shares_of(tx: Reader, session: SessionId) -> list[Share]:
    """Every address that was shared in a session, by whom, the earliest first."""
    return [
        Share(row["url"], PersonId(row["person"]), from_us(row["at_us"]))
        for row in await tx.fetch(_SHARES, session=session)
    ]


_NEWCOMERS = """
SELECT DISTINCT m.discord_id, m.name
FROM members m JOIN accounts a ON a.person_id = m.person_id JOIN posts p ON p.author_id = a.id
    JOIN session_posts s ON s.post_id = p.id JOIN sessions v ON v.id = s.session_id
WHERE s.session_id = :session AND m.community_id = :community AND m.left_us IS NULL
    AND m.naming = 'name' AND p.repost_of_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id IN (p.id, p.repost_of_id))
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = p.author_id)
    AND NOT EXISTS (
        SELECT 1 FROM accounts o JOIN posts q ON q.author_id = o.id
            JOIN post_hashtags h ON h.post_id = q.id
            JOIN gathering_hashtags g ON g.hashtag_id = h.hashtag_id
        WHERE o.person_id = m.person_id AND g.gathering_id = :gathering AND q.at_us < :before
            AND NOT EXISTS (SELECT 1 FROM session_posts t
                WHERE t.session_id = :session AND t.post_id = q.id))
ORDER BY m.name, m.discord_id
"""


async def newcomers_of(
    tx: Reader, session: SessionId, community: CommunityId, gathering: int, before: datetime
) -> list[str]:
    """Members who chose to be named and wrote under these hashtags for the first time, by name."""
    rows = await tx.fetch(
        _NEWCOMERS,
        session=session,
        community=community,
        gathering=gathering,
        before=to_us(before),
    )
    return [str(row["name"]) for row in rows]


_TRANSCRIPT = """
SELECT p.platform, p.native_id, p.at_us, p.question, p.answer, p.text, v.community_id,
    r.message_id, r.sent_channel_id,
    CASE WHEN p.platform = 'discord' THEN m.name ELSE NULL END AS name
FROM session_posts s JOIN sessions v ON v.id = s.session_id JOIN posts p ON p.id = s.post_id
    LEFT JOIN accounts a ON a.id = p.author_id
    LEFT JOIN members m ON m.community_id = v.community_id AND m.left_us IS NULL
        AND m.person_id = coalesce(a.person_id, p.author_id)
    LEFT JOIN prompts r ON r.kind = 'answer' AND r.subject = p.id
        AND r.community_id = v.community_id AND r.message_id IS NOT NULL
WHERE s.session_id = :session AND p.repost_of_id IS NULL AND coalesce(a.refuses, 0) = 0
    AND (p.platform <> 'discord' OR m.name IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM members h WHERE h.show_posts = 0 AND h.left_us IS NULL
        AND h.person_id = coalesce(a.person_id, p.author_id))
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.community_id = v.community_id AND w.post_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.community_id = v.community_id AND w.account_id = p.author_id)
ORDER BY p.at_us, p.id
"""


async def transcript_of(tx: Reader, session: SessionId) -> list[SaidPost]:
    """The session post by post, the earliest first, as far as it may be passed on.

    Texts of platforms that let them be quoted, else the link alone; nothing of who refuses, does
    not want their posts shown, or is hidden. Reposts are left out.
    """
    return await _each(_said, await tx.fetch(_TRANSCRIPT, session=session))


async def _each(of: Callable[[Row], _T], rows: Sequence[Row]) -> list[_T]:
    """What each row says; those of a whole conference in a thread, that nobody waits for them."""
    if len(rows) <= _MANY:
        return [of(row) for row in rows]
    return await asyncio.to_thread(lambda: [of(row) for row in rows])


def _said(row: Row) -> SaidPost:
    platform = Platform(row["platform"])
    link = permalink(platform, row["native_id"], None)
    if platform is Platform.DISCORD and row["message_id"]:
        place = f"{row['community_id']}/{row['sent_channel_id']}/{row['message_id']}"
        link = f"https://discord.com/channels/{place}"
    return SaidPost(
        at=from_us(row["at_us"]),
        question=row["question"],
        answer=row["answer"],
        link=link,
        text=(row["text"] or "") if RULES[platform].quotes_text else "",
        name=row["name"] or "",
    )
