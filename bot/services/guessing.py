"""What members who told no field may work in: guessed for them alone, and for nobody's card.

Only members are guessed about, from their own hashtags and how they describe themselves. A guess is
not kept: it is made anew, and ends when they tell their fields.
"""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from functools import cache, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from bot.engine.company import by_company
from bot.engine.fields import work_of
from bot.engine.guess import Place, Taxonomy, guess, place_of, plain, terms_of
from bot.model.people import FieldOf, Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.engine.company import Company
    from bot.engine.guess import Guess
    from bot.engine.history import TagUse
    from bot.model.people import Member, PersonId


@cache
def taxonomy() -> Taxonomy:
    """The fields of fields.toml."""
    text = resources.files("bot.services").joinpath("fields.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)
    refused = frozenset(word for words in told["refused"].values() for word in words.split())
    places = tuple(
        Place(one["code"], {"en": one["en"], "es": one["es"]}, frozenset(one["words"].split()))
        for one in told["field"]
    )
    broad = tuple(
        Place(
            one["code"],
            {"en": one["en"], "es": one["es"]},
            frozenset().union(*(p.words for p in places if p.code.startswith(one["code"]))),
        )
        for one in told["broad"]
    )
    return Taxonomy(places, refused, broad)


@lru_cache(maxsize=4096)
def _codes(field: str) -> frozenset[str]:
    """Where a field as somebody typed it belongs; a community tells the same ones again."""
    return place_of(field, taxonomy())


@lru_cache(maxsize=4096)
def _has_refused(field: str) -> bool:
    """Whether a refused word is in a field as somebody typed it."""
    return not taxonomy().refused.isdisjoint(terms_of({}, field))


def guesses_of(member: Member, hashtags: Iterable[str]) -> tuple[Guess, ...]:
    """What the member may work in; () when they told it, or nothing points anywhere."""
    if work_of(member.fields):
        return ()
    return guess(terms_of(Counter(hashtags), member.description), taxonomy())


def fields_with_guesses(
    members: Mapping[PersonId, Member], uses: Iterable[TagUse], session_tags: frozenset[str]
) -> dict[PersonId, tuple[FieldOf, ...]]:
    """Everybody's fields; of who told none, those guessed, which never are sure (below 1).

    A guessed field also stands for what others here told that belongs to it, so that a guess of
    "health" and a told "nursing" are one field. Hashtags of the sessions themselves say nothing.
    Where words say nothing, it is what most told whose hashtags are used together with theirs.
    """
    tags = tags_of(members, uses, session_tags)
    belongs: defaultdict[str, set[str]] = defaultdict(set)
    for name in {name for member in members.values() for name in work_of(member.fields)}:
        for code in _codes(name):
            belongs[code].add(name)
    company = guessed_by_company(members, tags)
    found = {}
    for person, member in members.items():
        guessed = [
            FieldOf(name, Stance.WORK, one.confidence)
            for one in guesses_of(member, tags.get(person, ()))
            for place in taxonomy().within(one.place.code)
            for name in sorted({place.names["en"], *belongs[place.code]})
        ]
        if not guessed and person in company:
            by_others = company[person]
            guessed = [FieldOf(by_others.field, Stance.WORK, by_others.confidence)]
        by_name = {one.field: one for one in reversed(guessed)}
        found[person] = (*member.fields, *by_name.values())
    return found


def guessed_by_company(
    members: Mapping[PersonId, Member], tags: Mapping[PersonId, Sequence[str]]
) -> dict[PersonId, Company]:
    """What members who told no field may work in by the hashtags that are used with theirs.

    Refused words are no hashtags here, and a told field that has one is never given to others.
    """
    refused = taxonomy().refused
    uses = {
        p: Counter(tag for tag in used if plain(tag) not in refused) for p, used in tags.items()
    }
    told = {
        person: {name for name in work_of(member.fields) if not _has_refused(name)}
        for person, member in members.items()
        if work_of(member.fields)
    }
    untold = members.keys() - told.keys()
    return {p: found for p, found in by_company(uses, told).items() if p in untold}


def tags_of(
    members: Mapping[PersonId, Member], uses: Iterable[TagUse], session_tags: frozenset[str]
) -> dict[PersonId, list[str]]:
    """The hashtags of each member, as often as they were used, but those of sessions."""
    tags: defaultdict[PersonId, list[str]] = defaultdict(list)
    for use in uses:
        if use.person in members and use.hashtag not in session_tags:
            tags[use.person].append(use.hashtag)
    return dict(tags)
