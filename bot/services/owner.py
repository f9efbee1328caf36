"""What who runs this Crosstie has to know: the budget goes, or a source stands still.

Said once, to the owner of the bot in Discord, beside the log; `/admin status` and the health page
show it all the time.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.following import SourceState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from bot.clock import Clock
    from bot.services.budget import Budget
    from bot.services.following import Following
    from bot.services.health import Health

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class News:
    """Something to be said: the name of a text, and its values."""

    key: str
    values: Mapping[str, object]
    nonce: str
    """Alike for the same news, so that Discord drops what a crash made us say twice."""


class OwnerNews:
    """One per process; who delivers pulls."""

    def __init__(
        self, clock: Clock, budget: Budget | None, following: Following, health: Health
    ) -> None:
        self._clock = clock
        self._budget = budget
        self._following = following
        self._health = health
        self._parked: set[str] = set()
        """Sources of which it was said since the start, which is when they were last tried."""

    async def tell_due(self, tell: Callable[[News], Awaitable[None]]) -> int:
        """Says what is to be said, each once; how much was said.

        Where `tell` raises DeliveryFailed, it is said later; DeliveryRefused: the log has it.
        """
        said = 0
        if self._budget is not None:
            percent = await self._budget.unsaid()
            await self._show(self._budget)
            news = None if percent is None else await self._of_budget(self._budget, percent)
            if percent is not None and news is not None and await _told(tell, news):
                await self._budget.note_said(percent)
                said += 1
        for status in self._following.statuses():
            if status.state is SourceState.PARKED and status.name not in self._parked:
                values = {"name": status.name, "reason": status.reason}
                minute = int(self._clock.now().timestamp()) // 60
                nonce = f"parked-{status.name[:8]}-{minute:x}"
                if await _told(tell, News("owner_parked", values, nonce)):
                    self._parked.add(status.name)
                    said += 1
        return said

    async def next_due(self) -> datetime | None:
        """Now, where something of the budget is not said yet."""
        if self._budget is None or await self._budget.unsaid() is None:
            return None
        return self._clock.now()

    async def _of_budget(self, budget: Budget, percent: int) -> News:
        spending = await budget.spending()
        values = {
            "spent": f"{spending.gone / 1e6:.2f}",
            "cap": f"{spending.cap / 1e6:.2f}",
            "until": int(budget.resumes_at().timestamp()),
        }
        nonce = f"budget-{spending.month:%Y%m}-{percent}"
        return News(f"owner_budget_{percent}", values, nonce)

    async def _show(self, budget: Budget) -> None:
        """The ledger on the health page and among the numbers."""
        spending = await budget.spending()
        level = await budget.level()
        usd = {
            "spent": spending.spent / 1e6,
            "at_most": spending.at_most / 1e6,
            "reserved": spending.reserved / 1e6,
            "cap": spending.cap / 1e6,
        }
        for name, value in usd.items():
            self._health.gauge(f"x_budget_{name}_usd", value)
        self._health.gauge("x_budget_percent", spending.percent)
        self._health.gauge("x_budget_level", level.value)
        facts = {"month": f"{spending.month:%Y-%m}", "level": level.name.lower(), "usd": usd}
        self._health.tell("x_budget", {**facts, "percent": spending.percent})


async def _told(tell: Callable[[News], Awaitable[None]], news: News) -> bool:
    """Whether it is done with: heard, or never to be."""
    try:
        await tell(news)
    except DeliveryFailed as exc:
        log.warning("the owner is told later: %s news=%s", exc, news.key)
        return False
    except DeliveryRefused as exc:
        log.warning("the owner of the bot can not be told: %s news=%s", exc, news.key)
    return True
