"""Sessions from plan to end, on a clock that the test moves."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import Unknown
from bot.model.cards import OpeningCard
from bot.model.chats import Rhythm, SessionState
from bot.model.people import DiscordId
from bot.model.posts import Watch
from bot.model.suggestions import PromptId, PromptKind
from bot.services.chats import Chats
from bot.services.prompts import Sent
from bot.services.sessions import SAID_OVER_WITHIN, Sessions
from bot.store import prompts as store_prompts
from bot.store import sessions as store
from tests.services.hosted import CHAT_CHANNEL, HERE, HOST, PROMPT_CHANNEL, member, settle
from tests.services.talk import Talk

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.chats import Session
    from bot.model.suggestions import Prompt
    from bot.store.database import Database

THURSDAY = datetime(2026, 5, 14, 18, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


class Place:
    """A community with services, and what a test asks of it."""

    def __init__(self, db: Database, clock: ReplayClock, ids: Ids) -> None:
        self.db = db
        self.clock = clock
        self.chats = Chats(db, clock, ids)
        self.sessions = Sessions(db, clock, ids)

    async def weekly(self, **changes: Any) -> int:
        """A chat on Thursdays at 20:00 in Berlin."""
        wanted: dict[str, Any] = {
            "name": "Learning chat",
            "hashtags": "#lrnchat",
            "day": "Thursday",
            "time": "20:00",
            "rhythm": Rhythm.WEEKLY,
            "minutes": 60,
        }
        return (await self.chats.add_chat(HERE, HOST, **(wanted | changes))).gathering

    async def at(self, when: datetime) -> None:
        """One heartbeat at that instant."""
        await self.clock.move_to(when)
        await self.sessions.look_after()

    async def all(self) -> list[Session]:
        async with self.db.read() as tx:
            return await store.sessions_between(tx, THURSDAY - 100 * WEEK, THURSDAY + 100 * WEEK)

    async def states(self) -> list[str]:
        return [s.state.value for s in await self.all()]

    async def prompts(self, kind: PromptKind) -> list[Prompt]:
        """Claims what is due of a kind, and gives it back."""
        async with self.db.write() as tx:
            ids = await tx.fetch(
                "SELECT id FROM prompts WHERE kind = :kind ORDER BY id", kind=kind.value
            )
            found = [await store_prompts.get_prompt(tx, PromptId(r["id"])) for r in ids]
        return [p for p in found if p is not None]


@pytest.fixture
async def place(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Place:
    await settle(sqlite_database)
    return Place(sqlite_database, clock, ids)


async def test_planning_again_changes_nothing(place: Place) -> None:
    await place.weekly()
    planned = await place.all()
    assert [s.starts_at for s in planned] == [THURSDAY, THURSDAY + WEEK]
    assert await place.sessions.plan_sessions() == 0
    assert await place.all() == planned


async def test_there_is_always_a_next_session_and_all_of_eight_days(place: Place) -> None:
    await place.weekly()
    await place.weekly(name="Monthly", rhythm=Rhythm.MONTHLY)
    await place.at(THURSDAY + timedelta(minutes=1))
    assert [(s.name, s.starts_at.day) for s in await place.all()] == [
        ("Learning chat", 14),
        ("Monthly", 14),
        ("Learning chat", 21),
        ("Monthly", 11),
    ]


async def test_a_session_opens_once_and_its_thread_is_planned(place: Place) -> None:
    await place.weekly()
    await place.at(THURSDAY - timedelta(seconds=1))
    assert await place.states() == ["planned", "planned"]
    for _ in range(2):
        await place.at(THURSDAY)
    assert (await place.states())[0] == "open"
    [opening] = await place.prompts(PromptKind.OPENING)
    assert opening.channel == CHAT_CHANNEL
    assert opening.due_at == THURSDAY
    assert opening.expires_at == THURSDAY + HOUR + SAID_OVER_WITHIN
    assert not opening.unasked
    card = await place.sessions.card_of(opening)
    assert isinstance(card, OpeningCard)
    assert card.hashtags == ("#lrnchat",)
    assert (card.host, card.late, card.zone) == (HOST, False, "Europe/Berlin")


async def test_one_that_still_runs_opens_late_with_what_was_said_so_far(place: Place) -> None:
    talk = Talk()
    talk.say("ana", minute=3)
    await place.weekly()
    await talk.take(place.db, place.clock)
    await place.at(THURSDAY + timedelta(minutes=6))
    [opening] = await place.prompts(PromptKind.OPENING)
    card = await place.sessions.card_of(opening)
    assert isinstance(card, OpeningCard)
    assert card.late


async def test_what_passed_while_the_bot_was_down_is_missed_and_never_spoken_of(
    place: Place,
) -> None:
    await place.weekly()
    await place.at(THURSDAY + 3 * WEEK + timedelta(minutes=30))
    assert await place.states() == ["missed", "missed", "missed", "open", "planned"]
    assert len(await place.prompts(PromptKind.OPENING)) == 1
    assert await place.prompts(PromptKind.RECAP) == []


async def test_the_end_plans_the_recap_in_the_thread_and_the_fields_ten_minutes_later(
    place: Place,
) -> None:
    await place.weekly()
    await place.at(THURSDAY)
    [opening] = await place.prompts(PromptKind.OPENING)
    async with place.db.write() as tx:
        await place.sessions.sent(tx, opening, Sent(message=555, channel=555))
    assert await place.sessions.next_due() == THURSDAY + HOUR
    for _ in range(2):
        await place.at(THURSDAY + HOUR)
    [recap] = await place.prompts(PromptKind.RECAP)
    [fields] = await place.prompts(PromptKind.FIELD)
    assert (recap.channel, recap.due_at) == (555, THURSDAY + HOUR)
    assert (fields.channel, fields.due_at) == (
        PROMPT_CHANNEL,
        THURSDAY + HOUR + timedelta(minutes=10),
    )
    assert await place.sessions.card_of(opening) is None, "it is over"
    said = await place.sessions.card_of(dataclasses.replace(opening, message=5, sent_at=THURSDAY))
    assert isinstance(said, OpeningCard)
    assert (said.is_over, said.late) == (True, False), "it was said to be on"


async def test_without_a_thread_the_recap_goes_to_the_chat_channel(place: Place) -> None:
    await place.weekly()
    await place.at(THURSDAY)
    await place.at(THURSDAY + HOUR)
    [recap] = await place.prompts(PromptKind.RECAP)
    assert recap.channel == CHAT_CHANNEL


async def test_a_recap_that_would_come_days_late_is_left_out(place: Place) -> None:
    await place.weekly()
    await place.at(THURSDAY)
    await place.at(THURSDAY + timedelta(days=3))
    assert (await place.states())[0] == "ended"
    assert await place.prompts(PromptKind.RECAP) == []
    assert await place.prompts(PromptKind.FIELD) == []


async def test_a_conference_runs_from_midnight_to_midnight_and_is_cancelled_at_once(
    place: Place,
) -> None:
    upcoming = await place.chats.add_conference(
        HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day="19 May", last_day="21 May"
    )
    start = datetime(2026, 5, 18, 22, 0, tzinfo=UTC)
    assert await place.sessions.next_due() == start
    await place.at(start)
    assert await place.sessions.next_due() == start + timedelta(days=3)
    await place.chats.cancel(HERE, upcoming.gathering)
    assert await place.sessions.next_due() is None
    await place.at(start + timedelta(days=4))
    assert await place.prompts(PromptKind.RECAP) == []


async def test_a_chat_that_is_cancelled_while_it_runs_is_followed_to_its_end(place: Place) -> None:
    gathering = await place.weekly()
    await place.at(THURSDAY)
    await place.chats.cancel(HERE, gathering)
    await place.at(THURSDAY + HOUR)
    assert await place.states() == ["ended"]
    assert len(await place.prompts(PromptKind.RECAP)) == 1


async def test_every_hashtag_is_watched_from_just_before_until_after_the_end(
    place: Place,
) -> None:
    await place.weekly(hashtags="#lrnchat #edchat")
    window = (THURSDAY - timedelta(minutes=2), THURSDAY + HOUR + timedelta(minutes=15))
    expected = {Watch("lrnchat", *window), Watch("edchat", *window)}
    assert await place.sessions.watches() >= expected
    await place.at(THURSDAY + HOUR + timedelta(minutes=15))
    assert expected <= await place.sessions.watches()
    await place.at(THURSDAY + HOUR + timedelta(minutes=16))
    assert not expected & await place.sessions.watches()


async def test_after_each_heartbeat_nothing_is_due_and_no_start_was_passed_over(
    place: Place,
) -> None:
    await place.weekly()
    await place.weekly(name="Fortnightly", day="Monday", rhythm=Rhythm.FORTNIGHTLY, minutes=480)
    await place.weekly(name="Monthly", day="Friday", rhythm=Rhythm.MONTHLY, zone="Auckland")
    await place.chats.add_conference(
        HERE, HOST, name="SIBECOL", hashtags="#sibecol", first_day="19 May", last_day="21 May"
    )
    end = THURSDAY + 30 * WEEK
    while (due := await place.sessions.next_due()) is not None and due <= end:
        await place.at(due)
        following = await place.sessions.next_due()
        assert following is not None
        assert following > place.clock.now()
    held = [s for s in await place.all() if s.state is SessionState.ENDED]
    assert len([s for s in held if s.name == "Learning chat"]) == 30
    assert len([s for s in held if s.name == "Fortnightly"]) == 15
    assert len([s for s in held if s.name == "Monthly"]) == 7
    assert len([s for s in held if s.name == "SIBECOL"]) == 1


async def test_presence_is_taken_from_members_only_and_until_the_answers_have_come_in(
    place: Place,
) -> None:
    ana, gone = member(5, "Ana"), member(6, "Gone", left_at=THURSDAY)
    await settle(place.db, ana, gone)
    await place.weekly()
    await place.at(THURSDAY)
    [opening] = await place.prompts(PromptKind.OPENING)

    async def press(who: DiscordId) -> str:
        return (await place.sessions.answered(opening, "here", who, "")).key

    assert await press(ana.discord_id) == "here_noted"
    assert await press(ana.discord_id) == "here_again"
    assert await press(gone.discord_id) == "here_not_joined"
    assert await press(DiscordId(99)) == "here_not_joined"
    with pytest.raises(Unknown):
        await place.sessions.answered(opening, "mine", ana.discord_id, "")
    await place.at(THURSDAY + HOUR + timedelta(minutes=16))
    assert await press(ana.discord_id) == "here_over"
    async with place.db.read() as tx:
        assert await store.presences_of(tx, (await place.all())[0].id) == [ana.person]
