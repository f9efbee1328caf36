"""Months of chats and a conference in replayed time: the ledger beside X's own bill."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.model.budget import MICRO, Level
from tests.sources.following_x import following, window
from tests.sources.played_year_of_x import Gathering, Mishap, play
from tests.standins import x as standin

if TYPE_CHECKING:
    from bot.store.database import Database

CAP = 4 * MICRO


async def test_months_of_chats_and_a_conference_stay_within_the_cap_and_agree_with_the_bill(
    sqlite_database: Database,
) -> None:
    chat = Gathering(60, 15, timedelta(hours=1))
    conference = Gathering(700, 100, timedelta(hours=10))
    mishaps = dict(zip((0, 1, 2, 3), Mishap, strict=True))
    ledger = await play(sqlite_database, CAP, 5, chat, conference, frozenset({4}), mishaps)
    assert ledger.wrong == []
    assert list(ledger.months) == ["2026-05", "2026-06"]
    assert ledger.months["2026-06"].levels[-1] >= Level.SEARCH_ONLY  # and no further
    assert ledger.months["2026-06"].said == [50, 80]
    assert [mishap for month in ledger.months.values() for mishap in month.mishaps] == list(Mishap)
    worst = [month.worst for month in ledger.months.values()]
    assert 0.9 * CAP < max(worst) <= CAP
    assert min(worst) > 0


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


async def test_what_is_on_its_way_when_a_stream_is_ended_is_kept_and_counted(
    sqlite_database: Database,
) -> None:
    clock = ReplayClock(datetime(2026, 5, 4, 20, 0, tzinfo=UTC))
    async with standin.serve(clock) as x, following(sqlite_database, clock, x) as follower:
        await follower.source.watch(frozenset({window(clock)}))
        await follower.until(lambda: follower.is_connected)
        await follower.settled()
        first = x.post("1", ["lrnchat"])
        await follower.settled()
        late = []
        x.meanwhile["rules"] = lambda: late.append(x.repost("2", first, ["lrnchat"])["id"])
        await follower.source.watch(frozenset())
        await follower.until(lambda: not follower.is_connected)
        await follower.settled()
        assert len(late) == 1
        assert set(late) <= follower.seen
        assert x.rules == {}
        spending = await follower.budget.spending()
        assert (spending.spent, spending.reserved) == (x.bill.documented("2026-05"), 0)
        assert spending.at_most == x.bill.worst("2026-05")
