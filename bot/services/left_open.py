"""What an exchange left open, for one of the two: a question, an acquaintance, silence. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.model.suggestions import FollowUpKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.model.people import PersonId
    from bot.model.posts import PostId
    from bot.store.network import Exchange

AT_MOST = {FollowUpKind.UNANSWERED: 5, FollowUpKind.MET: 5, FollowUpKind.ONE_WAY: 1}


@dataclass(frozen=True, slots=True)
class Item:
    """One open thing, before it is kept."""

    kind: FollowUpKind
    about: PersonId
    own_post: PostId | None
    other_post: PostId | None


def open_after(exchanges: Sequence[Exchange], member: PersonId) -> list[Item]:
    """What is open for a member on day 2: questions without a reply, then whom they talked with.

    The latest first. A question counts as answered once the member wrote to who asked it, later.
    """
    to_me = [e for e in exchanges if e.target == member]
    from_me = [e for e in exchanges if e.source == member]
    last_to: dict[PersonId, datetime] = {}
    for mine in from_me:
        last_to[mine.target] = mine.at
    asked: dict[PersonId, Exchange] = {}
    met: dict[PersonId, Exchange] = {}
    for theirs in to_me:
        if not theirs.inside:
            continue
        if theirs.source in last_to:
            met[theirs.source] = theirs
        if theirs.asks:
            asked[theirs.source] = theirs
    unanswered = {
        person: question
        for person, question in asked.items()
        if person not in last_to or last_to[person] < question.at
    }
    own = {e.target: e.post for e in from_me if e.inside}
    return _latest(FollowUpKind.UNANSWERED, unanswered, {}) + _latest(
        FollowUpKind.MET,
        {person: e for person, e in met.items() if person not in unanswered and person in own},
        own,
    )


def one_way(exchanges: Sequence[Exchange], member: PersonId) -> list[Item]:
    """What a member wrote to somebody from whom nothing came back, the latest first.

    The other's post is the one that was replied to, where there is one.
    """
    answered = {e.source for e in exchanges if e.target == member}
    sent: dict[PersonId, Exchange] = {
        e.target: e
        for e in exchanges
        if e.source == member and e.inside and e.target not in answered
    }
    own = {person: e.post for person, e in sent.items()}
    return [
        replace(item, other_post=sent[item.about].reply_to)
        for item in _latest(FollowUpKind.ONE_WAY, sent, own)
    ]


def _latest(
    kind: FollowUpKind, found: Mapping[PersonId, Exchange], own: Mapping[PersonId, PostId]
) -> list[Item]:
    order = sorted(found.items(), key=lambda kv: (kv[1].at, kv[1].post), reverse=True)
    return [Item(kind, person, own.get(person), e.post) for person, e in order][: AT_MOST[kind]]
