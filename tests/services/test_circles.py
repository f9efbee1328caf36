"""Circles: who is asked, what each of them learns, and how the rota goes on."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import DeliveryRefused, NotAllowed, Unknown
from bot.ids import Ids
from bot.model.cards import CircleCard, CircleOfferCard, CircleOverCard, CircleTurnCard
from bot.model.people import CommunityId, Delivery, DiscordId, person_of_member
from bot.model.suggestions import PromptKind
from bot.services.circles import OFFER_LASTS, Circles
from bot.services.prompts import Prompts
from bot.store import members as store_members
from bot.store import privacy
from bot.store import reports as store_reports
from cogs.render import rendered
from tests.services.asking import Post
from tests.services.circling import keep_meeting
from tests.services.gatherings import MONDAY, NURSES, Gathering, member

if TYPE_CHECKING:
    from bot.model.cards import Notice
    from bot.services.prompts import Outgoing, Sent
    from bot.store.database import Database

NAMES = ("Ana", "Ben", "Cyd", "Dora")
NUMBERS = {name: n for n, name in enumerate(NAMES, 1)}
ORDER = sorted(NAMES, key=lambda name: person_of_member(DiscordId(NUMBERS[name])))
"""Of those who never had a turn the smallest number comes first."""
DAY = timedelta(days=1)


def turns_in(said: list[Outgoing]) -> list[str | None]:
    return [o.card.whose.name for o in said if isinstance(o.card, CircleTurnCard)]


class Threads(Post):
    """A courier that may find the channel closed."""

    closed = False

    async def send(self, outgoing: Outgoing) -> Sent:
        if self.closed and outgoing.prompt.recipient is None:
            raise DeliveryRefused("the channel is gone")
        return await super().send(outgoing)


@dataclass
class Town:
    world: Gathering
    clock: ReplayClock
    circles: Circles
    prompts: Prompts
    post: Threads

    async def beat(self) -> list[Outgoing]:
        before = len(self.post.sent)
        await self.circles.look_after()
        await self.prompts.deliver_due(self.post)
        return self.post.sent[before:]

    async def days_later(self, days: float) -> list[Outgoing]:
        """Beats whenever something is due until then, as a running bot does."""
        until, said = self.clock.now() + days * DAY, []
        while (due := await self.circles.next_due()) <= until:
            await self.clock.move_to(max(due, self.clock.now()))
            said += await self.beat()
        await self.clock.move_to(until)
        return said + await self.beat()

    async def press(self, sent: Outgoing, answer: str, by: int) -> Notice:
        prompt = await self.prompts.pressed(sent.prompt.id, DiscordId(by))
        return await self.prompts.answer(prompt, answer, DiscordId(by))

    async def offers(self) -> dict[int, Outgoing]:
        return {o.prompt.recipient or 0: o for o in await self.beat()}

    async def made(self, *answers: str) -> Outgoing:
        """All four are asked and answer; the thread."""
        offers = await self.offers()
        for who, answer in zip(sorted(offers), answers, strict=True):
            await self.press(offers[who], answer, who)
        [thread] = await self.beat()
        assert isinstance(thread.card, CircleCard)
        return thread


def _town(db: Database) -> Town:
    clock = ReplayClock(MONDAY)
    ids = Ids(clock, random.Random(5))
    circles = Circles(db, clock, ids)
    kinds = (
        PromptKind.CIRCLE_OFFER, PromptKind.CIRCLE, PromptKind.CIRCLE_TURN, PromptKind.CIRCLE_OVER,
    )  # fmt: skip
    prompts = Prompts(db, clock, ids, dict.fromkeys(kinds, circles))
    return Town(Gathering(db), clock, circles, prompts, Threads())


async def _meet(town: Town, sessions: int = 4) -> None:
    await town.world.open()
    await town.world.join(
        *(
            member(n, name, delivery=Delivery.DM, quiet_from=0, quiet_until=0)
            for n, name in enumerate(NAMES, 1)
        )
    )
    await keep_meeting(town.world, NAMES, MONDAY, sessions)


@pytest.fixture
async def town(sqlite_database: Database) -> Town:
    made = _town(sqlite_database)
    await _meet(made)
    return made


async def test_those_who_keep_meeting_are_each_asked_once_and_no_name_is_said(
    database: Database,
) -> None:
    town = _town(database)
    await _meet(town)
    offers = await town.offers()
    assert sorted(offers) == [1, 2, 3, 4]
    for sent in offers.values():
        assert sent.card == CircleOfferCard("#lrnchat")
        assert sent.prompt.unasked
        said = str(rendered(sent).embed.to_dict())
        assert not any(name in said for name in NAMES)
    assert await town.days_later(200) == []


async def test_three_sessions_are_too_few(sqlite_database: Database) -> None:
    town = _town(sqlite_database)
    await _meet(town, sessions=3)
    assert await town.beat() == []


async def test_nobody_is_asked_who_pauses_or_has_left(town: Town) -> None:
    await town.world.change("Ana", paused_until=MONDAY + DAY)
    await town.world.change("Ben", left_at=MONDAY)
    assert await town.beat() == []


async def test_three_yeses_make_it_and_who_said_no_is_not_named(town: Town) -> None:
    offers = await town.offers()
    for who, answer in ((1, "weekly"), (2, "fortnightly"), (3, "no"), (4, "fortnightly")):
        await town.press(offers[who], answer, who)
    [thread] = await town.beat()
    card = thread.card
    assert isinstance(card, CircleCard)
    assert (card.number, card.every_days) == (1, 14)
    assert {p.name for p in card.together} == {"Ana", "Ben", "Dora"}
    shown = rendered(thread)
    assert shown.thread_name == "Circle 1: #lrnchat"
    assert not any(name in f"{shown.content} {shown.embed.to_dict()}" for name in NAMES)


async def test_of_two_yeses_and_silence_nobody_hears(town: Town) -> None:
    offers = await town.offers()
    assert (await town.press(offers[1], "weekly", 1)).key == "circle_yes"
    assert (await town.press(offers[2], "weekly", 2)).key == "circle_yes"
    assert (await town.press(offers[3], "no", 3)).key == "circle_no"
    said = await town.days_later(OFFER_LASTS / DAY + 1)
    assert said == []
    assert (await town.press(offers[4], "weekly", 4)).key == "answer_over"
    # The two who said yes may be asked about another one, once there are enough.
    async with town.world.db.read() as tx:
        data = [await privacy.member_data(tx, town.world.person(n)) for n in ("Ana", "Cyd")]
    assert [row["made"] for d in data for row in d["circles"]] == [0, 0]
    assert [row["own_answer"] for d in data for row in d["circles"]] == ["weekly", "no"]


async def test_silence_of_one_lets_it_come_about_two_weeks_later(town: Town) -> None:
    offers = await town.offers()
    for who in (1, 2, 3):
        await town.press(offers[who], "weekly", who)
    assert await town.beat() == []
    said = await town.days_later(OFFER_LASTS / DAY)
    [thread] = [o.card for o in said if isinstance(o.card, CircleCard)]
    assert {p.name for p in thread.together} == {"Ana", "Ben", "Cyd"}
    assert thread.every_days == 7


async def test_the_rota_goes_round_and_moves_on_by_itself(town: Town) -> None:
    await town.made("weekly", "weekly", "weekly", "weekly")
    said = await town.days_later(2 + 7 * 7)
    assert turns_in(said) == ORDER * 2
    assert {o.prompt.channel for o in said} == {9004}
    gaps = {b.prompt.due_at - a.prompt.due_at for a, b in pairwise(said)}
    assert gaps == {7 * DAY}


async def test_a_turn_is_passed_on_by_whose_it_is_and_the_next_comes_when_it_would(
    town: Town,
) -> None:
    await town.made("fortnightly", "fortnightly", "fortnightly", "fortnightly")
    [turn] = await town.days_later(3)
    whose, other = (NUMBERS[name] for name in ORDER[:2])
    with pytest.raises(NotAllowed):
        await town.press(turn, "pass", other)
    with pytest.raises(NotAllowed):
        await town.press(turn, "pass", 77)
    assert (await town.press(turn, "pass", whose)).key == "circle_passed"
    assert (await town.press(turn, "pass", whose)).key == "answer_taken"
    assert turns_in(await town.beat()) == [ORDER[1]]
    [following] = await town.days_later(14)
    assert turns_in([following]) == [ORDER[2]]
    assert following.prompt.due_at - turn.prompt.due_at == 14 * DAY


async def test_who_leaves_has_no_turn_and_with_two_left_no_turns_are_called(town: Town) -> None:
    thread = await town.made("weekly", "weekly", "weekly", "weekly")
    assert (await town.press(thread, "leave", 1)).key == "circle_left"
    with pytest.raises(NotAllowed):
        await town.press(thread, "leave", 1)
    left = [name for name in ORDER if name != "Ana"]
    assert turns_in(await town.days_later(2 + 7 * 2)) == left
    await town.press(thread, "leave", 2)
    [over] = await town.beat()
    assert isinstance(over.card, CircleOverCard)
    assert await town.days_later(60) == []


async def test_who_pauses_is_passed_over_and_who_left_the_community_is_out(town: Town) -> None:
    await town.made("weekly", "weekly", "weekly", "weekly")
    await town.world.change("Ana", paused_until=MONDAY + 10 * DAY)
    await town.world.change("Ben", left_at=MONDAY)
    here = [name for name in ORDER if name not in ("Ana", "Ben")]
    assert turns_in(await town.days_later(2 + 7 * 2)) == [*here, "Ana"]


async def test_who_erases_themselves_is_out_and_what_called_them_goes(town: Town) -> None:
    await town.made("weekly", "weekly", "weekly", "weekly")
    [turn] = await town.days_later(3)
    gone = ORDER[0]
    assert turns_in([turn]) == [gone]
    assert turn.prompt.channel == 9004
    async with town.world.db.write() as tx:
        await privacy.erase_person(tx, town.world.person(gone), at=MONDAY, keep_out=True)
        orphans = await tx.fetch("SELECT community_id FROM orphan_messages")
    # The offer and the turn; without the community the thread, which names nobody, keeps its name.
    assert [o["community_id"] for o in orphans] == [None, None]
    assert turns_in(await town.days_later(14)) == ORDER[1:3]


async def test_somethings_wrong_is_for_organisers_and_only_from_inside(town: Town) -> None:
    offers = await town.offers()
    for who in (1, 2, 3, 4):
        await town.press(offers[who], "no" if who == 3 else "weekly", who)
    [thread] = await town.beat()
    with pytest.raises(NotAllowed):
        await town.press(thread, "wrong", 3)
    assert (await town.press(thread, "wrong", 2)).key == "circle_wrong"
    async with town.world.db.read() as tx:
        [report] = await store_reports.reports_of(tx, NURSES)
    assert (report.about, report.thread) == (store_reports.About.CIRCLE, 9004)
    with pytest.raises(Unknown):
        await town.press(thread, "yes", 2)


async def test_two_who_are_kept_apart_after_the_question_are_not_put_together(town: Town) -> None:
    offers = await town.offers()
    async with town.world.db.write() as tx:
        ana, ben = town.world.person("Ana"), town.world.person("Ben")
        await store_members.add_block(tx, ana, ben, MONDAY)
    for who, sent in offers.items():
        await town.press(sent, "weekly", who)
    assert await town.beat() == []


async def test_where_no_thread_can_be_opened_there_is_no_circle(town: Town) -> None:
    offers = await town.offers()
    town.post.closed = True
    for who, sent in offers.items():
        await town.press(sent, "weekly", who)
    assert await town.beat() == []
    town.post.closed = False
    assert await town.days_later(60) == []


async def test_a_community_that_goes_takes_its_circles_along(database: Database) -> None:
    town = _town(database)
    await _meet(town)
    await town.made("weekly", "weekly", "weekly", "weekly")
    await town.days_later(3)
    async with database.write() as tx:
        await privacy.delete_community(tx, CommunityId(NURSES))
        for table in ("circles", "circle_members", "circle_turns"):
            assert await tx.fetch(f"SELECT * FROM {table}") == []


async def test_the_messages_of_a_circle_are_the_same_for_all_of_a_community(town: Town) -> None:
    thread = await town.made("weekly", "weekly", "weekly", "weekly")
    spanish = replace(thread, locale="es-ES")
    assert rendered(spanish).thread_name == "Círculo 1: #lrnchat"
    [turn] = await town.days_later(3)
    shown = rendered(turn)
    assert shown.content == f"<@{NUMBERS[ORDER[0]]}>"
    assert f"{ORDER[0]}, it is your turn" in str(shown.embed.description)
