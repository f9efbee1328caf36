"""The organiser's monthly letter: read from what is there, kept nowhere."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Unknown
from bot.model.letter import Letter
from bot.store import letter as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import CommunityId
    from bot.store.database import Database

MONTHS = 6


def first_days(now: date, count: int) -> list[date]:
    """The first days of the months before `now`'s, the latest first: 3 May 2026 gives 1 April."""
    found, day = [], now.replace(day=1)
    for _ in range(count):
        day = (day - timedelta(days=1)).replace(day=1)
        found.append(day)
    return found


async def letter(db: Database, clock: Clock, community_id: CommunityId) -> Letter:
    """The last whole month of a community, as its clock has it.

    Raises:
        Unknown: nobody set it up.
    """
    async with db.read() as tx:
        community = await store_members.get_community(tx, community_id)
        if community is None or not community.is_set_up:
            raise Unknown("not_set_up")
        zone = ZoneInfo(community.zone)
        days = first_days(clock.now().astimezone(zone).date(), MONTHS)

        def span(day: date) -> tuple[datetime, datetime]:
            after = (day + timedelta(days=32)).replace(day=1)
            start, stop = (datetime(d.year, d.month, 1, tzinfo=zone) for d in (day, after))
            return start, stop

        counts = {
            name: await store.counted(tx, name, community_id, *span(days[0]))
            for name in store.COUNTED
        }
        months = []
        for day in reversed(days):
            offered = await store.counted(tx, "offered", community_id, *span(day))
            agreed = await store.counted(tx, "agreed", community_id, *span(day))
            months.append((day, offered.told, agreed.told))
    return Letter(month=days[0], months=tuple(months), **counts)
