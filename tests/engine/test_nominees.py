"""Where many may be suggested, only nominees are scored; those who matter are among them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bot.engine.candidates import LOOKED_AT_ALL, NEAREST, pool_of
from bot.engine.features import features_of
from bot.engine.history import History, Request, Rules, TagUse
from bot.engine.suggest import suggest
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import PostId, to_us
from tests.worlds import NOW, graph_of, works_in

PEOPLE = LOOKED_AT_ALL + 500
ASKS = PersonId(10)
FAR = PersonId(PEOPLE - 1)


@pytest.fixture(scope="module")
def crowd() -> History:
    """Everybody talks with the next four of a ring of 100 and with two of all; FAR with nobody."""
    chance = random.Random(0)
    talks = [(p, p // 100 * 100 + (p + k) % 100, NOW) for p in range(PEOPLE - 100) for k in (1, 4)]
    talks += [(p, chance.randrange(PEOPLE - 100), NOW) for p in range(PEOPLE - 100)]
    graph = graph_of(talks, people=range(PEOPLE))
    fields = works_in({p: "law" if p % 2 else "design" for p in range(PEOPLE - 1)})
    return History(graph=graph, fields=fields)


def about(history: History, **asked: object) -> list[PersonId]:
    request = Request(ASKS, **asked)  # type: ignore[arg-type]
    return [d.about for d in suggest(history, [request], Rules(), NOW, random.Random(1))]


def test_the_nearest_get_the_places_that_they_get_where_all_are_scored(crowd: History) -> None:
    pool = pool_of(crowd, [], NOW)
    features = features_of(pool, pool.row_of(ASKS), 0.5)
    assert NEAREST <= len(features.rows) < LOOKED_AT_ALL
    near = about(crowd)
    few = replace(crowd, willing=frozenset(PersonId(p) for p in [*range(2_000), *near]))
    assert len(near) == 5
    assert about(few) == near, "with few enough that everybody is looked at"


def test_somebody_far_who_shares_something_rare_is_looked_at(crowd: History) -> None:
    uses = [TagUse(p, "mycology", PostId(p), NOW) for p in (ASKS, FAR)]
    uses += [TagUse(PersonId(p), "weather", PostId(p), NOW) for p in range(500, 900)]
    for told, is_there in ((crowd, False), (replace(crowd, uses=uses), True)):
        pool = pool_of(told, [], NOW)
        looked_at = features_of(pool, pool.row_of(ASKS), 0.5).rows.tolist()
        assert (pool.row_of(FAR) in looked_at) == is_there


def test_whoever_knows_nobody_is_shown_those_who_work_in_what_they_wonder_about(
    crowd: History,
) -> None:
    wonders = {**crowd.fields, FAR: (FieldOf("law", Stance.CURIOUS),)}
    drafts = suggest(replace(crowd, fields=wonders), [Request(FAR)], Rules(), NOW, random.Random(1))
    assert len(drafts) == 5
    assert all(draft.about % 2 for draft in drafts), "the odd ones practise law"


def test_a_kept_pool_follows_a_graph_that_grows_and_who_is_willing(crowd: History) -> None:
    pool = pool_of(crowd, [], NOW)
    graph, at = crowd.graph, to_us(NOW)
    for k in range(30):
        graph = graph.with_delta([FAR, 10**9 + k], [k, k], [0, 0], [at, at], now=NOW)
    willing = frozenset(PersonId(p) for p in range(PEOPLE) if p % 3)
    later = replace(crowd, graph=graph, willing=willing)
    seen = pool.seen_in(later)
    assert seen.places.tolist() == graph.places_of(pool.ids).tolist()
    known = seen.row_at >= 0
    assert seen.row_at[known].tolist() == np.searchsorted(pool.ids, graph.ids[known]).tolist()
    kept = suggest(later, [Request(FAR)], Rules(), NOW, random.Random(1), pool)
    assert kept
    assert {draft.about for draft in kept} <= willing
    assert not {draft.about for draft in kept} & set(range(30)), "they talk already"
    merged = replace(later, graph=graph.merged())
    again = suggest(merged, [Request(FAR)], Rules(), NOW + timedelta(0), random.Random(1), pool)
    assert [d.about for d in again] == [d.about for d in kept]
