"""Server-sent events, as they come in pieces. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Sent(NamedTuple):
    """One event."""

    event: str
    data: bytes


class SseParser:
    """Puts events together from pieces of any size; one that is too long is left out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = b""
        self._event = ""
        self._data: list[bytes] = []
        self._size = 0
        self._skipping = False
        self.too_long = 0
        """How many events were left out."""

    def feed(self, piece: bytes) -> list[Sent]:
        """The events that are complete with this piece."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        done = [sent for line in lines if (sent := self._line(line.rstrip(b"\r"))) is not None]
        if len(self._rest) > self._most:
            self._rest, self._skipping = b"data:", True
        return done

    def _line(self, line: bytes) -> Sent | None:
        if line:
            name, _, value = line.partition(b":")
            if name == b"event":
                self._event = value.strip().decode("utf-8", "replace")
            elif name == b"data" and self._size <= self._most:
                self._data.append(value.removeprefix(b" "))
                self._size += len(value)
            return None
        data, event = b"\n".join(self._data), self._event
        too_long = self._skipping or self._size > self._most
        self._data, self._event, self._size, self._skipping = [], "", 0, False
        if too_long:
            self.too_long += 1
            return None
        return Sent(event, data) if data else None
