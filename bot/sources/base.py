"""What every Source is, and how one gathers what it read into a Page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.errors import PayloadError
from bot.model.people import (
    LESS_THAN_A_PROFILE,
    NOTHING_SEEN,
    Account,
    AccountId,
    Platform,
    account_rank,
)
from bot.model.posts import (
    Absence,
    Cursor,
    Deletion,
    Departure,
    Engagement,
    LocalId,
    Page,
    Post,
    PostId,
    Problem,
    Profile,
    Watch,
    from_us,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from bot.model.budget import Level, Reservation
    from bot.model.compliance import Gone, Held, Job

FUTURE = "a date in the future"

_MOST_SEEN = 1 << 20


class AsksTitles(Protocol):
    """Whoever can tell what a page calls itself."""

    async def title_of(self, url: str) -> str:
        """The title; empty where there is none to be had. It never raises."""
        ...


class Source(Protocol):
    """Where Posts of one platform come from; polling and streaming look the same."""

    name: str
    """The name under which its Cursor is kept."""

    async def next_page(self, after: Cursor | None) -> Page:
        """Waits until it has something, and gives it with the Cursor to ask with next.

        Raises:
            SourceUnavailable: try again later.
            RateLimited: not before `retry_at`.
            SourceRefused: park it and tell the owner.
        """
        ...

    async def watch(self, watches: frozenset[Watch]) -> None:
        """What to follow from now on, in place of what was followed before.

        Called from another task than `next_page`, which may be waiting meanwhile.
        """
        ...

    async def close(self) -> None:
        """Lets go of its connections; nothing is asked of it afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database holds of one platform: answers to it concern us, and its end does."""

    posts: frozenset[PostId]
    authors: frozenset[AccountId]


class Followed(Protocol):
    """What a Source asks of the database."""

    async def kept(self, platform: Platform) -> Kept:
        """The newest posts, and their authors; bounded. Asked once, when a Source starts."""
        ...

    async def uris(self, platform: Platform, since: datetime) -> Sequence[str]:
        """The native ids of the newest posts since then, the newest first; bounded."""
        ...

    async def unread(self, platform: Platform, before: datetime) -> Sequence[str]:
        """Native ids of authors whose profile was not read since `before`; a few hundred."""
        ...

    async def local_ids(self, source: str) -> Mapping[str, str]:
        """The native ids of the newest posts by what the instance of a Source calls them."""
        ...


class Allowance(Protocol):
    """The budget, as a Source with prices sees it."""

    async def reserve(self, posts: int, users: int = 0, requests: int = 0) -> Reservation | None:
        """Puts aside the worst that a request may cost; None: it must not be sent."""
        ...

    async def settle(  # noqa: PLR0913, RUF100 what was put aside, what came, what comes next
        self,
        reservation: Reservation | None,
        posts: Collection[str],
        users: Collection[str] = (),
        *,
        requests: int = 0,
        asked_at: datetime | None = None,
        billed_at: datetime | None = None,
        again: tuple[int, int] | None = None,
    ) -> Reservation | None:
        """Counts what came, by native ids, `billed_at` by the platform's own clock.

        `again` reserves for so many posts and users more.
        """
        ...

    async def release(self, reservation: Reservation) -> None:
        """The request surely read nothing."""
        ...

    def lose(self, reservation: Reservation) -> None:
        """Nobody will hear what the request cost: what was put aside for it stays counted."""
        ...

    async def level(self) -> Level:
        """What may still be done this month."""
        ...

    async def reported(self, posts_by_day: Mapping[date, int]) -> None:
        """What the platform itself says was read."""
        ...

    def resumes_at(self) -> datetime:
        """When there is a new budget."""
        ...


@dataclass(slots=True)
class Progress:
    """How far the reading of archives is, for whoever shows it."""

    files: int = 0
    bytes_read: int = 0
    """Of the files as they lie on the disk."""


class AsksCompliance(Protocol):
    """What a platform is asked, so that nothing stays that it wants gone.

    Each raises a SourceError where it has no answer.
    """

    async def ours(self, held: Held) -> list[tuple[Job, datetime]]:
        """The jobs of Crosstie that the platform still has, and when each was opened."""
        ...

    async def create(self, held: Held) -> Job:
        """Opens a job over posts or accounts."""
        ...

    async def send(self, job: Job, native_ids: Iterable[str]) -> None:
        """Gives a job what is held."""
        ...

    async def look(self, id_: str) -> Job:
        """How a job is."""
        ...

    async def gone(self, job: Job) -> list[Gone]:
        """What a finished job says has to go."""
        ...


class Gathering:
    """Collects what payloads hold until a Page is taken from it.

    An account that many payloads show is kept once: its newest handle and name, by the time at
    which they were seen. A payload that was gathered in the same form before is not read again.
    Nothing later than `latest` is kept.
    """

    def __init__(self, latest: datetime | None = None) -> None:
        self.latest = latest
        self.posts: list[Post] = []
        self.deletions: list[Deletion] = []
        self.departures: list[Departure] = []
        self.absences: list[Absence] = []
        self.profiles: list[Profile] = []
        self.local_ids: list[LocalId] = []
        self.problems: list[Problem] = []
        self.engagements: list[Engagement] = []
        self.lines = 0
        self._accounts: dict[int, tuple[Platform, str, int, str, str, bool]] = {}
        self._read: set[Hashable] = set()

    def keep(self, post: Post) -> None:
        """Gathers a post.

        Raises:
            PayloadError: it is dated later than is possible.
        """
        if self.latest is not None and post.at > self.latest:
            raise PayloadError(FUTURE)
        self.posts.append(post)

    def check(self, at: datetime) -> None:
        """Refuses a time that lies in the future.

        Raises:
            PayloadError: it does.
        """
        if self.latest is not None and at > self.latest:
            raise PayloadError(FUTURE)

    def seen_before(self, form: Hashable) -> bool:
        """Whether this exact form of a payload was gathered already; remembers it."""
        if form in self._read:
            return True
        if len(self._read) >= _MOST_SEEN:
            self._read.clear()
        self._read.add(form)
        return False

    def account(  # noqa: PLR0913, RUF100 one call per mention: a record would cost more
        self,
        id_: int,
        platform: Platform,
        native_id: str,
        seen_us: int = -1,
        handle: str = "",
        name: str = "",
        *,
        refuses: bool = False,
    ) -> None:
        """Notes an account; `seen_us` is when it showed this handle and name, -1: it shows none."""
        rank = account_rank(seen_us, handle, name)
        held = self._accounts.get(id_)
        if held is None or held[2:] < (rank, handle, name, refuses):
            self._accounts[id_] = (platform, native_id, rank, handle, name, refuses)

    @property
    def is_empty(self) -> bool:
        """Whether a page of it would change nothing."""
        return not (
            self.posts
            or self.deletions
            or self.departures
            or self.absences
            or self.profiles
            or self.problems
            or self.engagements
        )

    def problem(self, where: str, error: PayloadError) -> None:
        """Notes a payload that could not be used."""
        self.problems.append(Problem(where, error.reason, error.path, error.keys))

    def page(self, cursor: Cursor | None = None) -> Page:
        """All that was gathered since the last page."""
        accounts = tuple(
            Account(
                id=AccountId(id_),
                platform=platform,
                native_id=native_id,
                handle=handle or None,
                name=name or None,
                refuses=refuses,
                seen_at=_seen_at(rank),
            )
            for id_, (platform, native_id, rank, handle, name, refuses) in self._accounts.items()
        )
        page = Page(
            posts=tuple(self.posts),
            accounts=accounts,
            deletions=tuple(self.deletions),
            departures=tuple(self.departures),
            absences=tuple(self.absences),
            profiles=tuple(self.profiles),
            local_ids=tuple(self.local_ids),
            problems=tuple(self.problems),
            engagements=tuple(self.engagements),
            cursor=cursor,
            lines=self.lines,
        )
        self.posts, self.deletions, self.problems, self.engagements = [], [], [], []
        self.departures, self.absences, self.profiles, self.local_ids = [], [], [], []
        self._accounts = {}
        self.lines = 0
        return page


def _seen_at(rank: int) -> datetime | None:
    if rank == NOTHING_SEEN:
        return None
    return from_us(rank if rank >= 0 else rank - LESS_THAN_A_PROFILE)
