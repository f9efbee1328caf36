"""How members stand: who was asked lately, who rests, what their answers taught."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.answers import Answered
from bot.engine.offers import Outcome, as_features
from bot.model.people import PersonId
from bot.model.suggestions import IntroductionState
from bot.store import offers as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.store.database import Reader
    from bot.store.offers import Asked, Chosen

WEEK = timedelta(days=7)
PERIOD = timedelta(weeks=4)
NEARLY = timedelta(weeks=3)
"""Whoever was asked nothing for so long is asked first, so that four weeks never pass."""
LEARNS_FROM = timedelta(days=730)
RESTS_FOR = timedelta(weeks=8)
SILENCES = 2
_SLACK = timedelta(hours=12)
"""Rounds are a week apart, and may be held late."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What rounds and requests must know of the past weeks, in all communities together."""

    given: Mapping[PersonId, int]
    """Unasked introductions of this week in which each is, on either side."""
    wanted: Mapping[PersonId, int]
    """In how many introductions of this week that others asked for each is."""
    asked: frozenset[PersonId]
    """Who was asked something unasked for within three weeks."""
    still_asked: frozenset[PersonId]
    """Who has a suggestion that they have not answered yet."""
    load: Mapping[PersonId, float]
    """How many introductions were to be expected for each, of what was asked in four weeks and did
    not end without one."""
    resting: Mapping[PersonId, datetime]
    """Who let the last two questions pass in silence, and until when they are left alone."""


async def standing_of(tx: Reader, now: datetime) -> Standing:
    """How everybody stands now."""
    return standing(
        await store.asked_since(tx, now - PERIOD),
        await store.asked_of_silent(tx, now - RESTS_FOR),
        now,
    )


def standing(rows: Sequence[Asked], of_silent: Iterable[Asked], now: datetime) -> Standing:
    """The same, of the last four weeks and of all that the lately silent were ever asked.

    Of the latter the longest unchanged come first.
    """
    given, wanted = Counter[PersonId](), Counter[PersonId]()
    load: defaultdict[PersonId, float] = defaultdict(float)
    for row in rows:
        if row.created_at > now - WEEK + _SLACK:
            if row.unasked:
                given.update((row.a, row.b))
            else:
                wanted[row.b] += 1
        if row.chosen is not None and row.created_at > now - PERIOD + _SLACK:
            expected = _expected(row, row.chosen)
            load[row.a] += expected
            load[row.b] += expected
    return Standing(
        given=given,
        wanted=wanted,
        asked=frozenset(r.a for r in rows if r.created_at > now - NEARLY - _SLACK and r.unasked),
        still_asked=frozenset(r.a for r in rows if r.state is IntroductionState.ASKED_A),
        load=load,
        resting=_resting(of_silent, now),
    )


def _expected(row: Asked, chosen: Chosen) -> float:
    """How likely it was to come about; 0 once it is over and did not."""
    has_failed = row.state.is_over and row.state is not IntroductionState.MADE
    return 0.0 if has_failed else chosen.chance_a * chosen.chance_b


def _resting(rows: Iterable[Asked], now: datetime) -> dict[PersonId, datetime]:
    """Two silences in a row, the last less than eight weeks ago; any answer ends it."""
    silent: defaultdict[PersonId, int] = defaultdict(int)
    since: dict[PersonId, datetime] = {}
    for row in rows:  # in the order in which they ended
        for person, said in _said(row):
            silent[person] = 0 if said else silent[person] + 1
            since[person] = row.changed_at
    return {
        person: since[person] + RESTS_FOR
        for person, times in silent.items()
        if times >= SILENCES and since[person] + RESTS_FOR > now
    }


def _said(row: Asked) -> Iterable[tuple[PersonId, str]]:
    """Who was asked in it and had their time: with their answer, or '' for silence."""
    is_silent = row.state is IntroductionState.EXPIRED
    if row.answer_a or is_silent:
        yield row.a, row.answer_a
    if row.answer_b or (row.answer_b is not None and is_silent):
        yield row.b, row.answer_b


async def answers_of(tx: Reader, community: CommunityId, now: datetime) -> list[Answered]:
    """What this community's members answered when asked, and their silences."""
    return answers(await store.asked_since(tx, now - LEARNS_FROM, community))


def answers(rows: Iterable[Asked]) -> list[Answered]:
    """The same, of introductions that are given."""
    found = []
    for row in rows:
        if row.chosen is None:
            continue
        for person, said in _said(row):
            features = row.chosen.of_a if person == row.a else row.chosen.of_b
            found.append(Answered(person, as_features(features), said == "yes"))
    return found


async def outcomes_of(tx: Reader, community: CommunityId, now: datetime) -> list[Outcome]:
    """What came of the rounds' offers; those that somebody asked for, or that wait, are not in it.

    What was withdrawn tells nothing: nobody declined it.
    """
    return outcomes(await store.asked_since(tx, now - LEARNS_FROM, community))


def outcomes(rows: Iterable[Asked]) -> list[Outcome]:
    """The same, of introductions that are given."""
    over = (IntroductionState.MADE, IntroductionState.DECLINED, IntroductionState.EXPIRED)
    return [
        Outcome(
            propensity=row.chosen.propensity,
            planned=row.chosen.planned,
            plain=row.chosen.plain,
            made=row.state is IntroductionState.MADE,
        )
        for row in rows
        if row.chosen is not None and row.unasked and row.state in over
    ]
