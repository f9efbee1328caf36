"""Programmes: iCalendar files as conferences publish them, and as nobody should."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Invalid
from bot.model.chats import Talk
from bot.sources.programme import LINK_AT_MOST, TALKS_AT_MOST, read_programme


def calendar(*entries: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\n{entry}\r\nEND:VEVENT\r\n" for entry in entries)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


TALK = (
    "UID:1\r\nDTSTART;TZID=Europe/Madrid:20260519T093000\r\nSUMMARY:Corals\\, mapped\r\n"
    "LOCATION:Room 1\r\nURL:https://sibecol.example/talks/1"
)


def test_a_talk_has_its_time_its_title_its_room_and_its_link() -> None:
    assert read_programme(calendar(TALK), "UTC").talks == (
        Talk(
            datetime(2026, 5, 19, 7, 30, tzinfo=UTC),
            "Corals, mapped",
            "Room 1",
            "https://sibecol.example/talks/1",
        ),
    )


def test_a_time_without_a_zone_is_one_of_the_conference() -> None:
    floating = "DTSTART:20260519T093000\r\nSUMMARY:Reefs"
    [talk] = read_programme(calendar(floating), "America/Lima").talks
    assert talk.starts_at == datetime(2026, 5, 19, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "entry",
    [
        "DTSTART;VALUE=DATE:20260519\r\nSUMMARY:All day", "SUMMARY:No time",
        "DTSTART:20260519T093000Z", "DTSTART:20260519T093000Z\r\nSUMMARY: ",
        "DTSTART:20260519T093000Z\r\nSUMMARY:Gone\r\nSTATUS:CANCELLED",
    ],
)  # fmt: skip
def test_what_has_no_time_or_no_title_or_is_cancelled_is_left_out_and_counted(entry: str) -> None:
    programme = read_programme(calendar(entry, TALK), "UTC")
    assert (len(programme.talks), programme.left_out) == (1, 1)


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/passwd", "https://", "https://[", "https://a:b@c.example/",
     f"https://a.example/{'x' * LINK_AT_MOST}"],
)  # fmt: skip
def test_what_is_no_address_for_everybody_is_no_link(link: str) -> None:
    entry = f"DTSTART:20260519T093000Z\r\nSUMMARY:Talk\r\nURL:{link}"
    assert [talk.link for talk in read_programme(calendar(entry), "UTC").talks] == [""]


def test_a_talk_that_stands_twice_counts_once_and_long_words_are_cut() -> None:
    long = f"DTSTART:20260519T093000Z\r\nSUMMARY:{'long ' * 99}\r\nLOCATION:{'r' * 99}"
    programme = read_programme(calendar(TALK, TALK, long), "UTC")
    assert (len(programme.talks), programme.left_out) == (2, 1)
    assert (len(programme.talks[1].title), len(programme.talks[1].room)) == (150, 60)


def test_no_more_talks_are_taken_than_a_conference_has() -> None:
    many = [f"DTSTART:20260519T093000Z\r\nSUMMARY:Talk {n}" for n in range(TALKS_AT_MOST + 5)]
    programme = read_programme(calendar(*many), "UTC")
    assert (len(programme.talks), programme.left_out) == (TALKS_AT_MOST, 5)


@pytest.mark.parametrize(
    "raw", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"BEGIN:VCALENDAR"]
)
def test_what_is_no_calendar_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(Invalid):
        read_programme(raw, "UTC")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(noise: bytes) -> None:
    raw = calendar(TALK)
    for broken in (noise, raw[:60] + noise + raw[60:]):
        try:
            read_programme(broken, "UTC")
        except Invalid:
            continue
