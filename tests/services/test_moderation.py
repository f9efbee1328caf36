"""What hosts hide is gone from their community at once, from no other, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Unknown
from bot.model.chats import SessionState
from bot.model.people import CommunityId
from bot.model.suggestions import PromptKind
from bot.services.chats import Chats
from bot.services.moderation import Moderation
from bot.services.prompts import plan_public
from bot.services.recaps import Recaps
from bot.services.shown import evidence_here
from bot.store import prompts as store_prompts
from bot.store import stale
from tests.services.hosted import HERE, settle
from tests.services.talk import Talk, held
from tests.services.test_recaps import five_people, recap_of
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.store.database import Database

HOUR = timedelta(hours=1)


class Place:
    """A session that was held, and what its recap says."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.db = db
        self.recaps = Recaps(db, clock, Chats(db, clock, ids))
        self.moderation = Moderation(db)
        self.talk = Talk()
        self.clock = clock
        self.session = session(10, state=SessionState.ENDED)

    async def open(self) -> None:
        await settle(self.db)
        await self.clock.move_to(AT + HOUR)
        five_people(self.talk)
        await held(self.db, self.session)
        await self.talk.take(self.db, self.clock)

    async def links(self) -> list[str]:
        card = await recap_of(self.recaps, self.session)
        return [link for question in card.questions for link in question.links]

    async def resources(self) -> tuple[str, ...]:
        card = await recap_of(self.recaps, self.session)
        return tuple(resource.url for resource in card.resources)

    async def hide(self, said: str, *, hidden: bool = True) -> str:
        return (await self.moderation.hide(HERE, said, hidden=hidden)).key


@pytest.fixture
async def place(database: Database, clock: ReplayClock, ids: Ids) -> Place:
    made = Place(database, clock, ids)
    await made.open()
    return made


async def test_a_hidden_post_leaves_the_recap_and_comes_back(place: Place) -> None:
    before, shared = await place.links(), await place.resources()
    anns = next(link for link in before if "ann" in link)
    assert await place.hide(anns) == "hide_post_hidden"
    assert anns not in await place.links()
    assert "https://a.example" not in await place.resources()
    assert await place.hide(f"<{anns}>") == "hide_was_hidden"
    assert await place.hide(anns, hidden=False) == "hide_post_shown"
    assert (await place.links(), await place.resources()) == (before, shared)
    assert await place.hide(anns, hidden=False) == "hide_was_shown"


async def test_all_of_a_hidden_account_leaves_the_recap_and_comes_back(place: Place) -> None:
    posts = (await recap_of(place.recaps, place.session)).posts
    assert await place.hide("@ann") == "hide_account_hidden"
    assert all("ann" not in link for link in await place.links())
    assert (await recap_of(place.recaps, place.session)).posts < posts
    assert await place.hide("ann", hidden=False) == "hide_account_shown"
    assert (await recap_of(place.recaps, place.session)).posts == posts


@pytest.mark.parametrize("said", ["@ann", "the link"])
async def test_a_recap_that_was_sent_is_said_anew(place: Place, said: str, ids: Ids) -> None:
    async with place.db.write() as tx:
        await plan_public(
            tx,
            ids,
            HERE,
            PromptKind.RECAP,
            place.session.id,
            channel=1,
            due_at=place.clock.now(),
            expires_at=place.clock.now() + HOUR,
        )
        [recap] = await store_prompts.claim_due(tx, place.clock.now(), 1)
        await store_prompts.mark_sent(tx, recap.id, 5, 1, place.clock.now())
    anns = next(link for link in await place.links() if "ann" in link)
    for hidden in (True, False):
        await place.hide(anns if said == "the link" else said, hidden=hidden)
        async with place.db.write() as tx:
            assert await stale.stale(tx, 9) == [recap.id]
            await stale.put_right(tx, recap.id)


async def test_it_is_hidden_from_this_community_only(place: Place) -> None:
    post = place.talk.posts[0].id
    anns = next(link for link in await place.links() if "ann" in link)
    await place.hide(anns)
    async with place.db.read() as tx:
        assert await evidence_here(tx, HERE, post) is None
        assert await evidence_here(tx, CommunityId(10), post) is not None


@pytest.mark.parametrize("said", ["nobody", "https://x.com/ana/status/1", "https://[", "@"])
async def test_what_is_not_known_is_said_so(place: Place, said: str) -> None:
    with pytest.raises(Unknown) as refused:
        await place.hide(said)
    assert refused.value.key == "hide_unknown"
