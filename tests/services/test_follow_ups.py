"""Follow-ups: what a conference left open, for whom, when, and what may be said of it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.ids import Ids
from bot.model.cards import FollowUpCard
from bot.model.chats import SessionState
from bot.model.people import Delivery, Naming
from bot.model.suggestions import FollowUpKind, PromptKind
from bot.services.follow_ups import FollowUps, morning
from bot.services.network import Network
from bot.services.prompts import Prompts
from bot.store import network as store_network
from tests.services.gatherings import HOUR, NURSES, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.model.cards import Notice
    from bot.services.prompts import Outgoing
    from bot.store.database import Database

STARTS = datetime(2026, 5, 11, tzinfo=UTC)
ENDS = datetime(2026, 5, 13, tzinfo=UTC)
DAY_2 = datetime(2026, 5, 14, 9, tzinfo=UTC)
DAY_14 = datetime(2026, 5, 26, 9, tzinfo=UTC)
DURING = STARTS + timedelta(hours=14)


@dataclass
class After:
    clock: ReplayClock
    world: Gathering
    follow_ups: FollowUps
    prompts: Prompts

    async def waiting(self, name: str) -> list[Outgoing]:
        found, _ = await self.prompts.waiting(NURSES, self.world.members[name].discord_id)
        return found

    async def card(self, name: str) -> FollowUpCard | None:
        found = await self.waiting(name)
        if not found:
            return None
        assert isinstance(found[0].card, FollowUpCard)
        return found[0].card

    async def press(self, name: str, answer: str) -> Notice:
        [found] = await self.waiting(name)
        by = self.world.members[name].discord_id
        return await self.prompts.answer(found.prompt, answer, by)

    async def all(self, name: str) -> list[FollowUpCard]:
        """Every card, one after the other."""
        cards = []
        while (card := await self.card(name)) is not None:
            cards.append(card)
            await self.press(name, "drop")
        return cards

    async def day_2(self) -> int:
        await self.clock.move_to(DAY_2)
        return await self.follow_ups.plan_due()


@pytest.fixture
async def after(sqlite_database: Database) -> After:
    clock = ReplayClock(ENDS)
    rng = random.Random(5)
    ids = Ids(clock, rng)
    follow_ups = FollowUps(sqlite_database, clock, ids, rng, Network(sqlite_database, clock, None))
    prompts = Prompts(sqlite_database, clock, ids, {PromptKind.FOLLOW_UP: follow_ups})
    world = Gathering(sqlite_database)
    await world.open()
    await world.join(
        member(1, "Ana", "nursing"),
        member(2, "Ben", "game design"),
        member(3, "Cho", "architecture"),
    )
    await world.conference(STARTS, ENDS)
    return After(clock, world, follow_ups, prompts)


async def test_a_question_without_a_reply_is_the_first_thing(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    assert await after.day_2() >= 1
    card = await after.card("Ana")
    assert card is not None
    assert card.kind is FollowUpKind.UNANSWERED
    assert card.gathering == "#Care26"
    assert card.about.name == "Ben"
    assert card.link == "https://x.com/ben/status/5002"


async def test_who_answered_later_has_nothing_open(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    await after.world.post("Ana", ENDS + HOUR, to="Ben", inside=False)
    await after.day_2()
    assert [c.kind for c in await after.all("Ana") if c.kind is FollowUpKind.UNANSWERED] == []


async def test_a_reply_between_planning_and_morning_settles_it(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    await after.clock.move_to(ENDS + 7 * HOUR)
    assert await after.follow_ups.plan_due() >= 1
    await after.world.post("Ana", ENDS + 8 * HOUR, to="Ben", inside=False)
    await after.clock.move_to(DAY_2)
    assert await after.card("Ana") is None


async def test_whom_they_talked_with_may_be_kept(after: After) -> None:
    await after.world.post("Ana", DURING, to="Ben")
    await after.world.post("Ben", DURING + HOUR, to="Ana")
    await after.day_2()
    card = await after.card("Ana")
    assert card is not None
    assert card.kind is FollowUpKind.MET
    said = await after.press("Ana", "done")
    assert said.key == "follow_up_kept"
    async with after.world.db.read() as tx:
        [kept] = await store_network.connections_of(tx, after.world.person("Ana"))
        assert await store_network.connections_of(tx, after.world.person("Ben")) == []
    assert (int(kept.person), kept.account) == (account_of("Ben"), account_of("Ben"))
    assert (kept.reason, kept.origin.value) == ("#Care26", "follow_up")


async def test_somebody_outside_discord_is_only_a_post(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Zoe", DURING + HOUR, to="Ana", asks=True)
    await after.day_2()
    card = await after.card("Ana")
    assert card is not None
    assert (card.about.name, card.about.description) == (None, "")
    assert card.link == "https://x.com/i/status/5002"


@pytest.mark.parametrize(
    "choice", [{"naming": Naming.DESCRIBE, "description": "builds games"}, {"show_posts": False}]
)
async def test_a_name_is_never_put_beside_a_post_that_its_owner_does_not_show(
    after: After, choice: dict[str, object]
) -> None:
    await after.world.change("Ben", **choice)
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    await after.day_2()
    card = await after.card("Ana")
    assert card is not None
    assert (card.about.name, card.about.description) == (None, "")
    assert card.link is not None


async def test_whom_they_narrowly_missed_is_from_another_field_and_named_by_choice(
    after: After,
) -> None:
    for name in ("Ana", "Ben", "Cho"):
        await after.world.post(name, DURING, answer=2)
    await after.world.change("Cho", naming=Naming.DESCRIBE, description="draws houses")
    await after.day_2()
    cards = await after.all("Ana")
    assert [(c.kind, c.about.name, c.field) for c in cards] == [
        (FollowUpKind.MISSED, "Ben", "game design")
    ]
    assert cards[0].link == "https://x.com/ben/status/5002"


async def test_nobody_outside_is_ever_among_the_missed(after: After) -> None:
    await after.world.post("Ana", DURING, answer=2)
    await after.world.post("Zoe", DURING, answer=2)
    assert await after.day_2() == 0


async def test_who_was_only_present_by_a_button_takes_part(after: After) -> None:
    async with after.world.db.write() as tx:
        await tx.execute(
            "INSERT INTO presences (session_id, person_id, at_us) VALUES (701, :p, 0)",
            p=after.world.person("Ana"),
        )
    await after.world.post("Zoe", DURING, to="Ana", asks=True)
    assert await after.day_2() == 1


async def test_who_took_no_part_gets_nothing(after: After) -> None:
    await after.world.post("Zoe", DURING, to="Ana", asks=True)
    assert await after.day_2() == 0


async def test_it_is_planned_once_and_waits_for_nine_in_the_morning(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    assert await after.follow_ups.next_due() == ENDS + 6 * HOUR
    assert await after.follow_ups.plan_due() == 0
    await after.clock.move_to(ENDS + 6 * HOUR)
    assert await after.follow_ups.plan_due() >= 1
    assert await after.follow_ups.plan_due() == 0
    assert await after.card("Ana") is None
    await after.clock.move_to(DAY_2)
    assert await after.card("Ana") is not None
    assert await after.follow_ups.next_due() == ENDS + timedelta(days=12)


async def test_only_the_first_of_several_is_a_direct_message(after: After) -> None:
    await after.world.change("Ana", delivery=Delivery.DM)
    await after.world.post("Ana", DURING)
    for name in ("Ben", "Cho", "Zoe"):
        await after.world.post(name, DURING + HOUR, to="Ana", asks=True)
    await after.day_2()
    async with after.world.db.read() as tx:
        rows = await tx.fetch("SELECT state FROM prompts WHERE recipient_id = 1")
    states = sorted(r["state"] for r in rows)
    assert states == ["due", "waiting", "waiting"]


async def test_nothing_is_sent_to_who_paused(after: After) -> None:
    await after.world.change("Ana", delivery=Delivery.DM, paused_until=DAY_14)
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    await after.day_2()
    async with after.world.db.read() as tx:
        rows = await tx.fetch("SELECT state FROM prompts WHERE recipient_id = 1")
    assert [r["state"] for r in rows] == ["waiting"]


async def test_later_shows_it_again_in_three_days(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    await after.day_2()
    assert (await after.press("Ana", "later")).key == "follow_up_later"
    assert await after.card("Ana") is None
    await after.clock.move_to(DAY_2 + timedelta(days=3))
    assert await after.card("Ana") is not None


async def test_day_14_brings_what_nothing_came_back_to(after: After) -> None:
    await after.world.post("Ana", DURING, to="Zoe")
    await after.world.post("Ana", DURING + HOUR, to="Ben")
    await after.day_2()
    await after.world.post("Zoe", DAY_2, to="Ana", inside=False)
    await after.all("Ana")
    await after.clock.move_to(DAY_14 - timedelta(days=1))
    await after.follow_ups.plan_due()
    assert await after.card("Ana") is None
    await after.clock.move_to(DAY_14)
    [card] = await after.all("Ana")
    assert card.kind is FollowUpKind.ONE_WAY
    assert card.link == "https://x.com/ana/status/5002"


async def test_a_conference_that_is_not_over_or_was_missed_brings_nothing(after: After) -> None:
    await after.world.post("Ana", DURING)
    await after.world.post("Ben", DURING + HOUR, to="Ana", asks=True)
    async with after.world.db.write() as tx:
        await tx.execute("UPDATE sessions SET state = :s", s=SessionState.MISSED.value)
    assert await after.follow_ups.next_due() is None
    assert await after.day_2() == 0


def test_the_morning_is_the_members_own() -> None:
    assert morning(ENDS, 2, "UTC") == DAY_2
    assert morning(ENDS, 2, "Asia/Tokyo") == datetime(2026, 5, 15, 0, tzinfo=UTC)
    assert morning(ENDS, 2, "America/New_York") == datetime(2026, 5, 14, 13, tzinfo=UTC)
    madrid_midnight = datetime(2026, 5, 12, 22, tzinfo=UTC)
    assert morning(madrid_midnight, 2, "Europe/Madrid") == datetime(2026, 5, 14, 7, tzinfo=UTC)


async def test_a_note_keeps_whom_nobody_answered_with_the_owners_own_reason(after: After) -> None:
    first = await after.world.post("Ben", DURING)
    await after.world.post("Ana", DURING + HOUR, to="Ben", reply_to=first)
    await after.clock.move_to(DAY_14)
    await after.follow_ups.plan_due()
    [found] = await after.waiting("Ana")
    assert isinstance(found.card, FollowUpCard)
    assert (found.card.kind, found.card.may_note) == (FollowUpKind.ONE_WAY, True)
    by = after.world.members["Ana"].discord_id
    said = await after.prompts.answer(found.prompt, "note", by, "  Maps \n corals ")
    assert said.key == "follow_up_kept"
    async with after.world.db.read() as tx:
        [kept] = await store_network.connections_of(tx, after.world.person("Ana"))
    assert (kept.reason, kept.account) == ("Maps corals", account_of("Ben"))
    assert await after.waiting("Ana") == []


async def test_a_note_about_whom_one_keeps_already_changes_the_reason_alone(after: After) -> None:
    for number in (1, 2):
        await after.world.post("Ana", DURING + number * HOUR, to="Ben")
        await after.world.post("Ben", DURING + number * HOUR, to="Ana", asks=number == 2)
    await after.day_2()
    by = after.world.members["Ana"].discord_id
    [found] = await after.waiting("Ana")
    await after.prompts.answer(found.prompt, "done", by)
    async with after.world.db.write() as tx:
        await tx.execute("UPDATE prompts SET state = 'waiting', answered_us = NULL")
        await tx.execute("UPDATE connections SET note = 'mine'")
        await tx.execute("UPDATE follow_ups SET kind = 'unanswered'")
    await after.prompts.answer(found.prompt, "note", by, "Maps corals")
    async with after.world.db.read() as tx:
        kept = await store_network.connections_of(tx, after.world.person("Ana"))
    assert [(c.reason, c.note) for c in kept] == [("Maps corals", "mine")]
