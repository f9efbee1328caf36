"""Ids of rows that we make: 63-bit, growing with time, unique without asking the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

    from bot.clock import Clock

_START = datetime(2020, 1, 1, tzinfo=UTC)


class Ids:
    """Makes ids: 42 bits of milliseconds since 2020, 10 bits drawn once per process, 10 that count.

    Two processes that draw the same ten bits and make an id in the same millisecond would collide;
    the primary key then refuses the second, and its transaction is tried again.
    """

    def __init__(self, clock: Clock, rng: random.Random) -> None:
        self._clock = clock
        self._process = rng.getrandbits(10) << 10
        self._last = 0

    @staticmethod
    def made_at(number: int) -> datetime:
        """When an id was made, to the millisecond."""
        return _START + timedelta(milliseconds=number >> 20)

    def next(self) -> int:
        """A new id, greater than every one before it from this object."""
        ms = (self._clock.now() - _START) // timedelta(milliseconds=1)
        self._last = max(self._last + 1, ms << 20 | self._process)
        return self._last
