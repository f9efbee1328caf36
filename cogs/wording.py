"""What people wrote, made harmless and short, and the links beside it: pure text.

Names, fields, hashtags and lines come from outside. They must not format, mention, link, ping or
break out of a link's label, and a card must stay readable whatever they hold.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta  # noqa: TC003 beside the functions that show them
from urllib.parse import urlsplit

from babel.dates import format_skeleton
from babel.units import format_unit

from bot.model.people import Platform
from bot.texts import language

PLATFORM_NAMES = {
    Platform.BLUESKY: "Bluesky",
    Platform.MASTODON: "Mastodon",
    Platform.X: "X",
}
CARD_AT_MOST = 350
"""Visible characters of a prompt or an item of a list."""
THREAD_NAME_AT_MOST = 60
NAME_AT_MOST = 80
LINK_AT_MOST = 300

_SPECIAL = re.compile(r"[\\*_~|`\[\]<>]")
_MASKED_LINK = re.compile(r"\[((?:\\.|[^\]\\])*)\]\([^)\s]*\)")
_STAMP = re.compile(r"<t:-?\d+:[A-Za-z]>")
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_OPENS_A_BLOCK = re.compile(r"#{1,3} |-# |[-+] |\d+\. ")
_LONGEST_STAMP = "17 September 2026"


def short(said: str, at_most: int) -> str:
    """One line of at most so many characters, without what can not be seen; cut with an ellipsis.

    Blanks at the ends go, blanks within and ends of lines become one blank each.
    """
    seen = said
    if not said.isprintable():
        seen = "".join(
            " " if c.isspace() else c
            for c in said
            if c.isspace() or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        )
    line = " ".join(seen.split())
    return line if len(line) <= at_most else line[: max(at_most - 1, 0)].rstrip() + "…"


def escaped(said: str, at_most: int) -> str:
    """`short`, for a file in Markdown: nothing in it formats or ends a link."""
    return _SPECIAL.sub(r"\\\g<0>", short(said, at_most))


def plain(said: str, at_most: int = NAME_AT_MOST) -> str:
    """`short`, for a place where Discord reads markdown: nothing in it formats, links or pings."""
    line = escaped(said, at_most)
    line = line.replace("@", "@\u200b").replace("://", ":\u200b//")
    return f"\u200b{line}" if _OPENS_A_BLOCK.match(line) else line


def address(link: str | None) -> str | None:
    """The link, if it is one that a page can be opened with and that can not end its own label."""
    if link is None or " " in link or not link.isprintable():  # no other blank is printable
        return None
    try:
        parts = urlsplit(link)
    except ValueError:  # "https://[": begun and not ended
        return None
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return None
    return re.sub(r"[()<>\[\]\\]", lambda m: f"%{ord(m[0]):02X}", link)


def linked(*links: tuple[str, str | None]) -> str:
    """The links that have an address, in brackets behind a blank; empty without any.

    ("yours", a), ("theirs", b) give ([yours](a) · [theirs](b)). Labels are markdown already.
    """
    shown = [f"[{label}]({url})" for label, link in links if (url := address(link))]
    return f" ({' · '.join(shown)})" if shown else ""


def unix(when: datetime) -> int:
    """Seconds since 1970, as Discord's timestamps want them."""
    return int(when.timestamp())


def day(when: datetime) -> str:
    """The day as each reader's Discord writes it."""
    return f"<t:{int(when.timestamp())}:D>"


def month_of(day: date, locale: str) -> str:
    """The month of a day in words: "September 2026", "septiembre de 2026"."""
    return str(format_skeleton("yMMMM", day, locale=language(locale)))


def ago(when: datetime) -> str:
    """How long ago or how soon, as each reader's Discord writes it."""
    return f"<t:{int(when.timestamp())}:R>"


def visible(markdown: str) -> str:
    """What a reader sees of it: labels without addresses, the longest date for a timestamp."""
    seen = _MASKED_LINK.sub(r"\1", markdown)
    seen = _STAMP.sub(_LONGEST_STAMP, seen)
    return _ESCAPED.sub(r"\1", seen).replace("\u200b", "")


def first_that_fits(*bodies: str) -> str:
    """The first of these, from the fullest to the barest, that a card may show; else the last."""
    for body in bodies:
        if len(visible(body)) <= CARD_AT_MOST:
            return body
    return bodies[-1]


def lasting(duration: timedelta, locale: str) -> str:
    """How long, in the largest unit that is whole: "3 days", "1 hour", "90 minutes"."""
    minutes = int(duration.total_seconds() // 60)
    units = (("day", 24 * 60), ("hour", 60), ("minute", 1))
    unit, size = next(each for each in units if minutes % each[1] == 0)
    return format_unit(minutes // size, unit, locale=language(locale))
