"""Recaps as they are told, through the real ingest and the real sessions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Unknown
from bot.model.cards import FieldCard, RecapCard
from bot.model.chats import SessionState
from bot.model.people import CommunityId, DiscordId
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.chats import Chats
from bot.services.prompts import Sent
from bot.services.recaps import Recaps
from bot.store import sessions as store
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.chats import Session
    from bot.store.database import Database

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)


def about(of: Session, kind: PromptKind) -> Prompt:
    return Prompt(
        id=PromptId(1),
        community=HERE,
        kind=kind,
        subject=of.id,
        recipient=None,
        channel=1,
        due_at=of.ends_at,
        expires_at=of.ends_at + HOUR,
        unasked=False,
        state=PromptState.CLAIMED,
    )


@pytest.fixture
async def recaps(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Recaps:
    await settle(sqlite_database)
    await clock.move_to(AT + HOUR)
    return Recaps(sqlite_database, clock, Chats(sqlite_database, clock, ids))


async def recap_of(recaps: Recaps, of: Session) -> RecapCard:
    card = await recaps.card_of(about(of, PromptKind.RECAP))
    assert isinstance(card, RecapCard)
    return card


def five_people(talk: Talk) -> None:
    """Ann answers Q1, four others reply or answer, three of them to her."""
    first = talk.say("ann", answer=1, links=("https://a.example",))
    for who in ("ben", "cyd", "dan"):
        talk.say(who, to=first, minute=6, links=("https://b.example",))
    talk.say("eve", answer=1, minute=7)
    talk.say("eve", to=first, minute=8)
    talk.say("zoe", repost_of=first, minute=9)


async def test_a_recap_tells_what_happened(
    recaps: Recaps, sqlite_database: Database, clock: ReplayClock
) -> None:
    ended = session(10, state=SessionState.ENDED)
    await held(sqlite_database, ended)
    talk = Talk()
    five_people(talk)
    await talk.take(sqlite_database, clock)
    card = await recap_of(recaps, ended)
    assert (card.posts, card.people) == (6, 5)
    [question] = card.questions
    assert (question.question, question.answers) == ("Q1", 2)
    assert question.links == ("https://bsky.app/profile/did:plc:ann/post/0",)
    assert [r.url for r in card.resources] == ["https://b.example", "https://a.example"]
    assert card.first_time_pairs is None, "four pairs are too few to be told"
    assert card.gathering == "#LrnChat"
    assert card.newcomers == ()
    assert card.next_at is not None
    assert card.next_at > clock.now()


async def test_few_people_are_not_counted_aloud(
    recaps: Recaps, sqlite_database: Database, clock: ReplayClock
) -> None:
    ended = session(10, state=SessionState.ENDED)
    await held(sqlite_database, ended)
    talk = Talk()
    first = talk.say("ann")
    talk.say("ben", to=first, minute=6)
    await talk.take(sqlite_database, clock)
    card = await recap_of(recaps, ended)
    assert (card.posts, card.people, card.first_time_pairs) == (2, None, None)


async def test_newcomers_are_claimed_once_four_sessions_were_held(
    recaps: Recaps, sqlite_database: Database, clock: ReplayClock
) -> None:
    lee = member(5, "Lee")
    await settle(sqlite_database, lee)
    before = [
        session(n, AT - n * WEEK, state=SessionState.RECAPPED if n < 4 else SessionState.MISSED)
        for n in range(1, 5)
    ]
    ended = session(10, state=SessionState.ENDED)
    await held(sqlite_database, ended, *before)
    talk = Talk()
    talk.say("lee")
    await talk.take(sqlite_database, clock)
    await talk.belongs(sqlite_database, "lee", lee)
    assert (await recap_of(recaps, ended)).newcomers == ()
    async with sqlite_database.write() as tx:
        await store.set_state(tx, before[-1].id, SessionState.RECAPPED)
    assert (await recap_of(recaps, ended)).newcomers == ("Lee",)


async def test_a_deleted_post_vanishes_from_a_recap_that_is_asked_for_again(
    recaps: Recaps, sqlite_database: Database, clock: ReplayClock
) -> None:
    ended = session(10, state=SessionState.RECAPPED)
    await held(sqlite_database, ended)
    talk = Talk()
    five_people(talk)
    await talk.take(sqlite_database, clock)
    assert (await recaps.latest(HERE)).posts == 6
    talk.delete(talk.posts[0].id)
    await talk.take(sqlite_database, clock)
    again = await recaps.latest(HERE, "#lrnchat")
    assert again.posts == 5
    assert again.people is None
    assert [r.url for r in again.resources] == ["https://b.example"]
    assert sorted(str(p.link) for p in again.transcript) == [
        f"https://bsky.app/profile/did:plc:{who}/post/{n}"
        for n, who in ((1, "ben"), (2, "cyd"), (3, "dan"), (4, "eve"), (5, "eve"))
    ]
    assert [q.links for q in again.questions] == [()]


async def test_fields_of_members_that_met_are_told_and_others_are_not(
    recaps: Recaps, sqlite_database: Database, clock: ReplayClock
) -> None:
    ann, ben = member(5, "Ann", "nursing"), member(6, "Ben", "game design")
    await settle(sqlite_database, ann, ben)
    ended = session(10, state=SessionState.ENDED)
    await held(sqlite_database, ended)
    talk = Talk()
    first = talk.say("ann", answer=3)
    talk.say("ben", to=first, minute=6)
    await talk.take(sqlite_database, clock)
    asked = about(ended, PromptKind.FIELD)
    assert await recaps.card_of(asked) is None, "nobody knows whose accounts these are"
    await talk.belongs(sqlite_database, "ann", ann)
    await talk.belongs(sqlite_database, "ben", ben)
    assert await recaps.card_of(asked) == FieldCard("game design", "nursing", "Q3", "#LrnChat")
    gone = member(6, "Ben", "game design", left_at=clock.now())
    await settle(sqlite_database, gone)
    assert await recaps.card_of(asked) is None, "who left is not spoken of"


async def test_a_recap_that_was_sent_ends_its_session(
    recaps: Recaps, sqlite_database: Database
) -> None:
    ended = session(10, state=SessionState.ENDED)
    await held(sqlite_database, ended)
    for kind, state in (
        (PromptKind.FIELD, SessionState.ENDED),
        (PromptKind.RECAP, SessionState.RECAPPED),
    ):
        async with sqlite_database.write() as tx:
            await recaps.sent(tx, about(ended, kind), Sent(1, 1))
        async with sqlite_database.read() as tx:
            found = await store.get_session(tx, ended.id)
        assert found is not None
        assert found.state is state


async def test_the_next_dates_are_told_to_whoever_presses(
    recaps: Recaps, sqlite_database: Database
) -> None:
    ended = session(10, state=SessionState.RECAPPED)
    await held(sqlite_database, ended)
    notice = await recaps.answered(about(ended, PromptKind.RECAP), "dates", DiscordId(1), "")
    assert notice.key == "dates_next"
    assert str(notice.values["dates"]).count(":R>") == 3
    with pytest.raises(Unknown):
        await recaps.answered(about(ended, PromptKind.RECAP), "here", DiscordId(1), "")


async def test_there_is_no_recap_of_what_is_not_over_or_not_here(
    recaps: Recaps, sqlite_database: Database
) -> None:
    await held(sqlite_database, session(10, state=SessionState.OPEN))
    with pytest.raises(Unknown):
        await recaps.latest(HERE)
    async with sqlite_database.write() as tx:
        await store.set_state(tx, session(10).id, SessionState.ENDED)
    assert (await recaps.latest(HERE, "learning chat")).name == "Learning chat"
    with pytest.raises(Unknown):
        await recaps.latest(CommunityId(10))
    with pytest.raises(Unknown):
        await recaps.latest(HERE, "another")
