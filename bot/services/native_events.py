"""The events that Discord itself shows: the next date of each chat and conference, and no other.

Invariants:
  1. One event a gathering, for its next date; at most 100 a server, the soonest first.
  2. A row is committed before Discord is asked for an event; a row without an event is looked for
     by its marker first. So a crash between the two makes no second one.
  3. A moved date moves its event; one that is over or cancelled has none. An event that somebody
     deleted is not made again for that date.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.services.calendar import occurrences_of, span_of
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import native_events as store
from bot.store.native_events import Shown

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.chats import Chat
    from bot.model.people import CommunityId
    from bot.store.database import Database, Reader

log = logging.getLogger(__name__)

EVENTS_AT_MOST = 100
"""What Discord allows a server."""
LOOK_AGAIN = timedelta(hours=1)
REFUSED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class NativeEvent:
    """What an event of Discord is to show."""

    id: int
    """Its marker."""
    community: CommunityId
    gathering: int
    name: str
    hashtags: tuple[str, ...]
    """With #."""
    starts_at: datetime
    ends_at: datetime
    locale: str
    date: str
    """Which date of the gathering it is; it stays when the date is moved."""

    @property
    def told(self) -> str:
        """The date, and a fingerprint of what is shown."""
        shown = repr((self.name, self.hashtags, self.starts_at, self.ends_at, self.locale))
        return f"{self.date} {hashlib.sha256(shown.encode()).hexdigest()[:16]}"


class EventCourier(Protocol):
    """Whoever can reach Discord; the cog. Each raises DeliveryRefused or DeliveryFailed."""

    async def find(self, event: NativeEvent) -> int | None:
        """An event of ours that carries the marker."""
        ...

    async def create(self, event: NativeEvent) -> int:
        """Makes it."""
        ...

    async def edit(self, event: NativeEvent, known: int) -> bool:
        """Brings it up to date; False when it is gone."""
        ...

    async def remove(self, community: CommunityId, known: int) -> None:
        """Takes it away; nothing where it is gone already."""
        ...


class NativeEvents:
    """Keeps Discord's events in line with the dates."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._next: datetime | None = None
        self._refused: dict[CommunityId, datetime] = {}

    async def next_due(self) -> datetime:
        """When a date is over next, or an hour after the last look; a change is seen sooner."""
        return self._next or self._clock.now()

    async def look_after(self, courier: EventCourier) -> int:
        """One heartbeat: how many events were made, changed or taken away."""
        now = self._clock.now()
        async with self._db.read() as tx:
            shown = {s.gathering: s for s in await store.all_shown(tx)}
            wanted = await self._wanted(tx, now)
        ends = [event.ends_at for event in wanted.values()]
        self._next = min([now + LOOK_AGAIN, *(end for end in ends if end > now)])
        changed = 0
        for gathering in {**shown, **wanted}:
            known, event = shown.get(gathering), wanted.get(gathering)
            community = event.community if event else known.community if known else None
            if community is None or self._refused.get(community, now) > now:
                continue
            try:
                changed += await self._settle(courier, known, event, now)
            except DeliveryRefused as exc:
                log.warning("no event can be shown: %s community=%d", exc, community)
                self._refused[community] = now + REFUSED_FOR
            except DeliveryFailed as exc:
                log.info("an event could not be settled: %s community=%d", exc, community)
        return changed

    async def _settle(
        self, courier: EventCourier, known: Shown | None, event: NativeEvent | None, now: datetime
    ) -> int:
        changed = 0
        if known and (event is None or known.told.partition(" ")[0] != event.date):
            if known.event:
                await courier.remove(known.community, known.event)
            async with self._db.write() as tx:
                await store.drop_shown(tx, known.id)
            known, changed = None, 1
        if event is None:
            return changed
        if known is None:
            if event.starts_at <= now:
                return changed  # Discord takes no event that began
            known = Shown(
                event.id,
                event.community,
                event.gathering,
                event.starts_at,
                event.ends_at,
                event.told,
                None,
            )
            await self._keep(known)
            await self._keep(dataclasses.replace(known, event=await courier.create(event)))
            return changed + 1
        event = dataclasses.replace(event, id=known.id)
        if known.event is None:
            made = await courier.find(event)
            if made is None and event.starts_at > now:
                made = await courier.create(event)
            if made is not None:
                await self._keep(dataclasses.replace(known, event=made))
            return changed + 1
        if known.event and known.told != event.told and event.starts_at > now:
            there = await courier.edit(event, known.event)
            await self._keep(
                dataclasses.replace(
                    known,
                    starts_at=event.starts_at,
                    ends_at=event.ends_at,
                    told=event.told,
                    event=known.event if there else 0,
                )
            )
            changed += 1
        return changed

    async def _keep(self, shown: Shown) -> None:
        async with self._db.write() as tx:
            await store.keep_shown(tx, shown)

    async def _wanted(self, tx: Reader, now: datetime) -> dict[int, NativeEvent]:
        """The next date of each gathering, by gathering."""
        found: list[NativeEvent] = []
        communities = {
            c.id: c
            for c in await store_members.all_communities(tx)
            if c.removed_at is None and c.is_set_up
        }
        for chat in await store_chats.active_chats(tx):
            community = communities.get(chat.community)
            date = _next_date(chat, now)
            if community is not None and date is not None:
                found.append(
                    NativeEvent(
                        id=self._ids.next(),
                        community=community.id,
                        gathering=chat.id,
                        name=chat.name,
                        hashtags=tuple(f"#{h.shown}" for h in chat.hashtags),
                        starts_at=date[1],
                        ends_at=date[1] + chat.duration,
                        locale=community.locale,
                        date=date[0],
                    )
                )
        for conference in await store_chats.active_conferences(tx):
            community = communities.get(conference.community)
            start, end = span_of(conference)
            if community is not None and end > now:
                found.append(
                    NativeEvent(
                        id=self._ids.next(),
                        community=community.id,
                        gathering=conference.id,
                        name=conference.name,
                        hashtags=tuple(f"#{h.shown}" for h in conference.hashtags),
                        starts_at=start,
                        ends_at=end,
                        locale=community.locale,
                        date="conference",
                    )
                )
        return _soonest(found)


def _next_date(chat: Chat, now: datetime) -> tuple[str, datetime] | None:
    for occurrence in occurrences_of(chat, now - chat.duration):
        if not occurrence.cancelled and occurrence.start + chat.duration > now:
            return occurrence.day.isoformat(), occurrence.start
    return None


def _soonest(events: list[NativeEvent]) -> dict[int, NativeEvent]:
    """At most a hundred of each community."""
    counts: dict[CommunityId, int] = {}
    kept: dict[int, NativeEvent] = {}
    for event in sorted(events, key=lambda e: (e.starts_at, e.gathering)):
        counts[event.community] = counts.get(event.community, 0) + 1
        if counts[event.community] <= EVENTS_AT_MOST:
            kept[event.gathering] = event
    return kept
