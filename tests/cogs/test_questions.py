"""A question's card through the real client: in the thread, answered there, counted by an edit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from bot.model.people import DiscordId
from bot.store import sessions as store
from tests.cogs.test_chats import opened
from tests.cogs.test_host import THURSDAY
from tests.cogs.test_me import joined

if TYPE_CHECKING:
    from bot.demo.world_seen import Seen
    from bot.model.chats import SessionId
    from tests.cogs.conftest import Town


async def session_of(town: Town) -> SessionId:
    async with town.app.db.read() as tx:
        [session] = await store.sessions_between(tx, THURSDAY, THURSDAY)
    return session.id


async def asked(town: Town, number: int = 3) -> Seen:
    """The card of a question, in its thread."""
    await opened(town)
    questions = town.app.services.questions
    assert await questions.asked(await session_of(town), number, DiscordId(town.host))
    assert not await questions.asked(await session_of(town), number, DiscordId(town.host))
    await town.beat()
    await town.beat()
    [card] = in_thread(town)
    return card


def in_thread(town: Town) -> list[Seen]:
    [thread] = town.world.threads(town.chats)
    return [m for m in town.world.messages(thread.id) if m.buttons]


async def test_a_card_has_three_ways_to_answer_with_the_words_filled_in(town: Town) -> None:
    card = await asked(town)
    assert "Q3" in card.text
    assert "No answer yet." in card.text
    labels = [b.label for b in card.buttons]
    assert labels == ["Answer here", "Answer on Bluesky", "Answer on X"]
    for label in labels[1:]:
        url = urlsplit(card.button(label).url or "")
        assert parse_qs(url.query) == {"text": ["A3 … #LrnChat"]}
        assert "#" not in url.query


async def test_an_answer_given_here_appears_under_the_members_name_and_is_counted(
    town: Town,
) -> None:
    card = await asked(town)
    refused = await town.world.click(town.ana, card, "Answer here")
    assert "/me join" in refused.text
    await joined(town, town.ana)
    form = await town.world.click(town.ana, card, "Answer here")
    given = await town.world.submit(town.ana, form, {"words": "Rubrics, **shared** early"})
    assert "Thank you" in given.text
    await town.beat()
    [card, answer] = in_thread(town)
    assert "Ana Ruiz" in answer.text
    assert "Rubrics" in answer.text
    await town.clock.move_to(town.clock.now() + timedelta(minutes=1))
    await town.beat()
    assert "1 answer so far." in in_thread(town)[0].text

    other = await town.world.click(town.ben, answer, "Take it back")
    assert "Only whoever wrote" in other.text
    taken = await town.world.click(town.ana, answer, "Take it back")
    assert "Taken back" in taken.text
    await town.clock.move_to(town.clock.now() + timedelta(minutes=1))
    await town.beat()
    [card] = in_thread(town)
    assert "No answer yet." in card.text
