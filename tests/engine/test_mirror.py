from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.mirror import by_year, field_distances, rao_stirling
from bot.model.people import FieldOf, Stance


def far(a: str, b: str) -> float:
    return float(a != b)


def test_the_examples_of_the_docstrings_hold() -> None:
    assert rao_stirling({"nursing": 2, "law": 2}, far) == 0.5
    assert rao_stirling({"nursing": 7}, far) == 0
    nurses = [(FieldOf("nursing", Stance.WORK),)] * 3
    both = (FieldOf("nursing", Stance.WORK), FieldOf("law", Stance.WORK))
    distance = field_distances([*nurses, both])
    assert distance("law", "nursing") == pytest.approx(0.5)
    assert distance("law", "music") == 1
    assert distance("law", "law") == 0


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 50)))
def test_diversity_lies_in_its_range_and_is_highest_when_even(count: dict[str, int]) -> None:
    found = rao_stirling(count, far)
    assert 0 <= found < 1
    even = rao_stirling(dict.fromkeys(count, 1), far)
    assert found <= even + 1e-9


def test_a_year_counts_everybody_from_then_on() -> None:
    dated = [
        (datetime(2023, 5, 1, tzinfo=UTC), "nursing"),
        (datetime(2025, 1, 1, tzinfo=UTC), "law"),
        (datetime(2025, 1, 2, tzinfo=UTC), ""),
    ]
    now = datetime(2025, 8, 1, tzinfo=UTC)
    assert by_year(dated, now, far) == [(2023, 1, 0.0), (2024, 1, 0.0), (2025, 3, 0.5)]
    assert by_year([], now, far) == []
