"""Ingest: all of a page or nothing; the same database whatever order, repetition or cut."""

from __future__ import annotations

import dataclasses
import random
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.model.people import Account, AccountId, Platform, account_key
from bot.model.posts import (
    Cursor,
    Deletion,
    EngagementKind,
    Page,
    Post,
    PostId,
    Problem,
    Reference,
    hashtag_of,
    to_us,
)
from bot.services.ingest import Ingest
from bot.services.network import Network
from bot.store import posts as store_posts
from bot.store import session_posts
from bot.store.cursors import cursor_of
from bot.store.open import open_database
from bot.store.privacy import add_objection
from tests.databases import run_apart
from tests.sources.reading import DATA, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.store.database import Database, Reader

AT = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
ANA, BEN, CEM = (account_key(Platform.X, str(n)) for n in (1, 2, 3))
TABLES = (
    "accounts",
    "posts",
    "engagements",
    "hashtags",
    "post_hashtags",
    "post_links",
    "deleted_posts",
    "session_posts",
)


def _account(id_: AccountId, handle: str, seen: int = 0, **more: object) -> Account:
    return Account(
        id_,
        Platform.X,
        str(id_),
        handle,
        handle.title(),
        seen_at=AT + timedelta(hours=seen),
        **more,  # type: ignore[arg-type]
    )


def _post(number: int, author: AccountId, **what: object) -> Post:
    at = AT + timedelta(minutes=number)
    return Post(PostId(number), Platform.X, str(number), author, at, "words", **what)  # type: ignore[arg-type]


async def _rows(tx: Reader, table: str) -> list[tuple[object, ...]]:
    found = await tx.fetch(f"SELECT * FROM {table}")
    return sorted((tuple(row) for row in found), key=str)  # type: ignore[arg-type]


async def _everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    async with db.read() as tx:
        return {table: await _rows(tx, table) for table in TABLES}


async def _acts(db: Database) -> set[tuple[int, int, str]]:
    async with db.read() as tx:
        rows = await tx.fetch("SELECT post_id, target_id, kind FROM engagements")
    return {(row["post_id"], row["target_id"], row["kind"]) for row in rows}


@pytest.fixture
def ingest(database: Database, clock: ReplayClock) -> Ingest:
    return Ingest(database, clock)


async def test_a_page_is_taken_with_all_that_hangs_on_it(
    ingest: Ingest, database: Database
) -> None:
    for page in read(DATA / "x_classic.jsonl"):
        taken = await ingest.take(dataclasses.replace(page, cursor=Cursor("c1")), "x")
    assert (taken.new_posts, len(taken.engagements)) == (5, 5)
    async with database.read() as tx:
        assert await cursor_of(tx, "x") == "c1"
        posts = await tx.fetch("SELECT text, question, answer, asks FROM posts ORDER BY at_us")
        assert [row["text"] for row in posts] == [None] * 5
        assert [row["question"] for row in posts] == [3, None, None, None, None]
        assert [row["asks"] for row in posts] == [1, 0, 0, 0, 0]
        assert len(await _rows(tx, "post_hashtags")) == 5
        links = await tx.fetch("SELECT url FROM post_links")
        assert [row["url"] for row in links] == ["https://example.org/rubrics"]
        handles = await tx.fetch("SELECT handle FROM accounts ORDER BY id")
        assert [row["handle"] for row in handles] == ["ana_x", "ben_x", "cem_x", "dia_x"]


async def test_a_page_that_fails_leaves_nothing_behind(ingest: Ingest, database: Database) -> None:
    page = Page(posts=(_post(1, ANA), _post(2, None)), cursor=Cursor("c1"))  # type: ignore[arg-type]
    with pytest.raises(database.errors):
        await ingest.take(page, "x")
    assert not any((await _everything(database)).values())
    async with database.read() as tx:
        assert await cursor_of(tx, "x") is None


async def test_the_same_page_twice_changes_nothing(ingest: Ingest, database: Database) -> None:
    (page,) = read(DATA / "x_classic.jsonl")
    await ingest.take(page, "x")
    before = await _everything(database)
    again = await ingest.take(page, "x")
    assert (again.new_posts, again.engagements) == (0, ())
    assert len(again.repeated) == 5
    assert await _everything(database) == before


async def test_a_reference_is_settled_when_its_post_comes(
    ingest: Ingest, database: Database
) -> None:
    unknown = Reference(PostId(1), None)
    first = await ingest.take(Page(posts=(_post(2, BEN, quote_of=unknown),)), "x")
    assert first.engagements == ()
    second = await ingest.take(Page(posts=(_post(1, ANA),)), "x")
    assert [(e.source, e.target, e.kind) for e in second.engagements] == [
        (BEN, ANA, EngagementKind.QUOTE)
    ]
    third = await ingest.take(Page(posts=(_post(3, CEM, repost_of=unknown),)), "x")
    assert [(e.target, e.kind) for e in third.engagements] == [(ANA, EngagementKind.REPOST)]
    assert await _acts(database) == {(2, ANA, "quote"), (3, ANA, "repost")}


async def test_a_reply_settled_late_is_not_also_a_mention(
    ingest: Ingest, database: Database
) -> None:
    late = _post(2, BEN, reply_to=Reference(PostId(1), None), mentions=(ANA, CEM))
    await ingest.take(Page(posts=(late,)), "x")
    await ingest.take(Page(posts=(_post(1, ANA),)), "x")
    assert await _acts(database) == {(2, ANA, "reply"), (2, CEM, "mention")}


@pytest.mark.parametrize("deleted_first", [True, False])
async def test_a_deletion_holds_before_and_after_its_post(
    ingest: Ingest,
    database: Database,
    deleted_first: bool,
) -> None:
    post = _post(1, ANA, mentions=(BEN,), hashtags=(hashtag_of("a"),), links=("https://a.example",))
    pages = [Page(posts=(post,)), Page(deletions=(Deletion(PostId(1), AT),))]
    for page in reversed(pages) if deleted_first else pages:
        await ingest.take(page, "x")
    await ingest.take(pages[0], "x")
    held = await _everything(database)
    assert not any(held[t] for t in ("posts", "engagements", "post_hashtags", "post_links"))
    assert len(held["deleted_posts"]) == 1


@pytest.mark.parametrize("newest_first", [True, False])
async def test_an_edit_keeps_one_post_and_its_newest_words(
    ingest: Ingest,
    database: Database,
    newest_first: bool,
) -> None:
    old = _post(1, ANA, mentions=(BEN,), hashtags=(hashtag_of("old"),))
    new = _post(1, ANA, mentions=(CEM,), edited_at=AT + timedelta(hours=1))
    for post in (new, old) if newest_first else (old, new):
        await ingest.take(Page(posts=(post,)), "x")
    held = await _everything(database)
    assert len(held["posts"]) == 1
    assert held["post_hashtags"] == []
    assert await _acts(database) == {(1, CEM, "mention")}


async def test_the_graph_forgets_what_an_edit_took_back(
    database: Database, clock: ReplayClock
) -> None:
    network = Network(database, clock, None)
    ingest = Ingest(database, clock, network)
    await network.graph()
    await ingest.take(Page(posts=(_post(1, ANA, mentions=(BEN,)),)), "x")
    assert BEN in (await network.graph()).ids
    edited = _post(1, ANA, mentions=(CEM,), edited_at=AT + timedelta(hours=1))
    await ingest.take(Page(posts=(edited,)), "x")
    assert sorted((await network.graph()).ids) == sorted((ANA, CEM))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_a_renamed_handle_stays_one_account(
    ingest: Ingest, database: Database, order: tuple[int, int]
) -> None:
    seen = (_account(ANA, "ana", 1), _account(ANA, "ana_writes", 2))
    for n in order:
        await ingest.take(Page(accounts=(seen[n],)), "x")
    async with database.read() as tx:
        rows = await tx.fetch("SELECT handle, name FROM accounts")
    assert [(row["handle"], row["name"]) for row in rows] == [("ana_writes", "Ana_Writes")]


async def test_a_bare_mention_never_overwrites_a_profile(
    ingest: Ingest, database: Database
) -> None:
    typed = Account(ANA, Platform.X, "1", "old_ana", None, seen_at=AT + timedelta(days=9))
    for accounts in ((_account(ANA, "ana"),), (typed,)):
        await ingest.take(Page(accounts=accounts), "x")
    async with database.read() as tx:
        rows = await tx.fetch("SELECT handle FROM accounts")
    assert [row["handle"] for row in rows] == ["ana"]


async def test_who_objects_leaves_no_trace(ingest: Ingest, database: Database) -> None:
    async with database.write() as tx:
        await add_objection(tx, BEN, Platform.X, AT)
    posts = (
        _post(1, BEN, mentions=(ANA,)),
        _post(2, ANA, mentions=(BEN, CEM)),
        _post(3, CEM, reply_to=Reference(PostId(1), BEN)),
    )
    accounts = tuple(_account(a, n) for a, n in ((ANA, "ana"), (BEN, "ben"), (CEM, "cem")))
    taken = await ingest.take(Page(posts=posts, accounts=accounts), "x")
    assert taken.objected == 1
    assert await _acts(database) == {(2, CEM, "mention")}
    held = await _everything(database)
    assert [row[0] for row in held["posts"]] == [2, 3]
    assert [row[0] for row in held["accounts"]] == [ANA, CEM]


async def test_posts_join_the_sessions_they_fall_into(ingest: Ingest, database: Database) -> None:
    tag = hashtag_of("lrnchat")
    async with database.write() as tx:
        await tx.execute(
            "INSERT INTO communities (id, name, zone, locale, weekly_at, joined_us)"
            " VALUES (1, 'c', 'UTC', 'en', 0, 0)"
        )
        await tx.execute(
            "INSERT INTO chats (id, community_id, name, host_id, zone, rhythm, first_local,"
            " duration_us) VALUES (5, 1, 'c', 1, 'UTC', 'weekly', '2026-05-13T18:00', 1)"
        )
        await store_posts.add_hashtags(tx, [tag])
        await tx.execute(
            "INSERT INTO gathering_hashtags (gathering_id, hashtag_id, position)"
            " VALUES (5, :tag, 0)",
            tag=tag.id,
        )
        for number, state in ((7, "open"), (8, "cancelled")):
            await tx.execute(
                "INSERT INTO sessions (id, community_id, chat_id, starts_us, ends_us, state)"
                " VALUES (:id, 1, 5, :starts, :ends, :state)",
                id=number,
                starts=to_us(AT) + number,
                ends=to_us(AT + timedelta(minutes=10)),
                state=state,
            )
    posts = (
        _post(1, ANA, hashtags=(hashtag_of("LrnChat"),)),
        _post(2, ANA, hashtags=(hashtag_of("other"),)),
        _post(10, ANA, hashtags=(tag,)),
    )
    await ingest.take(Page(posts=posts), "x")
    assert (await _everything(database))["session_posts"] == [(7, 1)]
    async with database.write() as tx:
        await tx.execute("DELETE FROM session_posts")
        assert await session_posts.attach_posts(tx, 7) == 1  # type: ignore[arg-type]


async def test_problems_are_counted_by_kind(ingest: Ingest, database: Database) -> None:
    problem = Problem("a:1", "no post in it", keys=("id",))
    await ingest.take(Page(problems=(problem, problem)), "x")
    await ingest.take(Page(problems=(problem,)), "x")
    async with database.read() as tx:
        rows = await tx.fetch("SELECT reason, key_names, seen FROM problems")
    assert [tuple(row) for row in rows] == [("no post in it", "id", 3)]  # type: ignore[arg-type]


# ---- any order, repetition and cut

_count = count()

_PEOPLE = st.sampled_from([ANA, BEN, CEM])
_TAGS = st.lists(st.sampled_from(["A", "a", "B"]).map(hashtag_of), max_size=2, unique=True)


@st.composite
def _streams(draw: st.DrawFn) -> list[Page]:
    """Up to eight posts by three people, pointing at each other, edited and deleted."""
    author = {n: draw(_PEOPLE) for n in range(1, 9)}
    pages = []
    # Who wrote a deleted post is not kept, so what only it could tell depends on when it was there.
    asked: set[int] = set()
    for number in draw(st.lists(st.integers(1, 8), min_size=1, max_size=8, unique=True)):
        other = draw(st.integers(1, 8).filter(number.__ne__))
        kind = draw(st.sampled_from(["reply_to", "quote_of", "repost_of", ""]))
        told = draw(st.booleans())
        points = {kind: Reference(PostId(other), author[other] if told else None)} if kind else {}
        if kind and not told:
            asked.add(other)
        tags = tuple(draw(_TAGS))
        mentions = tuple(draw(st.lists(_PEOPLE, max_size=2)))
        post = _post(number, author[number], hashtags=tags, mentions=mentions, **points)
        seen = _account(author[number], draw(st.sampled_from("xyz")), draw(st.integers(0, 3)))
        pages.append(Page(posts=(post,), accounts=(seen,)))
        if draw(st.booleans()):
            newer = post._replace(
                mentions=tuple(draw(st.lists(_PEOPLE, max_size=2))),
                edited_at=post.at + timedelta(hours=1),
            )
            pages.append(Page(posts=(newer,)))
    if gone := sorted(author.keys() - asked):
        pages.append(Page(deletions=(Deletion(PostId(draw(st.sampled_from(gone))), AT),)))
    return pages


def _cut(pages: Sequence[Page], rng: random.Random) -> list[Page]:
    """The same pages in another order, some twice, several in one."""
    mixed = [*pages, *(page for page in pages if rng.random() < 0.4)]
    rng.shuffle(mixed)
    done: list[Page] = []
    while mixed:
        some = [mixed.pop() for _ in range(min(len(mixed), rng.randint(1, 4)))]
        done.append(
            Page(
                posts=tuple(post for page in some for post in page.posts),
                accounts=tuple(account for page in some for account in page.accounts),
                deletions=tuple(deletion for page in some for deletion in page.deletions),
            )
        )
    return done


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pages=_streams(), seed=st.integers(0, 1000))
def test_any_order_repetition_and_cut_leaves_the_same_database(
    pages: list[Page],
    seed: int,
    tmp_path: Path,
    _sqlite_template: Path,  # noqa: PT019 its value is the path
) -> None:
    found = []

    async def take(stream: list[Page], url: str) -> None:
        async with open_database(url) as db:
            ingest = Ingest(db, ReplayClock(AT))
            for page in stream:
                await ingest.take(page, "x")
            found.append(await _everything(db))

    for stream in (pages, _cut(pages, random.Random(seed))):
        path = tmp_path / f"{next(_count)}.db"
        path.write_bytes(_sqlite_template.read_bytes())
        run_apart(partial(take, stream, f"sqlite:///{path}"))
    for table in TABLES:
        if table == "hashtags":
            continue  # one that only deleted posts had may stay, it is nobody's
        assert found[0][table] == found[1][table]
