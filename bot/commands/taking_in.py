"""What `crosstie import` does: archives into the database, every line of them counted."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import json
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from bot.model.posts import EngagementKind
from bot.services.ingest import Ingest
from bot.sources.beside import size_of
from bot.store.migrate import ensure_current
from bot.store.open import open_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from bot.clock import Clock
    from bot.model.posts import Page, Problem
    from bot.services.ingest import Taken
    from bot.sources.base import Progress
    from bot.store.database import Database

_SOURCE = "archive"
_ID_OF = attrgetter("id")
_POST_OF = attrgetter("post")
_KIND_OF = attrgetter("kind")
_PLACES_NAMED = 20


class PagesOf(Protocol):
    """What reads archives, in this process (`Archives`) or another (`Beside`)."""

    @property
    def progress(self) -> Progress:
        """How far it is."""
        ...

    def pages(self, paths: Sequence[Path]) -> Iterator[Page]:
        """Everything that can be read in the files and folders, in their order."""
        ...


# No repr: asyncio.run asks for one of its task, and with that of the task's result, twice; with all
# the ids it would take longer than a page.
@dataclass(slots=True, repr=False)
class Imported:
    """What was read, and what became of it."""

    files: int = 0
    lines: int = 0
    new_posts: int = 0
    deletions: int = 0
    objected: int = 0
    seconds: float = 0.0
    kinds: Counter[EngagementKind] = field(default_factory=Counter)
    left_out: dict[str, list[str]] = field(default_factory=dict)
    """Where, by reason; at most twenty places each."""
    skipped: Counter[str] = field(default_factory=Counter)
    """How many, by reason."""
    _posts: set[int] = field(default_factory=set)
    _engaging: set[int] = field(default_factory=set)
    _people: set[int] = field(default_factory=set)

    def add(self, page: Page, taken: Taken) -> None:
        """Counts a page that was taken in; what was read before counts once."""
        self.lines += page.lines
        self.new_posts += taken.new_posts
        self.deletions += taken.deletions
        self.objected += taken.objected
        self.kinds.update(map(_KIND_OF, taken.engagements))
        self.kinds.update(e.kind for e in taken.repeated if e.post not in self._engaging)
        self._engaging.update(map(_POST_OF, taken.repeated), map(_POST_OF, taken.engagements))
        self._posts.update(map(_ID_OF, page.posts))
        self._people.update(map(_ID_OF, page.accounts))
        for problem in page.problems:
            self.skip(problem)

    def skip(self, problem: Problem) -> None:
        """Counts and names what could not be used."""
        self.skipped[problem.reason] += 1
        places = self.left_out.setdefault(problem.reason, [])
        if len(places) < _PLACES_NAMED:
            places.append(problem.where)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all could be used, and something was wrong."""
        return bool(self.skipped) and not (self._posts or self.kinds or self.deletions)

    @property
    def is_incomplete(self) -> bool:
        """Whether anything was left out."""
        return bool(self.skipped or self.objected)

    def what_was_left_out(self) -> list[str]:
        """One line a reason: how many, and where."""
        told = []
        for reason, count in self.skipped.most_common():
            places = ", ".join(self.left_out[reason])
            more = f", and {count - _PLACES_NAMED} more" if count > _PLACES_NAMED else ""
            told.append(f"left out: {count} × {reason}: {places}{more}")  # noqa: RUF001
        if self.objected:
            told.append(f"left out: {self.objected} posts of people who objected")
        return told

    def as_text(self) -> str:
        """The summary for people, in one line."""
        return (
            f"{len(self._posts):,} posts read, {self.new_posts:,} of them new; "
            f"{len(self._people):,} people, {self.kinds.total():,} engagements, "
            f"{self.deletions:,} deletions; {self.skipped.total():,} left out; "
            f"{self.seconds:.1f} s"
        )

    def as_json(self) -> str:
        """The summary that the contract names."""
        return json.dumps(self.summary(), ensure_ascii=False)

    def summary(self) -> dict[str, object]:
        """The JSON object that the contract names."""
        posts = len(self._posts)
        return {
            "files": self.files,
            "lines": self.lines,
            "posts": posts,
            "new_posts": self.new_posts,
            "people": len(self._people),
            "engagements": self.kinds.total(),
            "reposts": self.kinds[EngagementKind.REPOST],
            "replies": self.kinds[EngagementKind.REPLY],
            "quotes": self.kinds[EngagementKind.QUOTE],
            "mentions": self.kinds[EngagementKind.MENTION],
            "contacts": self.kinds[EngagementKind.CONTACT],
            "deletions": self.deletions,
            "skipped": self.skipped.total(),
            "left_out": [
                {"reason": reason, "count": count, "where": self.left_out[reason]}
                for reason, count in self.skipped.most_common()
            ],
            "objected": self.objected,
            "seconds": round(self.seconds, 3),
            "posts_per_s": round(posts / self.seconds) if self.seconds else 0,
        }


def run(
    database_url: str, clock: Clock, archives: PagesOf, paths: Sequence[Path], *, shift_to_now: bool
) -> Imported:
    """Imports archives into the database at this address, which is given a schema if it is empty.

    Raises:
        ConfigError: the address of the database is wrong.
        StoreError: the database can not be used.
        SourceError: the process that reads the archives was ended from outside.
    """
    with _few_collections():
        return asyncio.run(_run(database_url, clock, archives, paths, shift_to_now=shift_to_now))


async def _run(
    database_url: str, clock: Clock, archives: PagesOf, paths: Sequence[Path], *, shift_to_now: bool
) -> Imported:
    async with open_database(database_url) as db:
        await ensure_current(db, make_empty=True)
        return await import_archives(
            db, clock, archives, paths, shift_to_now=shift_to_now, show=sys.stderr.isatty()
        )


async def import_archives(  # noqa: PLR0913, RUF100 what the command line has
    db: Database,
    clock: Clock,
    archives: PagesOf,
    paths: Sequence[Path],
    *,
    shift_to_now: bool = False,
    show: bool = False,
) -> Imported:
    """Imports archives into an open database."""
    done = Imported()
    ingest = Ingest(db, clock)
    with _progress(size_of(paths) * (2 if shift_to_now else 1), show=show) as tell:
        by = timedelta()
        if shift_to_now:
            last = await asyncio.to_thread(_last_instant, archives, paths, tell)
            by = clock.now() - last if last is not None else by
            archives.progress.files = 0
        await _take_all(archives.pages(paths), ingest, done, by, tell, archives.progress)
    done.files = archives.progress.files
    return done


async def _take_all(  # noqa: PLR0913, RUF100 one loop, named
    pages: Iterator[Page],
    ingest: Ingest,
    done: Imported,
    by: timedelta,
    tell: Callable[[int], None],
    progress: Progress,
) -> None:
    """Takes page after page; while one is written, the next one is read in a thread."""
    try:
        async with asyncio.TaskGroup() as tasks:
            reading = tasks.create_task(asyncio.to_thread(next, pages, None))
            while (page := await reading) is not None:
                reading = tasks.create_task(asyncio.to_thread(next, pages, None))
                if by:
                    page = _shifted(page, by)
                done.add(page, await ingest.take(page, _SOURCE))
                tell(progress.bytes_read)
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None  # it failed in one place


def _last_instant(
    archives: PagesOf, paths: Sequence[Path], tell: Callable[[int], None]
) -> datetime | None:
    """When the last post or engagement of the archives was."""
    last: datetime | None = None
    for page in archives.pages(paths):
        times = [post.at for post in page.posts]
        times += [engagement.at for engagement in page.engagements]
        last = max([last, *times] if last is not None else times, default=None)
        tell(archives.progress.bytes_read)
    return last


def _shifted(page: Page, by: timedelta) -> Page:
    """The page as if everything had happened `by` later."""
    return dataclasses.replace(
        page,
        posts=tuple(
            post._replace(at=post.at + by, edited_at=post.edited_at and post.edited_at + by)
            for post in page.posts
        ),
        engagements=tuple(e._replace(at=e.at + by) for e in page.engagements),
        deletions=tuple(dataclasses.replace(d, at=d.at + by) for d in page.deletions),
    )


@contextmanager
def _few_collections() -> Iterator[None]:
    """Millions of small values without a circle among them: searching for circles costs a fifth.

    What does hold circles is made once a page, and by errors: it is looked for very seldom.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(2_000_000, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def _progress(total: int, *, show: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, for people; nothing where standard error is no terminal."""
    if not show:
        yield lambda _bytes_read: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("reading"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total)
        yield lambda bytes_read: bar.update(task, completed=bytes_read)
