"""Suggestions: who is suggested to whom, when, and with what reason."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.clock import ReplayClock
from bot.errors import NotAllowed, Unknown
from bot.model.cards import Notice, SuggestionCard
from bot.model.people import CommunityId, Delivery, DiscordId, FieldOf, Naming, Stance
from bot.services.learned import profile_of
from bot.services.prompts import Outgoing
from bot.services.rounds import last_round, next_round, week_of
from tests.services.asking import BEFORE, People, services
from tests.services.gatherings import HOUR, MONDAY, NURSES, community, member

if TYPE_CHECKING:
    from bot.store.database import Database


@pytest.fixture
async def people(sqlite_database: Database) -> People:
    """Ana the nurse and Ben the game designer answered Q3 of one session, and never met."""
    made = services(sqlite_database, ReplayClock(MONDAY))
    world = made.world
    await world.open()
    await world.join(member(1, "Ana", "nursing"), member(2, "Ben", "game design"))
    await world.conference(BEFORE - HOUR, BEFORE + HOUR)
    await world.post("Ana", BEFORE, answer=3)
    await world.post("Ben", BEFORE, answer=3)
    return made


async def test_two_who_answered_one_question_are_suggested_with_both_posts(people: People) -> None:
    assert await people.suggestions.refresh_due() == 1
    waiting = [name for name in ("Ana", "Ben") if await people.waits_for(name)]
    assert len(waiting) == 1
    card = await people.card_for(waiting[0])
    assert card.about.name == ({"Ana", "Ben"} - set(waiting)).pop()
    assert card.reasons[0].term.value == "same_question"
    assert card.reasons[0].detail == "Q3"
    assert card.reasons[0].gathering == "#Care26"
    assert card.reasons[0].own_link == f"https://x.com/{waiting[0].lower()}/status/" + (
        "5001" if waiting[0] == "Ana" else "5002"
    )
    assert card.reasons[0].other_link is not None


async def test_a_round_is_held_once(people: People) -> None:
    assert await people.suggestions.next_due() == MONDAY
    assert await people.suggestions.refresh_due() == 1
    assert await people.suggestions.refresh_due() == 0
    assert await people.suggestions.next_due() == MONDAY + timedelta(days=7)


async def test_moving_the_weekly_hour_back_makes_no_second_round(people: People) -> None:
    await people.suggestions.refresh_due()
    await people.world.open(weekly_at=6 * 24 * 60)
    assert await people.suggestions.next_due() == datetime(2026, 5, 17, tzinfo=UTC)


async def test_after_a_long_sleep_only_the_last_round_is_held(people: People) -> None:
    await people.clock.move_to(MONDAY + timedelta(days=23))
    assert await people.suggestions.next_due() == MONDAY + timedelta(days=21)
    assert await people.suggestions.refresh_due() == 1
    assert await people.suggestions.next_due() == MONDAY + timedelta(days=28)


async def test_who_is_in_two_communities_is_one_person_and_asked_once_a_week(
    people: People,
) -> None:
    other = CommunityId(200)
    await people.world.open(id=other, name="Makers")
    ana, ben = people.world.members["Ana"], people.world.members["Ben"]
    await people.world.join(replace(ana, community=other), replace(ben, community=other))
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        rows = await tx.fetch("SELECT a_id, b_id FROM introductions")
    assert len(rows) == 1


async def test_the_channel_is_told_once_when_something_is_ready(people: People) -> None:
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        rows = await tx.fetch("SELECT kind, subject, channel_id FROM prompts ORDER BY kind")
    assert [(r["kind"], r["channel_id"]) for r in rows] == [("suggestion", None), ("weekly", 102)]
    assert rows[1]["subject"] == 202620


async def test_the_channel_is_not_told_when_there_is_nobody(people: People) -> None:
    await people.world.change("Ana", left_at=MONDAY - HOUR)
    assert await people.suggestions.refresh_due() == 0
    async with people.world.db.read() as tx:
        assert await tx.fetch("SELECT id FROM prompts") == []


@pytest.mark.parametrize(
    "change",
    [
        {"left_at": MONDAY - HOUR},
        {"paused_until": MONDAY + HOUR},
        {"skip_until": MONDAY + HOUR},
    ],
)
async def test_who_left_or_paused_is_neither_asked_nor_suggested(
    people: People, change: dict[str, object]
) -> None:
    await people.world.change("Ben", **change)
    assert await people.suggestions.refresh_due() == 0


async def test_colleagues_are_not_introduced(people: People) -> None:
    await people.world.change("Ana", employer="st. mary's")
    await people.world.change("Ben", employer="st. mary's")
    assert await people.suggestions.refresh_due() == 0


async def test_who_shares_no_language_is_not_introduced(people: People) -> None:
    await people.world.change("Ana", languages=("es", "ca"))
    await people.world.change("Ben", languages=("en",))
    assert await people.suggestions.refresh_due() == 0


async def test_one_language_in_common_or_none_said_is_enough(people: People) -> None:
    await people.world.change("Ana", languages=("es", "en"))
    assert await people.suggestions.refresh_due() == 1


async def test_who_said_never_is_never_suggested(people: People) -> None:
    world = people.world
    await people.introductions.never(world.person("Ben"), world.person("Ana"))
    assert await people.suggestions.refresh_due() == 0


async def test_a_pair_is_not_asked_about_again_within_the_year(people: People) -> None:
    # A reason that lasts: she is curious about what he does.
    fields = (FieldOf("nursing", Stance.WORK), FieldOf("game design", Stance.CURIOUS))
    await people.world.change("Ana", fields=fields)
    await people.suggestions.refresh_due()
    first = "Ana" if await people.waits_for("Ana") else "Ben"
    outgoing = await people.waits_for(first)
    assert outgoing is not None
    await people.prompts.answer(outgoing.prompt, "no", people.world.members[first].discord_id)
    for weeks in range(1, 53):
        await people.clock.move_to(MONDAY + timedelta(weeks=weeks))
        assert await people.suggestions.refresh_due() == 0
    # After twelve months they may be asked again, whoever of the two.
    await people.clock.move_to(MONDAY + timedelta(weeks=53))
    assert await people.suggestions.refresh_due() == 1


async def test_who_has_not_answered_is_not_asked_again(people: People) -> None:
    await people.world.join(member(3, "Cho", "architecture"))
    await people.world.post("Cho", BEFORE, answer=3)
    assert await people.suggestions.refresh_due() == 1, "the odd one out waits for next week"
    await people.clock.move_to(MONDAY + timedelta(weeks=1))
    for name in ("Ana", "Ben", "Cho"):
        async with people.world.db.read() as tx:
            open_now = await tx.fetch(
                "SELECT id FROM introductions WHERE state = 'asked_a' AND a_id = :a",
                a=people.world.person(name),
            )
        assert len(open_now) <= 1
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        rows = await tx.fetch(
            "SELECT a_id FROM introductions WHERE state = 'asked_a' GROUP BY a_id"
            " HAVING count(*) > 1"
        )
    assert rows == []


async def test_in_a_round_nobody_is_in_two_introductions_and_who_waited_is_asked_first(
    people: People,
) -> None:
    for number, name in enumerate(("Cho", "Dee", "Eva", "Fay", "Gil"), start=3):
        await people.world.join(member(number, name, "architecture"))
        await people.world.post(name, BEFORE, answer=3)
    assert await people.suggestions.refresh_due() == 3
    async with people.world.db.read() as tx:
        first = await tx.fetch("SELECT a_id, b_id FROM introductions")
    asked = {row["a_id"] for row in first}
    assert len({*asked, *(row["b_id"] for row in first)}) == 6
    await people.clock.move_to(MONDAY + timedelta(weeks=1))
    assert await people.suggestions.refresh_due() > 0
    async with people.world.db.read() as tx:
        both = await tx.fetch("SELECT a_id FROM introductions ORDER BY created_us")
    later = [row["a_id"] for row in both[len(first) :]]
    assert sum(person not in asked for person in later) > len(later) / 2


async def test_what_a_round_learned_is_kept_with_its_gain(people: People) -> None:
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        profile = await profile_of(tx, NURSES)
    assert profile is not None
    assert (profile.name, profile.gain) == ("safe", 0.0), "the history is short"
    assert sum(profile.weights.values()) > 0


async def test_of_two_options_the_one_from_another_field_is_chosen(people: People) -> None:
    await people.world.join(member(3, "Cho", "nursing"))
    await people.world.post("Cho", BEFORE, answer=3)
    await people.world.change("Ben", paused_until=None)
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        rows = await tx.fetch("SELECT cross_field FROM suggestions ORDER BY id")
    assert 1 in [r["cross_field"] for r in rows]
    found = await people.waits_for("Ana")
    if found is not None:
        assert isinstance(found.card, SuggestionCard)
        assert found.card.about.name == "Ben"


async def test_a_described_member_is_shown_without_name_and_without_link(people: People) -> None:
    await people.world.change(
        "Ben", naming=Naming.DESCRIBE, description="builds learning games", skip_until=None
    )
    await people.world.change("Ben", naming=Naming.DESCRIBE, description="builds learning games")
    found = await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert isinstance(found, Outgoing)
    assert isinstance(found.card, SuggestionCard)
    assert found.card.asked
    assert found.card.about.name is None
    assert found.card.about.description == "builds learning games"
    assert found.card.about.profile is None
    assert all(reason.other_link is None for reason in found.card.reasons)


async def test_a_named_member_who_shows_no_posts_is_not_linked(people: People) -> None:
    await people.world.change("Ben", show_posts=False)
    found = await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert isinstance(found, Outgoing)
    assert isinstance(found.card, SuggestionCard)
    assert found.card.about.name == "Ben"
    assert all(reason.other_link is None for reason in found.card.reasons)


async def test_without_a_post_left_to_check_the_suggestion_is_withdrawn(people: People) -> None:
    found = await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert isinstance(found, Outgoing)
    async with people.world.db.write() as tx:
        await tx.execute("DELETE FROM posts")
    assert await people.waits_for("Ana") is None
    async with people.world.db.read() as tx:
        row = await tx.fetch_one("SELECT state FROM introductions")
    assert row is not None
    assert row["state"] == "withdrawn"


async def test_asking_twice_a_week_is_enough_and_the_third_time_says_when(people: People) -> None:
    for number, name in ((3, "Cho"), (4, "Dee"), (5, "Eli")):
        await people.world.join(member(number, name, f"field {name}"))
        await people.world.post(name, BEFORE, answer=3)
    for _ in range(2):
        assert isinstance(await people.suggestions.suggest_now(NURSES, DiscordId(1)), Outgoing)
    with pytest.raises(NotAllowed) as refused:
        await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert refused.value.key == "suggest_enough"
    await people.clock.move_to(MONDAY + timedelta(days=8))
    assert isinstance(await people.suggestions.suggest_now(NURSES, DiscordId(1)), Outgoing)


async def test_asking_three_times_at_once_is_refused_once(people: People) -> None:
    for number, name in ((3, "Cho"), (4, "Dee"), (5, "Eli")):
        await people.world.join(member(number, name, f"field {name}"))
        await people.world.post(name, BEFORE, answer=3)
    asked = [people.suggestions.suggest_now(NURSES, DiscordId(1)) for _ in range(3)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(f, NotAllowed) for f in found) == 1
    about = [f.card.about.name for f in found if isinstance(f, Outgoing)]  # type: ignore[union-attr]
    assert len(about) == len(set(about)) == 2


async def test_nobody_is_suggested_before_the_community_is_set_up(people: People) -> None:
    await people.world.open(prompt_channel=None)
    with pytest.raises(Unknown) as refused:
        await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert refused.value.key == "not_set_up"
    assert await people.suggestions.next_due() is None


async def test_with_nobody_new_the_answer_says_so_and_when_it_looks_again(people: People) -> None:
    await people.world.change("Ben", left_at=MONDAY)
    said = await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert isinstance(said, Notice)
    assert said.key == "suggest_nobody"
    when = int((MONDAY + timedelta(days=7)).timestamp())
    assert said.values == {"when": f"<t:{when}:R>"}


async def test_only_members_may_ask(people: People) -> None:
    with pytest.raises(Unknown):
        await people.suggestions.suggest_now(NURSES, DiscordId(77))


async def test_curiosity_about_a_field_of_work_is_a_reason_without_posts(people: People) -> None:
    async with people.world.db.write() as tx:
        await tx.execute("DELETE FROM posts")
    curious = (FieldOf("nursing", Stance.CURIOUS), FieldOf("game design", Stance.WORK))
    await people.world.change("Ben", fields=curious)
    found = await people.suggestions.suggest_now(NURSES, DiscordId(2))
    assert isinstance(found, Outgoing)
    assert isinstance(found.card, SuggestionCard)
    assert [r.term.value for r in found.card.reasons] == ["curious"]
    assert found.card.reasons[0].reader_is_curious


async def test_talking_with_the_same_person_points_at_both_posts(people: People) -> None:
    world = people.world
    async with world.db.write() as tx:
        await tx.execute("DELETE FROM posts")
    await world.post("Ana", BEFORE, to="Zoe", inside=False)
    await world.post("Ben", BEFORE, to="Zoe", inside=False)
    found = await people.suggestions.suggest_now(NURSES, DiscordId(1))
    assert isinstance(found, Outgoing)
    assert isinstance(found.card, SuggestionCard)
    assert found.card.reasons[0].term.value == "shared_contact"
    assert found.card.reasons[0].own_link == "https://x.com/ana/status/5003"
    assert found.card.reasons[0].other_link == "https://x.com/ben/status/5004"


async def test_who_talked_with_each_other_is_not_suggested(people: People) -> None:
    await people.world.post("Ana", BEFORE, to="Ben")
    assert await people.suggestions.refresh_due() == 0


async def test_in_a_crowd_nobody_is_in_more_lists_than_the_cap(people: People) -> None:
    for number in range(3, 31):
        name = f"M{number}"
        await people.world.join(member(number, name, f"field {number % 5}"))
        await people.world.post(name, BEFORE, answer=3)
    assert await people.suggestions.refresh_due() > 12
    async with people.world.db.read() as tx:
        rows = await tx.fetch(
            "SELECT about_id, count(*) AS n, sum(cross_field) AS cross_field FROM suggestions"
            " GROUP BY about_id"
        )
    assert max(r["n"] for r in rows) <= 3
    total, cross = sum(r["n"] for r in rows), sum(r["cross_field"] for r in rows)
    assert cross >= 0.6 * total


async def test_the_digest_counts_what_waits(people: People) -> None:
    await people.world.change("Ana", delivery=Delivery.DIGEST)
    await people.world.change("Ben", delivery=Delivery.DIGEST)
    await people.suggestions.refresh_due()
    async with people.world.db.read() as tx:
        rows = await tx.fetch("SELECT kind FROM prompts WHERE kind = 'digest'")
    assert len(rows) == 1


def test_the_weekly_hour_is_local_and_keeps_over_the_change_of_clocks() -> None:
    madrid = community(zone="Europe/Madrid", weekly_at=10 * 60)
    before = datetime(2026, 3, 26, 12, tzinfo=UTC)
    assert last_round(madrid, before) == datetime(2026, 3, 23, 9, tzinfo=UTC)
    assert next_round(madrid, before) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert week_of(madrid, next_round(madrid, before)) == 202614


def test_a_round_at_its_own_instant_is_the_last_one() -> None:
    assert last_round(community(), MONDAY) == MONDAY
    assert last_round(community(), MONDAY - timedelta(microseconds=1)) == MONDAY - timedelta(days=7)
