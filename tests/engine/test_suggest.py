"""The whole engine: who is suggested to whom, with which reasons."""

from __future__ import annotations

import math
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.candidates import pool_of
from bot.engine.features import weights_of
from bot.engine.fields import is_cross_field
from bot.engine.history import (
    PRODUCT_WEIGHTS,
    RANKING_WEIGHTS,
    Draft,
    History,
    Moment,
    Request,
    Rules,
    TagUse,
)
from bot.engine.select import exposure_cap
from bot.engine.signals import Signals
from bot.engine.suggest import rank, suggest
from bot.engine.talk import Talk
from bot.model.chats import SessionId
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import PostId, to_us
from bot.model.suggestions import ReasonTerm
from tests.worlds import NOW, World, checkerboard, star, strangers, two_cliques, works_in

if TYPE_CHECKING:
    from bot.model.suggestions import Reason

SESSION = SessionId(1)
HOUR = timedelta(hours=1)


def lists(drafts: list[Draft]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for draft in drafts:
        found.setdefault(draft.member, []).append(draft.about)
    return found


def run(
    history: History, requests: list[Request], rules: Rules | None = None, seed: int = 7
) -> list[Draft]:
    return suggest(history, requests, rules or Rules(), NOW, random.Random(seed))


def everybody_asks(world: World) -> list[Request]:
    return [Request(PersonId(p)) for p in world.everybody]


def reason(draft: Draft, term: ReasonTerm) -> Reason:
    return next(r for r in draft.reasons if r.term is term)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(2, 25))
    person = st.integers(0, size - 1)
    talks = draw(st.lists(st.tuples(person, person), max_size=40))
    names = st.sampled_from(["nursing", "design", "law"])
    return World(
        tuple(t for t in talks if t[0] != t[1]),
        draw(st.dictionaries(person, names)),
        tuple(range(size)),
    )


def test_the_neighbour_of_a_neighbour_comes_before_the_far_end() -> None:
    world = two_cliques()
    best = rank(world.history(), [PersonId(0)], RANKING_WEIGHTS, NOW, 10)[0]
    assert best[0] == 5, "the bridge is the only one of the other clique who is two steps away"
    assert set(best) == {5, 6, 7, 8, 9}


def test_on_a_checkerboard_the_missing_one_of_the_own_colour_is_first() -> None:
    world = checkerboard(16)
    found = rank(world.history(), [PersonId(p) for p in range(16)], RANKING_WEIGHTS, NOW, 1)
    assert found == [[(p + 8) % 16] for p in range(16)]


def test_around_a_star_everybody_gets_a_list_and_nobody_the_star() -> None:
    world = star(20)
    found = lists(run(world.history(), everybody_asks(world)))
    assert 0 not in found, "the star knows everybody"
    assert set(found) == set(range(1, 21))
    assert all(0 not in about for about in found.values())
    shown = Counter(p for about in found.values() for p in about)
    assert max(shown.values()) <= exposure_cap(21)


def test_people_who_never_engaged_get_other_fields_first() -> None:
    world = strangers(12)
    for draft in run(world.history(), [Request(PersonId(0))]):
        assert draft.cross_field is True
        assert [r.term for r in draft.reasons] == [ReasonTerm.OTHER_FIELD]
        assert reason(draft, ReasonTerm.OTHER_FIELD).detail == world.fields[draft.about]


def test_members_whom_the_graph_does_not_know_are_served() -> None:
    people = [PersonId(p) for p in (101, 102, 103)]
    history = replace(
        two_cliques().history(),
        fields=works_in({101: "nursing", 102: "law", 103: "nursing"}),
        willing=frozenset(people),
    )
    assert lists(run(history, [Request(people[0])])) == {101: [102]}


def test_who_answered_the_same_question_is_first_and_both_answers_are_shown() -> None:
    moments = [
        Moment(PersonId(p), SESSION, NOW - HOUR, PostId(1000 + p), answer=q)
        for p, q in ((1, 3), (2, 3), (3, 4), (4, None))
    ]
    history = replace(
        World((), {}, (1, 2, 3, 4, 5)).history(),
        moments=[*moments, Moment(PersonId(2), SESSION, NOW, None, answer=3)],
    )
    first, *others = run(history, [Request(PersonId(1))])
    assert first.about == 2
    same = reason(first, ReasonTerm.SAME_QUESTION)
    assert same.weight == pytest.approx(PRODUCT_WEIGHTS[ReasonTerm.SAME_QUESTION], rel=1e-2)
    assert (same.own_post, same.other_post, same.detail) == (1001, 1002, "Q3")
    assert [d.about for d in others] == [3, 4]
    for other in others:
        (only,) = other.reasons
        assert only.term is ReasonTerm.SAME_SESSION
        assert (only.own_post, only.other_post) == (1001, 1000 + other.about)


def test_a_shared_hashtag_points_at_both_posts_but_the_sessions_own_is_no_interest() -> None:
    uses = [
        TagUse(PersonId(p), tag, PostId(10 * p + i), NOW)
        for p in (1, 2, 3)
        for i, tag in enumerate(("lrnchat", "bees" if p < 3 else "law"))
    ]
    history = replace(
        World((), {}, (1, 2, 3)).history(), uses=uses, session_tags=frozenset({"lrnchat"})
    )
    (draft,) = run(history, [Request(PersonId(1))])
    assert draft.about == 2
    (only,) = draft.reasons
    assert (only.term, only.detail) == (ReasonTerm.SHARED_INTEREST, "bees")
    assert (only.own_post, only.other_post) == (11, 21)


def test_presence_without_a_post_counts_and_points_at_nothing() -> None:
    moments = [Moment(PersonId(p), SESSION, NOW) for p in (1, 2)]
    history = replace(World((), {}, (1, 2, 3)).history(), moments=moments)
    (draft,) = run(history, [Request(PersonId(1))])
    assert (draft.about, draft.reasons[0].own_post) == (2, None)


def test_being_in_a_session_with_its_host_is_no_reason() -> None:
    moments = [Moment(PersonId(p), SESSION, NOW) for p in (1, 2)]
    history = replace(
        World((), {}, (1, 2)).history(), moments=moments, bystanders=frozenset({PersonId(2)})
    )
    assert run(history, [Request(PersonId(1))]) == []


def test_an_old_moment_is_worth_half_after_thirty_days() -> None:
    def score(age: timedelta) -> float:
        moments = [Moment(PersonId(p), SESSION, NOW - age) for p in (1, 2)]
        history = replace(World((), {}, (1, 2)).history(), moments=moments)
        return run(history, [Request(PersonId(1))])[0].score

    assert score(timedelta(days=30)) == pytest.approx(score(timedelta(0)) / 2)


def test_who_is_curious_about_a_field_meets_those_who_work_in_it() -> None:
    fields = {
        PersonId(1): (FieldOf("design", Stance.WORK), FieldOf("law", Stance.CURIOUS)),
        PersonId(2): (FieldOf("nursing", Stance.WORK),),
        PersonId(3): (FieldOf("law", Stance.WORK),),
    }
    first = run(
        replace(strangers(0).history(), fields=fields, willing=frozenset(fields)),
        [Request(PersonId(1))],
    )[0]
    assert first.about == 3
    assert reason(first, ReasonTerm.CURIOUS).detail == "law"


def test_nobody_is_suggested_only_for_being_active() -> None:
    world = World(((1, 2),), {}, (1, 2, 3))
    assert run(world.history(), [Request(PersonId(3))]) == []
    shown = run(world.history(), [Request(PersonId(3))], Rules(needs_reason=False))
    assert [d.about for d in shown] == [1, 2]


def test_a_far_wish_makes_other_fields_weigh_more() -> None:
    history = strangers(3).history()
    near, far = (run(history, [Request(PersonId(0), distance=d)])[0].score for d in (0.0, 1.0))
    assert far == pytest.approx(2 * near)


def test_past_exposure_counts_against_the_cap() -> None:
    world = strangers(6)
    rules = Rules(exposure={PersonId(1): 3, PersonId(99): 5})
    assert 1 not in {d.about for d in run(world.history(), [Request(PersonId(0))], rules)}
    assert 1 in {d.about for d in run(world.history(), [Request(PersonId(0))])}


def test_a_kept_pool_gives_the_same_lists_while_engagements_come_in() -> None:
    world = two_cliques()
    history = world.history()
    requests = [Request(PersonId(0))]
    kept = pool_of(history, requests, NOW)
    grown = history.graph.with_delta([4, 3], [6, 99], [0, 0], [to_us(NOW)] * 2, now=NOW)
    later = replace(history, graph=grown, willing=frozenset(map(PersonId, world.everybody)))
    anew = suggest(later, requests, Rules(), NOW, random.Random(7))
    assert suggest(later, requests, Rules(), NOW, random.Random(7), kept) == anew
    stranger = [Request(PersonId(1234))]
    assert suggest(later, stranger, Rules(), NOW, random.Random(7), kept) == suggest(
        later, stranger, Rules(), NOW, random.Random(7)
    )


def test_with_talk_the_reasons_are_the_terms_of_talk_and_add_up() -> None:
    talks = [(1, 0), (2, 0), (2, 3), (4, 3), (5, 4), (1, 6), (6, 7)]
    world = World(tuple(talks), {1: "law", 3: "design", 7: "law"})
    talk = Talk.of(
        [a for a, _ in talks],
        [b for _, b in talks],
        range(len(talks)),
        people=world.everybody,
        fields=dict(world.fields),
    )
    history = replace(world.history(), talk=talk)
    drafts = run(history, [Request(PersonId(1))])
    earlier = Signals.of(talk.with_fields({4: "nursing"}))
    assert run(replace(history, signals=earlier), [Request(PersonId(1))]) == drafts
    assert {d.about for d in drafts} == {2, 3, 4, 5, 7}
    most = weights_of(history, PRODUCT_WEIGHTS)
    for draft in drafts:
        assert math.fsum(r.weight for r in draft.reasons) == pytest.approx(draft.score, abs=1e-6)
        assert all(0 < r.weight <= most[r.term] * (1 + 1e-6) for r in draft.reasons)
    about_two = next(d for d in drafts if d.about == 2)
    assert reason(about_two, ReasonTerm.LED_TO), "both engage with the same"


def test_who_never_engaged_is_served_where_many_others_talk() -> None:
    people, ring = 300, [(p, p + 1) for p in range(1, 300)]
    world = World(tuple(ring), {1: "law", 2: "design", 999: "nursing"})
    talk = Talk.of([a for a, _ in ring], [b for _, b in ring], range(people - 1))
    history = replace(world.history(), talk=talk)
    assert run(history, [Request(PersonId(999))]), "of another field, if nothing else is known"


def test_no_requests_and_an_unknown_member_are_no_errors() -> None:
    history = two_cliques().history()
    assert run(history, []) == []
    assert run(history, [Request(PersonId(999))]) == []
    assert run(strangers(0).history(), [Request(PersonId(1))]) == []


@given(worlds(), st.data())
def test_nobody_unwilling_forbidden_or_tied_is_ever_suggested(
    world: World, data: st.DataObject
) -> None:
    everybody = [PersonId(p) for p in world.everybody]
    some = st.frozensets(st.sampled_from(everybody))
    willing = data.draw(some)
    requests = [Request(p, forbidden=data.draw(some)) for p in everybody]
    history = replace(world.history(), willing=willing)
    drafts = run(history, requests, Rules(needs_reason=data.draw(st.booleans())))
    forbidden = {r.member: r.forbidden for r in requests}
    for draft in drafts:
        assert draft.about in willing
        assert draft.about != draft.member
        assert draft.about not in forbidden[draft.member]
        assert draft.about not in world.tied(draft.member)


@given(worlds(), st.integers(0, 5))
def test_reasons_add_up_and_each_is_a_known_term(world: World, seed: int) -> None:
    for draft in run(world.history(), everybody_asks(world), seed=seed):
        assert math.fsum(r.weight for r in draft.reasons) == pytest.approx(draft.score, abs=1e-9)
        assert all(0 < r.weight <= PRODUCT_WEIGHTS[r.term] + 1e-12 for r in draft.reasons)
        weights = [r.weight for r in draft.reasons]
        assert weights == sorted(weights, reverse=True)
        fields = works_in(world.fields)
        mine, theirs = fields.get(draft.member, ()), fields.get(draft.about, ())
        assert draft.cross_field is is_cross_field(mine, theirs)


@given(worlds(), st.integers(5, 20))
def test_lists_to_choose_from_hold_people_as_many_more_times_as_they_are_longer(
    world: World, places: int
) -> None:
    requests = [Request(PersonId(p), count=places) for p in world.everybody]
    shown = Counter(d.about for d in run(world.history(), requests, Rules(needs_reason=False)))
    assert max(shown.values(), default=0) <= exposure_cap(len(requests)) * places / 5


def test_lists_four_times_as_long_are_full_where_short_ones_are() -> None:
    world = strangers(60)
    for places in (5, 20):
        requests = [Request(PersonId(p), count=places) for p in world.everybody]
        found = lists(run(world.history(), requests, Rules(needs_reason=False, cap=6)))
        assert {len(others) for others in found.values()} == {places}


@given(worlds())
def test_the_cap_holds_and_lists_are_in_order(world: World) -> None:
    rules = Rules(needs_reason=False)
    drafts = run(world.history(), everybody_asks(world), rules)
    shown = Counter(d.about for d in drafts)
    assert max(shown.values(), default=0) <= exposure_cap(len(world.everybody))
    for member in world.everybody:
        own = [d for d in drafts if d.member == member]
        assert [d.rank for d in own] == list(range(1, len(own) + 1))
        assert [d.score for d in own] == sorted((d.score for d in own), reverse=True)


@given(worlds())
def test_three_of_five_are_cross_field_where_there_are_three(world: World) -> None:
    fields = works_in(world.fields)
    for member in world.everybody:
        rules = Rules(needs_reason=False, cap=1000)
        drafts = run(world.history(), [Request(PersonId(member))], rules)
        others = set(world.everybody) - world.tied(member) - {member}
        mine = fields.get(PersonId(member), ())
        cross = [p for p in others if is_cross_field(mine, fields.get(PersonId(p), ()))]
        assert sum(d.cross_field is True for d in drafts) >= min(3, len(cross))
        assert len(drafts) == min(5, len(others))


@given(worlds(), st.integers(0, 9), st.randoms(use_true_random=False))
def test_the_same_input_and_seed_give_the_same_lists(
    world: World, seed: int, chance: random.Random
) -> None:
    first = run(world.history(), everybody_asks(world), seed=seed)
    assert run(world.history(), everybody_asks(world), seed=seed) == first
    talks = list(world.talks)
    chance.shuffle(talks)
    shuffled = World(tuple(talks), world.fields, world.people)
    again = run(shuffled.history(), everybody_asks(world), seed=seed)
    assert lists(again) == lists(first)
