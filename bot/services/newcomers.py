"""First-timers nobody has answered: the host has one private message a session, kept up to date.

Nothing is claimed before four sessions were held: until then everybody is new.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import NotAllowed
from bot.model.cards import NewcomersCard, Notice
from bot.model.chats import SessionId
from bot.model.people import Delivery
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.recaps import HELD_BEFORE_NEWCOMERS
from bot.services.sessions import gathering_of
from bot.store import members as store_members
from bot.store import newcomers as store
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Returned
    from bot.model.people import CommunityId, DiscordId
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

UNANSWERED_FOR = timedelta(minutes=10)
SHOWN_AT_MOST = 5
KEPT_AFTER = timedelta(minutes=15)
HALF_A_YEAR = timedelta(days=182)


class Newcomers:
    """The owner of that message."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def returned(self, community: CommunityId) -> Returned:
        """Of the last half year's first-timers here, how many came again; counts only."""
        async with self._db.read() as tx:
            since = self._clock.now() - HALF_A_YEAR
            return await store.returned_since(tx, community, HELD_BEFORE_NEWCOMERS, since)

    async def look_after(self) -> int:
        """One heartbeat: plans the message where somebody waits and there is none yet."""
        now = self._clock.now()
        async with self._db.read() as tx:
            waiting = [
                one
                for one in await store.running(tx, HELD_BEFORE_NEWCOMERS)
                if not one.told and await store.unanswered(tx, one.session, now - UNANSWERED_FOR)
            ]
        if not waiting:
            return 0
        async with self._db.write() as tx:
            return sum([await self._plan(tx, one, now) for one in waiting])

    async def next_due(self) -> datetime | None:
        """When the first answer will have waited for ten minutes."""
        now = self._clock.now()
        async with self._db.read() as tx:
            waiting = [
                found[0].at
                for one in await store.running(tx, HELD_BEFORE_NEWCOMERS)
                if not one.told
                and await store_members.get_member(tx, one.community, one.host)
                and (found := await store.unanswered(tx, one.session, now))
            ]
        return min(waiting) + UNANSWERED_FOR if waiting else None

    async def _plan(self, tx: Writer, one: store.Running, now: datetime) -> bool:
        host = await store_members.get_member(tx, one.community, one.host)
        if host is None or host.left_at is not None:
            return False
        # Asked for by hosting, and of no use later: no quiet hours, no share of the unasked ones.
        return await store_prompts.add_prompt(
            tx,
            Prompt(
                id=PromptId(self._ids.next()),
                community=one.community,
                kind=PromptKind.NEWCOMERS,
                subject=one.session,
                recipient=one.host,
                channel=None,
                due_at=now,
                expires_at=one.ends_at + KEPT_AFTER,
                unasked=False,
                state=PromptState.DUE if host.delivery is Delivery.DM else PromptState.WAITING,
            ),
        )

    async def card_of(self, prompt: Prompt) -> Card | None:
        """Who waits now; None where nobody does and nothing was said yet."""
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None:
                return None
            before = self._clock.now() - UNANSWERED_FOR
            found = await store.unanswered(tx, session.id, before)
        if not found and prompt.message is None:
            return None
        return NewcomersCard(
            gathering=gathering_of(session),
            answers=tuple((f"A{one.answer}", one.at, one.link) for one in found[:SHOWN_AT_MOST]),
        )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Done]: no more of it for this session.

        Raises:
            NotAllowed: it is somebody else's.
        """
        if prompt.recipient != by:
            raise NotAllowed("prompt_of_another")
        async with self._db.write() as tx:
            await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now())
        return Notice("newcomers_done", next_waits=True)
