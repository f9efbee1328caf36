"""The organiser's monthly letter: read from what is there, kept nowhere.

It is sent once, in the first week of a month, to whoever runs the server; one that is empty only
where the month before was not. `/admin letter` shows it at any time.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import Unknown
from bot.model.cards import LetterCard
from bot.model.letter import Letter
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_public
from bot.store import letter as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card, Notice
    from bot.model.people import Community, CommunityId, DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

MONTHS = 6
SENT_AT = time(10)
SENT_UNTIL_DAY = 7
_LASTS = timedelta(days=7)
_READ_AGAIN = timedelta(hours=1)
_EMPTY = " empty"


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


class Letters:
    """Owns the prompt LETTER."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._next_known: tuple[datetime, datetime] | None = None
        """When that was read, and the next first: replays ask for it after every change."""

    async def last_month(self, community: CommunityId) -> Letter:
        """The letter on the last whole month.

        Raises:
            Unknown: nobody set the community up.
        """
        return await letter(self._db, self._clock, community)

    # ---- when it goes out

    async def due(self) -> list[CommunityId]:
        """To whose organisers the last month's letter is to be sent now."""
        async with self._db.read() as tx:
            return [
                c.id for c in await self._here(tx) if await self._next(tx, c) <= self._clock.now()
            ]

    async def next_due(self) -> datetime:
        """When the next one is."""
        now, known = self._clock.now(), self._next_known
        if known is None or not known[0] <= now < known[0] + _READ_AGAIN:
            async with self._db.read() as tx:
                times = [await self._next(tx, c) for c in await self._here(tx)]
            known = self._next_known = (now, min(times, default=now + _LASTS))
        return known[1]

    async def _here(self, tx: Reader) -> list[Community]:
        communities = await store_members.all_communities(tx)
        return [c for c in communities if c.is_set_up and c.removed_at is None]

    async def _next(self, tx: Reader, community: Community) -> datetime:
        """This month's first at ten where the community is, or the next month's."""
        now, zone = self._clock.now(), ZoneInfo(community.zone)
        today = now.astimezone(zone).date()
        kept = await store_members.get_setting(tx, _mark(community.id)) or ""
        first = today.replace(day=1)
        told = first_days(today, 1)[0]
        here_then = community.joined_at.astimezone(zone).date() < first
        done = kept.removesuffix(_EMPTY) >= f"{told:%Y-%m}"
        if done or not here_then or today.day > SENT_UNTIL_DAY:
            first = (first + timedelta(days=32)).replace(day=1)
        return datetime.combine(first, SENT_AT, zone).astimezone(now.tzinfo)

    async def plan(self, community: CommunityId, channel: int | None) -> bool:
        """Plans it for that channel or direct message; False where none is to be sent.

        Without a channel nobody can be reached: that month is done with.
        """
        now = self._clock.now()
        found = await self.last_month(community)
        month = f"{found.month:%Y-%m}"
        async with self._db.write() as tx:
            before = await store_members.get_setting(tx, _mark(community)) or ""
            mark = month + (_EMPTY if found.is_empty else "")
            await store_members.set_setting(tx, _mark(community), mark)
            self._next_known = None
            if channel is None or (found.is_empty and before.endswith(_EMPTY)):
                return False
            return await plan_public(
                tx, self._ids, community, PromptKind.LETTER, int(f"{found.month:%Y%m}"),
                channel=channel, due_at=now, expires_at=now + _LASTS,
            )  # fmt: skip

    # ---- the prompt

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The letter on the month it was planned for."""
        found = await self.last_month(prompt.community)
        return LetterCard(found) if int(f"{found.month:%Y%m}") == prompt.subject else None

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """It asks nothing.

        Raises:
            Unknown: always.
        """
        raise Unknown("prompt_unknown")


def _mark(community: CommunityId) -> str:
    return f"letter:{community}"
