"""Asks, reminders, readings and totals, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.asks import Ask, AskId, AskKind, AskState, Help, HelpId
from bot.model.people import DiscordId, FieldOf, PersonId, Stance
from bot.store import asks, bridges, study, upkeep, yearly
from tests.services.gatherings import HOUR, MONDAY, NURSES, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.store.database import Database

DAY = timedelta(days=1)


async def test_an_ask_is_kept_with_who_helps_and_who_is_thanked(database: Database) -> None:
    await Gathering(database).open()
    ben, ask = PersonId(2), AskId(10)
    async with database.write() as tx:
        made = Ask(ask, NURSES, PersonId(1), AskKind.MAKE, "law", "A game?", AskState.ASKED, MONDAY)
        await asks.add_ask(tx, made)
        assert await asks.get_ask(tx, ask) == made
        assert await asks.asked_since(tx, PersonId(1), MONDAY - DAY) == 1
        assert await asks.oldest_waiting(tx) == MONDAY
        assert await asks.waiting_since(tx, MONDAY) == [made]
        help_ = Help(HelpId(20), ask, ben, MONDAY)
        assert await asks.add_help(tx, help_)
        assert not await asks.add_help(tx, help_)
        load = await asks.load_since(tx, MONDAY, MONDAY - DAY)
        assert load == {ben: asks.Load(this_week=0, this_month=1)}
        assert await asks.accept(tx, help_.id, MONDAY)
        assert not await asks.accept(tx, help_.id, MONDAY)
        await asks.set_thread(tx, help_.id, 77)
        assert await asks.thank(tx, help_.id, MONDAY + DAY)
        assert await asks.thanks_to(tx, ben) == 1
        assert await asks.helps_of(tx, ask) == [
            Help(help_.id, ask, ben, MONDAY, MONDAY, 77, MONDAY + DAY)
        ]
        assert await asks.move(tx, ask, AskState.ASKED, AskState.ANSWERED)
        assert await asks.oldest_waiting(tx) is None


async def test_proposals_are_counted(database: Database) -> None:
    world = Gathering(database)
    await world.open()
    async with database.write() as tx:
        await bridges.note_proposed(tx, 1, member(1, "Ana"), MONDAY)
        assert await bridges.proposed_since(tx, member(1, "Ana").person, MONDAY - DAY) == 1
        assert not await bridges.open_or_made(tx, PersonId(1), PersonId(2))


async def test_contact_readings_and_totals_are_read_as_they_are(database: Database) -> None:
    world = Gathering(database)
    await world.open()
    leaves = (FieldOf("game design", Stance.LEAVE),)
    await world.join(
        member(DiscordId(1), "Ana", fields=leaves), member(DiscordId(2), "Ben", "game design")
    )
    session = await world.conference(MONDAY - HOUR, MONDAY + HOUR)
    await world.post("Ana", MONDAY, to="Zoe")
    shared = await world.post("Ben", MONDAY)
    ana, zoe = world.person("Ana"), PersonId(account_of("Zoe"))
    async with database.write() as tx:
        await tx.execute(
            "INSERT INTO accounts (id, platform, native_id, seen_us) VALUES (:id, 'x', 'z', 0)",
            id=zoe,
        )
        await tx.execute(
            "INSERT INTO post_links (post_id, url) VALUES (:post, 'https://example.org/a')",
            post=shared,
        )
        assert await upkeep.last_exchange(tx, ana, zoe) == MONDAY
        assert await upkeep.said_lately(tx, world.person("Ben"), MONDAY - DAY) == shared
        told = upkeep.Reconnection(5, NURSES, ana, None, None, None, shared, MONDAY)
        await upkeep.add_reconnection(tx, told)
        assert await upkeep.reconnections_of(tx, ana) == [told]
        assert await upkeep.get_reconnection(tx, 5) == told
        links = await study.shared_in_fields_left(tx, NURSES, ana, MONDAY - DAY, MONDAY + DAY, 3)
        assert links == [("https://example.org/a", "game design")]
        over = await study.over_between(tx, MONDAY - DAY, MONDAY + DAY)
        assert over == [(session.id, NURSES)]
        assert await study.next_end(tx, MONDAY - DAY) == MONDAY + HOUR
        await yearly.fold_old(tx, MONDAY + DAY)
        assert await yearly.earlier_years(tx, ana, zoe) == [(2026, 1)]
