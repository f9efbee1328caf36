"""Cards of keeping in touch and of learning → their parts: pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.model import cards
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import CARD_AT_MOST, PLATFORM_NAMES, address, linked, plain, visible

if TYPE_CHECKING:
    from bot.model.shown import PersonShown

_NAME, _FIELD, _HOST, _GATHERING = 32, 30, 40, 32


def parts(
    card: cards.DormantCard
    | cards.LearnedCard
    | cards.TriedCard
    | cards.ReadingCard
    | cards.TalkedOfCard
    | cards.LinkedCard
    | cards.LookBackCard,
    locale: str,
) -> Parts:
    """The parts of such a card."""
    match card:
        case cards.DormantCard():
            return _dormant(card, locale)
        case cards.LearnedCard():
            gathering = plain(card.gathering, _GATHERING)
            body = text(locale, "learned_ask", gathering=gathering)
            return Parts(body, (("note", "button_note_it"), ("no", "button_not_this_time")))
        case cards.TriedCard():
            room = CARD_AT_MOST - len(visible(text(locale, "tried_ask", will_try="")))
            body = text(locale, "tried_ask", will_try=plain(card.will_try, room))
            return Parts(body, (("yes", "button_yes"), ("no", "button_not_yet")))
        case cards.ReadingCard():
            lines = [
                text(
                    locale,
                    "reading_line",
                    field=plain(field, _FIELD),
                    link=f"[{plain(_host(url), _HOST)}]({url})",
                )
                for link, field in card.links
                if (url := address(link))
            ]
            body = "\n".join([text(locale, "reading"), *lines])
            return Parts(body, (("done", "button_done"),))
        case cards.TalkedOfCard():
            return Parts(_talked_of(card, locale))
        case cards.LinkedCard():
            named = PLATFORM_NAMES.get(card.platform, card.platform.value)
            platform, handle = named, plain(card.handle)
            body = text(locale, "linked", platform=platform, handle=handle)
            return Parts(body, (("done", "button_done"),))
        case cards.LookBackCard():
            return _look_back(card, locale)


def _talked_of(card: cards.TalkedOfCard, locale: str) -> str:
    nobody = text(locale, "suggest_nobody", when=f"<t:{int(card.next_look.timestamp())}:R>")
    key, values = "talked_of", {"link": address(card.link) or ""}
    if card.about is not None:
        key, values = "talked_of_about", values | {"hashtag": plain(card.about, _GATHERING)}
    return f"{nobody}\n\n{text(locale, key, **values)}"


def _look_back(card: cards.LookBackCard, locale: str) -> Parts:
    said = [
        text(locale, f"look_back_{name}", count=count)
        for name, count in (
            ("people", card.people),
            ("met", card.met),
            ("learned", card.learned),
            ("tried", card.tried),
            ("helped", card.helped),
        )
        if count
    ]
    body = text(locale, "look_back", said=" · ".join(said))
    return Parts(body, (("done", "button_done"),))


def _dormant(card: cards.DormantCard, locale: str) -> Parts:
    later = (("later", "button_later"), ("drop", "button_drop"))
    if card.near is not None and card.far is not None:
        (near, near_link), (far, far_link) = (_one(x, locale) for x in (card.near, card.far))
        body = text(
            locale, "dormant_two", near=near, near_link=near_link, far=far, far_link=far_link
        )
        return Parts(body, (("near", "button_wrote_first"), ("far", "button_wrote_second"), *later))
    which, one = ("near", card.near) if card.near is not None else ("far", card.far)
    who, link = ("", "") if one is None else _one(one, locale)
    key = "dormant_one" if link else "dormant_one_bare"
    values = {"who": who, "link": link} if link else {"who": who}
    return Parts(text(locale, key, **values), ((which, "button_wrote"), *later))


def _one(of: tuple[PersonShown, str | None], locale: str) -> tuple[str, str]:
    person, link = of
    return plain(person.name or "", _NAME), linked((text(locale, "dormant_post"), link))


def _host(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}".rstrip("/")
