"""The programme of a conference: which talk begins when and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import ConferenceId, SessionId, Talk
from bot.model.people import CommunityId
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Writer

_DROP = "DELETE FROM talks WHERE conference_id = :conference AND starts_us > :after"
_ADD = """
INSERT INTO talks (id, conference_id, starts_us, title, room, link)
VALUES (:id, :conference, :starts, :title, :room, :link)
"""
_DUE = """
SELECT d.id AS id, d.starts_us AS starts_us, d.thread_id AS thread_id,
    d.community_id AS community_id
FROM (SELECT min(t.id) AS id, t.starts_us AS starts_us, s.thread_id AS thread_id,
        s.community_id AS community_id
    FROM talks t JOIN sessions s ON s.conference_id = t.conference_id
    WHERE s.state = 'open' AND s.thread_id IS NOT NULL
        AND t.starts_us > :since AND t.starts_us <= :until
    GROUP BY t.starts_us, s.id, s.thread_id, s.community_id) d
WHERE NOT EXISTS (SELECT 1 FROM prompts p WHERE p.kind = 'talks' AND p.subject = d.id
    AND p.community_id = d.community_id)
ORDER BY d.starts_us, d.id
"""
_NEXT = """
SELECT min(t.starts_us) AS us FROM talks t JOIN sessions s ON s.conference_id = t.conference_id
WHERE s.state IN ('open', 'planned') AND t.starts_us > :after
"""
_SLOT = """
SELECT o.starts_us AS starts_us, o.title AS title, o.room AS room, o.link AS link,
    o.conference_id AS conference_id
FROM talks t JOIN talks o ON o.conference_id = t.conference_id AND o.starts_us = t.starts_us
WHERE t.id = :id ORDER BY o.room, o.title, o.id
"""
_SESSION = "SELECT id FROM sessions WHERE conference_id = :conference"


@dataclass(frozen=True, slots=True)
class Slot:
    """Talks that begin at one time, by the first of them."""

    talk: int
    starts_at: datetime
    community: CommunityId
    thread: int


async def replace_talks(
    tx: Writer, conference: ConferenceId, talks: Iterable[tuple[int, Talk]], after: datetime
) -> None:
    """Those that begin after then are these; what began before stays as it was announced."""
    await tx.execute(_DROP, conference=conference, after=to_us(after))
    await tx.execute_many(
        _ADD,
        [
            (number, conference, to_us(t.starts_at), t.title, t.room, t.link)
            for number, t in talks
            if t.starts_at > after
        ],
    )


async def slots_due(tx: Reader, since: datetime, until: datetime) -> list[Slot]:
    """What begins in (since, until] in a conference that has its thread, and was not announced."""
    return [
        Slot(
            row["id"], from_us(row["starts_us"]), CommunityId(row["community_id"]), row["thread_id"]
        )
        for row in await tx.fetch(_DUE, since=to_us(since), until=to_us(until))
    ]


async def next_start(tx: Reader, after: datetime) -> datetime | None:
    """When the next talk begins."""
    row = await tx.fetch_one(_NEXT, after=to_us(after))
    return None if row is None or row["us"] is None else from_us(row["us"])


async def slot_of(tx: Reader, talk: int) -> tuple[SessionId | None, list[Talk]]:
    """The session of a talk's conference, and all talks that begin with it, by room."""
    rows = await tx.fetch(_SLOT, id=talk)
    if not rows:
        return None, []
    found = await tx.fetch_one(_SESSION, conference=rows[0]["conference_id"])
    talks = [Talk(from_us(r["starts_us"]), r["title"], r["room"], r["link"]) for r in rows]
    return (None if found is None else SessionId(found["id"])), talks
