"""After a chat: who spoke for the first time learns it privately, in /today.

The recap tells how many pairs that were; fewer than five it does not tell, and nobody is told.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine import recap
from bot.model.chats import SessionId
from bot.model.suggestions import FollowUpKind
from bot.services.left_open import Item
from bot.store import follow_ups as store
from bot.store import members as store_members
from bot.store import recaps as store_recaps
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.chats import Exchange
    from bot.model.people import PersonId
    from bot.model.posts import PostId
    from bot.services.follow_ups import FollowUps
    from bot.store.database import Database

AFTER_END = timedelta(minutes=20)
"""The last answers have come by then."""
TOO_LATE = timedelta(days=2)
AT_MOST = 3
_DAY_1 = 1


class FirstPairs:
    """Plans those items; they are follow-ups, so FollowUps takes their answers."""

    def __init__(self, db: Database, clock: Clock, follow_ups: FollowUps) -> None:
        self._db = db
        self._clock = clock
        self._follow_ups = follow_ups

    async def plan_due(self) -> int:
        """Plans what the chats that ended bring; how many items."""
        now = self._clock.now()
        async with self._db.read() as tx:
            sessions = await store.chats_ended(tx, now - TOO_LATE, now - AFTER_END)
        return sum([await self._plan(SessionId(session)) for session in sessions])

    async def next_due(self) -> datetime | None:
        """When `plan_due` has something to do next."""
        async with self._db.read() as tx:
            end = await store.next_chat_end(tx, self._clock.now() - TOO_LATE)
        return None if end is None else end + AFTER_END

    async def _plan(self, session_id: SessionId) -> int:
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, session_id)
            if session is None:
                return 0
            exchanges = await store_recaps.exchanges_of(tx, session_id)
            known = await store_recaps.known_before(tx, session_id, session.starts_at)
            members = {m.person: m for m in await store_members.members_of(tx, session.community)}
        pairs = recap.first_time_pairs(exchanges, known)
        items = items_of(pairs, exchanges, members)
        now = self._clock.now()
        async with self._db.write() as tx:
            if not await store.mark_followed_up(tx, session_id, _DAY_1):
                return 0
            return sum(
                [
                    await self._follow_ups.keep(
                        tx, session, members[person], theirs, due_at=now, rank=0, sends=False
                    )
                    for person, theirs in items.items()
                ]
            )


def items_of(
    pairs: Collection[frozenset[PersonId]],
    exchanges: Iterable[Exchange],
    members: Collection[PersonId],
) -> dict[PersonId, list[Item]]:
    """For each member of a pair the post of the other by which the two spoke, the latest first.

    What they wrote to the member; else what the member replied to.
    """
    posts: dict[tuple[PersonId, PersonId], PostId] = {}
    replied_to: dict[tuple[PersonId, PersonId], PostId] = {}
    for e in exchanges:
        if frozenset((e.source, e.target)) not in pairs:
            continue
        if e.post is not None:
            posts.pop((e.target, e.source), None)  # the latest stands last
            posts[e.target, e.source] = e.post
        if e.parent is not None:
            replied_to[e.source, e.target] = e.parent
    found: dict[PersonId, list[Item]] = defaultdict(list)
    by_own_reply = {pair: post for pair, post in replied_to.items() if pair not in posts}
    for (person, other), post in [*reversed(posts.items()), *reversed(by_own_reply.items())]:
        if person in members and len(found[person]) < AT_MOST:
            found[person].append(Item(FollowUpKind.FIRST, other, None, post))
    return {person: items for person, items in found.items() if items}
