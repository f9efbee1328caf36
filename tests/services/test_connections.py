"""A member's own network: who is found, how it is drafted, and what its owner never learns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.network import Layer, Origin, ReasonKind
from bot.model.people import Naming, Platform
from bot.model.posts import post_key
from bot.services.connections import Connections, Draft, Entry
from bot.services.learning import LearningNotes
from bot.services.network import Network
from bot.services.people import People
from bot.store import network as store_network
from bot.store import privacy
from tests.services.gatherings import HOUR, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.clock import ReplayClock
    from bot.ids import Ids
    from bot.model.people import Member
    from bot.store.database import Database

DAY = datetime(2026, 5, 12, 15, tzinfo=UTC)


@dataclass
class Town:
    world: Gathering
    connections: Connections

    @property
    def ana(self) -> Member:
        return self.world.members["Ana"]

    async def find(self, typed: str) -> Draft:
        return await self.connections.find(self.ana, typed)

    async def keep(self, typed: str) -> Entry:
        draft = await self.find(typed)
        return await self.connections.entry(
            self.ana, await self.connections.keep(self.ana, draft.token)
        )

    async def shown(self) -> list[Entry]:
        return await self.connections.show(self.ana)


@pytest.fixture
async def town(sqlite_database: Database, clock: ReplayClock, ids: Ids) -> Town:
    """Ana, and Ben who is described; Zoe is only a public account."""
    world = Gathering(sqlite_database)
    await world.open()
    await world.join(
        member(1, "Ana", "nursing"),
        member(
            2,
            "Ben Secret",
            "game design",
            naming=Naming.DESCRIBE,
            description="builds games",
            country="Chile",
        ),
    )
    await world.conference(DAY - HOUR, DAY + 2 * HOUR)
    async with world.db.write() as tx:
        for name, handle in (("Zoe", "zoe"), ("Ben Secret", "gamer99")):
            await tx.execute(
                "INSERT INTO accounts (id, platform, native_id, handle, name, seen_us)"
                " VALUES (:id, 'x', :native, :handle, :handle, 1)"
                " ON CONFLICT (id) DO UPDATE SET handle = :handle, name = :handle",
                id=account_of(name),
                native=str(account_of(name)),
                handle=handle,
            )
    network = Network(sqlite_database, clock, timedelta(days=30))
    return Town(world, Connections(sqlite_database, clock, ids, network))


async def test_a_handle_is_found_and_drafted_from_what_was_said(town: Town) -> None:
    await town.world.post("Ana", DAY, to="Zoe")
    answer = await town.world.post("Zoe", DAY + HOUR, to="Ana")
    draft = await town.find("@Zoe")
    assert draft.face.name == "zoe"
    assert draft.connection.kind is ReasonKind.CONVERSATION
    assert (draft.connection.reason, draft.connection.post) == ("#Care26", answer)
    assert draft.connection.contact_at == DAY + HOUR
    assert draft.link is not None
    assert not draft.connection.learns


async def test_turning_to_somebody_again_and_again_is_learning_from_them(town: Town) -> None:
    for hour in range(3):
        await town.world.post("Ana", DAY + hour * HOUR, to="Zoe")
    draft = await town.find("zoe")
    assert draft.connection.kind is ReasonKind.CONTRIBUTIONS
    assert draft.connection.learns


async def test_one_press_keeps_and_a_second_changes_nothing(town: Town) -> None:
    kept = await town.keep("zoe")
    draft = await town.find("zoe")
    assert draft.known is not None
    assert draft.known.id == kept.connection.id
    again = await town.connections.keep(town.ana, draft.token, kind=ReasonKind.PROJECT)
    assert again == kept.connection.id
    [only] = await town.shown()
    assert only.connection.kind is ReasonKind.OTHER


async def test_the_address_of_a_post_leads_to_its_author(town: Town) -> None:
    post = await town.world.post("Zoe", DAY)
    assert post == post_key(Platform.X, "5001")
    draft = await town.find("https://twitter.com/whoever/status/5001?s=20")
    assert draft.face.name == "zoe"
    assert draft.connection.post == post
    profile = await town.find("https://x.com/ZOE")
    assert profile.connection.account == account_of("Zoe")
    with pytest.raises(Unknown, match="network_address_unknown"):
        await town.find("https://x.com/nobody/status/1")


async def test_somebody_met_elsewhere_is_kept_by_name_alone(town: Town) -> None:
    kept = await town.keep("Priya from the summer school")
    assert kept.face.name == "Priya from the summer school"
    assert kept.connection.account is None
    assert kept.layer is Layer.VERY_WEAK
    with pytest.raises(Invalid):
        await town.find("  ")
    with pytest.raises(Invalid):
        await town.find("x " * 40)


async def test_who_has_not_joined_is_kept_by_the_owners_word_only(town: Town) -> None:
    draft = await town.connections.of_member(town.ana, member(77, "Guest").discord_id, "Guest")
    assert int(draft.connection.person) == int(draft.connection.id)
    async with town.world.db.read() as tx:
        assert await tx.fetch("SELECT id FROM people WHERE id = 77") == []


async def test_nobody_adds_themselves_by_whatever_face(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await town.find("@ana")
    with pytest.raises(NotAllowed):
        await town.connections.of_member(town.ana, town.ana.discord_id, "Ana")


async def test_an_account_never_tells_who_of_the_server_is_behind_it(town: Town) -> None:
    await town.world.post("Ana", DAY, to="Ben Secret")
    await town.world.post("Ben Secret", DAY + HOUR, to="Ana")
    by_account = await town.keep("@gamer99")
    assert by_account.face.name == "gamer99"
    assert (by_account.face.mention, by_account.face.field, by_account.face.country) == (
        None,
        "",
        "",
    )
    assert by_account.layer is Layer.STRONG
    ben = town.world.members["Ben Secret"]
    draft = await town.connections.of_member(town.ana, ben.discord_id, "Ben Secret")
    assert draft.known is None, "that both are one is not told by 'you have them already'"
    kept = await town.connections.keep(town.ana, draft.token)
    by_name = await town.connections.entry(town.ana, kept)
    assert by_name.face.name == "Ben Secret"
    assert by_name.face.profile is None
    assert by_name.layer is Layer.VERY_WEAK, "a tie made in public would tell the account"
    assert by_name.connection.contact_at is None
    assert len(await town.shown()) == 2


async def test_a_kept_follow_up_tells_the_account_only(town: Town) -> None:
    ben, number = town.world.members["Ben Secret"], account_of("Ben Secret")
    draft = await town.find("@gamer99")
    kept = replace(draft.connection, origin=Origin.FOLLOW_UP)
    assert kept.person == number != ben.person
    async with town.world.db.write() as tx:
        await store_network.add_connection(tx, kept)
        assert (town.ana.person, ben.person) in await store_network.connected_pairs(tx)
        assert await store_network.has_connection(tx, town.ana.person, ben.person)
        data = await privacy.member_data(tx, town.ana.person)
    [entry] = await town.shown()
    assert entry.face.name == "gamer99"
    assert "Ben Secret" not in str(data)
    assert str(ben.person) not in str(data)


async def test_who_chose_to_be_named_with_posts_is_one_person(town: Town) -> None:
    await town.world.change("Ben Secret", naming=Naming.NAME, show_posts=True)
    kept = await town.keep("@gamer99")
    assert kept.face.name == "Ben Secret"
    assert kept.face.field == "game design"


async def test_a_never_said_on_a_card_keeps_the_name_from_ones_own_data(town: Town) -> None:
    from bot.store import members as store_members

    ben = town.world.members["Ben Secret"]
    async with town.world.db.write() as tx:
        await store_members.add_block(tx, town.ana.person, ben.person, DAY)
        assert "Ben Secret" not in str(await privacy.member_data(tx, town.ana.person))
    people = People(town.world.db, town.connections._clock)
    await people.never_introduce(ben.community, town.ana.discord_id, ben.discord_id)
    async with town.world.db.read() as tx:
        [never] = (await privacy.member_data(tx, town.ana.person))["never_introduce"]
    assert never["name"] == "Ben Secret"


async def test_what_the_owner_says_is_kept_and_dated(town: Town) -> None:
    kept = await town.keep("Priya")
    number = kept.connection.id
    await town.connections.describe(
        town.ana,
        number,
        {
            "label": "Priya N.",
            "reason": "a ward game",
            "field": " Game  Design",
            "since": "2024-05",
            "note": "likes tea",
        },
    )
    await town.connections.thank(town.ana, number)
    entry = await town.connections.entry(town.ana, number)
    assert (entry.face.name, entry.face.field) == ("Priya N.", "game design")
    assert entry.connection.since == datetime(2024, 5, 1, tzinfo=UTC)
    assert entry.connection.thanked_at == entry.connection.contact_at
    for wrong in ("2030-01-01", "soon", "1850"):
        with pytest.raises(Invalid, match="network_day_invalid"):
            await town.connections.describe(town.ana, number, {"since": wrong})


async def test_what_is_removed_is_gone_and_nobody_elses_can_be_touched(town: Town) -> None:
    kept = await town.keep("zoe")
    ben = town.world.members["Ben Secret"]
    with pytest.raises(Unknown):
        await town.connections.remove(ben, kept.connection.id)
    with pytest.raises(Unknown):
        await town.connections.change(ben, kept.connection.id, note="mine")
    await town.connections.remove(town.ana, kept.connection.id)
    assert await town.shown() == []
    with pytest.raises(Unknown):
        await town.connections.entry(town.ana, kept.connection.id)


async def test_an_address_that_ends_too_early_is_answered_with_what_to_do(
    town: Town, clock: ReplayClock, ids: Ids
) -> None:
    with pytest.raises(Unknown) as caught:
        await town.find("https://[")
    assert caught.value.key == "network_address_unknown"
    with pytest.raises(Invalid) as refused:
        await LearningNotes(town.world.db, clock, ids).add(town.ana, "x", link="https://[")
    assert refused.value.key == "learn_link_invalid"
