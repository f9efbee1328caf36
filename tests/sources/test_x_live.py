"""The Source of X against a stand-in: stream, rules, searches, and where they begin again."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import RateLimited, SourceRefused, SourceUnavailable
from bot.model.budget import MICRO
from tests.sources.following_x import Follower, following, window
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import ReplayClock
    from bot.store.database import Database
    from tests.standins.x_jobs import Fault


@pytest.fixture
async def x(clock: ReplayClock) -> AsyncIterator[standin.XStandIn]:
    async with standin.serve(clock) as it:
        yield it


@pytest.fixture
async def follower(
    sqlite_database: Database, clock: ReplayClock, x: standin.XStandIn
) -> AsyncIterator[Follower]:
    async with following(sqlite_database, clock, x) as it:
        yield it


async def _connected(follower: Follower, minutes: int = 60) -> None:
    await follower.source.watch(frozenset({window(follower.clock, minutes=minutes)}))
    await follower.until(lambda: follower.x.streams == 1 and follower.x.count("search") >= 1)


async def test_a_post_of_the_stream_is_given_and_paid_for(follower: Follower) -> None:
    await _connected(follower)
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen)
    (page,) = [page for page in follower.pages if page.posts]
    assert [account.handle for account in page.accounts] == ["u7"]
    spending = await follower.budget.spending()
    assert (spending.spent, spending.at_most) == (5_000, 15_000)
    assert follower.x.bill.documented() == 5_000
    assert follower.x.bill.worst() == 15_000


async def test_the_first_post_after_a_long_silence_is_not_taken_for_one_of_the_future(
    follower: Follower,
) -> None:
    await _connected(follower)
    await follower.later(seconds=41)
    await follower.settled()
    await follower.later(minutes=27)  # nothing is due: it has waited all the time
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen)
    assert not any(page.problems for page in follower.pages)


async def test_nothing_is_asked_before_a_session_opens(
    follower: Follower, clock: ReplayClock
) -> None:
    watch = window(clock)
    opens = clock.now() + timedelta(hours=1)
    await follower.source.watch(frozenset({type(watch)("lrnchat", opens, opens + timedelta(1))}))
    await follower.settled()
    assert {kind for kind, _ in follower.x.asked} == {"rules"}
    assert follower.x.rules == {}


async def test_one_connection_and_few_rules_serve_all_sessions(
    follower: Follower, clock: ReplayClock
) -> None:
    await _connected(follower)
    watches = frozenset({window(clock), window(clock, "edchat"), window(clock, "phdchat", 90)})
    await follower.source.watch(watches)
    await follower.until(lambda: len(follower.x.rules) == 1 and "phd" in str(follower.x.rules))
    assert [rule["value"] for rule in follower.x.rules.values()] == [
        "(#edchat OR #lrnchat OR #phdchat)"
    ]
    assert (follower.x.streams, follower.x.count("stream")) == (1, 1)


async def test_rules_left_behind_are_taken_away_and_those_of_others_stay(
    follower: Follower,
) -> None:
    follower.x.rules = {
        "1": {"id": "1", "value": "#old", "tag": "crosstie"},
        "2": {"id": "2", "value": "#theirs", "tag": "another program"},
    }
    await _connected(follower)
    assert sorted(rule["value"] for rule in follower.x.rules.values()) == ["#lrnchat", "#theirs"]
    theirs = follower.x.post("7", ["theirs"])
    ours = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: ours["id"] in follower.seen)
    assert theirs["id"] not in follower.seen
    assert (await follower.budget.spending()).spent == follower.x.bill.documented() == 10_000


async def test_a_session_is_searched_again_at_its_end_and_a_day_later(
    follower: Follower,
) -> None:
    await _connected(follower)
    await follower.later(seconds=41)
    first = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: first["id"] in follower.seen)
    late = follower.x.post("8", ["lrnchat"], deliver=False)
    await follower.later(minutes=61)
    await follower.until(lambda: late["id"] in follower.seen)
    assert follower.x.rules == {}
    await follower.until(lambda: follower.x.streams == 0)
    later = follower.x.post("9", ["lrnchat"], deliver=False)
    await follower.later(hours=24)
    await follower.source.watch(frozenset())
    await follower.until(lambda: later["id"] in follower.seen)
    searches = follower.x.count("search")
    await follower.later(days=3)
    with pytest.raises(TimeoutError):
        await follower.until(lambda: False, 0.1)
    assert follower.x.count("search") == searches


async def test_what_was_said_while_the_line_was_down_is_searched(follower: Follower) -> None:
    await _connected(follower)
    await follower.later(seconds=41)
    first = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: first["id"] in follower.seen)
    follower.x.hang_up()
    missed = follower.x.post("8", ["lrnchat"])
    await follower.until(lambda: not follower.is_connected)
    await follower.later(seconds=31)
    await follower.until(lambda: missed["id"] in follower.seen, moving_s=1)
    await follower.until(lambda: sum(p.reconnects for p in follower.pages) == 1, moving_s=1)


async def test_a_new_process_goes_on_where_the_database_is(follower: Follower) -> None:
    watches = frozenset({window(follower.clock)})
    await _connected(follower)
    await follower.later(seconds=41)
    first = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: first["id"] in follower.seen)
    await follower.stop()
    follower.restart()
    missed = follower.x.post("8", ["lrnchat"], deliver=False)
    await follower.later(minutes=5)
    await follower.source.watch(watches)
    await follower.until(lambda: missed["id"] in follower.seen)
    since = [asked["since_id"] for kind, asked in follower.x.asked if "since_id" in asked]
    assert all(int(id_) < int(first["id"]) for id_ in since)
    assert follower.x.bill.documented() == (await follower.budget.spending()).spent


async def test_a_page_that_was_not_taken_is_read_again(follower: Follower) -> None:
    source = follower.source
    await source.watch(frozenset({window(follower.clock)}))
    cursor = (await source.next_page(None)).cursor
    await follower.later(seconds=41)
    cursor = (await source.next_page(cursor)).cursor
    post = follower.x.post("7", ["lrnchat"])
    page = await source.next_page(cursor)
    assert [p.native_id for p in page.posts] == [post["id"]]
    await follower.later(seconds=41)
    page = await source.next_page(cursor)
    assert [p.native_id for p in page.posts] == [post["id"]]
    assert (await follower.budget.spending()).spent == 5_000


async def test_where_the_stream_is_refused_it_is_searched_and_reposts_are_said_to_be_missing(
    follower: Follower,
) -> None:
    follower.x.faults["stream"] = [standin.FORBIDDEN]
    await follower.source.watch(frozenset({window(follower.clock)}))
    await follower.until(lambda: follower.x.count("search") >= 1)
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen, moving_s=1)
    assert follower.pages[-1].notice == "reposts are missing"
    async with follower.db.read() as tx:
        rows = await tx.fetch("SELECT reason, seen FROM problems")
    assert [(row["reason"], row["seen"]) for row in rows] == [
        ("reposts are missing: searched only", 1)
    ]
    assert follower.x.count("stream") == 1


async def test_less_is_asked_for_as_the_budget_goes_and_then_nothing(
    sqlite_database: Database, clock: ReplayClock, x: standin.XStandIn
) -> None:
    async with following(sqlite_database, clock, x, cap=40 * MICRO) as follower:
        await _connected(follower, minutes=6_000)

        async def used(usd: float) -> None:
            await follower.budget.reported({clock.now().date(): round(usd * 200)})
            await follower.later(seconds=61)

        await used(32.5)
        await follower.until(lambda: x.streams == 1 and not x._listeners[0].authors, moving_s=1)
        await used(36.3)
        await follower.until(lambda: "-is:retweet" in str(x.rules), moving_s=1)
        await used(38.1)
        await follower.until(lambda: x.streams == 0 and x.rules == {}, moving_s=1)
        post = x.post("7", ["lrnchat"])
        await follower.until(lambda: post["id"] in follower.seen, moving_s=1)
        await used(39.98)
        with pytest.raises(RateLimited) as caught:
            await follower.until(lambda: False, moving_s=1)
        assert caught.value.retry_at == follower.budget.resumes_at()
        assert x.bill.worst() == 5_000


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (standin.PAYMENT, "buy credits"),
        (standin.CAPPED, "UsageCapExceeded"),
    ],
)
@pytest.mark.parametrize("kind", ["search", "stream", "usage", "rules"])
async def test_what_waiting_does_not_mend_is_not_waited_for(
    follower: Follower, fault: Fault, says: str, kind: str
) -> None:
    follower.x.faults[kind] = [fault]
    await follower.source.watch(frozenset({window(follower.clock)}))
    with pytest.raises(SourceRefused, match=says):
        await follower.until(lambda: False)
    assert follower.x.count(kind) == 1
    assert (await follower.budget.spending()).reserved == 0


async def test_a_wrong_token_says_where_to_get_another(
    sqlite_database: Database, clock: ReplayClock, x: standin.XStandIn
) -> None:
    async with following(sqlite_database, clock, x, token="wrong") as follower:
        await follower.source.watch(frozenset({window(clock)}))
        with pytest.raises(SourceRefused, match="CROSSTIE_X_BEARER_TOKEN"):
            await follower.until(lambda: False)


async def test_a_search_that_fails_does_not_stop_the_stream(follower: Follower) -> None:
    await _connected(follower)
    follower.x.faults["search"] = [standin.HTML_503, standin.LIMITED]
    await follower.later(seconds=41)
    await follower.until(lambda: not follower.x.faults["search"][1:])
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen)
    await follower.later(seconds=10)
    await follower.until(lambda: not follower.x.faults["search"])
    searches = follower.x.count("search")
    await follower.until(lambda: follower.x.count("search") > searches, 60, moving_s=1)


async def test_without_a_stream_a_failed_search_is_told_to_the_supervisor(
    follower: Follower,
) -> None:
    follower.x.faults["stream"] = [standin.FORBIDDEN]
    follower.x.faults["search"] = [standin.HTML_503]
    await follower.source.watch(frozenset({window(follower.clock)}))
    with pytest.raises(SourceUnavailable, match="503"):
        await follower.until(lambda: False)
    held = (await follower.budget.spending()).reserved
    assert held == 1_500_000  # X may have billed the answer that did not come
    await follower.until(lambda: bool(follower.pages))
    assert (await follower.budget.spending()).reserved == 0


async def test_the_ledger_follows_what_x_itself_counted(follower: Follower) -> None:
    await _connected(follower)
    post = follower.x.post("7", ["lrnchat"])
    await follower.until(lambda: post["id"] in follower.seen)
    follower.x.usage_extra = 3  # another program of the same project
    asked, searched = follower.x.count("usage"), follower.x.count("search")
    await follower.later(minutes=61)
    await follower.until(lambda: follower.x.count("search") > searched)
    assert follower.x.count("usage") > asked
    assert (await follower.budget.spending()).spent == 20_000


async def test_a_stream_that_was_refused_is_asked_for_again_a_day_later(
    follower: Follower,
) -> None:
    follower.x.faults["stream"] = [standin.FORBIDDEN]
    follower.supervised = True
    await follower.source.watch(frozenset({window(follower.clock, minutes=3_000)}))
    await follower.until(lambda: follower.x.count("search") >= 1)
    await follower.later(hours=23)
    await follower.settled()
    assert follower.x.count("stream") == 1
    await follower.later(hours=1, minutes=1)
    await follower.until(lambda: follower.is_connected, 60)
    await follower.until(lambda: not follower.pages[-1].notice, 60, moving_s=1)


async def test_a_busy_stream_whose_rules_can_not_be_taken_away_is_ended_all_the_same(
    follower: Follower,
) -> None:
    await _connected(follower)
    x = follower.x
    x.faults["rules"] = [standin.HTML_503] * 9

    looks = itertools.count()

    def someone_posts() -> bool:
        if next(looks) % 10 == 0:
            x.post("7", ["lrnchat"])
        return not follower.is_connected

    await follower.source.watch(frozenset())
    await follower.until(someone_posts, 60)
    spending = await follower.budget.spending()
    assert spending.at_most + spending.reserved >= x.bill.worst()


async def test_a_session_that_is_searched_late_is_searched_to_its_end_and_one_too_old_not_at_all(
    follower: Follower,
) -> None:
    await _connected(follower)
    await follower.until(lambda: bool(follower.pages))
    follower.supervised = True
    late = follower.x.post("7", ["lrnchat"], deliver=False)
    await follower.stop()  # for days
    await follower.later(days=3)
    follower.x.post("8", ["lrnchat"], deliver=False)
    follower.restart()
    await follower.source.watch(frozenset())
    await follower.until(lambda: late["id"] in follower.seen, 60)
    await follower.settled()
    assert follower.seen == {late["id"]}
    searches = follower.x.count("search")
    await follower.source.watch(frozenset({window(follower.clock, "edchat")}))
    pages = len(follower.pages)
    await follower.until(lambda: follower.x.count("search") > searches, 60)
    await follower.until(lambda: len(follower.pages) > pages, 60)
    await follower.stop()
    await follower.later(days=9)
    follower.restart()
    await follower.source.watch(frozenset())
    searches = follower.x.count("search")
    await follower.settled()
    assert follower.x.count("search") == searches
