"""Plain interactions: a folder of CSV files, pseudonymous people, no texts.

interactions.csv (ts, source, target, kind), posts.csv (ts, source, tags, kind), each also as .gz;
meta.json may give the set a name. Ids count within a set only, so its name is part of them.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PayloadError
from bot.model.people import AccountId, Platform, account_key
from bot.model.posts import Engagement, EngagementKind, Post, PostId, from_us, post_key
from bot.sources.payloads import hashtags_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.sources.base import Gathering

INTERACTIONS = "interactions.csv"
POSTS = "posts.csv"
COLUMNS = {
    INTERACTIONS: ("ts", "source", "target", "kind"),
    POSTS: ("ts", "source", "tags", "kind"),
}

_KINDS = {kind.value: kind for kind in EngagementKind}
_LAST_S = 1 << 40


class _Meta(msgspec.Struct, gc=False):
    name: str = ""


_META = msgspec.json.Decoder(_Meta)


def name_of_set(meta: bytes | None, otherwise: str) -> str:
    """The name that a set gives itself in meta.json."""
    try:
        return (_META.decode(meta).name if meta else "") or otherwise
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return otherwise


class PlainReader:
    """Reads the lines of one set into a Gathering."""

    def __init__(self, into: Gathering, name: str) -> None:
        self._into = into
        self._name = name
        self._ids: dict[str, AccountId] = {}
        self._second = ""
        self._before: dict[tuple[str, ...], int] = {}

    def reader(self, file: str) -> Callable[[bytes, str], None]:
        """What reads the lines of `file`, which is interactions.csv or posts.csv."""
        self._second, self._before = "", {}
        return self._interaction if file == INTERACTIONS else self._post

    def _interaction(self, line: bytes, where: str) -> None:
        ts, source, target, kind = _cells(line, 4)
        if not source or not target:
            raise PayloadError("an interaction without its source or its target")
        at = self._instant(ts)
        post = self._moment(ts, source, self._again(ts, source, target, kind))
        author, other = self._account(source), self._account(target)
        if author == other:
            return
        # What we have no word for, like an e-mail, is a direct contact.
        known = _KINDS.get(kind, EngagementKind.CONTACT)
        self._into.engagements.append(Engagement(post, author, other, known, at))

    def _post(self, line: bytes, where: str) -> None:
        ts, source, tags, kind = _cells(line, 4)
        if not source:
            raise PayloadError("a post without its author")
        again = self._again(ts, source, kind)
        self._into.keep(
            Post(
                id=self._moment(ts, source, again),
                platform=Platform.PLAIN,
                native_id=self._native(ts, source, again),
                author=self._account(source),
                at=self._instant(ts),
                text=None,
                hashtags=hashtags_of(tags.split(";")),
            )
        )

    def _again(self, ts: str, *what: str) -> int:
        """How often the same was read before for this second: 0 the first time."""
        if ts != self._second:
            self._second, self._before = ts, {}
        seen = self._before.get(what, -1) + 1
        self._before[what] = seen
        return seen

    def _native(self, ts: str, source: str, again: int) -> str:
        return f"{self._name}/{source}/{ts}" + (f"/{again}" if again else "")

    def _moment(self, ts: str, source: str, again: int) -> PostId:
        """The post of that second: what somebody did towards several people is one post."""
        return post_key(Platform.PLAIN, self._native(ts, source, again))

    def _account(self, name: str) -> AccountId:
        id_ = self._ids.get(name)
        native_id = f"{self._name}/{name}"
        if id_ is None:
            id_ = self._ids[name] = account_key(Platform.PLAIN, native_id)
        self._into.account(id_, Platform.PLAIN, native_id)
        return id_

    def _instant(self, ts: str) -> datetime:
        if not (ts.isascii() and ts.isdecimal()) or int(ts) >= _LAST_S:
            raise PayloadError("a time that is no number of seconds")
        try:
            at = from_us(int(ts) * 1_000_000)
        except OverflowError as exc:
            raise PayloadError("a time that is no number of seconds") from exc
        self._into.check(at)
        return at


def _cells(line: bytes, count: int) -> list[str]:
    try:
        text = line.decode().strip("\r\n").replace("\0", "")
        cells = text.split(",") if '"' not in text else next(csv.reader([text]))
    except (UnicodeDecodeError, csv.Error, StopIteration) as exc:
        raise PayloadError("no line of a CSV file") from exc
    if len(cells) != count:
        raise PayloadError("a line with another number of cells")
    return cells


def header_is_right(line: bytes, file: str) -> bool:
    """Whether the first line names the columns of this kind of file, in their order."""
    try:
        return tuple(_cells(line, 4)) == COLUMNS[file]
    except PayloadError:
        return False
