from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Invalid, Unknown
from bot.services.communities import KEPT_AFTER_REMOVAL, Communities
from bot.store import members as store_members
from bot.store import sessions as store_sessions
from tests.services.hosted import HERE, member, settle
from tests.services.talk import Talk, held
from tests.store.test_chats import AT, session

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.store.database import Database


@pytest.fixture
def communities(sqlite_database: Database, clock: ReplayClock) -> Communities:
    return Communities(sqlite_database, clock)


async def test_a_server_is_known_at_once_and_set_up_later(communities: Communities) -> None:
    await communities.joined(HERE, "Learning people", "de")
    with pytest.raises(Unknown) as refused:
        await communities.get(HERE)
    assert refused.value.key == "not_set_up"
    made = await communities.set_up(HERE, chat_channel=1, prompt_channel=2, zone="Berlin")
    assert (made.zone, made.locale) == ("Europe/Berlin", "de")
    assert await communities.get(HERE) == made
    again = await communities.set_up(
        HERE, chat_channel=3, prompt_channel=2, weekly="Sunday 18:00", locale="en"
    )
    assert again.zone == "Europe/Berlin"
    assert again.weekly_at == (6 * 24 + 18) * 60
    assert again.locale == "en"


async def test_a_wrong_setting_changes_nothing(communities: Communities) -> None:
    await communities.joined(HERE, "Learning people", "de")
    with pytest.raises(Invalid):
        await communities.set_up(HERE, chat_channel=1, prompt_channel=2, weekly="sometimes")
    with pytest.raises(Unknown):
        await communities.get(HERE)
    with pytest.raises(Unknown) as refused:
        await communities.set_up(77, chat_channel=1, prompt_channel=2)
    assert refused.value.key == "setup_not_here"


async def test_a_community_that_comes_back_within_thirty_days_finds_its_settings(
    communities: Communities, clock: ReplayClock
) -> None:
    await communities.joined(HERE, "Learning people", "de")
    made = await communities.set_up(HERE, chat_channel=1, prompt_channel=2)
    await communities.removed(HERE)
    await clock.move_to(clock.now() + KEPT_AFTER_REMOVAL - timedelta(seconds=1))
    assert await communities.delete_removed_due() == 0
    await communities.joined(HERE, "Learning people", "de")
    assert await communities.get(HERE) == made
    assert await communities.next_deletion() is None


async def test_a_community_that_stays_away_is_deleted_with_all_that_was_its_own(
    communities: Communities, sqlite_database: Database, clock: ReplayClock
) -> None:
    await settle(sqlite_database, member(5, "Ana", "nursing"))
    await held(sqlite_database, session(10))
    talk = Talk()
    talk.say("ana")
    await talk.take(sqlite_database, clock)
    removed_at: datetime = clock.now()
    await communities.removed(HERE)
    assert await communities.next_deletion() == removed_at + KEPT_AFTER_REMOVAL
    await clock.move_to(removed_at + KEPT_AFTER_REMOVAL)
    assert await communities.delete_removed_due() == 1
    assert await communities.delete_removed_due() == 0
    assert await communities.next_deletion() is None
    async with sqlite_database.read() as tx:
        assert await store_members.get_community(tx, HERE) is None
        assert await store_members.members_of(tx, HERE) == []
        assert await store_sessions.sessions_between(tx, AT, AT) == []
        left = await tx.fetch("SELECT gathering_id FROM gathering_hashtags")
    assert list(left) == []


async def test_counts_are_of_one_community(
    communities: Communities, sqlite_database: Database, clock: ReplayClock
) -> None:
    await settle(sqlite_database, member(5, "Ana"), member(6, "Ben", left_at=AT))
    await held(sqlite_database, session(10))
    talk = Talk()
    talk.say("ana")
    talk.say("ana", minute=90)
    await talk.take(sqlite_database, clock)
    counts = await communities.counts(HERE)
    assert (counts.members, counts.chats, counts.posts) == (1, 1, 1)


async def test_a_new_community_has_the_zone_of_the_settings_until_it_chooses(
    sqlite_database: Database, clock: ReplayClock
) -> None:
    communities = Communities(sqlite_database, clock, "Europe/Madrid")
    await communities.joined(HERE, "Educación", "es-ES")
    async with sqlite_database.read() as tx:
        found = await store_members.get_community(tx, HERE)
    assert found is not None
    assert found.zone == "Europe/Madrid"
