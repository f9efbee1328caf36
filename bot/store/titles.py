"""What pages behind shared addresses call themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Writer

_TITLE = "SELECT title FROM link_titles WHERE url = :url"
_KEEP = """
INSERT INTO link_titles (url, title, at_us) VALUES (:url, :title, :at)
ON CONFLICT (url) DO UPDATE SET title = excluded.title, at_us = excluded.at_us
"""
_DROP = "DELETE FROM link_titles WHERE at_us < :before"


async def titles_of(tx: Reader, urls: Iterable[str]) -> dict[str, str]:
    """The titles of those that were asked; empty where there was none."""
    found = {}
    for url in urls:
        row = await tx.fetch_one(_TITLE, url=url)
        if row is not None:
            found[url] = str(row["title"])
    return found


async def keep_titles(tx: Writer, titles: Iterable[tuple[str, str]], at: datetime) -> None:
    """Keeps (url, title)."""
    for url, title in titles:
        await tx.execute(_KEEP, url=url, title=title, at=to_us(at))


async def drop_old_titles(tx: Writer, before: datetime) -> int:
    """Forgets those that were asked before then; how many."""
    return await tx.execute(_DROP, before=to_us(before))


# ---- for which sessions

_ENDING = """
SELECT id FROM sessions
WHERE state IN ('open', 'ended', 'recapped') AND ends_us <= :until AND ends_us > :since
ORDER BY ends_us, id
"""
_RECAPS = """
INSERT INTO stale_messages (prompt_id)
SELECT p.id FROM prompts p
WHERE p.kind = 'recap' AND p.subject = :session AND p.message_id IS NOT NULL
ON CONFLICT DO NOTHING
"""


async def sessions_ending(tx: Reader, since: datetime, until: datetime) -> list[SessionId]:
    """Sessions whose end lies in (since, until], begun and not cancelled."""
    rows = await tx.fetch(_ENDING, since=to_us(since), until=to_us(until))
    return [SessionId(row["id"]) for row in rows]


async def say_recap_anew(tx: Writer, session: SessionId) -> None:
    """The recap, if it was said, is to be edited."""
    await tx.execute(_RECAPS, session=session)
