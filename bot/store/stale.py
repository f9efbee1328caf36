"""Messages of ours that link a post which is gone upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
WHERE s.post_id = :id AND p.kind = 'recap' AND p.message_id IS NOT NULL
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


_ALL = "SELECT prompt_id FROM stale_messages ORDER BY prompt_id LIMIT :most"


async def stale(tx: Reader, most: int) -> list[PromptId]:
    """Messages that are to be put right."""
    return [PromptId(row["prompt_id"]) for row in await tx.fetch(_ALL, most=most)]


_RIGHT = "DELETE FROM stale_messages WHERE prompt_id = :prompt"


async def put_right(tx: Writer, prompt: PromptId) -> None:
    """The message links the post no more, or is gone."""
    await tx.execute(_RIGHT, prompt=prompt)
