"""What can be said of a session: of what was said, never of who said how much."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from bot.model.cards import AnswerShown
from bot.model.posts import EngagementKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.model.chats import Exchange, SessionPost, Share
    from bot.model.people import PersonId

FEWEST_TOLD = 5
LINKS_OF_A_QUESTION = 3
RESOURCES = 5
_TALK = frozenset({EngagementKind.REPLY, EngagementKind.QUOTE, EngagementKind.MENTION})
"""Passing something on is no talk."""


def told(people: int) -> int | None:
    """A number of people as it may be told: 5 gives 5; 4 gives None, it would point at somebody."""
    return people if people >= FEWEST_TOLD else None


def people_of(posts: Iterable[SessionPost]) -> frozenset[PersonId]:
    """Who wrote something of their own; who only passed posts on is not counted."""
    return frozenset(p.person for p in posts if not p.is_repost)


def answers(posts: Sequence[SessionPost]) -> tuple[AnswerShown, ...]:
    """Each question with its number of answers and the three that drew most conversation.

    Questions in their order. Answers by the number of other people who replied, then by their time
    (the order of `posts`); an answer that nobody replied to is counted, not shown. One answer of a
    person is shown for a question, so that nobody fills it.

    Three answers to Q1 with 2, 0 and 1 replies: AnswerShown("Q1", 3, (first, third)).
    """
    of: dict[int, list[SessionPost]] = defaultdict(list)
    for post in posts:
        if post.answer is not None and not post.is_repost:
            of[post.answer].append(post)
    shown = []
    for question in sorted(of):
        links: dict[PersonId, str] = {}
        for post in sorted(of[question], key=lambda p: -p.replies):
            if post.replies and post.link is not None:
                links.setdefault(post.person, post.link)
        best = tuple(links.values())[:LINKS_OF_A_QUESTION]
        shown.append(AnswerShown(f"Q{question}", len(of[question]), best))
    return tuple(shown)


def resources(shares: Iterable[Share]) -> tuple[str, ...]:
    """The five addresses that most different people shared; equal ones by who was first.

    One person who shares a thing ten times counts once.
    """
    people: dict[str, set[PersonId]] = defaultdict(set)
    first: dict[str, datetime] = {}
    for share in shares:
        people[share.url].add(share.person)
        first[share.url] = min(share.at, first.get(share.url, share.at))
    ordered = sorted(people, key=lambda url: (-len(people[url]), first[url], url))
    return tuple(ordered[:RESOURCES])


def first_time_pairs(
    exchanges: Iterable[Exchange], known: Collection[tuple[PersonId, PersonId]]
) -> frozenset[frozenset[PersonId]]:
    """The pairs of whom one spoke to the other, and who had nothing to do with each other before.

    `known` holds pairs in either order. None at all where there are fewer than five pairs, or
    fewer than five people in them: they would point at somebody.
    Ann and each of five others, all new: 5 pairs. Without one of them: none.
    """
    before = {frozenset(pair) for pair in known}
    pairs = {
        pair
        for e in exchanges
        if e.kind in _TALK and len(pair := frozenset((e.source, e.target))) == 2
    } - before
    people: frozenset[PersonId] = frozenset().union(*pairs)
    return frozenset(pairs) if told(len(pairs)) and told(len(people)) else frozenset()


def fields_that_met(
    posts: Iterable[SessionPost],
    exchanges: Iterable[Exchange],
    fields: Mapping[PersonId, Collection[str]],
) -> tuple[str, str, str] | None:
    """Two fields that met, and over which question ("Q3", or empty); None where none did.

    Two people meet when one turned to the other, or when both answered one question. Their fields
    meet where they have none in common. `fields` holds what members work in. Of several meetings
    the one of most pairs is told, talk before parallel answers; equal ones by the alphabet.

    Ann (nursing) replies to Ben's (game design) A3: ("game design", "nursing", "Q3").
    """
    talked: dict[tuple[str, str, str], set[frozenset[PersonId]]] = defaultdict(set)
    beside: dict[tuple[str, str, str], set[frozenset[PersonId]]] = defaultdict(set)
    for exchange in exchanges:
        if exchange.kind in _TALK:
            _meet(talked, exchange.source, exchange.target, exchange.answer, fields)
    answered: dict[int, set[PersonId]] = defaultdict(set)
    for post in posts:
        if post.answer is not None and not post.is_repost and fields.get(post.person):
            answered[post.answer].add(post.person)
    for question, people in answered.items():
        inside = sorted(people)
        for n, one in enumerate(inside):
            for other in inside[n + 1 :]:
                _meet(beside, one, other, question, fields)
    for met in (talked, beside):
        if met:
            pairs = Counter({key: len(people) for key, people in met.items()})
            return min(pairs, key=lambda key: (-pairs[key], not key[2], key))
    return None


def _meet(
    met: dict[tuple[str, str, str], set[frozenset[PersonId]]],
    one: PersonId,
    other: PersonId,
    question: int | None,
    fields: Mapping[PersonId, Collection[str]],
) -> None:
    own, theirs = fields.get(one, ()), fields.get(other, ())
    if one == other or set(own) & set(theirs):
        return
    over = "" if question is None else f"Q{question}"
    for a in own:
        for b in theirs:
            met[min(a, b), max(a, b), over].add(frozenset((one, other)))
