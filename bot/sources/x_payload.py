"""The shapes of X's payloads, in the classic naming of fields and that since OpenAPI 2.167.

Only the fields that are needed; the decoder skips all others.
"""

from __future__ import annotations

from datetime import datetime

import msgspec


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class XMention(_Payload):
    """Somebody named in a text."""

    id: str | None = None
    username: str | None = None


class XTag(_Payload):
    """A hashtag of a text, without #."""

    tag: str = ""


class XLink(_Payload):
    """An address in a text."""

    expanded_url: str | None = None
    unwound_url: str | None = None


class XEntities(_Payload):
    """What X found in a text."""

    mentions: list[XMention] | None = None
    hashtags: list[XTag] | None = None
    urls: list[XLink] | None = None


class XNote(_Payload):
    """The whole of a text longer than 280 characters."""

    text: str | None = None
    entities: XEntities | None = None


class XUser(_Payload):
    """A user as X gives it."""

    id: str = ""
    username: str = ""
    name: str = ""
    description: str | None = None
    protected: bool | None = None


class XGone(_Payload):
    """A post that is gone."""

    id: str = ""


class XDelete(_Payload):
    """A deletion, as the compliance stream tells it."""

    tweet: XGone | None = None
    event_at: datetime | None = None


class XPost(_Payload):
    """A post as X gives it, in either naming."""

    id: str = ""
    text: str | None = None
    author_id: str | None = None
    author: XUser | None = None
    created_at: datetime | None = None
    lang: str | None = None
    conversation_id: str | None = None
    in_reply_to_user_id: str | None = None
    entities: XEntities | None = None
    note_tweet: XNote | None = None
    note_post: XNote | None = None
    referenced_tweets: list[XReference] | None = None
    referenced_posts: list[XReference] | None = None
    edit_history_tweet_ids: list[str] | None = None
    edit_history_post_ids: list[str] | None = None
    delete: XDelete | None = None
    """Only on lines of the compliance stream."""


class XReference(XPost):
    """A post that another points at; flattened archives hold it whole."""

    type: str = ""


class XIncludes(_Payload):
    """What was asked for beside the posts, under the classic and the new name."""

    users: list[XUser] | None = None
    tweets: list[XPost] | None = None
    posts: list[XPost] | None = None


class XTwarc(_Payload):
    """What twarc notes about its own reading."""

    retrieved_at: datetime | None = None


class XLine(XPost, rename={"twarc": "__twarc"}):
    """A page, a stream line or a flattened post: one struct reads all three."""

    data: list[XPost] | XPost | None = None
    includes: XIncludes | None = None
    twarc: XTwarc | None = None


class XLooseIncludes(_Payload):
    """The same before each part is read."""

    users: list[msgspec.Raw] | None = None
    tweets: list[msgspec.Raw] | None = None
    posts: list[msgspec.Raw] | None = None


class XLooseLine(_Payload):
    """A page before each post is read, for one in which something has another shape."""

    data: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    includes: XLooseIncludes | None = None


LINE_DECODER = msgspec.json.Decoder(XLine)
LOOSE_DECODER = msgspec.json.Decoder(XLooseLine)
RAWS_DECODER = msgspec.json.Decoder(list[msgspec.Raw])
POST_DECODER = msgspec.json.Decoder(XPost)
USER_DECODER = msgspec.json.Decoder(XUser)
