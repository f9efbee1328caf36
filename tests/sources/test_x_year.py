"""Months of chats and a conference in replayed time: the ledger beside X's own bill."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.model.budget import MICRO
from bot.model.posts import Watch
from tests.sources.following_x import Follower, following, window
from tests.standins import x as standin

if TYPE_CHECKING:
    from bot.store.database import Database

CAP = 4 * MICRO


class Ledger:
    """Looks at the ledger and the bill, month by month."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self.levels: set[int] = set()
        self.months: dict[str, int] = {}

    async def look(self, *, exact: bool) -> None:
        budget, bill = self._follower.budget, self._follower.x.bill
        spending = await budget.spending()
        month = f"{spending.month:%Y-%m}"
        assert bill.worst(month) <= spending.at_most + spending.reserved <= CAP
        if exact:
            assert spending.spent == bill.documented(month), (spending, bill.documented(month))
            assert spending.at_most >= bill.worst(month)
        self.levels.add(await budget.level())
        self.months[month] = bill.worst(month)


async def _session(
    follower: Follower, ledger: Ledger, start: datetime, posts: int, people: int, length: timedelta
) -> None:
    """One session: `posts` said evenly in `length` by `people`, half of them reposts."""
    x, clock = follower.x, follower.clock
    await clock.move_to(start - timedelta(minutes=2))
    watch = Watch("lrnchat", start - timedelta(minutes=2), start + length + timedelta(minutes=15))
    await follower.source.watch(frozenset({watch}))
    await follower.settled()
    step, last = 10, None
    for number in range(0, posts, step):
        await clock.move_to(start + length * (number / posts))
        await follower.settled()
        for one in range(number, min(number + step, posts)):
            author = str(one * 7 % people + 1)
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


async def play(db: Database, weeks: int, conferences: frozenset[int]) -> Ledger:
    """A chat of 60 posts every week, and conferences of 700 after the weeks that are named."""
    clock = ReplayClock(datetime(2026, 5, 1, tzinfo=UTC))
    async with standin.serve(clock) as x, following(db, clock, x, cap=CAP) as follower:
        follower.supervised = True
        ledger = Ledger(follower)
        start = datetime(2026, 5, 4, 20, tzinfo=UTC)
        for week in range(weeks):
            chat = start + timedelta(weeks=week)
            await _session(follower, ledger, chat, 60, 15, timedelta(hours=1))
            if week in conferences:
                begins = chat + timedelta(days=2, hours=-11)
                await _session(follower, ledger, begins, 700, 100, timedelta(hours=10))
    return ledger


async def test_months_of_chats_and_a_conference_stay_within_the_cap_and_agree_with_the_bill(
    sqlite_database: Database,
) -> None:
    ledger = await play(sqlite_database, 7, frozenset({6}))
    assert list(ledger.months) == ["2026-05", "2026-06"]
    assert max(ledger.levels) >= 3  # the conference brought it to its end, and no further
    assert 0.9 * CAP < max(ledger.months.values()) <= CAP
    assert min(ledger.months.values()) > 0


async def test_an_answer_that_comes_after_midnight_is_counted_on_the_day_on_which_x_billed_it(
    sqlite_database: Database,
) -> None:
    clock = ReplayClock(datetime(2026, 5, 4, 23, 0, tzinfo=UTC))
    async with standin.serve(clock) as x, following(sqlite_database, clock, x) as follower:
        x.faults["stream"] = [standin.FORBIDDEN]
        x.faults["usage"] = [standin.FORBIDDEN] * 99  # X's own count would mend the ledger
        held = asyncio.Event()
        await follower.source.watch(frozenset({window(clock, minutes=600)}))
        for author in "12345":
            x.post(author, ["lrnchat"])
        await follower.until(lambda: len(follower.seen) == 5, moving_s=1)
        searched = x.count("search")
        await clock.move_to(datetime(2026, 5, 4, 23, 59, tzinfo=UTC))
        x.search_waits_for.append(held)
        await follower.until(lambda: not x.search_waits_for and x.count("search") > searched)
        await clock.move_to(datetime(2026, 5, 5, 0, 0, 5, tzinfo=UTC))
        held.set()
        searched = x.count("search")
        await follower.until(lambda: x.count("search") > searched + 3, moving_s=1)
        await follower.settled()
        spending = await follower.budget.spending()
        assert len(x.bill.posts) == 2
        assert spending.spent == x.bill.documented("2026-05")
        assert spending.at_most >= x.bill.worst("2026-05")
