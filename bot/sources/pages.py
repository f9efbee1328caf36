"""Pages of archives as bytes, from the process that reads them to the one that writes them down."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

import msgspec

from bot.model.people import Account, AccountId, Platform
from bot.model.posts import Deletion, Departure, Engagement, Page, Post, Problem

_ROW_OF = attrgetter("id", "platform", "native_id", "handle", "name", "refuses", "seen_at")


class _Told(msgspec.Struct, array_like=True, gc=False):
    """What a page of an archive holds. Cursors and gaps are for live Sources only."""

    posts: tuple[Post, ...]
    accounts: list[tuple[AccountId, Platform, str, str | None, str | None, bool, datetime | None]]
    deletions: tuple[Deletion, ...]
    departures: tuple[Departure, ...]
    problems: tuple[Problem, ...]
    engagements: tuple[Engagement, ...]
    lines: int
    files: int
    bytes_read: int


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Told)


def bytes_of(page: Page, files: int, bytes_read: int) -> bytes:
    """A page, and how far the reading is."""
    return _ENCODER.encode(
        _Told(
            page.posts,
            [_ROW_OF(account) for account in page.accounts],
            page.deletions,
            page.departures,
            page.problems,
            page.engagements,
            page.lines,
            files,
            bytes_read,
        )
    )


def page_of(told: bytes) -> tuple[Page, int, int]:
    """The page, the number of files begun, and of the bytes read."""
    it = _DECODER.decode(told)
    page = Page(
        posts=it.posts,
        accounts=tuple(Account(*row) for row in it.accounts),
        deletions=it.deletions,
        departures=it.departures,
        problems=it.problems,
        engagements=it.engagements,
        lines=it.lines,
    )
    return page, it.files, it.bytes_read
