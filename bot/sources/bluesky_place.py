"""Where the reading of Bluesky is, as its Cursor says it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.posts import Cursor


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading is, and what of the time before it is still missing."""

    host: str
    seq: int
    """Version 2's number; -1 on version 1."""
    time_us: int
    missing: tuple[int, int] | None = None
    """From when to when no host could tell; kept until it was looked for."""

    @classmethod
    def of(cls, cursor: Cursor) -> Place | None:
        """The place that a Cursor of ours means; None for any other text."""
        host, *numbers = cursor.split(" ")
        try:
            seq, time_us, *missing = map(int, numbers)
        except ValueError:
            return None
        if len(missing) not in (0, 2):
            return None
        return cls(host, seq, time_us, (missing[0], missing[1]) if missing else None)

    def cursor(self) -> Cursor:
        """The text that `of` reads."""
        missing = "" if self.missing is None else " {} {}".format(*self.missing)
        return Cursor(f"{self.host} {self.seq} {self.time_us}{missing}")
