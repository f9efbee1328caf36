"""Logging: to standard error, as text or as JSON lines, with every token taken out.

Messages are words first, then key=value. Post texts, payloads, tokens, and a handle beside a
Discord id are never logged; what looks like a token is taken out here all the same, tracebacks
included, because libraries log too.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "[secret]"

_UNUSED = "voice will NOT be supported"
"""discord.py warns at every start of what Crosstie never uses."""

_AT_LEAST = {
    # tweepy logs the bearer token at DEBUG; the others log every frame, statement and heartbeat.
    "tweepy": logging.INFO,
    "discord": logging.INFO,
    "discord.http": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "aiosqlite": logging.WARNING,
    "apscheduler": logging.WARNING,
    "asyncio": logging.WARNING,
    "PIL": logging.INFO,
}
_SHAPES = (
    # A Discord token: the bot's id, an instant, a signature.
    re.compile(r"()[MNO][\w-]{22,28}\.[\w-]{6,7}\.[\w-]{27,45}()"),
    re.compile(r"(?i)(\b(?:Bearer|Bot)\s+)[\w.%~+/-]{16,}=*()"),
    # A password in an address, a token in a query or in a webhook's path.
    re.compile(r"(\w://[^\s:/@]*:)[^\s/@]+(@)"),
    re.compile(r"(?i)([?&](?:access_token|token|key|secret)=)[^&\s]+()"),
    re.compile(r"(/webhooks/\d+/)[\w-]{20,}()"),
    re.compile(r"(/interactions/\d+/)[\w-]{20,}()"),
)


class _Redacting(logging.Formatter):
    """Takes secrets out of what its children have formatted."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        longest_first = sorted({s for s in secrets if s}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def formatTime(  # noqa: N802 the name is logging's
        self,
        record: logging.LogRecord,
        datefmt: str | None = None,
    ) -> str:
        """The instant in UTC, to the millisecond."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")

    def redacted(self, text: str) -> str:
        """The text without anything secret."""
        text = self._secrets.sub(MASK, text)
        for shape in _SHAPES:
            text = shape.sub(rf"\g<1>{MASK}\g<2>", text)
        return text

    def format(self, record: logging.LogRecord) -> str:
        """One record as text; a traceback follows on lines of its own."""
        return self.redacted(super().format(record))


class _JsonLines(_Redacting):
    """One object a line, for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as a JSON object on one line."""
        line = {
            "time": self.formatTime(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.redacted(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = self.redacted(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def configure(
    log_format: Literal["text", "json"] = "text",
    log_level: str = "info",
    *,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Makes the root logger write to `stream` (standard error for None), and nowhere else.

    Called again, it replaces what it set before. A value of `secrets` is taken out wherever it
    appears; noisy libraries stay at INFO or WARNING, also when `log_level` is "debug".
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(lambda record: _UNUSED not in str(record.msg))
    handler.setFormatter((_JsonLines if log_format == "json" else _Redacting)(secrets))
    level = logging.getLevelNamesMapping()[log_level.upper()]
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _AT_LEAST.items():
        logging.getLogger(name).setLevel(max(level, least))
