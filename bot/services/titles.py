"""Titles of the links that were shared in a session, asked for around its end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine import recap
from bot.store import recaps as store_recaps
from bot.store import titles as store

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.chats import SessionId
    from bot.sources.base import AsksTitles
    from bot.store.database import Database

BEFORE_END = timedelta(minutes=3)
"""So that the recap has them when it is sent."""
AFTER_END = timedelta(minutes=30)
"""Links of the last answers; a recap that was sent is edited then."""
URL_AT_MOST = 300


class LinkTitles:
    """Asks each address once; what came of it is kept, a failure too."""

    def __init__(self, db: Database, clock: Clock, pages: AsksTitles) -> None:
        self._db = db
        self._clock = clock
        self._pages = pages

    async def look_after(self) -> int:
        """One heartbeat: asks what was not asked yet; how many addresses."""
        now = self._clock.now()
        async with self._db.read() as tx:
            sessions = await store.sessions_ending(tx, now - AFTER_END, now + BEFORE_END)
        return sum([await self._ask_for(session) for session in sessions])

    async def _ask_for(self, session: SessionId) -> int:
        async with self._db.read() as tx:
            shared = recap.resources(await store_recaps.shares_of(tx, session))
            known = await store.titles_of(tx, shared)
        new = [url for url in shared if url not in known and len(url) <= URL_AT_MOST]
        if not new:
            return 0
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._pages.title_of(url)) for url in new]
        titles = [(url, task.result()) for url, task in zip(new, asked, strict=True)]
        async with self._db.write() as tx:
            await store.keep_titles(tx, titles, self._clock.now())
            if any(title for _, title in titles):
                await store.say_recap_anew(tx, session)
        return len(new)
