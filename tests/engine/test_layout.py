"""The map's geometry: nobody stands on anybody, whatever they are called."""

from __future__ import annotations

from itertools import combinations
from math import hypot

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.layout import RADIUS, SECTORS_AT_MOST, Layout, box_of, fields_of, lay_out
from bot.model.pictures import MapPerson

people = st.lists(
    st.builds(
        MapPerson,
        name=st.text(max_size=5),
        field=st.sampled_from(["", *"abcdefghijkl"]),
        strength=st.floats(0, 1),
        in_practice=st.booleans(),
        learns=st.booleans(),
        suggested=st.booleans(),
    ),
    max_size=60,
)


def boxes(
    shown: list[MapPerson], labels: list[tuple[float, float]], plan: Layout
) -> list[tuple[float, float, float, float]]:
    return [box_of(*at, p, label) for at, p, label in zip(plan.spots, shown, labels, strict=True)]


@given(people, st.data())
def test_no_two_people_or_names_overlap(shown: list[MapPerson], data: st.DataObject) -> None:
    widths = st.lists(st.floats(0, 220), min_size=len(shown), max_size=len(shown))
    labels = [(width, 18.0) for width in data.draw(widths)]
    plan = lay_out(shown, labels)
    taken = boxes(shown, labels, plan)
    for a, b in combinations(taken, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart
    for left, top, right, bottom in taken:
        assert left >= 0
        assert top >= 0
        assert right <= plan.width
        assert bottom <= plan.height
    assert len(plan.sectors) <= SECTORS_AT_MOST
    assert lay_out(shown, labels) == plan
    titles = [s.title for s in plan.sectors] + [at for _, at in plan.legend]
    for x, y in titles:
        assert 0 <= y - 10 < y + 10 <= plan.height
        assert not any(b[0] < x < b[2] and b[1] < y + 10 and y - 10 < b[3] for b in taken)
    assert len(set(titles)) == len(titles)


@given(people)
def test_every_field_on_the_map_has_one_title(shown: list[MapPerson]) -> None:
    plan = lay_out(shown, [(60.0, 18.0)] * len(shown))
    known = fields_of(shown)
    seen = {p.field if p.field in known else "" for p in shown if not p.suggested}
    titled = [s.field for s in plan.sectors] + [field for field, _ in plan.legend]
    assert sorted(titled) == sorted(seen)


def test_in_a_small_network_a_title_stands_beside_its_people() -> None:
    shown = [
        MapPerson("Ben", "games", 0.9, in_practice=True),
        MapPerson("Cyd", "law", 0.2),
        MapPerson("Dora", "music", 0.8, in_practice=True),
        MapPerson("Eli", "law", 0.1, learns=True),
        MapPerson("Zoe", "", 0.4),
    ]
    plan = lay_out(shown, [(70.0, 18.0)] * 5)
    for sector in plan.sectors:
        own = [at for p, at in zip(shown, plan.spots, strict=True) if p.field == sector.field]
        others = [at for p, at in zip(shown, plan.spots, strict=True) if p.field != sector.field]
        away = [hypot(x - sector.title[0], y - sector.title[1]) for x, y in own]
        assert min(away) < 110
        assert min(away) < min(hypot(x - sector.title[0], y - sector.title[1]) for x, y in others)
    assert [field for field, _ in plan.legend] == ["games", "music"]
    assert all(plan.middle[1] * 2 <= y <= plan.height for _, (_, y) in plan.legend)


def test_a_hundred_and_fifty_people_fit_and_the_ring_is_inside() -> None:
    shown = [
        MapPerson(f"P{i}", "abcde"[i % 5], strength=1 - i / 150, in_practice=i < 20)
        for i in range(150)
    ]
    plan = lay_out(shown, [(110.0, 18.0)] * 150)
    x, y = plan.middle
    away = [abs(px - x) + abs(py - y) for px, py in plan.spots]
    assert max(away[:20]) < max(away[20:])
    assert plan.width < 3000
    assert {s.field for s in plan.sectors} == set("abcde")


def test_suggested_people_stand_at_the_edge() -> None:
    shown = [MapPerson(f"P{i}", "a", suggested=i > 40) for i in range(44)]
    plan = lay_out(shown, [(80.0, 18.0)] * 44)
    x, y = plan.middle
    away = [((px - x) / 1.4) ** 2 + (py - y) ** 2 for px, py in plan.spots]
    assert min(away[41:]) > max(away[:41])


def test_an_empty_map_is_its_owner() -> None:
    plan = lay_out([], [])
    assert (plan.spots, plan.practice) == ((), 0.0)


def test_room_is_kept_for_the_arrow_of_whom_one_learns_from() -> None:
    learner = MapPerson("Ana", "law", 0.5, learns=True)
    left, top, right, _ = box_of(0, 0, learner, (10.0, 18.0))
    assert max(left, top, -right) <= -(RADIUS + 18)
