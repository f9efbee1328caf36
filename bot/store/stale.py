"""Messages of ours that link a post which is gone, or are about somebody who was erased."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import CommunityId
from bot.model.suggestions import PromptId

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.posts import PostId
    from bot.store.database import Reader, Writer

# One statement for each way in which a message came to link a post.
_LINKING = (
    """
INSERT INTO stale_messages (prompt_id)
SELECT DISTINCT p.id FROM session_posts s JOIN prompts p ON p.subject = s.session_id
WHERE s.post_id = :id AND p.kind IN ('recap', 'live') AND p.message_id IS NOT NULL
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO stale_messages (prompt_id)
SELECT DISTINCT p.id FROM session_posts s JOIN questions q ON q.session_id = s.session_id
    JOIN prompts p ON p.subject = q.id
WHERE s.post_id = :id AND p.kind = 'question' AND p.message_id IS NOT NULL
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO stale_messages (prompt_id)
SELECT DISTINCT p.id FROM suggestion_reasons r
    JOIN introductions i ON i.suggestion_id = r.suggestion_id JOIN prompts p ON p.subject = i.id
WHERE (r.own_post = :id OR r.other_post = :id) AND p.message_id IS NOT NULL
    AND p.kind IN ('suggestion', 'introduction', 'introduced')
ON CONFLICT DO NOTHING
""",
    """
INSERT INTO stale_messages (prompt_id)
SELECT DISTINCT p.id FROM follow_ups f JOIN prompts p ON p.subject = f.id
WHERE (f.own_post = :id OR f.other_post = :id) AND p.message_id IS NOT NULL
    AND p.kind = 'follow_up'
ON CONFLICT DO NOTHING
""",
)
_ANY_SENT = "SELECT id FROM prompts WHERE message_id IS NOT NULL LIMIT 1"


async def note_linking(tx: Writer, posts: Iterable[PostId]) -> None:
    """Notes the messages that link these posts, which are about to go."""
    ids = sorted((post,) for post in posts)
    if not ids or await tx.fetch_one(_ANY_SENT) is None:
        return
    for statement in _LINKING:
        await tx.execute_many(statement, ids)


_LEAVING = tuple(s.replace("= :id", "IN (SELECT id FROM leaving_posts)") for s in _LINKING)
_DELETED = re.compile(r"DELETE FROM prompts\s+WHERE ")
_NOTE_ORPHANS = """
INSERT INTO orphan_messages (message_id, channel_id, community_id)
SELECT message_id, sent_channel_id,
    CASE WHEN channel_id IS NULL OR kind = 'circle_turn' THEN NULL ELSE community_id END
FROM prompts WHERE message_id IS NOT NULL AND sent_channel_id IS NOT NULL AND ("""


def orphaned_by(statement: str) -> str | None:
    """The statement that notes the messages of the prompts that a statement is about to delete.

    None for one that deletes no prompts. So whatever is said of people is covered.
    """
    found = _DELETED.match(statement)
    if found is None:
        return None
    return _NOTE_ORPHANS + statement[found.end() :] + ") ON CONFLICT DO NOTHING"


async def note_leaving(tx: Writer) -> None:
    """Notes the messages that link posts which leave (leaving.py)."""
    if await tx.fetch_one(_ANY_SENT) is None:
        return
    for statement in _LEAVING:
        await tx.execute(statement)


@dataclass(frozen=True, slots=True)
class Orphan:
    """A message of ours that is to be deleted: where it is."""

    message: int
    channel: int
    community: CommunityId | None
    """None in a direct message, and in a circle: its thread names nobody, and keeps its name."""


_ORPHANED = """
SELECT message_id, channel_id, community_id FROM orphan_messages ORDER BY message_id LIMIT :most
"""


async def orphans(tx: Reader, most: int) -> list[Orphan]:
    """Messages that are to be deleted."""
    return [
        Orphan(
            row["message_id"],
            row["channel_id"],
            None if row["community_id"] is None else CommunityId(row["community_id"]),
        )
        for row in await tx.fetch(_ORPHANED, most=most)
    ]


_BURIED = "DELETE FROM orphan_messages WHERE message_id = :message"


async def buried(tx: Writer, orphan: Orphan) -> None:
    """The message is gone, or out of reach."""
    await tx.execute(_BURIED, message=orphan.message)


_ALL = "SELECT prompt_id FROM stale_messages ORDER BY prompt_id LIMIT :most"


async def stale(tx: Reader, most: int) -> list[PromptId]:
    """Messages that are to be put right."""
    return [PromptId(row["prompt_id"]) for row in await tx.fetch(_ALL, most=most)]


_RIGHT = "DELETE FROM stale_messages WHERE prompt_id = :prompt"


async def put_right(tx: Writer, prompt: PromptId) -> None:
    """The message links the post no more, or is gone."""
    await tx.execute(_RIGHT, prompt=prompt)
