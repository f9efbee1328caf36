"""Numbered questions of a session: who asked them where, and how often they were answered.

Whoever hosts asks: the host of the session, and its co-hosts, by any account of theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import CommunityId, DiscordId, Platform
from bot.model.policy import RULES, permalink
from bot.model.posts import PostId, from_us, to_us
from bot.store.among import fetch_among

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer


@dataclass(frozen=True, slots=True)
class Question:
    """A numbered question of a session; there is one, however often and wherever it was asked."""

    id: int
    session: SessionId
    number: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that a host asked and that has no card yet."""

    session: SessionId
    community: CommunityId
    thread: int
    number: int
    at: datetime
    ends_at: datetime


# Asked every few seconds: CROSS JOIN makes SQLite begin with the few sessions that are on, and go
# on with the few posts that ask, by their index.
_ASKED = """
SELECT s.id AS session_id, s.community_id AS community_id, s.thread_id AS thread_id,
    s.ends_us AS ends_us, p.question AS number, min(p.at_us) AS us
FROM sessions s CROSS JOIN posts p CROSS JOIN session_posts x
    LEFT JOIN accounts a ON a.id = p.author_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
    LEFT JOIN plans n ON n.session_id = s.id
WHERE s.state = 'open' AND s.thread_id IS NOT NULL AND p.repost_of_id IS NULL
    AND p.question IS NOT NULL AND p.at_us >= s.starts_us AND p.at_us < s.ends_us
    AND x.session_id = s.id AND x.post_id = p.id
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.post_id = p.id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.account_id = p.author_id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM questions q
        WHERE q.session_id = s.id AND q.number = p.question)
    AND (coalesce(a.person_id, p.author_id) IN (SELECT m.person_id FROM members m
            WHERE m.discord_id IN (n.host_id, c.host_id, f.host_id))
        OR EXISTS (SELECT 1 FROM cohosts h
            WHERE h.gathering_id = coalesce(s.chat_id, s.conference_id)
                AND (h.person_id = coalesce(a.person_id, p.author_id)
                    OR (h.handle <> '' AND h.handle = lower(a.handle)))))
GROUP BY s.id, s.community_id, s.thread_id, s.ends_us, p.question
ORDER BY us, s.id, number
"""


async def asked_without_card(tx: Reader) -> list[Asked]:
    """What hosts asked in sessions that are on and have a thread; the earliest first."""
    return [
        Asked(
            session=SessionId(row["session_id"]),
            community=CommunityId(row["community_id"]),
            thread=row["thread_id"],
            number=row["number"],
            at=from_us(row["us"]),
            ends_at=from_us(row["ends_us"]),
        )
        for row in await tx.fetch(_ASKED)
    ]


_ADD = """
INSERT INTO questions (id, session_id, number, asked_us) VALUES (:id, :session, :number, :asked)
ON CONFLICT DO NOTHING
"""
_GET = "SELECT id, session_id, number, asked_us FROM questions WHERE id = :id"
_GET_AMONG = "SELECT id, session_id, number, asked_us FROM questions WHERE id IN (:ids)"
_OF_SESSION = """
SELECT id, session_id, number, asked_us FROM questions WHERE session_id = :session ORDER BY number
"""


async def add_question(tx: Writer, question: Question) -> bool:
    """Adds it; False when the session has that number already."""
    added = await tx.execute(
        _ADD,
        id=question.id,
        session=question.session,
        number=question.number,
        asked=to_us(question.asked_at),
    )
    return added > 0


async def get_question(tx: Reader, question: int) -> Question | None:
    """The question."""
    row = await tx.fetch_one(_GET, id=question)
    return None if row is None else _question(row)


async def get_questions(tx: Reader, questions: Iterable[int]) -> dict[int, Question]:
    """Those of the questions that are there."""
    rows = await fetch_among(tx, _GET_AMONG, questions)
    return {row["id"]: _question(row) for row in rows}


async def questions_of(tx: Reader, session: SessionId) -> list[Question]:
    """Those of a session that were asked, by number."""
    return [_question(row) for row in await tx.fetch(_OF_SESSION, session=session)]


def _question(row: Row) -> Question:
    return Question(
        row["id"], SessionId(row["session_id"]), row["number"], from_us(row["asked_us"])
    )


@dataclass(frozen=True, slots=True)
class Asking:
    """A post that asks a question, as far as it may be shown."""

    platform: Platform
    link: str | None
    text: str | None
    """None where the platform's rules or its author do not let us show it."""


# Begins with the few questions of that time (CROSS JOIN), not with all posts of the session.
_ASKINGS = """
SELECT p.question AS number, p.platform AS platform, p.native_id AS native_id, p.text AS text
FROM sessions s CROSS JOIN posts p CROSS JOIN session_posts x
    LEFT JOIN accounts a ON a.id = p.author_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
    LEFT JOIN plans n ON n.session_id = s.id
WHERE s.id = :session AND x.session_id = s.id AND x.post_id = p.id AND p.question IS NOT NULL
    AND p.at_us >= s.starts_us AND p.at_us < s.ends_us
    AND p.repost_of_id IS NULL AND coalesce(a.refuses, 0) = 0
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.post_id = p.id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.account_id = p.author_id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM members m WHERE m.show_posts = 0 AND m.left_us IS NULL
        AND m.person_id = coalesce(a.person_id, p.author_id))
    AND (coalesce(a.person_id, p.author_id) IN (SELECT m.person_id FROM members m
            WHERE m.discord_id IN (n.host_id, c.host_id, f.host_id))
        OR EXISTS (SELECT 1 FROM cohosts h
            WHERE h.gathering_id = coalesce(s.chat_id, s.conference_id)
                AND (h.person_id = coalesce(a.person_id, p.author_id)
                    OR (h.handle <> '' AND h.handle = lower(a.handle)))))
ORDER BY p.at_us, p.id
"""


async def askings_of(tx: Reader, session: SessionId) -> dict[int, list[Asking]]:
    """The posts in which hosts asked each, the earliest first; none of one who does not want that.

    By number; without those that nobody asked in a post.
    """
    found: dict[int, list[Asking]] = {}
    for row in await tx.fetch(_ASKINGS, session=session):
        platform = Platform(row["platform"])
        found.setdefault(row["number"], []).append(
            Asking(
                platform=platform,
                link=permalink(platform, row["native_id"], None),
                text=row["text"] if RULES[platform].quotes_text else None,
            )
        )
    return found


_ANSWERS = """
SELECT p.answer AS number, count(*) AS answers
FROM sessions s JOIN session_posts x ON x.session_id = s.id
    JOIN posts p ON p.id = x.post_id
WHERE s.id = :session AND p.answer IS NOT NULL AND p.repost_of_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM hidden_posts w
        WHERE w.post_id = p.id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM hidden_accounts w
        WHERE w.account_id = p.author_id AND w.community_id = s.community_id)
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
GROUP BY p.answer
"""


async def answers_in(tx: Reader, session: SessionId) -> dict[int, int]:
    """How many posts of the session answer each question, as its recap will count them."""
    return {row["number"]: row["answers"] for row in await tx.fetch(_ANSWERS, session=session)}


# ---- answers given in Discord

_OWN_ACCOUNT = """
UPDATE accounts SET person_id = :person WHERE id = :account AND person_id IS NULL
    AND EXISTS (SELECT 1 FROM people WHERE id = :person)
"""
_UNSAID = """
SELECT p.id AS post_id, s.id AS session_id, s.community_id AS community_id,
    s.thread_id AS thread_id, p.at_us AS at_us
FROM sessions s CROSS JOIN posts p CROSS JOIN session_posts x
WHERE s.state = 'open' AND s.thread_id IS NOT NULL AND x.session_id = s.id AND x.post_id = p.id
    AND p.platform = 'discord' AND p.at_us >= s.starts_us AND p.at_us < s.ends_us
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
    AND NOT EXISTS (SELECT 1 FROM prompts r
        WHERE r.kind = 'answer' AND r.subject = p.id AND r.community_id = s.community_id)
ORDER BY p.at_us, p.id
"""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """An answer given by a form that the thread does not show yet."""

    post: PostId
    community: CommunityId
    thread: int


async def answers_without_message(tx: Reader) -> list[Unsaid]:
    """Answers given here that are not in the thread of their session yet."""
    return [
        Unsaid(PostId(row["post_id"]), CommunityId(row["community_id"]), row["thread_id"])
        for row in await tx.fetch(_UNSAID)
    ]


async def own_account(tx: Writer, account: int, person: int) -> None:
    """The Discord account of a member is theirs."""
    await tx.execute(_OWN_ACCOUNT, account=account, person=person)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer given here: by whom, to which question, in their words."""

    by: DiscordId
    name: str
    number: int
    text: str


_GIVEN = """
SELECT m.discord_id AS discord_id, m.name AS name, p.answer AS number, p.text AS text
FROM posts p LEFT JOIN accounts a ON a.id = p.author_id
    JOIN members m ON m.person_id = coalesce(a.person_id, p.author_id)
WHERE p.id = :post AND p.platform = 'discord' AND m.community_id = :community
    AND m.left_us IS NULL AND p.text IS NOT NULL AND p.answer IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM deleted_posts d WHERE d.id = p.id)
"""


async def given_answer(tx: Reader, post: PostId, community: CommunityId) -> Given | None:
    """The answer; None once it was taken back, or its author left."""
    row = await tx.fetch_one(_GIVEN, post=post, community=community)
    if row is None:
        return None
    return Given(DiscordId(row["discord_id"]), row["name"], row["number"], row["text"])
