"""Cards for channels: a session opens, its recap, the fields that met, the weekly message."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from bot.model.cards import DateNewsCard, FieldCard, OpeningCard, RecapCard
from bot.model.people import Platform
from bot.texts import text
from cogs.parts import Parts
from cogs.wording import LINK_AT_MOST, THREAD_NAME_AT_MOST, address, plain, short, unix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.cards import AnswerShown, LinkShown, WeeklyCard

BLOCK_AT_MOST = 1024
_BODY_AT_MOST = 4000
"""With a title and the links it stays below the 6,000 that an embed may have."""
_NAMES_AT_MOST = 400
_LABEL_AT_MOST = 48
_TITLE_AT_MOST = 80
_WORDS_AT_MOST = 80
_LINE_AT_MOST = 900


def parts(
    card: OpeningCard | RecapCard | FieldCard | WeeklyCard | DateNewsCard, locale: str
) -> Parts:
    """The parts of a card for a channel."""
    match card:
        case OpeningCard():
            return _opening(card, locale)
        case RecapCard():
            return _recap(card, locale)
        case FieldCard():
            return _field(card, locale)
        case DateNewsCard():
            return _date_news(card, locale)
        case _:
            return Parts(
                body=text(
                    locale,
                    "weekly_some" if card.people is None else "weekly",
                    people=card.people,
                    at=unix(card.next_at),
                ),
                buttons=(("mine", "button_see_mine"),),
            )


# ---- a session opens


_SLOW = timedelta(hours=20)
"""So long a session ends on another day, which is to be said."""
_OPENINGS = {
    (False, False): "opening_chat",
    (True, False): "opening_conference",
    (False, True): "opening_chat_over",
    (True, True): "opening_conference_over",
}


def _opening(card: OpeningCard, locale: str) -> Parts:
    hashtags = ", ".join(plain(h, 40) for h in card.hashtags)
    first = card.hashtags[0] if card.hashtags else card.name
    lines = [
        text(
            locale,
            _OPENINGS[card.is_conference, card.is_over],
            name=plain(card.name),
            hashtags=f"**{hashtags}**",
            host=plain(card.host_name) if card.host_name else f"<@{card.host}>",
            ends=unix(card.ends_at),
            form="t" if card.ends_at - card.starts_at < _SLOW else "F",
        ),
    ]
    if not card.is_over:
        lines.append(text(locale, "opening_how", hashtag=plain(first, 40)))
    if card.topic:
        lines.insert(1, text(locale, "opening_topic", topic=plain(card.topic, 120)))
    if card.late and not card.is_over:
        lines.append(text(locale, "opening_late", starts=unix(card.starts_at)))
    return Parts(
        title=plain(card.name),
        body="\n".join(lines),
        buttons=(
            *(() if card.is_over else (("here", "button_here"),)),
            ("catch_up", "button_catch_up"),
            ("notice", "button_notice") if card.is_conference else ("remind", "button_remind"),
        ),
        links=_follow(first, card.platforms),
        thread_name=_thread_name(card, first, locale),
    )


def _follow(hashtag: str, platforms: Sequence[Platform]) -> tuple[tuple[str, str], ...]:
    """Where a hashtag can be read and written under, as far as it is followed there."""
    tag = quote(hashtag.lstrip("#"), safe="")
    pages = {
        Platform.BLUESKY: ("Bluesky", f"https://bsky.app/hashtag/{tag}"),
        Platform.MASTODON: ("Mastodon", f"https://mastodon.social/tags/{tag}"),
        Platform.X: ("X", f"https://x.com/search?q=%23{tag}&f=live"),
    }
    return tuple(page for platform, page in pages.items() if platform in platforms)


def _thread_name(card: OpeningCard, hashtag: str, locale: str) -> str:
    """Such as "#lrnchat · 14 May": the day where the chat is at home."""
    day = card.starts_at.astimezone(ZoneInfo(card.zone))
    month = text(locale, "months").split()[day.month - 1]
    date = text(locale, "day_month", day=day.day, month=month)
    name = card.name if card.is_conference else hashtag
    return f"{short(name, THREAD_NAME_AT_MOST - len(date) - 3)} · {date}"


def _date_news(card: DateNewsCard, locale: str) -> Parts:
    if card.as_a_whole and card.now is None:
        lines = [text(locale, "gathering_cancelled", name=plain(card.name), was=unix(card.was))]
    elif card.as_a_whole and card.now is not None:
        lines = [text(locale, "gathering_moved", name=plain(card.name), at=unix(card.now))]
    elif card.now == card.was:
        lines = [text(locale, "date_as_planned", name=plain(card.name), at=unix(card.was))]
    elif card.now is not None:
        was, at = unix(card.was), unix(card.now)
        lines = [text(locale, "date_moved", name=plain(card.name), was=was, at=at)]
    else:
        lines = [text(locale, "date_cancelled", name=plain(card.name), was=unix(card.was))]
        if card.next_at is not None:
            lines.append(text(locale, "recap_next", at=unix(card.next_at)))
    return Parts(body="\n".join(lines), buttons=(("dates", "button_next_dates"),))


# ---- its recap


def _recap(card: RecapCard, locale: str) -> Parts:
    gathering = plain(card.gathering, 60)
    lines = [text(locale, "recap_on", starts=unix(card.starts_at)), _count(card, gathering, locale)]
    if card.topic:
        lines.insert(1, text(locale, "opening_topic", topic=plain(card.topic, 120)))
    if card.first_time_pairs is not None:
        lines.append(text(locale, "recap_pairs", pairs=card.first_time_pairs))
    if card.newcomers:
        lines.append(text(locale, "recap_newcomers", names=_names(card.newcomers)))
    if card.next_at is not None:
        lines.append(text(locale, "recap_next", at=unix(card.next_at)))
    if card.questions:
        questions = [_question(q, locale) for q in card.questions]
        # In one piece: fields would part them every two or three, for the links are long.
        room = _BODY_AT_MOST - sum(len(line) + 1 for line in lines)
        lines += ["", f"**{text(locale, 'recap_questions')}**", *_fitting(questions, room, locale)]
    blocks = []
    if resources := [shown for link in card.resources if (shown := _resource(link))]:
        fitting = "\n".join(_fitting(resources, BLOCK_AT_MOST, locale))
        blocks.append((text(locale, "recap_resources"), fitting))
    return Parts(
        title=text(locale, "recap_title", gathering=gathering),
        body="\n".join(lines),
        blocks=tuple(blocks),
        buttons=(
            ("dates", "button_next_dates"),
            *((("keep", "button_keep_link"),) if card.resources else ()),
        ),
    )


def _count(card: RecapCard, gathering: str, locale: str) -> str:
    if card.posts == 0:
        return text(locale, "recap_quiet", gathering=gathering)
    if card.people is not None:
        return text(locale, "recap_posts_people", posts=card.posts, people=card.people)
    return text(locale, "recap_post" if card.posts == 1 else "recap_posts", posts=card.posts)


def _names(names: Sequence[str]) -> str:
    """As many whole names as there is room for."""
    shown: list[str] = []
    for name in names:
        if len(", ".join([*shown, plain(name)])) > _NAMES_AT_MOST:
            break
        shown.append(plain(name))
    return ", ".join(shown)


def _question(answer: AnswerShown, locale: str) -> str:
    """The question as far as there is room for its words, its answers, and where they lead."""
    links = [
        f"[{n}]({link})"
        for n, link in enumerate(filter(None, map(address, answer.links)), 1)
        if len(link) <= LINK_AT_MOST
    ]
    key = "recap_question_one" if answer.answers == 1 else "recap_question"

    def said(words: str) -> str:
        return text(
            locale,
            key if links else f"{key}_bare",
            question=plain(answer.question, 10),
            words=f" {plain(words, _WORDS_AT_MOST)}" if words else "",
            answers=answer.answers,
            links=" ".join(links),
        )

    full = said(answer.words)
    return full if len(full) <= _LINE_AT_MOST else said("")


def _resource(link: LinkShown) -> str | None:
    """The address as a link that says where it leads; None where it is too long to be shown."""
    target = address(link.url)
    if target is None or len(target) > LINK_AT_MOST:
        return None
    place = re.split(r"[?#]", link.url.partition("://")[2], maxsplit=1)[0].removeprefix("www.")
    # Brackets would end the label.
    label = (link.title or place.rstrip("/")).replace("[", "(").replace("]", ")")
    label = plain(label, _TITLE_AT_MOST if link.title else _LABEL_AT_MOST)
    if not link.title:
        return f"[{label or target}]({target})"
    # A title is the page's own word: where it leads stands beside it.
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    return f"[{label or plain(place, _LABEL_AT_MOST)}]({target}) · {plain(host, _LABEL_AT_MOST)}"


def _fitting(lines: Sequence[str], room: int, locale: str) -> list[str]:
    """Whole lines in so many characters, and how many are left."""
    room -= len(text(locale, "recap_more", count=len(lines))) + 1
    shown: list[str] = []
    for n, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*shown, text(locale, "recap_more", count=len(lines) - n)]
        shown.append(line)
    return shown


# ---- fields that met


def _field(card: FieldCard, locale: str) -> Parts:
    first, other = plain(card.field_a), plain(card.field_b)
    return Parts(
        body=text(
            locale,
            "field_met_over" if card.question else "field_met",
            field_a=first[:1].upper() + first[1:],
            field_b=other,
            question=plain(card.question, 10),
            gathering=plain(card.gathering, 60),
        ),
        buttons=(("mine", "button_see_mine"),),
    )
