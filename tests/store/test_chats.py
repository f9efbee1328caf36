"""Chats, conferences, sessions and presences, on SQLite and PostgreSQL."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.chats import (
    Chat,
    ChatId,
    Conference,
    ConferenceId,
    DateChange,
    Rhythm,
    Session,
    SessionId,
    SessionState,
)
from bot.model.people import CommunityId, PersonId
from bot.model.posts import hashtag_of
from bot.store import chats as store
from bot.store import members as store_members
from bot.store import sessions as store_sessions
from bot.store.counts import counts_of
from tests.services.hosted import HERE, HOST, community, member, settle

if TYPE_CHECKING:
    from bot.store.database import Database

AT = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHAT = Chat(
    id=ChatId(1),
    community=HERE,
    name="Learning chat",
    hashtags=(hashtag_of("#LrnChat"), hashtag_of("edchat")),
    host=HOST,
    zone="Europe/Berlin",
    rhythm=Rhythm.MONTHLY,
    first_local=datetime.fromisoformat("2026-05-14T20:00"),
    duration=HOUR,
)
CONFERENCE = Conference(
    id=ConferenceId(2),
    community=HERE,
    name="SIBECOL",
    hashtags=(hashtag_of("#sibecol"),),
    host=HOST,
    zone="Europe/Madrid",
    first_day=date(2026, 5, 19),
    last_day=date(2026, 5, 21),
)


def session(number: int, starts_at: datetime = AT, **changes: object) -> Session:
    made = Session(
        id=SessionId(number),
        community=HERE,
        chat=CHAT.id,
        conference=None,
        name=CHAT.name,
        hashtags=CHAT.hashtags,
        starts_at=starts_at,
        ends_at=starts_at + HOUR,
        state=SessionState.PLANNED,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


OF_CONFERENCE = session(
    50,
    datetime(2026, 5, 18, 22, tzinfo=UTC),
    chat=None,
    conference=CONFERENCE.id,
    name=CONFERENCE.name,
    hashtags=CONFERENCE.hashtags,
)


async def kept(db: Database, *sessions: Session) -> None:
    await settle(db)
    async with db.write() as tx:
        await store.save_chat(tx, CHAT)
        await store.save_conference(tx, CONFERENCE)
        for one in sessions:
            assert await store_sessions.add_session(tx, one)


async def test_what_is_saved_comes_back_and_may_be_saved_again(database: Database) -> None:
    await kept(database)
    changed = dataclasses.replace(
        CHAT, hashtags=(hashtag_of("#edchat"),), rhythm=Rhythm.WEEKLY, cancelled_at=AT
    )
    async with database.write() as tx:
        assert await store.get_chat(tx, CHAT.id) == CHAT
        assert await store.get_conference(tx, CONFERENCE.id) == CONFERENCE
        assert await store.active_chats(tx) == [CHAT]
        assert await store.active_conferences(tx, HERE) == [CONFERENCE]
        assert await store.active_chats(tx, CommunityId(10)) == []
        await store.save_chat(tx, changed)
        assert await store.get_chat(tx, CHAT.id) == changed
        assert await store.active_chats(tx) == []
        assert await store.get_chat(tx, ChatId(99)) is None
        assert await store.get_conference(tx, ConferenceId(99)) is None


async def test_a_rule_and_its_changed_dates_come_back_as_kept(database: Database) -> None:
    day, later = date(2026, 5, 14), date(2026, 6, 11)
    moved = DateChange(5, day, datetime.fromisoformat("2026-05-15T19:30"))
    async with database.write() as tx:
        await store_members.save_community(tx, community())
        ruled = dataclasses.replace(CHAT, every=3, until=date(2027, 1, 1))
        await store.save_chat(tx, ruled)
        await store.save_change(tx, CHAT.id, DateChange(4, day, None))
        await store.save_change(tx, CHAT.id, moved)
        await store.save_change(tx, CHAT.id, DateChange(6, later, None))
        kept_chat = await store.get_chat(tx, CHAT.id)
        assert kept_chat == dataclasses.replace(
            ruled, changes=(dataclasses.replace(moved, times=2), DateChange(6, later, None))
        )
        assert await store.active_chats(tx) == [kept_chat]
        assert await store.chat_of_change(tx, 4) is None, "it was changed again"
        assert await store.chat_of_change(tx, 5) == kept_chat
        await store.forget_moves(tx, CHAT.id)
        left = await store.get_chat(tx, CHAT.id)
        assert left is not None
        assert [c.id for c in left.changes] == [6]


async def test_a_session_is_planned_once_for_one_start(database: Database) -> None:
    await kept(database, session(10))
    async with database.write() as tx:
        assert not await store_sessions.add_session(tx, session(11))
        assert await store_sessions.add_session(tx, session(12, AT + HOUR))
        assert await store_sessions.add_session(tx, OF_CONFERENCE)
        again = dataclasses.replace(OF_CONFERENCE, id=SessionId(51))
        assert not await store_sessions.add_session(tx, again)
        last = await store_sessions.last_starts(tx)
        assert last == {CHAT.id: store_sessions.Planned(None, AT + HOUR)}
        assert await store_sessions.conferences_with_session(tx) == {CONFERENCE.id}
        assert await store_sessions.get_session(tx, SessionId(10)) == session(10)
        assert await store_sessions.get_session(tx, SessionId(50)) == OF_CONFERENCE


async def test_what_is_due_is_found_by_state_and_time(database: Database) -> None:
    later = session(12, AT + 24 * HOUR)
    await kept(database, session(10), session(11, AT - 24 * HOUR, state=SessionState.OPEN), later)
    async with database.write() as tx:
        assert await store_sessions.next_change(tx) == AT - 23 * HOUR
        assert [s.id for s in await store_sessions.sessions_to_open(tx, AT)] == [10]
        assert [s.id for s in await store_sessions.sessions_to_close(tx, AT)] == [11]
        await store_sessions.set_state(tx, SessionId(11), SessionState.ENDED)
        await store_sessions.set_thread(tx, SessionId(11), 2**62)
        assert await store_sessions.sessions_to_close(tx, AT) == []
        assert await store_sessions.next_change(tx) == AT
        found = await store_sessions.get_session(tx, SessionId(11))
        assert found is not None
        assert (found.state, found.thread) == (SessionState.ENDED, 2**62)
        between = await store_sessions.sessions_between(tx, AT + HOUR, AT + 24 * HOUR)
        assert [s.id for s in between] == [10, 12], "both ends count"


async def test_of_a_community_that_removed_the_bot_nothing_is_due(database: Database) -> None:
    await kept(database, session(10), session(11, AT - HOUR, state=SessionState.OPEN))
    async with database.write() as tx:
        await store_members.save_community(tx, community(removed_at=AT))
        assert await store.active_chats(tx) == []
        assert await store.active_conferences(tx) == []
        assert await store_sessions.sessions_to_open(tx, AT) == []
        assert await store_sessions.sessions_to_close(tx, AT) == []
        assert await store_sessions.sessions_between(tx, AT, AT) == []
        assert await store_sessions.next_change(tx) is None


async def test_cancelling_spares_a_chat_that_runs_and_ends_a_conference(database: Database) -> None:
    running = dataclasses.replace(OF_CONFERENCE, state=SessionState.OPEN)
    await kept(database, session(10, state=SessionState.OPEN), session(11, AT + HOUR), running)
    async with database.write() as tx:
        await store_sessions.cancel_sessions(tx, CHAT.id)
        await store_sessions.cancel_sessions(tx, CONFERENCE.id)
        states = {}
        for number in (10, 11, 50):
            found = await store_sessions.get_session(tx, SessionId(number))
            assert found is not None
            states[number] = found.state
    assert states == {
        10: SessionState.OPEN,
        11: SessionState.CANCELLED,
        50: SessionState.CANCELLED,
    }


async def test_dropping_takes_away_what_was_only_planned(database: Database) -> None:
    await kept(database, session(10, state=SessionState.RECAPPED), session(11, AT + HOUR))
    async with database.write() as tx:
        await store_sessions.drop_planned(tx, CHAT.id, AT)
        assert await store_sessions.get_session(tx, SessionId(11)) is None
        assert await store_sessions.get_session(tx, SessionId(10)) is not None


async def test_the_last_held_session_of_each_gathering_is_found(database: Database) -> None:
    ended, recapped = SessionState.ENDED, SessionState.RECAPPED
    await kept(
        database,
        session(10, state=recapped),
        session(11, AT + 2 * HOUR, state=recapped),
        session(12, AT + 4 * HOUR, state=SessionState.MISSED),
        session(13, AT + 6 * HOUR),
        dataclasses.replace(OF_CONFERENCE, state=ended),
    )
    async with database.read() as tx:
        assert [s.id for s in await store_sessions.last_held(tx, HERE)] == [50, 11]
        assert await store_sessions.last_held(tx, CommunityId(10)) == []
        assert await store_sessions.held_before(tx, CHAT.id, AT + 2 * HOUR) == 1
        assert await store_sessions.held_before(tx, CHAT.id, AT + 9 * HOUR) == 2
        counts = await counts_of(tx, HERE)
    assert (counts.chats, counts.conferences) == (1, 1)
    assert (counts.sessions_held, counts.sessions_missed) == (3, 1)


async def test_somebody_is_present_once(database: Database) -> None:
    await kept(database, session(10))
    ana = member(5, "Ana")
    await settle(database, ana)
    async with database.write() as tx:
        assert await store_sessions.add_presence(tx, SessionId(10), ana.person, AT)
        assert not await store_sessions.add_presence(tx, SessionId(10), ana.person, AT + HOUR)
        assert await store_sessions.add_presence(tx, SessionId(10), PersonId(3), AT)
        present = await store_sessions.presences_of(tx, SessionId(10))
        assert (await counts_of(tx, HERE)).members == 1
    assert present == [3, ana.person]
