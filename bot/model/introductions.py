"""What can happen to an introduction: the whole of it, in one table."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.model.suggestions import IntroductionState

if TYPE_CHECKING:
    from collections.abc import Mapping


class Event(StrEnum):
    """What can happen to an introduction."""

    A_YES = "a_yes"
    A_YES_TO_REVIEW = "a_yes_to_review"
    A_NO = "a_no"
    LET = "let"
    HOLD_BACK = "hold_back"
    B_YES = "b_yes"
    B_NO = "b_no"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


_S = IntroductionState
TRANSITIONS: Mapping[tuple[IntroductionState, Event], IntroductionState] = {
    (_S.ASKED_A, Event.A_YES): _S.ASKED_B,
    (_S.ASKED_A, Event.A_YES_TO_REVIEW): _S.HELD,
    (_S.ASKED_A, Event.A_NO): _S.DECLINED,
    (_S.ASKED_A, Event.EXPIRE): _S.EXPIRED,
    (_S.ASKED_A, Event.WITHDRAW): _S.WITHDRAWN,
    (_S.HELD, Event.LET): _S.ASKED_B,
    (_S.HELD, Event.HOLD_BACK): _S.WITHDRAWN,
    (_S.HELD, Event.EXPIRE): _S.EXPIRED,
    (_S.HELD, Event.WITHDRAW): _S.WITHDRAWN,
    (_S.ASKED_B, Event.B_YES): _S.MADE,
    (_S.ASKED_B, Event.B_NO): _S.DECLINED,
    (_S.ASKED_B, Event.EXPIRE): _S.EXPIRED,
    (_S.ASKED_B, Event.WITHDRAW): _S.WITHDRAWN,
}
"""All that can happen; anything else changes nothing."""


def next_state(state: IntroductionState, event: Event) -> IntroductionState | None:
    """Where an event leads; None where it counts no more."""
    return TRANSITIONS.get((state, event))
