"""What past weeks leave of a member's room for more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.people import PersonId
from bot.model.suggestions import IntroductionState
from bot.services.standing import standing
from bot.store.offers import Asked, Chosen
from tests.worlds import NOW

ANA, BEN = PersonId(1), PersonId(2)
CHOSEN = Chosen(0.5, 0.4, 1.0, True, True, {}, {})
ASKED = Asked(
    ANA,
    BEN,
    IntroductionState.ASKED_A,
    NOW - timedelta(days=7),
    NOW - timedelta(days=6),
    True,
    "",
    None,
    CHOSEN,
)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (IntroductionState.ASKED_A, 0.2),
        (IntroductionState.ASKED_B, 0.2),
        (IntroductionState.MADE, 0.2),
        (IntroductionState.DECLINED, 0.0),
        (IntroductionState.EXPIRED, 0.0),
        (IntroductionState.WITHDRAWN, 0.0),
    ],
)
def test_what_ended_without_an_introduction_is_expected_no_more(
    state: IntroductionState, expected: float
) -> None:
    row = replace(ASKED, state=state)
    assert standing([row], [], NOW).load == {ANA: expected, BEN: expected}


@given(st.lists(st.sampled_from(IntroductionState), max_size=6))
def test_whoever_says_no_to_everything_has_as_much_room_as_whoever_was_asked_nothing(
    states: list[IntroductionState],
) -> None:
    rows = [replace(ASKED, state=state) for state in states]
    counted = sum(not s.is_over or s is IntroductionState.MADE for s in states)
    load = standing(rows, [], NOW).load
    assert load.get(ANA, 0.0) == load.get(BEN, 0.0) == pytest.approx(0.2 * counted)
