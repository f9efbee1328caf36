"""The monthly letter: counts of one month, and none about fewer than five people."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.cards import LetterCard
from bot.model.letter import Count, Letter
from bot.model.posts import to_us
from bot.model.suggestions import PromptKind
from bot.services.letters import Letters, first_days, letter
from bot.services.prompts import Prompts
from tests.services.asking import Post
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


class Posted:
    """The service with its prompt, in one community that was joined in January."""

    def __init__(self, db: Database, start: datetime) -> None:
        self.clock = ReplayClock(start)
        ids = Ids(self.clock, random.Random(5))
        self.letters = Letters(db, self.clock, ids)
        self.prompts = Prompts(db, self.clock, ids, {PromptKind.LETTER: self.letters})
        self.post = Post()

    async def days_later(self, days: float) -> list[LetterCard]:
        """What was sent until then, at whatever time it fell due."""
        until = self.clock.now() + timedelta(days=days)
        before = len(self.post.sent)
        while (due := await self.letters.next_due()) <= until:
            await self.clock.move_to(max(due, self.clock.now()))
            for community in await self.letters.due():
                await self.letters.plan(community, 4242)
            await self.prompts.deliver_due(self.post)
        await self.clock.move_to(until)
        cards = [o.card for o in self.post.sent[before:]]
        return [c for c in cards if isinstance(c, LetterCard)]


async def test_the_letter_goes_out_once_on_the_first_at_ten_where_the_community_is(
    database: Database,
) -> None:
    await Gathering(database).open(zone="Pacific/Honolulu")
    await _introductions(database, 3, MONDAY)
    posted = Posted(database, MONDAY)
    assert await posted.letters.next_due() == datetime(2026, 6, 1, 20, tzinfo=UTC)
    sent = await posted.days_later(30)
    assert [c.letter.month for c in sent] == [date(2026, 5, 1)]
    assert [c.letter.offered.told for c in sent] == [3]
    [outgoing] = posted.post.sent
    assert (outgoing.prompt.channel, outgoing.prompt.recipient) == (4242, None)
    assert not outgoing.prompt.unasked


async def test_after_a_month_that_told_nothing_it_is_said_once_and_then_not_until_there_is_more(
    sqlite_database: Database,
) -> None:
    await Gathering(sqlite_database).open()
    await _introductions(sqlite_database, 3, MONDAY + timedelta(days=150))
    posted = Posted(sqlite_database, MONDAY)
    sent = await posted.days_later(240)
    assert [(f"{c.letter.month:%m}", c.letter.is_empty) for c in sent] == [
        ("05", True), ("10", False), ("11", True),
    ]  # fmt: skip


async def test_who_joined_this_month_or_was_down_for_the_first_week_gets_none(
    sqlite_database: Database,
) -> None:
    await Gathering(sqlite_database).open(joined_at=JUNE - timedelta(days=1))
    assert await Posted(sqlite_database, JUNE).days_later(27) == []
    later = Posted(sqlite_database, datetime(2026, 7, 8, 12, tzinfo=UTC))
    assert await later.days_later(20) == []
    assert len(await later.days_later(10)) == 1


async def test_where_nobody_can_be_reached_the_month_is_done_with(
    sqlite_database: Database,
) -> None:
    await Gathering(sqlite_database).open()
    posted = Posted(sqlite_database, JUNE)
    assert await posted.letters.due() == [NURSES]
    assert not await posted.letters.plan(NURSES, None)
    assert await posted.letters.due() == []
