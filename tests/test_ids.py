"""Ids of rows that we make."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)


@given(
    st.lists(st.integers(0, 5_000), max_size=30),
    st.integers(0, 2**32),
)
async def test_every_id_is_greater_than_the_one_before(steps_ms: Sequence[int], seed: int) -> None:
    clock = ReplayClock(START)
    ids = Ids(clock, random.Random(seed))
    made = []
    for step in steps_ms:
        await clock.move_to(clock.now() + timedelta(milliseconds=step))
        made += [ids.next(), ids.next()]
    assert made == sorted(set(made))


async def test_an_id_is_positive_and_fits_a_bigint_for_a_century() -> None:
    late = Ids(ReplayClock(datetime(2126, 1, 1, tzinfo=UTC)), random.Random(1))
    assert 0 < late.next() < 2**63


def test_two_processes_make_different_ids_at_the_same_instant(clock: ReplayClock) -> None:
    first, second = Ids(clock, random.Random(1)), Ids(clock, random.Random(2))
    assert {first.next() for _ in range(500)}.isdisjoint(second.next() for _ in range(500))


def test_the_same_seed_and_clock_make_the_same_ids(clock: ReplayClock) -> None:
    one, other = (Ids(clock, random.Random(5)) for _ in range(2))
    assert [one.next() for _ in range(9)] == [other.next() for _ in range(9)]


async def test_an_id_tells_when_it_was_made() -> None:
    ids = Ids(ReplayClock(START), random.Random(1))
    assert Ids.made_at(ids.next()) == START
