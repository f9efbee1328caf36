"""First-timers of a chat whose answer nobody has replied to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import Returned, SessionId
from bot.model.people import CommunityId, DiscordId, PersonId, Platform
from bot.model.policy import permalink
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Running:
    """A chat's session that is on, with enough sessions before it, and its host."""

    session: SessionId
    community: CommunityId
    host: DiscordId
    ends_at: datetime
    told: bool
    """Whether its host has a message already."""


_RUNNING = """
SELECT s.id AS id, s.community_id AS community_id, s.ends_us AS ends_us,
    CASE WHEN n.host_id > 0 THEN n.host_id ELSE c.host_id END AS host_id,
    CASE WHEN EXISTS (SELECT 1 FROM prompts r WHERE r.kind = 'newcomers' AND r.subject = s.id)
        THEN 1 ELSE 0 END AS told
FROM sessions s JOIN chats c ON c.id = s.chat_id LEFT JOIN plans n ON n.session_id = s.id
WHERE s.state = 'open' AND (SELECT count(*) FROM sessions o WHERE o.chat_id = s.chat_id
    AND o.state IN ('ended', 'recapped') AND o.starts_us < s.starts_us) >= :held
ORDER BY s.id
"""


async def running(tx: Reader, held: int) -> list[Running]:
    """Sessions of chats of which at least `held` were held before."""
    return [
        Running(
            SessionId(r["id"]),
            CommunityId(r["community_id"]),
            DiscordId(r["host_id"]),
            from_us(r["ends_us"]),
            bool(r["told"]),
        )
        for r in await tx.fetch(_RUNNING, held=held)
    ]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A first-timer's answer without a reply."""

    person: PersonId
    answer: int
    at: datetime
    link: str | None


# Who spoke here before is found by what they wrote (CROSS JOIN), not in all that was ever said.
_UNANSWERED = """
SELECT coalesce(a.person_id, p.author_id) AS person, p.answer AS answer, p.at_us AS at_us,
    p.platform AS platform, p.native_id AS native_id, s.community_id AS community_id,
    r.message_id AS message_id, r.sent_channel_id AS channel_id
FROM sessions s JOIN session_posts x ON x.session_id = s.id JOIN posts p ON p.id = x.post_id
    LEFT JOIN accounts a ON a.id = p.author_id
    LEFT JOIN prompts r ON r.kind = 'answer' AND r.subject = p.id
        AND r.community_id = s.community_id AND r.state = 'sent'
WHERE s.id = :session AND p.answer IS NOT NULL AND p.repost_of_id IS NULL AND p.at_us <= :before
    AND coalesce(a.refuses, 0) = 0
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.post_id = p.id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.account_id = p.author_id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.show_posts = 0 AND m.left_us IS NULL
        AND m.person_id = coalesce(a.person_id, p.author_id))
    AND NOT EXISTS (SELECT 1 FROM posts y WHERE y.reply_to_id = p.id
        AND y.author_id <> p.author_id
        AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = y.id))
    AND NOT EXISTS (SELECT 1 FROM posts q CROSS JOIN gathering_hashtags g CROSS JOIN post_hashtags h
        WHERE q.author_id IN (SELECT p.author_id
                UNION ALL SELECT b.id FROM accounts b WHERE b.person_id = a.person_id)
            AND q.at_us < s.starts_us AND g.gathering_id = s.chat_id
            AND h.hashtag_id = g.hashtag_id AND h.post_id = q.id)
ORDER BY p.at_us, p.id
"""


async def unanswered(tx: Reader, session: SessionId, before: datetime) -> list[Unanswered]:
    """First-timers' answers up to `before` that nobody replied to: one a person, the first first.

    Of who refuses, or does not want their posts shown, nothing is said.
    """
    found: dict[PersonId, Unanswered] = {}
    for r in await tx.fetch(_UNANSWERED, session=session, before=to_us(before)):
        link = permalink(Platform(r["platform"]), r["native_id"], None)
        if r["message_id"]:
            place = f"{r['community_id']}/{r['channel_id']}/{r['message_id']}"
            link = f"https://discord.com/channels/{place}"
        person = PersonId(r["person"])
        found.setdefault(person, Unanswered(person, r["answer"], from_us(r["at_us"]), link))
    return list(found.values())


_RETURNED = """
WITH held AS (
    SELECT s.id AS id, s.chat_id AS chat_id, s.starts_us AS starts_us, (SELECT count(*)
        FROM sessions o WHERE o.chat_id = s.chat_id AND o.state IN ('ended', 'recapped')
            AND o.starts_us < s.starts_us) AS earlier
    FROM sessions s
    WHERE s.community_id = :community AND s.chat_id IS NOT NULL
        AND s.state IN ('ended', 'recapped')
), came AS (
    SELECT DISTINCT h.chat_id AS chat_id, h.starts_us AS starts_us, h.earlier AS earlier,
        coalesce(a.person_id, p.author_id) AS person
    FROM held h JOIN session_posts x ON x.session_id = h.id
        JOIN posts p ON p.id = x.post_id AND p.repost_of_id IS NULL
        LEFT JOIN accounts a ON a.id = p.author_id
), firsts AS (
    SELECT chat_id, person, min(starts_us) AS first_us, min(earlier) AS earlier, count(*) AS times
    FROM came GROUP BY chat_id, person
)
SELECT count(*) AS newcomers, coalesce(sum(CASE WHEN times > 1 THEN 1 ELSE 0 END), 0) AS came_again
FROM firsts f
WHERE f.earlier >= :held AND f.first_us >= :since
    AND EXISTS (SELECT 1 FROM held h WHERE h.chat_id = f.chat_id AND h.starts_us > f.first_us)
"""


async def returned_since(
    tx: Reader, community: CommunityId, held: int, since: datetime
) -> Returned:
    """First-timers of the community's chats since then, and who of them was there again.

    A first time is claimed once `held` sessions were held before it; one in the last session is
    left out, since there was no other to come to. Who wrote in two chats counts in each.
    """
    row = await tx.fetch_one(_RETURNED, community=community, held=held, since=to_us(since))
    return Returned(0, 0) if row is None else Returned(row["newcomers"], int(row["came_again"]))
