"""Taking in what Sources give: one transaction a page, all of it or nothing, in any order.

Whatever order pages come in, however often, wherever they are cut: the database is the same in the
end. Keys are computed, deletions hold for posts that come later, the newest version of an edited
post wins, and a reference to a post that is not there yet is settled when it comes. One thing is
lost on purpose: who wrote a deleted post is not kept, so a reference that only that post could
settle stays open when it comes later. Between platforms order counts once: of what a member says on
several of them, the post that came first stays (bot.services.copies).
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.engine.engagements import engagements_of
from bot.model.posts import Post, Reference, to_us
from bot.services.copies import Once, counted_once
from bot.store import claims, cursors, departures, local_ids, privacy, profiles, session_posts
from bot.store import copies as store_copies
from bot.store import people as store_people
from bot.store import posts as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.clock import Clock
    from bot.model.chats import SessionId
    from bot.model.people import Account, AccountId
    from bot.model.posts import Engagement, Hashtag, Page, PostId
    from bot.services.network import Network
    from bot.store.database import Database, Reader, Writer

_ACCOUNTS_KNOWN = 1 << 18
_MOST_HASHTAGS = 1 << 16


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a page."""

    posts: tuple[Post, ...] = ()
    """The distinct posts that were kept or were there already, references resolved."""
    new_posts: int = 0
    engagements: tuple[Engagement, ...] = ()
    """New in the database: what the graph in memory has to learn."""
    repeated: tuple[Engagement, ...] = ()
    """Read again; they were there."""
    replaced: int = 0
    """Posts of which a newer version took the place of an older one and its engagements."""
    deletions: int = 0
    objected: int = 0
    """Posts left out because their author objected."""


@dataclass(slots=True)
class _Sorted:
    """The posts of a page by what is to be done with them."""

    new: list[Post]
    newer: list[Post]
    """There already in an older version."""
    same: list[Post]
    """There already, in this version."""

    @property
    def all(self) -> list[Post]:
        return [*self.new, *self.newer, *self.same]


class _Written:
    """Which accounts were written in just this form, as far as it remembers: most of the newest.

    A table of hashes of one size: two megabytes at the start and after a year.
    """

    def __init__(self) -> None:
        self._hashes = array("q", bytes(8 * _ACCOUNTS_KNOWN))

    def __contains__(self, account: Account) -> bool:
        known = hash(account)
        return self._hashes[known % _ACCOUNTS_KNOWN] == known

    def note(self, account: Account) -> None:
        """Remembers it, and forgets the one that had its place."""
        known = hash(account)
        self._hashes[known % _ACCOUNTS_KNOWN] = known


class Ingest:
    """Takes pages into the database."""

    def __init__(self, db: Database, clock: Clock, network: Network | None = None) -> None:
        self._db = db
        self._network = network
        self._clock = clock
        self._accounts = _Written()
        self._hashtags: dict[Hashtag, int] = {}
        """Known to be in the database, with their ids; bounded, so that a miss costs one upsert."""

    async def take(self, page: Page, source: str) -> Taken:
        """Writes all of a page, and its Cursor, in one transaction.

        Raises:
            StoreUnavailable: nothing was written; the page is to be read again.
        """
        accounts = [a for a in page.accounts if a not in self._accounts]
        async with self._db.write() as tx:
            objecting = await _objecting(tx, page)
            taken, fresh = await self._write_posts(tx, page, objecting)
            await store_people.save_accounts(
                tx, (account for account in accounts if account.id not in objecting)
            )
            await self._write_profiles(tx, page, accounts, objecting)
            linked = await self._settle_claims(tx, taken.posts, page)
            if page.local_ids:
                await local_ids.save_local_ids(tx, source, page.local_ids)
            await self._note_problems(tx, page, source)
            if page.cursor is not None:
                await cursors.save_cursor(tx, source, page.cursor, self._clock.now())
        self._remember(accounts, fresh)
        if self._network is not None:
            if linked or taken.deletions or taken.replaced or page.departures:
                self._network.outdated()
            else:
                await self._network.add(taken.engagements)
        return taken

    async def _write_posts(
        self, tx: Writer, page: Page, objecting: frozenset[AccountId]
    ) -> tuple[Taken, dict[Hashtag, int]]:
        """What became of the posts, and the hashtags that were not known to be there."""
        if page.departures:
            written = await departures.note_departures(tx, page.departures)
            await store.remove_for_good(tx, written)
        if page.deletions:
            await store.delete_posts(tx, page.deletions)
        some_left = await departures.any_departed(tx)
        gone_up_to = await departures.departed_among(tx, _named(page)) if some_left else {}
        posts = page.posts
        if objecting or gone_up_to:
            posts = tuple(
                p
                for p in posts
                if p.author not in objecting and to_us(p.at) > gone_up_to.get(p.author, -1)
            )
        if objecting:
            posts = tuple(_without(p, objecting) for p in posts if not _repeats(p, objecting))
        kept = _one_version_each(posts)
        for gone in await store.deleted_among(tx, kept):
            del kept[gone]
        some_linked = await store_copies.any_linked(tx)
        held = await store.held_among(tx, kept.keys() | _pointed_at(kept, all_=some_linked))
        once = await counted_once(tx, kept, held) if some_linked else Once(kept)
        sorted_ = _sort(once.posts, held)
        await store.remove_posts(tx, (post.id for post in sorted_.newer))
        await store.add_posts(tx, [*sorted_.new, *sorted_.newer, *once.bare])
        await store.complete_posts(tx, sorted_.same)
        await store_copies.note_wordings(tx, once.wordings)
        posts = tuple(sorted_.all)
        fresh = await self._write_parts(tx, posts)
        given = [e for post in posts for e in engagements_of(post)]
        given += page.engagements
        come = {post.id: post.author for post in (*sorted_.new, *once.bare)}
        given += await store.settle_waiting(tx, come)
        await store_copies.note_copies(tx, once.copies)
        given = [e for e in given if not {e.source, e.target} & objecting] if objecting else given
        given = [e for e in given if _stays(e, gone_up_to)] if gone_up_to else given
        there = await store.engaged_among(
            tx, {p.id for p in sorted_.same} | {e.post for e in page.engagements}
        )
        repeated: list[Engagement] = []
        if there:
            repeated = [e for e in given if (e.post, e.target, e.kind) in there]
            given = [e for e in given if (e.post, e.target, e.kind) not in there]
        await store.add_engagements(tx, given)
        taken = Taken(
            posts=posts,
            new_posts=len(sorted_.new),
            replaced=len(sorted_.newer),
            engagements=tuple(given),
            repeated=tuple(repeated),
            deletions=len({deletion.post for deletion in page.deletions}),
            objected=sum(post.author in objecting for post in page.posts) if objecting else 0,
        )
        return taken, fresh

    async def _write_parts(self, tx: Writer, posts: Sequence[Post]) -> dict[Hashtag, int]:
        tagged: list[tuple[int, PostId]] = []
        fresh: dict[Hashtag, int] = {}
        for post in posts:
            for hashtag in post.hashtags:
                id_ = self._hashtags.get(hashtag) or fresh.get(hashtag)
                if id_ is None:
                    id_ = fresh[hashtag] = hashtag.id
                tagged.append((id_, post.id))
        await store.add_hashtags(tx, fresh)
        await store.add_post_hashtags(tx, tagged)
        await store.add_links(tx, [(post.id, link) for post in posts for link in post.links])
        if tagged:
            await _join_sessions(tx, posts, tagged)
        return fresh

    async def _write_profiles(
        self,
        tx: Writer,
        page: Page,
        accounts: Sequence[Account],
        objecting: frozenset[AccountId],
    ) -> None:
        """What profiles say, and who is away; after the accounts themselves."""
        if page.profiles:
            await profiles.save_profiles(tx, page.profiles)
        if page.absences:
            await profiles.note_absences(
                tx, (a for a in page.absences if a.account not in objecting)
            )
        await profiles.hide_who_is_away(tx, (account.id for account in accounts))

    async def _settle_claims(self, tx: Writer, posts: Sequence[Post], page: Page) -> bool:
        """Whether an account was linked to a member."""
        posted: dict[str, AccountId] = {p.claim: p.account for p in page.profiles if p.claim}
        for post in sorted((p for p in posts if p.claim), key=lambda p: (p.at, p.id)):
            if post.claim and post.repost_of is None:
                posted.setdefault(post.claim, post.author)
        return bool(posted and await claims.settle_claims(tx, posted, self._clock.now()))

    async def _note_problems(self, tx: Writer, page: Page, source: str) -> None:
        if not page.problems:
            return
        seen = Counter((p.reason, p.path, p.keys) for p in page.problems)
        now = self._clock.now()
        for (reason, path, keys), count in sorted(seen.items()):
            await cursors.note_problem(tx, source, reason, path, keys, count, now)

    def _remember(self, accounts: Iterable[Account], hashtags: dict[Hashtag, int]) -> None:
        """What was committed need not be written again."""
        if len(self._hashtags) > _MOST_HASHTAGS:
            self._hashtags.clear()
        for account in accounts:
            self._accounts.note(account)
        self._hashtags |= hashtags


async def _objecting(tx: Reader, page: Page) -> frozenset[AccountId]:
    """Those of all accounts that the page names who are to be kept out."""
    objections = await privacy.load_objections(tx)
    if not objections:
        return frozenset()
    return frozenset(account for account in _named(page) if account in objections)


def _named(page: Page) -> set[AccountId]:
    """All accounts that the page names."""
    named = {account.id for account in page.accounts}
    named |= {absence.account for absence in page.absences}
    for post in page.posts:
        named |= {post.author, *post.mentions}
        for reference in (post.reply_to, post.quote_of, post.repost_of):
            if reference is not None and reference.author is not None:
                named.add(reference.author)
    for engagement in page.engagements:
        named |= {engagement.source, engagement.target}
    return named


def _repeats(post: Post, objecting: frozenset[AccountId]) -> bool:
    """Whether it says only again what somebody said who objected."""
    return post.repost_of is not None and post.repost_of.author in objecting


def _without(post: Post, objecting: frozenset[AccountId]) -> Post:
    """The post, naming no post of anybody who objected."""
    changes: dict[str, Any] = {}
    for name in ("reply_to", "quote_of"):
        reference: Reference | None = getattr(post, name)
        if reference is not None and reference.author in objecting:
            changes[name] = None
            if post.conversation == reference.post:
                changes["conversation"] = None
    return post._replace(**changes) if changes else post


def _stays(engagement: Engagement, gone_up_to: dict[AccountId, int]) -> bool:
    """Whether neither side left its platform afterwards."""
    at = to_us(engagement.at)
    return at > max(gone_up_to.get(engagement.source, -1), gone_up_to.get(engagement.target, -1))


def _pointed_at(kept: dict[PostId, Post], *, all_: bool) -> set[PostId]:
    """What the posts point at: all, or that of which they do not tell the author."""
    return {
        reference.post
        for post in kept.values()
        if all_ or store.awaits(post)
        for reference in (post.reply_to, post.quote_of, post.repost_of)
        if reference is not None and (all_ or reference.author is None)
    }


def _sort(kept: dict[PostId, Post], held: dict[PostId, store.Held]) -> _Sorted:
    """Resolves references, and drops versions older than what is there."""
    authors = {id_: there.author for id_, there in held.items()}
    authors |= {id_: post.author for id_, post in kept.items()}
    sorted_ = _Sorted([], [], [])
    for post in kept.values():
        stored = _resolved(post, authors) if store.awaits(post) else post
        there = held.get(post.id)
        version = _version(post)
        if there is None:
            sorted_.new.append(stored)
        elif there.edited_us < version:
            sorted_.newer.append(stored)
        elif there.edited_us == version:
            sorted_.same.append(stored)
    return sorted_


async def _join_sessions(
    tx: Writer, posts: Sequence[Post], tagged: Iterable[tuple[int, PostId]]
) -> None:
    """Posts under a session's hashtags, within its window, belong to it."""
    every = [post.at for post in posts]
    windows = await session_posts.windows_between(tx, to_us(min(every)), to_us(max(every)))
    if not windows:
        return
    places = {post.id: (post.platform, to_us(post.at)) for post in posts}
    by_hashtag = defaultdict(list)
    for window in windows:
        by_hashtag[window.hashtag].append(window)
    joined: set[tuple[SessionId, PostId]] = {
        (window.session, post)
        for hashtag, post in tagged
        for window in by_hashtag.get(hashtag, ())
        if window.holds(*places[post])
    }
    await session_posts.add_session_posts(tx, joined)


def _version(post: Post) -> int:
    return 0 if post.edited_at is None else to_us(post.edited_at)


def _resolved(post: Post, authors: dict[PostId, AccountId]) -> Post:
    def known(reference: Reference | None) -> Reference | None:
        if reference is None or reference.author is not None:
            return reference
        return Reference(reference.post, authors.get(reference.post))

    return post._replace(
        reply_to=known(post.reply_to),
        quote_of=known(post.quote_of),
        repost_of=known(post.repost_of),
    )


def _one_version_each(posts: Iterable[Post]) -> dict[PostId, Post]:
    """Each post once: its newest version, completed by poorer copies of the same version."""
    kept: dict[PostId, Post] = {}
    for post in posts:
        other = kept.setdefault(post.id, post)
        if other is not post and other != post:
            kept[post.id] = _completed(other, post)
    return kept


def _completed(one: Post, other: Post) -> Post:
    if _version(one) != _version(other):
        return max(one, other, key=_version)
    richer, poorer = sorted((one, other), key=_richness, reverse=True)
    changes: dict[str, object] = {}
    for name, mine in richer._asdict().items():
        theirs = getattr(poorer, name)
        if isinstance(mine, Reference):
            if mine.author is None:
                changes[name] = theirs or mine
        elif isinstance(mine, tuple):
            changes[name] = tuple(dict.fromkeys((*mine, *theirs)))
        elif mine is None or (mine is False and theirs):
            changes[name] = theirs
    return richer._replace(**changes)  # type: ignore[arg-type]


def _richness(post: Post) -> tuple[int, str]:
    """Any order will do, as long as it does not depend on which copy came first."""
    return sum(value not in (None, (), False) for value in post), repr(post)
