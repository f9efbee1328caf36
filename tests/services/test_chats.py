"""What hosts settle, and what everybody may see of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import Invalid, Unknown
from bot.model.chats import ChatId, ConferenceId, Rhythm
from bot.model.people import CommunityId
from bot.services.chats import Chats
from bot.store import sessions as store
from tests.services.hosted import HERE, HOST, settle

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.chats import Upcoming
    from bot.store.database import Database


@pytest.fixture
async def chats(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Chats:
    await settle(sqlite_database)
    return Chats(sqlite_database, clock, ids)


async def weekly(chats: Chats, **changes: Any) -> Upcoming:
    wanted: dict[str, Any] = {
        "name": "Learning chat",
        "hashtags": "#LrnChat",
        "day": "Thursday",
        "time": "20:00",
        "rhythm": Rhythm.WEEKLY,
        "minutes": 60,
    }
    return await chats.add_chat(HERE, HOST, **(wanted | changes))


async def test_a_new_chat_tells_its_next_three_dates(chats: Chats) -> None:
    upcoming = await weekly(chats)
    first = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
    assert upcoming.next == (first, first + timedelta(days=7), first + timedelta(days=14))
    assert upcoming.zone == "Europe/Berlin"
    assert [h.shown for h in upcoming.hashtags] == ["LrnChat"]
    assert not upcoming.running


async def test_the_time_is_that_of_the_zone(chats: Chats) -> None:
    upcoming = await weekly(chats, zone="tokyo")
    assert upcoming.next[0] == datetime(2026, 5, 14, 11, 0, tzinfo=UTC)


async def test_a_weekday_whose_time_has_passed_today_means_next_week(chats: Chats) -> None:
    upcoming = await weekly(chats, day="Wednesday", time="19:00")
    assert upcoming.next[0] == datetime(2026, 5, 20, 17, 0, tzinfo=UTC)


async def test_sending_the_same_command_twice_makes_one_chat(chats: Chats) -> None:
    await weekly(chats)
    with pytest.raises(Invalid) as refused:
        await weekly(chats, name="learning  CHAT")
    assert refused.value.key == "host_exists"
    assert len(await chats.list_for(HERE)) == 1


async def test_nothing_can_be_hosted_before_the_community_is_set_up(
    chats: Chats, sqlite_database: Database
) -> None:
    await settle(sqlite_database, chat_channel=None)
    with pytest.raises(Unknown) as refused:
        await weekly(chats)
    assert refused.value.key == "not_set_up"


async def test_changing_a_chat_moves_its_planned_sessions(
    chats: Chats, sqlite_database: Database, clock: ReplayClock
) -> None:
    upcoming = await weekly(chats)
    changed = await chats.change_chat(
        HERE,
        ChatId(upcoming.gathering),
        hashtags="lrnchat, edchat",
        day="Friday",
        time="8 pm",
        rhythm=Rhythm.FORTNIGHTLY,
        minutes=90,
        zone="UTC",
    )
    friday = datetime(2026, 5, 15, 20, 0, tzinfo=UTC)
    assert changed.next == (friday, friday + timedelta(days=14), friday + timedelta(days=28))
    async with sqlite_database.read() as tx:
        planned = await store.sessions_between(tx, clock.now(), clock.now() + timedelta(days=30))
    assert [(s.starts_at, s.ends_at - s.starts_at) for s in planned] == [
        (friday, timedelta(minutes=90))
    ]
    assert [h.normal for h in planned[0].hashtags] == ["lrnchat", "edchat"]


async def test_a_conference_lasts_from_its_first_midnight_to_its_last(chats: Chats) -> None:
    upcoming = await chats.add_conference(
        HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day="19 May", last_day="2026-05-21"
    )
    assert upcoming.next == (datetime(2026, 5, 18, 22, 0, tzinfo=UTC),)
    assert upcoming.ends_at == datetime(2026, 5, 21, 22, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "key"),
    [
        ("12 May 2026", "14 May", "when_past"),
        ("19 May", "18 May 2026", "when_past"),
        ("19 May", "30 June", "host_conference_long"),
        ("2031-05-19", "2031-05-20", "when_far"),
        ("5/6", "5/7", "when_day"),
    ],
)
async def test_a_conference_with_impossible_days_is_refused(
    chats: Chats, first: str, last: str, key: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await chats.add_conference(
            HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day=first, last_day=last
        )
    assert refused.value.key == key
    assert refused.value.values["example"]
    assert await chats.list_for(HERE) == []


async def test_the_list_puts_what_runs_first_then_what_is_soonest(
    chats: Chats, clock: ReplayClock
) -> None:
    await weekly(chats, name="Later", day="Friday")
    await weekly(chats, name="Sooner", day="Thursday")
    await chats.add_conference(
        HERE, HOST, name="Now", hashtags="#now", first_day="today", last_day="tomorrow"
    )
    listed = await chats.list_for(HERE)
    assert [u.name for u in listed] == ["Now", "Sooner", "Later"]
    assert [u.running for u in listed] == [True, False, False]
    await clock.move_to(datetime(2026, 5, 20, tzinfo=UTC))
    assert "Now" not in [u.name for u in await chats.list_for(HERE)]


async def test_a_chat_held_once_leaves_the_list_and_its_name_is_free_again(
    chats: Chats, clock: ReplayClock
) -> None:
    await weekly(chats, rhythm=Rhythm.ONCE)
    await clock.move_to(datetime(2026, 5, 14, 19, 0, tzinfo=UTC))
    assert await chats.list_for(HERE) == []
    assert (await weekly(chats)).next


async def test_what_is_cancelled_is_gone_with_its_dates(
    chats: Chats, sqlite_database: Database, clock: ReplayClock
) -> None:
    upcoming = await weekly(chats)
    assert (await chats.cancel(HERE, upcoming.gathering)).name == "Learning chat"
    assert await chats.list_for(HERE) == []
    async with sqlite_database.read() as tx:
        assert await store.next_change(tx) is None
    with pytest.raises(Unknown):
        await chats.cancel(HERE, upcoming.gathering)


async def test_another_community_can_neither_see_nor_cancel_a_chat(chats: Chats) -> None:
    upcoming = await weekly(chats)
    elsewhere = CommunityId(10)
    assert await chats.list_for(elsewhere) == []
    with pytest.raises(Unknown):
        await chats.cancel(elsewhere, upcoming.gathering)
    with pytest.raises(Unknown):
        await chats.get_chat(elsewhere, ChatId(upcoming.gathering))
    for said in (str(upcoming.gathering), "learning chat", "#LRNCHAT"):
        assert (await chats.find(HERE, said)).gathering == upcoming.gathering


async def conference(chats: Chats) -> ConferenceId:
    upcoming = await chats.add_conference(
        HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day="19 May", last_day="21 May"
    )
    return ConferenceId(upcoming.gathering)


async def test_a_conference_moves_with_its_session(chats: Chats, sqlite_database: Database) -> None:
    sibecol = await conference(chats)
    moved = await chats.change_conference(
        HERE,
        sibecol,
        hashtags="#sib26",
        first_day="26 May",
        last_day="27 May",
        zone="UTC",
    )
    start = datetime(2026, 5, 26, tzinfo=UTC)
    assert (moved.next, moved.ends_at) == ((start,), start + timedelta(days=2))
    async with sqlite_database.read() as tx:
        [session] = await store.sessions_between(tx, start, start)
    assert (session.starts_at, session.ends_at) == (start, start + timedelta(days=2))
    assert [h.normal for h in session.hashtags] == ["sib26"]


async def test_a_conference_that_runs_may_last_longer_but_began_when_it_began(
    chats: Chats, clock: ReplayClock
) -> None:
    sibecol = await conference(chats)
    await clock.move_to(datetime(2026, 5, 20, 12, 0, tzinfo=UTC))
    moved = await chats.change_conference(
        HERE, sibecol, hashtags="#sibecol", first_day="1 June", last_day="22 May", zone="UTC"
    )
    assert moved.next == (datetime(2026, 5, 18, 22, 0, tzinfo=UTC),)
    assert moved.ends_at == datetime(2026, 5, 22, 22, 0, tzinfo=UTC)
    with pytest.raises(Invalid):
        await chats.change_conference(
            HERE, sibecol, hashtags="#sibecol", first_day="", last_day="2026-05-19", zone="UTC"
        )
    await clock.move_to(datetime(2026, 5, 23, tzinfo=UTC))
    with pytest.raises(Unknown):
        await chats.change_conference(
            HERE, sibecol, hashtags="#sibecol", first_day="", last_day="24 May", zone="UTC"
        )
