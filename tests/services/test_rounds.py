"""Who a round leaves out, how often it asks, what it learns: each rule in its own world."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import NotAllowed
from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import CommunityId, DiscordId
from bot.model.suggestions import Learned
from bot.services.network import Network
from bot.services.privacy import Privacy
from bot.services.prompts import Outgoing
from bot.services.standing import answers_of, outcomes_of, standing_of
from bot.store import members as store_members
from bot.store import network as store_network
from cogs.render_chats import learned as said_of
from tests.services.asking import BEFORE, People, services
from tests.services.gatherings import HOUR, MONDAY, NURSES, member

if TYPE_CHECKING:
    from bot.store.database import Database

WEEK = timedelta(days=7)
TRADES = ("nursing", "game design", "law", "farming", "music")


@pytest.fixture
async def people(sqlite_database: Database) -> People:
    """A community with a session and nobody in it yet."""
    made = services(sqlite_database, ReplayClock(MONDAY))
    await made.world.open()
    await made.world.conference(BEFORE - HOUR, BEFORE + HOUR)
    return made


async def join(people: People, count: int) -> list[str]:
    """Everybody answers question 3; five trades in turn."""
    names = [f"M{number:02}" for number in range(1, count + 1)]
    for number, name in enumerate(names, start=1):
        await people.world.join(member(number, name, TRADES[number % len(TRADES)]))
        await people.world.post(name, BEFORE, answer=3)
    return names


async def rows(people: People, sql: str) -> list[dict[str, int]]:
    async with people.world.db.read() as tx:
        return [dict(row) for row in await tx.fetch(sql)]  # type: ignore[call-overload]


async def answer_all(people: People, names: list[str], answer: str) -> None:
    """Whoever has a question that waits answers it."""
    for name in names:
        outgoing = await people.waits_for(name)
        if outgoing is not None:
            by = people.world.members[name].discord_id
            await people.prompts.answer(outgoing.prompt, answer, by)


async def test_who_is_connected_is_not_suggested(people: People) -> None:
    await join(people, 2)
    ana, ben = people.world.person("M01"), people.world.person("M02")
    async with people.world.db.write() as tx:
        kind, origin = ReasonKind.CONVERSATION, Origin.MEMBER
        one = Connection(ConnectionId(9), ana, ben, kind, "", MONDAY - WEEK, origin)
        await store_network.add_connection(tx, one)
    assert await people.suggestions.refresh_due() == 0


async def test_who_asked_to_be_erased_is_not_suggested(people: People) -> None:
    await join(people, 2)
    db, clock = people.world.db, people.clock
    network = Network(db, clock, None)
    await Privacy(db, clock, network, texts_days=30, engagements_days=730).erase(DiscordId(2))
    assert await people.suggestions.refresh_due() == 0


@pytest.mark.parametrize(("who", "other"), [("M01", "M02"), ("M02", "M01")])
async def test_a_block_keeps_two_apart_whoever_said_it(
    people: People, who: str, other: str
) -> None:
    await join(people, 2)
    async with people.world.db.write() as tx:
        a, b = people.world.person(who), people.world.person(other)
        await store_members.add_block(tx, a, b, MONDAY)
    assert await people.suggestions.refresh_due() == 0


async def test_who_was_introduced_this_week_elsewhere_is_left_alone_on_either_side(
    people: People,
) -> None:
    names = await join(people, 2)
    other = CommunityId(200)
    await people.world.open(id=other, name="Makers")
    for number, name in enumerate([*names, "M03"], start=1):
        await people.world.join(member(number, name, TRADES[number], community=other))
    await people.world.post("M03", BEFORE, answer=3)
    await people.suggestions.refresh_due()
    found = await rows(people, "SELECT a_id, b_id FROM introductions")
    asked = Counter(person for row in found for person in row.values())
    assert max(asked.values()) == 1


async def test_no_pair_is_suggested_twice_and_nobody_more_than_once_a_week(people: People) -> None:
    names = await join(people, 9)
    for week in range(12):
        await people.clock.move_to(MONDAY + week * WEEK)
        await people.introductions.expire_due()
        before = len(await rows(people, "SELECT id FROM introductions"))
        await people.suggestions.refresh_due()
        made = await rows(people, "SELECT a_id, b_id FROM introductions ORDER BY created_us")
        this_week = [person for row in made[before:] for person in row.values()]
        assert len(set(this_week)) == len(this_week)
        await answer_all(people, names, "no")
    pairs = Counter(frozenset(row.values()) for row in made)
    assert max(pairs.values()) == 1
    assert len(pairs) == 9 * 8 / 2, "in the end everybody was proposed to everybody"


async def test_everybody_willing_is_asked_within_four_weeks(people: People) -> None:
    names = await join(people, 14)
    for week in range(4):
        await people.clock.move_to(MONDAY + week * WEEK)
        await people.suggestions.refresh_due()
        await answer_all(people, names, "no")
    found = await rows(people, "SELECT DISTINCT a_id FROM introductions")
    assert {row["a_id"] for row in found} == {people.world.person(name) for name in names}


async def test_after_two_silences_somebody_rests_for_eight_weeks_and_is_told_so(
    people: People,
) -> None:
    names = await join(people, 6)
    silent = people.world.members["M01"]
    asked: list[int] = []
    for week in range(16):
        await people.clock.move_to(MONDAY + week * WEEK)
        await people.introductions.expire_due()
        # Others come and go on, so there is always somebody new.
        new = member(50 + week, f"N{week:02}", "law")
        await people.world.join(new)
        await people.world.post(new.name, BEFORE, answer=3)
        await people.suggestions.refresh_due()
        await answer_all(people, [n for n in (*names, *people.world.members) if n != "M01"], "no")
        found = await rows(people, "SELECT a_id, b_id, created_us FROM introductions")
        if silent.person in {p for r in found[-4:] for p in (r["a_id"], r["b_id"])}:
            asked.append(week)
        resting = await people.suggestions.resting_until(silent.discord_id)
        if resting is not None:
            break
    assert resting is not None
    began = people.clock.now()
    seen = len(await rows(people, "SELECT id FROM introductions"))
    while people.clock.now() + WEEK < resting:
        await people.clock.move_to(people.clock.now() + WEEK)
        await people.suggestions.refresh_due()
        await answer_all(people, [*people.world.members], "no")
    later = (await rows(people, "SELECT a_id, b_id FROM introductions ORDER BY id"))[seen:]
    assert silent.person not in {p for row in later for p in row.values()}
    assert timedelta(weeks=7) < resting - began <= timedelta(weeks=8)


async def test_two_silences_in_a_row_may_lie_months_apart(people: People) -> None:
    await join(people, 8)
    db, ana = people.world.db, people.world.members["M01"]
    for _ in range(2):
        await people.clock.move_to(people.clock.now() + timedelta(weeks=7))
        found = await people.suggestions.suggest_now(NURSES, ana.discord_id)
        assert isinstance(found, Outgoing)
        await people.clock.move_to(people.clock.now() + timedelta(days=15))
        await people.introductions.expire_due()
    await people.clock.move_to(people.clock.now() + timedelta(weeks=7))
    async with db.read() as tx:
        assert ana.person in (await standing_of(tx, people.clock.now())).resting
    await people.clock.move_to(people.clock.now() + WEEK)
    async with db.read() as tx:
        assert (await standing_of(tx, people.clock.now())).resting == {}


async def test_an_answer_ends_the_rest(people: People) -> None:
    await join(people, 8)
    db, ana = people.world.db, people.world.members["M01"]
    for _ in range(2):
        found = await people.suggestions.suggest_now(NURSES, ana.discord_id)
        assert isinstance(found, Outgoing)
        await people.clock.move_to(people.clock.now() + timedelta(days=15))
        await people.introductions.expire_due()
    async with db.read() as tx:
        assert ana.person in (await standing_of(tx, people.clock.now())).resting
    again = await people.suggestions.suggest_now(NURSES, ana.discord_id)
    assert isinstance(again, Outgoing), "whoever asks is answered"
    await people.prompts.answer(again.prompt, "no", ana.discord_id)
    async with db.read() as tx:
        assert (await standing_of(tx, people.clock.now())).resting == {}


async def test_somebody_others_ask_for_is_proposed_to_two_of_them_a_week(people: People) -> None:
    await join(people, 1)
    for number, name in ((2, "Ana"), (3, "Ben"), (4, "Cho")):
        await people.world.join(member(number, name, "nursing", employer="one clinic"))
        await people.world.post(name, BEFORE, answer=3)
    found = [await people.suggestions.suggest_now(NURSES, DiscordId(n)) for n in (2, 3, 4)]
    assert [isinstance(one, Outgoing) for one in found] == [True, True, False]


async def test_what_was_answered_is_learned_from_and_silence_is_a_no(people: People) -> None:
    names = await join(people, 4)
    await people.suggestions.refresh_due()
    asked = [n for n in names if await people.waits_for(n)]
    assert len(asked) == 2
    await answer_all(people, asked[:1], "yes")
    async with people.world.db.read() as tx:
        found = await answers_of(tx, NURSES, people.clock.now())
    assert [(one.member, one.yes) for one in found] == [(people.world.person(asked[0]), True)]
    await people.clock.move_to(MONDAY + timedelta(days=15))
    await people.introductions.expire_due()
    async with people.world.db.read() as tx:
        found = await answers_of(tx, NURSES, people.clock.now())
        outcomes = await outcomes_of(tx, NURSES, people.clock.now())
    # The second let it pass; so did whom the first would have met.
    assert Counter(one.yes for one in found) == {True: 1, False: 2}
    assert [one.made for one in outcomes] == [False, False]
    assert all(0.0 < one.propensity <= 1.0 for one in outcomes)
    assert all(one.features[0] == 1.0 for one in found)


async def test_the_status_claims_nothing_before_enough_was_tried(people: People) -> None:
    names = await join(people, 12)
    for week in range(3):
        await people.clock.move_to(MONDAY + week * WEEK)
        await people.suggestions.refresh_due()
        await answer_all(people, names, "no")
    learned = await people.suggestions.learned(NURSES)
    assert learned.ended > 5
    assert learned.made is None
    assert "too few yet to say" in said_of(learned, "en-GB")
    told = said_of(Learned(0.0, 0, 400, 0.312, 0.204), "en-GB")
    assert "about 31 of 100" in told
    assert "about 20 (estimated from 400" in told


async def test_a_third_request_of_a_week_is_refused(people: People) -> None:
    await join(people, 6)
    for _ in range(2):
        assert isinstance(await people.suggestions.suggest_now(NURSES, DiscordId(1)), Outgoing)
    with pytest.raises(NotAllowed):
        await people.suggestions.suggest_now(NURSES, DiscordId(1))
