"""What a post's text says, read before the platform's rules may make us drop it. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.model.labels import LABEL

_MOST_NUMBER = 30
_MOST_LINKS = 10

_QUESTION = re.compile("[?\uff1f\u061f](?=[\\s\"'\u2019\u201d)\\]!?\u2026]|$)|[\uff1f\u061f]")

# As bot.services.people makes them: letters and digits that are not mistaken for another.
_CLAIM = re.compile(r"\bcrosstie-[a-hjkmnp-z2-9]{8}\b")


class Numbers(NamedTuple):
    """The number of the chat's question that a text asks or answers."""

    question: int | None
    answer: int | None


NO_NUMBERS = Numbers(None, None)


def numbers_in(text: str) -> Numbers:
    """The question or answer number with which a text is labelled, 1..30.

    "Q3: why?" asks question 3, so do "T3", "3/" and "Question 3"; "A3 because" answers it. Only a
    label at the beginning of the text or of a line counts, after mentions and hashtags; the first
    question and the first answer are taken.
    """
    question = answer = None
    for line in text.splitlines():
        label = LABEL.match(line)
        if label is None:
            continue
        number = int(label["number"] or label["slash"])
        if not 1 <= number <= _MOST_NUMBER:
            continue
        if (label["word"] or label["letter"] or "q")[0] in "aA":
            answer = answer or number
        else:
            question = question or number
    return Numbers(question, answer)


def asks(text: str) -> bool:
    """Whether a sentence of the text ends in a question mark (not one inside of an address)."""
    return ("?" in text or "\uff1f" in text or "\u061f" in text) and bool(_QUESTION.search(text))


def claim_in(text: str) -> str | None:
    """The code by which an author proves to be a member, where the text holds one."""
    found = _CLAIM.search(text) if "crosstie-" in text else None
    return found[0] if found else None


def links_of(addresses: list[str]) -> tuple[str, ...]:
    """At most ten different absolute http(s) addresses, in their order."""
    return tuple(dict.fromkeys(a for a in addresses if a.startswith(("http://", "https://"))))[
        :_MOST_LINKS
    ]
