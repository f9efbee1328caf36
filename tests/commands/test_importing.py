"""`crosstie import`: what it says, how it exits, and that it may be killed at any moment."""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.cli import main
from bot.commands.importing import AHEAD
from bot.commands.taking_in import Imported, import_archives
from bot.errors import SourceError
from bot.model.posts import from_us
from bot.sources.archive import Archives
from bot.sources.base import Progress
from tests.sources.reading import DATA, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.clock import Clock, ReplayClock
    from bot.model.posts import Page
    from bot.store.database import Database

ROOT = Path(__file__).parent.parent.parent
CLASSIC = DATA / "x_classic.jsonl"
TABLES = ("accounts", "posts", "engagements", "hashtags", "post_hashtags", "post_links")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CROSSTIE__DATABASE__URL", f"sqlite:///{tmp_path / 'imported.db'}")


def _import(capsys: pytest.CaptureFixture[str], *argv: object) -> tuple[int, dict[str, Any], str]:
    code = main(["import", *map(str, argv), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out.splitlines()[-1]), said.err


def test_the_summary_counts_what_was_read(capsys: pytest.CaptureFixture[str]) -> None:
    code, summary, said = _import(capsys, CLASSIC)
    assert (code, said) == (0, "")
    expected = {
        "files": 1, "lines": 1, "posts": 5, "new_posts": 5, "people": 4, "engagements": 5,
        "reposts": 1, "replies": 1, "quotes": 1, "mentions": 2, "deletions": 0, "skipped": 0,
    }  # fmt: skip
    assert {name: summary[name] for name in expected} == expected
    assert summary.keys() >= {"seconds", "posts_per_s"}


def test_again_and_from_other_formats_the_same_posts_are_not_new(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _import(capsys, CLASSIC)
    others = [DATA / f"x_{name}.jsonl" for name in ("classic", "2167", "flat")]
    _, summary, _ = _import(capsys, *others)
    assert (summary["posts"], summary["new_posts"], summary["engagements"]) == (5, 0, 5)


def test_what_was_left_out_is_named_and_exits_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b"{broken\n" + CLASSIC.read_bytes())
    code, summary, said = _import(capsys, "bad.jsonl", "missing.jsonl")
    assert (code, summary["posts"], summary["skipped"]) == (3, 5, 2)
    assert "bad.jsonl:1" in said
    assert "missing.jsonl" in said
    assert {entry["where"][0] for entry in summary["left_out"]} == {"bad.jsonl:1", "missing.jsonl"}


@pytest.mark.parametrize("content", [None, b"", b"\0\1\2", b"hello\n"])
def test_nothing_at_all_exits_1_and_says_the_next_step(
    content: bytes | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "a.jsonl").write_bytes(content)
    code, summary, said = _import(capsys, "a.jsonl")
    assert (code, summary["posts"]) == (1, 0)
    assert "a.jsonl" in said
    assert "crosstie import -h" in said
    assert "Traceback" not in said


def test_without_json_the_summary_is_a_line_for_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["import", str(DATA / "jetstream_v1.jsonl")]) == 0
    assert capsys.readouterr().out.startswith("5 posts read, ")


async def _classic(database: Database, clock: Clock, *, shift_to_now: bool = False) -> Imported:
    archives = Archives("auto", clock.now() + AHEAD)
    return await import_archives(database, clock, archives, [CLASSIC], shift_to_now=shift_to_now)


async def test_shifted_the_last_post_is_now(database: Database, clock: ReplayClock) -> None:
    await clock.move_to(clock.now() + timedelta(days=900))
    done = await _classic(database, clock, shift_to_now=True)
    assert done.new_posts == 5
    assert done.files == 1
    async with database.read() as tx:
        rows = await tx.fetch("SELECT at_us FROM posts ORDER BY at_us")
        acts = await tx.fetch("SELECT at_us FROM engagements ORDER BY at_us")
    times = [from_us(row["at_us"]) for row in rows]
    assert times[-1] == clock.now()
    assert times[-1] - times[0] == timedelta(minutes=10)
    assert {row["at_us"] for row in acts} <= {row["at_us"] for row in rows}


async def test_dates_far_in_the_future_are_left_out(database: Database, clock: ReplayClock) -> None:
    done = await _classic(database, clock)
    assert (len(done.what_was_left_out()), done.new_posts) == (0, 5)
    late = type(clock)(clock.now() - timedelta(days=400))
    done = await _classic(database, late)
    assert done.skipped == {"a date in the future": 5}


class _Ending:
    """Archives whose reader ends after one page."""

    def __init__(self) -> None:
        self.progress = Progress()

    def pages(self, paths: Sequence[Path]) -> Iterator[Page]:
        yield next(Archives().pages(paths))
        raise SourceError("ended too soon")


async def test_what_ends_an_import_is_said_plainly_and_what_was_taken_in_stays(
    database: Database, clock: ReplayClock
) -> None:
    with pytest.raises(SourceError, match="ended too soon"):
        await import_archives(database, clock, _Ending(), [CLASSIC])
    again = await _classic(database, clock)
    assert again.summary()["posts"] == 5


def test_plain_interactions_count_as_contacts_too(capsys: pytest.CaptureFixture[str]) -> None:
    code, summary, _ = _import(capsys, DATA / "interactions")
    assert (code, summary["engagements"], summary["contacts"]) == (3, 5, 2)


def test_the_real_recordings_are_imported(capsys: pytest.CaptureFixture[str], shared: Path) -> None:
    files = sorted((shared / "samples" / "x" / "twarc-csv" / "test-data").glob("*.jsonl"))
    code, summary, said = _import(capsys, *files)
    assert code == 3
    assert summary["posts"] == summary["new_posts"] > 1500
    for name in ("counts", "lists", "users", "tweets_compliance", "users_compliance"):
        assert f"{name}.jsonl:1" in said or f"{name}.jsonl:2" in said


def _rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as db:
        found = {t: sorted(db.execute(f"SELECT * FROM {t}"), key=str) for t in TABLES}
    db.close()
    return found


def _command(paths: Sequence[Path]) -> list[str]:
    return [sys.executable, "-m", "bot", "import", *map(str, paths)]


def _environment(database: Path) -> dict[str, str]:
    url = f"sqlite:///{database}"
    return {**os.environ, "CROSSTIE__DATABASE__URL": url, "PYTHONPATH": str(ROOT)}


def _big_archive(path: Path) -> Path:
    """Forty thousand short posts, each answering another, some of them later ones."""
    rng = random.Random(7)
    first = 1 << 60
    return write(
        path,
        *(
            {
                "id": str(first + n),
                "author_id": str(1 + n % 977),
                "text": f"Post {n} #a{n % 50}",
                "created_at": "2026-05-13T18:00:00.000Z",
                "entities": {"hashtags": [{"tag": f"a{n % 50}"}]},
                "referenced_tweets": [{"type": "quoted", "id": str(first + rng.randrange(40_000))}],
            }
            for n in range(40_000)
        ),
    )


def test_killed_at_any_moment_and_started_again_it_is_all_there(tmp_path: Path) -> None:
    archive = _big_archive(tmp_path / "big.jsonl")
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    command = _command([archive])
    subprocess.run(command, env=_environment(whole), check=True, capture_output=True, timeout=100)
    expected = _rows(whole)
    assert len(expected["posts"]) == 40_000
    rng = random.Random(7)
    for _ in range(3):
        with subprocess.Popen(
            command,
            env=_environment(killed),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                process.wait(timeout=rng.uniform(0.7, 2.5))
            except subprocess.TimeoutExpired:
                process.kill()
    again = subprocess.run(
        command, env=_environment(killed), check=False, capture_output=True, timeout=100
    )
    assert again.returncode == 0, again.stderr
    assert _rows(killed) == expected
