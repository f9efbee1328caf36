"""How a post says which question of a chat it asks or answers."""

from __future__ import annotations

import re

# A label stands first in the text or in a line, after what people put before it: mentions,
# hashtags, quotes, emoji, dashes: "Q3", "Q.3", "Q3:", "Question 3", "A3", "Ans 3", "T3", "3//".
# Possessive (*+): what comes before is read once, so that no text can make the search slow.
LABEL = re.compile(
    r"""
    (?:[@\#\uff03][\w.-]++|[^\w\n])*+
    (?:
        (?:(?P<word>question|answer|ans)[^\S\n]?[.\#:]?[^\S\n]?|(?P<letter>[qat])[.\#]?)
        (?P<number>\d{1,2})(?![\w%\u20ac]|/\d)
      | (?P<slash>\d{1,2})/{1,2}(?![\d/])
    )""",
    re.IGNORECASE | re.VERBOSE,
)
