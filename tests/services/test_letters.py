"""The monthly letter: counts of one month, and none about fewer than five people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.model.letter import Count, Letter
from bot.model.posts import to_us
from bot.services.letters import first_days, letter
from tests.services.gatherings import MONDAY, NURSES, Gathering

if TYPE_CHECKING:
    from bot.store.database import Database

JUNE = datetime(2026, 6, 3, tzinfo=UTC)
NONE = Count(0, 0)


def test_the_months_before_this_one() -> None:
    assert first_days(date(2026, 3, 31), 3) == [
        date(2026, 2, 1), date(2026, 1, 1), date(2025, 12, 1),
    ]  # fmt: skip


async def _introductions(db: Database, pairs: int, at: datetime, state: str = "made") -> None:
    async with db.write() as tx:
        for n in range(pairs):
            number = to_us(at) + n
            await tx.execute(
                "INSERT INTO suggestions (id, community_id, member_id, about_id, score,"
                " cross_field, engine, created_us)"
                " VALUES (:id, :community, :a, :b, 1.0, 1, '1', :at)",
                id=number, community=NURSES, a=2 * n, b=2 * n + 1, at=to_us(at),
            )  # fmt: skip
            await tx.execute(
                "INSERT INTO introductions (id, community_id, suggestion_id, a_id, b_id, state,"
                " line, created_us, changed_us)"
                " VALUES (:id, :community, :id, :a, :b, :state, '', :at, :at)",
                id=number, community=NURSES, a=2 * n, b=2 * n + 1, state=state, at=to_us(at),
            )  # fmt: skip


async def test_only_the_month_counts_and_only_from_five_people_on(database: Database) -> None:
    await Gathering(database).open()
    await _introductions(database, 3, MONDAY)
    await _introductions(database, 2, MONDAY - timedelta(days=31))
    found = await letter(database, ReplayClock(JUNE), NURSES)
    assert found.month == date(2026, 5, 1)
    assert (found.offered.told, found.agreed.told) == (3, 3)
    assert found.fields_known == Count(3, 3)
    assert found.cross_share is None
    assert not found.is_empty
    assert found.months[-1] == (date(2026, 5, 1), 3, 3)
    assert found.months[-2] == (date(2026, 4, 1), None, None)


async def test_newcomers_are_those_of_the_month_answered_and_returned(database: Database) -> None:
    world = Gathering(database)
    await world.open()
    await world.conference(MONDAY, MONDAY + timedelta(hours=2))
    await world.post("Old", MONDAY - timedelta(days=40))
    names = [f"New{n}" for n in range(6)]
    for name in names:
        await world.post(name, MONDAY)
    for name in names[:5]:
        await world.post("Old", MONDAY + timedelta(hours=1), to=name)
    found = await letter(database, ReplayClock(JUNE), NURSES)
    assert (found.newcomers.told, found.newcomers_answered.told) == (6, 5)
    assert found.newcomers_returned.told is None


async def test_a_quiet_month_is_empty(database: Database) -> None:
    await Gathering(database).open()
    found = await letter(database, ReplayClock(JUNE), NURSES)
    assert found.is_empty
    assert all(offered is None for _, offered, _ in found.months)


def test_what_to_try_is_the_first_thing_that_lags() -> None:
    quiet = Letter(
        date(2026, 5, 1), NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, ()
    )
    ten, three = Count(10, 10), Count(3, 10)
    assert quiet.try_next == "ask"
    assert replace(quiet, newcomers=ten, newcomers_answered=three).try_next == "newcomers"
    assert replace(quiet, asked=ten, answered=three).try_next == "help"
    assert replace(quiet, fields_known=ten, crossing=three).try_next == "fields"
    assert replace(quiet, agreed=ten, talked=three).try_next == "threads"
    assert replace(quiet, agreed=Count(10, 4), talked=three).try_next == "ask"
