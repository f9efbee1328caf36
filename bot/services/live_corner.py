"""The live corner of a conference: one quiet message in its thread that says what is talked of.

Invariants:
  1. A conference has one; it comes with the first post that people answer, and calls nobody.
  2. It is edited now and then, never said again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import LiveCard
from bot.model.chats import SessionId, SessionState
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_of
from bot.store import live as store
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card, Notice
    from bot.model.people import DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

LATELY = timedelta(hours=6)
"""Half a day of a conference: in a small one little is answered within one hour."""
POSTS_SHOWN = 3
KEPT_AFTER = timedelta(hours=6)
"""So long after the end it may still be edited, to say that it is over: a bot may be down."""


class LiveCorner:
    """Plans and owns the prompt LIVE."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def look_after(self) -> int:
        """One heartbeat: plans the corner of each conference in which something is answered."""
        now = self._clock.now()
        planned = 0
        for session_id in await self._lively():
            async with self._db.write() as tx:
                session = await store_sessions.get_session(tx, session_id)
                if session is None or session.thread is None:
                    continue
                planned += await plan_public(
                    tx,
                    self._ids,
                    session.community,
                    PromptKind.LIVE,
                    session.id,
                    channel=session.thread,
                    due_at=now,
                    expires_at=session.ends_at + KEPT_AFTER,
                )
        return planned

    async def next_due(self) -> datetime | None:
        """Now, when something is answered in a conference that has none."""
        return self._clock.now() if await self._lively() else None

    async def _lively(self) -> list[SessionId]:
        """Conferences without a corner in which something is answered."""
        now = self._clock.now()
        async with self._db.read() as tx:
            return [
                session
                for session in await store.without_corner(tx, now)
                if await store.answered_since(tx, session, now - LATELY, now, 1)
            ]

    async def card_of(self, prompt: Prompt) -> Card | None:
        """What is answered just now; None when the conference is called off."""
        now = self._clock.now()
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None or session.state is SessionState.CANCELLED:
                return None
            if now >= session.ends_at:
                return LiveCard(gathering_of(session), (), is_over=True)
            posts = await store.answered_since(tx, session.id, now - LATELY, now, POSTS_SHOWN)
        return LiveCard(gathering_of(session), tuple((p.platform, p.link, p.people) for p in posts))

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Its one button, [Catch me up], is the cog's.

        Raises:
            Unknown: always.
        """
        raise Unknown("prompt_unknown")
