"""Which posts belong to which session: under its hashtags, in its window, where it is held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.chats import SessionId
    from bot.model.people import Platform
    from bot.model.posts import PostId
    from bot.store.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Window:
    """A session as ingest sees it: one hashtag of it, and from when to when."""

    session: SessionId
    hashtag: int
    starts_us: int
    ends_us: int
    platforms: str
    """Where it is held, with blanks between and Discord always; empty: everywhere."""

    def holds(self, platform: Platform, at_us: int) -> bool:
        """Whether a post of there and then belongs to the session."""
        there = not self.platforms or platform in self.platforms.split()
        return there and self.starts_us <= at_us < self.ends_us


_WINDOWS = """
SELECT s.id, s.starts_us, s.ends_us, g.hashtag_id,
    CASE coalesce(c.platforms, f.platforms) WHEN '' THEN ''
        ELSE coalesce(c.platforms, f.platforms) || ' discord' END AS platforms
FROM sessions s JOIN gathering_hashtags g ON g.gathering_id = coalesce(s.chat_id, s.conference_id)
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.ends_us > :first AND s.starts_us <= :last AND s.state <> 'cancelled'
ORDER BY s.id, g.hashtag_id
"""


async def windows_between(tx: Reader, first_us: int, last_us: int) -> list[Window]:
    """The sessions into which posts of that time may fall."""
    return [
        Window(r["id"], r["hashtag_id"], r["starts_us"], r["ends_us"], r["platforms"])
        for r in await tx.fetch(_WINDOWS, first=first_us, last=last_us)
    ]


async def add_session_posts(tx: Writer, pairs: Iterable[tuple[SessionId, PostId]]) -> None:
    """Says which posts belong to which sessions."""
    columns = ("session_id", "post_id")
    await tx.bulk_upsert("session_posts", columns, columns, sorted(pairs))


_ATTACH = """
INSERT INTO session_posts (session_id, post_id)
SELECT DISTINCT s.id, p.id
FROM sessions s
JOIN gathering_hashtags g ON g.gathering_id = coalesce(s.chat_id, s.conference_id)
JOIN post_hashtags h ON h.hashtag_id = g.hashtag_id
JOIN posts p ON p.id = h.post_id AND p.at_us >= s.starts_us AND p.at_us < s.ends_us
LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.id = :session AND (coalesce(c.platforms, f.platforms) = '' OR p.platform = 'discord'
    OR ' ' || coalesce(c.platforms, f.platforms) || ' ' LIKE '% ' || p.platform || ' %')
ON CONFLICT (session_id, post_id) DO NOTHING
"""


async def attach_posts(tx: Writer, session: SessionId) -> int:
    """Gives a session that was planned afterwards the posts that are there already; how many."""
    return await tx.execute(_ATTACH, session=session)
