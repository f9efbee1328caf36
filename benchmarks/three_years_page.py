"""docs/three-years.md: what three years of one member are told as."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGIN = datetime(2024, 1, 8, 9, tzinfo=UTC)
DAY = timedelta(days=1)
END = 3 * 365
DOC = Path(__file__).parent.parent / "docs" / "three-years.md"
_STAMP = re.compile(r"<t:(\d+):[A-Za-z]>")
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Told:
    """What is left of a life: the transcript, and when direct messages came."""

    locale: str
    said: list[str]
    sent_at: list[datetime]
    maps: Mapping[str, bytes]


def weekly(life: Told) -> Counter[int]:
    """Direct messages by week; most weeks have none."""
    return Counter((at - BEGIN).days // 7 for at in life.sent_at)


def busiest(life: Told) -> int:
    """The most that came in any seven days."""
    times = sorted(life.sent_at)
    return max(
        (sum(a <= b < a + 7 * DAY for b in times) for a in times),
        default=0,
    )


def document(lives: list[Told]) -> str:
    """docs/three-years.md."""
    lines = [
        "# Three years of one member",
        "",
        "Ana Ruiz, a nurse, in a community that talks every second Wednesday. The whole bot ran in",
        "replayed time in the local Discord (`python -m benchmarks.three_years` writes this page);",
        "everything below is what she read, word for word, with the buttons under it. She joins,",
        "meets, keeps, learns, asks, goes quiet for eight months, comes back, is in a circle for a",
        "while, and leaves. First in English, then the same life in Spanish. Words in italics are",
        "links; dates are of the days on which she looked, every few days.",
        "",
        "| | direct messages in three years | weeks with none, one, two | most in any seven days |",
        "|---|---|---|---|",
    ]
    for life in lives:
        counts = weekly(life)
        weeks = END // 7
        name = "English" if life.locale.startswith("en") else "Español"
        lines.append(
            f"| {name} | {len(life.sent_at)} | {weeks - len(counts)}, "
            f"{sum(n == 1 for n in counts.values())}, {sum(n == 2 for n in counts.values())} "
            f"of {weeks} | {busiest(life)} |"
        )
    for life in lives:
        title = "In English" if life.locale.startswith("en") else "En español"
        lines += ["", f"## {title}", "", *life.said]
    return "\n".join(lines).rstrip() + "\n"


def picture_of(locale: str, theme: str) -> Path:
    """Where the map is kept, in that language and those colours."""
    return DOC.with_name(f"three-years-map-{locale[:2]}-{theme}.png")


def readable(text: str) -> str:
    """Dates instead of Discord's stamps, labels in italics instead of links."""
    dated = _STAMP.sub(lambda m: date_of(datetime.fromtimestamp(int(m[1]), UTC)), text)
    return _LINK.sub(r"*\1*", dated).replace("\u200b", "")


def date_of(when: datetime) -> str:
    """The day."""
    return f"{when:%Y-%m-%d}"
