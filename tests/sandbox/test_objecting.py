"""Nothing is left of a post that is gone, nor of who objects: on the wire, with the whole bot."""

from __future__ import annotations

import asyncio
import dataclasses
import random
import re
import socket
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import aiohttp

from bot.clock import SystemClock
from bot.commands.export import Format, export_graph
from bot.model.chats import Rhythm, SessionState
from bot.model.people import Account, CommunityId, Platform, account_key
from bot.model.posts import Page, Post, Reference, hashtag_of, post_key, to_us
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.ingest import Ingest
from bot.store import chats as store_chats
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions
from bot.store.open import open_database
from tests.sandbox.sandbox import TOKEN
from tests.standins.bluesky_events import POST, TAG, Event
from tests.standins.jetstream import Jetstream
from tests.store.test_chats import CHAT, HOUR, session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from tests.sandbox.conftest import Town

B = Platform.BLUESKY
LEA = account_key(B, "did:plc:leahere")
SAID = "lea thinks that feedback sticks"
ABOUT_LEA = """
INSERT INTO follow_ups (id, community_id, session_id, member_id, about_id, kind, rank)
VALUES (7, :community, 1, 1, :about, 'met', 0)
"""
HAL_ASKS = (
    "INSERT INTO cohosts (gathering_id, person_id, handle) VALUES (:chat, :hal, 'hal.example')",
    "INSERT INTO questions (id, session_id, number, asked_us) VALUES (55, 1, 1, :at)",
)


class Talk:
    """Hal asks Q1, three answer, and others reply to each: all three are linked in the recap."""

    def __init__(self, at: datetime) -> None:
        self.posts: list[Post] = []
        self.accounts: list[Account] = []
        self._say("hal", at - timedelta(minutes=1), "q1", "Q1: what sticks?", question=1)
        for n, name in enumerate(("leahere", "ben", "cyd")):
            answered = self._say(name, at, f"p{n}", SAID if n == 0 else "so it is", answer=1)
            for other in ("dan", "eve"):
                self._say(other, at + timedelta(minutes=1), f"r{n}{other}", "yes", to=answered)

    def _say(
        self, who: str, at: datetime, key: str, words: str, *, answer: int | None = None,
        to: Post | None = None, question: int | None = None,
    ) -> Post:  # fmt: skip
        author = account_key(B, f"did:plc:{who}")
        handle = f"{who}.example"
        self.accounts.append(Account(author, B, f"did:plc:{who}", handle, None, seen_at=at))
        uri = f"at://did:plc:{who}/{POST}/{key}"
        post = Post(
            id=post_key(B, uri),
            platform=B,
            native_id=uri,
            author=author,
            at=at,
            text=words,
            hashtags=(hashtag_of(TAG),),
            answer=answer,
            question=question,
            reply_to=None if to is None else Reference(to.id, to.author),
        )
        self.posts.append(post)
        return post


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def event(n: int, did: str, key: str, operation: str, record: Mapping[str, object] | None) -> Event:
    body: dict[str, object] = {"operation": operation, "collection": POST, "rkey": key}
    body |= {} if record is None else {"record": record}
    return Event(n, to_us(SystemClock().now()), did, "commit", body)


async def an_ended_session(town: Town, talk: Talk, began_at: datetime) -> None:
    here = CommunityId(town.guild)
    first = began_at.replace(tzinfo=None)
    chat = dataclasses.replace(
        CHAT, community=here, zone="UTC", rhythm=Rhythm.ONCE, first_local=first
    )
    ended = session(1, began_at, community=here, state=SessionState.ENDED)
    now = SystemClock().now()
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
    card = dataclasses.replace(recap, id=PromptId(3), kind=PromptKind.QUESTION, subject=55)
    async with open_database(town.crosstie.database) as db:
        async with db.write() as tx:
            await store_chats.save_chat(tx, chat)
            await store_sessions.add_session(tx, ended)
            for sql, values in zip(
                HAL_ASKS,
                ({"chat": chat.id, "hal": account_key(B, "did:plc:hal")}, {"at": to_us(began_at)}),
                strict=True,
            ):
                await tx.execute(sql, **values)
            await store_prompts.add_prompt(tx, recap)
            await store_prompts.add_prompt(tx, card)
        page = Page(posts=tuple(talk.posts), accounts=tuple(talk.accounts))
        await Ingest(db, SystemClock()).take(page, "bluesky")


async def said_about_lea(town: Town) -> int:
    """A message of ours that speaks of Lea alone, as a follow-up does."""
    url = f"{town.sandbox.api_base}/channels/{town.chats}/messages"
    headers = {"Authorization": f"Bot {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(url, json={"content": "From the chat: leahere.example"}) as answer,
    ):
        message = int((await answer.json())["id"])
    here, now = CommunityId(town.guild), SystemClock().now()
    aside = Prompt(
        id=PromptId(2),
        community=here,
        kind=PromptKind.FOLLOW_UP,
        subject=7,
        recipient=None,
        channel=town.chats,
        due_at=now,
        expires_at=now + HOUR,
        unasked=False,
        state=PromptState.CLAIMED,
    )
    async with open_database(town.crosstie.database) as db, db.write() as tx:
        await tx.execute(ABOUT_LEA, community=here, about=LEA)
        await store_prompts.add_prompt(tx, aside)
        await store_prompts.mark_sent(tx, aside.id, message, town.chats, now)
    return message


async def object_on_the_page(port: int) -> str:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", cookie_jar=jar) as http:
        async with http.get("/") as answer:
            token = re.search(r'name="token" value="(\w+)"', await answer.text())
        assert token is not None
        form = {"token": token[1], "platform": "bluesky", "handle": "@leahere.example"}
        async with http.post("/object", data=form) as answer:
            assert answer.status == 200
            return await answer.text()


def bytes_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("crosstie.db*"))


def everything_said(town: Town) -> str:
    return " ".join(f"{m.text} {m.embeds} {m.files}" for m in town.sandbox.world.bot_messages())


async def test_what_is_gone_and_who_objects_is_found_nowhere_any_more(
    town: Town, tmp_path: Path
) -> None:
    await town.set_up()
    port = free_port()
    began_at = (SystemClock().now() - HOUR - timedelta(minutes=5)).replace(microsecond=0)
    talk = Talk(began_at + timedelta(minutes=5))
    events: list[Event] = []
    jetstream = Jetstream(events, random.Random(1), faults=False)
    jetstream.goes_on = True
    crosstie, world = town.crosstie, town.sandbox.world
    async with jetstream.serving():
        await an_ended_session(town, talk, began_at)
        config = crosstie.config.read_text()
        off = "[sources.bluesky]\nenabled = false"
        on = f'[sources.bluesky]\njetstream_url = "{jetstream.v1_url}"\n'
        on += 'api_base = "http://127.0.0.1:9"'
        config = config.replace(off, on)
        config = config.replace('[public]\nlisten = ""', f'[public]\nlisten = "127.0.0.1:{port}"')
        crosstie.config.write_text(config)
        async with crosstie.running():
            await town.sandbox.until(lambda: "did:plc:leahere/post/p0" in everything_said(town))
            links = ("did:plc:ben/post/p1", "did:plc:cyd/post/p2")
            assert all(link in everything_said(town) for link in links)
            question = "did:plc:hal/post/q1"
            await town.sandbox.until(lambda: question in everything_said(town))
            # One of three links goes, the others stay: the message is edited.
            await town.sandbox.until(lambda: jetstream.connections)
            events.append(event(1, "did:plc:ben", "p1", "delete", None))
            events.append(event(2, "did:plc:hal", "q1", "delete", None))
            await town.sandbox.until(lambda: links[0] not in everything_said(town))
            assert links[1] in everything_said(town)
            assert "did:plc:leahere/post/p0" in everything_said(town)
            # So it is with the card of a question, and where its words stand.
            await town.sandbox.until(lambda: question not in everything_said(town))
            await town.sandbox.until(lambda: "what sticks" not in everything_said(town))
            # Lea objects: the recap is edited again, what was said of her alone is deleted.
            aside = await said_about_lea(town)
            assert "is kept out from now on" in await object_on_the_page(port)
            await town.sandbox.until(lambda: "leahere" not in everything_said(town))
            deletions = rf"/channels/{town.chats}/messages/{aside}"
            await town.sandbox.until(lambda: town.sandbox.sent("DELETE", deletions))
            assert links[1] in everything_said(town)
            # What she writes later is not read; what others write is.
            facet = {"features": [{"$type": "app.bsky.richtext.facet#tag", "tag": TAG}]}
            for n, who in enumerate(("leahere", "dan")):
                record = {"text": f"later {who}", "facets": [facet]}
                events.append(event(3 + n, f"did:plc:{who}", "later", "create", record))
            async with open_database(crosstie.database) as db:

                async def knows(uri: str) -> bool:
                    async with db.read() as tx:
                        sql = "SELECT id FROM posts WHERE native_id = :uri"
                        return await tx.fetch_one(sql, uri=uri) is not None

                async with asyncio.timeout(25):
                    while not await knows(f"at://did:plc:dan/{POST}/later"):  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                assert not await knows(f"at://did:plc:leahere/{POST}/later")
            log = crosstie.log
        jetstream.goes_on = False
    exported = await crosstie.command(
        "export", "graph", "--format", "json", "--config", str(crosstie.config)
    )
    graphs = [await export_graph(crosstie.database, form) for form in get_args(Format)]
    everywhere = {
        "the database": bytes_in(tmp_path),
        "the log": log.encode(),
        "the export": "\n".join([*exported.lines, *exported.log, *graphs]).encode(),
        "Discord": everything_said(town).encode(),
    }
    traces = [b"leahere", SAID.encode(), LEA.to_bytes(8, "big"), str(LEA).encode()]
    found = [(name, t) for name, raw in everywhere.items() for t in traces if t in raw]
    assert found == []
    assert exported.code == 0
    assert "Traceback" not in log
    assert world.bot_messages()
