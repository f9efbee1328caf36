"""How much there is of everything, for summaries; nothing about anybody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import CommunityId, DiscordId, PersonId
from bot.model.posts import from_us
from bot.model.suggestions import PromptId, PromptKind

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader

_TOTALS = """
SELECT (SELECT count(*) FROM posts) AS posts,
    (SELECT count(*) FROM (SELECT DISTINCT coalesce(a.person_id, p.author_id) AS person FROM posts p
        LEFT JOIN accounts a ON a.id = p.author_id) AS authors) AS people,
    (SELECT count(*) FROM members WHERE left_us IS NULL) AS members,
    (SELECT count(*) FROM communities WHERE removed_us IS NULL) AS communities,
    (SELECT count(*) FROM engagements) AS engagements,
    (SELECT count(*) FROM deleted_posts) AS deletions,
    (SELECT count(*) FROM sessions WHERE thread_id IS NOT NULL) AS sessions,
    (SELECT count(*) FROM sessions WHERE state = 'recapped') AS recapped,
    (SELECT count(*) FROM suggestions) AS suggestions,
    (SELECT count(*) FROM suggestions WHERE cross_field = 1) AS crossing,
    (SELECT count(*) FROM suggestions WHERE cross_field IS NOT NULL) AS both_known,
    (SELECT count(*) FROM introductions) AS offered,
    (SELECT count(*) FROM introductions WHERE state = 'made') AS made
"""


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows there are of each."""

    posts: int
    people: int
    """Who wrote a post; several accounts of one person count once."""
    members: int
    communities: int
    engagements: int
    deletions: int
    sessions: int
    """Those that were opened."""
    recapped: int
    suggestions: int
    crossing: int
    """Suggestions between two fields; `both_known` are those where the fields of both are known."""
    both_known: int
    offered: int
    """Introductions of which one side at least was asked."""
    made: int


async def totals(tx: Reader) -> Totals:
    """All of them at once."""
    row = await tx.fetch_one(_TOTALS)
    if row is None:
        raise AssertionError("a count gives one row")
    return Totals(**{name: int(row[name]) for name in Totals.__slots__})


_SENT = """
SELECT id, kind, recipient_id, message_id, sent_us, unasked FROM prompts
WHERE sent_us IS NOT NULL ORDER BY sent_us, id
"""


@dataclass(frozen=True, slots=True)
class SentPrompt:
    """A prompt that became a message."""

    id: PromptId
    kind: PromptKind
    recipient: DiscordId | None
    message: int
    at: datetime
    unasked: bool


async def sent_prompts(tx: Reader) -> list[SentPrompt]:
    """Every prompt that was sent, the first one first."""
    return [
        SentPrompt(
            id=PromptId(row["id"]),
            kind=PromptKind(row["kind"]),
            recipient=None if row["recipient_id"] is None else DiscordId(row["recipient_id"]),
            message=row["message_id"],
            at=from_us(row["sent_us"]),
            unasked=bool(row["unasked"]),
        )
        for row in await tx.fetch(_SENT)
    ]


_KINDS = "SELECT id, kind FROM prompts"


async def kinds_of_prompts(tx: Reader) -> dict[PromptId, PromptKind]:
    """The kind of every prompt there is."""
    return {PromptId(row["id"]): PromptKind(row["kind"]) for row in await tx.fetch(_KINDS)}


_NAMED = "SELECT community_id, about_id, created_us FROM suggestions"


async def suggested(tx: Reader) -> list[tuple[CommunityId, PersonId, datetime]]:
    """Who was suggested in which community, and when."""
    return [
        (CommunityId(row["community_id"]), PersonId(row["about_id"]), from_us(row["created_us"]))
        for row in await tx.fetch(_NAMED)
    ]


_NEWCOMERS = """
SELECT count(*) AS n FROM (
    SELECT DISTINCT first.author_id
    FROM (SELECT author_id, min(at_us) AS at_us FROM posts GROUP BY author_id) AS first
    JOIN posts p ON p.author_id = first.author_id AND p.at_us = first.at_us
    JOIN session_posts sp ON sp.post_id = p.id
    JOIN sessions s ON s.id = sp.session_id AND s.chat_id IS NOT NULL
    JOIN engagements e ON e.target_id = p.author_id AND e.kind = 'reply'
        AND e.at_us >= s.starts_us AND e.at_us < s.ends_us
    WHERE s.starts_us > (SELECT min(earlier.starts_us) FROM sessions earlier
        WHERE earlier.chat_id = s.chat_id)
) AS answered
"""


async def newcomers_answered(tx: Reader) -> int:
    """Whose first post of all fell in a session of a chat (not its first), and got a reply."""
    row = await tx.fetch_one(_NEWCOMERS)
    return 0 if row is None else int(row["n"])
