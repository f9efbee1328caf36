"""How people and posts go out of every table: the statements, in their order.

Who and what leaves is gathered first, in tables of this connection that are empty otherwise; so one
set of statements serves one person, one platform and one community.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from bot.store.migrate import statements_of
from bot.store.stale import note_leaving, orphaned_by

if TYPE_CHECKING:
    from bot.model.people import AccountId, CommunityId, PersonId, Platform
    from bot.store.database import Writer

Counts = dict[str, int]
"""Rows that went, by table; "texts" are texts emptied in posts that stay. Without zeros."""

_DELETE = re.compile(r"DELETE FROM (\w+)")

# ---- who and what leaves, gathered in tables of this connection that are empty otherwise

_MAKE_LEAVING = """
CREATE TEMPORARY TABLE IF NOT EXISTS leaving (id BIGINT PRIMARY KEY);
CREATE TEMPORARY TABLE IF NOT EXISTS leaving_posts (id BIGINT PRIMARY KEY);
CREATE TEMPORARY TABLE IF NOT EXISTS leaving_members (discord_id BIGINT PRIMARY KEY);
"""
_EMPTY_LEAVING = """
DELETE FROM leaving;
DELETE FROM leaving_posts;
DELETE FROM leaving_members;
"""
_ADD_LEAVING = "INSERT INTO leaving (id) VALUES (:id) ON CONFLICT DO NOTHING"
_ADD_ACCOUNTS = """
INSERT INTO leaving (id)
SELECT id FROM accounts WHERE person_id IN (SELECT id FROM leaving) ON CONFLICT DO NOTHING
"""
_ADD_DISCORD = """
INSERT INTO leaving_members (discord_id)
SELECT discord_id FROM members WHERE person_id IN (SELECT id FROM leaving)
ON CONFLICT DO NOTHING
"""
# A repost holds nothing but what was reposted: it goes with it.
_ADD_POSTS = """
INSERT INTO leaving_posts (id)
SELECT id FROM posts WHERE author_id IN (SELECT id FROM leaving)
    OR repost_of_id IN (SELECT id FROM posts WHERE author_id IN (SELECT id FROM leaving))
ON CONFLICT DO NOTHING
"""
_ADD_PLATFORM = """
INSERT INTO leaving (id) SELECT id FROM accounts WHERE platform = :platform ON CONFLICT DO NOTHING
"""
_ADD_POSTS_OF_PLATFORM = """
INSERT INTO leaving_posts (id) SELECT id FROM posts WHERE platform = :platform
ON CONFLICT DO NOTHING
"""

# ---- what is done about a post that leaves; rows that stay forget it

_ERASE_POSTS = """
DELETE FROM prompts WHERE kind = 'answer' AND subject IN (SELECT id FROM leaving_posts);
DELETE FROM post_hashtags WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM post_links WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM hidden_posts WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM session_posts WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM engagements WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM deleted_posts WHERE id IN (SELECT id FROM leaving_posts);
DELETE FROM local_ids WHERE post_id IN (SELECT id FROM leaving_posts);
DELETE FROM posts WHERE id IN (SELECT id FROM leaving_posts);
UPDATE posts SET reply_to_id = NULL WHERE reply_to_id IN (SELECT id FROM leaving_posts);
UPDATE posts SET quote_of_id = NULL WHERE quote_of_id IN (SELECT id FROM leaving_posts);
UPDATE posts SET copy_of_id = NULL WHERE copy_of_id IN (SELECT id FROM leaving_posts);
UPDATE posts SET conversation_id = NULL WHERE conversation_id IN (SELECT id FROM leaving_posts);
UPDATE suggestion_reasons SET own_post = NULL WHERE own_post IN (SELECT id FROM leaving_posts);
UPDATE suggestion_reasons SET other_post = NULL WHERE other_post IN (SELECT id FROM leaving_posts);
UPDATE connections SET post_id = NULL WHERE post_id IN (SELECT id FROM leaving_posts);
UPDATE reconnections SET near_post = NULL WHERE near_post IN (SELECT id FROM leaving_posts);
UPDATE reconnections SET far_post = NULL WHERE far_post IN (SELECT id FROM leaving_posts);
UPDATE follow_ups SET own_post = NULL WHERE own_post IN (SELECT id FROM leaving_posts);
UPDATE follow_ups SET other_post = NULL WHERE other_post IN (SELECT id FROM leaving_posts);
"""

# ---- what is done about a person who leaves

_ERASE_PEOPLE = """
-- What others wrote to them names them: that it was said stays, its words and links go.
UPDATE posts SET text = NULL
    WHERE text IS NOT NULL AND id IN (SELECT post_id FROM engagements
        WHERE target_id IN (SELECT id FROM leaving));
DELETE FROM post_links
    WHERE post_id IN (SELECT post_id FROM engagements
        WHERE target_id IN (SELECT id FROM leaving));
DELETE FROM engagements
    WHERE source_id IN (SELECT id FROM leaving) OR target_id IN (SELECT id FROM leaving);
DELETE FROM prompts WHERE recipient_id IN (SELECT discord_id FROM leaving_members);
DELETE FROM prompts
    WHERE kind IN ('suggestion', 'introduction', 'introduced', 'by_links', 'check_in', 'changed')
        AND subject IN (SELECT id FROM introductions WHERE a_id IN (SELECT id FROM leaving)
        OR b_id IN (SELECT id FROM leaving));
DELETE FROM prompts
    WHERE kind = 'follow_up' AND subject IN (SELECT id FROM follow_ups
        WHERE member_id IN (SELECT id FROM leaving) OR about_id IN (SELECT id FROM leaving));
DELETE FROM reports WHERE by_id IN (SELECT id FROM leaving);
DELETE FROM reports
    WHERE about = 'introduction' AND subject IN (SELECT id FROM introductions
        WHERE a_id IN (SELECT id FROM leaving) OR b_id IN (SELECT id FROM leaving));
DELETE FROM reports
    WHERE about = 'help' AND subject IN (SELECT id FROM ask_helpers
        WHERE person_id IN (SELECT id FROM leaving) OR ask_id IN (SELECT id FROM asks
            WHERE asker_id IN (SELECT id FROM leaving)));
DELETE FROM introductions
    WHERE a_id IN (SELECT id FROM leaving) OR b_id IN (SELECT id FROM leaving);
UPDATE introductions SET by_id = NULL, by_line = '' WHERE by_id IN (SELECT id FROM leaving);
DELETE FROM suggestion_reasons
    WHERE suggestion_id IN (SELECT id FROM suggestions
        WHERE member_id IN (SELECT id FROM leaving) OR about_id IN (SELECT id FROM leaving));
DELETE FROM offers
    WHERE suggestion_id IN (SELECT id FROM suggestions
        WHERE member_id IN (SELECT id FROM leaving) OR about_id IN (SELECT id FROM leaving));
DELETE FROM suggestions
    WHERE member_id IN (SELECT id FROM leaving) OR about_id IN (SELECT id FROM leaving);
DELETE FROM proposals WHERE by_id IN (SELECT id FROM leaving);
DELETE FROM prompts
    WHERE kind IN ('ask', 'helping', 'help_by_links', 'thanked')
        AND subject IN (SELECT id FROM ask_helpers
            WHERE person_id IN (SELECT id FROM leaving) OR ask_id IN (SELECT id FROM asks
                WHERE asker_id IN (SELECT id FROM leaving)));
DELETE FROM prompts
    WHERE kind IN ('ask_open', 'ask_public') AND subject IN (SELECT id FROM asks
        WHERE asker_id IN (SELECT id FROM leaving));
DELETE FROM ask_helpers
    WHERE person_id IN (SELECT id FROM leaving) OR ask_id IN (SELECT id FROM asks
        WHERE asker_id IN (SELECT id FROM leaving));
DELETE FROM asks WHERE asker_id IN (SELECT id FROM leaving);
-- A circle goes on without them; the messages that called them go.
DELETE FROM prompts
    WHERE kind = 'circle_turn' AND subject IN (SELECT id FROM circle_turns
        WHERE person_id IN (SELECT id FROM leaving));
DELETE FROM circle_turns WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM circle_members WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM prompts
    WHERE kind = 'dormant' AND subject IN (SELECT id FROM reconnections
        WHERE owner_id IN (SELECT id FROM leaving));
DELETE FROM reconnections WHERE owner_id IN (SELECT id FROM leaving);
DELETE FROM yearly_ties
    WHERE source_id IN (SELECT id FROM leaving) OR target_id IN (SELECT id FROM leaving);
DELETE FROM follow_ups
    WHERE member_id IN (SELECT id FROM leaving) OR about_id IN (SELECT id FROM leaving);
DELETE FROM prompts
    WHERE kind = 'tried' AND subject IN (SELECT id FROM learnings
        WHERE owner_id IN (SELECT id FROM leaving));
DELETE FROM learnings WHERE owner_id IN (SELECT id FROM leaving);
-- What was learned is the owner's; from whom, goes with them.
UPDATE learnings SET connection_id = NULL WHERE connection_id IN (SELECT id FROM connections
    WHERE person_id IN (SELECT id FROM leaving) OR account_id IN (SELECT id FROM leaving));
DELETE FROM connections
    WHERE owner_id IN (SELECT id FROM leaving) OR person_id IN (SELECT id FROM leaving)
        OR account_id IN (SELECT id FROM leaving);
DELETE FROM blocks
    WHERE person_id IN (SELECT id FROM leaving) OR other_id IN (SELECT id FROM leaving);
DELETE FROM hidden_accounts WHERE account_id IN (SELECT id FROM leaving);
DELETE FROM claims WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM presences WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM person_fields WHERE person_id IN (SELECT id FROM leaving);
-- The chat goes on: it is the community's.
UPDATE chats SET host_id = 0 WHERE host_id IN (SELECT discord_id FROM leaving_members);
UPDATE conferences SET host_id = 0 WHERE host_id IN (SELECT discord_id FROM leaving_members);
UPDATE plans SET host_id = 0 WHERE host_id IN (SELECT discord_id FROM leaving_members);
DELETE FROM cohosts
    WHERE person_id IN (SELECT id FROM leaving) OR handle IN (SELECT lower(handle) FROM accounts
        WHERE id IN (SELECT id FROM leaving) AND handle IS NOT NULL);
DELETE FROM rota WHERE discord_id IN (SELECT discord_id FROM leaving_members);
DELETE FROM notices WHERE discord_id IN (SELECT discord_id FROM leaving_members);
DELETE FROM goings WHERE discord_id IN (SELECT discord_id FROM leaving_members);
DELETE FROM looks WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM members WHERE person_id IN (SELECT id FROM leaving);
DELETE FROM absences WHERE id IN (SELECT id FROM leaving);
DELETE FROM accounts WHERE id IN (SELECT id FROM leaving);
DELETE FROM people WHERE id IN (SELECT id FROM leaving);
"""

# ---- what is done about a community that leaves

_ADD_ONLY_HERE = """
INSERT INTO leaving (id)
SELECT DISTINCT here.person_id FROM members here
WHERE here.community_id = :community AND NOT EXISTS (
    SELECT 1 FROM members other
    WHERE other.person_id = here.person_id AND other.community_id <> :community)
"""
_DROP_GATHERINGS = """
DELETE FROM gathering_hashtags WHERE gathering_id IN (
    SELECT id FROM chats WHERE community_id = :community
    UNION ALL SELECT id FROM conferences WHERE community_id = :community)
"""
_ERASE_COMMUNITY = """
DELETE FROM cohosts WHERE gathering_id IN (SELECT id FROM chats WHERE community_id = :community);
DELETE FROM cohosts
    WHERE gathering_id IN (SELECT id FROM conferences WHERE community_id = :community);
DELETE FROM rota WHERE gathering_id IN (SELECT id FROM chats WHERE community_id = :community);
DELETE FROM prompts WHERE community_id = :community;
DELETE FROM reports WHERE community_id = :community;
DELETE FROM introductions WHERE community_id = :community;
DELETE FROM proposals WHERE community_id = :community;
DELETE FROM asks WHERE community_id = :community;
DELETE FROM reconnections WHERE community_id = :community;
DELETE FROM circles WHERE community_id = :community;
DELETE FROM suggestions WHERE community_id = :community;
DELETE FROM follow_ups WHERE community_id = :community;
DELETE FROM sessions WHERE community_id = :community;
DELETE FROM chats WHERE community_id = :community;
DELETE FROM conferences WHERE community_id = :community;
DELETE FROM members WHERE community_id = :community;
DELETE FROM communities WHERE id = :community;
"""
# Their public posts stay, as of anybody: under the account, not under a person who joined.
_UNLINK = "UPDATE accounts SET person_id = NULL WHERE person_id IN (SELECT id FROM leaving)"


async def people_leave(tx: Writer, *ids: PersonId | AccountId) -> Counts:
    """Takes out people, with all their accounts and posts."""
    await _open(tx)
    await tx.execute_many(_ADD_LEAVING, [(number,) for number in ids])
    await tx.execute(_ADD_ACCOUNTS)
    return await _people_and_posts(tx)


_KEEP_CONNECTIONS = """
UPDATE connections SET person_id = id, account_id = NULL WHERE account_id IN
    (SELECT id FROM leaving)
"""


async def platform_leaves(tx: Writer, platform: Platform) -> Counts:
    """Takes out every account and every post of a platform.

    A connection stays with its owner's words: from then on the other is known by name alone.
    """
    await _open(tx)
    await tx.execute(_ADD_PLATFORM, platform=platform.value)
    await tx.execute(_KEEP_CONNECTIONS)
    await tx.execute(_ADD_POSTS_OF_PLATFORM, platform=platform.value)
    return await _people_and_posts(tx)


async def community_leaves(tx: Writer, community: CommunityId) -> Counts:
    """Takes out a community, and who was a member of no other; their public posts stay."""
    await _open(tx)
    await tx.execute(_ADD_ONLY_HERE, community=community)
    await tx.execute(_DROP_GATHERINGS, community=community)
    counts = await _run(tx, _ERASE_COMMUNITY, community=community)
    await tx.execute(_UNLINK)
    return await _close(tx, counts, await _run(tx, _ERASE_PEOPLE))


async def _people_and_posts(tx: Writer) -> Counts:
    await tx.execute(_ADD_DISCORD)
    await tx.execute(_ADD_POSTS)
    await note_leaving(tx)
    people = await _run(tx, _ERASE_PEOPLE, told=True)
    return await _close(tx, people, await _run(tx, _ERASE_POSTS, told=True))


async def _open(tx: Writer) -> None:
    await _run(tx, _MAKE_LEAVING)
    await _run(tx, _EMPTY_LEAVING)


async def _close(tx: Writer, *counts: Counts) -> Counts:
    await _run(tx, _EMPTY_LEAVING)
    return dict(sum((Counter(c) for c in counts), Counter[str]()))


async def _run(tx: Writer, script: str, *, told: bool = False, **params: object) -> Counts:
    """Runs the statements in turn; the rows that went, by table.

    With `told` the messages in Discord of prompts that go are noted, to be deleted.
    """
    counts: Counter[str] = Counter()
    for statement in statements_of(script):
        if told and (orphaned := orphaned_by(statement)) is not None:
            await tx.execute(orphaned)
        changed = await tx.execute(statement, **params)
        if statement.startswith("UPDATE posts SET text"):
            counts["texts"] += changed
        elif gone := _DELETE.match(statement):
            counts[gone[1]] += changed
    return {table: count for table, count in counts.items() if count}
