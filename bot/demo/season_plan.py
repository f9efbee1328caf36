"""The invented season as a plan: who joins where, how they like it, and the stream."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.demo.plan import ChatOfPlace, Feed, Gathering, Guest, Place, Plan
from bot.demo.season import make_season
from bot.demo.season_wire import Wire
from bot.model.people import Platform

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.demo.season import Home
    from bot.demo.season_people import Someone
    from bot.model.posts import Page

_DELIVERIES = ("card", "dm", "digest")
_LIKED = (45, 40, 15)
_NAMED = 0.65
_SHOWS_POSTS = 0.85
_MINUTES = 60


def plan_season(
    rng: random.Random, starts_at: datetime, read: Callable[[Sequence[bytes]], Page]
) -> Plan:
    """The season that this seed gives; `read` turns Jetstream lines into a page."""
    season = make_season(rng, starts_at)
    conference = season.conference
    return Plan(
        starts_at=season.starts_at,
        ends_at=season.ends_at,
        places=tuple(_place(rng, home, starts_at) for home in season.homes),
        conference=Gathering(
            conference.name,
            conference.tag,
            conference.zone,
            conference.first_day,
            conference.last_day,
        ),
        feed=Feed(((delivered.at, delivered.line) for delivered in season.stream), read),
        placeholder="",
    )


def _place(rng: random.Random, home: Home, starts_at: datetime) -> Place:
    chat = home.chat
    return Place(
        name=home.name,
        zone=home.zone,
        guests=tuple(_guest(rng, home, member, starts_at) for member in home.members),
        chat=ChatOfPlace(chat.name, chat.tag, chat.first_local, _MINUTES, len(chat.starts)),
    )


def _guest(rng: random.Random, home: Home, who: Someone, starts_at: datetime) -> Guest:
    """Old hands join on the first day, newcomers in the second week."""
    days = 9.0 if who in home.newcomers else 0.1
    return Guest(
        name=who.name,
        platform=Platform.BLUESKY,
        native_id=who.did,
        joins_at=starts_at + timedelta(days=days + rng.uniform(0, 0.6)),
        work=who.fields[:1],
        curious=who.fields[1:],
        description=who.does,
        named=rng.random() < _NAMED,
        shows_posts=rng.random() < _SHOWS_POSTS,
        delivery=rng.choices(_DELIVERIES, _LIKED)[0],
        zone=home.zone,
        post_with=lambda text, at: _line(rng, who, text, at),
    )


def _line(rng: random.Random, who: Someone, text: str, at: datetime) -> bytes:
    """The event by which somebody posts a text."""
    wire = Wire(rng)
    wire.post(who, at, text)
    return wire.delivered()[0].line
