"""/ask: who is asked, what each of them learns, and what happens when nobody answers."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import Invalid, NotAllowed, Unknown
from bot.ids import Ids
from bot.model.asks import AskKind
from bot.model.cards import AskCard, AskOpenCard, HelpCard, ThankedCard
from bot.model.people import Delivery, DiscordId, FieldOf, Stance
from bot.model.suggestions import PromptId, PromptKind
from bot.services.asks import Asks
from bot.services.helpers import helps_with
from bot.services.network import Network
from bot.services.prompts import Prompts
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import reports as store_reports
from tests.services.asking import Post
from tests.services.gatherings import HOUR, MONDAY, NURSES, Gathering, member

if TYPE_CHECKING:
    from bot.model.cards import Notice
    from bot.model.people import Member
    from bot.services.prompts import Outgoing
    from bot.store.database import Database

ANA = DiscordId(1)
HOURS_48 = timedelta(hours=48)


def helper(number: int, name: str, *fields: str, **changes: object) -> Member:
    said = tuple(FieldOf(field, Stance.HELP) for field in fields)
    awake = member(number, name, fields=said, delivery=Delivery.DM, quiet_from=0, quiet_until=0)
    return replace(awake, **changes)  # type: ignore[arg-type]


@dataclass
class Town:
    world: Gathering
    clock: ReplayClock
    asks: Asks
    prompts: Prompts
    post: Post

    async def ask(
        self, field: str = "simulation", kind: AskKind = AskKind.QUESTION, who: str = "Ana"
    ) -> Notice:
        return await self.asks.ask(self.world.members[who], kind, field, "How do you grade?")

    async def deliver(self) -> list[Outgoing]:
        before = len(self.post.sent)
        await self.prompts.deliver_due(self.post)
        return self.post.sent[before:]

    def asked(self) -> list[str]:
        names = {m.discord_id: m.name for m in self.world.members.values()}
        return [
            names[o.prompt.recipient]
            for o in self.post.sent
            if o.prompt.kind is PromptKind.ASK and o.prompt.recipient is not None
        ]

    async def press(self, sent: Outgoing, answer: str, by: DiscordId) -> Notice:
        prompt = await self.prompts.pressed(sent.prompt.id, by)
        return await self.prompts.answer(prompt, answer, by)


@pytest.fixture
async def town(sqlite_database: Database) -> Town:
    clock = ReplayClock(MONDAY)
    ids = Ids(clock, random.Random(5))
    world = Gathering(sqlite_database)
    await world.open()
    await world.join(helper(ANA, "Ana", employer="clinic"))
    asks = Asks(sqlite_database, clock, ids, Network(sqlite_database, clock, None))
    kinds = (
        PromptKind.ASK, PromptKind.ASK_OPEN, PromptKind.ASK_PUBLIC, PromptKind.HELPING,
        PromptKind.HELP_BY_LINKS, PromptKind.THANKED,
    )  # fmt: skip
    prompts = Prompts(sqlite_database, clock, ids, dict.fromkeys(kinds, asks))
    return Town(world, clock, asks, prompts, Post())


async def test_three_who_help_are_asked_weak_ties_first_and_strong_ones_last(town: Town) -> None:
    await town.world.join(
        helper(2, "Strong", "simulation"),
        helper(3, "Weak", "nursing simulation"),
        helper(4, "None", "simulation"),
        helper(5, "Other", "law"),
    )
    for _ in range(9):
        await town.world.post("Ana", MONDAY - HOUR, to="Strong", inside=False)
    for _ in range(5):
        await town.world.post("Ana", MONDAY - HOUR, to="Weak", inside=False)
    await town.world.join(helper(6, "Also", "simulation"))
    assert (await town.ask()).key == "ask_done"
    await town.deliver()
    assert set(town.asked()) == {"Weak", "None", "Also"}


async def test_nobody_is_asked_who_is_away_apart_a_colleague_or_was_asked_this_week(
    town: Town,
) -> None:
    await town.world.join(
        helper(2, "Away", "simulation", paused_until=MONDAY + 9 * HOUR),
        helper(3, "Colleague", "simulation", employer="clinic"),
        helper(4, "Apart", "simulation"),
        helper(5, "Ben", "simulation"),
    )
    async with town.world.db.write() as tx:
        apart, ana = town.world.person("Apart"), town.world.person("Ana")
        await store_members.add_block(tx, apart, ana, MONDAY)
    await town.ask()
    await town.deliver()
    assert town.asked() == ["Ben"]
    assert (await town.ask()).key == "ask_nobody"


async def test_who_asks_sees_a_name_only_of_who_said_yes(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"), helper(3, "Cam", "simulation"))
    said = await town.ask()
    assert "Ben" not in str(said)
    first, second = await town.deliver()
    assert isinstance(first.card, AskCard)
    assert (first.card.asker.name, first.card.question) == ("Ana", "How do you grade?")
    assert (await town.press(first, "no", DiscordId(first.prompt.recipient or 0))).key == "ask_no"
    assert await town.deliver() == []
    by = DiscordId(second.prompt.recipient or 0)
    assert (await town.press(second, "yes", by)).key == "ask_yes"
    assert (await town.press(second, "yes", by)).key == "answer_taken"
    [thread] = await town.deliver()
    assert isinstance(thread.card, HelpCard)
    assert {p.mention for p in thread.card.together} == {ANA, by}


async def test_a_thank_you_is_one_press_of_who_asked_and_is_said_once(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"))
    await town.ask()
    [asked] = await town.deliver()
    await town.press(asked, "yes", DiscordId(2))
    [thread] = await town.deliver()
    with pytest.raises(NotAllowed):
        await town.press(thread, "thanks", DiscordId(2))
    assert (await town.press(thread, "thanks", ANA)).key == "ask_thanked"
    assert (await town.press(thread, "thanks", ANA)).key == "answer_taken"
    [thanked] = await town.deliver()
    assert isinstance(thanked.card, ThankedCard)
    async with town.world.db.read() as tx:
        row = await tx.fetch_one("SELECT thanked_us, thread_id FROM ask_helpers")
    assert row is not None
    assert row["thanked_us"] is not None
    assert thanked.prompt.channel == row["thread_id"]


async def test_somethings_wrong_tells_organisers_where_and_keeps_the_two_apart(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"), helper(3, "Cam", "law"))
    await town.ask()
    [asked] = await town.deliver()
    await town.press(asked, "yes", DiscordId(2))
    [thread] = await town.deliver()
    with pytest.raises(NotAllowed):
        await town.press(thread, "wrong", DiscordId(3))
    for _ in range(2):
        assert (await town.press(thread, "wrong", ANA)).key == "ask_wrong"
    async with town.world.db.read() as tx:
        [report] = await store_reports.reports_of(tx, NURSES)
        help_ = await tx.fetch_one("SELECT id, thread_id FROM ask_helpers")
        assert await store_members.is_blocked(
            tx, town.world.person("Ana"), town.world.person("Ben")
        )
    assert help_ is not None
    assert (report.about, report.subject) == (store_reports.About.HELP, help_["id"])
    assert (report.by, report.thread) == (town.world.person("Ana"), help_["thread_id"])
    assert report.thread is not None


async def test_after_48_hours_it_is_said_that_nobody_could_and_it_may_go_public(
    town: Town,
) -> None:
    await town.world.join(helper(2, "Ben", "simulation"), helper(3, "Cam", "law"))
    await town.ask()
    await town.deliver()
    assert await town.asks.next_due() == MONDAY + HOURS_48
    await town.clock.move_to(MONDAY + HOURS_48)
    assert await town.asks.look_after() == 1
    assert await town.asks.next_due() is None
    [told] = await town.deliver()
    assert isinstance(told.card, AskOpenCard)
    assert told.card.was_asked
    assert (await town.press(told, "publish", ANA)).key == "ask_published"
    [public] = await town.deliver()
    assert isinstance(public.card, AskCard)
    assert public.card.public
    with pytest.raises(NotAllowed):
        await town.press(public, "help", ANA)
    with pytest.raises(Unknown):
        await town.press(public, "help", DiscordId(99))
    assert (await town.press(public, "help", DiscordId(3))).key == "ask_yes"
    assert (await town.press(public, "help", DiscordId(3))).key == "answer_taken"
    [thread] = await town.deliver()
    assert isinstance(thread.card, HelpCard)
    assert thread.card.helper.name == "Cam"


async def test_what_was_answered_in_time_is_not_said_to_be_unanswered(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"))
    await town.ask()
    [asked] = await town.deliver()
    await town.press(asked, "yes", DiscordId(2))
    await town.clock.move_to(MONDAY + HOURS_48)
    assert await town.asks.look_after() == 0


async def test_company_needs_no_field_and_the_rest_do(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"))
    with pytest.raises(Invalid):
        await town.ask("")
    assert (await town.ask("", AskKind.COMPANY)).key == "ask_done"
    with pytest.raises(Invalid):
        await town.asks.ask(town.world.members["Ana"], AskKind.MAKE, "law", "  ")


async def test_three_a_week_are_enough(town: Town) -> None:
    for _ in range(3):
        await town.ask()
    with pytest.raises(NotAllowed):
        await town.ask()


async def test_an_ask_ends_with_who_asked(town: Town) -> None:
    await town.world.join(helper(2, "Ben", "simulation"))
    await town.ask()
    await town.world.change("Ana", left_at=MONDAY)
    assert await town.deliver() == []
    async with town.world.db.read() as tx:
        row = await tx.fetch_one("SELECT id FROM prompts WHERE kind = 'ask'")
        assert row is not None
        kept = await store_prompts.get_prompt(tx, PromptId(row["id"]))
    assert kept is not None
    assert kept.state.value == "ended"


def test_a_field_is_meant_by_its_words_too() -> None:
    ben = helper(2, "Ben", "nursing simulation")
    assert helps_with(ben, "simulation")
    assert helps_with(ben, "")
    assert not helps_with(ben, "nursing law")
    assert not helps_with(helper(3, "Cam"), "")
