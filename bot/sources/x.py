"""X API v2: search pages, flattened posts and filtered-stream lines, in both namings of fields.

Classic names (`referenced_tweets`, `edit_history_tweet_ids`, `note_tweet`) and those since X's
OpenAPI 2.167 (`referenced_posts`, `edit_history_post_ids`, `note_post`, `includes.posts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import Deletion, Post, Reference, from_us, post_key, to_us
from bot.sources.payloads import NO_POST, decoded, hashtags_of, instant, keys_of, us_or_none
from bot.sources.text import NO_NUMBERS, asks, claim_in, links_of, numbers_in
from bot.sources.x_payload import (
    LINE_DECODER,
    LOOSE_DECODER,
    POST_DECODER,
    RAWS_DECODER,
    USER_DECODER,
    XEntities,
    XIncludes,
    XLine,
    XLooseIncludes,
    XPost,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    import msgspec

    from bot.model.people import AccountId
    from bot.sources.base import Gathering
    from bot.sources.x_payload import XMention, XReference, XUser

T = TypeVar("T")

_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 29_700_859_247
"""Ids below are from before November 2010 and do not tell their time."""
_OWN_PLACES = (
    "https://twitter.com/",
    "https://x.com/",
    "https://t.co/",
    "https://pic.twitter.com/",
)
_REFUSALS = ("#nobot", "#noindex", "#nosuggest")


class XReader:
    """Reads payloads of X into a Gathering."""

    def __init__(self, into: Gathering) -> None:
        self._into = into

    def read(self, payload: bytes | msgspec.Raw, where: str) -> None:
        """Takes one page, stream line or flattened post; what can not be used becomes a Problem.

        Raises:
            PayloadError: nothing of it can be used.
        """
        try:
            line = decoded(LINE_DECODER, payload)
        except PayloadError as exc:
            if not exc.path:
                raise
            line = self._whatever_fits(payload, where)
        self._take(line, payload, where)

    def _whatever_fits(self, payload: bytes | msgspec.Raw, where: str) -> XLine:
        """The page again, post by post, since something in it has another shape."""
        loose = decoded(LOOSE_DECODER, payload)
        if bytes(loose.data) in (b"", b"null"):
            raise PayloadError("a field has another type", keys=keys_of(payload))
        includes = loose.includes or XLooseIncludes()
        many = bytes(loose.data)[:1] == b"["
        posts = self._fitting(
            POST_DECODER, decoded(RAWS_DECODER, loose.data) if many else [loose.data], where
        )
        return XLine(
            data=posts,
            includes=XIncludes(
                users=self._fitting(USER_DECODER, includes.users, where),
                tweets=self._fitting(POST_DECODER, includes.tweets, where),
                posts=self._fitting(POST_DECODER, includes.posts, where),
            ),
        )

    def _fitting(
        self, decoder: msgspec.json.Decoder[T], raws: list[msgspec.Raw] | None, where: str
    ) -> list[T]:
        fitting = []
        for raw in raws or ():
            try:
                fitting.append(decoded(decoder, raw))
            except PayloadError as exc:
                self._into.problem(where, PayloadError(exc.reason, exc.path, keys_of(raw)))
        return fitting

    def _take(self, line: XLine, payload: bytes | msgspec.Raw, where: str) -> None:
        data: Iterable[XPost]
        if isinstance(line.data, list):
            data = line.data
        elif line.data is not None:
            data = (line.data,)
        else:
            data = (line,)
        includes = line.includes or XIncludes()
        extra = [*(includes.tweets or ()), *(includes.posts or ())]
        for post in (*data, *extra):
            extra.extend(r for r in _references(post) if r.text is not None)
        context = _Context(includes.users or (), extra)
        found = 0
        newest = us_or_none(line.twarc.retrieved_at if line.twarc else None)
        for post in data:
            found += self._keep(post, context, where)
            newest = max(newest, us_or_none(post.created_at))
        if not found and not self._took_problem(where):
            raise PayloadError(NO_POST, keys=keys_of(payload))
        for post in extra:
            self._keep(post, context, where)
        for user in _users(line, data, extra):
            self._user(user, newest)

    def _took_problem(self, where: str) -> bool:
        problems = self._into.problems
        return bool(problems) and problems[-1].where == where

    def _keep(self, payload: XPost, context: _Context, where: str) -> bool:
        """Whether this is a post, used or named."""
        if payload.delete is not None and payload.delete.tweet and payload.delete.event_at:
            gone = post_key(Platform.X, payload.delete.tweet.id)
            self._into.deletions.append(Deletion(gone, instant(payload.delete.event_at)))
            return True
        if not payload.id or payload.text is None:
            return False
        form = (payload.id, payload.entities is None, len(_history(payload)), _known(payload))
        if self._into.seen_before(form):
            return True
        try:
            self._into.keep(self._post(payload, context))
        except PayloadError as exc:
            self._into.problem(where, exc)
        return True

    def _post(self, payload: XPost, context: _Context) -> Post:
        author = payload.author_id or (payload.author.id if payload.author else None)
        if not author:
            raise PayloadError("a post without its author", keys=_present(payload))
        history = _history(payload)
        native_id = history[0] if history else payload.id
        created = instant(payload.created_at) if payload.created_at else _time_of_id(payload.id)
        author_id = self._account(author)
        references = {r.type: r for r in _references(payload)}
        note = payload.note_post or payload.note_tweet
        entities = (note.entities if note else None) or payload.entities or _NO_ENTITIES
        text = (note.text if note else None) or payload.text or ""
        mentions = tuple(context.mentioned(entities.mentions or ()))
        seen_us = to_us(created)
        for account, username in mentions:
            self._account(account, username, seen_us)
        named = tuple(account_key(Platform.X, account) for account, _ in mentions)
        repost = references.get("retweeted")
        answered = references.get("replied_to")
        quoted = references.get("quoted")
        if repost is not None:
            first = named[0] if mentions and text.startswith("RT @") else None
            original = context.posts.get(repost.id)
            tags = (original.entities if original else None) or entities
            named, text = (), ""
        else:
            first, tags = None, entities
            if answered is None and payload.in_reply_to_user_id:
                named = (self._account(payload.in_reply_to_user_id), *named)
        numbers = numbers_in(text) if text else NO_NUMBERS
        return Post(
            id=post_key(Platform.X, native_id),
            platform=Platform.X,
            native_id=native_id,
            author=author_id,
            at=_time_of_id(native_id).replace(microsecond=0)
            if native_id != payload.id
            else created,
            text=text or None,
            lang=payload.lang,
            conversation=post_key(Platform.X, payload.conversation_id)
            if payload.conversation_id
            else None,
            reply_to=self._reference(answered, context, payload.in_reply_to_user_id),
            quote_of=self._reference(quoted, context) if repost is None else None,
            repost_of=self._reference(repost, context, None, first),
            mentions=named,
            hashtags=hashtags_of([t.tag for t in tags.hashtags or ()]),
            links=links_of(list(_addresses(entities))) if repost is None else (),
            question=numbers.question,
            answer=numbers.answer,
            asks=asks(text),
            claim=claim_in(text),
            edited_at=created if native_id != payload.id else None,
        )

    def _reference(
        self,
        reference: XReference | None,
        context: _Context,
        author: str | None = None,
        otherwise: AccountId | None = None,
    ) -> Reference | None:
        if reference is None:
            return None
        if not reference.id:
            raise PayloadError("a reference without its post")
        included = context.posts.get(reference.id)
        native_id = reference.id
        if included is not None:
            author = author or included.author_id
            native_id = (_history(included) or [native_id])[0]
        author = author or reference.author_id
        key = post_key(Platform.X, native_id)
        return Reference(key, self._account(author) if author else otherwise)

    def _user(self, user: XUser, seen_us: int) -> None:
        if user.id:
            told = (user.description or "").casefold()
            refuses = bool(user.protected) or any(word in told for word in _REFUSALS)
            self._account(user.id, user.username, seen_us, user.name, refuses=refuses)

    def _account(
        self,
        native_id: str,
        handle: str = "",
        seen_us: int = -1,
        name: str = "",
        *,
        refuses: bool = False,
    ) -> AccountId:
        id_ = account_key(Platform.X, native_id)
        self._into.account(id_, Platform.X, native_id, seen_us, handle, name, refuses=refuses)
        return id_


class _Context:
    """What a payload includes beside its posts."""

    def __init__(self, users: Iterable[XUser], posts: Iterable[XPost]) -> None:
        self.posts = {post.id: post for post in posts}
        self._users = users
        self._ids: dict[str, str] | None = None

    def mentioned(self, mentions: Iterable[XMention]) -> Iterator[tuple[str, str]]:
        """Native id and handle of everybody mentioned whose id is told anywhere in the payload."""
        for mention in mentions:
            id_ = mention.id
            if id_ is None and mention.username:
                if self._ids is None:
                    self._ids = {user.username.casefold(): user.id for user in self._users}
                id_ = self._ids.get(mention.username.casefold())
            if id_:
                yield id_, mention.username or ""


_NO_ENTITIES = XEntities()


def _references(post: XPost) -> list[XReference]:
    return post.referenced_posts or post.referenced_tweets or []


def _history(post: XPost) -> list[str]:
    return post.edit_history_post_ids or post.edit_history_tweet_ids or []


def _known(post: XPost) -> int:
    """How much of a post a payload tells: what was asked of X differs between archives."""
    return len(_references(post)) + 4 * (post.author_id is not None)


def _users(line: XLine, data: Iterable[XPost], extra: Iterable[XPost]) -> Iterator[XUser]:
    if line.includes is not None:
        yield from line.includes.users or ()
    for post in (*data, *extra):
        if post.author is not None:
            yield post.author


def _addresses(entities: XEntities) -> Iterator[str]:
    for link in entities.urls or ():
        address = link.unwound_url or link.expanded_url
        if address and not address.startswith(_OWN_PLACES):
            yield address


def _time_of_id(native_id: str) -> datetime:
    """When X made this id, from the id itself."""
    if not (native_id.isascii() and native_id.isdecimal()):
        raise PayloadError("an id that is no number")
    number = int(native_id)
    if not _FIRST_SNOWFLAKE <= number < 1 << 63:
        raise PayloadError("a post without its time")
    return from_us(((number >> 22) + _SNOWFLAKE_EPOCH_MS) * 1000)


def _present(payload: XPost) -> tuple[str, ...]:
    return tuple(name for name in payload.__struct_fields__ if getattr(payload, name) is not None)
