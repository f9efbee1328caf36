"""Cards of a session that is on: its questions, and answers that were given here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from bot.model.cards import QuestionCard
from bot.texts import text
from cogs.parts import Parts
from cogs.render_sessions import plain
from cogs.wording import address

if TYPE_CHECKING:
    from bot.model.cards import AnswerCard

_QUESTION_AT_MOST = 280
_ANSWER_AT_MOST = 1200
_NAMES = {"bluesky": "Bluesky", "x": "X", "mastodon": "Mastodon"}
COMPOSE = {
    "Bluesky": "https://bsky.app/intent/compose?text={text}",
    "X": "https://x.com/intent/post?text={text}",
}
"""Pages that open with words filled in, by platform."""


def parts(card: QuestionCard | AnswerCard, locale: str) -> Parts:
    """The parts of a card for a session's thread."""
    return _question(card, locale) if isinstance(card, QuestionCard) else _answer(card, locale)


def compose(platform: str, words: str) -> str:
    """The address of that platform's page for a new post, with these words filled in."""
    return COMPOSE[platform].format(text=quote(words, safe=""))


def _question(card: QuestionCard, locale: str) -> Parts:
    lines = [plain(card.text, _QUESTION_AT_MOST)] if card.text else []
    links = [f"[{_NAMES[p]}]({url})" for p, link in card.links if (url := address(link))]
    if links:
        lines.append(text(locale, "question_asked", links=" · ".join(links)))
    key = {0: "question_none", 1: "question_one"}.get(card.answers, "question_many")
    lines.append(text(locale, key, answers=card.answers))
    words = text(locale, "answer_compose", number=card.number, hashtag=card.hashtag)
    return Parts(
        title=text(locale, "question_title", number=card.number),
        body="\n".join(lines),
        buttons=(("answer", "button_answer"),),
        links=tuple(
            (text(locale, "button_answer_on", platform=platform), compose(platform, words))
            for platform in COMPOSE
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
