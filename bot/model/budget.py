"""What a platform that bills costs: prices, what was spent, what a gathering will cost.

Money is in whole millionths of a US dollar, so that sums are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from bot.model.chats import Rhythm

if TYPE_CHECKING:
    from datetime import date

MICRO = 1_000_000


class Level(IntEnum):
    """What a source still may do; it goes down this list as the month's budget is used up."""

    FULL = 0
    NO_AUTHORS = 1
    """Authors are not asked for beside their posts."""
    NO_REPOSTS = 2
    SEARCH_ONLY = 3
    """No stream: what a search costs is known before it is sent."""
    STOPPED = 4


BURST = 200
"""Posts that a stream may still bring when it is ended: they are on their way, and paid for."""
LEAST_POSTS = 10
"""The smallest page of X's search."""
TOLD_AT = (50, 80, 100)
"""Percentages of the budget at which the organiser is told, once a month."""


@dataclass(frozen=True, slots=True)
class Prices:
    """In millionths of a US dollar, for each."""

    post: int
    user: int
    request: int
    """A request for counts."""

    def of(self, posts: int, users: int = 0, requests: int = 0) -> int:
        """What so many cost. With 5,000 and 10,000: 500 posts and 75 users cost 3,250,000."""
        return posts * self.post + users * self.user + requests * self.request


@dataclass(frozen=True, slots=True)
class Reservation:
    """Money put aside before a request, for the worst that it may cost."""

    id: int
    posts: int
    users: int
    microusd: int


@dataclass(frozen=True, slots=True)
class Spending:
    """A month's ledger."""

    month: date
    """Its first day, UTC."""
    cap: int
    spent: int
    """By the documented way of billing: every post once a UTC day, every request for counts."""
    at_most: int
    """If users that come along with posts are billed too; `spent` is never more."""
    reserved: int
    """Put aside for requests that are on their way, or whose end a crash hid from us."""
    on_its_way: int = 0
    """The part of it for requests of this process: it comes back soon, for the most part."""

    @property
    def free(self) -> int:
        """What may still be reserved."""
        return max(0, self.cap - self.at_most - self.reserved)

    @property
    def percent(self) -> int:
        """The part of the budget that is gone at most, rounded down."""
        return min(100, self.gone * 100 // self.cap) if self.cap else 100

    @property
    def gone(self) -> int:
        """What is settled, or lost in a crash: what nothing brings back."""
        return self.at_most + self.reserved - self.on_its_way


def level_of(spending: Spending, prices: Prices) -> Level:
    """What may still be done: less from 80, 90 and 95 % on, or where a burst would pass the cap.

    STOPPED once the smallest request would pass it.
    """
    # A stream's own reservation must not decide whether there is a stream: it would come and go.
    left, percent = spending.cap - spending.gone, spending.percent
    if left < prices.of(LEAST_POSTS):
        return Level.STOPPED
    if percent >= 95 or left < prices.of(BURST):
        return Level.SEARCH_ONLY
    if percent >= 90:
        return Level.NO_REPOSTS
    if percent >= 80 or left < prices.of(BURST, BURST):
        return Level.NO_AUTHORS
    return Level.FULL


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a gathering will cost, from a quiet one to a busy one."""

    posts: tuple[int, int]
    people: tuple[int, int]
    microusd: tuple[int, int]
    """Of one session."""
    sessions_a_month: float
    without_reposts: tuple[int, int]
    """Of one session, when reposts are left out."""

    @property
    def a_month(self) -> tuple[int, int]:
        """What it costs in a month; a conference, or a chat held once, as a whole."""
        low, high = self.microusd
        return round(low * self.sessions_a_month), round(high * self.sessions_a_month)


_CHAT_POSTS_AN_HOUR = 500
_CHAT_PEOPLE = 75
_CONFERENCE_POSTS = (4_000, 24_000)
_PEOPLE_OF_POSTS = _CHAT_PEOPLE / _CHAT_POSTS_AN_HOUR
_REPOSTS = (0.60, 0.70)
"""The part of a conference's posts that are reposts, at least and at most."""
_A_MONTH = {
    Rhythm.ONCE: 1.0,
    Rhythm.WEEKLY: 52 / 12,
    Rhythm.FORTNIGHTLY: 26 / 12,
    Rhythm.MONTHLY: 1.0,
}


def chat_forecast(prices: Prices, duration: timedelta, rhythm: Rhythm) -> Forecast:
    """A chat: 500 posts an hour by 75 people; the authors may be billed too, or not.

    With X's prices an hour every week costs $2.50 to $3.25 a session, $10.83 to $14.08 a month.
    """
    hours = duration / timedelta(hours=1)
    posts = max(1, round(_CHAT_POSTS_AN_HOUR * hours))
    people = min(posts, _CHAT_PEOPLE)
    cost = (prices.of(posts), prices.of(posts, people))
    return Forecast((posts, posts), (people, people), cost, _A_MONTH[rhythm], cost)


def conference_forecast(prices: Prices) -> Forecast:
    """A conference: 4,000 to 24,000 posts, 60 to 70 % of them reposts.

    With X's prices $20.00 to $156.00; without reposts $6.00 to $62.40.
    """
    low, high = _CONFERENCE_POSTS
    people = (round(low * _PEOPLE_OF_POSTS), round(high * _PEOPLE_OF_POSTS))
    fewest, most = round(low * (1 - _REPOSTS[1])), round(high * (1 - _REPOSTS[0]))
    return Forecast(
        posts=_CONFERENCE_POSTS,
        people=people,
        microusd=(prices.of(low), prices.of(high, people[1])),
        sessions_a_month=1.0,
        without_reposts=(
            prices.of(fewest),
            prices.of(most, round(most * _PEOPLE_OF_POSTS)),
        ),
    )
