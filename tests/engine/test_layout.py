"""The map's geometry: nobody stands on anybody, whatever they are called."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.layout import SECTORS_AT_MOST, Layout, box_of, lay_out
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
