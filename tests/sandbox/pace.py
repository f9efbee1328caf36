"""Time that runs faster, alike in the sandbox and in the bot: an hour is played in minutes.

Everything runs faster together: the clock, the timers of the event loop, so also the heartbeats,
the windows of the rate limits and the limits of requests. A pace is a list of stretches, so that a
night can pass in seconds and a burst at its own speed; any process that knows it knows the time.
"""

from __future__ import annotations

import asyncio
import json
import selectors
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Sequence


def _own_time() -> float:
    return SystemClock().now().timestamp()


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `at` on, in seconds of the played time, time runs `speed` times as fast."""

    at: float
    speed: float


class Pace:
    """The played time, from the machine's own.

    Args:
        began: when it begins, in seconds since 1970; played and own time are the same there.
        stretches: the first begins at `began`, each ends where the next begins.
    """

    def __init__(self, began: float, stretches: Sequence[Stretch]) -> None:
        self.began = began
        self.stretches = tuple(stretches)
        own, self._known = began, list[tuple[float, Stretch]]()
        for number, stretch in enumerate(self.stretches):
            self._known.append((own, stretch))
            if number + 1 < len(self.stretches):
                own += (self.stretches[number + 1].at - stretch.at) / stretch.speed

    @classmethod
    def of(cls, text: str) -> Pace:
        """What `text()` wrote."""
        began, stretches = json.loads(text)
        return cls(began, [Stretch(*each) for each in stretches])

    def text(self) -> str:
        """For another process."""
        return json.dumps([self.began, [[s.at, s.speed] for s in self.stretches]])

    def played(self, own: float | None = None) -> float:
        """The played time now, or at that own time; seconds since 1970."""
        now = _own_time() if own is None else own
        since, stretch = next(
            (known for known in reversed(self._known) if known[0] <= now), self._known[0]
        )
        return stretch.at + (now - since) * stretch.speed

    def own(self, played: float) -> float:
        """The machine's own time at that played time."""
        since, stretch = next(
            (known for known in reversed(self._known) if known[1].at <= played), self._known[0]
        )
        return since + (played - stretch.at) / stretch.speed


class PacedClock(SystemClock):
    """The clock of a pace; it sleeps on a loop of the same pace."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def now(self) -> datetime:
        """The played instant."""
        return datetime.fromtimestamp(self._pace.played(), UTC)


class _PacedSelector(selectors.DefaultSelector):
    """Waits in the machine's time for what the loop reckons in played time."""

    pace: Pace

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0:
            now = _own_time()
            timeout = max(self.pace.own(self.pace.played(now) + timeout) - now, 0.0)
        return super().select(timeout)


class PacedLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is played."""

    def __init__(self, pace: Pace) -> None:
        selector = _PacedSelector()
        selector.pace = pace
        self._pace = pace
        super().__init__(selector)

    def time(self) -> float:
        """Played seconds."""
        return self._pace.played()


def run_paced(pace: Pace, main: Any) -> Any:
    """Runs a coroutine to its end in that time."""
    with asyncio.Runner(loop_factory=lambda: PacedLoop(pace)) as runner:
        return runner.run(main)
