"""Bluesky, as Jetstream tells it: frames of version 1 (`/subscribe`) and 2 (`subscribeEvents`)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import (
    Absence,
    Cursor,
    Deletion,
    Departure,
    Post,
    Profile,
    Reference,
    from_us,
    post_key,
    to_us,
)
from bot.sources.html import refuses_in
from bot.sources.payloads import NO_POST, decoded, hashtags_of, instant, keys_of, us_or_none
from bot.sources.text import asks, claim_in, links_of, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.model.people import AccountId
    from bot.sources.base import Gathering

POSTS = "app.bsky.feed.post"
REPOSTS = "app.bsky.feed.repost"
PROFILES = "app.bsky.actor.profile"
SIGNED_IN_ONLY = "!no-unauthenticated"
"""The label by which an account asks to be shown only to who is signed in to Bluesky."""

_GONE = frozenset({"deleted", "takendown"})
_STILL_THERE = frozenset({"desynchronized", "throttled"})
"""States of a host, not of the account: it is seen all the same."""

_SILENT = frozenset({"identity", "account", "sync", "info"})
"""Kinds of events that are understood and hold no post."""


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class _Feature(_Payload, rename={"type": "$type"}):
    type: str = ""
    tag: str | None = None
    did: str | None = None
    uri: str | None = None


class _Facet(_Payload):
    features: list[_Feature] | None = None


class _Strong(_Payload):
    """A reference to a record; in an embed with media the reference is one level deeper."""

    uri: str | None = None
    record: _Strong | None = None


class _External(_Payload):
    uri: str | None = None


class _Media(_Payload):
    external: _External | None = None


class _Embed(_Payload):
    record: _Strong | None = None
    external: _External | None = None
    media: _Media | None = None


class _Reply(_Payload):
    root: _Strong | None = None
    parent: _Strong | None = None


class _Record(_Payload, rename={"created_at": "createdAt"}):
    text: str | None = None
    created_at: datetime | None = None
    langs: list[str] | None = None
    tags: list[str] | None = None
    facets: list[_Facet] | None = None
    reply: _Reply | None = None
    embed: _Embed | None = None
    subject: _Strong | None = None


class _Value(_Payload):
    val: str = ""


class _SelfLabels(_Payload):
    values: list[_Value] | None = None


class _ProfileRecord(_Payload):
    description: str | None = None
    labels: _SelfLabels | None = None


class Commit(_Payload):
    """One change of one record, the record not yet read."""

    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Identity(_Payload):
    did: str = ""
    handle: str | None = None


class _Account(_Payload):
    active: bool | None = None
    status: str | None = None

    @property
    def is_gone(self) -> bool:
        """Whether it was deleted or taken down, for good or for long."""
        return self.active is False and self.status in _GONE

    @property
    def is_away(self) -> bool | None:
        """Whether it is not to be shown for a while; None where this says nothing of it."""
        if self.active is False:
            return None if self.status in _GONE | _STILL_THERE else True
        return False if self.active else None


class _Event(_Payload, rename={"type": "$type"}):
    """An event of version 2, or a frame of version 1; both say the same in other places."""

    type: str = ""
    kind: str = ""
    did: str = ""
    seq: int | None = None
    time: datetime | None = None
    time_us: int | None = None
    commit: Commit | None = None
    identity: _Identity | None = None
    account: _Account | None = None
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    record: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class _Frame(_Event):
    payload: _Event | None = None
    error: str | None = None


_FRAME = msgspec.json.Decoder(_Frame)
_RECORD = msgspec.json.Decoder(_Record)
_PROFILE = msgspec.json.Decoder(_ProfileRecord)


class Opened(NamedTuple):
    """A frame whose envelope was read; the record in it was not."""

    payload: bytes | msgspec.Raw
    event: _Event
    commit: Commit | None
    kind: str
    """commit, identity, account, sync, info; error, where version 2 says that it ends."""
    seq: int | None
    """Version 2 only."""
    at_us: int
    """When Jetstream saw the event; -1 where it does not say."""
    error: str = ""

    @property
    def uri(self) -> str:
        """The address of the record that a commit is about."""
        if self.commit is None:
            return ""
        return f"at://{self.event.did}/{self.commit.collection}/{self.commit.rkey}"


def opened(payload: bytes | msgspec.Raw) -> Opened:
    """Reads the envelope of a frame; the record is left as it is.

    Raises:
        PayloadError: it is no frame.
    """
    frame = decoded(_FRAME, payload)
    event: _Event = frame if frame.payload is None else frame.payload
    commit = event.commit
    if commit is None and event.collection:
        commit = Commit(event.operation, event.collection, event.rkey, event.record)
    kind = event.kind.casefold() or event.type.rpartition("#")[2]
    if frame.payload is None and frame.type == "error":
        kind = "error"
    at_us = event.time_us
    if at_us is None or not 0 <= at_us < 1 << 56:
        at_us = us_or_none(event.time)
    return Opened(payload, event, commit, kind, event.seq, at_us, frame.error or "")


class JetstreamReader:
    """Reads Jetstream frames of both versions into a Gathering."""

    def __init__(self, into: Gathering) -> None:
        self._into = into
        self.cursor: Cursor | None = None
        """After the last frame: the seq of version 2, the microseconds of version 1."""

    def read(self, payload: bytes | msgspec.Raw, where: str) -> None:
        """Takes one frame.

        Raises:
            PayloadError: it can not be used, or holds no post.
        """
        self.take(opened(payload))

    def take(self, frame: Opened) -> Post | None:
        """Takes one frame; the post of it, where it has one.

        Raises:
            PayloadError: it can not be used, or holds no post.
        """
        event, commit = frame.event, frame.commit
        position = event.time_us if frame.seq is None else frame.seq
        if position is not None:
            self.cursor = Cursor(str(position))
        if frame.kind in _SILENT:
            if event.identity is not None and event.identity.handle:
                self._account(event.did, event.identity.handle, to_us(_witnessed(event)))
            if event.account is not None and event.did:
                self._stands(event, event.account)
            return None
        if commit is not None and commit.collection == PROFILES and event.did:
            self._profile(event, commit)
            return None
        if commit is None or commit.collection not in (POSTS, REPOSTS):
            raise PayloadError(NO_POST, keys=keys_of(frame.payload))
        if not event.did or not commit.rkey:
            raise PayloadError(NO_POST, keys=keys_of(frame.payload))
        return self._commit(event, commit)

    def _stands(self, event: _Event, account: _Account) -> None:
        id_, at = account_key(Platform.BLUESKY, event.did), _witnessed(event)
        if account.is_gone:
            self._into.departures.append(Departure(id_, at))
        elif account.is_away is not None:
            self._into.absences.append(Absence(id_, at, account.is_away))

    def _profile(self, event: _Event, commit: Commit) -> None:
        """What somebody changed in their profile; deleted, it says nothing."""
        given = bytes(commit.record) not in (b"", b"null")
        record = decoded(_PROFILE, commit.record) if given else _ProfileRecord()
        said = record.description or ""
        labels = {one.val for one in (record.labels or _SelfLabels()).values or ()}
        refuses = SIGNED_IN_ONLY in labels or refuses_in(said)
        id_ = self._account(event.did)
        self._into.profiles.append(Profile(id_, _witnessed(event), refuses, claim_in(said)))

    def _commit(self, event: _Event, commit: Commit) -> Post | None:
        at = _witnessed(event)
        uri = f"at://{event.did}/{commit.collection}/{commit.rkey}"
        if commit.operation == "delete":
            self._into.deletions.append(Deletion(post_key(Platform.BLUESKY, uri), at))
            return None
        if bytes(commit.record) in (b"", b"null"):
            raise PayloadError("a post without its record")
        record = decoded(_RECORD, commit.record)
        edited = at if commit.operation == "update" else None
        # The author's clock says when it was written; it can not be later than it was seen.
        created = at if record.created_at is None else min(instant(record.created_at), at)
        if commit.collection == REPOSTS:
            post = self._repost(event.did, uri, created, record)
        else:
            post = self._post(event.did, uri, created, edited, record)
        self._into.keep(post)
        return post

    def _repost(self, did: str, uri: str, at: datetime, record: _Record) -> Post:
        subject = self._reference(record.subject)
        if subject is None:
            raise PayloadError("a repost without its post")
        return Post(
            id=post_key(Platform.BLUESKY, uri),
            platform=Platform.BLUESKY,
            native_id=uri,
            author=self._account(did),
            at=at,
            text=None,
            repost_of=subject,
        )

    def _post(
        self, did: str, uri: str, at: datetime, edited: datetime | None, record: _Record
    ) -> Post:
        if record.text is None:
            raise PayloadError("a post without its text")
        features = [f for facet in record.facets or () for f in facet.features or ()]
        tags = [f.tag for f in features if f.tag] + (record.tags or [])
        reply = record.reply or _Reply()
        answered = self._reference(reply.parent)
        if record.reply is not None and answered is None:
            raise PayloadError("a reply without its post")
        root = self._reference(reply.root)
        numbers = numbers_in(record.text)
        id_ = post_key(Platform.BLUESKY, uri)
        return Post(
            id=id_,
            platform=Platform.BLUESKY,
            native_id=uri,
            author=self._account(did),
            at=at,
            text=record.text,
            lang=record.langs[0] if record.langs else None,
            conversation=root.post if root else id_,
            reply_to=answered,
            quote_of=self._quoted(record.embed),
            mentions=tuple(self._account(f.did) for f in features if f.did),
            hashtags=hashtags_of(tags),
            links=links_of(list(_addresses(features, record.embed))),
            question=numbers.question,
            answer=numbers.answer,
            asks=asks(record.text),
            edited_at=edited,
            claim=claim_in(record.text),
        )

    def _quoted(self, embed: _Embed | None) -> Reference | None:
        strong = embed.record if embed else None
        if strong is not None and strong.uri is None:
            strong = strong.record
        if strong is None or strong.uri is None or f"/{POSTS}/" not in strong.uri:
            return None  # a list, a feed, a starter pack: nobody's post
        return self._reference(strong)

    def _reference(self, strong: _Strong | None) -> Reference | None:
        if strong is None or strong.uri is None:
            return None
        did = strong.uri.removeprefix("at://").partition("/")[0]
        if not strong.uri.startswith("at://did:") or not did:
            raise PayloadError("a reference that is no at:// address of an account")
        return Reference(post_key(Platform.BLUESKY, strong.uri), self._account(did))

    def _account(self, did: str, handle: str = "", seen_us: int = -1) -> AccountId:
        id_ = account_key(Platform.BLUESKY, did)
        self._into.account(id_, Platform.BLUESKY, did, seen_us, handle)
        return id_


def _witnessed(event: _Event) -> datetime:
    """When Jetstream saw the event."""
    if event.time is not None:
        return instant(event.time)
    if event.time_us is None or not 0 <= event.time_us < 1 << 56:
        raise PayloadError("a post without its time")
    return from_us(event.time_us)


def _addresses(features: list[_Feature], embed: _Embed | None) -> Iterator[str]:
    for feature in features:
        if feature.uri:
            yield feature.uri
    if embed is None:
        return
    for external in (embed.external, embed.media.external if embed.media else None):
        if external is not None and external.uri:
            yield external.uri
