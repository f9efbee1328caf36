"""One search on X, page by page, each page paid for before it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import RateLimited, SourceRefused
from bot.model.budget import LEAST_POSTS, Level
from bot.sources.x_api import TooOld
from bot.sources.x_query import queries_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.budget import Reservation
    from bot.sources.base import Allowance
    from bot.sources.x_api import XApi
    from bot.sources.x_spans import Span

_PAGE = 100
_RESTS_AT_MOST = timedelta(minutes=30)
_LAST_PAGES = 5
"""A day after a session its hashtag may be used for something else: no more is paid for."""


@dataclass(slots=True)
class Search:
    """Where a search is. It counts as read up to its newest post once all its pages came."""

    span: Span
    started_at: datetime
    last: bool
    """Whether it is the one a day after the end."""
    next_token: str | None = None
    newest: str | None = None
    pages: int = 0
    is_done: bool = False
    asked_at: datetime | None = None
    """When its last page was asked for."""
    reserved: Reservation | None = None

    def is_stale(self, now: datetime) -> bool:
        """Whether it rested so long that it has to begin anew: time went on, perhaps a month."""
        return now - (self.asked_at or self.started_at) > _RESTS_AT_MOST


async def search_once(
    api: XApi, budget: Allowance, search: Search, level: Level, now: datetime
) -> dict[str, Any]:
    """The next page of a search.

    Raises:
        SourceError: it did not come; the search can be asked again.
    """
    span = search.span
    search.asked_at = now
    query = queries_of([span.tag], reposts=level < Level.NO_REPOSTS)
    if not query:
        search.is_done = True
        return {}
    if search.reserved is None:
        search.reserved = await _reserved(budget, level, now)
    reserved = search.reserved
    try:
        found = await api.search(
            query[0],
            most=reserved.posts,
            authors=reserved.users > 0 and level is Level.FULL,
            since_id=span.since_id(search.started_at),
            start_time=span.start_time(search.started_at),
            end_time=span.end_time(search.started_at),
            next_token=search.next_token,
        )
    except (SourceRefused, RateLimited):
        search.reserved = None
        await budget.release(reserved)
        raise
    except TooOld:
        # Nothing was read. Without the id it is asked from the session's start; if that is what
        # X does not take, there is nothing that could be asked.
        search.reserved = None
        await budget.release(reserved)
        search.is_done = span.since is None
        span.since = search.next_token = None
        return {}
    answer = found.answer
    posts = [str(post["id"]) for post in _objects(answer.get("data"))]
    includes = answer.get("includes")
    users = _objects(includes.get("users")) if isinstance(includes, dict) else []
    await budget.settle(
        reserved, posts, [str(user["id"]) for user in users], asked_at=now, billed_at=found.at
    )
    search.reserved = None
    search.pages += 1
    known = [search.newest, *posts] if search.newest else posts
    search.newest = max((id_ for id_ in known if id_.isdecimal()), key=int, default=None)
    meta = answer.get("meta")
    token = meta.get("next_token") if isinstance(meta, dict) else None
    search.next_token = token if isinstance(token, str) and token else None
    search.is_done = search.next_token is None or (search.last and search.pages >= _LAST_PAGES)
    return answer


async def _reserved(budget: Allowance, level: Level, now: datetime) -> Reservation:
    """The largest page that can be paid for."""
    sizes = [(_PAGE, _PAGE)] if level is Level.FULL else []
    for posts, users in (*sizes, (_PAGE, 0), (LEAST_POSTS, 0)):
        made = await budget.reserve(posts, users)
        if made is not None:
            return made
    raise RateLimited("the rest of the budget for X is put aside", now + timedelta(minutes=1))


def _objects(value: object) -> list[dict[str, Any]]:
    """The objects with an id in a list that X gave, whatever else is in it."""
    if not isinstance(value, list):
        return []
    return [one for one in value if isinstance(one, dict) and one.get("id")]
