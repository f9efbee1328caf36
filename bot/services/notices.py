"""Three people to notice today: during a conference, each morning, for those who asked for it.

They are members of another field who said something in the same conversation and chose to be named
and shown; they wait in /today, one at a time, and nobody is written to.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Unknown
from bot.model.cards import Notice
from bot.model.chats import SessionId, SessionState
from bot.model.suggestions import FollowUpKind
from bot.services.sessions import gathering_of
from bot.store import follow_ups as store_follow_ups
from bot.store import members as store_members
from bot.store import notices as store
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.follow_ups import FollowUps
    from bot.services.network import Network
    from bot.store.database import Database
    from bot.store.notices import Wanted

AT = time(8)
A_DAY = 3
_RANK = 50
"""They come before what a conference leaves open."""


class Notices:
    """Takes down who wants them and plans each morning's; FollowUps takes the answers."""

    def __init__(self, db: Database, clock: Clock, network: Network, follow_ups: FollowUps) -> None:
        self._db = db
        self._clock = clock
        self._network = network
        self._follow_ups = follow_ups

    async def pressed(self, prompt: Prompt, by: DiscordId) -> Notice:
        """[Three a day] below a conference's opening; pressed again, it is enough.

        Raises:
            Unknown: the conference is over.
        """
        async with self._db.write() as tx:
            session = await store_sessions.get_session(tx, SessionId(prompt.subject))
            if session is None or session.state is not SessionState.OPEN:
                raise Unknown("prompt_unknown")
            member = await store_members.get_member(tx, prompt.community, by)
            if member is None or member.left_at is not None:
                return Notice("going_not_joined")
            values = {"gathering": gathering_of(session)}
            if await store.want(tx, session.id, by):
                return Notice("notice_wanted", values)
            await store.enough(tx, session.id, by)
        return Notice("notice_enough", values)

    async def plan_due(self) -> int:
        """Plans this morning's for everybody who waits for them; how many items."""
        return sum([await self._plan(one) for one in await self._wanted() if self._is_due(one)])

    async def next_due(self) -> datetime | None:
        """When the next morning comes for one of them."""
        now = self._clock.now()
        waiting = await self._wanted()
        if any(self._is_due(one) for one in waiting):
            return now
        return min((_next_morning(now, one.zone) for one in waiting), default=None)

    async def _wanted(self) -> list[Wanted]:
        async with self._db.read() as tx:
            return await store.wanted(tx, self._clock.now())

    def _is_due(self, one: Wanted) -> bool:
        local = self._clock.now().astimezone(ZoneInfo(one.zone))
        morning = not one.planned_day or local.time() >= AT
        return morning and one.planned_day < local.date().isoformat()

    async def _plan(self, one: Wanted) -> int:
        now = self._clock.now()
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, one.session)
            member = await store_members.get_member(tx, one.community, one.who)
            if session is None or member is None:
                return 0
            known = {
                item.about
                for item in await store_follow_ups.follow_ups_of(tx, session.id, member.person)
                if item.kind is FollowUpKind.NOTICE
            }
        items = await self._follow_ups.to_notice(session, member.person, frozenset(known))
        async with self._db.write() as tx:
            today = now.astimezone(ZoneInfo(one.zone)).date()
            await store.planned_for(tx, one.session, one.who, today)
            return await self._follow_ups.keep(
                tx, session, member, items[:A_DAY], due_at=now, rank=_RANK, sends=False
            )


def _next_morning(now: datetime, zone: str) -> datetime:
    local = now.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= AT)
    return datetime.combine(day, AT, ZoneInfo(zone)).astimezone(now.tzinfo)
