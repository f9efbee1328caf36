"""One date of a chat is moved or cancelled: its session, the list, and the one word on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Invalid
from bot.model.cards import DateNewsCard
from bot.model.chats import ChatId, Rhythm, SessionState
from bot.model.suggestions import PromptKind, PromptState
from bot.services.chats import Chats
from bot.services.dates import CORRECTED_WITHIN, Dates
from bot.services.sessions import Sessions
from bot.store import prompts as store_prompts
from bot.store import sessions as store
from tests.services.hosted import HERE, HOST, settle

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.chats import Session
    from bot.model.suggestions import Prompt
    from bot.store.database import Database

THURSDAY = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


class Place:
    """A weekly chat on Thursdays at 20:00 in Berlin."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.db = db
        self.clock = clock
        self.chats = Chats(db, clock, ids)
        self.dates = Dates(db, clock, ids, self.chats)
        self.sessions = Sessions(db, clock, ids)
        self.chat = ChatId(0)

    async def open(self) -> None:
        await settle(self.db)
        added = await self.chats.add_chat(
            HERE,
            HOST,
            name="Learning chat",
            hashtags="#lrnchat",
            day="Thursday",
            time="20:00",
            rhythm=Rhythm.WEEKLY,
            minutes=60,
        )
        self.chat = ChatId(added.gathering)

    async def change(self, date: str, moved_to: str) -> tuple[datetime, ...]:
        return (await self.dates.change(HERE, self.chat, date=date, moved_to=moved_to)).next

    async def planned(self) -> list[Session]:
        async with self.db.read() as tx:
            return await store.sessions_between(
                tx, self.clock.now(), self.clock.now() + timedelta(days=40)
            )

    async def news(self) -> list[Prompt]:
        async with self.db.read() as tx:
            rows = await tx.fetch("SELECT id FROM prompts WHERE kind = 'date_news' ORDER BY id")
            found = [await store_prompts.get_prompt(tx, r["id"]) for r in rows]
        return [prompt for prompt in found if prompt is not None]


@pytest.fixture
async def place(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Place:
    made = Place(sqlite_database, clock, ids)
    await made.open()
    return made


async def test_a_moved_date_moves_its_session_and_no_other(place: Place) -> None:
    friday = THURSDAY + timedelta(days=1, hours=1)
    assert await place.change("Thursday", "Friday 21:00") == (
        friday,
        THURSDAY + WEEK,
        THURSDAY + 2 * WEEK,
    )
    [session, *_] = await place.planned()
    assert (session.starts_at, session.ends_at) == (friday, friday + HOUR)
    await place.clock.move_to(friday)
    await place.sessions.look_after()
    [held] = [s for s in await place.planned() if s.state is SessionState.OPEN]
    assert held.id == session.id
    assert [s.starts_at for s in await place.planned()] == [friday, THURSDAY + WEEK]


async def test_a_cancelled_date_is_not_held_and_the_next_one_is(place: Place) -> None:
    dates = await place.change("2026-05-14", "")
    assert dates == (THURSDAY + WEEK, THURSDAY + 2 * WEEK, THURSDAY + 3 * WEEK)
    await place.clock.move_to(THURSDAY + HOUR)
    await place.sessions.look_after()
    assert [s.starts_at for s in await place.planned()] == [THURSDAY + WEEK]


async def test_a_cancelled_date_is_held_after_all(place: Place) -> None:
    await place.change("Thursday", "")
    assert [s.starts_at for s in await place.planned()] == [THURSDAY + WEEK]
    assert (await place.change("14 May", "2026-05-14 20:00"))[0] == THURSDAY
    session, _ = await place.planned()
    assert (session.starts_at, session.state) == (THURSDAY, SessionState.PLANNED)


async def test_a_date_far_ahead_is_moved_before_it_is_planned(place: Place) -> None:
    await place.change("2026-06-11", "10 June 18:00")
    await place.clock.move_to(datetime(2026, 6, 9, 12, tzinfo=UTC))
    await place.sessions.look_after()
    coming = [s.starts_at for s in await place.planned() if s.starts_at > place.clock.now()]
    assert coming[0] == datetime(2026, 6, 10, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "moved_to", "key"),
    [
        ("Friday", "Friday 20:00", "host_no_date"),
        ("2026-05-21", "2026-05-13 23:00", "host_date_passes"),
        ("2026-05-14", "2026-05-21 20:00", "host_date_passes"),
        ("2026-05-14", "12 May 2026 20:00", "when_past"),
        ("2026-05-14", "later", "when_moment"),
    ],
)
async def test_what_can_not_be_is_refused_and_nothing_changes(
    place: Place, date: str, moved_to: str, key: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await place.change(date, moved_to)
    assert refused.value.key == key
    assert [s.starts_at for s in await place.planned()] == [THURSDAY, THURSDAY + WEEK]
    assert await place.news() == []


async def test_a_slip_put_right_at_once_is_told_as_it_stands(place: Place) -> None:
    await place.change("Thursday", "")
    await place.change("Thursday", "Friday 20:00")
    slip, word = await place.news()
    assert (word.kind, word.state) == (PromptKind.DATE_NEWS, PromptState.DUE)
    assert word.due_at == place.clock.now() + CORRECTED_WITHIN
    assert await place.dates.card_of(slip) is None
    card = await place.dates.card_of(word)
    assert isinstance(card, DateNewsCard)
    assert (card.was, card.now) == (THURSDAY, THURSDAY + timedelta(days=1))


async def test_settling_the_same_again_says_nothing_more(place: Place) -> None:
    await place.change("Thursday", "")
    await place.change("Thursday", "")
    assert len(await place.news()) == 1


async def test_a_new_rule_takes_moved_dates_back_and_leaves_cancelled_ones(place: Place) -> None:
    await place.change("2026-05-14", "Friday 20:00")
    await place.change("2026-05-28", "")
    changed = await place.chats.change_chat(
        HERE,
        place.chat,
        hashtags="#lrnchat",
        day="Thursday",
        time="19:00",
        rhythm=Rhythm.WEEKLY,
        minutes=60,
        zone="Europe/Berlin",
    )
    earlier = THURSDAY - HOUR
    assert changed.next == (earlier, earlier + WEEK, earlier + 3 * WEEK)


async def test_other_hashtags_leave_a_moved_date_alone(place: Place) -> None:
    friday = await place.change("2026-05-14", "Friday 20:00")
    changed = await place.chats.change_chat(
        HERE,
        place.chat,
        hashtags="#lrnchat #edchat",
        day="Thursday",
        time="20:00",
        rhythm=Rhythm.WEEKLY,
        minutes=60,
        zone="Europe/Berlin",
    )
    assert changed.next == friday


async def test_a_planned_session_follows_a_new_law_of_its_zone(place: Place) -> None:
    async with place.db.write() as tx:
        # As an older edition of the zones had it: an hour later.
        hour = HOUR // timedelta(microseconds=1)
        await tx.execute(
            "UPDATE sessions SET starts_us = starts_us + :hour, ends_us = ends_us + :hour",
            hour=hour,
        )
    await place.sessions.look_after()
    session, _ = await place.planned()
    assert (session.starts_at, session.ends_at) == (THURSDAY, THURSDAY + HOUR)
