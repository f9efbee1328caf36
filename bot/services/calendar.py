"""When a chat returns and a conference lasts, as instants: local time is kept, also over DST."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One date of a chat."""

    day: date
    """The local day on which the rule puts it: it stays when the date is moved."""
    start: datetime
    """In UTC; of a cancelled one, when it would have begun."""
    cancelled: bool = False
    changed: int = 0
    """How often this date was moved or cancelled."""


def instant_of(local: datetime, zone: str) -> datetime:
    """A naive local time as an instant in UTC."""
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def starts_of(chat: Chat, since: datetime) -> Iterator[datetime]:
    """Every start from `since` on, in order, in UTC; those that are cancelled are left out."""
    return (o.start for o in occurrences_of(chat, since) if not o.cancelled)


def occurrences_of(chat: Chat, since: datetime) -> Iterator[Occurrence]:
    """Every date from `since` on, in order; without end, but for a chat held once or until a day.

    A chat at 20:00 in Berlin starts at 19:00 UTC in winter and 18:00 in summer. A local time that
    the change of the clocks leaves out happens as many minutes later as it leaves out; one that
    comes twice is meant the first time.
    """
    changes = {change.day: change for change in chat.changes}
    begin = since.astimezone(UTC).replace(tzinfo=None) - _ZONES_REACH
    # A date that was moved to a later one lies before by its rule.
    moved = [c.day for c in chat.changes if c.moved_to is not None and c.moved_to > begin]
    begin = min([begin, *(datetime.combine(day, time()) for day in moved)])
    for local in _rule(chat).xafter(begin, inc=True):
        change = changes.get(local.date())
        held = local if change is None or change.moved_to is None else change.moved_to
        start = instant_of(held, chat.zone)
        if start >= since:
            yield Occurrence(
                day=local.date(),
                start=start,
                cancelled=change is not None and change.moved_to is None,
                changed=0 if change is None else change.times,
            )


def _rule(chat: Chat) -> rrule:
    first = chat.first_local
    until = None if chat.until is None else datetime.combine(chat.until, time.max)
    if chat.rhythm is Rhythm.ONCE:
        return rrule(DAILY, dtstart=first, count=1)
    if chat.rhythm is Rhythm.MONTHLY:
        nth = (first.day - 1) // 7 + 1
        # Most months have no fifth Tuesday: the fifth means the last.
        day = weekday(first.weekday(), -1 if nth == _LAST_OF_MONTH else nth)
        return rrule(MONTHLY, dtstart=first, interval=chat.every, byweekday=day, until=until)
    weeks = chat.every * (2 if chat.rhythm is Rhythm.FORTNIGHTLY else 1)
    return rrule(WEEKLY, dtstart=first, interval=weeks, until=until)


def span_of(conference: Conference) -> tuple[datetime, datetime]:
    """From the first midnight to the midnight after the last day, there, in UTC."""
    zone = ZoneInfo(conference.zone)
    first = datetime.combine(conference.first_day, time(), zone)
    after = datetime.combine(conference.last_day + timedelta(days=1), time(), zone)
    return first.astimezone(UTC), after.astimezone(UTC)
