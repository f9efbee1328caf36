"""Cards of a session that is on: its questions, and answers that were given here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import discord

from bot.model.cards import (
    AnswerCard,
    CatchUpCard,
    GoingCard,
    LiveCard,
    NewcomersCard,
    PlanCard,
    QuestionCard,
    ReminderCard,
    TalksCard,
)
from bot.model.people import Platform
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import PLATFORM_NAMES, address, escaped, linked, plain, unix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.hosting import Planned

_QUESTION_AT_MOST = 280
_ANSWER_AT_MOST = 1200
_EMBED_AT_MOST = 4000
_LINK_AT_MOST = 900
_TALKS_AT_MOST = 6
_ACCENT = discord.Colour(0x2F6F6D)
_CALLED_AT_MOST = 80
"""Mentions of 22 characters and a blank, in a message of 2,000."""
COMPOSE = {
    Platform.BLUESKY: "https://bsky.app/intent/compose?text={text}",
    Platform.X: "https://x.com/intent/post?text={text}",
}
"""Pages that open with words filled in, by platform."""


HostingCard = (
    QuestionCard
    | AnswerCard
    | ReminderCard
    | GoingCard
    | PlanCard
    | TalksCard
    | LiveCard
    | NewcomersCard
    | CatchUpCard
)


def parts(card: HostingCard, locale: str) -> Parts:
    """The parts of a card about a session that is on, or soon will be."""
    match card:
        case QuestionCard():
            return _question(card, locale)
        case AnswerCard():
            return _answer(card, locale)
        case ReminderCard():
            return _reminder(card, locale)
        case GoingCard():
            return Parts(
                body=text(locale, "going_call", gathering=plain(card.gathering, 60)),
                buttons=(("here", "button_here"),),
                content=" ".join(f"<@{who}>" for who in card.who[:_CALLED_AT_MOST]),
            )
        case PlanCard():
            return _plan(card, locale)
        case TalksCard():
            return _talks(card, locale)
        case LiveCard():
            return _live(card, locale)
        case NewcomersCard():
            return _newcomers(card, locale)
        case CatchUpCard():
            return Parts(body=_caught_up(card, locale))


def compose(platform: Platform, words: str) -> str:
    """The address of that platform's page for a new post, with these words filled in."""
    return COMPOSE[platform].format(text=quote(words, safe=""))


def _question(card: QuestionCard, locale: str) -> Parts:
    lines = [plain(card.text, _QUESTION_AT_MOST)] if card.text else []
    links = [
        f"[{PLATFORM_NAMES[Platform(platform)]}]({url})"
        for platform, link in card.links
        if (url := address(link))
    ]
    if links:
        lines.append(text(locale, "question_asked", links=" · ".join(links)))
    key = {0: "question_none", 1: "question_one"}.get(card.answers, "question_many")
    lines.append(text(locale, key if card.is_open else f"{key}_over", answers=card.answers))
    words = text(locale, "answer_compose", number=card.number, hashtag=card.hashtag)
    return Parts(
        title=text(locale, "question_title", number=card.number),
        body="\n".join(lines),
        buttons=(("answer", "button_answer"),) if card.is_open else (),
        links=tuple(
            (text(locale, "button_answer_on", platform=PLATFORM_NAMES[p]), compose(p, words))
            for p in COMPOSE
            if card.is_open and p in card.platforms
        ),
    )


def _answer(card: AnswerCard, locale: str) -> Parts:
    return Parts(
        body=text(
            locale,
            "answer_shown",
            name=plain(card.name),
            question=card.question,
            words=plain(card.text, _ANSWER_AT_MOST),
        ),
        buttons=(("take_back", "button_take_back"),),
    )


def _reminder(card: ReminderCard, locale: str) -> Parts:
    where = "" if card.channel is None else text(locale, "reminder_where", channel=card.channel)
    return Parts(
        body=text(
            locale,
            "reminder",
            gathering=plain(card.gathering, 60),
            starts=unix(card.starts_at),
            where=where,
        ),
        buttons=(("here", "button_here"),),
    )


def _plan(card: PlanCard, locale: str) -> Parts:
    values = {"gathering": plain(card.gathering, 60), "starts": unix(card.starts_at)}
    if card.in_turn:
        said = text(locale, "plan_yours" if card.planned else "plan_turn", **values)
        plan = "button_change_plan" if card.planned else "button_plan"
        buttons = (("plan", plan), ("panel", "button_panel"), ("cannot", "button_cannot"))
        return Parts(said, buttons)
    rota = (("rota", "button_rota"),) if card.others_could else ()
    return Parts(
        text(locale, "plan_ask", **values),
        (("plan", "button_plan"), *rota, ("no_plan", "button_no_plan")),
    )


def _talks(card: TalksCard, locale: str) -> Parts:
    lines = [text(locale, "talks", gathering=plain(card.gathering, 60), at=unix(card.starts_at))]
    for title, room, link in card.talks[:_TALKS_AT_MOST]:
        label, url = plain(title, 150), address(link)
        where = f" · {plain(room, 60)}" if room else ""
        lines.append(f"- [{label}]({url}){where}" if url else f"- {label}{where}")
    if (left := len(card.talks) - _TALKS_AT_MOST) > 0:
        lines.append(text(locale, "recap_more", count=left))
    return Parts("\n".join(lines), (("here", "button_here"),))


def _live(card: LiveCard, locale: str) -> Parts:
    gathering = plain(card.gathering, 60)
    lines = [
        text(locale, "live_line", platform=PLATFORM_NAMES[platform], url=url, people=people)
        for platform, link, people in card.posts
        if (url := address(link)) and len(url) <= _LINK_AT_MOST
    ]
    if card.is_over:
        lines = [text(locale, "live_over", gathering=gathering)]
    else:
        lines = [text(locale, "live_now" if lines else "live_none"), *lines]
    return Parts(
        title=text(locale, "live_title", gathering=gathering),
        body="\n".join(lines),
        buttons=(("catch_up", "button_catch_up"),),
    )


def _newcomers(card: NewcomersCard, locale: str) -> Parts:
    gathering = plain(card.gathering, 60)
    lines = [text(locale, "newcomers_title", gathering=gathering)]
    for answer, at, link in card.answers:
        links = linked((text(locale, "label_post"), link))
        lines.append(text(locale, "newcomers_line", answer=answer, at=unix(at), links=links))
    if not card.answers:
        lines = [text(locale, "newcomers_none", gathering=gathering)]
    return Parts(body="\n".join(lines), buttons=(("done", "button_done"),))


def _caught_up(card: CatchUpCard, locale: str) -> str:
    since, gathering = unix(card.since), plain(card.gathering, 60)
    if not (card.to_reader_count or card.questions or card.others):
        return text(locale, "catch_up_nothing", gathering=gathering, since=since)
    lines = [text(locale, "catch_up_since", gathering=gathering, since=since)]
    if card.to_reader:
        lines.append(text(locale, "catch_up_to_you", links=_numbered(card.to_reader)))
    elif card.to_reader_count:
        lines.append(text(locale, "catch_up_to_you_bare", count=card.to_reader_count))
    for question, count, links in card.questions:
        key = "catch_up_answers_one" if count == 1 else "catch_up_answers"
        shown = f" · {_numbered(links)}" if links else ""
        lines.append(text(locale, key, question=question, count=count, links=shown))
    if card.others:
        key = "catch_up_others_one" if card.others == 1 else "catch_up_others"
        lines.append(text(locale, key, count=card.others))
    return "\n".join(lines)[:_EMBED_AT_MOST]


def _numbered(links: Sequence[str]) -> str:
    """[1](…) [2](…), those that are addresses."""
    good = [url for link in links if (url := address(link))]
    return " ".join(f"[{n}]({url})" for n, url in enumerate(good, 1))


def panel_embed(planned: Planned, locale: str) -> discord.Embed:
    """To the host: each question with the links that ask it; as many as an embed can hold."""
    lines = []
    if planned.topic:
        lines.append(text(locale, "panel_topic", topic=plain(planned.topic, 120)))
    hosts = tuple(offer.name for offer in planned.offers if offer.who == planned.host)
    others = tuple(offer.name for offer in planned.offers if offer.who != planned.host)
    for key, names in (
        ("panel_host", hosts),
        ("panel_cohosts", planned.cohosts),
        ("panel_offers", others),
    ):
        if names:
            lines.append(text(locale, key, names=", ".join(escaped(n, 60) for n in names[:10])))
    lines.append(text(locale, "panel_how"))
    for number, question in enumerate(planned.questions, 1):
        if number in planned.asked:
            line = text(
                locale, "panel_question_asked", number=number, question=plain(question, 200)
            )
        else:
            line = text(
                locale,
                "panel_question",
                number=number,
                question=plain(question, 200),
                links=_compose_links(number, question, planned, locale),
            )
        if len("\n".join(lines)) + len(line) > _EMBED_AT_MOST:
            break
        lines.append(line)
    title = text(
        locale, "panel_title", gathering=planned.gathering, starts=unix(planned.session.starts_at)
    )
    return discord.Embed(description="\n".join([f"**{title}**", *lines]), colour=_ACCENT)


def _compose_links(number: int, question: str, planned: Planned, locale: str) -> str:
    links, hashtag = [], planned.gathering
    for platform in [p for p in COMPOSE if p in planned.platforms]:
        url = ""
        for words in (question, ""):
            filled = text(locale, "panel_compose", number=number, question=words, hashtag=hashtag)
            url = compose(platform, filled)
            if len(url) <= _LINK_AT_MOST:
                break
        links.append(f"[{PLATFORM_NAMES[platform]}]({url})")
    return " · ".join(links)
