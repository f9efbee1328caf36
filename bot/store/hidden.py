"""What the hosts of a community took out of its sight; undone by taking the row away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import PostId

if TYPE_CHECKING:
    from bot.model.people import AccountId, CommunityId
    from bot.store.database import Reader, Writer

_HIDE_POST = """
INSERT INTO hidden_posts (community_id, post_id) VALUES (:community, :id) ON CONFLICT DO NOTHING
"""
_SHOW_POST = "DELETE FROM hidden_posts WHERE community_id = :community AND post_id = :id"
_HIDE_ACCOUNT = """
INSERT INTO hidden_accounts (community_id, account_id) VALUES (:community, :id)
ON CONFLICT DO NOTHING
"""
_SHOW_ACCOUNT = "DELETE FROM hidden_accounts WHERE community_id = :community AND account_id = :id"


async def set_post_hidden(
    tx: Writer, community: CommunityId, post: PostId, *, hidden: bool
) -> bool:
    """Hides a post, or shows it again; False where it was so already."""
    sql = _HIDE_POST if hidden else _SHOW_POST
    return bool(await tx.execute(sql, community=community, id=post))


async def set_account_hidden(
    tx: Writer, community: CommunityId, account: AccountId, *, hidden: bool
) -> bool:
    """Hides all posts of an account, or shows them again; False where it was so already."""
    sql = _HIDE_ACCOUNT if hidden else _SHOW_ACCOUNT
    return bool(await tx.execute(sql, community=community, id=account))


_WRITTEN_HERE = """
SELECT DISTINCT p.id FROM sessions v JOIN session_posts s ON s.session_id = v.id
    JOIN posts p ON p.id = s.post_id
WHERE v.community_id = :community AND p.author_id = :account
"""


async def written_here(tx: Reader, community: CommunityId, account: AccountId) -> list[PostId]:
    """The posts of an account that belong to this community's sessions."""
    rows = await tx.fetch(_WRITTEN_HERE, community=community, account=account)
    return [PostId(row["id"]) for row in rows]


_IS_HIDDEN = """
SELECT 1 AS hidden FROM posts p WHERE p.id = :post AND (
    EXISTS (SELECT 1 FROM hidden_posts w WHERE w.community_id = :community
        AND w.post_id IN (p.id, p.repost_of_id))
    OR EXISTS (SELECT 1 FROM hidden_accounts w WHERE w.community_id = :community
        AND w.account_id = p.author_id))
"""


async def is_hidden(tx: Reader, community: CommunityId, post: PostId | None) -> bool:
    """Whether a post is out of the community's sight."""
    return post is not None and (
        await tx.fetch_one(_IS_HIDDEN, community=community, post=post) is not None
    )
