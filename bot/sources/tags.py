"""TAGS sheets: posts of X that a Google sheet has gathered, saved as CSV, one post a row."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import Post, Reference, post_key, to_us
from bot.sources.payloads import decoded, hashtags_of
from bot.sources.text import asks, claim_in, links_of, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.model.people import AccountId
    from bot.sources.base import Gathering

NEEDED = frozenset({"id_str", "from_user", "text", "created_at"})
_REPOST = re.compile(r"RT @(\w{1,20}):")
_TAG = re.compile(r"(?<![\w/&])[#\uff03](\w*[^\W\d]\w*)")


class _Payload(msgspec.Struct, gc=False):
    """Fields that are missing or null have their defaults."""


class _Tag(_Payload):
    text: str = ""


class _Mention(_Payload):
    id_str: str | None = None
    screen_name: str | None = None


class _Link(_Payload):
    expanded_url: str | None = None


class _Entities(_Payload):
    hashtags: list[_Tag] | None = None
    user_mentions: list[_Mention] | None = None
    urls: list[_Link] | None = None


_ENTITIES = msgspec.json.Decoder(_Entities)


def is_header(line: bytes) -> bool:
    """Whether a first line is that of a TAGS sheet."""
    return set(line.decode("utf-8", "replace").strip().replace('"', "").split(",")) >= NEEDED


class TagsReader:
    """Reads the rows of a sheet into a Gathering."""

    def __init__(self, into: Gathering) -> None:
        self._into = into

    def rows(self, header: bytes, lines: Iterable[tuple[int, bytes]], path: str) -> Iterator[None]:
        """Takes the rows below a header; one that can not be used is a Problem."""
        columns = next(csv.reader([header.decode("utf-8", "replace")]))
        at = [0]

        def texts() -> Iterator[str]:
            for number, line in lines:
                at[0] = number
                yield line.decode("utf-8", "replace").replace("\0", "")

        rows = csv.reader(texts())
        while True:
            try:
                values = next(rows, None)
                if values is None:
                    return
                self._into.lines += 1
                self._row(dict(zip(columns, values, strict=False)))
            except csv.Error:
                error = PayloadError("a row that is no CSV")
                self._into.problem(f"{path}:{at[0]}", error)
            except PayloadError as exc:
                self._into.problem(f"{path}:{at[0]}", exc)
            yield

    def _row(self, row: dict[str, str]) -> None:
        number, name = row.get("id_str", ""), row.get("from_user", "").lstrip("@")
        if not _is_number(number) or not name:
            raise PayloadError("a row without the whole number of its post")
        at = _time(row.get("created_at", ""))
        author = self._account(row.get("from_user_id_str", ""), name, to_us(at))
        text = row.get("text", "")
        entities = _Entities()
        if row.get("entities_str"):
            entities = decoded(_ENTITIES, row["entities_str"].encode())
        named = {
            m.screen_name.casefold(): self._account(m.id_str or "", m.screen_name)
            for m in entities.user_mentions or ()
            if m.screen_name
        }
        id_ = post_key(Platform.X, number)
        post = Post(id=id_, platform=Platform.X, native_id=number, author=author, at=at, text=text)
        if repost := _REPOST.match(text):
            original = self._account_named(repost[1], named)
            # The sheet does not say which post was reposted: a number that no other post has.
            key = post_key(Platform.X, f"reposted by {number}")
            self._into.keep(post._replace(text=None, repost_of=Reference(key, original)))
            return
        answered = row.get("in_reply_to_status_id_str", "")
        reply = None
        if _is_number(answered):
            screen = row.get("in_reply_to_screen_name", "")
            to = row.get("in_reply_to_user_id_str", "")
            target = self._account(to, screen) if to or screen else None
            reply = Reference(post_key(Platform.X, answered), target)
        numbers = numbers_in(text)
        tags = [tag.text for tag in entities.hashtags or ()] or _TAG.findall(text)
        links = [link.expanded_url for link in entities.urls or () if link.expanded_url]
        self._into.keep(
            post._replace(
                reply_to=reply,
                conversation=id_ if reply is None else None,
                mentions=tuple(named.values()),
                hashtags=hashtags_of(tags),
                links=links_of(links),
                question=numbers.question,
                answer=numbers.answer,
                asks=asks(text),
                claim=claim_in(text),
            )
        )

    def _account_named(self, name: str, named: dict[str, AccountId]) -> AccountId:
        return named.get(name.casefold()) or self._account("", name)

    def _account(self, number: str, name: str, seen_us: int = -1) -> AccountId:
        """By its number; where the sheet has only a name, by that."""
        native = number if _is_number(number) else f"@{name.casefold()}"
        id_ = account_key(Platform.X, native)
        self._into.account(id_, Platform.X, native, seen_us, name)
        return id_


def _is_number(text: str) -> bool:
    """A spreadsheet turns long numbers into 1.23E+18: those are lost."""
    return text.isascii() and text.isdecimal()


def _time(text: str) -> datetime:
    for form in ("%a %b %d %H:%M:%S %z %Y", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z"):
        try:
            return datetime.strptime(text, form).astimezone(UTC)
        except ValueError:
            continue
    raise PayloadError("a post without its time")
