"""Suggestions, introductions, follow-ups, connections and evidence, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import DiscordId, PersonId
from bot.model.posts import EngagementKind, PostId
from bot.model.suggestions import (
    FollowUp,
    FollowUpKind,
    Introduction,
    IntroductionId,
    IntroductionState,
    Prompt,
    PromptId,
    PromptKind,
    PromptState,
    Reason,
    ReasonTerm,
    Suggestion,
    SuggestionId,
)
from bot.store import follow_ups, network, offers, prompts, reports, suggestions
from bot.store.engagements import engagement_page
from tests.services.gatherings import HOUR, MONDAY, NURSES, Gathering, account_of, member

if TYPE_CHECKING:
    from bot.store.database import Database

EARLIER = MONDAY - timedelta(days=1)


@pytest.fixture
async def world(database: Database) -> Gathering:
    made = Gathering(database)
    await made.open()
    await made.join(member(1, "Ana", "nursing"), member(2, "Ben", "design"))
    await made.conference(EARLIER - HOUR, EARLIER + HOUR)
    return made


def suggestion(world: Gathering, number: int = 1, **changes: object) -> Suggestion:
    values: dict[str, object] = {
        "id": SuggestionId(number),
        "community": NURSES,
        "member": world.person("Ana"),
        "about": world.person("Ben"),
        "score": 1.25,
        "cross_field": None,
        "engine": "1",
        "created_at": MONDAY,
        "reasons": (
            Reason(ReasonTerm.SAME_QUESTION, 1.0, PostId(5), PostId(6), "Q3"),
            Reason(ReasonTerm.CLOSE_BY, 0.25),
        ),
    }
    return Suggestion(**(values | changes))  # type: ignore[arg-type]


def introduction(world: Gathering, number: int = 11, **changes: object) -> Introduction:
    values: dict[str, object] = {
        "id": IntroductionId(number),
        "community": NURSES,
        "suggestion": SuggestionId(1),
        "a": world.person("Ana"),
        "b": world.person("Ben"),
        "state": IntroductionState.ASKED_A,
        "line": "",
        "created_at": MONDAY,
        "changed_at": MONDAY,
    }
    return Introduction(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("cross_field", [None, True, False])
async def test_a_suggestion_comes_back_with_its_reasons_in_order(
    world: Gathering, cross_field: bool | None
) -> None:
    kept = suggestion(world, cross_field=cross_field)
    async with world.db.write() as tx:
        await suggestions.add_suggestion(tx, kept)
        assert await suggestions.get_suggestion(tx, kept.id) == kept
        assert await suggestions.get_suggestion(tx, SuggestionId(9)) is None


async def test_who_was_suggested_to_whom_is_known_since_when(world: Gathering) -> None:
    ana, ben = world.person("Ana"), world.person("Ben")
    async with world.db.write() as tx:
        await suggestions.add_suggestion(tx, suggestion(world))
        assert await suggestions.suggested_since(tx, MONDAY) == {(ana, ben)}
        assert await suggestions.suggested_since(tx, MONDAY + HOUR) == frozenset()
        assert await suggestions.exposure_since(tx, NURSES, MONDAY) == {ben: 1}
        assert await suggestions.had_one_since(tx, NURSES, ana, MONDAY)
        assert not await suggestions.had_one_since(tx, NURSES, ben, MONDAY)


async def test_an_introduction_moves_only_from_where_it_is(world: Gathering) -> None:
    kept = introduction(world)
    asked_a, asked_b = IntroductionState.ASKED_A, IntroductionState.ASKED_B
    async with world.db.write() as tx:
        await suggestions.add_suggestion(tx, suggestion(world))
        await suggestions.add_introduction(tx, kept)
        assert await suggestions.get_introduction(tx, kept.id) == kept
        assert await suggestions.move(tx, kept.id, asked_a, asked_b, MONDAY + HOUR)
        assert not await suggestions.move(tx, kept.id, asked_a, asked_b, MONDAY + HOUR)
        await suggestions.set_line(tx, kept.id, "Hi")
        await suggestions.set_thread(tx, kept.id, 77)
        moved = await suggestions.get_introduction(tx, kept.id)
    assert moved == introduction(
        world, state=asked_b, line="Hi", thread=77, changed_at=MONDAY + HOUR
    )


async def test_pairs_are_known_in_both_orders_while_open_and_for_a_while_after(
    world: Gathering,
) -> None:
    ana, ben = world.person("Ana"), world.person("Ben")
    both = {(ana, ben), (ben, ana)}
    async with world.db.write() as tx:
        await suggestions.add_suggestion(tx, suggestion(world))
        await suggestions.add_introduction(tx, introduction(world))
        assert [i.id for i in await suggestions.open_between(tx, ben, ana)] == [11]
        assert await suggestions.oldest_open(tx) == MONDAY
        assert [i.id for i in await suggestions.open_since(tx, MONDAY)] == [11]
        assert await suggestions.open_since(tx, EARLIER) == []
        later = MONDAY + timedelta(days=90)
        assert await suggestions.open_made_or_ended_since(tx, later) == both
        state = IntroductionState.DECLINED
        await suggestions.move(tx, IntroductionId(11), IntroductionState.ASKED_A, state, MONDAY)
        assert await suggestions.open_made_or_ended_since(tx, EARLIER) == both
        assert await suggestions.open_made_or_ended_since(tx, MONDAY) == frozenset()
        assert await suggestions.open_between(tx, ana, ben) == []
        assert await suggestions.oldest_open(tx) is None
        assert await suggestions.already_known(tx) == frozenset()


async def test_of_who_let_something_pass_in_silence_all_introductions_are_told_however_old(
    world: Gathering,
) -> None:
    ana, ben, zoe = world.person("Ana"), world.person("Ben"), PersonId(9)
    expired, long_ago = IntroductionState.EXPIRED, MONDAY - timedelta(days=400)
    made = (
        introduction(world, 1, changed_at=MONDAY, state=expired),
        introduction(world, 2, created_at=long_ago, changed_at=long_ago, b=zoe, state=expired),
        introduction(world, 3, created_at=long_ago, changed_at=EARLIER, a=zoe, b=ben),
        introduction(world, 4, created_at=MONDAY, a=zoe, b=PersonId(7)),
    )
    async with world.db.write() as tx:
        for number, one in enumerate(made, 1):
            await suggestions.add_suggestion(
                tx, suggestion(world, number, member=one.a, about=one.b)
            )
            await suggestions.add_introduction(tx, replace(one, suggestion=SuggestionId(number)))
            asked = Prompt(
                id=PromptId(number),
                community=NURSES,
                kind=PromptKind.SUGGESTION,
                subject=one.id,
                recipient=DiscordId(1),
                channel=None,
                due_at=one.created_at,
                expires_at=one.created_at + HOUR,
                unasked=True,
                state=PromptState.ENDED,
            )
            await prompts.add_prompt(tx, asked)
        found = await offers.asked_of_silent(tx, EARLIER)
        assert [(one.a, one.b) for one in found] == [(ana, zoe), (zoe, ben), (ana, ben)]
        assert await offers.asked_of_silent(tx, MONDAY) == []


async def test_a_report_is_kept_once_a_person(world: Gathering) -> None:
    async with world.db.write() as tx:
        await suggestions.add_suggestion(tx, suggestion(world))
        await suggestions.add_introduction(tx, introduction(world, thread=77))
        ben = world.person("Ben")
        about = (reports.About.INTRODUCTION, introduction(world).id)
        assert await reports.add_report(tx, 1, NURSES, about, ben, MONDAY)
        assert not await reports.add_report(tx, 2, NURSES, about, ben, MONDAY)
        [report] = await reports.reports_of(tx, NURSES)
    assert (report.by, report.at, report.thread) == (ben, MONDAY, 77)


async def test_a_connection_stays_as_it_was_first_kept(world: Gathering) -> None:
    ana, ben = world.person("Ana"), world.person("Ben")
    kept = Connection(
        ConnectionId(1), ana, ben, ReasonKind.CONVERSATION, "#x", MONDAY, Origin.FOLLOW_UP
    )
    async with world.db.write() as tx:
        assert await network.add_connection(tx, kept)
        again = Connection(
            ConnectionId(2), ana, ben, ReasonKind.OTHER, "", MONDAY, Origin.INTRODUCTION
        )
        assert not await network.add_connection(tx, again)
        assert await network.connections_of(tx, ana) == [kept]
        assert await network.has_connection(tx, ana, ben)
        assert not await network.has_connection(tx, ben, ana)
        assert await network.connected_pairs(tx) == {(ana, ben), (ben, ana)}


async def test_all_engagements_come_in_pages_each_once(world: Gathering) -> None:
    for name in ("Ben", "Zoe", "Ben"):
        await world.post("Ana", EARLIER, to=name)
    found, after, pages = [], None, 0
    async with world.db.read() as tx:
        while pages == 0 or after is not None:
            page, after = await engagement_page(tx, after, 2)
            found += page
            pages += 1
        assert sorted(found) == sorted(await network.engagement_rows(tx))
    assert pages == 2
    assert len(found) == 3


async def test_engagements_are_told_by_account_and_exchanges_by_person(world: Gathering) -> None:
    post = await world.post("Ana", EARLIER, to="Ben", asks=True)
    await world.post("Ana", EARLIER, to="Zoe", kind="repost")
    async with world.db.read() as tx:
        rows = await network.engagement_rows(tx)
        linked = await network.linked_accounts(tx)
        [exchange] = await network.exchanges_since(tx, 701, EARLIER)
        assert await network.exchanges_since(tx, 701, EARLIER + HOUR) == []
        ana, ben = world.person("Ana"), world.person("Ben")
        for a, b in ((ana, ben), (ben, ana)):
            assert await network.exchanges_between(tx, 701, EARLIER, a, b) == [exchange]
        contacts = await network.contacts_since(tx, world.person("Ana"), EARLIER)
    assert {(r[0], r[1], r[2]) for r in rows} == {
        (account_of("Ana"), account_of("Ben"), "reply"),
        (account_of("Ana"), account_of("Zoe"), "repost"),
    }
    assert linked[account_of("Ana")] == world.person("Ana")  # type: ignore[index]
    assert (exchange.source, exchange.target) == (world.person("Ana"), world.person("Ben"))
    assert (exchange.post, exchange.kind, exchange.at) == (post, EngagementKind.REPLY, EARLIER)
    assert exchange.asks
    assert exchange.inside
    assert contacts == {world.person("Ben"): post}


async def test_who_took_part_is_told_with_posts_and_presences(world: Gathering) -> None:
    post = await world.post("Ana", EARLIER, answer=3, tags=("Care26", "Simulation"))
    async with world.db.write() as tx:
        await tx.execute(
            "INSERT INTO presences (session_id, person_id, at_us) VALUES (701, :p, 5)",
            p=world.person("Ben"),
        )
    async with world.db.read() as tx:
        took_part = await network.took_part_since(tx, NURSES, EARLIER)
        assert await network.took_part_since(tx, NURSES, MONDAY) == []
        uses = await network.hashtag_uses_since(tx, EARLIER)
        assert await network.gathering_hashtags(tx) == {"care26"}
        assert await network.hosts_of(tx, NURSES) == {999}
    assert [(m.person, m.post, m.answer) for m in took_part] == [
        (world.person("Ana"), post, 3),
        (world.person("Ben"), None, None),
    ]
    assert [(u[0], u[1], u[2]) for u in uses] == [
        (world.person("Ana"), "simulation", post),
    ]


async def test_evidence_is_there_until_it_is_deleted(world: Gathering) -> None:
    mine = await world.post("Ana", EARLIER)
    theirs = await world.post("Ben", EARLIER)
    async with world.db.read() as tx:
        found = await network.evidence(tx, mine)
        assert await network.evidence(tx, None) is None
        assert await network.gathering_of(tx, NURSES, mine, theirs) == "#Care26"
    assert found is not None
    assert (found.person, found.handle, found.native_id) == (world.person("Ana"), "ana", "5001")
    await world.delete(theirs)
    async with world.db.read() as tx:
        assert await network.evidence(tx, theirs) is None
        other = await network.gathering_of(tx, NURSES, mine, PostId(1))
    assert other == ""


async def test_follow_ups_are_planned_once_a_day_and_session(world: Gathering) -> None:
    item = FollowUp(
        5, NURSES, 701, world.person("Ana"), PersonId(9), FollowUpKind.MET, None, PostId(3), 200
    )
    async with world.db.write() as tx:
        ended = await follow_ups.conferences_ended(tx, 2, EARLIER, MONDAY)
        assert ended == [701]
        assert await follow_ups.next_end(tx, 2, EARLIER) == EARLIER + HOUR
        assert await follow_ups.mark_followed_up(tx, 701, 2)
        assert not await follow_ups.mark_followed_up(tx, 701, 2)
        assert await follow_ups.conferences_ended(tx, 2, EARLIER, MONDAY) == []
        assert await follow_ups.next_end(tx, 14, EARLIER) == EARLIER + HOUR
        assert await follow_ups.add_follow_up(tx, item)
        assert not await follow_ups.add_follow_up(tx, item)
        assert await follow_ups.get_follow_up(tx, 5) == item
        assert await follow_ups.follow_ups_of(tx, 701, world.person("Ana")) == [item]
        assert await follow_ups.others_left(tx, item) == 0
