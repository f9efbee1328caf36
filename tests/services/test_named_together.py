"""Who was mentioned together in somebody's post: suggested with that post, by both sides' leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from tests.services.asking import BEFORE, People, services
from tests.services.gatherings import MONDAY, member

if TYPE_CHECKING:
    from bot.store.database import Database


@pytest.fixture
async def named(sqlite_database: Database) -> People:
    """Cleo, who is no member, mentioned Ana and Ben in one post; nothing else is between them."""
    made = services(sqlite_database, ReplayClock(MONDAY))
    await made.world.open()
    await made.world.join(member(1, "Ana", "nursing"), member(2, "Ben", "game design"))
    await made.world.post("Cleo", BEFORE, to=("Ana", "Ben"), kind="mention")
    return made


async def test_two_who_were_mentioned_in_one_post_are_suggested_with_that_post(
    named: People,
) -> None:
    assert await named.suggestions.refresh_due() == 1
    waiting = [name for name in ("Ana", "Ben") if await named.waits_for(name)]
    card = await named.card_for(waiting[0])
    [reason] = card.reasons
    assert (reason.term.value, reason.at) == ("named_together", BEFORE)
    assert reason.post_link == "https://x.com/i/status/5001"
    assert (reason.own_link, reason.other_link) == (None, None)


async def test_a_post_that_names_somebody_who_hides_their_posts_is_no_reason(
    named: People,
) -> None:
    await named.world.change("Ben", show_posts=False)
    await named.suggestions.refresh_due()
    assert not await named.waits_for("Ana")
    assert not await named.waits_for("Ben")


@pytest.mark.parametrize(
    "gone",
    [
        "DELETE FROM posts",
        "DELETE FROM engagements WHERE target_id = (SELECT max(target_id) FROM engagements)",
    ],
)
async def test_when_the_post_that_names_both_goes_or_names_one_no_more_so_does_the_reason(
    named: People, gone: str
) -> None:
    assert await named.suggestions.refresh_due() == 1
    async with named.world.db.write() as tx:
        await tx.execute(gone)
    assert not await named.waits_for("Ana")
    assert not await named.waits_for("Ben")
