"""How the process is: what is ready, what is not and why, and what was counted."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Health:
    """Told by whoever knows, read by bot.web.

    A part ("database", "discord", "source bluesky") is not ready until `is_ready` was called for
    it. Counters and gauges are named as Prometheus wants them, without the prefix `crosstie_`;
    a counter's name ends in `_total`.
    """

    def __init__(self, *parts: str) -> None:
        self._waiting: dict[str, str] = dict.fromkeys(parts, "starting")
        self._counted: Counter[str] = Counter()
        self._gauges: dict[str, float] = {}
        self._facts: dict[str, Mapping[str, object]] = {}

    def tell(self, part: str, facts: Mapping[str, object]) -> None:
        """What `/healthz` shows of a part beside that it is alive."""
        self._facts[part] = facts

    def facts(self) -> dict[str, Mapping[str, object]]:
        """What was told of each part."""
        return dict(self._facts)

    def is_ready(self, part: str) -> None:
        """The part does its work."""
        self._waiting.pop(part, None)

    def is_waiting(self, part: str, reason: str) -> None:
        """The part does not do its work now; the reason holds no secret and no person."""
        self._waiting[part] = reason

    def count(self, name: str, by: int = 1) -> None:
        """Adds to a counter, such as "posts_taken_total"."""
        self._counted[name] += by

    def gauge(self, name: str, value: float) -> None:
        """Sets what is so at the moment, such as "members"."""
        self._gauges[name] = value

    def waiting(self) -> dict[str, str]:
        """Every part that is not ready, with the reason; empty when all are."""
        return dict(self._waiting)

    def metrics(self) -> dict[str, float]:
        """Counters and gauges by name."""
        return {**self._counted, **self._gauges}
