"""After `crosstie purge --platform x` nothing of X is found anywhere, while the bot goes on."""

from __future__ import annotations

import dataclasses
import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.commands.erase import forget, purge
from bot.commands.export import export_graph, export_member
from bot.model.chats import Rhythm, SessionState
from bot.model.people import Account, CommunityId, Platform, account_key
from bot.model.posts import Cursor, Deletion, Departure, Page, Post, Reference, hashtag_of, post_key
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions
from tests.cogs.test_me import joined
from tests.store.test_chats import CHAT, HOUR, session

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from bot.model.people import Member
    from tests.cogs.conftest import Town

X = Platform.X
IDS = [f"20511111111111111{number:02}" for number in range(20)]
PEOPLE = [f"8111111111111111{number:02}" for number in range(5)]


def _said(town: Town) -> Page:
    """Three answers to Q1, and two replies to each: all three are linked in the recap."""
    at, posts, ids = town.clock.now() - timedelta(minutes=50), [], iter(IDS)

    def say(who: int, **more: object) -> Post:
        native = next(ids)
        post = Post(
            id=post_key(X, native),
            platform=X,
            native_id=native,
            author=account_key(X, PEOPLE[who]),
            at=at,
            text=None,
            hashtags=(hashtag_of("lrnchat"),),
            **more,  # type: ignore[arg-type]
        )
        posts.append(post)
        return post

    for author in range(3):
        answer = say(author, answer=1)
        for other in (3, 4):
            say(other, reply_to=Reference(answer.id, answer.author))
    accounts = tuple(
        Account(account_key(X, one), X, one, f"handle{one}", f"Name {one}", seen_at=at)
        for one in PEOPLE
    )
    return Page(posts=tuple(posts), accounts=accounts, cursor=Cursor(f'{{"since": "{IDS[0]}"}}'))


async def a_recap_is_due(town: Town) -> None:
    """The session is over, and its recap not yet said."""
    now, here = town.clock.now(), CommunityId(town.guild)
    began_at = now - HOUR - timedelta(minutes=5)
    chat = dataclasses.replace(
        CHAT,
        community=here,
        zone="UTC",
        rhythm=Rhythm.ONCE,
        first_local=began_at.replace(tzinfo=None),
    )
    recap = Prompt(
        id=PromptId(1),
        community=here,
        kind=PromptKind.RECAP,
        subject=1,
        recipient=None,
        channel=town.chats,
        due_at=now,
        expires_at=now + 5 * HOUR,
        unasked=False,
        state=PromptState.DUE,
    )
    async with town.app.db.write() as tx:
        await store_chats.save_chat(tx, chat)
        await store_sessions.add_session(
            tx, session(1, began_at, community=here, state=SessionState.ENDED)
        )
        await store_prompts.add_prompt(tx, recap)


def all_said(town: Town) -> str:
    """Every message of ours in the chat channel."""
    return " ".join(f"{m.text} {m.embeds} {m.files}" for m in town.world.messages(town.chats))


def bytes_in(folder: Path) -> bytes:
    """The database with its log."""
    return b"".join(path.read_bytes() for path in folder.glob("crosstie.db*"))


async def _kept(town: Town, ana: Member) -> None:
    """Ana keeps somebody of X in her network."""
    connections = town.app.services.connections
    draft = await connections.find(ana, f"https://x.com/handle{PEOPLE[0]}/status/{IDS[0]}")
    await connections.keep(ana, draft.token)
    shown = await town.app.services.privacy.data_of(ana.discord_id)
    assert PEOPLE[0] in "".join(shown)


async def _exported(town: Town, url: str, folder: Path) -> bytes:
    """All that a member and an organiser can take away."""
    files = await export_member(url, town.ana, folder / "exported")
    graphs = [await export_graph(url, form) for form in ("gexf", "graphml", "csv", "json")]
    shown = await town.app.services.privacy.data_of(town.ana)  # type: ignore[arg-type]
    return b"".join(path.read_bytes() for path in files) + "".join((*graphs, *shown)).encode()


async def test_after_a_purge_of_x_a_search_of_everything_finds_nothing(
    town: Town, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ingest = town.app.services.ingest
    ana = await joined(town, town.ana)
    await a_recap_is_due(town)
    await ingest.take(_said(town), "x")
    await _kept(town, ana)
    gone, left = post_key(X, IDS[18]), account_key(X, PEOPLE[4])
    now = town.clock.now()
    old = now - timedelta(hours=2)
    await ingest.take(Page(deletions=(Deletion(gone, now),)), "x")
    await ingest.take(Page(departures=(Departure(left, old),)), "x")
    async with town.app.db.write() as tx:
        await store_members.set_setting(tx, "x_compliance_tweets", json.dumps({"id": IDS[19]}))
    await town.beat()
    assert f"/status/{IDS[0]}" in all_said(town), all_said(town)
    await purge(sqlite_url, "x")
    await town.clock.move_to(now + timedelta(minutes=6))
    await town.beat()
    exported = await _exported(town, sqlite_url, tmp_path)
    async with town.app.db.read() as tx:
        assert await tx.fetch("SELECT id FROM deleted_posts") == []
    await town.app.db.scrub()
    everywhere = {
        "the database": bytes_in(tmp_path),
        "the log": caplog.text.encode(),
        "an export": exported,
        "Discord": all_said(town).encode(),
    }
    traces = [
        trace for id_ in (*IDS, *PEOPLE) for trace in (id_.encode(), int(id_).to_bytes(8, "big"))
    ]
    found = [(name, trace) for name, raw in everywhere.items() for trace in traces if trace in raw]
    assert found == []
    assert town.world.messages(town.chats), "what is not of X stays"


async def test_after_an_objection_at_x_a_search_of_everything_finds_nothing_of_that_account(
    town: Town, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ingest = town.app.services.ingest
    ana = await joined(town, town.ana)
    await a_recap_is_due(town)
    said = _said(town)
    await ingest.take(said, "x")
    await _kept(town, ana)
    now = town.clock.now()
    await town.beat()
    assert f"/status/{IDS[0]}" in all_said(town), all_said(town)
    gone = await forget(sqlite_url, "x", PEOPLE[0])
    assert gone.kept_out
    again = dataclasses.replace(said, cursor=Cursor("{}"))
    await ingest.take(again, "x")  # what comes later is dropped
    await town.clock.move_to(now + timedelta(minutes=6))
    await town.beat()
    exported = await _exported(town, sqlite_url, tmp_path)
    await town.app.db.scrub()
    everywhere = {
        "the database": bytes_in(tmp_path),
        "the log": caplog.text.encode(),
        "an export": exported,
        "Discord": all_said(town).encode(),
    }
    own = [post.native_id for post in said.posts if post.author == account_key(X, PEOPLE[0])]
    assert own == [IDS[0]]
    traces = [
        trace for id_ in (*own, PEOPLE[0]) for trace in (id_.encode(), int(id_).to_bytes(8, "big"))
    ]
    found = [(name, trace) for name, raw in everywhere.items() for trace in traces if trace in raw]
    assert found == []
    assert f"/status/{IDS[3]}" in all_said(town), "what others said stays"
