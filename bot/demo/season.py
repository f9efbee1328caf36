"""A season of invented people, made from a seed: weekly chats in two communities, one conference.

The same `random.Random` state and the same start give the same bytes. What its numbers are held
against, and how close they come, is written in docs/demo.md and checked by tests/demo.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.demo.season_chat import Hour, play_chat
from bot.demo.season_conference import Days, play_conference
from bot.demo.season_people import new_handle, people
from bot.demo.season_stage import Stage
from bot.demo.season_wire import Wire

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from bot.demo.season_people import Someone
    from bot.demo.season_wire import Delivered

START = datetime(2026, 9, 28, tzinfo=UTC)
"""A Monday; summer time ends in its course."""

WEEKS = 6
_CONFERENCE_DAY = 25
"""A Friday when the start is a Monday."""
_PLAYED = timedelta(days=43, hours=12)
"""Day 14 after the conference is among them, a seventh week of chats is not."""
_REGULARS = 45
"""Per chat: they come often and are no members."""
_CROWD = 1150
_SPEAKERS = 24
_NEW_MEMBERS = 5
_RENAMED = 12


@dataclass(frozen=True, slots=True)
class ChatPlan:
    """A weekly chat and its sessions."""

    name: str
    tag: str
    first_local: datetime
    """Naive, in the community's zone."""
    starts: tuple[datetime, ...]
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConferencePlan:
    """The conference, which both communities follow."""

    name: str
    tag: str
    zone: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Home:
    """One community, its members (the first one hosts), and its chat."""

    name: str
    zone: str
    members: tuple[Someone, ...]
    chat: ChatPlan
    newcomers: frozenset[Someone]
    """Members who are new to the chat in its course."""


@dataclass(frozen=True, slots=True)
class Season:
    """Everything that happens outside Discord, and who lives in it."""

    starts_at: datetime
    ends_at: datetime
    homes: tuple[Home, ...]
    conference: ConferencePlan
    people: tuple[Someone, ...]
    """Everybody, members first."""
    stream: tuple[Delivered, ...]
    """Jetstream v1 lines in the order of delivery."""


@dataclass(frozen=True, slots=True)
class _Plan:
    name: str
    zone: str
    chat: str
    tag: str
    members: int
    first_day: int
    hour: int


_HOMES = (
    _Plan("Learning Commons", "Europe/Copenhagen", "Learning Circle", "LrnCircle", 36, 3, 20),
    _Plan("The Field Table", "America/Toronto", "Field Table", "FieldTable", 24, 1, 19),
)


def make_season(rng: random.Random, starts_at: datetime = START) -> Season:
    """A season that begins at `starts_at` (aware; its UTC date is day 0)."""
    wire = Wire(rng)
    stage = Stage(wire, rng)
    crowd = people(rng)
    homes = [_home(stage, plan, _writers(crowd, plan.members), starts_at) for plan in _HOMES]
    regulars = [_writers(crowd, _REGULARS) for _ in homes]
    others = list(islice(crowd, _CROWD))
    members = [person for home in homes for person in home.members]
    everybody = [*members, *(person for guests in regulars for person in guests), *others]
    for person in everybody:
        wire.hello(person, starts_at + timedelta(seconds=rng.uniform(0, 3600)))
    passers_by = iter(others)
    for home, guests in zip(homes, regulars, strict=True):
        _play_chats(stage, home, guests, passers_by)
    insiders = [person for person in members if rng.random() < 0.8]
    insiders += [person for guests in regulars for person in guests if rng.random() < 0.5]
    conference = _conference(starts_at)
    zone = ZoneInfo(conference.zone)
    play_conference(
        stage,
        Days(
            first_midnight=datetime.combine(conference.first_day, time.min, zone).astimezone(UTC),
            zone=conference.zone,
            tag=conference.tag,
            speakers=rng.sample(insiders, k=_SPEAKERS),
            insiders=insiders,
            crowd=others,
        ),
    )
    _accidents(stage, everybody, starts_at)
    return Season(
        starts_at=starts_at,
        ends_at=starts_at + _PLAYED,
        homes=tuple(homes),
        conference=conference,
        people=tuple(everybody),
        stream=wire.delivered(),
    )


def _writers(crowd: Iterator[Someone], count: int) -> tuple[Someone, ...]:
    """The next people, made to be some who write: a chat has no pure reposters."""
    return tuple(replace(person, reposts_only=False) for person in islice(crowd, count))


def _home(stage: Stage, plan: _Plan, members: tuple[Someone, ...], starts_at: datetime) -> Home:
    first_day = starts_at.date() + timedelta(days=plan.first_day)
    first_local = datetime.combine(first_day, time(plan.hour))
    starts = tuple(
        (first_local + timedelta(weeks=week)).replace(tzinfo=ZoneInfo(plan.zone)).astimezone(UTC)
        for week in range(WEEKS)
    )
    topics = tuple(stage.fresh.pick(stage.words.topics) for _ in range(WEEKS))
    return Home(
        name=plan.name,
        zone=plan.zone,
        members=members,
        chat=ChatPlan(plan.chat, plan.tag, first_local, starts, topics),
        newcomers=frozenset(members[-_NEW_MEMBERS:]),
    )


def _play_chats(
    stage: Stage, home: Home, regulars: Sequence[Someone], passers_by: Iterator[Someone]
) -> None:
    rng = stage.rng
    joins = {who: rng.randrange(1, WEEKS) for who in home.members if who in home.newcomers}
    for week, (start, topic) in enumerate(zip(home.chat.starts, home.chat.topics, strict=True)):
        old = [who for who in home.members[1:] if joins.get(who, -1) < week]
        play_chat(
            stage,
            Hour(
                starts_at=start,
                tag=home.chat.tag,
                topic=topic,
                host=home.members[0],
                guests=[who for who in old if rng.random() < 0.62]
                + [who for who in regulars if rng.random() < 0.4],
                newcomers=[who for who, first in joins.items() if first == week]
                + list(islice(passers_by, rng.randrange(1, 4))),
            ),
        )


def _conference(starts_at: datetime) -> ConferencePlan:
    first = starts_at.date() + timedelta(days=_CONFERENCE_DAY)
    return ConferencePlan(
        name=f"Crossways {first.year}",
        tag=f"Crossways{first.year % 100}",
        zone="Europe/Lisbon",
        first_day=first,
        last_day=first + timedelta(days=2),
    )


def _accidents(stage: Stage, everybody: Sequence[Someone], starts_at: datetime) -> None:
    """What happens to posts and people besides: corrections, regrets, new handles, repeats."""
    rng, wire = stage.rng, stage.wire
    unlucky = rng.sample(stage.posts, k=len(stage.posts) // 50)
    half = len(unlucky) // 2
    for post in unlucky[:half]:
        wire.delete(post, stage.after(post.at, 30))
    for post in unlucky[half:]:
        wire.edit(post, stage.after(post.at, 5), post.text.replace(" #", ". #", 1))
    for who in rng.sample(list(everybody), k=_RENAMED):
        at = starts_at + _PLAYED * rng.uniform(0.1, 0.9)
        wire.hello(who, at, new_handle(who, rng))
    wire.repeat(0.005, timedelta(hours=3))
