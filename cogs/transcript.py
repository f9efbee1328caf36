"""The file beside a recap: the whole session in Markdown, as far as it may be passed on. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time

from bot.services.asked import without_label
from bot.texts import language, text
from cogs.wording import address, escaped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.model.cards import RecapCard, SaidPost

BYTES_AT_MOST = 1_000_000
"""Discord takes ten million; nobody reads more than this."""
_TEXT_AT_MOST = 2_000
_WORDS_AT_MOST = 200


def file_of(card: RecapCard, locale: str) -> tuple[str, bytes] | None:
    """The name and the content of the file; None where nothing was said."""
    if not card.transcript:
        return None
    slug = re.sub(r"[^a-z0-9]+", "-", card.gathering.casefold().removeprefix("#")).strip("-")
    day = card.starts_at.astimezone(ZoneInfo(card.zone)).date().isoformat()
    return f"{slug[:40] or 'recap'}-{day}.md", markdown(card, locale).encode()


def markdown(card: RecapCard, locale: str) -> str:
    """The session: its questions with their answers, what else was said, the links."""
    lines: list[str] = []
    size = shown = 0
    for line in _Transcript(card, locale).lines():
        size += len(line.encode()) + 1
        if size > BYTES_AT_MOST:
            left = len(card.transcript) + len(card.resources) - shown
            lines.append(text(locale, "recap_more", count=left))
            break
        shown += line.startswith("- ")
        lines.append(line)
    return "\n".join(lines) + "\n"


class _Transcript:
    """One card in one language, with the times that were put into words already."""

    def __init__(self, card: RecapCard, locale: str) -> None:
        self._card = card
        self._said = locale
        self._locale = _known(locale)
        self._zone = ZoneInfo(card.zone)
        self._begun = card.starts_at.astimezone(self._zone).date()
        self._times: dict[int, str] = {}

    def lines(self) -> Iterator[str]:
        """From the heading to the note at the end."""
        card, locale = self._card, self._said
        yield f"# {text(locale, 'recap_title', gathering=escaped(card.gathering, 80))}"
        local = card.starts_at.astimezone(self._zone)
        day = format_date(local, "long", locale=self._locale)
        time = format_time(local, "short", locale=self._locale)
        yield from ("", f"{escaped(card.name, 80)} · {day}, {time} ({card.zone})")
        if card.topic:
            yield from ("", text(locale, "opening_topic", topic=escaped(card.topic, 120)))
        words = {shown.question: shown.words for shown in card.questions}
        asked: dict[int, list[SaidPost]] = {}
        answers: dict[int, list[SaidPost]] = {}
        others: list[SaidPost] = []
        for post in card.transcript:
            if post.answer is not None:
                answers.setdefault(post.answer, []).append(post)
            elif post.question is not None:
                asked.setdefault(post.question, []).append(post)
            else:
                others.append(post)
        for number in sorted(asked.keys() | answers.keys()):
            planned = escaped(words.get(f"Q{number}", ""), _WORDS_AT_MOST)
            yield from ("", f"## Q{number}: {planned}" if planned else f"## Q{number}", "")
            yield from (f"- *{self._told(post)}*" for post in asked.get(number, ()))
            yield from (f"- {self._told(post)}" for post in answers.get(number, ()))
        if others:
            yield from ("", f"## {text(locale, 'transcript_others')}", "")
            yield from (f"- {self._told(post)}" for post in others)
        links = [
            (link.title or link.url, url) for link in card.resources if (url := address(link.url))
        ]
        if links:
            yield from ("", f"## {text(locale, 'recap_resources')}", "")
            yield from (f"- [{escaped(title, _WORDS_AT_MOST)}]({url})" for title, url in links)
        yield from ("", text(locale, "transcript_how"))

    def _told(self, post: SaidPost) -> str:
        """When, who (only by their own choice), what (where it may be quoted), and the link."""
        words = self._words(post)
        said = ": ".join(filter(None, (escaped(post.name, 60), escaped(words, _TEXT_AT_MOST))))
        link = address(post.link)
        where = f"[{text(self._said, 'label_post')}]({link})" if link else ""
        return " ".join(filter(None, (self._time(post.at), "·", said, where)))

    def _words(self, post: SaidPost) -> str:
        """Without what the heading says: the label before an answer, the session's own hashtag."""
        numbered = post.answer is not None or post.question is not None
        words = (without_label(post.text) if numbered else post.text).split()
        behind = []
        while words and words[-1].startswith("#"):
            behind.append(words.pop())
        own = self._card.gathering.casefold()
        kept = [hashtag for hashtag in reversed(behind) if hashtag.casefold() != own]
        return " ".join([*words, *kept]) or post.text

    def _time(self, at: datetime) -> str:
        """Where the session is at home; with the day where it is another than the first."""
        minute = int(at.timestamp()) // 60
        if minute not in self._times:
            local = at.astimezone(self._zone)
            time = format_time(local, "short", locale=self._locale)
            day = format_date(local, "medium", locale=self._locale)
            self._times[minute] = time if local.date() == self._begun else f"{day}, {time}"
        return self._times[minute]


def _known(locale: str) -> Locale:
    """The reader's own form of a language that we speak; the language's usual one else."""
    code = language(locale)
    try:
        found = Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(code)
    return found if found.language == code else Locale.parse(code)
