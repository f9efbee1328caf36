"""Queries and rules of X: several hashtags in one, within the length that every access allows."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_CHARACTERS = 512
RULE_TAG = "crosstie"
"""The tag of our rules; rules with another are somebody else's and left alone."""

_NO_REPOSTS = " -is:retweet"


def queries_of(hashtags: Iterable[str], *, reposts: bool) -> list[str]:
    """Queries that find posts under any of the hashtags (normal forms), as few as possible.

    ["lrnchat", "edchat"] without reposts gives ["(#edchat OR #lrnchat) -is:retweet"]. A word that
    can be no hashtag of X is left out.
    """
    end = "" if reposts else _NO_REPOSTS
    room = MOST_CHARACTERS - len(end) - len("()")
    groups: list[list[str]] = []
    length = 0
    for word in sorted({word for word in hashtags if is_hashtag(word)}):
        term = f"#{word}"
        if len(term) > room:
            continue
        more = len(term) + (len(" OR ") if groups else 0)
        if not groups or length + more > room:
            groups.append([])
            length = -len(" OR ")
        groups[-1].append(term)
        length += len(term) + len(" OR ")
    return [
        f"({' OR '.join(group)}){end}" if len(group) > 1 else group[0] + end for group in groups
    ]


def is_hashtag(word: str) -> bool:
    """Whether X could read it as one hashtag: letters, marks, digits and _, not digits alone."""
    return (
        bool(word)
        and all(c == "_" or unicodedata.category(c)[0] in "LMN" for c in word)
        and not all(unicodedata.category(c)[0] == "N" for c in word)
    )
