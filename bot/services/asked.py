"""The words of a question, as a card shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.labels import LABEL
from bot.store.questions import askings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.database import Reader
    from bot.store.plans import Plan
    from bot.store.questions import Asking, Question

_BEHIND_A_LABEL = " \t:.)/|\u2013\u2014-"


def without_label(said: str) -> str:
    """What is left without the label before a question or an answer: "A2: Yes" gives "Yes"."""
    label = LABEL.match(said)
    return said[label.end() :].lstrip(_BEHIND_A_LABEL) if label else said


def words_of(said: str) -> str:
    """What is left of a post without the label before its question and the hashtags behind it.

    "Q2: What broke first? #lrnchat" gives "What broke first?". A post of nothing else stays whole.
    """
    words = without_label(said).split()
    while words and words[-1].startswith("#"):
        words.pop()
    return " ".join(words) or said.strip()


def first_words(askings: Sequence[Asking]) -> str:
    """The question in the words of whoever asked it first where they may be quoted; or empty."""
    return next((words_of(a.text) for a in askings if a.text), "")


async def asked_words(tx: Reader, question: Question | None, plan: Plan | None) -> str:
    """The question as it was planned, or as it was asked; empty where neither can be told."""
    if question is None:
        return ""
    planned = plan.question(question.number) if plan else ""
    if planned:
        return planned
    return first_words((await askings_of(tx, question.session)).get(question.number, ()))
