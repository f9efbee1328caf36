"""One post of one member on several platforms counts once: the one that came first.

Only between accounts that proved to be one member's, never by similar names; only of the same words
within some hours, on different platforms. The copy is kept bare, without what it says to whom, so
that its deletion is heard and an erasure finds it; what answers it answers the one that counts. An
answer that was given in Discord is never taken for a copy: its member wants to see it there.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.people import PersonId, Platform
from bot.model.posts import PostId, Reference, to_us
from bot.store import copies as store
from bot.store.privacy import secret_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.model.people import AccountId
    from bot.model.posts import Post
    from bot.store.database import Writer
    from bot.store.posts import Held

WITHIN = timedelta(hours=6)
"""Bridges and schedulers take up to some hours."""
WORDINGS_KEPT = timedelta(days=2)
"""A search that fills a gap may come a day late."""
_LETTERS = 120
"""What a short-spoken platform cuts off comes later."""
_KEY_NAME = "wording_key"
_FOREIGN = re.compile(r"\S*(?:://|[\w-]\.\w)\S*|@\S+|\S*@\S+")
"""Addresses, whole or shortened, and handles: each platform writes its own."""
_WORD = re.compile(r"\w+")


def words_of(text: str) -> str:
    """What of a text is the same on every platform: its words, at most 120 letters, no addresses.

    "A2: Start small! https://t.co/x #LrnChat @ana" gives "a2 start small lrnchat".
    """
    plain = _FOREIGN.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_WORD.findall(plain))[:_LETTERS].rstrip()


@dataclass(frozen=True, slots=True)
class Once:
    """What of a page counts."""

    posts: dict[PostId, Post]
    """Without copies; what pointed at one points at what counts."""
    copies: dict[PostId, PostId] = field(default_factory=dict)
    """New copies, and what counts instead."""
    bare: tuple[Post, ...] = ()
    """The new copies, as they are kept."""
    wordings: dict[PostId, int] = field(default_factory=dict)


async def counted_once(
    tx: Writer, kept: Mapping[PostId, Post], held: Mapping[PostId, Held]
) -> Once:
    """Tells copies from what counts.

    `held` says what is there of these posts, and of what they point at.
    """
    copies = {id_: there.copy_of for id_, there in held.items() if there.copy_of is not None}
    worded = await _worded(tx, [p for p in kept.values() if p.id not in copies])
    there = await store.worded_among(tx, set(worded.values()))
    new: dict[PostId, PostId] = {}
    for post in sorted((kept[id_] for id_ in worded), key=lambda p: (p.at, p.id)):
        same = there.setdefault(worded[post.id], [])
        at_us = to_us(post.at)
        twin = None
        if post.id not in held and post.platform is not Platform.DISCORD:
            twin = next((one for one in same if _is_twin(one, post.platform, at_us)), None)
        if twin is None:
            same.append(store.Worded(post.id, post.platform, at_us))
        else:
            new[post.id] = twin.post
    copies |= new
    return Once(
        {id_: _pointing(post, copies) for id_, post in kept.items() if id_ not in copies},
        new,
        tuple(_bare(kept[id_]) for id_ in new),
        {id_: worded[id_] for id_ in worded if id_ not in new},
    )


def _is_twin(one: store.Worded, platform: Platform, at_us: int) -> bool:
    apart = timedelta(microseconds=abs(one.at_us - at_us))
    return one.platform is not platform and apart <= WITHIN


async def _worded(tx: Writer, posts: Sequence[Post]) -> dict[PostId, int]:
    """Fingerprints of what members said, in words of their own."""
    persons = await store.persons_among(tx, {post.author for post in posts})
    said = {
        post.id: f"{person}\n{words}"
        for post in posts
        if (person := _person(post, persons)) is not None
        and post.repost_of is None
        and (words := words_of(post.text or ""))
    }
    if not said:
        return {}
    key = await secret_key(tx, _KEY_NAME)
    return {id_: _fingerprint(key, text) for id_, text in said.items()}


def _person(post: Post, persons: Mapping[AccountId, PersonId]) -> PersonId | None:
    if post.platform is Platform.DISCORD:
        return PersonId(post.author)
    return persons.get(post.author)


def _fingerprint(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.digest(key, text.encode(), "sha256")[:8]) >> 1


def _bare(post: Post) -> Post:
    return post._replace(
        text=None,
        conversation=None,
        reply_to=None,
        quote_of=None,
        mentions=(),
        hashtags=(),
        links=(),
        question=None,
        answer=None,
        asks=False,
    )


def _pointing(post: Post, copies: Mapping[PostId, PostId]) -> Post:
    def at(reference: Reference | None) -> Reference | None:
        if reference is None or reference.post not in copies:
            return reference
        return Reference(copies[reference.post], reference.author)

    return post._replace(
        conversation=copies.get(post.conversation or post.id, post.conversation),
        reply_to=at(post.reply_to),
        quote_of=at(post.quote_of),
        repost_of=at(post.repost_of),
    )
