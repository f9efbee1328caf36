"""The simulated community at a reduced size: what must hold whatever is learned.

benchmarks/community.py has the year of 2,000 members.
"""

from __future__ import annotations

import pytest

from benchmarks import community
from benchmarks.community import breaches, coverage, cross_share, exposure, gini, play, top_share
from benchmarks.community_talk import Public


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_in_a_small_community_every_rule_holds_and_everybody_has_their_turn(seed: int) -> None:
    year = play(40, 10, seed)
    assert breaches(year) == []
    assert sum(len(week.offers) for week in year.weeks) > 80
    assert min(coverage(year)) >= 0.9
    assert cross_share(year) >= 0.5
    assert gini(exposure(year)) <= 0.35


def test_the_same_seed_gives_the_same_year() -> None:
    one, other = (play(24, 5, 7) for _ in range(2))
    assert one.rows == other.rows
    assert [week.offers for week in one.weeks] == [week.offers for week in other.weeks]


def test_with_the_lists_of_the_engine_every_rule_holds_too() -> None:
    public = Public.of(40, 6, 3)
    year, again = (play(40, 6, 3, public=public) for _ in range(2))
    assert year.rows == again.rows
    assert breaches(year) == []
    assert sum(len(week.offers) for week in year.weeks) > 80
    assert min(coverage(year)) >= 0.9
    assert cross_share(year) >= 0.5


def test_lists_of_the_engine_lose_no_places_to_whom_somebody_was_asked_about() -> None:
    public = Public.of(40, 4, 3)
    everybody = public.world.willing(0)
    before = {n: set(everybody[:20]) for n in everybody}
    found = public.lists(0, everybody, everybody, before, 5)
    assert not [n for n in everybody if before[n] & {int(d.about) for d in found[n]}]
    assert sum(len(of) for of in found.values()) > len(everybody)


def test_a_breach_is_seen() -> None:
    year = play(24, 4, 7)
    a, b = (int(p) for p in year.weeks[-1].offers[0].option.pair)
    year.world.gone[a] = 0
    year.world.apart.add((a, b))
    year.weeks[-1].offers.append(year.weeks[-1].offers[0])
    said = "\n".join(breaches(year))
    for wrong in ("opted out", "twice in a week", "again", "kept apart"):
        assert wrong in said


def test_what_members_like_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.engine.matching.EXACT_UP_TO", 0)
    weeks = {learns: play(150, 10, 5, learns=learns).weeks[-4:] for learns in (True, False)}
    assert community.acceptance(weeks[True]) > 1.25 * community.acceptance(weeks[False])


def test_unequal_shares_are_measured() -> None:
    assert gini([1, 1, 1, 1]) == pytest.approx(0.0)
    assert gini([0, 0, 0, 4]) == pytest.approx(0.75)
    assert top_share([1] * 19 + [21]) == pytest.approx(21 / 40)
