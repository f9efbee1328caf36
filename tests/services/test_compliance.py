"""What X deletes goes from here within a day, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bot.errors import SourceUnavailable
from bot.services.compliance import AGAIN, EVERY, POLL, Compliance
from bot.services.health import Health
from bot.services.ingest import Ingest
from bot.sources.x_api import XApi
from bot.sources.x_compliance import XCompliance, verdicts
from tests.sources.following_x import Follower, following, window
from tests.standins import x as standin

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.clock import ReplayClock
    from bot.store.database import Database


class Asking:
    """Compliance over a stand-in that holds ten posts of five people, as the database does."""

    def __init__(self, follower: Follower, http: aiohttp.ClientSession) -> None:
        self.x, self.db, self.clock = follower.x, follower.db, follower.clock
        self.health = Health()
        self._http = http
        self.posts: list[str] = []
        self.restart()

    def restart(self) -> None:
        """As a new process."""
        api = XApi(self._http, standin.TOKEN, self.clock, self.x.address)
        ingest = Ingest(self.db, self.clock)
        self.compliance = Compliance(self.db, self.clock, ingest, XCompliance(api), self.health)

    async def beats(self, until: timedelta = timedelta(minutes=20)) -> int:
        """Heartbeats at every due instant of the next time."""
        end, gone = self.clock.now() + until, 0
        while (due := await self.compliance.next_due()) <= end:
            await self.clock.move_to(due)
            gone += await self.compliance.look_after()
        await self.clock.move_to(end)
        return gone

    async def kept(self, table: str = "posts") -> set[str]:
        async with self.db.read() as tx:
            rows = await tx.fetch(f"SELECT native_id FROM {table} WHERE platform = 'x'")  # noqa: S608, RUF100
        return {row["native_id"] for row in rows}


@pytest.fixture
async def asking(database: Database, clock: ReplayClock) -> AsyncIterator[Asking]:
    async with (
        standin.serve(clock) as x,
        aiohttp.ClientSession() as http,
        following(database, clock, x) as follower,
    ):
        await follower.source.watch(frozenset({window(clock)}))
        await follower.until(lambda: follower.is_connected and len(follower.pages) >= 1)
        asking = Asking(follower, http)
        first = None
        for number in range(10):
            author = str(number % 5 + 1)
            if number % 2 and first is not None:
                asking.posts.append(x.repost(author, first, ["lrnchat"])["id"])
            else:
                first = first or x.post(author, ["lrnchat"])
                said = first if number == 0 else x.post(author, ["lrnchat"])
                asking.posts.append(said["id"])
        await follower.until(lambda: len(follower.seen) == 10)
        await follower.stop()
        yield asking


@pytest.mark.parametrize("reason", ["deleted", "suspended", "deactivated", "protected"])
async def test_what_x_deletes_goes_with_its_engagements_and_does_not_come_back(
    asking: Asking, reason: str
) -> None:
    gone = asking.posts[0]
    asking.x.gone[gone] = reason
    assert await asking.beats() == 1
    assert await asking.kept() == set(asking.posts) - {gone}
    async with asking.db.read() as tx:
        buried = await tx.fetch("SELECT id FROM deleted_posts")
    assert [str(row["id"]) for row in buried] == [gone]
    assert [kind for kind, _ in asking.x.asked].count("upload") == 2


async def test_of_an_account_that_left_all_posts_go_and_its_names(asking: Asking) -> None:
    asking.x.gone["1"] = "suspended"
    async with asking.db.read() as tx:
        before = await tx.fetch("SELECT name FROM accounts WHERE native_id = '1'")
    assert before[0]["name"] == "Person 1"
    assert await asking.beats() == 1
    theirs = {id_ for id_ in asking.posts if asking.x.posts[id_]["author_id"] == "1"}
    assert len(theirs) == 2
    assert await asking.kept() == set(asking.posts) - theirs
    async with asking.db.read() as tx:
        rows = await tx.fetch("SELECT handle, name FROM accounts WHERE native_id = '1'")
        left = await tx.fetch(
            "SELECT post_id FROM engagements WHERE source_id = 1 OR target_id = 1"
        )
    assert [(row["handle"], row["name"]) for row in rows] == [(None, None)]
    assert left == []


async def test_no_place_is_kept_so_scrub_geo_changes_nothing(asking: Asking) -> None:
    asking.x.gone[asking.posts[0]] = "scrub_geo"
    assert await asking.beats() == 0
    assert await asking.kept() == set(asking.posts)


async def test_it_asks_again_within_24_hours_of_what_it_held_before(asking: Asking) -> None:
    asked_at = asking.clock.now()
    await asking.beats()
    asking.x.gone[asking.posts[3]] = "deleted"
    await asking.beats(asked_at + timedelta(hours=24) - asking.clock.now())
    assert asking.posts[3] not in await asking.kept()
    assert timedelta(hours=24) > EVERY + POLL + AGAIN
    assert asking.health.metrics()["x_compliance_posts_gone"] == 1


@pytest.mark.parametrize("kind", ["create_job", "upload", "job", "download"])
async def test_faults_at_any_step_only_delay_it(asking: Asking, kind: str) -> None:
    asking.x.gone[asking.posts[2]] = "deleted"
    asking.x.faults[kind] = [standin.HTML_503, standin.LIMITED, standin.FORBIDDEN]
    assert await asking.beats(timedelta(hours=3)) == 1
    assert await asking.kept() == set(asking.posts) - {asking.posts[2]}


async def test_a_restart_after_any_step_goes_on_with_the_same_job(asking: Asking) -> None:
    asking.x.gone[asking.posts[2]] = "deleted"
    gone = 0
    for _ in range(6):
        asking.restart()
        gone += await asking.compliance.look_after()
        await asking.clock.move_to(await asking.compliance.next_due())
    assert gone == 1
    assert len([kind for kind, _ in asking.x.asked if kind == "create_job"]) <= 4
    assert asking.posts[2] not in await asking.kept()


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_job_that_a_crash_made_us_forget_is_taken_up_and_those_of_others_are_not(
    asking: Asking, steps: int
) -> None:
    asking.x.gone[asking.posts[2]] = "deleted"
    async with aiohttp.ClientSession() as http:
        api = XApi(http, standin.TOKEN, asking.clock, asking.x.address)
        for kind in ("tweets", "users"):
            job = await api.create_job(kind, "crosstie")
            theirs = await api.create_job(kind, "another program")
            assert theirs.id != job.id
            if steps > 1:  # killed after its ids were sent
                await api.upload(job.upload_url, asking.posts if kind == "tweets" else ["1"])
    opened = len(asking.x.jobs)
    assert await asking.beats() == 1
    assert asking.posts[2] not in await asking.kept()
    assert len(asking.x.jobs) == opened
    assert [job["status"] for job in asking.x.jobs.values() if job["name"] != "crosstie"] == [
        "created"
    ] * 2


async def test_a_finished_job_is_not_taken_for_the_next_days(asking: Asking) -> None:
    await asking.beats()
    asking.x.gone[asking.posts[2]] = "deleted"
    assert await asking.beats(timedelta(hours=24)) == 1
    assert [kind for kind, _ in asking.x.asked].count("create_job") == 4


async def test_where_jobs_are_not_listed_one_is_opened(asking: Asking) -> None:
    asking.x.gone[asking.posts[2]] = "deleted"
    asking.x.faults["jobs"] = [standin.FORBIDDEN, standin.HTML_503]
    assert await asking.beats() == 1


async def test_a_job_that_x_lost_or_let_expire_is_begun_anew(asking: Asking) -> None:
    asking.x.gone[asking.posts[2]] = "deleted"
    await asking.compliance.look_after()
    for job in asking.x.jobs.values():
        job["status"] = "expired"
    assert await asking.beats(timedelta(hours=2)) == 1
    assert asking.posts[2] not in await asking.kept()


async def test_nothing_is_asked_where_nothing_is_held(
    sqlite_database: Database, clock: ReplayClock
) -> None:
    async with standin.serve(clock) as x, aiohttp.ClientSession() as http:
        api = XApi(http, standin.TOKEN, clock, x.address)
        ingest = Ingest(sqlite_database, clock)
        asks = Compliance(sqlite_database, clock, ingest, XCompliance(api), Health())
        assert await asks.look_after() == 0
        assert x.asked == []
        assert await asks.next_due() == clock.now() + EVERY


def test_a_verdict_that_can_not_be_read_is_not_taken_for_none() -> None:
    with pytest.raises(SourceUnavailable):
        verdicts(b'{"id": "1", "action": "delete"')
    with pytest.raises(SourceUnavailable):
        verdicts(b'{"action": "delete", "reason": "deleted"}')
    found = verdicts(b'\n{"id": 12, "action": "delete", "reason": "bounced", "new": 1}\n\n')
    assert [(one.native_id, one.reason) for one in found] == [("12", "bounced")]
    assert verdicts(b"") == []
