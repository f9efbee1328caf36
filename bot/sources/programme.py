"""The programme of a conference from an iCalendar file (RFC 5545) that a host was given."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar

from bot.errors import Invalid
from bot.model.chats import Programme, Talk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from icalendar import Component

TALKS_AT_MOST = 1_000
TITLE_AT_MOST, ROOM_AT_MOST, LINK_AT_MOST = 150, 60, 300


def read_programme(raw: bytes, zone: str) -> Programme:
    """The talks, in their order in time; a time without a zone is one of `zone`.

    An entry that returns counts once. Talks beyond a thousand are left out.

    Raises:
        Invalid: it is no iCalendar file.
    """
    try:
        calendar = Calendar.from_ical(raw)
        entries = list(calendar.walk("VEVENT")) if calendar.name == "VCALENDAR" else None
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as exc:
        # The library raises what its own parts raise.
        raise Invalid("programme_unreadable") from exc
    if entries is None:
        raise Invalid("programme_unreadable")
    talks = [talk for entry in entries for talk in _talk(entry, ZoneInfo(zone))]
    talks.sort(key=lambda talk: (talk.starts_at, talk.title, talk.room))
    kept = tuple(dict.fromkeys(talks))[:TALKS_AT_MOST]
    return Programme(kept, len(entries) - len(kept))


def _talk(entry: Component, zone: ZoneInfo) -> Iterator[Talk]:
    start = getattr(entry.get("DTSTART"), "dt", None)
    title = _line(entry.get("SUMMARY"), TITLE_AT_MOST)
    if not isinstance(start, datetime) or not title or str(entry.get("STATUS")) == "CANCELLED":
        return
    if start.tzinfo is None:
        start = start.replace(tzinfo=zone)
    room = _line(entry.get("LOCATION"), ROOM_AT_MOST)
    yield Talk(start.astimezone(ZoneInfo("UTC")), title, room, _link(entry.get("URL")))


def _line(value: object, at_most: int) -> str:
    """One line; of a property that stands twice, the first."""
    first = value[0] if isinstance(value, list) and value else value
    return "" if first is None else " ".join(str(first).split())[:at_most]


def _link(value: object) -> str:
    link = _line(value, LINK_AT_MOST + 1)
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    good = parts.scheme in ("https", "http") and parts.hostname and not parts.username
    return link if good and len(link) <= LINK_AT_MOST and " " not in link else ""
