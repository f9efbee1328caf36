"""A simulated year of 12 chats in 9 zones, north and south, each session against its own clock.

Every session is planned and opened by the real services on a replayed clock, and then looked at
with a clock of the zone: it must have opened at the minute its host wrote down. `python -m
benchmarks.year` prints the table of both change days that docs/schedule.md holds.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks import Row
from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.chats import Rhythm
from bot.model.people import Community, CommunityId, DiscordId
from bot.services.chats import Chats
from bot.services.sessions import Sessions
from bot.store import members as store_members
from bot.store import migrate
from bot.store import sessions as store_sessions
from bot.store.open import open_database

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
HERE = CommunityId(9)


@dataclass(frozen=True, slots=True)
class Plan:
    """A chat of the year."""

    day: str
    time: str
    zone: str
    rhythm: Rhythm = Rhythm.WEEKLY


PLANS = (
    Plan("Thursday", "20:00", "Europe/Berlin"),
    Plan("Sunday", "02:30", "Europe/Berlin"),
    Plan("Tuesday", "20:30", "America/New_York"),
    Plan("Sunday", "01:30", "America/New_York", Rhythm.FORTNIGHTLY),
    Plan("Wednesday", "19:00", "America/Santiago"),
    Plan("Monday", "21:00", "America/Bogota", Rhythm.MONTHLY),
    Plan("Wednesday", "20:00", "Australia/Sydney"),
    Plan("Sunday", "02:15", "Australia/Lord_Howe"),
    Plan("Thursday", "08:45", "Pacific/Auckland", Rhythm.MONTHLY),
    Plan("Friday", "18:00", "Asia/Kathmandu"),
    Plan("Saturday", "23:30", "Africa/Casablanca"),
    Plan("Sunday", "02:30", "Pacific/Auckland"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A session as it was opened."""

    plan: Plan
    start: datetime
    opened: datetime

    @property
    def local(self) -> datetime:
        """What the clock on the wall there showed."""
        return self.opened.astimezone(ZoneInfo(self.plan.zone))

    @property
    def is_right(self) -> bool:
        """Opened at the minute written down, the first of two; or the gap later where it is none.

        Judged by the wall clock of each minute of that day alone, not by the product's rule.
        """
        zone, minute = ZoneInfo(self.plan.zone), timedelta(minutes=1)
        midnight = self.local.replace(hour=0, minute=0, fold=0).astimezone(UTC)
        minutes = [midnight + n * minute for n in range(25 * 60 + 1)]
        shown = [m for m in minutes if f"{m.astimezone(zone):%H:%M}" == self.plan.time]
        today = [m for m in shown if m.astimezone(zone).date() == self.local.date()]
        if today:
            return self.opened == today[0]
        earlier = (self.opened - timedelta(hours=3)).astimezone(zone)
        gap = (self.local.utcoffset() or timedelta()) - (earlier.utcoffset() or timedelta())
        wanted = datetime.strptime(self.plan.time, "%H:%M").replace(tzinfo=UTC)
        return f"{self.local:%H:%M}" == f"{wanted + gap:%H:%M}"


async def play(folder: Path) -> list[Held]:
    """Every session of the year, opened by the real services."""
    clock = ReplayClock(BEGIN)
    ids = Ids(clock, random.Random(7))
    held: list[Held] = []
    async with open_database(f"sqlite:///{folder / 'year.db'}") as db:
        await migrate.ensure_current(db, make_empty=True)
        async with db.write() as tx:
            await store_members.save_community(tx, _community())
        chats, sessions = Chats(db, clock, ids), Sessions(db, clock, ids)
        plans = {}
        for n, plan in enumerate(PLANS):
            added = await chats.add_chat(
                HERE,
                DiscordId(1),
                name=f"Chat {n}",
                hashtags=f"#chat{n}",
                day=plan.day,
                time=plan.time,
                rhythm=plan.rhythm,
                minutes=60,
                zone=plan.zone,
            )
            plans[added.gathering] = plan
        while (due := await sessions.next_due()) is not None and due < BEGIN + YEAR:
            await clock.move_to(max(due, clock.now()))
            async with db.read() as tx:
                opening = await store_sessions.sessions_to_open(tx, clock.now())
            await sessions.look_after()
            held += [
                Held(plans[s.chat], s.starts_at, clock.now()) for s in opening if s.chat is not None
            ]
    return held


def _community() -> Community:
    return Community(
        id=HERE,
        name="A year",
        zone="UTC",
        locale="en-US",
        chat_channel=1,
        prompt_channel=2,
        review_introductions=False,
        weekly_at=600,
        joined_at=BEGIN,
    )


def year() -> list[Held]:
    """Every session of the year."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(play(Path(folder)))


def change_days(held: list[Held]) -> list[tuple[Held, Held]]:
    """Of each chat the last session before and the first after (or on) a change of the clocks."""
    return [
        (one, two)
        for plan in PLANS
        for one, two in pairwise([h for h in held if h.plan == plan])
        if one.local.utcoffset() != two.local.utcoffset()
    ]


def table(held: list[Held]) -> str:
    """The table of both change days, as docs/schedule.md holds it."""
    lines = [
        "| chat | before the change | after the change | in UTC |",
        "|---|---|---|---|",
    ]
    for one, two in change_days(held):
        name = f"{one.plan.zone}, {one.plan.day} {one.plan.time}, {one.plan.rhythm}"
        both = " | ".join(f"{h.local:%a %d %b %H:%M} ({h.local:%Z})" for h in (one, two))
        lines.append(f"| {name} | {both} | {one.opened:%H:%M} → {two.opened:%H:%M} |")
    return "\n".join(lines)


def measure() -> list[Row]:
    held = year()
    right = sum(h.is_right for h in held)
    zones = len({p.zone for p in PLANS})
    return [
        Row(
            f"a year of {len(PLANS)} chats in {zones} zones: sessions at the right local minute",
            f"{right} of {len(held)}",
            "all",
            right == len(held) > 400,
        ),
        Row(
            "changes of the clocks that they met",
            str(len(change_days(held))),
            ">= 14",
            len(change_days(held)) >= 14,
        ),
    ]


if __name__ == "__main__":
    print(table(year()))
