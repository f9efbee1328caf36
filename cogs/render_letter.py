"""The monthly letter → its parts, and what its plot shows: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts import text
from cogs.parts import Parts
from cogs.wording import month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.letter import Letter

_LINES = ("offered", "agreed", "talked", "changed")
Bars = tuple[list[str], list[tuple[str, "Sequence[float | None]"]], str]
"""Labels below, the series with their names, and the alt text."""


def parts(shown: Letter, locale: str) -> Parts:
    """One month in counts; what may not be told is named without its number."""
    month = month_of(shown.month, locale)
    if shown.is_empty:
        return Parts(text(locale, "letter_empty", month=month))
    lines, hidden = [], []
    for name in _LINES:
        what, count = text(locale, f"letter_{name}"), getattr(shown, name).told
        if count is None:
            hidden.append(what)
        else:
            lines.append(text(locale, "letter_line", what=what, count=count))
    what, share = text(locale, "letter_fields_known"), shown.cross_share
    if share is None:
        hidden.append(what)
    else:
        lines.append(text(locale, "letter_share", what=what, share=round(100 * share)))
    what = text(locale, "letter_newcomers")
    if shown.newcomers.told is None:
        hidden.append(what)
    else:
        answered, back = shown.newcomers_answered.told, shown.newcomers_returned.told
        counts = {"answered": _or_few(answered), "back": _or_few(back)}
        count = shown.newcomers.told
        lines.append(text(locale, "letter_of_newcomers", what=what, count=count, **counts))
    what = text(locale, "letter_asked")
    if shown.asked.told is None:
        hidden.append(what)
    else:
        answered = shown.answered.told
        count = shown.asked.told
        lines.append(
            text(locale, "letter_of_asked", what=what, count=count, answered=_or_few(answered))
        )
    if hidden:
        lines += ["", text(locale, "letter_hidden", what=", ".join(hidden))]
    trying = (text(locale, "letter_next"), text(locale, f"letter_try_{shown.try_next}"))
    title = text(locale, "letter_title", month=month[:1].upper() + month[1:])
    return Parts("\n".join(lines), title=title, blocks=(trying,))


def _or_few(count: int | None) -> str:
    return "<5" if count is None else str(count)


def bars(shown: Letter, locale: str) -> Bars | None:
    """What the plot of a letter shows; None: nothing that may be told."""
    if all(offered is None for _, offered, _ in shown.months):
        return None
    offered, agreed = text(locale, "letter_offered"), text(locale, "letter_agreed")
    labels = [f"{day:%m/%y}" for day, _, _ in shown.months]
    series: list[tuple[str, Sequence[float | None]]] = [
        (offered, [o for _, o, _ in shown.months]),
        (agreed, [a for _, _, a in shown.months]),
    ]
    said = "; ".join(f"{day:%Y-%m} {_or_few(o)}, {_or_few(a)}" for day, o, a in shown.months)
    return labels, series, text(locale, "letter_alt", said=said)
