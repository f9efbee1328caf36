"""Learning who says yes: from nothing, from much, and about members who answered little."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.answers import NAMES, PRIOR, Answered, believed, features_of
from bot.engine.history import Draft
from bot.model.people import PersonId
from bot.model.suggestions import Reason, ReasonTerm
from tests.services.gatherings import member

ANA, BEN = PersonId(1), PersonId(2)


def given_(**values: float) -> tuple[float, ...]:
    return tuple(values.get(name, 1.0 if name == "always" else 0.0) for name in NAMES)


def test_before_anybody_answered_it_is_what_we_would_guess() -> None:
    beliefs = believed(())
    plain, curious = beliefs.chances([ANA, ANA], np.array([given_(), given_(curious=1.0)]))
    assert beliefs.mean == pytest.approx([mean for mean, _ in PRIOR.values()])
    assert 0.35 < plain < 0.5
    assert curious > plain


def test_what_people_say_yes_to_is_found() -> None:
    rng = np.random.default_rng(4)
    true = {"always": -2.0, "interest": 2.0, "question": -1.0}
    answers = []
    for n in range(3000):
        x = given_(interest=float(rng.random() < 0.5), question=float(rng.random() < 0.5))
        height = sum(true.get(name, 0.0) * value for name, value in zip(NAMES, x, strict=True))
        yes = bool(rng.random() < 1.0 / (1.0 + np.exp(-height)))
        answers.append(Answered(PersonId(n % 100), x, yes))
    beliefs = believed(answers)
    found = dict(zip(NAMES, beliefs.mean, strict=True))
    assert {name: found[name] for name in true} == pytest.approx(true, abs=0.35)
    sure = dict(zip(NAMES, np.sqrt(np.diag(beliefs.spread)), strict=True))
    assert sure["interest"] < 0.2
    assert sure["curious"] == pytest.approx(0.7, abs=0.01), "of that nothing was seen"


def test_who_answered_little_is_judged_as_most_are() -> None:
    often = [Answered(ANA, given_(), False)] * 40 + [Answered(BEN, given_(), True)] * 40
    once = [Answered(PersonId(3), given_(), True)]
    beliefs = believed([*often, *once])
    x = np.array([given_()] * 4)
    ana, ben, cho, nobody = beliefs.chances([ANA, BEN, PersonId(3), PersonId(9)], x)
    assert ana < 0.2 < nobody < cho < ben
    assert cho - nobody < 0.15


def test_drawn_worlds_lie_around_what_is_believed_and_come_back_with_the_seed() -> None:
    beliefs = believed([Answered(ANA, given_(), n % 3 == 0) for n in range(60)])
    x = np.array([given_(), given_(), given_(curious=1.0)])
    people = [ANA, BEN, BEN]
    worlds = [beliefs.drawn(people, x, np.random.default_rng(n)) for n in range(300)]
    assert np.mean(worlds, axis=0) == pytest.approx(beliefs.chances(people, x), abs=0.03)
    assert np.std(worlds, axis=0)[0] < np.std(worlds, axis=0)[1], "Ana is known, Ben is not"
    assert beliefs.drawn(people, x, np.random.default_rng(7)) == pytest.approx(worlds[7])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.lists(st.sampled_from((0.0, 1.0)), min_size=12, max_size=12),
            st.booleans(),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_whatever_was_answered_the_best_weights_are_found(
    told: list[tuple[int, list[float], bool]],
) -> None:
    answers = [Answered(PersonId(who), tuple(x), yes) for who, x, yes in told]
    beliefs = believed(answers)
    chances = beliefs.chances([PersonId(n) for n in range(7)], np.ones((7, len(NAMES))))
    assert np.isfinite(chances).all()
    assert ((chances > 0) & (chances < 1)).all()
    assert (np.linalg.eigvalsh(beliefs.spread) > 0).all()
    # At the best weights the pull of the answers and that of the guess are equal.
    start, width = np.array(list(PRIOR.values())).T
    pull = -(beliefs.mean - start) / width**2
    for one in answers:
        height = np.array(one.features) @ beliefs.mean + beliefs.own_mean[beliefs.own[one.member]]
        pull += np.array(one.features) * (one.yes - 1.0 / (1.0 + np.exp(-height)))
    assert pull == pytest.approx(np.zeros(len(NAMES)), abs=1e-5)


def test_features_are_what_speaks_for_each_side() -> None:
    ana = member(1, "Ana", "nursing", distance=1.0, locale="es-ES")
    ben = member(2, "Ben", "design", distance=0.0)
    reasons = (Reason(ReasonTerm.SAME_QUESTION, 0.5), Reason(ReasonTerm.CURIOUS, 0.1))
    draft = Draft(ana.person, ben.person, 2, 0.6, cross_field=True, reasons=reasons)
    of_a = dict(zip(NAMES, features_of(draft, ana, ben, second=False), strict=True))
    of_b = dict(zip(NAMES, features_of(draft, ben, ana, second=True), strict=True))
    common = {"always": 1.0, "cross": 1.0, "question": 1.0, "curious": 1.0, "fit": 0.5}
    assert {k: v for k, v in of_a.items() if v} == {**common, "wish": 1.0}
    assert {k: v for k, v in of_b.items() if v} == {**common, "wish": -1.0, "second": 1.0}
