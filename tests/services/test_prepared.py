"""What is prepared for lists is kept, until anything that it was made of changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import numpy as np

from bot.engine.history import History, Request
from bot.engine.talk import Talk
from bot.model.people import CommunityId, PersonId
from bot.services.prepared import KEEPS_FROM, MOST_KEPT, Prepared
from tests.worlds import NOW, graph_of, works_in

HERE = CommunityId(1)
EVERYBODY = frozenset(PersonId(p) for p in range(KEEPS_FROM + 1))
HISTORY = History(graph=graph_of([(1, 2, NOW)], people=EVERYBODY), willing=EVERYBODY)
ASKED = [Request(PersonId(1))]


def test_a_pool_is_kept_while_nothing_but_the_graph_changes() -> None:
    prepared = Prepared()
    first = prepared.pool(HERE, HISTORY, ASKED, NOW)
    grown = replace(HISTORY, graph=graph_of([(1, 2, NOW), (2, 3, NOW)], people=EVERYBODY))
    fewer = replace(grown, willing=EVERYBODY - {PersonId(5)})
    assert first is not None
    assert prepared.pool(HERE, fewer, ASKED, NOW + timedelta(minutes=50)) is first


def test_it_is_made_anew_for_other_fields_other_people_and_after_an_hour() -> None:
    prepared = Prepared()
    first = prepared.pool(HERE, HISTORY, ASKED, NOW)
    told = replace(HISTORY, fields=works_in({1: "law"}))
    second = prepared.pool(HERE, told, ASKED, NOW)
    joined = replace(told, willing=EVERYBODY | {PersonId(10**6)})
    third = prepared.pool(HERE, joined, ASKED, NOW)
    fourth = prepared.pool(HERE, joined, ASKED, NOW + timedelta(hours=1))
    fifth = prepared.pool(HERE, joined, [Request(PersonId(10**7))], NOW + timedelta(hours=1))
    assert len({id(pool) for pool in (first, second, third, fourth, fifth)}) == 5
    assert third is not None
    assert third.knows([PersonId(10**6)])


def test_for_few_it_is_not_worth_keeping() -> None:
    few = replace(HISTORY, willing=frozenset({PersonId(1), PersonId(2)}))
    assert Prepared().pool(HERE, few, ASKED, NOW) is None


async def test_signals_are_kept_for_the_same_talk_whatever_fields_it_has() -> None:
    prepared, talk = Prepared(), Talk.of([1, 2], [2, 3], [1, 2])
    first = await prepared.signals(talk)
    assert first is not None
    assert await prepared.signals(talk.with_fields({1: "law"})) is first
    grown = Talk.of([1, 2, 3], [2, 3, 1], [1, 2, 3])
    assert await prepared.signals(grown) is not first


async def test_signals_that_several_ask_for_at_once_are_made_once() -> None:
    prepared, talk = Prepared(), Talk.of([1, 2], [2, 3], [1, 2])
    one, other = await asyncio.gather(prepared.signals(talk), prepared.signals(talk))
    assert one is other


async def test_signals_of_very_much_talk_are_not_kept() -> None:
    many = np.arange(MOST_KEPT + 1)
    assert await Prepared().signals(Talk.of(many % 9, many % 9 + 1, many)) is None
