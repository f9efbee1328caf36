"""Whole seasons through the real bot, as `crosstie demo --fast --json` plays them."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = [
    "posts",
    "people",
    "members",
    "communities",
    "engagements",
    "deletions",
    "sessions",
    "threads",
    "suggestions",
    "cross_field_share",
    "both_fields_known",
    "max_exposure",
    "prompts_sent",
    "prompts_duplicated",
    "introductions_offered",
    "introductions_made",
    "recaps",
    "followups",
    "newcomers_answered",
    "unasked_per_member_week",
    "seconds",
]


def played(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--fast", "--json", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    numbers: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return numbers


def cap_of(numbers: dict[str, Any]) -> float:
    return max(3, 0.03 * float(numbers["members"]))


@pytest.mark.timeout(300)
def test_a_season_does_the_main_job_and_the_same_seed_gives_the_same_numbers() -> None:
    with ThreadPoolExecutor(2) as both:
        numbers, again = both.map(lambda seed: played("--seed", seed), ["4", "4"])
    assert list(numbers) == _KEYS
    assert numbers["posts"] >= 8000
    assert numbers["people"] >= 500
    assert (numbers["members"], numbers["communities"]) == (60, 2)
    assert numbers["sessions"] == numbers["recaps"] == 12 + 2
    assert numbers["prompts_duplicated"] == 0
    assert numbers["cross_field_share"] >= 0.6
    assert numbers["both_fields_known"] >= 0.5
    assert numbers["max_exposure"] <= cap_of(numbers)
    assert numbers["introductions_made"] > 0
    assert numbers["followups"] > 0
    assert numbers["newcomers_answered"] > 0
    assert numbers["unasked_per_member_week"] <= 2
    assert {**again, "seconds": 0} == {**numbers, "seconds": 0}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", ["sibecol2019", "ica18"])
def test_a_real_archive_can_be_played(shared: Path, name: str) -> None:
    numbers = played("--archive", str(shared / "bench" / "suggestions" / "data" / name))
    assert numbers["members"] == 60
    assert numbers["sessions"] == numbers["recaps"] == 2
    assert numbers["prompts_duplicated"] == 0
    assert numbers["cross_field_share"] >= 0.6
    assert numbers["max_exposure"] <= cap_of(numbers)
    assert numbers["introductions_made"] > 0
    assert numbers["followups"] > 0
    assert numbers["unasked_per_member_week"] <= 2


def test_an_archive_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--fast", "--archive", str(tmp_path / "none")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr
