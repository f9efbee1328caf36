"""What an organiser reads of the sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.model.following import Gap, GapState, SourceState, SourceStatus
from cogs.render_sources import sources

NOW = datetime(2026, 5, 13, 18, 0, tzinfo=UTC)
WELL = SourceStatus("bluesky", SourceState.FOLLOWING, last_event_at=NOW, lag=timedelta(seconds=1))


def test_a_source_that_is_followed_says_when_it_last_heard_something() -> None:
    assert sources([WELL], "en") == (
        "**bluesky** is followed.\n"
        f"Last event <t:{int(NOW.timestamp())}:R>, came back 0 times since the start."
    )


def test_the_one_that_needs_somebody_comes_first_with_its_reason() -> None:
    parked = SourceStatus("x", SourceState.PARKED, "402: out of credit; add some on X's page")
    shown = sources([WELL, parked], "en")
    assert shown.startswith("**x** stands still, and needs you: 402: out of credit")
    assert "**bluesky** is followed." in shown


def test_a_gap_and_what_is_missing_are_said() -> None:
    gap = Gap(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    shown = sources([replace(WELL, gap=gap, notice="reposts are missing")], "en")
    assert "Posts are missing from" in shown
    assert shown.endswith("reposts are missing")
    filled = replace(gap, state=GapState.FILLED)
    assert "was found by search; reposts" in sources([replace(WELL, gap=filled)], "en")
    filling = replace(gap, state=GapState.FILLING)
    assert "being searched for" in sources([replace(WELL, gap=filling)], "en")


def test_without_a_source_the_next_step_is_said() -> None:
    assert "crosstie check" in sources([], "en")


def test_any_number_of_them_fits_into_a_field() -> None:
    many = [replace(WELL, name=f"mastodon {n}.example.org", notice="x" * 300) for n in range(50)]
    assert 0 < len(sources(many, "en")) <= 1024
