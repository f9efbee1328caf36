"""Which fields hashtags and words point at: with how much confidence, or not at all."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_TERMS = 2
"""One word says nothing: people speak of other fields, too."""
LEAST = 0.3
"""Below so much of all that was found a field is not named."""
MOST = 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Place:
    """A field of the taxonomy, with its words in small letters without accents."""

    code: str
    names: Mapping[str, str]
    """By language: "en", "es"."""
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All fields, and the words that never count."""

    places: tuple[Place, ...]
    refused: frozenset[str]
    broad: tuple[Place, ...] = ()
    """Wider fields, each with the words of all that are in it; their codes begin alike."""

    def within(self, code: str) -> tuple[Place, ...]:
        """A field and, of a wide one, those that are in it."""
        return tuple(p for p in (*self.broad, *self.places) if p.code.startswith(code))


@dataclass(frozen=True, slots=True)
class Guess:
    """A field that somebody may be active in."""

    place: Place
    confidence: float
    """Below 1: nobody said so."""
    terms: tuple[str, ...]
    """What pointed at it, the most telling first."""


def plain(term: str) -> str:
    """Small letters without accents: 'Enfermería' gives 'enfermeria'."""
    apart = unicodedata.normalize("NFKD", term.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))


def terms_of(hashtags: Mapping[str, int], words: str) -> Counter[str]:
    """Hashtags with how often each was used, and the words of a description, once each.

    Two words that stand together count as one, too: 'game design' is also 'gamedesign'.
    """
    found = Counter[str]()
    for hashtag, times in hashtags.items():
        found[plain(hashtag)] += times
    said = [plain(word) for word in _WORD.findall(words)]
    found.update({*said, *(a + b for a, b in pairwise(said))})
    return found


def guess(terms: Mapping[str, int], taxonomy: Taxonomy) -> tuple[Guess, ...]:
    """The fields that the terms point at, the surest first; () rather than a shot in the dark.

    Each field's sum over its words of (1 + ln(times)) * ln(1 + fields / fields with the word), as a
    share of all fields' together, times n / (n + 1) for n different words. Not named: a field with
    one word only, or with less than .3 of all. #nursing three times and #simulation once, both of
    one field: share 1, two words, so .67. Refused words count for nothing. Where that names none,
    the same is tried with the wider fields: #nursing and #socialwork are health and welfare.
    """
    return _among(taxonomy.places, terms, taxonomy) or _among(taxonomy.broad, terms, taxonomy)


def _among(
    places: tuple[Place, ...], terms: Mapping[str, int], taxonomy: Taxonomy
) -> tuple[Guess, ...]:
    height: dict[str, dict[str, float]] = {}
    for place in places:
        for word in place.words.intersection(terms) - taxonomy.refused:
            rare = sum(word in other.words for other in places)
            weight = (1.0 + math.log(terms[word])) * math.log(1.0 + len(places) / rare)
            height.setdefault(place.code, {})[word] = weight
    whole = math.fsum(weight for of in height.values() for weight in of.values())
    found = []
    for place in places:
        by_word = height.get(place.code, {})
        share = math.fsum(by_word.values()) / whole if whole else 0.0
        if len(by_word) >= FEWEST_TERMS and share >= LEAST:
            confidence = share * len(by_word) / (len(by_word) + 1)
            telling = tuple(sorted(by_word, key=lambda word: (-by_word[word], word)))
            found.append(Guess(place, confidence, telling))
    return tuple(sorted(found, key=lambda g: (-g.confidence, g.place.code))[:MOST])


def place_of(field: str, taxonomy: Taxonomy) -> frozenset[str]:
    """The codes of the fields that a field as somebody typed it belongs to; empty: none known."""
    said = terms_of({}, field) - Counter(taxonomy.refused)
    return frozenset(
        place.code
        for place in taxonomy.places
        if place.words.intersection(said) or plain(field) in map(plain, place.names.values())
    )
