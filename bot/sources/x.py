"""X API v2: search pages, flattened posts and filtered-stream lines, in both namings of fields.

Classic names (`referenced_tweets`, `edit_history_tweet_ids`, `note_tweet`) and those since X's
OpenAPI 2.167 (`referenced_posts`, `edit_history_post_ids`, `note_post`, `includes.posts`).
"""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import PayloadError
from bot.model.people import AccountId, Platform, stable_key
from bot.model.posts import Deletion, Post, Reference, from_us, post_key
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
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    import msgspec

    from bot.sources.base import Gathering
    from bot.sources.x_payload import XLink, XReference, XUser

T = TypeVar("T")

_PLATFORM = Platform.X
"""Python 3.11 calls a function for every member that is named in full; this is said often."""
_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
_FIRST_SNOWFLAKE = 29_700_859_247
"""Ids below are from before November 2010 and do not tell their time."""
_OWN_PLACES = (
    "https://twitter.com/",
    "https://x.com/",
    "https://t.co/",
    "https://pic.twitter.com/",
)
_REFUSES = re.compile(r"#no(?:bot|index|suggest)", re.IGNORECASE)
_MOST_KEPT = 1 << 18


class XReader:
    """Reads payloads of X into a Gathering."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self._keys = _Keys()
        self._sights: dict[str, tuple[str, str, int]] = {}

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
        data: list[XPost]
        if isinstance(line.data, list):
            data = line.data
        else:
            data = [line.data if line.data is not None else line]
        includes = line.includes or _NO_INCLUDES
        extra = [*(includes.tweets or ()), *(includes.posts or ())]
        users = includes.users or []
        inner: list[XPost] = []
        for post in (*data, *extra):
            if post.author is not None:
                users.append(post.author)
            references = post.referenced_posts or post.referenced_tweets
            if references and references[0].text is not None:
                inner += [r for r in references if r.text is not None]
        if inner:
            users += [post.author for post in inner if post.author is not None]
            extra += inner
        context = _Context(users, extra)
        found = 0
        for post in data:
            found += self._keep(post, context, where)
        if not found and not self._took_problem(where):
            raise PayloadError(NO_POST, keys=keys_of(payload))
        for post in extra:
            self._keep(post, context, where)
        seen = us_or_none(line.twarc.retrieved_at if line.twarc else None)
        if seen < 0:
            seen = max((us_or_none(post.created_at) for post in data), default=-1)
        sights = self._sights
        for user in users:
            if sights.get(user.id) != (user.username, user.name, seen):
                self._user(user, seen)

    def _took_problem(self, where: str) -> bool:
        problems = self._into.problems
        return bool(problems) and problems[-1].where == where

    def _keep(self, payload: XPost, context: _Context, where: str) -> bool:
        """Whether this is a post, used or named."""
        if payload.delete is not None and payload.delete.tweet and payload.delete.event_at:
            gone = post_key(_PLATFORM, payload.delete.tweet.id)
            self._into.deletions.append(Deletion(gone, instant(payload.delete.event_at)))
            return True
        if not payload.id or payload.text is None:
            return False
        references = payload.referenced_posts or payload.referenced_tweets or ()
        history = payload.edit_history_post_ids or payload.edit_history_tweet_ids or ()
        # What was asked of X differs between archives: a poorer copy is another form.
        if self._into.seen_before(
            (
                payload.id,
                payload.entities is None,
                payload.author_id is None,
                len(references),
                len(history),
            )
        ):
            return True
        try:
            self._into.keep(self._post(payload, references, history, context))
        except PayloadError as exc:
            self._into.problem(where, exc)
        return True

    # One function, and fields by their places: an archive calls it for every post, and what is told
    # apart here costs more in calls than in work.
    def _post(  # noqa: PLR0912, PLR0915, RUF100
        self,
        payload: XPost,
        references: Sequence[XReference],
        history: Sequence[str],
        context: _Context,
    ) -> Post:
        author = payload.author_id or (payload.author.id if payload.author else None)
        if not author:
            raise PayloadError("a post without its author", keys=_present(payload))
        keys = self._keys
        profiles = context.profiles
        native_id = history[0] if history else payload.id
        is_edit = native_id != payload.id
        created = payload.created_at
        if created is None:
            created = time_of_id(payload.id)
        elif created.tzinfo is not UTC:
            created = instant(created)
        note = payload.note_post or payload.note_tweet
        entities = (note.entities if note else None) or payload.entities or _NO_ENTITIES
        text = (note.text if note else None) or payload.text or ""
        answered = quoted = repost = None
        for reference in references:
            kind = reference.type
            if kind == "retweeted":
                repost = reference
            elif kind == "replied_to":
                answered = reference
            elif kind == "quoted":
                quoted = reference
        named: list[AccountId] = []
        if entities.mentions:
            for mention in entities.mentions:
                id_ = mention.id or context.id_of(mention.username)
                if id_:
                    if id_ not in profiles:
                        self._note(id_, mention.username or "", created)
                    named.append(keys[id_])
        first, tags = None, entities.hashtags
        numbers, questions, claim = NO_NUMBERS, False, None
        links: tuple[str, ...] = ()
        if repost is not None:
            # Its text is the other's: what that says is said there, and cut off here.
            first = named[0] if named and text.startswith("RT @") else None
            original = context.posts.get(repost.id)
            if original is not None and original.entities is not None:
                tags = original.entities.hashtags
            named, text, quoted = [], "", None
        else:
            if answered is None and payload.in_reply_to_user_id:
                named.insert(0, self._account(payload.in_reply_to_user_id, context))
            if text:
                numbers, questions, claim = numbers_in(text), asks(text), claim_in(text)
                if entities.urls:
                    links = links_of(list(_addresses(entities.urls)))
        conversation = payload.conversation_id
        if author not in profiles:
            self._note(author)
        return Post(
            keys[native_id],
            _PLATFORM,
            native_id,
            keys[author],
            time_of_id(native_id).replace(microsecond=0) if is_edit else created,
            text or None,
            payload.lang,
            keys[conversation] if conversation else None,
            self._reference(answered, context, payload.in_reply_to_user_id) if answered else None,
            self._reference(quoted, context) if quoted else None,
            self._reference(repost, context, None, first) if repost else None,
            tuple(named),
            hashtags_of([tag.tag for tag in tags]) if tags else (),
            links,
            numbers.question,
            numbers.answer,
            questions,
            created if is_edit else None,
            claim,
        )

    def _reference(
        self,
        reference: XReference,
        context: _Context,
        author: str | None = None,
        otherwise: AccountId | None = None,
    ) -> Reference:
        native_id = reference.id
        if not native_id:
            raise PayloadError("a reference without its post")
        included = context.posts.get(native_id)
        if included is not None:
            author = author or included.author_id
            native_id = (_history(included) or [native_id])[0]
        author = author or reference.author_id
        return Reference(
            self._keys[native_id], self._account(author, context) if author else otherwise
        )

    def _user(self, user: XUser, seen_us: int) -> None:
        sight = (user.username, user.name, seen_us)
        if not user.id or self._sights.get(user.id) == sight:
            return
        if len(self._sights) >= _MOST_KEPT:
            self._sights.clear()
        self._sights[user.id] = sight
        told = user.description or ""
        refuses = bool(user.protected) or ("#no" in told.casefold() and bool(_REFUSES.search(told)))
        self._into.account(
            self._keys[user.id],
            _PLATFORM,
            user.id,
            seen_us,
            user.username,
            user.name,
            refuses=refuses,
        )

    def _account(self, native_id: str, context: _Context) -> AccountId:
        """The account's id; it is noted, unless the payload shows its profile, which says more."""
        if native_id not in context.profiles:
            self._note(native_id)
        return AccountId(self._keys[native_id])

    def _note(self, native_id: str, handle: str = "", at: datetime | None = None) -> None:
        id_ = self._keys[native_id]
        self._into.account(id_, _PLATFORM, native_id, us_or_none(at), handle)


class _Keys(dict[str, Any]):
    """The key of each native id that was met, of whatever it is; made on the first meeting."""

    def __missing__(self, native_id: str) -> Any:
        if len(self) >= _MOST_KEPT:
            self.clear()
        key = self[native_id] = stable_key(_PLATFORM, native_id)
        return key


class _Context:
    """What a payload includes beside its posts."""

    def __init__(self, users: list[XUser], posts: list[XPost]) -> None:
        self.posts = {post.id: post for post in posts}
        self.profiles = {user.id for user in users if user.name}
        self._users = users
        self._ids: dict[str, str] | None = None

    def id_of(self, handle: str | None) -> str | None:
        """The id of somebody mentioned by handle alone, where the payload tells it."""
        if handle is None:
            return None
        if self._ids is None:
            self._ids = {user.username.casefold(): user.id for user in self._users}
        return self._ids.get(handle.casefold())


_NO_ENTITIES = XEntities()
_NO_INCLUDES = XIncludes()


def _history(post: XPost) -> list[str]:
    """The ids of all its versions, the first one first."""
    return post.edit_history_post_ids or post.edit_history_tweet_ids or []


def _addresses(urls: Iterable[XLink]) -> Iterator[str]:
    for link in urls:
        address = link.unwound_url or link.expanded_url
        if address and not address.startswith(_OWN_PLACES):
            yield address


def time_of_id(native_id: str) -> datetime:
    """When X made this id, from the id itself."""
    if not (native_id.isascii() and native_id.isdecimal()):
        raise PayloadError("an id that is no number")
    number = int(native_id)
    if not _FIRST_SNOWFLAKE <= number < 1 << 63:
        raise PayloadError("a post without its time")
    return from_us(((number >> 22) + _SNOWFLAKE_EPOCH_MS) * 1000)


def _present(payload: XPost) -> tuple[str, ...]:
    return tuple(name for name in payload.__struct_fields__ if getattr(payload, name) is not None)
