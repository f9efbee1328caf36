"""Chats and conferences, with their hashtags."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.chats import (
    Chat,
    ChatId,
    Conference,
    ConferenceId,
    DateChange,
    Rhythm,
)
from bot.model.people import CommunityId, DiscordId, Platform
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


async def hashtags_by_gathering(tx: Reader) -> Mapping[int, tuple[Hashtag, ...]]:
    """Of every gathering; there are a few for each chat that any community hosts."""
    found: dict[int, tuple[Hashtag, ...]] = {}
    for row in await tx.fetch(_HASHTAGS):
        so_far = found.get(row["gathering_id"], ())
        found[row["gathering_id"]] = (*so_far, Hashtag(row["normal"], row["shown"]))
    return found


_HASHTAGS_OF = """
SELECT h.normal, h.shown FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
WHERE g.gathering_id = :gathering ORDER BY g.position
"""


async def hashtags_of(tx: Reader, gathering: int) -> Mapping[int, tuple[Hashtag, ...]]:
    """Of one gathering."""
    rows = await tx.fetch(_HASHTAGS_OF, gathering=gathering)
    return {gathering: tuple(Hashtag(row["normal"], row["shown"]) for row in rows)}


# ---- chats

_SAVE_CHAT = """
INSERT INTO chats (id, community_id, name, host_id, zone, rhythm, first_local, duration_us,
    cancelled_us, every_nth, until_day, platforms)
VALUES (:id, :community, :name, :host, :zone, :rhythm, :first, :duration, :cancelled, :every,
    :until, :platforms)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, host_id = excluded.host_id,
    zone = excluded.zone, rhythm = excluded.rhythm, first_local = excluded.first_local,
    duration_us = excluded.duration_us, cancelled_us = excluded.cancelled_us,
    every_nth = excluded.every_nth, until_day = excluded.until_day,
    platforms = excluded.platforms
"""


async def save_chat(tx: Writer, chat: Chat) -> None:
    """Keeps the chat, and its hashtags, as they are now; its changed dates are kept one by one."""
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
        every=chat.every,
        until=None if chat.until is None else chat.until.isoformat(),
        platforms=" ".join(sorted(chat.platforms)),
    )
    await _save_hashtags(tx, chat.id, chat.hashtags)


_CHATS = """
SELECT c.id, c.community_id, c.name, c.host_id, c.zone, c.rhythm, c.first_local, c.duration_us,
    c.cancelled_us, c.every_nth, c.until_day, c.platforms
FROM chats c JOIN communities o ON o.id = c.community_id
WHERE c.cancelled_us IS NULL AND o.removed_us IS NULL ORDER BY c.id
"""


async def active_chats(tx: Reader, community: CommunityId | None = None) -> list[Chat]:
    """The chats that go on, of one community or of all that have the bot; the oldest first."""
    hashtags = await hashtags_by_gathering(tx)
    changes = await _changes(tx)
    chats = [_chat(row, hashtags, changes) for row in await tx.fetch(_CHATS)]
    return [c for c in chats if community is None or c.community == community]


_CHAT = """
SELECT id, community_id, name, host_id, zone, rhythm, first_local, duration_us, cancelled_us,
    every_nth, until_day, platforms
FROM chats WHERE id = :id
"""


async def get_chat(tx: Reader, chat: ChatId) -> Chat | None:
    """The chat, also a cancelled one."""
    row = await tx.fetch_one(_CHAT, id=chat)
    if row is None:
        return None
    return _chat(row, await hashtags_of(tx, chat), await _changes(tx))


def _chat(
    row: Row,
    hashtags: Mapping[int, tuple[Hashtag, ...]],
    changes: Mapping[int, tuple[DateChange, ...]],
) -> Chat:
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
        every=row["every_nth"],
        until=None if row["until_day"] is None else date.fromisoformat(row["until_day"]),
        changes=changes.get(row["id"], ()),
        platforms=platforms_in(row["platforms"]),
    )


def platforms_in(kept: str) -> frozenset[Platform]:
    """The platforms of a chat or conference, as they are kept: names with blanks between."""
    return frozenset(map(Platform, kept.split()))


_CHANGES = """
SELECT id, chat_id, on_day, moved_to, times FROM date_changes ORDER BY chat_id, on_day
"""
_SAVE_CHANGE = """
INSERT INTO date_changes (id, chat_id, on_day, moved_to, times)
VALUES (:id, :chat, :day, :moved, 1)
ON CONFLICT (chat_id, on_day) DO UPDATE SET id = excluded.id, moved_to = excluded.moved_to,
    times = date_changes.times + 1
"""
_FORGET_MOVES = "DELETE FROM date_changes WHERE chat_id = :chat AND moved_to IS NOT NULL"
_CHAT_OF_CHANGE = "SELECT chat_id FROM date_changes WHERE id = :id"


async def _changes(tx: Reader) -> dict[int, tuple[DateChange, ...]]:
    """The dates of every chat that do not follow its rule; there are a few."""
    found: dict[int, tuple[DateChange, ...]] = {}
    for row in await tx.fetch(_CHANGES):
        moved = row["moved_to"]
        change = DateChange(
            id=row["id"],
            day=date.fromisoformat(row["on_day"]),
            moved_to=None if moved is None else datetime.fromisoformat(moved),
            times=row["times"],
        )
        found[row["chat_id"]] = (*found.get(row["chat_id"], ()), change)
    return found


async def save_change(tx: Writer, chat: ChatId, change: DateChange) -> None:
    """One date of a chat is moved or cancelled, in place of what was settled for it before."""
    moved = None if change.moved_to is None else change.moved_to.isoformat()
    await tx.execute(_SAVE_CHANGE, id=change.id, chat=chat, day=change.day.isoformat(), moved=moved)


async def forget_moves(tx: Writer, chat: ChatId) -> None:
    """The rule of a chat changed: dates that were moved follow it again."""
    await tx.execute(_FORGET_MOVES, chat=chat)


async def chat_of_change(tx: Reader, change: int) -> Chat | None:
    """The chat of which a date was changed so; None once it was changed again."""
    row = await tx.fetch_one(_CHAT_OF_CHANGE, id=change)
    return None if row is None else await get_chat(tx, ChatId(row["chat_id"]))


# ---- conferences

_SAVE_CONFERENCE = """
INSERT INTO conferences (id, community_id, name, host_id, zone, first_day, last_day, cancelled_us,
    platforms)
VALUES (:id, :community, :name, :host, :zone, :first, :last, :cancelled, :platforms)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, host_id = excluded.host_id,
    zone = excluded.zone, first_day = excluded.first_day, last_day = excluded.last_day,
    cancelled_us = excluded.cancelled_us, platforms = excluded.platforms
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
        platforms=" ".join(sorted(conference.platforms)),
    )
    await _save_hashtags(tx, conference.id, conference.hashtags)


_CONFERENCES = """
SELECT f.id, f.community_id, f.name, f.host_id, f.zone, f.first_day, f.last_day, f.cancelled_us,
    f.platforms
FROM conferences f JOIN communities o ON o.id = f.community_id
WHERE f.cancelled_us IS NULL AND o.removed_us IS NULL ORDER BY f.first_day, f.id
"""


async def active_conferences(tx: Reader, community: CommunityId | None = None) -> list[Conference]:
    """Every conference that was not cancelled, of one community or of all; the earliest first."""
    hashtags = await hashtags_by_gathering(tx)
    found = [_conference(row, hashtags) for row in await tx.fetch(_CONFERENCES)]
    return [c for c in found if community is None or c.community == community]


_CONFERENCE = """
SELECT id, community_id, name, host_id, zone, first_day, last_day, cancelled_us, platforms
FROM conferences WHERE id = :id
"""


async def get_conference(tx: Reader, conference: ConferenceId) -> Conference | None:
    """The conference, also a cancelled one."""
    row = await tx.fetch_one(_CONFERENCE, id=conference)
    return _conference(row, await hashtags_of(tx, conference)) if row else None


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
        platforms=platforms_in(row["platforms"]),
    )
