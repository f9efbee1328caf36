"""The weekly rounds: when they are, and the one message that tells a channel of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.engine.recap import told
from bot.errors import Unknown
from bot.model.cards import WeeklyCard
from bot.store import members as store_members
from bot.store import prompts as store_prompts

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.cards import Card, Notice
    from bot.model.people import Community, DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

WEEK = timedelta(days=7)


def last_round(community: Community, now: datetime) -> datetime:
    """The latest weekly instant that is not after `now`; local time keeps over clock changes."""
    zone = ZoneInfo(community.zone)
    local = now.astimezone(zone)
    monday = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=local.weekday()
    )
    for weeks in (0, 1):
        wall = monday - weeks * WEEK + timedelta(minutes=community.weekly_at)
        instant = wall.replace(tzinfo=zone).astimezone(now.tzinfo)
        if instant <= now:
            return instant
    raise ValueError("weekly_at lies outside the week")


def next_round(community: Community, now: datetime) -> datetime:
    """The first weekly instant after `now`."""
    zone = ZoneInfo(community.zone)
    wall = last_round(community, now).astimezone(zone).replace(tzinfo=None) + WEEK
    return wall.replace(tzinfo=zone).astimezone(now.tzinfo)


def week_of(community: Community, instant: datetime) -> int:
    """The ISO week of an instant where the community is: 202647."""
    year, week, _ = instant.astimezone(ZoneInfo(community.zone)).isocalendar()
    return year * 100 + week


class WeeklyMessage:
    """Owns the prompt WEEKLY."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def card_of(self, prompt: Prompt) -> Card | None:
        """Alike for all: for how many there are some; None where there are none (any more)."""
        async with self._db.read() as tx:
            community = await store_members.get_community(tx, prompt.community)
            people = await store_prompts.with_suggestion(tx, prompt.community)
        if community is None or not people:
            return None
        return WeeklyCard(next_round(community, self._clock.now()), told(people))

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Its one button, [See mine], is the cog's.

        Raises:
            Unknown: always.
        """
        raise Unknown("prompt_unknown")
