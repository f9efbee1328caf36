from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.model.chats import Rhythm
from bot.services import when

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = date(2026, 5, 13)  # a Wednesday


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20:00", time(20)),
        ("8 pm", time(20)),
        ("8:30PM", time(20, 30)),
        ("20.30", time(20, 30)),
        ("20h", time(20)),
        ("20h30", time(20, 30)),
        ("12 am", time(0)),
        ("12pm", time(12)),
        ("9 a.m.", time(9)),
        ("0:15", time(0, 15)),
        ("18", time(18)),
        ("20 Uhr", time(20)),
    ],
)
def test_times_are_understood(typed: str, meant: time) -> None:
    assert when.parse_time(typed) == meant


@pytest.mark.parametrize("typed", ["8", "25:00", "20:60", "13 pm", "0 am", "noonish", "", "8:3"])
def test_what_is_no_time_or_could_be_two_is_refused_with_one_that_works(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        when.parse_time(typed)
    assert refused.value.key == "when_time"
    assert when.parse_time(str(refused.value.values["example"])) == time(20)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", TODAY),
        ("Tomorrow", date(2026, 5, 14)),
        ("Wednesday", TODAY),
        ("tue", date(2026, 5, 19)),
        ("Tuesdays", date(2026, 5, 19)),
        ("2026-05-19", date(2026, 5, 19)),
        ("19 May", date(2026, 5, 19)),
        ("May 19th, 2026", date(2026, 5, 19)),
        ("1st of June", date(2026, 6, 1)),
        ("19.5.", date(2026, 5, 19)),
        ("19.5.2026", date(2026, 5, 19)),
        ("12 May", date(2027, 5, 12)),
        ("29 February", date(2028, 2, 29)),
    ],
)
def test_days_are_understood(typed: str, meant: date) -> None:
    assert when.parse_day(typed, TODAY) == meant


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("5/6", "when_day"),
        ("31 June", "when_day"),
        ("someday", "when_day"),
        ("2026-05-12", "when_past"),
        ("2029-01-01", "when_far"),
        ("9999-12-31", "when_far"),
        ("0000-01-01", "when_day"),
    ],
)
def test_what_is_no_day_to_plan_for_is_refused_with_one_that_works(typed: str, key: str) -> None:
    with pytest.raises(Invalid) as refused:
        when.parse_day(typed, TODAY)
    assert refused.value.key == key
    assert when.parse_day(str(refused.value.values["example"]), TODAY) > TODAY


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood_or_refused(typed: str) -> None:
    for parse in (
        when.parse_time,
        when.parse_zone,
        when.parse_hashtags,
        when.parse_minutes,
        when.parse_rhythm,
        when.split_moment,
        when.minute_of_week,
        lambda given: when.parse_day(given, TODAY),
    ):
        refused = _refusal(parse, typed)
        if refused is not None:
            assert len(str(refused.values.get("given", ""))) <= 40
            assert refused.values["example"]


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("60", 60), ("90 min", 90), ("2 hours", 120), ("3 days", 4320), ("6 días", 8640)],
)
def test_how_long_a_chat_lasts_is_told_in_minutes_hours_or_days(typed: str, minutes: int) -> None:
    assert when.parse_minutes(typed) == minutes
    assert when.parse_minutes(when.minutes_typed(minutes)) == minutes


@pytest.mark.parametrize("typed", ["9", "7 days", "three days", "1.5 hours", "-60", "", "٦٠"])
def test_what_is_no_time_for_a_chat_is_refused(typed: str) -> None:
    assert _refusal(when.parse_minutes, typed) is not None


def _refusal(parse: Callable[[str], object], typed: str) -> Invalid | None:
    try:
        parse(typed)
    except Invalid as refused:
        return refused
    return None


@given(st.dates(TODAY, date(2028, 5, 1)))
def test_every_date_in_iso_form_is_itself(day: date) -> None:
    assert when.parse_day(day.isoformat(), TODAY) == day


def test_zones_are_found_by_name_in_any_case_and_by_city() -> None:
    assert when.parse_zone("europe/berlin") == "Europe/Berlin"
    assert when.parse_zone("new york") == "America/New_York"
    assert when.parse_zone("utc") == "UTC"
    with pytest.raises(Invalid):
        when.parse_zone("Atlantis")


def test_zones_are_offered_by_city_first_and_never_more_than_a_menu_holds() -> None:
    assert when.zones_like("ber")[0].rpartition("/")[2].startswith("Ber")
    assert len(when.zones_like("")) == 25
    assert when.zones_like("qqq") == []


def test_hashtags_are_taken_with_or_without_their_sign_and_once_each() -> None:
    found = when.parse_hashtags("#LrnChat, edchat  ＃日本 lrnchat")  # noqa: RUF001 full width
    assert [h.normal for h in found] == ["lrnchat", "edchat", "日本"]
    assert found[0].shown == "LrnChat"


@pytest.mark.parametrize("typed", ["", "#", "#2026", "a-b", "#a #b #c #d #e #f", "https://x.y"])
def test_what_no_platform_would_take_as_a_hashtag_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        when.parse_hashtags(typed)
    assert when.parse_hashtags(str(refused.value.values["example"]))


def test_a_start_that_has_passed_today_is_refused_but_for_a_weekday() -> None:
    now = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
    assert when.first_start("Wednesday", "20:01", "Europe/Berlin", now).day == 13
    assert when.first_start("Wednesday", "20:00", "Europe/Berlin", now).day == 20
    with pytest.raises(Invalid) as refused:
        when.first_start("today", "19:00", "Europe/Berlin", now)
    assert refused.value.key == "when_past"


def test_a_day_and_a_time_in_one_line_are_told_apart() -> None:
    assert when.split_moment("19 May 2026 8 pm") == ("19 May 2026", "8 pm")
    assert when.split_moment("Thursday 20:00") == ("Thursday", "20:00")
    assert when.minute_of_week("Sunday 23:59") == 7 * 24 * 60 - 1


@pytest.mark.parametrize(
    ("typed", "rhythm", "every", "until"),
    [
        ("weekly", Rhythm.WEEKLY, 1, None),
        ("Every 3 weeks", Rhythm.WEEKLY, 3, None),
        ("every 1 month until 2026-12-18", Rhythm.MONTHLY, 1, date(2026, 12, 18)),
        ("fortnightly until 18 Dec", Rhythm.FORTNIGHTLY, 1, date(2026, 12, 18)),
    ],
)
def test_how_often_a_chat_returns_is_understood(
    typed: str, rhythm: Rhythm, every: int, until: date | None
) -> None:
    assert when.parse_returning(typed, date(2026, 5, 13)) == when.Returning(rhythm, every, until)


@pytest.mark.parametrize("rhythm", Rhythm)
@pytest.mark.parametrize("every", [1, 2, 13])
@pytest.mark.parametrize("until", [None, date(2026, 12, 18)])
def test_what_is_filled_in_for_a_rhythm_is_understood_again(
    rhythm: Rhythm, every: int, until: date | None
) -> None:
    every = 1 if rhythm is Rhythm.ONCE else every
    again = when.parse_returning(when.returning_typed(rhythm, every, until), date(2026, 5, 13))
    weeks = 2 if rhythm is Rhythm.FORTNIGHTLY and every > 1 else 1
    assert (again.every, again.until) == (every * weeks, until)


@pytest.mark.parametrize("typed", ["every 0 weeks", "every 27 weeks", "every blue moon", "until"])
def test_an_impossible_rhythm_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        when.parse_returning(typed, date(2026, 5, 13))
    assert refused.value.key == "when_rhythm"
