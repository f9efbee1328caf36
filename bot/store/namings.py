"""Whom a post names: the evidence that two people were named together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import PersonId
from bot.model.posts import PostId

if TYPE_CHECKING:
    from bot.store.database import Reader

_NAMED = """
SELECT coalesce(t.person_id, g.target_id) AS named
FROM engagements g LEFT JOIN accounts t ON t.id = g.target_id
WHERE g.post_id = :post AND g.kind IN ('mention', 'reply', 'quote')
"""


async def named_in(tx: Reader, post: PostId) -> frozenset[PersonId]:
    """Whom a post mentions, answers or quotes."""
    return frozenset(PersonId(row["named"]) for row in await tx.fetch(_NAMED, post=post))


_POSTS_AT = """
SELECT p.id AS id FROM posts p
WHERE p.author_id IN (
        SELECT id FROM accounts WHERE person_id = :author UNION SELECT CAST(:author AS BIGINT)
    ) AND p.at_us = :at
ORDER BY p.id
"""


async def post_naming(
    tx: Reader, author: PersonId, at_us: int, a: PersonId, b: PersonId
) -> PostId | None:
    """The post of that author and instant that names both; None where there is none."""
    for row in await tx.fetch(_POSTS_AT, author=author, at=at_us):
        post = PostId(row["id"])
        if {a, b} <= await named_in(tx, post):
            return post
    return None
