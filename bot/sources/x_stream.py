"""X's filtered stream: one connection, read line by line, and how long to wait before the next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

import aiohttp

from bot.errors import SourceUnavailable

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import ClientResponse

MOST_LINE = 8 << 20
"""Bytes of a line that are kept; a post has a few thousand."""


class Lost(Enum):
    """Why there is no connection, as far as the pause depends on it."""

    LINE = "line"
    """A network error, or a connection that ended."""
    HTTP = "http"
    LIMITED = "limited"


class Backoff:
    """The pauses that X documents between connections.

    A lost line: 250 ms more each time, up to 16 s. A status: 5 s, doubled up to 320 s. A 429: the
    same from 60 s. Unlike tweepy's they hold after a clean close too, and end only when a post came
    or a minute went well, so that a host which accepts and hangs up is not asked all the time.
    """

    def __init__(self) -> None:
        self._lines = 0
        self._doubled = timedelta()

    def after(self, lost: Lost) -> timedelta:
        """How long to wait now; longer each time."""
        if lost is Lost.LINE:
            self._lines += 1
            return min(timedelta(milliseconds=250) * self._lines, timedelta(seconds=16))
        least = timedelta(seconds=5 if lost is Lost.HTTP else 60)
        self._doubled = min(max(least, self._doubled * 2), timedelta(seconds=320))
        return self._doubled

    def reset(self) -> None:
        """Something came: the next pause is short again."""
        self._lines = 0
        self._doubled = timedelta()


class Connection:
    """An open stream. X sends at least an empty line every 20 s; silence means that it is dead."""

    def __init__(
        self, answer: ClientResponse, patience: timedelta, opened_at: datetime, *, authors: bool
    ) -> None:
        self._answer = answer
        self.opened_at = opened_at
        self._patience = patience.total_seconds()
        self._rest = bytearray()
        self._too_long = False
        self.authors = authors
        """Whether authors come along with their posts."""
        self.cut = 0
        """Lines that were cut off or too long."""

    async def read(self) -> list[bytes]:
        """The next whole lines; none for a keep-alive. Cancelling it loses nothing.

        Raises:
            SourceUnavailable: it ended, or was silent for too long.
        """
        try:
            async with asyncio.timeout(self._patience):
                chunk = await self._answer.content.readany()
        except TimeoutError as exc:
            self._end()
            raise SourceUnavailable("X's stream is silent") from exc
        except aiohttp.ClientError as exc:
            self._end()
            raise SourceUnavailable(f"X's stream broke ({type(exc).__name__})") from exc
        if not chunk:
            self._end()
            raise SourceUnavailable("X closed its stream")
        return self._lines(chunk)

    def _lines(self, chunk: bytes) -> list[bytes]:
        *whole, rest = chunk.split(b"\n")
        found = []
        for part in whole:
            line = bytes(self._rest + part).strip()
            self._rest.clear()
            if self._too_long:
                self._too_long = False
            elif line:
                found.append(line)
        self._rest += rest
        if len(self._rest) > MOST_LINE:
            self._rest.clear()
            self._too_long = True
            self.cut += 1
        return found

    def _end(self) -> None:
        if self._rest.strip():
            self.cut += 1
        self._rest.clear()
        self.close()

    def close(self) -> None:
        """Hangs up; twice is harmless."""
        self._answer.close()
