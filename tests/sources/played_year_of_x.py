"""A year of chats and conferences on X in replayed time: the ledger beside X's own bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.model.posts import Watch
from tests.sources.following_x import Follower, following
from tests.standins import x as standin

if TYPE_CHECKING:
    from bot.store.database import Database


@dataclass(frozen=True, slots=True)
class Gathering:
    """How much is said, by how many, in how long; half of it reposts."""

    posts: int
    people: int
    length: timedelta
    at_once: int = 10


@dataclass(frozen=True, slots=True)
class Month:
    """What the ledger says and what X would ask for, in millionths of a dollar."""

    spent: int
    documented: int
    at_most: int
    worst: int


class Ledger:
    """Looks at the ledger and the bill, month by month."""

    def __init__(self, follower: Follower, cap: int) -> None:
        self._follower = follower
        self._cap = cap
        self.levels: set[int] = set()
        self.months: dict[str, Month] = {}
        self.looks = 0

    async def look(self, *, exact: bool) -> None:
        budget, bill = self._follower.budget, self._follower.x.bill
        spending = await budget.spending()
        month = f"{spending.month:%Y-%m}"
        documented, worst = bill.documented(month), bill.worst(month)
        assert worst <= spending.at_most + spending.reserved <= self._cap
        if exact:
            assert spending.spent == documented, (spending, documented)
            assert spending.at_most >= worst
        self.looks += 1
        self.levels.add(await budget.level())
        self.months[month] = Month(spending.spent, documented, spending.at_most, worst)


async def _session(
    follower: Follower, ledger: Ledger, start: datetime, gathering: Gathering
) -> None:
    """One session, its posts said evenly."""
    x, clock, length = follower.x, follower.clock, gathering.length
    await clock.move_to(start - timedelta(minutes=2))
    watch = Watch("lrnchat", start - timedelta(minutes=2), start + length + timedelta(minutes=15))
    await follower.source.watch(frozenset({watch}))
    await follower.settled()
    last = None
    for number in range(0, gathering.posts, gathering.at_once):
        await clock.move_to(start + length * (number / gathering.posts))
        await follower.settled()
        for one in range(number, min(number + gathering.at_once, gathering.posts)):
            author = str(one * 7 % gathering.people + 1)
            if one % 2 and last is not None:
                x.repost(author, last, ["lrnchat"])
            else:
                last = x.post(author, ["lrnchat"])
        await follower.settled()
        await ledger.look(exact=False)
    await clock.move_to(start + length + timedelta(minutes=17))
    await follower.settled()
    await ledger.look(exact=True)
    await follower.source.watch(frozenset())
    await clock.move_to(start + length + timedelta(hours=25))
    await follower.settled()
    await ledger.look(exact=True)


async def play(
    db: Database,
    cap: int,
    weeks: int,
    chat: Gathering,
    conference: Gathering,
    conferences: frozenset[int],
) -> Ledger:
    """A chat every week, and conferences after the weeks that are named."""
    clock = ReplayClock(datetime(2026, 5, 1, tzinfo=UTC))
    async with standin.serve(clock) as x, following(db, clock, x, cap=cap) as follower:
        follower.supervised = True
        ledger = Ledger(follower, cap)
        start = datetime(2026, 5, 4, 20, tzinfo=UTC)
        for week in range(weeks):
            begins = start + timedelta(weeks=week)
            await _session(follower, ledger, begins, chat)
            if week in conferences:
                await _session(follower, ledger, begins + timedelta(days=2, hours=-11), conference)
    return ledger
