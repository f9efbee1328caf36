"""A community's calendar as iCalendar (RFC 5545): one entry a date, each with a lasting UID."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

if TYPE_CHECKING:
    from datetime import datetime

    from bot.services.calendars import CalendarEntry, Feed

_REFRESH = timedelta(hours=1)


def calendar_bytes(feed: Feed, now: datetime) -> bytes:
    """The calendar; times are in UTC, so that no reader needs to know the law of a zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Crosstie//Crosstie//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", feed.name)
    calendar.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    for entry in feed.entries:
        calendar.add_component(_event(entry, now))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, now: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.name)
    event.add("description", " ".join(f"#{tag}" for tag in entry.hashtags))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("sequence", entry.changed)
    return event
