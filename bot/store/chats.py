"""Chats, conferences and their sessions; who was present. What a recap reads is in recaps.py."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.chats import (
    Chat,
    ChatId,
    Conference,
    ConferenceId,
    Rhythm,
    Session,
    SessionId,
    SessionState,
)
from bot.model.people import CommunityId, DiscordId, PersonId
from bot.model.posts import Hashtag, from_us, to_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.store.database import Reader, Row, Writer

_US = timedelta(microseconds=1)

# ---- the hashtags of a chat or conference

_ADD_HASHTAG = """
INSERT INTO hashtags (id, normal, shown) VALUES (:id, :normal, :shown)
ON CONFLICT (id) DO UPDATE SET shown = excluded.shown
"""
_DROP_HASHTAGS = "DELETE FROM gathering_hashtags WHERE gathering_id = :gathering"
_SET_HASHTAG = """
INSERT INTO gathering_hashtags (gathering_id, hashtag_id, position)
VALUES (:gathering, :hashtag, :position)
"""


async def _save_hashtags(tx: Writer, gathering: int, hashtags: Sequence[Hashtag]) -> None:
    await tx.execute(_DROP_HASHTAGS, gathering=gathering)
    await tx.execute_many(_ADD_HASHTAG, [(h.id, h.normal, h.shown) for h in hashtags])
    await tx.execute_many(_SET_HASHTAG, [(gathering, h.id, n) for n, h in enumerate(hashtags)])


_HASHTAGS = """
SELECT g.gathering_id, h.normal, h.shown
FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
ORDER BY g.gathering_id, g.position
"""


async def _hashtags(tx: Reader) -> Mapping[int, tuple[Hashtag, ...]]:
    """Of every gathering; there are a few for each chat that any community hosts."""
    found: dict[int, tuple[Hashtag, ...]] = {}
    for row in await tx.fetch(_HASHTAGS):
        so_far = found.get(row["gathering_id"], ())
        found[row["gathering_id"]] = (*so_far, Hashtag(row["normal"], row["shown"]))
    return found


# ---- chats

_SAVE_CHAT = """
INSERT INTO chats (id, community_id, name, host_id, zone, rhythm, first_local, duration_us,
    cancelled_us)
VALUES (:id, :community, :name, :host, :zone, :rhythm, :first, :duration, :cancelled)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, host_id = excluded.host_id,
    zone = excluded.zone, rhythm = excluded.rhythm, first_local = excluded.first_local,
    duration_us = excluded.duration_us, cancelled_us = excluded.cancelled_us
"""


async def save_chat(tx: Writer, chat: Chat) -> None:
    """Keeps the chat, and its hashtags, as they are now."""
    await tx.execute(
        _SAVE_CHAT,
        id=chat.id,
        community=chat.community,
        name=chat.name,
        host=chat.host,
        zone=chat.zone,
        rhythm=chat.rhythm.value,
        first=chat.first_local.isoformat(),
        duration=chat.duration // _US,
        cancelled=None if chat.cancelled_at is None else to_us(chat.cancelled_at),
    )
    await _save_hashtags(tx, chat.id, chat.hashtags)


_CHATS = """
SELECT c.id, c.community_id, c.name, c.host_id, c.zone, c.rhythm, c.first_local, c.duration_us,
    c.cancelled_us
FROM chats c JOIN communities o ON o.id = c.community_id
WHERE c.cancelled_us IS NULL AND o.removed_us IS NULL ORDER BY c.id
"""


async def active_chats(tx: Reader, community: CommunityId | None = None) -> list[Chat]:
    """The chats that go on, of one community or of all that have the bot; the oldest first."""
    hashtags = await _hashtags(tx)
    chats = [_chat(row, hashtags) for row in await tx.fetch(_CHATS)]
    return [c for c in chats if community is None or c.community == community]


_CHAT = """
SELECT id, community_id, name, host_id, zone, rhythm, first_local, duration_us, cancelled_us
FROM chats WHERE id = :id
"""


async def get_chat(tx: Reader, chat: ChatId) -> Chat | None:
    """The chat, also a cancelled one."""
    row = await tx.fetch_one(_CHAT, id=chat)
    return _chat(row, await _hashtags(tx)) if row else None


def _chat(row: Row, hashtags: Mapping[int, tuple[Hashtag, ...]]) -> Chat:
    return Chat(
        id=ChatId(row["id"]),
        community=CommunityId(row["community_id"]),
        name=row["name"],
        hashtags=hashtags.get(row["id"], ()),
        host=DiscordId(row["host_id"]),
        zone=row["zone"],
        rhythm=Rhythm(row["rhythm"]),
        first_local=datetime.fromisoformat(row["first_local"]),
        duration=row["duration_us"] * _US,
        cancelled_at=None if row["cancelled_us"] is None else from_us(row["cancelled_us"]),
    )


# ---- conferences

_SAVE_CONFERENCE = """
INSERT INTO conferences (id, community_id, name, host_id, zone, first_day, last_day, cancelled_us)
VALUES (:id, :community, :name, :host, :zone, :first, :last, :cancelled)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, host_id = excluded.host_id,
    zone = excluded.zone, first_day = excluded.first_day, last_day = excluded.last_day,
    cancelled_us = excluded.cancelled_us
"""


async def save_conference(tx: Writer, conference: Conference) -> None:
    """Keeps the conference, and its hashtags, as they are now."""
    gone = conference.cancelled_at
    await tx.execute(
        _SAVE_CONFERENCE,
        id=conference.id,
        community=conference.community,
        name=conference.name,
        host=conference.host,
        zone=conference.zone,
        first=conference.first_day.isoformat(),
        last=conference.last_day.isoformat(),
        cancelled=None if gone is None else to_us(gone),
    )
    await _save_hashtags(tx, conference.id, conference.hashtags)


_CONFERENCES = """
SELECT f.id, f.community_id, f.name, f.host_id, f.zone, f.first_day, f.last_day, f.cancelled_us
FROM conferences f JOIN communities o ON o.id = f.community_id
WHERE f.cancelled_us IS NULL AND o.removed_us IS NULL ORDER BY f.first_day, f.id
"""


async def active_conferences(tx: Reader, community: CommunityId | None = None) -> list[Conference]:
    """Every conference that was not cancelled, of one community or of all; the earliest first."""
    hashtags = await _hashtags(tx)
    found = [_conference(row, hashtags) for row in await tx.fetch(_CONFERENCES)]
    return [c for c in found if community is None or c.community == community]


_CONFERENCE = """
SELECT id, community_id, name, host_id, zone, first_day, last_day, cancelled_us
FROM conferences WHERE id = :id
"""


async def get_conference(tx: Reader, conference: ConferenceId) -> Conference | None:
    """The conference, also a cancelled one."""
    row = await tx.fetch_one(_CONFERENCE, id=conference)
    return _conference(row, await _hashtags(tx)) if row else None


def _conference(row: Row, hashtags: Mapping[int, tuple[Hashtag, ...]]) -> Conference:
    return Conference(
        id=ConferenceId(row["id"]),
        community=CommunityId(row["community_id"]),
        name=row["name"],
        hashtags=hashtags.get(row["id"], ()),
        host=DiscordId(row["host_id"]),
        zone=row["zone"],
        first_day=date.fromisoformat(row["first_day"]),
        last_day=date.fromisoformat(row["last_day"]),
        cancelled_at=None if row["cancelled_us"] is None else from_us(row["cancelled_us"]),
    )


# ---- sessions

_ADD_SESSION = """
INSERT INTO sessions (id, community_id, chat_id, conference_id, starts_us, ends_us, state)
VALUES (:id, :community, :chat, :conference, :starts, :ends, :state)
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
    )
    return added > 0


_SESSION = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id
FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.id = :id
"""


async def get_session(tx: Reader, session: SessionId) -> Session | None:
    """The session, in whatever state."""
    row = await tx.fetch_one(_SESSION, id=session)
    return _session(row, await _hashtags(tx)) if row else None


_SESSIONS_BETWEEN = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.starts_us <= :until AND s.ends_us >= :since AND s.state <> 'cancelled'
    AND o.removed_us IS NULL
ORDER BY s.starts_us, s.id
"""


async def sessions_between(tx: Reader, since: datetime, until: datetime) -> list[Session]:
    """Every session that was not cancelled and touches that time, both ends included."""
    rows = await tx.fetch(_SESSIONS_BETWEEN, since=to_us(since), until=to_us(until))
    hashtags = await _hashtags(tx)
    return [_session(row, hashtags) for row in rows]


_STARTED = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.state = 'planned' AND s.starts_us <= :now AND o.removed_us IS NULL
ORDER BY s.starts_us, s.id
"""


async def sessions_to_open(tx: Reader, now: datetime) -> list[Session]:
    """Planned ones whose start has come; some may be over already."""
    hashtags = await _hashtags(tx)
    return [_session(row, hashtags) for row in await tx.fetch(_STARTED, now=to_us(now))]


_OVER = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id
FROM sessions s JOIN communities o ON o.id = s.community_id
    LEFT JOIN chats c ON c.id = s.chat_id LEFT JOIN conferences f ON f.id = s.conference_id
WHERE s.state = 'open' AND s.ends_us <= :now AND o.removed_us IS NULL
ORDER BY s.ends_us, s.id
"""


async def sessions_to_close(tx: Reader, now: datetime) -> list[Session]:
    """Open ones whose end has come."""
    hashtags = await _hashtags(tx)
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
SELECT chat_id, max(starts_us) AS us FROM sessions WHERE chat_id IS NOT NULL GROUP BY chat_id
"""
_WITH_SESSION = "SELECT conference_id FROM sessions WHERE conference_id IS NOT NULL"


async def last_starts(tx: Reader) -> dict[ChatId, datetime]:
    """The latest start that was planned for each chat."""
    return {ChatId(r["chat_id"]): from_us(r["us"]) for r in await tx.fetch(_LAST_STARTS)}


async def conferences_with_session(tx: Reader) -> frozenset[ConferenceId]:
    """The conferences that were planned."""
    return frozenset(ConferenceId(r["conference_id"]) for r in await tx.fetch(_WITH_SESSION))


_LAST_HELD = """
SELECT s.id, s.community_id, s.chat_id, s.conference_id, coalesce(c.name, f.name) AS name,
    s.starts_us, s.ends_us, s.state, s.thread_id
FROM sessions s LEFT JOIN chats c ON c.id = s.chat_id
    LEFT JOIN conferences f ON f.id = s.conference_id
WHERE coalesce(s.chat_id, s.conference_id) = :gathering AND s.state IN ('ended', 'recapped')
ORDER BY s.starts_us DESC LIMIT 1
"""


async def last_held(tx: Reader, gathering: int) -> Session | None:
    """The last session of a chat or conference that is over and was followed."""
    row = await tx.fetch_one(_LAST_HELD, gathering=gathering)
    return _session(row, await _hashtags(tx)) if row else None


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
_CANCEL_PLANNED = """
UPDATE sessions SET state = 'cancelled'
WHERE (chat_id = :gathering AND state = 'planned')
    OR (conference_id = :gathering AND state IN ('planned', 'open'))
"""


async def drop_planned(tx: Writer, gathering: int) -> None:
    """Takes the sessions away that were only planned: the dates change."""
    await tx.execute(_DROP_PLANNED, gathering=gathering)


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
