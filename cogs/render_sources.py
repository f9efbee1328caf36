"""What an organiser sees of the live sources in /admin status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.following import SourceState
from bot.texts import text
from cogs.wording import plain, unix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.following import SourceStatus

_FIELD_AT_MOST = 1024
_NAME_AT_MOST = 40
_REASON_AT_MOST = 220


def sources(statuses: Sequence[SourceStatus], locale: str) -> str:
    """A few lines for each source; those that need somebody first, as many as fit."""
    if not statuses:
        return text(locale, "sources_none")
    parked = SourceState.PARKED
    shown = ""
    for status in sorted(statuses, key=lambda s: (s.state is not parked, s.name)):
        lines = "\n".join(_lines(status, locale))
        if len(shown) + len(lines) < _FIELD_AT_MOST:
            shown += f"{lines}\n"
    return shown.rstrip()


def _lines(status: SourceStatus, locale: str) -> list[str]:
    name = plain(status.name, _NAME_AT_MOST)
    reason = plain(status.reason, _REASON_AT_MOST)
    until = unix(status.until) if status.until else 0
    lines = [text(locale, f"source_{status.state}", name=name, reason=reason, until=until)]
    if status.last_event_at is not None:
        at = unix(status.last_event_at)
        lines.append(text(locale, "source_seen", at=at, reconnects=status.reconnects))
    if status.gap is not None:
        first, last = unix(status.gap.starts_at), unix(status.gap.ends_at)
        key = f"source_gap_{status.gap.state}"
        lines.append(text(locale, key, name=name, first=first, last=last))
    if status.notice:
        lines.append(plain(status.notice, _REASON_AT_MOST))
    return lines
