"""When a chat returns and a conference lasts, as instants: local time is kept, also over DST."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from bot.model.chats import Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model.chats import Chat, Conference

_ZONES_REACH = timedelta(hours=27)
"""No two clocks on earth are further apart, with one hour for a change of the clocks."""
_LAST_OF_MONTH = 5


def starts_of(chat: Chat, since: datetime) -> Iterator[datetime]:
    """Every start from `since` on, in order, in UTC; without end, but for a chat held once.

    A chat at 20:00 in Berlin starts at 19:00 UTC in winter and 18:00 in summer. A local time that
    the change of the clocks leaves out happens as many minutes later as it leaves out; one that
    comes twice is meant the first time.
    """
    zone = ZoneInfo(chat.zone)
    for local in _rule(chat).xafter(
        since.astimezone(UTC).replace(tzinfo=None) - _ZONES_REACH, inc=True
    ):
        start = local.replace(tzinfo=zone).astimezone(UTC)
        if start >= since:
            yield start


def _rule(chat: Chat) -> rrule:
    first = chat.first_local
    if chat.rhythm is Rhythm.ONCE:
        return rrule(DAILY, dtstart=first, count=1)
    if chat.rhythm is Rhythm.MONTHLY:
        nth = (first.day - 1) // 7 + 1
        # Most months have no fifth Tuesday: the fifth means the last.
        day = weekday(first.weekday(), -1 if nth == _LAST_OF_MONTH else nth)
        return rrule(MONTHLY, dtstart=first, byweekday=day)
    return rrule(WEEKLY, dtstart=first, interval=2 if chat.rhythm is Rhythm.FORTNIGHTLY else 1)


def span_of(conference: Conference) -> tuple[datetime, datetime]:
    """From the first midnight to the midnight after the last day, there, in UTC."""
    zone = ZoneInfo(conference.zone)
    first = datetime.combine(conference.first_day, time(), zone)
    after = datetime.combine(conference.last_day + timedelta(days=1), time(), zone)
    return first.astimezone(UTC), after.astimezone(UTC)
