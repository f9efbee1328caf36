"""The budget governor: nothing is asked of a platform that bills unless its worst is paid for.

Invariants:
  1. What is settled at most and what is reserved never exceed the month's cap together: a request
     is sent only with a reservation for the worst that it may cost.
  2. A reservation ends only with the counting of what came. One that a crash left behind stays
     counted until its month is over.
  3. A post and a user count once a UTC day, as the platform bills them. An answer that was on its
     way at midnight is one of the day on which the platform's own clock gave it; at most it is one
     of either, and spares nothing of what is read on them.
  4. What the platform itself reports only ever raises the ledger.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.budget import (
    TOLD_AT,
    Level,
    Prices,
    Reservation,
    Spending,
    chat_forecast,
    conference_forecast,
    level_of,
)
from bot.model.posts import EPOCH
from bot.store import budget as store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.budget import Forecast
    from bot.model.chats import Upcoming
    from bot.store.database import Database, Reader, Writer

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_MOST_SKEW = timedelta(hours=1)
"""A platform's clock that differs more from ours is not believed."""


class Budget:
    """The month's ledger of one platform; months and days are those of UTC."""

    def __init__(  # noqa: PLR0913, RUF100 what it stands on, and what it is to keep
        self, db: Database, clock: Clock, ids: Ids, prices: Prices, cap: int, source: str = "x"
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._prices = prices
        self._cap = cap
        self._source = source
        self._swept: int | None = None
        self._live: dict[int, int] = {}
        """The reservations of this process."""

    async def reserve(self, posts: int, users: int = 0, requests: int = 0) -> Reservation | None:
        """Puts aside what a request costs at worst; None when that would pass the cap."""
        now = self._clock.now()
        async with self._db.write() as tx:
            made = await self._reserve(tx, now, posts, users, requests)
            if made is None:
                spending = await self._spending(tx, now)
                await self._tell(tx, now, spending, stopped=self._is_stopped(spending))
        return made

    async def settle(  # noqa: PLR0913, RUF100 what was put aside, what came, what comes next
        self,
        reservation: Reservation | None,
        posts: Collection[str],
        users: Collection[str] = (),
        *,
        requests: int = 0,
        asked_at: datetime | None = None,
        billed_at: datetime | None = None,
        again: tuple[int, int] | None = None,
    ) -> Reservation | None:
        """Counts what came, by native ids, and ends the reservation; None where there was none.

        `billed_at` is the platform's own time of the answer; without it, or where it can not be,
        ours. `again` makes a new one for so many posts and users in the same transaction, as a
        stream needs it; None then means that it would pass the cap.
        """
        now = self._clock.now()
        asked_at = asked_at or now
        if billed_at is None or not asked_at - _MOST_SKEW <= billed_at <= now + _MOST_SKEW:
            billed_at = now
        day = _day(billed_at)
        days = {_day(asked_at), day, _day(now)}
        async with self._db.write() as tx:
            new_posts, most_posts = await store.count_reads(
                tx, self._source, day, "post", posts, days
            )
            _, most_users = await store.count_reads(tx, self._source, day, "user", users, days)
            more = store.Day(
                day=day,
                posts=new_posts,
                users=most_users,
                requests=requests,
                spent=self._prices.of(new_posts, 0, requests),
                at_most=self._prices.of(most_posts, most_users, requests),
                reported_posts=0,
            )
            if more.at_most:
                await store.book(tx, self._source, more)
                for other in _of_other_months(day, days):
                    await store.book(
                        tx, self._source, store.Day(other, 0, 0, 0, 0, more.at_most, 0)
                    )
            if reservation is not None:
                await store.release(tx, reservation.id)
                self._live.pop(reservation.id, None)
            if self._swept != (first := min(days)):
                await store.forget_reads(tx, first)
                self._swept = first
            made = None if again is None else await self._reserve(tx, now, *again, 0)
            spending = await self._spending(tx, now)
            await self._tell(tx, now, spending, stopped=self._is_stopped(spending))
        return made

    async def release(self, reservation: Reservation) -> None:
        """Ends a reservation of a request that surely read nothing."""
        async with self._db.write() as tx:
            await store.release(tx, reservation.id)
        self._live.pop(reservation.id, None)

    def lose(self, reservation: Reservation) -> None:
        """Nobody will hear what it cost: it stays counted until its month is over."""
        self._live.pop(reservation.id, None)

    async def level(self) -> Level:
        """What may still be done this month."""
        return level_of(await self.spending(), self._prices)

    async def spending(self) -> Spending:
        """The ledger of this month."""
        async with self._db.read() as tx:
            return await self._spending(tx, self._clock.now())

    async def reported(self, posts_by_day: Mapping[date, int]) -> None:
        """Takes what the platform says was read; where that is more, the ledger follows."""
        now = self._clock.now()
        async with self._db.write() as tx:
            for day, posts in sorted(posts_by_day.items()):
                number = (day - EPOCH.date()).days
                await store.note_reported(tx, self._source, number, posts)
            spending = await self._spending(tx, now)
            await self._tell(tx, now, spending, stopped=self._is_stopped(spending))

    async def unsaid(self) -> int | None:
        """The percentage of this month's budget that is to be told now; older ones are past."""
        month = _number_of(_month(self._clock.now()).date())
        async with self._db.read() as tx:
            for of_month, percent in await store.unsaid(tx, self._source):
                if of_month == month:
                    return percent
        return None

    async def note_said(self, percent: int) -> None:
        """The owner heard of it, and need not hear of less."""
        month = _number_of(_month(self._clock.now()).date())
        async with self._db.write() as tx:
            await store.note_said(tx, self._source, month, percent)

    def forecast(self, upcoming: Upcoming) -> Forecast:
        """What following a chat or a conference is likely to cost."""
        if upcoming.is_conference:
            return conference_forecast(self._prices)
        return chat_forecast(self._prices, upcoming.duration, upcoming.rhythm)

    def resumes_at(self) -> datetime:
        """When the next month's budget begins."""
        first = _month(self._clock.now())
        return (first + timedelta(days=32)).replace(day=1)

    async def _reserve(
        self, tx: Writer, now: datetime, posts: int, users: int, requests: int
    ) -> Reservation | None:
        microusd = self._prices.of(posts, users, requests)
        # Writing the day first keeps another process from looking at the same rest meanwhile.
        await store.book(tx, self._source, store.Day(_day(now), 0, 0, 0, 0, 0, 0))
        if microusd > (await self._spending(tx, now)).free:
            return None
        made = Reservation(self._ids.next(), posts, users, microusd)
        await store.add_reservation(tx, made.id, self._source, now, microusd)
        self._live[made.id] = microusd
        return made

    async def _spending(self, tx: Reader, now: datetime) -> Spending:
        first = _month(now)
        days = await store.days_between(tx, self._source, _day(first), _day(now))
        # What others, or a crash, read beside us: the platform counted it, so it will be billed.
        unseen = self._prices.of(sum(max(0, d.reported_posts - d.posts) for d in days))
        return Spending(
            month=first.date(),
            cap=self._cap,
            spent=sum(d.spent for d in days) + unseen,
            at_most=sum(d.at_most for d in days) + unseen,
            # A request that was sent in the old month may be billed in the new one.
            reserved=(reserved := await store.reserved_since(tx, self._source, first - _DAY)),
            on_its_way=min(reserved, sum(self._live.values())),
        )

    def _is_stopped(self, spending: Spending) -> bool:
        return level_of(spending, self._prices) is Level.STOPPED

    async def _tell(self, tx: Writer, now: datetime, spending: Spending, *, stopped: bool) -> None:
        """Says once a month that so much of the budget is gone, in a crash too."""
        used = 100 if stopped else min(99, spending.percent)
        month = _number_of(spending.month)
        for percent in TOLD_AT:
            if used >= percent and await store.was_told(tx, self._source, month, percent, now):
                log.warning(
                    "the budget of this month is used source=%s percent=%d usd=%.2f of=%.2f",
                    self._source,
                    percent,
                    spending.gone / 1e6,
                    spending.cap / 1e6,
                )


def _month(now: datetime) -> datetime:
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _number_of(month: date) -> int:
    return month.year * 12 + month.month


def _day(when: datetime) -> int:
    return (when - EPOCH) // _DAY


def _of_other_months(day: int, days: Collection[int]) -> list[int]:
    """Those of `days` that are in another month: what was on its way may be billed there."""
    month = _month(EPOCH + day * _DAY)
    return [other for other in days if _month(EPOCH + other * _DAY) != month]
