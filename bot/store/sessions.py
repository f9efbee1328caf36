"""Sessions of chats and conferences, and who was present. What a recap reads is in recaps.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.model.chats import ChatId, ConferenceId, Session, SessionId, SessionState
from bot.model.people import CommunityId, PersonId
from bot.model.posts import from_us, to_us
from bot.store.chats import hashtags_by_gathering, hashtags_of, platforms_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.model.posts import Hashtag
    from bot.store.database import Reader, Row, Writer

_ADD_SESSION = """
INSERT INTO sessions (id, community_id, chat_id, conference_id, starts_us, ends_us, state,
    occurs_on)
VALUES (:id, :community, :chat, :conference, :starts, :ends, :state, :day)
ON CONFLICT DO NOTHING
"""


async def add_session(tx: Writer, session: Session) -> bool:
    """Adds a session; False when the chat has one at that start, or the conference one, already."""
    added = await tx.execute(
        _ADD_SESSION,
        id=session.id,
        community=session.community,
        chat=session.chat,
        conference=session.conference,
        starts=to_us(session.starts_at),
        ends=to_us(session.ends_at),
        state=session.state.value,
        day=None if session.day is None else session.day.isoformat(),
    )
    return added > 0


_SESSION = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id, coalesce(c.platforms, f.platforms) AS platforms
FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.id = :id
"""


async def get_session(tx: Reader, session: SessionId) -> Session | None:
    """The session, in whatever state."""
    row = await tx.fetch_one(_SESSION, id=session)
    if row is None:
        return None
    return _session(row, await hashtags_of(tx, row["chat_id"] or row["conference_id"]))


_ZONE = """
SELECT coalesce(c.zone, f.zone) AS zone FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.id = :id
"""


async def zone_of(tx: Reader, session: SessionId) -> str:
    """The IANA zone of its chat or conference."""
    row = await tx.fetch_one(_ZONE, id=session)
    return "UTC" if row is None else str(row["zone"])


_SESSIONS_BETWEEN = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id, coalesce(c.platforms, f.platforms) AS platforms
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.starts_us <= :until AND s.ends_us >= :since AND s.state <> 'cancelled'
    AND o.removed_us IS NULL
ORDER BY s.starts_us, s.id
"""


async def sessions_between(tx: Reader, since: datetime, until: datetime) -> list[Session]:
    """Every session that was not cancelled and touches that time, both ends included."""
    rows = await tx.fetch(_SESSIONS_BETWEEN, since=to_us(since), until=to_us(until))
    hashtags = await hashtags_by_gathering(tx)
    return [_session(row, hashtags) for row in rows]


_STARTED = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id, coalesce(c.platforms, f.platforms) AS platforms
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.state = 'planned' AND s.starts_us <= :now AND o.removed_us IS NULL
ORDER BY s.starts_us, s.id
"""


async def sessions_to_open(tx: Reader, now: datetime) -> list[Session]:
    """Planned ones whose start has come; some may be over already."""
    hashtags = await hashtags_by_gathering(tx)
    return [_session(row, hashtags) for row in await tx.fetch(_STARTED, now=to_us(now))]


_OVER = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id, coalesce(c.platforms, f.platforms) AS platforms
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.state = 'open' AND s.ends_us <= :now AND o.removed_us IS NULL
ORDER BY s.ends_us, s.id
"""


async def sessions_to_close(tx: Reader, now: datetime) -> list[Session]:
    """Open ones whose end has come."""
    hashtags = await hashtags_by_gathering(tx)
    return [_session(row, hashtags) for row in await tx.fetch(_OVER, now=to_us(now))]


_NEXT = """
SELECT min(CASE s.state WHEN 'planned' THEN s.starts_us ELSE s.ends_us END) AS us
FROM sessions s JOIN communities o ON o.id = s.community_id
WHERE s.state IN ('planned', 'open') AND o.removed_us IS NULL
"""


async def next_change(tx: Reader) -> datetime | None:
    """When the next session starts or ends."""
    row = await tx.fetch_one(_NEXT)
    return None if row is None or row["us"] is None else from_us(row["us"])


_LAST_STARTS = """
SELECT chat_id, max(occurs_on) AS day, max(starts_us) AS us FROM sessions
WHERE chat_id IS NOT NULL AND state <> 'cancelled' GROUP BY chat_id
"""
_PLANNED = """
SELECT id, chat_id, occurs_on, starts_us FROM sessions
WHERE chat_id IS NOT NULL AND state = 'planned' ORDER BY starts_us
"""
_WITH_SESSION = "SELECT conference_id FROM sessions WHERE conference_id IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Planned:
    """When a session of a chat is planned."""

    day: date | None
    """On which its rule puts it; None: it was planned before that was kept."""
    start: datetime
    session: SessionId | None = None

    def day_in(self, zone: str) -> date:
        """The local day of its rule."""
        return self.day or self.start.astimezone(ZoneInfo(zone)).date()


async def last_starts(tx: Reader) -> dict[ChatId, Planned]:
    """The latest date that was planned for each chat."""
    rows = await tx.fetch(_LAST_STARTS)
    return {ChatId(r["chat_id"]): Planned(_day(r["day"]), from_us(r["us"])) for r in rows}


async def planned_of_chats(tx: Reader) -> dict[ChatId, list[Planned]]:
    """The sessions of each chat that are planned and have not begun."""
    found: dict[ChatId, list[Planned]] = {}
    for row in await tx.fetch(_PLANNED):
        planned = Planned(_day(row["occurs_on"]), from_us(row["starts_us"]), SessionId(row["id"]))
        found.setdefault(ChatId(row["chat_id"]), []).append(planned)
    return found


def _day(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


async def conferences_with_session(tx: Reader) -> frozenset[ConferenceId]:
    """The conferences that were planned."""
    return frozenset(ConferenceId(r["conference_id"]) for r in await tx.fetch(_WITH_SESSION))


_LAST_HELD = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id, coalesce(c.platforms, f.platforms) AS platforms
FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.community_id = :community AND s.state IN ('ended', 'recapped')
    AND NOT EXISTS (SELECT 1 FROM sessions t
        WHERE coalesce(t.chat_id, t.conference_id) = coalesce(s.chat_id, s.conference_id)
            AND t.state IN ('ended', 'recapped') AND t.starts_us > s.starts_us)
ORDER BY s.ends_us DESC, s.id DESC
"""


async def last_held(tx: Reader, community: CommunityId) -> list[Session]:
    """The last session that is over of each chat and conference here, the newest first."""
    hashtags = await hashtags_by_gathering(tx)
    rows = await tx.fetch(_LAST_HELD, community=community)
    return [_session(row, hashtags) for row in rows]


_HELD_BEFORE = """
SELECT count(*) AS held FROM sessions
WHERE chat_id = :chat AND state IN ('ended', 'recapped') AND starts_us < :before
"""


async def held_before(tx: Reader, chat: ChatId, before: datetime) -> int:
    """How many sessions of the chat were followed before that time."""
    row = await tx.fetch_one(_HELD_BEFORE, chat=chat, before=to_us(before))
    return int(row["held"]) if row else 0


_SET_STATE = "UPDATE sessions SET state = :state WHERE id = :id"
_SET_THREAD = "UPDATE sessions SET thread_id = :thread WHERE id = :id"


async def set_state(tx: Writer, session: SessionId, state: SessionState) -> None:
    """The session goes into a state."""
    await tx.execute(_SET_STATE, id=session, state=state.value)


async def set_thread(tx: Writer, session: SessionId, thread: int) -> None:
    """The session has a thread now."""
    await tx.execute(_SET_THREAD, id=session, thread=thread)


_DROP_PLANNED = """
DELETE FROM sessions
WHERE coalesce(chat_id, conference_id) = :gathering AND state = 'planned'
"""
_DROP_CANCELLED = """
DELETE FROM sessions WHERE chat_id = :gathering AND state = 'cancelled' AND starts_us > :now
"""
_CANCEL_PLANNED = """
UPDATE sessions SET state = 'cancelled'
WHERE (chat_id = :gathering AND state = 'planned')
    OR (conference_id = :gathering AND state IN ('planned', 'open'))
"""


_MOVE = """
UPDATE sessions SET starts_us = :starts, ends_us = :ends
WHERE conference_id = :conference AND state IN ('planned', 'open')
"""


async def move_conference(
    tx: Writer, conference: ConferenceId, starts_at: datetime, ends_at: datetime
) -> None:
    """Its session, planned or running, has these times now."""
    await tx.execute(_MOVE, conference=conference, starts=to_us(starts_at), ends=to_us(ends_at))


_MOVE_SESSION = """
UPDATE sessions SET starts_us = :starts, ends_us = :ends WHERE id = :id
"""
_HOLD_AFTER_ALL = """
UPDATE sessions SET state = 'planned', starts_us = :starts, ends_us = :ends
WHERE chat_id = :chat AND occurs_on = :day AND state = 'cancelled'
"""


async def move_session(
    tx: Writer, session: SessionId, starts_at: datetime, ends_at: datetime
) -> None:
    """A planned session has these times now."""
    await tx.execute(_MOVE_SESSION, id=session, starts=to_us(starts_at), ends=to_us(ends_at))


async def hold_after_all(
    tx: Writer, chat: ChatId, day: date, starts_at: datetime, ends_at: datetime
) -> bool:
    """A date that was cancelled is planned again; False where none was."""
    return bool(
        await tx.execute(
            _HOLD_AFTER_ALL,
            chat=chat,
            day=day.isoformat(),
            starts=to_us(starts_at),
            ends=to_us(ends_at),
        )
    )


async def drop_planned(tx: Writer, gathering: int, now: datetime) -> None:
    """Takes away what was only planned, and what was cancelled of it: the dates change."""
    await tx.execute(_DROP_PLANNED, gathering=gathering)
    await tx.execute(_DROP_CANCELLED, gathering=gathering, now=to_us(now))


async def cancel_sessions(tx: Writer, gathering: int) -> None:
    """Cancels what is planned, and a running conference; a running chat is followed to its end."""
    await tx.execute(_CANCEL_PLANNED, gathering=gathering)


def _session(row: Row, hashtags: Mapping[int, tuple[Hashtag, ...]]) -> Session:
    chat, conference = row["chat_id"], row["conference_id"]
    return Session(
        id=SessionId(row["id"]),
        community=CommunityId(row["community_id"]),
        chat=None if chat is None else ChatId(chat),
        conference=None if conference is None else ConferenceId(conference),
        name=row["name"],
        hashtags=hashtags.get(chat or conference, ()),
        starts_at=from_us(row["starts_us"]),
        ends_at=from_us(row["ends_us"]),
        state=SessionState(row["state"]),
        thread=row["thread_id"],
        platforms=platforms_in(row["platforms"] or ""),
    )


# ---- who said "I'm here"

_ADD_PRESENCE = """
INSERT INTO presences (session_id, person_id, at_us) VALUES (:session, :person, :at)
ON CONFLICT DO NOTHING
"""
_PRESENCES = "SELECT person_id FROM presences WHERE session_id = :session ORDER BY person_id"


async def add_presence(tx: Writer, session: SessionId, person: PersonId, at: datetime) -> bool:
    """Somebody says that they are here; False when they said so before."""
    return await tx.execute(_ADD_PRESENCE, session=session, person=person, at=to_us(at)) > 0


async def presences_of(tx: Reader, session: SessionId) -> list[PersonId]:
    """Who said that they were there."""
    return [PersonId(r["person_id"]) for r in await tx.fetch(_PRESENCES, session=session)]
