"""Talk and the signals made of it: their worked numbers, their range, and who gets none."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine import signals as signals_module
from bot.engine.backtest import candidates_of, ndcg, trial
from bot.engine.learn import SAFE, choose
from bot.engine.signals import NAMES, SIGNALS, Matrix, Signals, on_a_scale
from bot.engine.talk import Talk, recency

TALKS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


def talk_of(pairs: list[tuple[int, int]], fields: dict[int, str] | None = None) -> Talk:
    """One engagement a second, in this order, among ten people."""
    return Talk.of(
        [a for a, _ in pairs],
        [b for _, b in pairs],
        np.arange(len(pairs)) * 1_000_000,
        people=range(10),
        fields=fields,
    )


def heights(talk: Talk, row: int, name: str) -> list[float]:
    rows = np.array([row])
    table = Signals.of(talk).table(rows, candidates_of(talk, rows))
    found: list[float] = table[NAMES.index(name), 0].tolist()
    return found


def test_of_a_hundred_events_the_last_weighs_one_and_the_ninetieth_half() -> None:
    weights = recency(np.arange(100), 0.1)
    assert weights[[99, 89]] == pytest.approx([1.0, 0.5])
    assert recency(np.arange(3), None).tolist() == [1.0, 1.0, 1.0]
    assert recency(np.array([5, 5]), 0.5).tolist() == [1.0, 1.0], "what is at once weighs alike"


def test_a_tenth_of_the_highest_is_a_quarter_lower_and_only_candidates_set_the_scale() -> None:
    raw = np.array([[9.0, 0.2, 0.02, 0.0]], np.float32)
    allowed = np.array([[False, True, True, True]])
    assert on_a_scale(raw, allowed)[0] == pytest.approx([0.0, 1.0, 0.75, 0.0])


def test_who_is_engaged_by_the_same_people_has_the_same_audience() -> None:
    talk = talk_of([(0, 1), (0, 2), (3, 4), (3, 5)])
    assert heights(talk, 1, "same_audience_ever")[2] == 1.0
    assert heights(talk, 1, "same_audience_ever")[4:6] == [0.0, 0.0]


def test_whom_those_engage_with_whom_i_engage_with_lies_beyond() -> None:
    talk = talk_of([(0, 1), (1, 2), (3, 4)])
    assert heights(talk, 0, "beyond_ever")[2] == 1.0
    assert heights(talk, 2, "beyond_ever") == [0.0] * 10, "against the direction there is no way"


def test_who_engages_with_the_same_is_alike_and_leads_to_what_they_engage_with() -> None:
    talk = talk_of([(0, 1), (2, 1), (2, 3)])
    assert heights(talk, 0, "alike_ever")[2] == 1.0
    assert heights(talk, 0, "of_the_alike_ever")[3] == 1.0


def test_who_is_named_in_one_post_is_named_together_and_fewer_names_tell_more() -> None:
    # 0 names 1 and 2 at once, 3 names 1, 4, 5 and 6 at once, 0 names 7 on its own.
    who, whom, at_us = [0, 0, 3, 3, 3, 3, 0], [1, 2, 1, 4, 5, 6, 7], [10, 10, 20, 20, 20, 20, 30]
    talk = Talk.of(who, whom, at_us, people=range(10))
    together = heights(talk, 1, "together_ever")
    assert together[2] == 1.0
    assert together[4:7] == pytest.approx([1 + np.log10(1 / 3) / 4] * 3), "one of three"
    assert not any(together[i] for i in (0, 3, 7, 8, 9))
    assert talk.named(1) == {(10, 0), (20, 3)}
    assert talk.named(2) == {(10, 0)}
    assert talk.named(7) == {(30, 0)}, "by one person, in two posts"
    assert talk.named(99) == frozenset()
    met = Talk.of(who, whom, at_us, people=range(10), is_directed=False)
    assert not any(heights(met, 1, "together_ever")), "nobody named anybody"
    assert met.named(1) == frozenset()


def test_a_post_that_names_more_than_thirty_people_is_a_list() -> None:
    for named, told in ((30, 29), (31, 0)):
        talk = Talk.of([0] * named, range(1, named + 1), [10] * named, people=range(40))
        assert sum(height > 0 for height in heights(talk, 1, "together_ever")) == told


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(0, 5)), max_size=60))
def test_named_together_is_what_counting_posts_says(
    said: list[tuple[int, int, int]],
) -> None:
    who, whom, at_us = ([one[i] for one in said] for i in range(3))
    talk = Talk.of(who, whom, at_us, people=range(10))
    posts: dict[tuple[int, int], set[int]] = {}
    for a, b, at in said:
        if a != b:
            posts.setdefault((a, at), set()).add(b)
    counted = np.zeros((10, 10))
    for named in posts.values():
        for a, b in itertools.permutations(named, 2):
            counted[a, b] += 1 / (len(named) - 1)
    rows = np.arange(10)
    allowed = candidates_of(talk, rows)
    found = Signals.of(talk).table(rows, allowed)[NAMES.index("together_ever")]
    assert found == pytest.approx(on_a_scale(counted.astype(np.float32), allowed), abs=1e-5)
    for a, b in itertools.combinations(range(10), 2):
        both = {(at, by) for (by, at), named in posts.items() if {a, b} <= named}
        assert talk.named(a) & talk.named(b) == both


def test_fields_that_talk_more_than_by_chance_meet() -> None:
    fields = {p: "law" if p < 4 else "design" if p < 7 else "nursing" for p in range(10)}
    talk = talk_of([(a, b) for a in range(3) for b in range(4, 7)] + [(7, 8), (8, 9)], fields)
    meet = heights(talk, 3, "fields_meet")
    assert meet[4] > meet[7], "law talks with design, never with nursing"


@given(TALKS, st.dictionaries(st.integers(0, 9), st.sampled_from(["law", "design"])))
def test_every_signal_lies_between_0_and_1_and_only_candidates_have_any(
    pairs: list[tuple[int, int]], fields: dict[int, str]
) -> None:
    talk = talk_of(pairs, fields)
    rows = np.arange(10)
    allowed = candidates_of(talk, rows)
    table = Signals.of(talk).table(rows, allowed)
    assert table.shape == (len(SIGNALS), 10, 10)
    assert np.isfinite(table).all()
    assert table.min() >= 0.0
    assert table.max() <= 1.0 + 1e-6
    assert not table[:, ~allowed].any()


@given(TALKS, st.dictionaries(st.integers(0, 9), st.sampled_from(["law", "design"])))
def test_signals_that_were_made_earlier_tell_the_same_once_the_fields_are_told(
    pairs: list[tuple[int, int]], fields: dict[int, str]
) -> None:
    talk = talk_of(pairs, {1: "law", 2: "nursing"})
    told, rows = talk.with_fields(fields), np.arange(10)
    allowed = candidates_of(told, rows)
    earlier = Signals.of(talk).told(told).table(rows, allowed)
    assert (earlier == Signals.of(told).table(rows, allowed)).all()


def test_what_is_kept_of_signals_does_not_grow_by_the_tables_that_are_made() -> None:
    chance, people = np.random.default_rng(1), 800
    who, whom = chance.integers(0, people, (2, 8_000))
    talk = Talk.of(who, whom, np.arange(8_000), people=range(people))
    kept, rows = Signals.of(talk), np.array([3])
    tracemalloc.start()
    try:
        kept.told(talk).table(rows, candidates_of(talk, rows))
        left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most > 4 * people**2, "a full matrix was made"
    assert left < 4 * people**2


@given(TALKS)
def test_candidates_are_seen_others_without_a_tie(pairs: list[tuple[int, int]]) -> None:
    talk = talk_of(pairs)
    allowed = candidates_of(talk, np.arange(10))
    seen = {p for a, b in pairs if a != b for p in (a, b)}
    tied = {frozenset(pair) for pair in pairs}
    for a in range(10):
        for b in range(10):
            is_candidate = a != b and b in seen and frozenset((a, b)) not in tied
            assert allowed[a, b] == is_candidate


@given(TALKS)
def test_full_and_compressed_matrices_carry_alike(pairs: list[tuple[int, int]]) -> None:
    rows = np.array([a for a, _ in pairs], np.int64)
    columns = np.array([b for _, b in pairs], np.int64)
    block = np.arange(20, dtype=np.float32).reshape(10, 2)
    full = Matrix(10, rows, columns, np.ones(len(pairs)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signals_module, "_DENSE_UP_TO", 0)
        compressed = Matrix(10, rows, columns, np.ones(len(pairs)))
    assert compressed.carry(block) == pytest.approx(full.carry(block))


def test_one_of_two_on_the_second_place_is_worth_what_the_formula_says() -> None:
    everybody = np.ones(4, bool)
    assert ndcg(np.array([4, 3, 2, 1], np.float32), everybody, np.array([1])) == pytest.approx(
        0.631, abs=0.001
    )
    assert ndcg(np.array([4, 3, 2, 1], np.float32), everybody, np.array([0, 1])) == 1.0


def test_a_trial_knows_nothing_of_what_came_after_its_instant() -> None:
    past = [(0, 1), (1, 2), (2, 3), (3, 0)]
    one = trial(talk_of([*past, (0, 2)]), 4_000_000, 9_000_000, 10, np.random.default_rng(0))
    other = trial(
        talk_of([*past, (0, 2), (1, 3)]), 4_000_000, 9_000_000, 10, np.random.default_rng(0)
    )
    assert one.askers.tolist() == [0]
    assert [m.tolist() for m in one.met] == [[2]]
    assert other.askers.tolist() == [0, 1]
    assert (one.table[:, 0] == other.table[:, 0]).all()


def stars(count: int, chance: np.random.Generator) -> Talk:
    """Everybody turns to the star of the hour, of whom there are five: being sought tells most."""
    people = 900
    star = np.arange(count) * 5 // 4_000
    who = chance.integers(5, people, count)
    by_chance = chance.random(count) < 0.3
    whom = np.where(by_chance, chance.integers(0, people, count), star)
    return Talk.of(who, whom, np.arange(count) * 1_000_000, people=range(people))


def test_a_community_that_follows_stars_learns_to_and_the_gain_is_told() -> None:
    talk = stars(4_000, np.random.default_rng(1))
    profile = choose(talk, 4_000_000_000, np.random.default_rng(2))
    assert profile.name != "safe"
    assert profile.gain > 0.01
    terms, safe = profile.of_terms(), SAFE.of_terms()
    sought = SIGNALS["sought_now"]
    assert terms[sought] / sum(terms.values()) > safe[sought] / sum(safe.values())


@pytest.mark.parametrize(("count", "silence_s"), [(30, 0), (4_000, 900_000)])
def test_a_short_history_or_a_long_silence_gets_the_safe_profile(
    count: int, silence_s: int
) -> None:
    talk = stars(4_000, np.random.default_rng(1)).before(count * 1_000_000)
    now_us = (count + silence_s) * 1_000_000
    assert choose(talk, now_us, np.random.default_rng(2)).name == "safe"


def test_the_same_past_and_seed_give_the_same_profile() -> None:
    talk = stars(2_000, np.random.default_rng(1))
    one, other = (choose(talk, 2_000_000_000, np.random.default_rng(3)) for _ in range(2))
    assert one == other
    assert all(weight > 0 for weight in one.weights.values())


def test_in_walks_of_pairs_talking_often_weighs_no_more_than_talking_late() -> None:
    talk = talk_of([(0, 1), (1, 2), (1, 2), (1, 2), (1, 3), (4, 5)])
    of_pairs, of_all = heights(talk, 0, "near_walk_pairs"), heights(talk, 0, "near_walk_ever")
    assert of_pairs[3] > of_pairs[2]
    assert of_all[3] < of_all[2]


def test_nobody_is_sought_where_nobody_initiates() -> None:
    met = Talk.of([0, 1], [1, 2], [1, 2], people=range(10), is_directed=False)
    assert heights(met, 0, "sought_slow") == [0.0] * 10
    assert heights(talk_of([(0, 1), (1, 2)]), 0, "sought_slow")[2] == 1.0
