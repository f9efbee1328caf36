"""Follow-ups: what a conference left open for each member."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import CommunityId, PersonId
from bot.model.posts import PostId, from_us, to_us
from bot.model.suggestions import FollowUp, FollowUpKind

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_ADD = """
INSERT INTO follow_ups (id, community_id, session_id, member_id, about_id, kind, own_post,
    other_post, rank)
VALUES (:id, :community, :session, :member, :about, :kind, :own, :other, :rank)
ON CONFLICT DO NOTHING
"""


async def add_follow_up(tx: Writer, item: FollowUp) -> bool:
    """Keeps a follow-up; False when this member has the same one already."""
    added = await tx.execute(
        _ADD,
        id=item.id,
        community=item.community,
        session=item.session,
        member=item.member,
        about=item.about,
        kind=item.kind.value,
        own=item.own_post,
        other=item.other_post,
        rank=item.rank,
    )
    return added > 0


_GET = """
SELECT id, community_id, session_id, member_id, about_id, kind, own_post, other_post, rank
FROM follow_ups WHERE id = :id
"""


async def get_follow_up(tx: Reader, item: int) -> FollowUp | None:
    """The follow-up, or None."""
    row = await tx.fetch_one(_GET, id=item)
    return _follow_up(row) if row else None


_OF = """
SELECT id, community_id, session_id, member_id, about_id, kind, own_post, other_post, rank
FROM follow_ups WHERE session_id = :session AND member_id = :member ORDER BY rank, id
"""


async def follow_ups_of(tx: Reader, session: int, member: PersonId) -> list[FollowUp]:
    """What a session left for a member, in the order in which it is shown."""
    rows = await tx.fetch(_OF, session=session, member=member)
    return [_follow_up(row) for row in rows]


def _follow_up(row: Row) -> FollowUp:
    return FollowUp(
        id=row["id"],
        community=CommunityId(row["community_id"]),
        session=row["session_id"],
        member=PersonId(row["member_id"]),
        about=PersonId(row["about_id"]),
        kind=FollowUpKind(row["kind"]),
        own_post=None if row["own_post"] is None else PostId(row["own_post"]),
        other_post=None if row["other_post"] is None else PostId(row["other_post"]),
        rank=row["rank"],
    )


_LEFT = """
SELECT count(*) AS waiting FROM follow_ups f
JOIN prompts p ON p.kind = 'follow_up' AND p.subject = f.id
WHERE f.session_id = :session AND f.member_id = :member AND f.id <> :item
    AND p.state IN ('due', 'sent', 'waiting')
"""


async def others_left(tx: Reader, item: FollowUp) -> int:
    """How many other open things the same session left for the same member."""
    row = await tx.fetch_one(_LEFT, session=item.session, member=item.member, item=item.id)
    return 0 if row is None else int(row["waiting"])


# ---- which conferences and chats are to be looked at

_ENDED = """
SELECT id FROM sessions
WHERE conference_id IS NOT NULL AND state IN ('ended', 'recapped') AND follow_ups_day < :day
    AND ends_us <= :latest AND ends_us > :earliest
ORDER BY ends_us, id
"""


async def conferences_ended(
    tx: Reader, day: int, earliest: datetime, latest: datetime
) -> list[int]:
    """Conference sessions that ended in (earliest, latest] and had not yet what `day` brings."""
    rows = await tx.fetch(_ENDED, day=day, earliest=to_us(earliest), latest=to_us(latest))
    return [row["id"] for row in rows]


_NEXT_END = """
SELECT min(ends_us) AS us FROM sessions
WHERE conference_id IS NOT NULL AND state IN ('ended', 'recapped') AND follow_ups_day < :day
    AND ends_us > :earliest
"""


async def next_end(tx: Reader, day: int, earliest: datetime) -> datetime | None:
    """The end of the first conference, after `earliest`, that still lacks what `day` brings."""
    row = await tx.fetch_one(_NEXT_END, day=day, earliest=to_us(earliest))
    return None if row is None or row["us"] is None else from_us(row["us"])


_CHATS_ENDED = """
SELECT id FROM sessions
WHERE chat_id IS NOT NULL AND state IN ('ended', 'recapped') AND follow_ups_day < 1
    AND ends_us <= :latest AND ends_us > :earliest
ORDER BY ends_us, id
"""
_NEXT_CHAT_END = """
SELECT min(ends_us) AS us FROM sessions
WHERE chat_id IS NOT NULL AND state IN ('ended', 'recapped') AND follow_ups_day < 1
    AND ends_us > :earliest
"""


async def chats_ended(tx: Reader, earliest: datetime, latest: datetime) -> list[int]:
    """Sessions of chats that ended in (earliest, latest] and were not looked at yet."""
    rows = await tx.fetch(_CHATS_ENDED, earliest=to_us(earliest), latest=to_us(latest))
    return [row["id"] for row in rows]


async def next_chat_end(tx: Reader, earliest: datetime) -> datetime | None:
    """The end of the first session of a chat, after `earliest`, that was not looked at yet."""
    row = await tx.fetch_one(_NEXT_CHAT_END, earliest=to_us(earliest))
    return None if row is None or row["us"] is None else from_us(row["us"])


_DONE = "UPDATE sessions SET follow_ups_day = :day WHERE id = :session AND follow_ups_day < :day"


async def mark_followed_up(tx: Writer, session: int, day: int) -> bool:
    """Notes that what `day` brings was planned; False when it was before."""
    return await tx.execute(_DONE, session=session, day=day) > 0
