"""Fields: what is known, how far apart, and what stays unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.fields import CROSS, SAME, UNKNOWN, FieldTable, field_distance, is_cross_field
from bot.model.people import FieldOf, PersonId, Stance

NURSE = (FieldOf("nursing", Stance.WORK),)
BOTH = (FieldOf("nursing", Stance.WORK), FieldOf("design", Stance.WORK))
DESIGNER = (FieldOf("design", Stance.WORK), FieldOf("nursing", Stance.CURIOUS))

some_fields = st.lists(
    st.builds(
        FieldOf,
        st.sampled_from(["art", "biology", "code", "design"]),
        st.sampled_from(Stance),
        st.floats(0.1, 1.0),
    ),
    max_size=4,
).map(tuple)


def test_one_field_in_common_is_not_cross_field() -> None:
    assert is_cross_field(NURSE, BOTH) is False
    assert is_cross_field(NURSE, DESIGNER) is True


def test_an_unknown_field_is_none_and_not_a_guess() -> None:
    curious = (FieldOf("design", Stance.CURIOUS), FieldOf("law", Stance.LEAVE))
    assert is_cross_field(NURSE, ()) is None
    assert is_cross_field(curious, NURSE) is None
    assert field_distance(NURSE, curious) is None


def test_what_somebody_helps_with_counts_where_their_work_is_unknown() -> None:
    helper = (FieldOf("nursing", Stance.HELP),)
    assert is_cross_field(helper, NURSE) is False
    assert is_cross_field((*helper, FieldOf("law", Stance.WORK)), NURSE) is True


def test_the_distance_is_the_worked_number_of_its_docstring() -> None:
    assert field_distance(NURSE, BOTH) == pytest.approx(0.293, abs=1e-3)
    assert field_distance(NURSE, NURSE) == 0.0
    assert field_distance(NURSE, DESIGNER) == 1.0


@given(st.lists(some_fields, min_size=1, max_size=6))
def test_the_table_says_the_same_as_the_single_functions(
    everybody: list[tuple[FieldOf, ...]],
) -> None:
    people = [PersonId(i) for i in range(len(everybody))]
    table = FieldTable.of(people, dict(zip(people, everybody, strict=True)))
    code = {None: UNKNOWN, True: CROSS, False: SAME}
    for row, mine in enumerate(everybody):
        relation = table.relation(row)
        distance = table.distance(row, relation)
        for other, theirs in enumerate(everybody):
            assert relation[other] == code[is_cross_field(mine, theirs)]
            assert distance[other] == pytest.approx(field_distance(mine, theirs) or 0.0, abs=1e-7)


def test_curiosity_counts_both_ways_and_names_the_field() -> None:
    people = [PersonId(1), PersonId(2), PersonId(3)]
    gardener = (FieldOf("gardening", Stance.WORK),)
    table = FieldTable.of(people, dict(zip(people, (DESIGNER, NURSE, gardener), strict=True)))
    assert table.curiosity(0) == pytest.approx([0.0, 0.6, 0.0])
    assert table.curiosity(1) == pytest.approx([0.4, 0.0, 0.0])
    assert table.curious_field(0, 1) == table.curious_field(1, 0) == "nursing"
    assert table.curious_field(0, 2) == ""
