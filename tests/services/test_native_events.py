"""Discord's events follow the dates, each made once, whatever happens between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.chats import ChatId, Rhythm
from bot.services.chats import Chats
from bot.services.dates import Dates
from bot.services.native_events import NativeEvents
from tests.services.hosted import HERE, HOST, settle

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.services.native_events import NativeEvent
    from bot.store.database import Database

THURSDAY = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


class Board:
    """The events of one server."""

    def __init__(self) -> None:
        self.events: dict[int, NativeEvent] = {}
        self.made = 0
        self.dies_after_making = False
        self.refuses = False

    @property
    def starts(self) -> list[datetime]:
        return [event.starts_at for event in self.events.values()]

    async def find(self, event: NativeEvent) -> int | None:
        return next((n for n, known in self.events.items() if known.id == event.id), None)

    async def create(self, event: NativeEvent) -> int:
        if self.refuses:
            raise DeliveryRefused("no")
        self.made += 1
        self.events[self.made] = event
        if self.dies_after_making:
            raise DeliveryFailed("the answer never came")
        return self.made

    async def edit(self, event: NativeEvent, known: int) -> bool:
        if known not in self.events:
            return False
        self.events[known] = event
        return True

    async def remove(self, community: int, known: int) -> None:
        self.events.pop(known, None)


class Place:
    """A community, its services and its board."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.clock = clock
        self.chats = Chats(db, clock, ids)
        self.dates = Dates(db, clock, ids, self.chats)
        self.events = NativeEvents(db, clock, ids)
        self.board = Board()

    async def weekly(self, name: str = "Learning chat", day: str = "Thursday") -> ChatId:
        added = await self.chats.add_chat(
            HERE, HOST, name=name, hashtags="#lrnchat", day=day, time="20:00",
            rhythm=Rhythm.WEEKLY, minutes=60,
        )  # fmt: skip
        return ChatId(added.gathering)

    async def beat(self) -> int:
        return await self.events.look_after(self.board)


@pytest.fixture
async def place(database: Database, clock: ReplayClock, ids: Ids) -> Place:
    await settle(database)
    return Place(database, clock, ids)


async def test_the_next_date_is_shown_and_the_one_after_once_it_is_over(place: Place) -> None:
    await place.weekly()
    assert [await place.beat() for _ in range(3)] == [1, 0, 0]
    assert place.board.starts == [THURSDAY]
    await place.clock.move_to(THURSDAY + HOUR / 2)
    assert await place.beat() == 0, "it runs"
    await place.clock.move_to(THURSDAY + HOUR)
    await place.beat()
    assert place.board.starts == [THURSDAY + WEEK]
    assert place.board.made == 2


async def test_a_moved_date_moves_its_event_and_a_cancelled_one_takes_it_away(place: Place) -> None:
    chat = await place.weekly()
    await place.beat()
    await place.dates.change(HERE, chat, date="Thursday", moved_to="Friday 20:00")
    await place.beat()
    assert (place.board.made, place.board.starts) == (1, [THURSDAY + timedelta(days=1)])
    await place.dates.change(HERE, chat, date="2026-05-14", moved_to="")
    await place.beat()
    assert (place.board.made, place.board.starts) == (2, [THURSDAY + WEEK])
    await place.chats.cancel(HERE, chat)
    await place.beat()
    assert place.board.events == {}


async def test_an_event_whose_making_was_never_heard_of_is_found_and_not_made_again(
    place: Place,
) -> None:
    await place.weekly()
    place.board.dies_after_making = True
    await place.beat()
    place.board.dies_after_making = False
    assert [await place.beat(), await place.beat()] == [1, 0]
    assert place.board.made == 1


async def test_an_event_that_somebody_deleted_stays_away_for_that_date(place: Place) -> None:
    chat = await place.weekly()
    await place.beat()
    place.board.events.clear()
    await place.dates.change(HERE, chat, date="Thursday", moved_to="Friday 20:00")
    await place.beat()
    await place.beat()
    assert place.board.events == {}
    await place.clock.move_to(THURSDAY + timedelta(days=2))
    await place.beat()
    assert place.board.starts == [THURSDAY + WEEK]


async def test_a_server_that_refuses_is_asked_again_after_a_while(place: Place) -> None:
    await place.weekly()
    place.board.refuses = True
    await place.beat()
    place.board.refuses = False
    assert await place.beat() == 0
    await place.clock.move_to(place.clock.now() + timedelta(minutes=16))
    assert await place.beat() == 1
    assert place.board.starts == [THURSDAY]


async def test_a_conference_is_one_event_from_its_first_day_to_its_last(place: Place) -> None:
    await place.chats.add_conference(
        HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day="19 May", last_day="21 May"
    )
    await place.beat()
    [event] = place.board.events.values()
    assert event.starts_at == datetime(2026, 5, 18, 22, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 5, 21, 22, tzinfo=UTC)


async def test_a_server_gets_a_hundred_events_the_soonest_first(
    sqlite_database: Database, clock: ReplayClock, ids: Ids
) -> None:
    await settle(sqlite_database)
    place = Place(sqlite_database, clock, ids)
    for n in range(101):
        await place.weekly(f"Chat {n}", "Friday" if n < 3 else "Thursday")
    await place.beat()
    assert len(place.board.events) == 100
    assert place.board.starts.count(THURSDAY + timedelta(days=1)) == 2
