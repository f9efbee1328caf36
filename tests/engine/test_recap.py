from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import recap
from bot.model.chats import Exchange, SessionPost, Share
from bot.model.people import PersonId
from bot.model.posts import EngagementKind, PostId

ANN, BEN, CYD, DAN, EVE = (PersonId(n) for n in range(1, 6))
NOON = datetime(2026, 5, 13, 12, 0, tzinfo=UTC)


def post(
    number: int,
    person: PersonId,
    *,
    answer: int | None = None,
    replies: int = 0,
    link: bool = True,
    repost: bool = False,
) -> SessionPost:
    address = f"https://example.org/{number}" if link else None
    return SessionPost(PostId(number), person, None, answer, repost, replies, address)


def turned(
    source: PersonId,
    target: PersonId,
    kind: EngagementKind = EngagementKind.REPLY,
    answer: int | None = None,
) -> Exchange:
    return Exchange(source, target, kind, answer)


def test_answers_stand_by_question_with_those_that_drew_most_replies_first() -> None:
    shown = recap.answers(
        [
            post(1, ANN, answer=3, replies=1),
            post(2, BEN, answer=1, replies=2),
            post(3, CYD, answer=3, replies=0),
            post(4, DAN, answer=3, replies=4),
            post(5, EVE),
        ]
    )
    assert [(a.question, a.answers) for a in shown] == [("Q1", 1), ("Q3", 3)]
    assert shown[1].links == ("https://example.org/4", "https://example.org/1")


def test_one_person_can_not_fill_a_question_and_a_repost_is_no_answer() -> None:
    posts = [post(n, ANN, answer=1, replies=9 - n) for n in range(4)]
    posts += [post(8, BEN, answer=1, replies=1), post(9, CYD, answer=1, replies=20, repost=True)]
    [shown] = recap.answers(posts)
    assert shown.answers == 5
    assert shown.links == ("https://example.org/0", "https://example.org/8")


def test_an_answer_whose_author_does_not_want_it_shown_is_counted_only() -> None:
    [shown] = recap.answers([post(1, ANN, answer=2, replies=5, link=False)])
    assert (shown.answers, shown.links) == (1, ())


def test_what_most_people_shared_comes_first_and_nobody_counts_twice() -> None:
    shares = [Share("https://a.example", ANN, NOON + timedelta(minutes=n)) for n in range(9)]
    shares += [
        Share("https://b.example", BEN, NOON + timedelta(hours=1)),
        Share("https://b.example", CYD, NOON + timedelta(hours=2)),
        Share("https://c.example", DAN, NOON - timedelta(hours=1)),
    ]
    assert recap.resources(shares) == (
        "https://b.example",
        "https://c.example",
        "https://a.example",
    )


@pytest.mark.parametrize(("people", "said"), [(0, None), (4, None), (5, 5), (6, 6)])
def test_numbers_of_people_below_five_are_left_out(people: int, said: int | None) -> None:
    assert recap.told(people) == said


def test_pairs_that_talked_for_the_first_time_are_counted_once() -> None:
    new = [
        turned(ANN, BEN),
        turned(BEN, ANN, EngagementKind.QUOTE),
        turned(BEN, CYD),
        turned(DAN, EVE),
    ]
    assert recap.first_time_pairs(new, ()) == frozenset(), "three pairs are too few to be told"
    more = [turned(CYD, DAN), turned(EVE, ANN), *new]
    assert len(recap.first_time_pairs(more, ())) == 5
    assert recap.first_time_pairs(more, {(CYD, BEN)}) == frozenset()
    assert len(recap.first_time_pairs([turned(EVE, CYD), *more], {(CYD, BEN)})) == 5


def test_pairs_of_four_people_would_point_at_somebody() -> None:
    four = (ANN, BEN, CYD, DAN)
    exchanges = [turned(a, b) for a in four for b in four if a < b]
    assert len(exchanges) == 6
    assert recap.first_time_pairs(exchanges, ()) == frozenset()


def test_passing_something_on_is_no_talk() -> None:
    passed_on = [
        turned(a, b, EngagementKind.REPOST) for a, b in ((ANN, BEN), (BEN, CYD), (DAN, EVE))
    ]
    assert recap.first_time_pairs(passed_on * 3, ()) == frozenset()
    fields = {ANN: ["nursing"], BEN: ["game design"]}
    assert recap.fields_that_met([], passed_on, fields) is None


def test_fields_meet_over_the_question_whose_answer_was_replied_to() -> None:
    met = recap.fields_that_met(
        [], [turned(ANN, BEN, answer=3)], {ANN: ["nursing"], BEN: ["game design"]}
    )
    assert met == ("game design", "nursing", "Q3")


def test_fields_meet_where_both_answered_one_question() -> None:
    posts = [post(1, ANN, answer=2), post(2, BEN, answer=2), post(3, CYD, answer=4)]
    fields = {ANN: ["nursing"], BEN: ["game design"], CYD: ["law"]}
    assert recap.fields_that_met(posts, [], fields) == ("game design", "nursing", "Q2")


def test_talk_counts_before_answers_that_only_stand_beside_each_other() -> None:
    posts = [post(n, who, answer=1) for n, who in enumerate((ANN, BEN, DAN, EVE))]
    fields = {ANN: ["nursing"], BEN: ["law"], CYD: ["art"], DAN: ["nursing"], EVE: ["law"]}
    assert recap.fields_that_met(posts, [], fields) == ("law", "nursing", "Q1")
    assert recap.fields_that_met(posts, [turned(CYD, ANN)], fields) == ("art", "nursing", "")


def test_people_of_one_field_and_people_without_one_do_not_make_fields_meet() -> None:
    talk = [turned(ANN, BEN), turned(CYD, DAN)]
    fields = {ANN: ["nursing", "law"], BEN: ["law"], CYD: ["art"]}
    assert recap.fields_that_met([], talk, fields) is None


PEOPLE = st.integers(1, 8).map(PersonId)
EXCHANGES = st.lists(
    st.builds(
        Exchange,
        PEOPLE,
        PEOPLE,
        st.sampled_from(EngagementKind),
        st.none() | st.integers(1, 3),
    )
)


@given(EXCHANGES, st.sets(st.tuples(PEOPLE, PEOPLE)))
def test_more_that_was_known_never_makes_more_first_times(
    exchanges: list[Exchange], known: set[tuple[PersonId, PersonId]]
) -> None:
    with_history = recap.first_time_pairs(exchanges, known)
    without = recap.first_time_pairs(exchanges, ())
    assert with_history <= without
    assert len(with_history) == 0 or len(with_history) >= 5


@given(EXCHANGES)
def test_the_order_in_which_things_are_read_does_not_matter(
    exchanges: list[Exchange],
) -> None:
    fields = {PersonId(n): [f"field {n % 3}"] for n in range(1, 8)}
    once = recap.fields_that_met([], exchanges, fields)
    assert recap.fields_that_met([], list(reversed(exchanges)), fields) == once
    assert once is None or once[0] < once[1]
