"""Mastodon: statuses as its API gives them, and posts as ActivityPub does (outbox.json).

A post is known by its uri, an account by the address of its profile: both are the same on every
instance, so the copies that instances keep of one post are one.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import Post, PostId, Profile, Reference, post_key, to_us
from bot.sources.html import bio_refuses, said_in
from bot.sources.payloads import NO_POST, decoded, hashtags_of, instant, keys_of
from bot.sources.recent import Recent
from bot.sources.text import asks, claim_in, links_of, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.people import AccountId
    from bot.sources.base import Gathering

NOT_PUBLIC = "a post that is not public"
_PUBLIC = frozenset({"public", "unlisted"})
_AS_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_PROFILE = re.compile(r"https?://([^/]+)/(?:users/|@)([^/@?#]+)/?")
_POST_OF = re.compile(r"(https?://[^/]+/(?:users/|@)[^/@?#]+)/(?:statuses/)?\d+")
_TAG = re.compile(r"(?<![\w/&])[#\uff03](\w*[^\W\d]\w*)")
MOST_KNOWN = 50_000


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class _Account(_Payload):
    id: str = ""
    url: str | None = None
    acct: str | None = None
    display_name: str | None = None
    note: str | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    noindex: bool | None = None


class _Tag(_Payload):
    name: str = ""


class _Card(_Payload):
    url: str | None = None


class _Quote(_Payload):
    quoted_status: Status | None = None


class Status(_Payload):
    """A post as the API gives it."""

    id: str = ""
    uri: str | None = None
    created_at: datetime | None = None
    edited_at: datetime | None = None
    content: str | None = None
    spoiler_text: str | None = None
    visibility: str | None = None
    language: str | None = None
    account: _Account | None = None
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    mentions: list[_Account] | None = None
    tags: list[_Tag] | None = None
    card: _Card | None = None
    reblog: Status | None = None
    quote: _Quote | None = None


class _Named(_Payload):
    type: str = ""
    name: str | None = None
    href: str | None = None


class _Note(_Payload, rename="camel"):
    type: str = ""
    id: str | None = None
    attributed_to: str | None = None
    in_reply_to: str | None = None
    published: datetime | None = None
    updated: datetime | None = None
    content: str | None = None
    to: list[str] | str | None = None
    cc: list[str] | str | None = None
    tag: list[_Named] | _Named | None = None


class _Activity(_Payload):
    type: str = ""
    id: str | None = None
    actor: str | None = None
    published: datetime | None = None
    object: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    to: list[str] | str | None = None
    cc: list[str] | str | None = None


class _Outbox(_Payload, rename="camel"):
    ordered_items: list[msgspec.Raw] | None = None


STATUS = msgspec.json.Decoder(Status)
_OUTBOX = msgspec.json.Decoder(_Outbox)
_ACTIVITY = msgspec.json.Decoder(_Activity)
_NOTE = msgspec.json.Decoder(_Note)
_URI = msgspec.json.Decoder(str)


def profile_of(address: str) -> str:
    """One address for all ways to write that of a Mastodon profile; any other as it is.

    "https://Example.org/users/Ana" and "https://example.org/@ana" are "https://example.org/@ana".
    """
    found = _PROFILE.fullmatch(address)
    if found is None:
        return address
    return f"https://{found[1].lower()}/@{found[2].lower()}"


class MastodonReader:
    """Reads statuses, activities and outboxes into a Gathering."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self.uris: Recent[str, str] = Recent(MOST_KNOWN)
        """The uris of statuses by their id on the instance that they were read from; bounded."""

    def read(self, payload: bytes | msgspec.Raw, where: str) -> None:
        """Takes one status, one activity, or an outbox.

        Raises:
            PayloadError: it can not be used, or holds no public post.
        """
        keys = keys_of(payload)
        if "orderedItems" in keys:
            items = decoded(_OUTBOX, payload).ordered_items or []
            for n, item in enumerate(items, 1):
                try:
                    self._activity(item)
                except PayloadError as exc:
                    self._into.problem(f"{where}#{n}", exc)
        elif "actor" in keys or "attributedTo" in keys:
            self._activity(payload)
        else:
            self.take(decoded(STATUS, payload))

    def take(self, status: Status) -> Post:
        """Takes a status that was decoded already.

        Raises:
            PayloadError: it can not be used, or is not public.
        """
        post = self.post_of(status)
        self._into.keep(post)
        return post

    def know(self, id_: str, uri: str) -> None:
        """Remembers what the instance calls a post."""
        self.uris.note(id_, uri)

    def post_of(self, status: Status) -> Post:
        """The post, not yet kept; those that it reposts or quotes are kept at once.

        Raises:
            PayloadError: it can not be used, or is not public.
        """
        if status.uri is None or status.account is None:
            raise PayloadError(NO_POST)
        if status.visibility not in _PUBLIC:
            raise PayloadError(NOT_PUBLIC)
        at = instant(status.created_at)
        if status.id:
            self.know(status.id, status.uri)
        author = self._account(status.account, at)
        if status.reblog is not None:
            original = self.take(status.reblog)
            return self._repost(status.uri, author, at, Reference(original.id, original.author))
        said = said_in(status.content or "")
        mentions = {m.id: self._account(m) for m in status.mentions or () if m.url}
        quoted = status.quote.quoted_status if status.quote else None
        quote = None if quoted is None else self.take(quoted)
        return self._post(
            status.uri,
            author,
            at,
            said.text,
            edited_at=None if status.edited_at is None else instant(status.edited_at),
            lang=status.language,
            reply_to=self._answered(status, author, mentions),
            quote_of=None if quote is None else Reference(quote.id, quote.author),
            mentions=tuple(mentions.values()),
            tags=[tag.name for tag in status.tags or ()],
            links=[*said.links, *([status.card.url] if status.card and status.card.url else [])],
        )

    def _answered(
        self, status: Status, author: AccountId, mentions: dict[str, AccountId]
    ) -> Reference | None:
        if status.in_reply_to_id is None:
            return None
        uri = self.uris.get(status.in_reply_to_id)
        own = status.account is not None and status.in_reply_to_account_id == status.account.id
        answered = author if own else mentions.get(status.in_reply_to_account_id or "")
        if uri is not None:
            return Reference(post_key(Platform.MASTODON, uri), answered)
        # Whom it answers is known, which post is not: a number that no other post has.
        return Reference(post_key(Platform.MASTODON, f"answered by {status.uri}"), answered)

    # ---- ActivityPub

    def _activity(self, payload: bytes | msgspec.Raw) -> None:
        activity = decoded(_ACTIVITY, payload)
        if activity.type == "Announce":
            subject = decoded(_URI, activity.object)
            if activity.id is None or activity.actor is None:
                raise PayloadError(NO_POST, keys=keys_of(payload))
            _check_public(activity.to, activity.cc)
            author = self._address(activity.actor)
            uri = activity.id.removesuffix("/activity")
            reference = self._reference(subject)
            self._into.keep(self._repost(uri, author, instant(activity.published), reference))
            return
        note = decoded(_NOTE, activity.object if activity.type == "Create" else payload)
        author_address = note.attributed_to or activity.actor
        if note.type not in ("Note", "Article", "Question", "Page") or note.id is None:
            raise PayloadError(NO_POST, keys=keys_of(payload))
        if author_address is None:
            raise PayloadError(NO_POST, keys=keys_of(payload))
        _check_public(note.to or activity.to, note.cc or activity.cc)
        said = said_in(note.content or "")
        named = note.tag if isinstance(note.tag, list) else [note.tag] if note.tag else []
        at = instant(note.published or activity.published)
        post = self._post(
            note.id,
            self._address(author_address),
            at,
            said.text,
            edited_at=None if note.updated is None else instant(note.updated),
            lang=None,
            reply_to=self._reference(note.in_reply_to) if note.in_reply_to else None,
            quote_of=None,
            mentions=tuple(
                self._address(one.href) for one in named if one.type == "Mention" and one.href
            ),
            tags=[one.name for one in named if one.type == "Hashtag" and one.name],
            links=list(said.links),
        )
        self._into.keep(post)

    def _reference(self, uri: str) -> Reference:
        found = _POST_OF.fullmatch(uri)
        author = None if found is None else self._address(found[1])
        return Reference(post_key(Platform.MASTODON, uri), author)

    # ---- both

    def _post(  # noqa: PLR0913, RUF100 what a post has
        self,
        uri: str,
        author: AccountId,
        at: datetime,
        text: str,
        *,
        edited_at: datetime | None,
        lang: str | None,
        reply_to: Reference | None,
        quote_of: Reference | None,
        mentions: tuple[AccountId, ...],
        tags: Iterable[str],
        links: list[str],
    ) -> Post:
        id_: PostId = post_key(Platform.MASTODON, uri)
        numbers = numbers_in(text)
        return Post(
            id=id_,
            platform=Platform.MASTODON,
            native_id=uri,
            author=author,
            at=at,
            text=text,
            lang=lang,
            conversation=id_ if reply_to is None else None,
            reply_to=reply_to,
            quote_of=quote_of,
            mentions=mentions,
            hashtags=hashtags_of([*tags, *_TAG.findall(text)]),
            links=links_of(links),
            question=numbers.question,
            answer=numbers.answer,
            asks=asks(text),
            edited_at=edited_at,
            claim=claim_in(text),
        )

    def _repost(self, uri: str, author: AccountId, at: datetime, subject: Reference) -> Post:
        return Post(
            id=post_key(Platform.MASTODON, uri),
            platform=Platform.MASTODON,
            native_id=uri,
            author=author,
            at=at,
            text=None,
            repost_of=subject,
        )

    def _account(self, account: _Account, at: datetime | None = None) -> AccountId:
        if not account.url:
            raise PayloadError("an account without its address")
        address = profile_of(account.url)
        id_ = account_key(Platform.MASTODON, address)
        refuses = (
            account.discoverable is False
            or account.indexable is False
            or account.noindex is True
            or bio_refuses(account.note or "")
        )
        handle = _handle(address, account.acct)
        if at is None:
            self._into.account(id_, Platform.MASTODON, address)
        else:
            name, us = account.display_name or "", to_us(at)
            if account.note and (claim := claim_in(said_in(account.note).text)) is not None:
                self._into.profiles.append(Profile(id_, at, refuses, claim))
            self._into.account(id_, Platform.MASTODON, address, us, handle, name, refuses=refuses)
        return id_

    def _address(self, address: str) -> AccountId:
        profile = profile_of(address)
        id_ = account_key(Platform.MASTODON, profile)
        self._into.account(id_, Platform.MASTODON, profile)
        return id_


def _handle(profile: str, acct: str | None) -> str:
    """name@host, the same on every instance."""
    found = _PROFILE.fullmatch(profile)
    return f"{found[2]}@{found[1]}" if found else acct or ""


def _check_public(*lists: list[str] | str | None) -> None:
    for one in lists:
        if not _AS_PUBLIC.isdisjoint([one] if isinstance(one, str) else one or ()):
            return
    raise PayloadError(NOT_PUBLIC)
