"""Cards of /ask → their parts: pure."""

from __future__ import annotations

from bot.model import cards
from bot.model.asks import AskKind
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import CARD_AT_MOST, THREAD_NAME_AT_MOST, plain, short, visible

_NAME, _FIELD, _NAME_OF_TWO = 32, 30, 20


def parts(
    card: cards.AskCard | cards.AskOpenCard | cards.HelpCard | cards.ThankedCard, locale: str
) -> Parts:
    """The parts of a card of /ask."""
    match card:
        case cards.AskCard():
            return _ask(card, locale)
        case cards.AskOpenCard():
            key = "ask_unanswered" if card.was_asked else "ask_nobody_to_ask"
            body = _quoting(key, card.question, locale)
            return Parts(body, (("publish", "button_publish"), ("drop", "button_drop")))
        case cards.HelpCard():
            return _help(card, locale)
        case cards.ThankedCard():
            a, b = (plain(x.name or "", _NAME) for x in (card.asker, card.helper))
            return Parts(text(locale, "ask_thanked_here", a=a, b=b))


def _ask(card: cards.AskCard, locale: str) -> Parts:
    who, field = plain(card.asker.name or "", _NAME), plain(card.field, _FIELD)
    key = f"ask_{card.kind.value}"
    if card.kind is AskKind.COMPANY and not field:
        key = "ask_company_any"
    if card.public:
        body = _quoting(f"{key}_public", card.question, locale, who=who, field=field)
        return Parts(body, (("help", "button_i_can_help"),))
    body = _quoting(key, card.question, locale, who=who, field=field)
    return Parts(body, (("yes", "button_yes"), ("no", "button_not_now")))


def _help(card: cards.HelpCard, locale: str) -> Parts:
    a, b = (plain(x.name or "", _NAME_OF_TWO) for x in (card.asker, card.helper))
    names = (short(x.name or "", (THREAD_NAME_AT_MOST - 10) // 2) for x in card.together)
    mentions = [f"<@{x.mention}>" for x in card.together if x.mention is not None]
    return Parts(
        _quoting("ask_thread", card.question, locale, a=a, b=b),
        (("thanks", "button_say_thanks"), ("wrong", "button_wrong")),
        thread_name=short(
            text(locale, "ask_thread_name", **dict(zip("ab", names, strict=True))),
            THREAD_NAME_AT_MOST,
        ),
        content=" ".join(mentions) or None,
    )


def _quoting(key: str, question: str, locale: str, **values: str) -> str:
    """The text with as much of the question as a card has room for."""
    room = CARD_AT_MOST - len(visible(text(locale, key, question="", **values)))
    return text(locale, key, question=plain(question, max(room, 1)), **values)
