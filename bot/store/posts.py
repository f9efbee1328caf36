"""Posts, what they do towards others, and what they carry: hashtags, links, the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import AccountId
from bot.model.policy import RULES
from bot.model.posts import Engagement, EngagementKind, PostId, from_us, to_us
from bot.store.among import fetch_among
from bot.store.stale import note_linking
from bot.store.yearly import fold_old

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from bot.model.people import Platform
    from bot.model.posts import Deletion, Hashtag, Post, Reference
    from bot.store.database import Reader, Writer

_POST_COLUMNS = (
    "id",
    "platform",
    "native_id",
    "author_id",
    "at_us",
    "text",
    "lang",
    "conversation_id",
    "reply_to_id",
    "quote_of_id",
    "repost_of_id",
    "question",
    "answer",
    "asks",
    "edited_us",
    "awaits",
)


def awaits(post: Post) -> int:
    """Which of its references have no known author: 1 reply, 2 quote, 4 repost, added up."""
    return _awaits(post.reply_to, post.quote_of, post.repost_of)


def _awaits(answered: Reference | None, quoted: Reference | None, repost: Reference | None) -> int:
    bits = 0
    if answered is not None and answered.author is None:
        bits = 1
    if quoted is not None and quoted.author is None:
        bits += 2
    if repost is not None and repost.author is None:
        bits += 4
    return bits


def _row(post: Post) -> tuple[object, ...]:
    answered, quoted, repost = post.reply_to, post.quote_of, post.repost_of
    return (
        post.id,
        str(post.platform),
        post.native_id,
        post.author,
        to_us(post.at),
        # A text that the platform does not let us keep ends here.
        post.text if RULES[post.platform].stores_text else None,
        post.lang,
        post.conversation,
        answered and answered.post,
        quoted and quoted.post,
        repost and repost.post,
        post.question,
        post.answer,
        int(post.asks),
        None if post.edited_at is None else to_us(post.edited_at),
        _awaits(answered, quoted, repost),
    )


async def add_posts(tx: Writer, posts: Iterable[Post]) -> int:
    """Adds posts; one that is there already is left as it is. How many were new."""
    rows = sorted((_row(post) for post in posts), key=_first)
    return await tx.bulk_upsert("posts", _POST_COLUMNS, ("id",), rows)


def _first(row: tuple[object, ...]) -> int:
    return row[0]  # type: ignore[return-value]


_FILL = """
UPDATE posts SET text = coalesce(text, CAST(:text AS TEXT)),
    lang = coalesce(lang, CAST(:lang AS TEXT)),
    conversation_id = coalesce(conversation_id, CAST(:conversation AS BIGINT)),
    reply_to_id = coalesce(reply_to_id, CAST(:reply_to AS BIGINT)),
    quote_of_id = coalesce(quote_of_id, CAST(:quote_of AS BIGINT)),
    repost_of_id = coalesce(repost_of_id, CAST(:repost_of AS BIGINT)),
    question = coalesce(question, CAST(:question AS SMALLINT)),
    answer = coalesce(answer, CAST(:answer AS SMALLINT)),
    asks = CASE WHEN CAST(:asks AS SMALLINT) > asks THEN 1 ELSE asks END,
    awaits = awaits & CAST(:awaits AS SMALLINT)
WHERE id = :id
"""


async def complete_posts(tx: Writer, posts: Iterable[Post]) -> None:
    """Fills what an earlier, poorer copy of the same version of a post left open."""
    await tx.execute_many(
        _FILL, [(*row[5:14], row[15], row[0]) for row in (_row(post) for post in posts)]
    )


_FORGET_PARTS = (
    "DELETE FROM engagements WHERE post_id = :id",
    "DELETE FROM post_hashtags WHERE post_id = :id",
    "DELETE FROM post_links WHERE post_id = :id",
    "DELETE FROM session_posts WHERE post_id = :id",
)
_FORGET = "DELETE FROM posts WHERE id = :id"
_DELETED = """
INSERT INTO deleted_posts (id, at_us) VALUES (:id, :at)
ON CONFLICT (id) DO UPDATE SET at_us = excluded.at_us WHERE excluded.at_us < deleted_posts.at_us
"""


async def remove_posts(tx: Writer, posts: Iterable[PostId]) -> None:
    """Removes posts with all that hangs on them, so that a newer version can take their place."""
    ids = sorted((post,) for post in posts)
    for statement in (*_FORGET_PARTS, _FORGET):
        await tx.execute_many(statement, ids)


_UNREASON = (
    "UPDATE posts SET copy_of_id = NULL WHERE copy_of_id = :id",
    "UPDATE connections SET post_id = NULL WHERE post_id = :id",
    "UPDATE suggestion_reasons SET own_post = NULL WHERE own_post = :id",
    "UPDATE suggestion_reasons SET other_post = NULL WHERE other_post = :id",
    "UPDATE reconnections SET near_post = NULL WHERE near_post = :id",
    "UPDATE reconnections SET far_post = NULL WHERE far_post = :id",
    "UPDATE follow_ups SET own_post = NULL WHERE own_post = :id",
    "UPDATE follow_ups SET other_post = NULL WHERE other_post = :id",
)


async def remove_for_good(tx: Writer, posts: Iterable[PostId]) -> None:
    """Removes posts with all that hangs on them, and what was reasoned with them.

    The messages of ours that link them are noted, to be edited or deleted.
    """
    ids = set(posts)
    await note_linking(tx, ids)
    await remove_posts(tx, ids)
    for statement in _UNREASON:
        await tx.execute_many(statement, sorted((post,) for post in ids))


_OLD = "SELECT id FROM posts WHERE at_us < :before ORDER BY at_us, id LIMIT 5000"
_DROP_OLD = "DELETE FROM engagements WHERE at_us < :before"
_DROP_TOMBSTONES = "DELETE FROM deleted_posts WHERE at_us < :before"


async def drop_old_posts(tx: Writer, before: datetime) -> int:
    """Removes up to 5,000 of the posts and all of the engagements from before; how many posts.

    Of the engagements yearly totals stay.
    """
    await fold_old(tx, before)
    ids = [PostId(row["id"]) for row in await tx.fetch(_OLD, before=to_us(before))]
    await remove_for_good(tx, ids)
    for statement in (_DROP_OLD, _DROP_TOMBSTONES):
        await tx.execute(statement, before=to_us(before))
    return len(ids)


async def delete_posts(tx: Writer, deletions: Sequence[Deletion]) -> None:
    """Removes posts for good: they do not come back, even when they are read again later.

    No reason points at them any more.
    """
    await remove_for_good(tx, {deletion.post for deletion in deletions})
    await tx.execute_many(_DELETED, sorted((d.post, to_us(d.at)) for d in deletions))


_ANY_DELETED = "SELECT id FROM deleted_posts LIMIT 1"
_ARE_DELETED = "SELECT id FROM deleted_posts WHERE id IN (:ids)"


async def deleted_among(tx: Reader, posts: Iterable[PostId]) -> set[PostId]:
    """Those of the posts that their platform says are gone."""
    if await tx.fetch_one(_ANY_DELETED) is None:
        return set()
    return {PostId(row["id"]) for row in await fetch_among(tx, _ARE_DELETED, posts)}


@dataclass(frozen=True, slots=True)
class Held:
    """What the database has of a post."""

    author: AccountId
    edited_us: int
    """0: never edited."""
    copy_of: PostId | None
    """What counts instead of it."""


_HELD = "SELECT id, author_id, edited_us, copy_of_id FROM posts WHERE id IN (:ids)"


async def held_among(tx: Reader, posts: Iterable[PostId]) -> dict[PostId, Held]:
    """Those of the posts that are there already."""
    rows = await fetch_among(tx, _HELD, posts)
    return {
        PostId(r["id"]): Held(AccountId(r["author_id"]), r["edited_us"] or 0, r["copy_of_id"])
        for r in rows
    }


_NEWEST = """
SELECT id, author_id FROM posts WHERE platform = :platform ORDER BY at_us DESC LIMIT :most
"""


async def newest_posts(tx: Reader, platform: Platform, most: int) -> dict[PostId, AccountId]:
    """The newest posts of a platform, with their authors."""
    rows = await tx.fetch(_NEWEST, platform=platform.value, most=most)
    return {PostId(row["id"]): AccountId(row["author_id"]) for row in rows}


_NEWEST_NATIVE = """
SELECT native_id FROM posts WHERE platform = :platform AND at_us >= :since
ORDER BY at_us DESC, id LIMIT :most
"""


async def newest_native_ids(
    tx: Reader, platform: Platform, since: datetime, most: int
) -> list[str]:
    """The native ids of a platform's posts since then, the newest first."""
    rows = await tx.fetch(_NEWEST_NATIVE, platform=platform.value, since=to_us(since), most=most)
    return [row["native_id"] for row in rows]


_ANY_WAITS = "SELECT id FROM posts WHERE awaits > 0 LIMIT 1"
_WAITING = (
    (
        1,
        EngagementKind.REPLY,
        """SELECT id, author_id, at_us, awaits, reply_to_id AS target
        FROM posts WHERE awaits > 0 AND reply_to_id IN (:ids)""",
    ),
    (
        2,
        EngagementKind.QUOTE,
        """SELECT id, author_id, at_us, awaits, quote_of_id AS target
        FROM posts WHERE awaits > 0 AND quote_of_id IN (:ids)""",
    ),
    (
        4,
        EngagementKind.REPOST,
        """SELECT id, author_id, at_us, awaits, repost_of_id AS target
        FROM posts WHERE awaits > 0 AND repost_of_id IN (:ids)""",
    ),
)
_WAITS_NO_MORE = "UPDATE posts SET awaits = awaits - :bit WHERE id = :id"
_NOT_BOTH = (
    "DELETE FROM engagements WHERE post_id = :post AND target_id = :target AND kind = 'mention'"
)


async def settle_waiting(tx: Writer, authors: dict[PostId, AccountId]) -> list[Engagement]:
    """The engagements of posts that came before the post they point at, now that it is here.

    `authors` gives the author of every post that is new.
    """
    if await tx.fetch_one(_ANY_WAITS) is None:
        return []
    done = []
    for bit, kind, sql in _WAITING:
        rows = [row for row in await fetch_among(tx, sql, authors) if row["awaits"] & bit]
        await tx.execute_many(_WAITS_NO_MORE, sorted((bit, row["id"]) for row in rows))
        settled = [
            Engagement(
                PostId(row["id"]),
                AccountId(row["author_id"]),
                authors[row["target"]],
                kind,
                from_us(row["at_us"]),
            )
            for row in rows
            if authors[row["target"]] != row["author_id"]
        ]
        if kind is EngagementKind.REPLY:
            await tx.execute_many(_NOT_BOTH, sorted((e.post, e.target) for e in settled))
        done += settled
    return done


_ENGAGEMENT_COLUMNS = ("post_id", "target_id", "kind", "source_id", "at_us")


async def add_engagements(tx: Writer, engagements: Iterable[Engagement]) -> int:
    """Adds engagements; how many were new."""
    rows: list[tuple[object, ...]] = []
    at, at_us = None, 0
    for engagement in engagements:
        if engagement.at is not at:  # those of one post share their instant
            at = engagement.at
            at_us = to_us(at)
        post, source, target, kind, _ = engagement
        rows.append((post, target, str(kind), source, at_us))
    rows.sort()
    return await tx.bulk_upsert("engagements", _ENGAGEMENT_COLUMNS, _ENGAGEMENT_COLUMNS[:3], rows)


_ENGAGED = "SELECT post_id, target_id, kind FROM engagements WHERE post_id IN (:ids)"


async def engaged_among(
    tx: Reader, posts: Iterable[PostId]
) -> set[tuple[PostId, AccountId, EngagementKind]]:
    """Post, target and kind of every engagement that these posts have already."""
    return {
        (PostId(row["post_id"]), AccountId(row["target_id"]), EngagementKind(row["kind"]))
        for row in await fetch_among(tx, _ENGAGED, posts)
    }


_ADD_HASHTAG = """
INSERT INTO hashtags (id, normal, shown) VALUES (:id, :normal, :shown)
ON CONFLICT (id) DO UPDATE SET shown = excluded.shown WHERE excluded.shown < hashtags.shown
"""


async def add_hashtags(tx: Writer, hashtags: Iterable[Hashtag]) -> None:
    """Adds hashtags; of the ways to write one the first by alphabet is shown, in any order."""
    rows = sorted({(h.id, h.normal, h.shown) for h in hashtags}, reverse=True)
    await tx.execute_many(_ADD_HASHTAG, rows)


async def add_post_hashtags(tx: Writer, pairs: Iterable[tuple[int, PostId]]) -> None:
    """Adds hashtags, by id, to posts."""
    columns = ("hashtag_id", "post_id")
    await tx.bulk_upsert("post_hashtags", columns, columns, sorted(pairs))


async def add_links(tx: Writer, links: Iterable[tuple[PostId, str]]) -> None:
    """Adds the addresses that posts share."""
    columns = ("post_id", "url")
    await tx.bulk_upsert("post_links", columns, columns, sorted(links))
