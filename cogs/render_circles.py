"""Cards of circles → their parts: pure."""

from __future__ import annotations

from bot.model import cards
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import THREAD_NAME_AT_MOST, ago, plain, short

_NAME, _GATHERING = 32, 32
_WEEK_DAYS = 7


def parts(
    card: cards.CircleOfferCard | cards.CircleCard | cards.CircleTurnCard | cards.CircleOverCard,
    locale: str,
) -> Parts:
    """The parts of a card of a circle."""
    match card:
        case cards.CircleOfferCard():
            return Parts(
                text(locale, "circle_offer", gathering=plain(card.gathering, _GATHERING)),
                (
                    ("weekly", "button_circle_weekly"),
                    ("fortnightly", "button_circle_often"),
                    ("no", "button_circle_no"),
                ),
            )
        case cards.CircleCard():
            return _circle(card, locale)
        case cards.CircleTurnCard():
            return _turn(card, locale)
        case cards.CircleOverCard():
            return Parts(text(locale, "circle_over"))


def _circle(card: cards.CircleCard, locale: str) -> Parts:
    rhythm = "circle_weekly" if card.every_days <= _WEEK_DAYS else "circle_fortnightly"
    gathering = short(card.gathering, THREAD_NAME_AT_MOST - 14)
    return Parts(
        text(
            locale,
            "circle_thread",
            gathering=plain(card.gathering, _GATHERING),
            rhythm=text(locale, rhythm),
        ),
        (("leave", "button_leave_circle"), ("wrong", "button_wrong")),
        thread_name=text(locale, "circle_thread_name", number=card.number, gathering=gathering),
    )


def _turn(card: cards.CircleTurnCard, locale: str) -> Parts:
    who = plain(card.whose.name or "", _NAME)
    key = "circle_turn_last" if card.next_at is None else "circle_turn"
    values = {"who": who} if card.next_at is None else {"who": who, "when": ago(card.next_at)}
    return Parts(
        text(locale, key, **values),
        (("pass", "button_pass_it_on"), ("leave", "button_leave_circle")),
        content=None if card.whose.mention is None else f"<@{card.whose.mention}>",
    )
