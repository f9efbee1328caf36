"""Titles of shared links are asked for around the end of a session, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.chats import SessionState
from bot.model.suggestions import PromptKind
from bot.services.chats import Chats
from bot.services.recaps import Recaps
from bot.services.titles import LinkTitles
from bot.store import prompts as store_prompts
from bot.store import stale
from bot.store import titles as store
from tests.services.hosted import HERE, settle
from tests.services.talk import Talk, held
from tests.services.test_recaps import about
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database


@dataclass
class Pages:
    titles: dict[str, str]
    asked: list[str] = field(default_factory=list)

    async def title_of(self, url: str) -> str:
        self.asked.append(url)
        return self.titles.get(url, "")


async def test_a_recap_tells_the_titles_that_pages_have_and_else_their_addresses(
    sqlite_database: Database, clock: ReplayClock, ids: Ids
) -> None:
    await settle(sqlite_database)
    open_ = session(10, state=SessionState.OPEN)
    await held(sqlite_database, open_)
    talk = Talk()
    talk.say("ann", links=("https://a.example/", "https://b.example/"))
    talk.say("ben", links=("https://a.example/", f"https://c.example/{'x' * 400}"))
    await talk.take(sqlite_database, clock)
    pages = Pages({"https://a.example/": "Wards and games"})
    titles = LinkTitles(sqlite_database, clock, pages)
    await clock.move_to(open_.ends_at - timedelta(minutes=10))
    assert await titles.look_after() == 0, "the session goes on"
    await clock.move_to(open_.ends_at - timedelta(minutes=2))
    assert await titles.look_after() == 2, "an address too long to be shown is not asked"
    assert await titles.look_after() == 0, "a page is asked once, whatever it said"
    assert sorted(pages.asked) == ["https://a.example/", "https://b.example/"]
    async with sqlite_database.write() as tx:
        await tx.execute("UPDATE sessions SET state = 'ended'")
    card = await Recaps(sqlite_database, clock, Chats(sqlite_database, clock, ids)).latest(HERE)
    assert [(r.url[:18], r.title) for r in card.resources] == [
        ("https://a.example/", "Wards and games"),
        ("https://b.example/", ""),
        ("https://c.example/", ""),
    ]


async def test_a_recap_that_was_said_before_is_edited_when_a_title_comes(
    sqlite_database: Database, clock: ReplayClock
) -> None:
    await settle(sqlite_database)
    over = session(10, state=SessionState.RECAPPED)
    await held(sqlite_database, over)
    talk = Talk()
    talk.say("ann", links=("https://a.example/",))
    await talk.take(sqlite_database, clock)
    prompt = about(over, PromptKind.RECAP)
    async with sqlite_database.write() as tx:
        await store_prompts.add_prompt(tx, prompt)
        await store_prompts.mark_sent(tx, prompt.id, 5, 6, AT)
    await clock.move_to(over.ends_at + timedelta(minutes=1))
    titles = LinkTitles(sqlite_database, clock, Pages({"https://a.example/": "Wards"}))
    assert await titles.look_after() == 1
    async with sqlite_database.read() as tx:
        assert await stale.stale(tx, 5) == [prompt.id]


async def test_titles_are_forgotten_with_the_texts(sqlite_database: Database) -> None:
    async with sqlite_database.write() as tx:
        await store.keep_titles(tx, [("https://a.example", "A")], AT)
        assert await store.drop_old_titles(tx, AT) == 0
        assert await store.drop_old_titles(tx, AT + timedelta(seconds=1)) == 1
        assert await store.titles_of(tx, ["https://a.example"]) == {}
