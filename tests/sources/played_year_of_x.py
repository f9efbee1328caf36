"""A year of chats and conferences on X in replayed time: the ledger beside X's own bill.

The stand-in bills in two ways at once, as documented and at worst, so that one year is a year of
both. Nothing here asserts: what is not as it has to be is noted in `Ledger.wrong`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.errors import SourceRefused
from bot.model.budget import TOLD_AT, Level
from bot.model.posts import Watch
from tests.sources.following_x import Follower, following
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.database import Database

_HOUR = timedelta(hours=1)
_ONCE_MORE = timedelta(hours=25)


class Mishap(Enum):
    """What happens in the middle of a session."""

    CRASH_IN_A_SEARCH = "killed with a search billed and not counted"
    CRASH_IN_A_STREAM = "killed with posts of the stream billed and not counted"
    NO_CREDIT = "X wants to be paid (402)"
    CAP_OF_X = "X's own cap (UsageCapExceeded)"


_FAULTS = {Mishap.NO_CREDIT: standin.PAYMENT, Mishap.CAP_OF_X: standin.CAPPED}


@dataclass(frozen=True, slots=True)
class Gathering:
    """How much is said, by how many, in how long."""

    posts: int
    people: int
    length: timedelta
    at_once: int = 10
    reposts: float = 0.5
    """The part of the posts that are reposts."""


@dataclass(slots=True)
class Month:
    """What the ledger says and what X would ask for, in millionths of a dollar."""

    chats: int = 0
    conferences: int = 0
    posts: int = 0
    """That X billed, each once a UTC day."""
    spent: int = 0
    documented: int = 0
    at_most: int = 0
    """With what a crash left put aside."""
    worst: int = 0
    highest: int = 0
    """The most that was spent, or might be, and put aside together."""
    levels: list[Level] = field(default_factory=list)
    """In the order in which they were come to."""
    said: list[int] = field(default_factory=list)
    """The percentages that the organiser was told."""
    mishaps: list[Mishap] = field(default_factory=list)


class Ledger:
    """Looks at the ledger and the bill, month by month."""

    def __init__(self, follower: Follower, cap: int) -> None:
        self._follower = follower
        self.cap = cap
        self.months: dict[str, Month] = {}
        self.looks = 0
        self.wrong: list[str] = []
        """What was not as it has to be; empty after a good year."""

    @property
    def month(self) -> Month:
        """The present one."""
        return self.months.setdefault(f"{self._follower.clock.now():%Y-%m}", Month())

    async def look(self, *, exact: bool) -> None:
        """Looks at a moment at which nothing is on its way; `exact` where X told its own count."""
        budget, x = self._follower.budget, self._follower.x
        name, month = f"{self._follower.clock.now():%Y-%m}", self.month
        spending = await budget.spending()
        month.spent, month.at_most = spending.spent, spending.gone
        month.documented, month.worst = x.bill.documented(name), x.bill.worst(name)
        month.posts = sum(len(ids) for day, ids in x.bill.posts.items() if day.startswith(name))
        month.highest = max(month.highest, spending.at_most + spending.reserved)
        self._check(month.highest <= self.cap, f"{month.highest} put aside or spent")
        self._check(month.worst <= spending.at_most + spending.reserved, "more billed than known")
        if exact:
            self._check(spending.spent == month.documented, f"{spending} but {month.documented}")
            self._check(spending.gone >= month.worst, f"{spending} but at worst {month.worst}")
        self._look_at_level(month, await budget.level())
        percent = await budget.unsaid()
        if percent is not None:
            self._check(spending.gone * 100 >= percent * self.cap * 0.99, f"{percent} % too early")
            month.said.append(percent)
            await budget.note_said(percent)
        self.looks += 1

    def _look_at_level(self, month: Month, level: Level) -> None:
        x = self._follower.x
        if not month.levels or month.levels[-1] is not level:
            month.levels.append(level)
        self._check(month.levels == sorted(month.levels), f"levels {month.levels}")
        if level >= Level.NO_AUTHORS:
            self._check(not x.streams_with_authors, f"authors asked for at {level.name}")
        if level >= Level.NO_REPOSTS:
            rules = [rule["value"] for rule in x.rules.values()]
            self._check(all("-is:retweet" in r for r in rules), f"reposts asked at {level.name}")
        if level >= Level.SEARCH_ONLY:
            self._check(not x.streams, f"a stream at {level.name}")

    def check_notices(self) -> None:
        """Every percentage that was reached was told, once, and no other."""
        for name, month in self.months.items():
            reached = [percent for percent in TOLD_AT if month.at_most * 100 >= percent * self.cap]
            if month.levels[-1] is Level.STOPPED:
                reached = list(TOLD_AT)
            # One that is jumped over is not told beside the higher one.
            told = sorted(set(month.said))
            self._check(month.said == told and told[-1:] == reached[-1:], f"{name} {month.said}")
            self._check(set(told) <= set(reached), f"{name} told {told}, reached {reached}")

    def _check(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(f"{self._follower.clock.now():%Y-%m-%d %H:%M} {what}")


class _Year:
    def __init__(self, follower: Follower, cap: int) -> None:
        self.follower = follower
        self.x = follower.x
        self.clock = follower.clock
        self.ledger = Ledger(follower, cap)

    async def session(self, start: datetime, gathering: Gathering, mishap: Mishap | None) -> None:
        """One session, its posts said evenly; then its searches, at the end and a day later."""
        length = gathering.length
        end = start + length + timedelta(minutes=15)
        await self.until(start - timedelta(minutes=2))
        watch = Watch("lrnchat", start - timedelta(minutes=2), end)
        await self.follower.source.watch(frozenset({watch}))
        await self.settled()
        last, reposts = None, 0
        middle = gathering.posts // gathering.at_once // 2 * gathering.at_once
        for number in range(0, gathering.posts, gathering.at_once):
            await self.until(start + length * (number / gathering.posts))
            for one in range(number, min(number + gathering.at_once, gathering.posts)):
                author = str(one * 7 % gathering.people + 1)
                if last is not None and reposts < one * gathering.reposts:
                    self.x.repost(author, last, ["lrnchat"])
                    reposts += 1
                else:
                    last = self.x.post(author, ["lrnchat"])
            if mishap is not None and number == middle:
                await self.suffer(mishap, watch)
            await self.settled()
            await self.ledger.look(exact=False)
        await self.until(end + timedelta(minutes=2))
        await self.ledger.look(exact=mishap is None)
        await self.follower.source.watch(frozenset())
        await self.until(start + length + _ONCE_MORE)
        await self.ledger.look(exact=True)

    async def until(self, when: datetime) -> None:
        """Lets time pass, an hour at most at once, so that what is due every hour comes."""
        while (now := self.clock.now()) < when:
            await self.clock.move_to(min(now + _HOUR, when))
            await self.settled()

    async def settled(self) -> None:
        await self.follower.settled()

    async def suffer(self, mishap: Mishap, watch: Watch) -> None:
        """Something goes wrong, and the organiser starts the bot again."""
        self.ledger.month.mishaps.append(mishap)
        if mishap in _FAULTS:
            await self._refused(mishap)
        elif mishap is Mishap.CRASH_IN_A_SEARCH:
            await self.settled()
            await self._killed_in_a_search()
        else:  # what was said just now is on the stream, and nobody has read it
            await self.follower.crash()
        await self.follower.source.watch(frozenset({watch}))

    async def _refused(self, mishap: Mishap) -> None:
        await self.settled()
        self.x.faults["search"] = [_FAULTS[mishap]]
        self.x.hang_up()
        try:
            await self.follower.until(lambda: False, 20, moving_s=1)
        except SourceRefused:
            asked = len(self.x.asked)
        else:
            self.ledger.wrong.append(f"{mishap.name} did not stop it")
            return
        await self.clock.move_to(self.clock.now() + timedelta(minutes=5))
        if len(self.x.asked) != asked or self.x.streams:
            self.ledger.wrong.append(f"asked again after {mishap.name}")
        await self.follower.stop()
        self.follower.restart()

    async def _killed_in_a_search(self) -> None:
        held = asyncio.Event()
        self.x.search_answers_after.append(held)
        self.x.hang_up()
        await self.follower.until(lambda: not self.x.search_answers_after, 20, moving_s=1)
        await self.follower.crash()
        held.set()


async def play(  # noqa: PLR0913, RUF100 what a year is made of
    db: Database,
    cap: int,
    weeks: int,
    chat: Gathering,
    conference: Gathering,
    conferences: frozenset[int],
    mishaps: Mapping[int, Mishap] | None = None,
) -> Ledger:
    """A chat every week, conferences after the weeks that are named, and what goes wrong in some.

    After the last week it is told what was not as it has to be; nothing is raised for it.
    """
    clock = ReplayClock(datetime(2026, 5, 1, tzinfo=UTC))
    async with standin.serve(clock) as x, following(db, clock, x, cap=cap) as follower:
        follower.supervised = True
        year = _Year(follower, cap)
        start = datetime(2026, 5, 4, 20, tzinfo=UTC)
        for week in range(weeks):
            begins = start + timedelta(weeks=week)
            year.ledger.months.setdefault(f"{begins:%Y-%m}", Month()).chats += 1
            await year.session(begins, chat, (mishaps or {}).get(week))
            if week in conferences:
                begins += timedelta(days=2, hours=-11)
                year.ledger.months.setdefault(f"{begins:%Y-%m}", Month()).conferences += 1
                await year.session(begins, conference, None)
        year.ledger.check_notices()
    return year.ledger
