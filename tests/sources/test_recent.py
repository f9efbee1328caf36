"""What Sources remember until too much newer came."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.sources.recent import Recent


@given(st.integers(1, 40), st.lists(st.integers(0, 200), unique=True, max_size=150))
def test_the_newest_are_remembered_and_never_too_many(most: int, noted: list[int]) -> None:
    recent = Recent[int, int](most)
    for n, one in enumerate(noted):
        recent.note(one, n)
        assert len(recent) <= most
    surely = noted[-max(1, most - most // 8) :]
    assert {one: recent[one] for one in surely} == {one: noted.index(one) for one in surely}
    assert list(recent) == noted[len(noted) - len(recent) :], "in their order, without a hole"
