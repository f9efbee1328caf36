"""Keeping in touch: two people somebody has not talked with for a while, each with a fresh reason.

One is close and comfortable, one further out. A cadence that the owner set comes first; without one
it is once, between two and three months after the last contact, and of one person not again for
half a year, also where the owner wrote to them meanwhile. What happened in public counts as contact
by itself. At most one of these a month, and within the two unasked messages a week.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import DormantCard, Notice, PersonShown
from bot.model.network import Layer
from bot.model.suggestions import PromptKind
from bot.services import shown
from bot.services.prompts import plan_personal
from bot.store import connections as store_connections
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import upkeep as store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.network import ConnectionId
    from bot.model.people import CommunityId, DiscordId, Member
    from bot.model.posts import PostId
    from bot.model.suggestions import Prompt
    from bot.services.connections import Connections, Entry
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

DORMANT_AFTER, DORMANT_UNTIL = timedelta(days=60), timedelta(days=90)
AGAIN_AFTER = timedelta(days=182)
"""So long nothing is said of the same person, where their owner set no cadence."""
AT_MOST_EVERY = timedelta(days=28)
FRESH = timedelta(days=14)
LASTS = timedelta(days=14)
LATER = timedelta(days=7)
EVERY = timedelta(days=7)
_MARK = "upkeep_at"
_ORDER = tuple(Layer)


@dataclass(frozen=True, slots=True)
class Dormant:
    """Somebody to write to again, with something they said lately."""

    entry: Entry
    post: PostId | None


def is_dormant(
    cadence_days: int | None,
    last: datetime,
    told_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether it is time to think of somebody again.

    With a cadence of 90 days: 90 days after the last contact, and again 90 days after it was said.
    Without: in the month that begins 60 days after the last contact, or half a year after it was
    said, whichever is later; who was told of and not written to since is left in peace.
    """
    since = now - last
    if cadence_days is not None:
        wanted = timedelta(days=cadence_days)
        return since >= wanted and (told_at is None or now - told_at >= wanted)
    if told_at is None:
        return DORMANT_AFTER <= since <= DORMANT_UNTIL
    begins = max(last + DORMANT_AFTER, told_at + AGAIN_AFTER)
    ends = begins + (DORMANT_UNTIL - DORMANT_AFTER)
    return told_at < last and begins <= now <= ends


class Upkeep:
    """Plans and owns the prompt DORMANT."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, connections: Connections) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._connections = connections

    # ---- planning

    async def next_due(self) -> datetime | None:
        """A week after the last look."""
        async with self._db.read() as tx:
            last = await store_members.get_setting(tx, _MARK)
        return self._clock.now() if last is None else datetime.fromisoformat(last) + EVERY

    async def plan_due(self) -> int:
        """Looks at every member's network; how many are told of somebody."""
        now = self._clock.now()
        due = await self.next_due()
        if due is not None and due > now:
            return 0
        async with self._db.read() as tx:
            communities = await store_members.all_communities(tx)
        planned = 0
        for community in communities:
            if community.removed_at is None:
                planned += await self._plan_in(community.id)
        async with self._db.write() as tx:
            await store_members.set_setting(tx, _MARK, now.isoformat())
        return planned

    async def _plan_in(self, community: CommunityId) -> int:
        now = self._clock.now()
        async with self._db.read() as tx:
            members = await store_members.members_of(tx, community)
        planned = 0
        for member in members:
            if not member.accepts_suggestions(now):
                continue
            async with self._db.read() as tx:
                before = await store.reconnections_of(tx, member.person)
                if before and now - before[0].at < AT_MOST_EVERY:
                    continue
                if not await store_connections.count_connections(tx, member.person):
                    continue
            entries = await self._connections.show(member)
            async with self._db.write() as tx:
                found = await self._dormant(tx, member, entries, before)
                planned += await self._tell(tx, member, found)
        return planned

    async def _dormant(
        self,
        tx: Reader,
        member: Member,
        entries: Sequence[Entry],
        before: Sequence[store.Reconnection],
    ) -> list[Dormant]:
        now = self._clock.now()
        told: dict[ConnectionId, datetime] = {}
        for one in before:
            for connection_id in (one.near, one.far):
                if connection_id is not None:
                    told.setdefault(connection_id, one.at)
        found = []
        for entry in entries:
            connection, face = entry.connection, entry.face
            if not face.name or (connection.learns and connection.cadence_days is None):
                continue
            last = max(connection.since, connection.contact_at or connection.since)
            if face.ties_of is not None:
                public = await store.last_exchange(tx, member.person, face.ties_of)
                last = last if public is None else max(last, public)
            if not is_dormant(connection.cadence_days, last, told.get(connection.id), now):
                continue
            post = None
            if face.ties_of is not None:
                post = await store.said_lately(tx, face.ties_of, now - FRESH)
                seen = await shown.evidence_here(tx, member.community, post)
                post = post if shown.link_of(seen) else None
            if post is not None or connection.cadence_days is not None:
                found.append(Dormant(entry, post))
        return found

    async def _tell(self, tx: Writer, member: Member, found: Sequence[Dormant]) -> bool:
        """One comfortable and one more distant; of one alone only that one."""
        if not found:
            return False
        now = self._clock.now()
        order = sorted(found, key=lambda d: (_ORDER.index(d.entry.layer), -d.entry.strength))
        near, far = order[0], order[-1] if len(order) > 1 else None
        told = store.Reconnection(
            id=self._ids.next(),
            community=member.community,
            owner=member.person,
            near=near.entry.connection.id,
            near_post=near.post,
            far=None if far is None else far.entry.connection.id,
            far_post=None if far is None else far.post,
            at=now,
        )
        await store.add_reconnection(tx, told)
        return await plan_personal(
            tx, self._ids, member, PromptKind.DORMANT, told.id, now=now, expires_at=now + LASTS
        )

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """Those of the two who are still in the network, and whom nothing happened with since."""
        if prompt.recipient is None:
            return None
        async with self._db.read() as tx:
            told = await store.get_reconnection(tx, prompt.subject)
            member = await store_members.get_member(tx, prompt.community, prompt.recipient)
            if told is None or member is None or told.owner != member.person:
                return None
            near = await self._one(tx, member, told.near, told.near_post, told.at)
            far = await self._one(tx, member, told.far, told.far_post, told.at)
        if near is None and far is None:
            return None
        return DormantCard(near, far)

    async def _one(
        self,
        tx: Reader,
        member: Member,
        connection_id: ConnectionId | None,
        post: PostId | None,
        since: datetime,
    ) -> tuple[PersonShown, str | None] | None:
        if connection_id is None:
            return None
        connection = await store_connections.get_connection(tx, member.person, connection_id)
        if connection is None:
            return None
        if connection.contact_at is not None and connection.contact_at > since:
            return None
        face = await shown.face_of(tx, member.community, connection)
        if not face.name:
            return None
        if face.ties_of is not None:
            last = await store.last_exchange(tx, member.person, face.ties_of)
            if last is not None and last > since:
                return None
        evidence = await shown.evidence_here(tx, member.community, post)
        return PersonShown(name=face.name, description=""), shown.link_of(evidence)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes whom the owner wrote to, [Later] or [Drop].

        Raises:
            Unknown: there is no such answer.
        """
        now = self._clock.now()
        if answer not in ("near", "far", "later", "drop"):
            raise Unknown("prompt_unknown")
        async with self._db.write() as tx:
            if answer == "later":
                if not await store_prompts.postpone(tx, prompt.id, now + LATER):
                    return Notice("answer_taken", next_waits=True)
                return Notice("dormant_later", next_waits=True)
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            if answer == "drop":
                return Notice("follow_up_drop", next_waits=True)
            told = await store.get_reconnection(tx, prompt.subject)
            number = None if told is None else told.near if answer == "near" else told.far
            if told is not None and number is not None:
                kept = await store_connections.get_connection(tx, told.owner, number)
                if kept is not None:
                    await store_connections.save_connection(tx, replace(kept, contact_at=now))
        return Notice("dormant_wrote", next_waits=True)
