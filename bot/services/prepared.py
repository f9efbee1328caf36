"""What is prepared for lists, kept from one request to the next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.candidates import pool_of
from bot.engine.signals import Signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.engine.candidates import Pool
    from bot.engine.history import History, Request
    from bot.engine.talk import Talk
    from bot.model.people import CommunityId

KEEPS_FROM = 1_000
"""With fewer who may be suggested it is made anew each time: that takes a moment."""
_KEEPS_FOR = timedelta(hours=1)
MOST_KEPT = 200_000
"""Signals of more engagements are made anew each time: kept they would take a hundred megabytes."""


class Prepared:
    """Pools of large communities, and the signals of the talk of all.

    Invariant: what is given is as if it were made now, but for the graph and who is willing, which
    the engine sees to, and the age of shared moments, which is an hour behind at most.
    """

    def __init__(self) -> None:
        self._kept: dict[CommunityId, tuple[datetime, tuple[object, ...], Pool]] = {}
        self._signals: Signals | None = None
        self._making = asyncio.Lock()

    def pool(
        self, community: CommunityId, history: History, requests: Sequence[Request], now: datetime
    ) -> Pool | None:
        """The pool for these requests; None where it is not worth keeping one."""
        willing = history.willing
        if willing is None or len(willing) < KEEPS_FROM:
            return None
        told = (history.moments, history.uses, history.session_tags, history.bystanders)
        made_of = (history.fields, *told)
        made_at, of, pool = self._kept.get(community, (now, None, None))
        is_good = pool is not None and now - made_at < _KEEPS_FOR and of == made_of
        if pool is None or not is_good or not (pool.knows(willing) and pool.holds(requests)):
            pool = pool_of(history, requests, now)
            self._kept[community] = (now, made_of, pool)
        return pool

    async def signals(self, talk: Talk) -> Signals | None:
        """The signals of this talk, whatever fields it has; None where they are not kept.

        Who asks while they are being made waits for them.
        """
        async with self._making:
            kept = self._signals
            if kept is None or kept.talk.at_us is not talk.at_us:
                self._signals = None  # let go of the old ones first
                if len(talk) > MOST_KEPT:
                    return None
                kept = self._signals = await asyncio.to_thread(Signals.of, talk)
            return kept
