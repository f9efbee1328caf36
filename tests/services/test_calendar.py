from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.year import BEGIN, PLANS, YEAR, Held
from bot.model.chats import Chat, ChatId, Conference, ConferenceId, DateChange, Rhythm
from bot.model.people import CommunityId, DiscordId
from bot.services import when
from bot.services.calendar import occurrences_of, span_of, starts_of

AGES_AGO = datetime(2000, 1, 1, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("rhythm", "every", "wanted"),
    [
        (Rhythm.WEEKLY, 3, [date(2026, 5, 14), date(2026, 6, 4), date(2026, 6, 25)]),
        (Rhythm.FORTNIGHTLY, 2, [date(2026, 5, 14), date(2026, 6, 11), date(2026, 7, 9)]),
        (Rhythm.MONTHLY, 2, [date(2026, 5, 14), date(2026, 7, 9), date(2026, 9, 10)]),
    ],
)
def test_every_nth_date_is_held(rhythm: Rhythm, every: int, wanted: list[date]) -> None:
    of = dataclasses.replace(chat(local("2026-05-14 20:00"), rhythm), every=every)
    assert days(of, 3) == wanted


def test_a_chat_ends_with_its_last_day_and_that_day_counts() -> None:
    of = dataclasses.replace(chat(local("2026-05-14 20:00")), until=date(2026, 5, 28))
    assert days(of, 9) == [date(2026, 5, 14), date(2026, 5, 21), date(2026, 5, 28)]


def test_one_date_is_moved_and_one_cancelled_and_the_others_stay() -> None:
    of = dataclasses.replace(
        chat(local("2026-05-14 20:00")),
        changes=(
            DateChange(1, date(2026, 5, 21), local("2026-05-22 19:00")),
            DateChange(2, date(2026, 5, 28), None),
        ),
    )
    assert days(of, 3) == [date(2026, 5, 14), date(2026, 5, 22), date(2026, 6, 4)]
    since = datetime(2026, 5, 22, tzinfo=UTC)
    told = [(o.day, o.cancelled) for o in islice(occurrences_of(of, since), 2)]
    assert told == [(date(2026, 5, 21), False), (date(2026, 5, 28), True)], "by its rule's day"


def test_a_date_moved_by_weeks_is_found_from_its_new_time() -> None:
    of = dataclasses.replace(
        chat(local("2026-05-14 20:00"), Rhythm.MONTHLY),
        changes=(DateChange(1, date(2026, 5, 14), local("2026-06-04 20:00")),),
    )
    [start] = islice(starts_of(of, datetime(2026, 6, 1, tzinfo=UTC)), 1)
    assert start == datetime(2026, 6, 4, 18, tzinfo=UTC)


def test_29_february_is_met_and_the_year_after_goes_on() -> None:
    weekly = chat(local("2028-02-22 20:00"))
    assert [start.date() for start in islice(starts_of(weekly, AGES_AGO), 3)] == [
        date(2028, 2, 22),
        date(2028, 2, 29),
        date(2028, 3, 7),
    ]
    fifth = chat(local("2028-02-29 20:00"), Rhythm.MONTHLY)
    assert [start.date() for start in islice(starts_of(fifth, AGES_AGO), 13)][::12] == [
        date(2028, 2, 29),
        date(2029, 2, 27),
    ]


@pytest.mark.parametrize(
    ("zone", "first", "weeks", "utc_hours"),
    [
        # No summer time any more from 2019 on.
        ("America/Sao_Paulo", local("2018-07-04 20:00"), 80, {22, 23}),
        # From +8:30 to +9 on 5 May 2018.
        ("Asia/Pyongyang", local("2018-04-20 20:00"), 6, {11}),
        # Summer time for ever from September 2016 on.
        ("Europe/Istanbul", local("2016-01-07 20:00"), 100, {17, 18}),
        # A whole day left out: there was no 30 December 2011.
        ("Pacific/Apia", local("2011-12-23 20:00"), 4, {6}),
    ],
)
def test_a_chat_keeps_its_local_time_when_a_zone_changes_its_law(
    zone: str, first: datetime, weeks: int, utc_hours: set[int]
) -> None:
    starts = list(islice(starts_of(chat(first, zone=zone), AGES_AGO), weeks))
    assert {start.astimezone(ZoneInfo(zone)).time() for start in starts} == {first.time()}
    assert {start.hour for start in starts} == utc_hours


def test_in_a_year_of_many_zones_every_start_is_at_the_minute_written_down() -> None:
    for plan in PLANS:
        first = when.first_start(plan.day, plan.time, plan.zone, BEGIN)
        of = chat(first, plan.rhythm, plan.zone)
        starts = [s for s in islice(starts_of(of, BEGIN), 60) if s < BEGIN + YEAR]
        assert len(starts) >= 12
        assert all(Held(plan, start, start).is_right for start in starts), plan


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
