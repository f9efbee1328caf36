"""The hashtags of one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import PersonId
    from bot.store.database import Reader

# Whoever is the person: an account that was linked to them, or one that stands for itself.
_USED_BY = """
SELECT h.normal AS hashtag FROM posts p
JOIN post_hashtags ph ON ph.post_id = p.id
JOIN hashtags h ON h.id = ph.hashtag_id
WHERE p.author_id IN (SELECT id FROM accounts WHERE person_id = :person)
    AND p.at_us >= :since AND p.repost_of_id IS NULL
    AND ph.hashtag_id NOT IN (SELECT hashtag_id FROM gathering_hashtags)
ORDER BY p.at_us, p.id, h.normal
"""


async def used_by(tx: Reader, person: PersonId, since: datetime) -> list[str]:
    """The hashtags of a person's posts since then, as often as used, without those of sessions."""
    rows = await tx.fetch(_USED_BY, person=person, since=to_us(since))
    return [row["hashtag"] for row in rows]
