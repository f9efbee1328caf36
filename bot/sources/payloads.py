"""What every reader of JSON payloads shares: decoding that says what is wrong, never values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bot.errors import PayloadError
from bot.model.posts import Hashtag, hashtag_of, to_us

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

_PATH = re.compile(r" - at `\$?\.?([^`]*)`$")
# As JSON writes it, and not where the backslash before it is itself written with one.
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_MOST_KEYS = 20

NOT_JSON = "not JSON, or cut off"
NO_POST = "no post in it"

cached_hashtag = lru_cache(maxsize=1 << 14)(hashtag_of)


def decoded(decoder: msgspec.json.Decoder[T], payload: bytes | msgspec.Raw) -> T:
    """The payload as the decoder's type, without the NUL characters that no database keeps.

    Raises:
        PayloadError: it is no JSON; or a field has another type, then `path` says which.
    """
    if isinstance(payload, bytes) and b"\\u0000" in payload:
        payload = _NUL.sub(rb"\1", payload)
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as exc:
        where = _PATH.search(str(exc))
        raise PayloadError("a field has another type", where[1] if where else "") from exc
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise PayloadError(NOT_JSON) from exc


_ANY_KEYS: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(
    dict[str, msgspec.Raw]
)


def keys_of(payload: bytes | msgspec.Raw) -> tuple[str, ...]:
    """The names of a payload's keys, so that a problem can be understood without its values."""
    try:
        return tuple(_ANY_KEYS.decode(payload))[:_MOST_KEYS]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ()


def hashtags_of(shown: Iterable[str]) -> tuple[Hashtag, ...]:
    """The hashtags, each normal form once, in their order."""
    done: dict[str, Hashtag] = {}
    for one in shown:
        hashtag = cached_hashtag(one)
        if hashtag.normal:
            done.setdefault(hashtag.normal, hashtag)
    return tuple(done.values())


def instant(when: datetime | None) -> datetime:
    """The same instant in UTC.

    Raises:
        PayloadError: it is missing, or says no zone.
    """
    if when is None:
        raise PayloadError("a post without its time")
    if when.tzinfo is None:
        raise PayloadError("a time without a zone")
    return when if when.tzinfo is UTC else when.astimezone(UTC)


def us_or_none(when: datetime | None) -> int:
    """The instant in microseconds, -1 where there is none or it says no zone."""
    return to_us(when) if when is not None and when.tzinfo is not None else -1
