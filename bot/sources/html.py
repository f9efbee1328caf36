"""What a text in HTML says, and what it links to. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import NamedTuple

_REFUSES = re.compile(
    r"#\s*(?:no[-_ ]?(?:bots?|index|search|archive|scrap(?:e|ing)|ai|crosstie)|dnr)\b",
    re.IGNORECASE,
)
"""Said in a bio: no bots, no index, and kin."""
_BREAKS = frozenset({"br", "p", "li", "div", "blockquote"})
_UNSEEN = frozenset({"script", "style"})


class Said(NamedTuple):
    """A text without its markup."""

    text: str
    links: tuple[str, ...]
    """Addresses that are neither a mention nor a hashtag, in their order."""


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag == "a":
            given = dict(attrs)
            classes = (given.get("class") or "").split()
            if given.get("href") and not {"mention", "hashtag"} & set(classes):
                self.links.append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in _BREAKS and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def said_in(html: str) -> Said:
    """The text as it is read; a word that markup splits is whole again."""
    stripper = _Stripper()
    stripper.feed(html)
    stripper.close()
    return Said("".join(stripper.parts).strip(), tuple(stripper.links))


def refuses_in(text: str) -> bool:
    """Whether a bio without markup says no to bots or to being found."""
    return "#" in text and bool(_REFUSES.search(text))


def bio_refuses(html: str) -> bool:
    """Whether a bio says no to bots or to being found."""
    return "#" in html and bool(_REFUSES.search(said_in(html).text))
