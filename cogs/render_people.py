"""Cards for one person, or for two: suggestions, introductions, follow-ups, digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model import cards
from bot.model.suggestions import FollowUpKind, ReasonTerm
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import (
    CARD_AT_MOST,
    THREAD_NAME_AT_MOST,
    ago,
    day,
    first_that_fits,
    linked,
    plain,
    short,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.services.introductions import Held

_NAME, _DESCRIPTION, _FIELD, _DETAIL, _GATHERING = 32, 60, 30, 32, 32
_NAME_OF_TWO = 20
_WHY_AT_MOST = 3
_LINE_AT_LEAST = 20
_HELD_LINE = 140
_TITLES = frozenset({"dr", "prof", "mr", "mrs", "ms", "mx", "sr", "sra", "dra", "don", "doña"})
_BY_LINE = 70

_FOLLOW_UP: Mapping[FollowUpKind, str] = {
    FollowUpKind.UNANSWERED: "follow_up_unanswered",
    FollowUpKind.MET: "follow_up_met",
    FollowUpKind.MISSED: "follow_up_missed",
    FollowUpKind.ONE_WAY: "follow_up_one_way",
    FollowUpKind.NOTICE: "follow_up_notice",
    FollowUpKind.FIRST: "follow_up_first",
}


def parts(
    card: cards.SuggestionCard
    | cards.WhyCard
    | cards.IntroductionCard
    | cards.IntroducedCard
    | cards.ByLinksCard
    | cards.CheckInCard
    | cards.FollowUpCard
    | cards.DigestCard,
    locale: str,
) -> Parts:
    """The parts of a card for a person."""
    match card:
        case cards.SuggestionCard():
            return _suggestion(card, locale)
        case cards.WhyCard():
            return _why(card, locale)
        case cards.IntroductionCard():
            return _introduction(card, locale)
        case cards.IntroducedCard():
            return _introduced(card, locale)
        case cards.ByLinksCard():
            return _by_links(card, locale)
        case cards.CheckInCard():
            key = "changed_ask" if card.changed else "check_in_ask"
            no = "button_no_so_far" if card.changed else "button_not_yet"
            who = plain(card.other.name or "", _NAME)
            return Parts(text(locale, key, who=who), (("yes", "button_yes"), ("no", no)))
        case cards.FollowUpCard():
            return _follow_up(card, locale)
        case cards.DigestCard():
            name = "digest_one" if card.waiting == 1 else "digest_many"
            community = plain(card.community, _NAME)
            body = text(locale, name, count=card.waiting, community=community)
            return Parts(body, (("mine", "button_see_mine"),))


def _suggestion(card: cards.SuggestionCard, locale: str) -> Parts:
    who = _who(card.about, card.other_field, locale)
    if card.by is not None:
        why = text(locale, "suggestion_by", by=plain(card.by.name, _NAME), who=who)
        why = _joined(why, _quoted("by_line", card.by.line, len(card.by.line), locale))
    else:
        why = _sentence(card.reasons[0], who, locale)
    difference = _difference(card, locale)
    ask = text(locale, "suggestion_ask")
    body = first_that_fits(_joined(why, difference, ask), _joined(why, ask))
    buttons = (("yes", "button_yes_ask"), ("no", "button_not_now"), ("why", "button_why"))
    return Parts(body, buttons)


def _difference(card: cards.SuggestionCard, locale: str) -> str:
    """What the other does that the reader does not, as far as both told."""
    values = {
        "own": plain(card.own_field, _FIELD),
        "other": plain(card.other_field, _FIELD),
        "name": plain(given_name(card.about.name or ""), _NAME),
        "description": plain(card.about.description, _DESCRIPTION).rstrip("."),
    }
    if card.about.name and card.about.description:
        key = "difference_named" if card.own_field else "about_named"
    elif card.own_field == card.other_field or not card.other_field:
        return ""
    elif card.about.name:
        key = "difference_named_fields" if card.own_field else "about_named_field"
    elif card.own_field:
        key = "difference_fields"
    elif card.about.description:
        key = "about_field"
    else:
        return ""
    return text(locale, key, **values)


def _why(card: cards.WhyCard, locale: str) -> Parts:
    if card.by is not None:
        return Parts(text(locale, "why_by", by=plain(card.by.name, _NAME)))
    intro = text(locale, "why_intro")
    lines = [
        text(locale, "why_line", reason=_capital(_clause(reason, locale)))
        for reason in card.reasons
    ]
    bodies = ["\n".join([intro, *lines[:count]]) for count in range(_WHY_AT_MOST, 0, -1)]
    return Parts(first_that_fits(*bodies))


def _introduction(card: cards.IntroductionCard, locale: str) -> Parts:
    name = plain(card.asker.name or text(locale, "who_unknown"), _NAME)
    description = plain(card.asker.description, _DESCRIPTION).rstrip(".")
    reason = "" if card.by is not None else _clause(card.reasons[0], locale)
    ask = text(locale, "introduction_ask")
    if card.by is not None:
        by = plain(card.by.name, _NAME)
        bare = text(locale, "introduction_by", who=name, by=by)
        bare = _joined(bare, _quoted("by_line", card.by.line, _BY_LINE, locale))
    else:
        bare = text(locale, "introduction", who=name, reason=reason)
    full = bare
    if description and card.by is None:
        full = text(
            locale, "introduction_described", who=name, description=description, reason=reason
        )
    body = first_that_fits(
        *(
            _joined(opening, _quoted("introduction_line", card.line, at_most, locale), ask)
            for opening, at_most in (
                (full, len(card.line)),
                (bare, len(card.line)),
                (bare, _room(_joined(bare, text(locale, "introduction_line", line=""), ask))),
            )
        )
    )
    return Parts(body, (("yes", "button_yes"), ("no", "button_no_thanks")))


def _introduced(card: cards.IntroducedCard, locale: str) -> Parts:
    a, b = (plain(x.name or "", _NAME_OF_TWO) for x in (card.a, card.b))
    again, other = (plain(given_name(x.name or ""), _NAME_OF_TWO) for x in (card.a, card.b))
    end = text(locale, "introduced_end")
    opening = f"{a}, {b}."
    if card.by is not None:
        opening = text(locale, "introduced_by", a=a, b=b, by=plain(card.by.name, _NAME))
    elif card.reasons:
        reason = _clause(card.reasons[0], locale, own=again, other=other, two=True)
        opening = text(locale, "introduced", a=a, b=b, reason=reason)
    start = text(locale, "introduced_start")
    bodies = [_joined(opening, start, end), _joined(opening, end)]
    if card.line:
        bare = _joined(opening, text(locale, "introduced_line", a=again, line=""), end)
        bodies = [
            _joined(opening, _quoted("introduced_line", card.line, at_most, locale, a=again), end)
            for at_most in (len(card.line), _room(bare))
        ]
    names = (short(x.name or "", (THREAD_NAME_AT_MOST - 10) // 2) for x in (card.a, card.b))
    mentions = [f"<@{x.mention}>" for x in (card.a, card.b) if x.mention is not None]
    return Parts(
        first_that_fits(*bodies),
        (("wrong", "button_wrong"),),
        thread_name=short(
            text(locale, "introduced_thread", **dict(zip("ab", names, strict=True))),
            THREAD_NAME_AT_MOST,
        ),
        content=" ".join(mentions) or None,
    )


def _by_links(card: cards.ByLinksCard, locale: str) -> Parts:
    """Where the two find each other, since no thread could be opened."""
    name = plain(card.other.name or "", _NAME)
    mention = "" if card.other.mention is None else f"<@{card.other.mention}>"
    profiles = ((f"{text(locale, 'label_profile')} {n}", p) for n, p in enumerate(card.links, 1))
    links = linked(*profiles, (text(locale, "label_site"), card.site or None))
    body = text(locale, "by_links", who=name, mention=mention, links=links)
    return Parts(body, (("done", "button_done"), ("wrong", "button_wrong")))


def _follow_up(card: cards.FollowUpCard, locale: str) -> Parts:
    handle = f"@{card.handle}" if card.handle and not card.about.name else ""
    who = plain(card.about.name or handle, _NAME) or text(locale, "follow_up_somebody")
    key = _FOLLOW_UP[card.kind]
    keeps = card.kind in (FollowUpKind.MET, FollowUpKind.FIRST)
    if keeps and not (card.about.name or handle) and card.link:
        key = f"{key}_unnamed"
    body = text(
        locale,
        key,
        gathering=plain(card.gathering, _GATHERING),
        who=who,
        field=plain(card.field, _FIELD),
        links=linked((text(locale, "label_post"), card.link)),
    )
    done = "button_keep" if keeps else "button_done"
    note = (("note", "button_note_why"),) if card.may_note else ()
    return Parts(body, (("done", done), ("later", "button_later"), ("drop", "button_drop"), *note))


def given_name(name: str) -> str:
    """How somebody is called once their whole name was said: Ana Ruiz is Ana, then.

    Where the first word is a title, an initial or the only one, the whole name stays.
    """
    first, _, rest = " ".join(name.split()).partition(" ")
    if not rest or first.endswith(".") or len(first) < 2 or first.casefold() in _TITLES:
        return name
    return first


def _who(about: cards.PersonShown, field: str, locale: str) -> str:
    """A name, or what may be said instead of one."""
    if about.name:
        return plain(about.name, _NAME)
    if about.description:
        description = plain(about.description, _DESCRIPTION).rstrip(".")
        return text(locale, "who_described", description=description)
    if field:
        return text(locale, "who_of_field", field=plain(field, _FIELD))
    return text(locale, "who_unknown")


def _sentence(reason: cards.ReasonShown, who: str, locale: str) -> str:
    key = "with_same_presence" if reason.by_presence else f"with_{reason.term.value}"
    if reason.term is ReasonTerm.CURIOUS and not reason.reader_is_curious:
        key = "with_curious_other"
    return _capital(text(locale, key, who=who, **_values(reason, locale)))


def _clause(
    reason: cards.ReasonShown,
    locale: str,
    *,
    own: str | None = None,
    other: str | None = None,
    two: bool = False,
) -> str:
    """The reason without its full stop; to one reader, or to `two` at once."""
    key = "both_same_presence" if reason.by_presence else f"both_{reason.term.value}"
    if reason.term is ReasonTerm.CURIOUS and two:
        key = "both_curious_two"
    elif reason.term is ReasonTerm.CURIOUS and not reason.reader_is_curious:
        key = "both_curious_other"
    return text(locale, key, **_values(reason, locale, own, other))


def _values(
    reason: cards.ReasonShown, locale: str, own: str | None = None, other: str | None = None
) -> dict[str, str]:
    return {
        "detail": plain(reason.detail, _DETAIL),
        "gathering": plain(reason.gathering, _GATHERING),
        "day": "" if reason.at is None else day(reason.at),
        "links": linked(
            (own or text(locale, "label_yours"), reason.own_link),
            (other or text(locale, "label_theirs"), reason.other_link),
            (text(locale, "label_thread"), reason.thread_link),
            (text(locale, "label_post"), reason.post_link),
        ),
    }


def _quoted(key: str, line: str, at_most: int, locale: str, **values: str) -> str:
    """A's line in its sentence; left out where there is no room for anything of it."""
    if not line or at_most < min(len(line), _LINE_AT_LEAST):
        return ""
    return text(locale, key, line=plain(line, at_most), **values)


def _room(body: str) -> int:
    return CARD_AT_MOST - len(visible(body))


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def held(waiting: Held, locale: str) -> str:
    """One introduction that an organiser may hold back."""
    line = text(locale, "held_line", line=plain(waiting.line, _HELD_LINE)) if waiting.line else ""
    a, b = plain(waiting.a, _NAME), plain(waiting.b, _NAME)
    return text(locale, "held_one", a=a, b=b, when=ago(waiting.since), line=line)


def reported(at: datetime, thread: int | None, locale: str) -> str:
    """One report: when, and the thread that moderators can open; never who."""
    where = "" if thread is None else text(locale, "reports_thread", thread=thread)
    return text(locale, "reports_one", when=ago(at), thread=where)
