from __future__ import annotations

import dataclasses
import itertools
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.errors import DeliveryFailed, DeliveryRefused, NotAllowed, Unknown
from bot.ids import Ids
from bot.model.cards import DigestCard, Notice
from bot.model.people import (
    Community,
    CommunityId,
    Delivery,
    DiscordId,
    Member,
    Naming,
    person_of_member,
)
from bot.model.posts import to_us
from bot.model.suggestions import PromptId, PromptKind, PromptState
from bot.services.prompts import Prompts, Sent, plan_personal, plan_public, waking_hour
from bot.store import members as store_members
from bot.store import prompts as store

if TYPE_CHECKING:
    from bot.model.cards import Card
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Outgoing
    from bot.store.database import Database, Writer

TOWN = CommunityId(1)
ANA = DiscordId(10)
START = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)


def a_member(**changes: object) -> Member:
    member = Member(
        community=TOWN,
        discord_id=ANA,
        person=person_of_member(ANA),
        name="Ana",
        consent_at=START,
        consent_version=1,
        naming=Naming.NAME,
        description="",
        show_posts=True,
        delivery=Delivery.DM,
        distance=0.5,
        zone="Europe/Madrid",
        quiet_from=21,
        quiet_until=8,
        locale="en-GB",
        country="",
        employer="",
        paused_until=None,
        skip_until=None,
    )
    return dataclasses.replace(member, **changes)  # type: ignore[arg-type]


@dataclass
class FakeOwner:
    """Says the same about everything, while it has ground to."""

    grounded: bool = True
    told: list[int] = field(default_factory=list)

    async def card_of(self, prompt: Prompt) -> Card | None:
        return DigestCard(1, "Town") if self.grounded else None

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        self.told.append(prompt.id)

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        return Notice(answer)


@dataclass
class FakeDiscord:
    """Keeps messages; `break_after` is raised once a message is there, as when we are killed."""

    messages: list[PromptId] = field(default_factory=list)
    refuse: Exception | None = None
    break_after: BaseException | None = None

    async def send(self, outgoing: Outgoing) -> Sent:
        if self.refuse is not None:
            raise self.refuse
        self.messages.append(outgoing.prompt.id)
        if self.break_after is not None:
            raise self.break_after
        return Sent(len(self.messages), 99)

    async def find(self, outgoing: Outgoing) -> Sent | None:
        if outgoing.prompt.id in self.messages:
            return Sent(self.messages.index(outgoing.prompt.id) + 1, 99)
        return None


@dataclass
class Desk:
    db: Database
    clock: ReplayClock
    ids: Ids
    owner: FakeOwner
    prompts: Prompts
    discord: FakeDiscord
    planned: int = 0

    async def plan(self, member: Member, **kwargs: datetime) -> bool:
        self.planned += 1
        async with self.db.write() as tx:
            return await plan_personal(
                tx,
                self.ids,
                member,
                PromptKind.FOLLOW_UP,
                self.planned,
                now=self.clock.now(),
                expires_at=kwargs.get("expires_at", self.clock.now() + timedelta(days=300)),
            )

    async def state(self, prompt: PromptId) -> PromptState:
        async with self.db.read() as tx:
            found = await store.get_prompt(tx, prompt)
        assert found is not None
        return found.state


@pytest.fixture
async def desk(database: Database, clock: ReplayClock, ids: Ids) -> Desk:
    owner = FakeOwner()
    async with database.write() as tx:
        await store_members.save_community(
            tx,
            Community(TOWN, "Town", "Europe/Madrid", "en-GB", 5, 6, False, 600, START),
        )
        await store_members.save_member(tx, a_member())
    prompts = Prompts(database, clock, ids, {PromptKind.FOLLOW_UP: owner, PromptKind.FIELD: owner})
    return Desk(database, clock, ids, owner, prompts, FakeDiscord())


async def test_a_prompt_is_sent_once_and_its_owner_is_told(desk: Desk) -> None:
    await desk.plan(a_member())
    assert await desk.prompts.deliver_due(desk.discord) == 1
    assert await desk.prompts.deliver_due(desk.discord) == 0
    assert desk.owner.told == desk.discord.messages


async def test_the_same_thing_is_planned_once_for_one_recipient(desk: Desk) -> None:
    assert await desk.plan(a_member())
    desk.planned -= 1
    assert not await desk.plan(a_member())


async def test_two_unasked_messages_in_seven_days_and_the_third_comes_later(desk: Desk) -> None:
    for _ in range(3):
        await desk.plan(a_member())
    await desk.prompts.deliver_due(desk.discord)
    assert len(desk.discord.messages) == 2
    assert await desk.prompts.next_due() == START + timedelta(days=7)
    await desk.clock.move_to(START + timedelta(days=7))
    await desk.prompts.deliver_due(desk.discord)
    assert len(desk.discord.messages) == 3


async def test_after_three_ignored_it_is_one_a_month_and_after_six_none(desk: Desk) -> None:
    sent_at = []
    for _ in range(12):
        await desk.plan(a_member(quiet_from=0, quiet_until=0))
    for day in range(400):
        await desk.clock.move_to(START + timedelta(days=day))
        before = len(desk.discord.messages)
        await desk.prompts.deliver_due(desk.discord)
        sent_at += [day] * (len(desk.discord.messages) - before)
    assert sent_at[:2] == [0, 0]
    assert len(sent_at) <= 7
    gaps = [b - a for a, b in itertools.pairwise(sent_at[3:])]
    assert all(gap >= 28 for gap in gaps)
    assert gaps


async def test_an_answer_in_today_ends_the_silence(desk: Desk) -> None:
    forever = START + timedelta(days=999)
    for _ in range(12):
        await desk.plan(a_member(quiet_from=0, quiet_until=0), expires_at=forever)
    for day in range(0, 300, 7):
        await desk.clock.move_to(START + timedelta(days=day))
        await desk.prompts.deliver_due(desk.discord)
    before = len(desk.discord.messages)
    async with desk.db.write() as tx:
        # It waits in /today, was never sent, and is answered there.
        await tx.execute(
            "UPDATE prompts SET state = 'answered', answered_us = :at WHERE id ="
            " (SELECT min(id) FROM prompts WHERE state = 'waiting' AND sent_us IS NULL)",
            at=to_us(desk.clock.now()),
        )
    await desk.plan(a_member(quiet_from=0, quiet_until=0), expires_at=forever)
    await desk.prompts.deliver_due(desk.discord)
    assert len(desk.discord.messages) == before + 1


async def test_those_who_chose_cards_are_sent_nothing(desk: Desk) -> None:
    await desk.plan(a_member(delivery=Delivery.CARD))
    assert await desk.prompts.deliver_due(desk.discord) == 0
    waiting, more = await desk.prompts.waiting(TOWN, ANA)
    assert len(waiting) == 1
    assert more == 0


async def test_a_prompt_whose_ground_is_gone_ends_unsaid(desk: Desk) -> None:
    await desk.plan(a_member())
    desk.owner.grounded = False
    assert await desk.prompts.deliver_due(desk.discord) == 0
    desk.owner.grounded = True
    assert await desk.prompts.deliver_due(desk.discord) == 0


async def test_somebody_who_left_is_sent_nothing(desk: Desk) -> None:
    await desk.plan(a_member())
    async with desk.db.write() as tx:
        await store_members.save_member(tx, a_member(left_at=START))
    assert await desk.prompts.deliver_due(desk.discord) == 0


async def test_closed_dms_leave_the_card_in_today(desk: Desk) -> None:
    await desk.plan(a_member())
    desk.discord.refuse = DeliveryRefused("closed", closed_dms=True)
    await desk.prompts.deliver_due(desk.discord)
    waiting, _ = await desk.prompts.waiting(TOWN, ANA)
    assert len(waiting) == 1


async def test_an_unknown_recipient_ends_the_prompt_at_once(desk: Desk) -> None:
    await desk.plan(a_member())
    desk.discord.refuse = DeliveryRefused("unknown user")
    await desk.prompts.deliver_due(desk.discord)
    assert await desk.prompts.waiting(TOWN, ANA) == ([], 0)


async def test_an_outage_is_waited_out(desk: Desk) -> None:
    await desk.plan(a_member())
    desk.discord.refuse = DeliveryFailed("503")
    await desk.prompts.deliver_due(desk.discord)
    desk.discord.refuse = None
    assert await desk.prompts.deliver_due(desk.discord) == 0
    await desk.clock.move_to(START + timedelta(minutes=1))
    assert await desk.prompts.deliver_due(desk.discord) == 1


async def test_killed_between_sending_and_recording_nothing_is_sent_twice(desk: Desk) -> None:
    await desk.plan(a_member())
    desk.discord.break_after = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        await desk.prompts.deliver_due(desk.discord)
    desk.discord.break_after = None
    await desk.clock.move_to(START + timedelta(minutes=10))
    assert await desk.prompts.deliver_due(desk.discord) == 0
    assert len(desk.discord.messages) == 1
    assert await desk.state(desk.discord.messages[0]) is PromptState.SENT
    assert desk.owner.told == desk.discord.messages


async def test_killed_before_sending_it_is_sent_after_all(desk: Desk) -> None:
    await desk.plan(a_member())
    async with desk.db.write() as tx:
        await store.claim_due(tx, desk.clock.now(), 1)
    await desk.clock.move_to(START + timedelta(minutes=10))
    assert await desk.prompts.deliver_due(desk.discord) == 1
    assert len(desk.discord.messages) == 1


async def test_only_the_recipient_may_answer(desk: Desk) -> None:
    await desk.plan(a_member())
    await desk.prompts.deliver_due(desk.discord)
    with pytest.raises(NotAllowed):
        await desk.prompts.pressed(desk.discord.messages[0], DiscordId(11))
    with pytest.raises(Unknown):
        await desk.prompts.pressed(PromptId(12345), ANA)
    prompt = await desk.prompts.pressed(desk.discord.messages[0], ANA)
    assert (await desk.prompts.answer(prompt, "done", ANA)).key == "done"


async def test_a_channel_gets_its_message_whatever_the_members_budgets(desk: Desk) -> None:
    async with desk.db.write() as tx:
        for subject in range(4):
            await plan_public(
                tx,
                desk.ids,
                TOWN,
                PromptKind.FIELD,
                subject,
                channel=6,
                due_at=START,
                expires_at=START + timedelta(days=1),
            )
    assert await desk.prompts.deliver_due(desk.discord) == 4


async def test_what_is_urgent_goes_first_and_channels_do_not_wait_for_members(desk: Desk) -> None:
    await desk.plan(a_member())
    kinds = (PromptKind.FIELD, PromptKind.RECAP, PromptKind.QUESTION, PromptKind.OPENING)
    async with desk.db.write() as tx:
        for subject, kind in enumerate(kinds, 1):
            await plan_public(
                tx,
                desk.ids,
                TOWN,
                kind,
                subject,
                channel=6,
                due_at=START + timedelta(seconds=subject),
                expires_at=START + timedelta(days=1),
            )
    await desk.clock.move_to(START + timedelta(hours=14))
    claimed = []
    async with desk.db.write() as tx:
        while found := await store.claim_due(tx, desk.clock.now(), 1, personal=False):
            claimed += [prompt.kind for prompt in found]
        [rest] = await store.claim_due(tx, desk.clock.now(), 1, personal=True)
    wanted = [PromptKind.OPENING, PromptKind.QUESTION, PromptKind.FIELD, PromptKind.RECAP]
    assert claimed == wanted
    assert rest.recipient == ANA


async def test_a_community_that_removed_the_bot_is_sent_nothing(desk: Desk) -> None:
    await desk.plan(a_member())
    async with desk.db.write() as tx:
        town = await store_members.get_community(tx, TOWN)
        assert town is not None
        await store_members.save_community(tx, dataclasses.replace(town, removed_at=START))
    assert await desk.prompts.deliver_due(desk.discord) == 0


async def test_what_nobody_answered_expires(desk: Desk) -> None:
    await desk.plan(a_member(delivery=Delivery.CARD), expires_at=START + timedelta(days=14))
    await desk.clock.move_to(START + timedelta(days=14))
    await desk.prompts.deliver_due(desk.discord)
    assert await desk.prompts.waiting(TOWN, ANA) == ([], 0)
    assert await desk.prompts.next_due() is None


async def test_the_digest_counts_what_waits_and_is_planned_once_a_week(desk: Desk) -> None:
    digest = a_member(delivery=Delivery.DIGEST)
    async with desk.db.write() as tx:
        await store_members.save_member(tx, digest)
    assert await desk.prompts.plan_digests(TOWN, 202620) == 0
    await desk.plan(digest)
    assert await desk.prompts.plan_digests(TOWN, 202620) == 1
    assert await desk.prompts.plan_digests(TOWN, 202620) == 0
    assert await desk.prompts.deliver_due(desk.discord) == 1


def test_quiet_hours_end_at_the_members_own_morning() -> None:
    member = a_member()
    evening = datetime(2026, 5, 13, 20, 30, tzinfo=UTC)  # 22:30 in Madrid
    assert waking_hour(member, evening) == datetime(2026, 5, 14, 6, 0, tzinfo=UTC)
    assert waking_hour(member, START) == START


@given(
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(["Europe/Madrid", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),  # noqa: DTZ001 made aware below
)
def test_the_waking_hour_is_never_quiet_never_earlier_and_within_a_day(
    quiet_from: int, quiet_until: int, zone: str, when: datetime
) -> None:
    member = a_member(quiet_from=quiet_from, quiet_until=quiet_until, zone=zone)
    when = when.replace(tzinfo=UTC)
    wake = waking_hour(member, when)
    assert when <= wake <= when + timedelta(hours=26)
    assert waking_hour(member, wake) == wake


async def test_two_deliverers_at_once_send_it_once(desk: Desk) -> None:
    import asyncio

    for _ in range(2):
        await desk.plan(a_member())
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(desk.prompts.deliver_due(desk.discord))
    assert sorted(desk.discord.messages) == sorted(set(desk.discord.messages))
    assert len(desk.discord.messages) == 2


def test_ids_made_under_one_clock_never_repeat() -> None:
    ids = Ids(ReplayClock(START), random.Random(1))
    made = [ids.next() for _ in range(3000)]
    assert sorted(set(made)) == made
