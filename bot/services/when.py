"""What people type for days, times, zones and hashtags, understood or refused with an example.

Day and month in figures only ("5/6") mean different days to different people: refused. ISO dates,
"19.5." with dots, and months by name are clear.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import Invalid
from bot.model.chats import Rhythm
from bot.model.posts import Hashtag, hashtag_of

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HASHTAGS_AT_MOST = 5
MINUTES = range(10, 6 * 24 * 60 + 1)
"""Up to six days: a slow chat of a week is over before the next."""
FURTHEST = timedelta(days=730)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SHOWN_AT_MOST = 40
_CHOICES_AT_MOST = 25
_REGIONS = frozenset(
    {
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    }
)

_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]\s*([0-5]\d))?\s*(?:h|uhr|o'clock)?\s*(am|pm)?")
_EVERY = re.compile(r"every ([1-9]|1\d|2[0-6]) (week|month)s?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})?")
_DAY_MONTH = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([a-z]{3,9})\.?,?(?:\s+(\d{4}))?"
)
_MONTH_DAY = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?(?:\s+(\d{4}))?")


def shown(given: str) -> str:
    """What somebody typed, short enough to be said back."""
    flat = " ".join(given.split())
    return flat if len(flat) <= _SHOWN_AT_MOST else flat[: _SHOWN_AT_MOST - 1] + "…"


# ---- zones


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    """The names that people know: regions with a city, and UTC."""
    names = (z for z in available_timezones() if z.partition("/")[0] in _REGIONS)
    return ("UTC", *sorted(names))


def parse_zone(given: str) -> str:
    """The IANA name: "europe/berlin", or "Berlin" where one zone alone ends so.

    Raises:
        Invalid: no such zone, or several.
    """
    wanted = _folded(given)
    for zone in _zones():
        if _folded(zone) == wanted:
            return zone
    cities = [z for z in _zones() if _folded(z.rpartition("/")[2]) == wanted]
    if len(cities) == 1:
        return cities[0]
    raise Invalid("when_zone", given=shown(given), example=(cities or ["Europe/Berlin"])[0])


def zones_like(typed: str) -> list[str]:
    """At most 25 zones for what was typed so far: cities that begin so, then names that hold it."""
    wanted = _folded(typed)
    begin = [z for z in _zones() if _folded(z.rpartition("/")[2]).startswith(wanted)]
    hold = [z for z in _zones() if wanted in _folded(z) and z not in begin]
    return (begin + hold)[:_CHOICES_AT_MOST]


def _folded(name: str) -> str:
    return "_".join(name.casefold().split())


# ---- hashtags


def parse_hashtags(given: str) -> tuple[Hashtag, ...]:
    """One to five hashtags, with or without #, parted by spaces or commas; the first is shown.

    Raises:
        Invalid: none, too many, or one that no platform would take.
    """
    found: dict[str, Hashtag] = {}
    for word in re.split(r"[\s,;]+", given.strip()):
        hashtag = hashtag_of(word)
        if not re.fullmatch(r"\w{1,100}", hashtag.normal) or hashtag.normal.isdecimal():
            raise Invalid("when_hashtag", given=shown(word), example="#lrnchat")
        found.setdefault(hashtag.normal, hashtag)
    if len(found) > HASHTAGS_AT_MOST:
        raise Invalid("when_hashtags_many", most=HASHTAGS_AT_MOST, example="#lrnchat #edchat")
    return tuple(found.values())


# ---- times and days


def parse_time(given: str) -> time:
    """A time of day: "20:00", "20.30", "8 pm", "8:30pm", "20h".

    Raises:
        Invalid: it is none, or a bare number that could be either half of the day.
    """
    match = _TIME.fullmatch(given.strip().casefold().replace("p.m.", "pm").replace("a.m.", "am"))
    if match is None:
        raise Invalid("when_time", given=shown(given), example="20:00")
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    bare = match[2] is None and half is None and match[0].isdecimal()
    if (bare and hour <= 12) or hour > (12 if half else 23) or (half and hour == 0):
        raise Invalid("when_time", given=shown(given), example="20:00")
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute)


def weekday_of(given: str) -> int | None:
    """0 for Monday … 6 for Sunday, from three letters on; None when it names no weekday."""
    wanted = given.strip().casefold().rstrip("s.")
    if len(wanted) < 3:
        return None
    hits = [n for n, day in enumerate(WEEKDAYS) if day.casefold().startswith(wanted)]
    return hits[0] if hits else None


def parse_day(given: str, today: date) -> date:
    """A day from `today` on: a weekday, "today", "tomorrow", "2026-05-19", "19 May", "19.5.".

    A weekday gives its next date, today included; a day without a year the next such day.

    Raises:
        Invalid: it is none, it has passed, or it is more than two years away.
    """
    word = given.strip().casefold()
    weekday = weekday_of(word)
    if word in ("today", "tomorrow"):
        return today + timedelta(days=word == "tomorrow")
    if weekday is not None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    example = (today + timedelta(days=7)).isoformat()
    found = _date_of(word, today)
    if found is None:
        raise Invalid("when_day", given=shown(given), example=example)
    if found < today:
        raise Invalid("when_past", given=shown(given), example=example)
    if found > today + FURTHEST:
        raise Invalid("when_far", given=shown(given), example=example)
    return found


def _date_of(word: str, today: date) -> date | None:
    if match := _ISO.fullmatch(word):
        year, month, day = match[1], int(match[2]), match[3]
    elif match := _DOTTED.fullmatch(word):
        day, month, year = match[1], int(match[2]), match[3]
    elif match := _DAY_MONTH.fullmatch(word):
        day, month, year = match[1], _month(match[2]), match[3]
    elif match := _MONTH_DAY.fullmatch(word):
        month, day, year = _month(match[1]), match[2], match[3]
    else:
        return None
    years = (int(year),) if year else range(today.year, today.year + 9)
    for candidate in years:
        try:
            found = date(candidate, month, int(day))
        except ValueError:
            continue  # 29 February, or no date at all
        if year or found >= today:
            return found
    return None


def _month(word: str) -> int:
    return _MONTHS.index(word[:3]) + 1 if word[:3] in _MONTHS else 0


def first_start(day: str, at: str, zone: str, now: datetime) -> datetime:
    """The naive local start that a day and a time in a zone mean; a weekday's time may have passed.

    Raises:
        Invalid: either can not be understood, or that moment has passed.
    """
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    start = datetime.combine(parse_day(day, local.date()), parse_time(at))
    if start > local:
        return start
    if weekday_of(day) is not None:
        return start + timedelta(days=7)
    example = f"{(local + timedelta(days=7)).date().isoformat()} {at.strip()}"
    raise Invalid("when_past", given=shown(f"{day} {at}"), example=example)


def split_moment(given: str) -> tuple[str, str]:
    """The day and the time of "Thursday 20:00" or "19 May 8 pm".

    Raises:
        Invalid: it does not end in a time.
    """
    words = given.split()
    for n in range(1, len(words)):
        if _TIME.fullmatch(" ".join(words[n:]).casefold()):
            return " ".join(words[:n]), " ".join(words[n:])
    raise Invalid("when_moment", given=shown(given), example="Thursday 20:00")


def parse_rhythm(given: str) -> Rhythm:
    """A rhythm by its name.

    Raises:
        Invalid: no such rhythm; names them all.
    """
    wanted = given.strip().casefold()
    if wanted not in set(Rhythm):
        raise Invalid("when_rhythm", given=shown(given), example=", ".join(Rhythm))
    return Rhythm(wanted)


@dataclass(frozen=True, slots=True)
class Returning:
    """How often a chat returns, and until when."""

    rhythm: Rhythm
    every: int = 1
    until: date | None = None


def parse_returning(given: str, today: date) -> Returning:
    """A rhythm as people write it: "weekly", "every 3 weeks", "every 2 months until 2026-12-18".

    Raises:
        Invalid: no such rhythm, or no such last day.
    """
    rhythm, _, until = given.strip().casefold().partition(" until ")
    last = parse_day(until, today) if until else None
    if match := _EVERY.fullmatch(rhythm.strip()):
        unit = Rhythm.WEEKLY if match[2] == "week" else Rhythm.MONTHLY
        return Returning(unit, int(match[1]), last)
    return Returning(parse_rhythm(rhythm), 1, last)


def returning_typed(rhythm: Rhythm, every: int, until: date | None) -> str:
    """The words that `parse_returning` understands so."""
    words = rhythm.value
    if every > 1:
        weeks = every * (2 if rhythm is Rhythm.FORTNIGHTLY else 1)
        words = f"every {every} months" if rhythm is Rhythm.MONTHLY else f"every {weeks} weeks"
    return words if until is None else f"{words} until {until.isoformat()}"


_LASTING = re.compile(r"(\d{1,4})\s*([^\W\d_]*)")
_UNITS = {
    **dict.fromkeys(("", "min", "minute", "minutes", "minuto", "minutos"), 1),
    **dict.fromkeys(("h", "hour", "hours", "hora", "horas"), 60),
    **dict.fromkeys(("day", "days", "día", "días", "dia", "dias"), 24 * 60),
}


def parse_minutes(given: str) -> int:
    """How long something lasts, from 10 minutes to six days: "60", "90 min", "2 hours", "3 days".

    Raises:
        Invalid: it is no such time.
    """
    found = _LASTING.fullmatch(given.strip().casefold())
    unit = None if found is None or not found[1].isascii() else _UNITS.get(found[2])
    minutes = 0 if found is None or unit is None else int(found[1]) * unit
    if minutes not in MINUTES:
        raise Invalid("when_minutes", given=shown(given), example="60")
    return minutes


def minutes_typed(minutes: int) -> str:
    """The words that `parse_minutes` understands so: "60", "3 days"."""
    days, rest = divmod(minutes, 24 * 60)
    return f"{days} days" if days > 1 and not rest else str(minutes)


def minute_of_week(given: str) -> int:
    """A weekday and a time, "Monday 10:00", as the minute of the week, Monday 00:00 = 0.

    Raises:
        Invalid: it can not be understood.
    """
    day, _, at = given.strip().partition(" ")
    weekday = weekday_of(day)
    if weekday is None or not at:
        raise Invalid("when_weekly", given=shown(given), example="Monday 10:00")
    moment = parse_time(at)
    return (weekday * 24 + moment.hour) * 60 + moment.minute
