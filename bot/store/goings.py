"""Who goes to a session and wants to be told, who has looked at it, and what came since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import CommunityId, DiscordId, PersonId, Platform
from bot.model.policy import permalink
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Writer

_SET = """
INSERT INTO goings (session_id, discord_id, place, at_us) VALUES (:session, :who, :place, :at)
ON CONFLICT (session_id, discord_id) DO UPDATE SET place = excluded.place
"""
_NEXT_SESSION = """
SELECT id FROM sessions
WHERE coalesce(chat_id, conference_id) = :gathering AND state = 'planned' AND starts_us > :now
ORDER BY starts_us LIMIT 1
"""
_OPEN_SESSION = """
SELECT id FROM sessions
WHERE coalesce(chat_id, conference_id) = :gathering AND starts_us <= :now
    AND state IN ('open', 'ended', 'recapped')
ORDER BY starts_us DESC LIMIT 1
"""


async def set_going(
    tx: Writer, session: SessionId, who: DiscordId, place: str, at: datetime
) -> None:
    """They go, and are told by 'dm', in the 'thread', or not ('')."""
    await tx.execute(_SET, session=session, who=who, place=place, at=to_us(at))


async def next_session(tx: Reader, gathering: int, now: datetime) -> SessionId | None:
    """The next planned session of a chat or conference."""
    row = await tx.fetch_one(_NEXT_SESSION, gathering=gathering, now=to_us(now))
    return SessionId(row["id"]) if row else None


async def last_session(tx: Reader, gathering: int, now: datetime) -> SessionId | None:
    """The session of a chat or conference that is on, or was last."""
    row = await tx.fetch_one(_OPEN_SESSION, gathering=gathering, now=to_us(now))
    return SessionId(row["id"]) if row else None


@dataclass(frozen=True, slots=True)
class ToTell:
    """A reminder that is due and not planned: to one by DM, or to all who chose the thread."""

    session: SessionId
    community: CommunityId
    who: DiscordId | None
    thread: int | None
    ends_at: datetime


_DUE_DMS = """
SELECT s.id AS session_id, s.community_id AS community_id, g.discord_id AS who,
    s.ends_us AS ends_us
FROM goings g JOIN sessions s ON s.id = g.session_id
WHERE g.place = 'dm' AND s.state IN ('planned', 'open') AND s.starts_us <= :soon
    AND s.ends_us > :now
    AND NOT EXISTS (SELECT 1 FROM prompts p WHERE p.kind = 'reminder' AND p.subject = s.id
        AND p.recipient_id = g.discord_id AND p.community_id = s.community_id)
ORDER BY s.starts_us, g.at_us, g.discord_id
"""
_DUE_THREADS = """
SELECT DISTINCT s.id AS session_id, s.community_id AS community_id, s.thread_id AS thread_id,
    s.ends_us AS ends_us
FROM goings g JOIN sessions s ON s.id = g.session_id
WHERE g.place = 'thread' AND s.state = 'open' AND s.thread_id IS NOT NULL AND s.ends_us > :now
    AND NOT EXISTS (SELECT 1 FROM prompts p WHERE p.kind = 'going' AND p.subject = s.id
        AND p.community_id = s.community_id)
ORDER BY s.id
"""
_NEXT_DM = """
SELECT min(s.starts_us) AS us FROM goings g JOIN sessions s ON s.id = g.session_id
WHERE g.place = 'dm' AND s.state IN ('planned', 'open') AND s.ends_us > :now
    AND NOT EXISTS (SELECT 1 FROM prompts p WHERE p.kind = 'reminder' AND p.subject = s.id
        AND p.recipient_id = g.discord_id AND p.community_id = s.community_id)
"""


async def reminders_due(tx: Reader, now: datetime, soon: datetime) -> list[ToTell]:
    """By DM for what starts by `soon`; in the thread for what has one."""
    dms = await tx.fetch(_DUE_DMS, now=to_us(now), soon=to_us(soon))
    threads = await tx.fetch(_DUE_THREADS, now=to_us(now))
    return [
        ToTell(
            SessionId(r["session_id"]),
            CommunityId(r["community_id"]),
            DiscordId(r["who"]),
            None,
            from_us(r["ends_us"]),
        )
        for r in dms
    ] + [
        ToTell(
            SessionId(r["session_id"]),
            CommunityId(r["community_id"]),
            None,
            r["thread_id"],
            from_us(r["ends_us"]),
        )
        for r in threads
    ]


async def next_start(tx: Reader, now: datetime) -> datetime | None:
    """When the next session starts of which somebody is to be told by DM."""
    row = await tx.fetch_one(_NEXT_DM, now=to_us(now))
    return None if row is None or row["us"] is None else from_us(row["us"])


_PLACED = """
SELECT g.discord_id AS who FROM goings g JOIN sessions s ON s.id = g.session_id
    JOIN members m ON m.discord_id = g.discord_id AND m.community_id = s.community_id
WHERE g.session_id = :session AND g.place = :place AND m.left_us IS NULL
ORDER BY g.at_us, g.discord_id
"""


async def going_to(tx: Reader, session: SessionId, place: str) -> list[DiscordId]:
    """The members who go and chose to be told there, the first to say so first."""
    rows = await tx.fetch(_PLACED, session=session, place=place)
    return [DiscordId(row["who"]) for row in rows]


# ---- catching up

_LOOKED = "SELECT at_us FROM looks WHERE session_id = :session AND person_id = :person"
_LOOK = """
INSERT INTO looks (session_id, person_id, at_us) VALUES (:session, :person, :at)
ON CONFLICT (session_id, person_id) DO UPDATE SET at_us = excluded.at_us
"""
_CAME = """
SELECT p.id AS id, p.platform AS platform, p.native_id AS native_id, p.question AS question,
    p.answer AS answer, p.at_us AS at_us, r.message_id AS message_id,
    r.sent_channel_id AS channel_id, s.community_id AS community_id,
    CASE WHEN EXISTS (SELECT 1 FROM engagements e LEFT JOIN accounts b ON b.id = e.target_id
        WHERE e.post_id = p.id AND coalesce(b.person_id, e.target_id) = :person)
        THEN 1 ELSE 0 END AS to_reader
FROM sessions s JOIN session_posts x ON x.session_id = s.id JOIN posts p ON p.id = x.post_id
    LEFT JOIN accounts a ON a.id = p.author_id
    LEFT JOIN prompts r ON r.kind = 'answer' AND r.subject = p.id
        AND r.community_id = s.community_id AND r.state = 'sent'
WHERE s.id = :session AND p.at_us > :since AND p.repost_of_id IS NULL
    AND coalesce(a.person_id, p.author_id) <> :person AND coalesce(a.refuses, 0) = 0
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.post_id = p.id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.account_id = p.author_id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.show_posts = 0 AND m.left_us IS NULL
        AND m.person_id = coalesce(a.person_id, p.author_id))
ORDER BY p.at_us, p.id
"""


@dataclass(frozen=True, slots=True)
class Came:
    """A post of a session that came since the reader last looked."""

    link: str | None
    question: int | None
    answer: int | None
    to_reader: bool


async def came_since(
    tx: Reader, session: SessionId, person: PersonId, since: datetime
) -> list[Came]:
    """What others posted after `since`, the earliest first, without what may not be shown."""
    rows = await tx.fetch(_CAME, session=session, person=person, since=to_us(since))
    return [
        Came(
            link=f"https://discord.com/channels/{r['community_id']}/{r['channel_id']}/{r['message_id']}"
            if r["message_id"]
            else permalink(Platform(r["platform"]), r["native_id"], None),
            question=r["question"],
            answer=r["answer"],
            to_reader=bool(r["to_reader"]),
        )
        for r in rows
    ]


async def looked_at(tx: Reader, session: SessionId, person: PersonId) -> datetime | None:
    """Until when they have looked."""
    row = await tx.fetch_one(_LOOKED, session=session, person=person)
    return None if row is None else from_us(row["at_us"])


async def look(tx: Writer, session: SessionId, person: PersonId, at: datetime) -> None:
    """They have looked until now."""
    await tx.execute(_LOOK, session=session, person=person, at=to_us(at))
