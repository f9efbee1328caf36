from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.chats import Chat, ChatId, Conference, ConferenceId, Rhythm
from bot.model.people import CommunityId, DiscordId
from bot.services.calendar import span_of, starts_of


def local(written: str) -> datetime:
    """A naive time, as a chat keeps its first one."""
    return datetime.fromisoformat(written)


def chat(first: datetime, rhythm: Rhythm = Rhythm.WEEKLY, zone: str = "Europe/Berlin") -> Chat:
    return Chat(
        ChatId(1), CommunityId(1), "Chat", (), DiscordId(1), zone, rhythm, first, timedelta(hours=1)
    )


def days(of: Chat, count: int) -> list[date]:
    starts = islice(starts_of(of, datetime(2026, 1, 1, tzinfo=UTC)), count)
    return [start.astimezone(ZoneInfo(of.zone)).date() for start in starts]


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", local("2026-03-26 20:00"), local("2026-04-02 20:00")),
        ("America/New_York", local("2026-10-29 20:00"), local("2026-11-05 20:00")),
    ],
)
def test_a_chat_keeps_its_local_time_when_the_clocks_change(
    zone: str, before: datetime, after: datetime
) -> None:
    one, two = islice(
        starts_of(chat(before, zone=zone), before.replace(tzinfo=UTC) - timedelta(days=1)), 2
    )
    assert one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == before
    assert two.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == after
    assert two - one != timedelta(days=7)


def test_a_time_that_the_clocks_leave_out_happens_an_hour_later() -> None:
    [start] = starts_of(
        chat(local("2026-03-29 02:30"), Rhythm.ONCE), datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert start == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_is_meant_the_first_time() -> None:
    [start] = starts_of(
        chat(local("2026-10-25 02:30"), Rhythm.ONCE), datetime(2026, 10, 1, tzinfo=UTC)
    )
    assert start == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_second_tuesday_stays_the_second_tuesday() -> None:
    found = days(chat(local("2026-05-12 20:00"), Rhythm.MONTHLY), 3)
    assert found == [date(2026, 5, 12), date(2026, 6, 9), date(2026, 7, 14)]


def test_the_fifth_thursday_means_the_last() -> None:
    found = days(chat(local("2026-04-30 20:00"), Rhythm.MONTHLY), 3)
    assert found == [date(2026, 4, 30), date(2026, 5, 28), date(2026, 6, 25)]


def test_every_two_weeks_counts_from_the_first() -> None:
    found = days(chat(local("2026-05-12 20:00"), Rhythm.FORTNIGHTLY), 3)
    assert found == [date(2026, 5, 12), date(2026, 5, 26), date(2026, 6, 9)]


@given(
    st.sampled_from(["UTC", "Europe/Berlin", "America/Caracas", "Asia/Kathmandu", "Pacific/Apia"]),
    st.sampled_from(Rhythm),
    st.datetimes(local("2026-01-01"), local("2026-12-31")),
    st.integers(0, 400),
)
def test_starts_come_in_order_and_none_before_the_asked_instant(
    zone: str, rhythm: Rhythm, first: datetime, later: int
) -> None:
    of = chat(first.replace(second=0, microsecond=0), rhythm, zone)
    since = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=later)
    starts = list(islice(starts_of(of, since), 5))
    assert starts == sorted(set(starts))
    assert all(start >= since for start in starts)
    assert rhythm is Rhythm.ONCE or len(starts) == 5
    if starts:
        assert list(islice(starts_of(of, starts[0]), len(starts))) == starts


def test_a_conference_lasts_as_long_as_its_days_there() -> None:
    conference = Conference(
        ConferenceId(1),
        CommunityId(1),
        "C",
        (),
        DiscordId(1),
        "Europe/Berlin",
        date(2026, 3, 28),
        date(2026, 3, 29),
    )
    start, end = span_of(conference)
    assert start == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert end - start == timedelta(hours=47), "one of its days has 23 hours"
