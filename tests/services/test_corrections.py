"""A post that is gone upstream goes out of the messages that link it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.cards import RecapCard
from bot.model.chats import SessionState
from bot.model.people import DiscordId
from bot.model.posts import Deletion, Departure, Page, PostId
from bot.model.suggestions import PromptId, PromptKind
from bot.services.chats import Chats
from bot.services.corrections import Corrections
from bot.services.ingest import Ingest
from bot.services.prompts import Prompts, Sent
from bot.services.recaps import Recaps
from bot.store import prompts as store_prompts
from bot.store.privacy import erase_account
from tests.services.hosted import settle
from tests.services.talk import Talk, held
from tests.services.test_recaps import about, five_people
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.people import CommunityId
    from bot.services.prompts import Outgoing
    from bot.store.database import Database

SENT = Sent(500, 600)
_OPEN = """
INSERT INTO follow_ups (id, community_id, session_id, member_id, about_id, kind, rank)
VALUES (7, 9, 10, 1, :about, 'met', 0)
"""


@dataclass
class Discord:
    """What was changed; it may refuse or fail."""

    edited: list[Outgoing] = field(default_factory=list)
    deleted: list[Sent] = field(default_factory=list)
    error: Exception | None = None

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        assert sent == SENT
        if self.error is not None:
            raise self.error
        self.edited.append(outgoing)

    async def delete(self, sent: Sent, community: CommunityId | None) -> None:
        if self.error is not None:
            raise self.error
        self.deleted.append(sent)


@dataclass
class Told:
    """A recap that was sent, and links the first post of Ann."""

    db: Database
    clock: ReplayClock
    talk: Talk
    corrections: Corrections

    async def is_gone(self, *deletions: Deletion, departures: tuple[Departure, ...] = ()) -> None:
        page = Page(deletions=deletions, departures=departures)
        await Ingest(self.db, self.clock).take(page, "bluesky")


@pytest.fixture
async def told(database: Database, clock: ReplayClock, ids: Ids) -> Told:
    await settle(database)
    await clock.move_to(AT + timedelta(hours=1))
    ended = session(10, state=SessionState.ENDED)
    await held(database, ended)
    talk = Talk()
    five_people(talk)
    await talk.take(database, clock)
    recaps = Recaps(database, clock, Chats(database, clock, ids))
    prompts = Prompts(database, clock, ids, {PromptKind.RECAP: recaps})
    prompt = about(ended, PromptKind.RECAP)
    async with database.write() as tx:
        await store_prompts.add_prompt(tx, prompt)
        await store_prompts.mark_sent(tx, prompt.id, SENT.message, SENT.channel, clock.now())
    return Told(database, clock, talk, Corrections(database, clock, prompts))


async def test_a_recap_is_said_anew_without_the_post_that_is_gone(told: Told) -> None:
    discord, first = Discord(), told.talk.posts[0]
    assert await told.corrections.next_due() is None
    await told.is_gone(Deletion(first.id, told.clock.now()))
    assert await told.corrections.next_due() == told.clock.now()
    assert await told.corrections.correct_due(discord) == 1
    (outgoing,) = discord.edited
    assert isinstance(outgoing.card, RecapCard)
    assert not [q for q in outgoing.card.questions if any("/post/0" in link for link in q.links)]
    assert "https://a.example" not in {r.url for r in outgoing.card.resources}
    assert not [p for p in outgoing.card.transcript if p.link and p.link.endswith("/post/0")]
    assert await told.corrections.correct_due(discord) == 0
    assert len(discord.edited) == 1


async def test_an_account_that_left_takes_its_posts_out_too(told: Told) -> None:
    discord, first = Discord(), told.talk.posts[0]
    departure = Departure(first.author, told.clock.now())
    await told.is_gone(departures=(departure,))
    assert await told.corrections.correct_due(discord) == 1


async def test_a_post_that_no_message_links_changes_none(told: Told) -> None:
    discord, first = Discord(), told.talk.posts[0]
    await told.is_gone(Deletion(PostId(first.id + 1), told.clock.now()))
    assert await told.corrections.correct_due(discord) == 0


async def test_who_objects_goes_out_of_what_was_said(told: Told) -> None:
    discord, first = Discord(), told.talk.posts[0]
    aside = about(session(10), PromptKind.FOLLOW_UP)
    aside = replace(aside, id=PromptId(2), subject=7, channel=None, recipient=DiscordId(5))
    async with told.db.write() as tx:
        await tx.execute(_OPEN, about=first.author)
        await store_prompts.add_prompt(tx, aside)
        await store_prompts.mark_sent(tx, aside.id, 501, 601, told.clock.now())
        await erase_account(tx, first.author, at=told.clock.now(), keep_out=True)
    discord.error = DeliveryFailed("outage")
    assert await told.corrections.correct_due(discord) == 0
    discord.error = None
    assert await told.corrections.correct_due(discord) == 2
    assert discord.deleted == [Sent(501, 601)]
    (outgoing,) = discord.edited
    assert "did:plc:ann" not in repr(outgoing.card)
    assert await told.corrections.next_due() is None


async def test_a_failure_is_tried_again_and_a_message_that_is_gone_is_not(told: Told) -> None:
    discord, first = Discord(error=DeliveryFailed("outage")), told.talk.posts[0]
    await told.is_gone(Deletion(first.id, told.clock.now()))
    assert await told.corrections.correct_due(discord) == 0
    assert await told.corrections.next_due() is not None
    discord.error = DeliveryRefused("unknown message")
    assert await told.corrections.correct_due(discord) == 0
    assert await told.corrections.next_due() is None
