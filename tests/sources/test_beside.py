"""Archives read by a second process: the same pages as here, and an end that is said."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.errors import SourceError
from bot.model.people import Account, AccountId, Platform, account_key
from bot.model.posts import (
    Deletion,
    Departure,
    Engagement,
    EngagementKind,
    Page,
    Problem,
    from_us,
    post_key,
)
from bot.sources import beside
from bot.sources.archive import Archives
from bot.sources.beside import Beside
from bot.sources.pages import bytes_of, page_of
from tests.sources.reading import DATA, write

if TYPE_CHECKING:
    from pathlib import Path

LATEST = from_us(1_900_000_000_000_000)
EVERYTHING = [*sorted(DATA.glob("*.jsonl")), DATA / "interactions"]


def test_the_pages_are_those_that_one_process_reads(tmp_path: Path) -> None:
    damaged = write(tmp_path / "damaged.jsonl", {"data": [{"id": "7"}]}, {"no": "post"})
    odd = tmp_path / os.fsdecode(b"odd \xff name.jsonl")
    odd.write_bytes(b"")
    paths = [*EVERYTHING, damaged, odd, tmp_path / "missing.jsonl"]
    here = Archives("auto", LATEST)
    expected = list(here.pages(paths))
    with Beside("auto", LATEST, paths) as there:
        assert list(there.pages(paths)) == expected
        assert there.progress == here.progress
        assert list(there.pages(paths)) == expected, "a second reading is the same"
    assert sum(len(page.posts) for page in expected) > 10
    assert {"an empty file", "no post in it"} <= {
        p.reason for page in expected for p in page.problems
    }


def test_a_page_comes_out_as_it_went_in() -> None:
    page = Page(
        accounts=(
            Account(AccountId(1), Platform.X, "1", None, None),
            Account(AccountId(2), Platform.MASTODON, "é", "ana", "Ana 🧪", True, LATEST),
        ),
        deletions=(Deletion(post_key(Platform.X, "5"), LATEST),),
        departures=(Departure(account_key(Platform.BLUESKY, "did:plc:a"), LATEST),),
        problems=(Problem("a.jsonl:3", "not JSON, or cut off", "data[0].id", ("id", "text")),),
        engagements=(
            Engagement(
                post_key(Platform.PLAIN, "p"),
                AccountId(1),
                AccountId(2),
                EngagementKind.CONTACT,
                LATEST,
            ),
        ),
        lines=3,
    )
    assert page_of(bytes_of(page, 1, 99)) == (page, 1, 99)


def _posts(path: Path, count: int) -> Path:
    return write(
        path,
        *(
            {
                "id": str((1 << 60) + n),
                "author_id": "1",
                "text": "A post " * 10,
                "created_at": "2026-05-13T18:00:00.000Z",
            }
            for n in range(count)
        ),
    )


def test_a_reader_that_was_killed_is_named_as_the_reason(tmp_path: Path) -> None:
    archive = _posts(tmp_path / "a.jsonl", 40_000)
    with Beside("auto", LATEST, [archive]) as there:
        pages = there.pages([archive])
        assert next(pages).posts
        os.kill(there._running[0].pid, signal.SIGKILL)
        with pytest.raises(SourceError, match=r"ended too soon \(exit code -9\).*again"):
            list(pages)


def test_nobody_is_left_when_the_writer_stops_listening(tmp_path: Path) -> None:
    archive = _posts(tmp_path / "a.jsonl", 40_000)
    with closing(Beside("auto", LATEST, [archive])) as there:
        next(there.pages([archive]))
        process = there._running[0]
    assert process.returncode == -signal.SIGKILL


def test_a_reader_whose_writer_was_killed_ends_by_itself_and_in_silence(tmp_path: Path) -> None:
    archive = _posts(tmp_path / "a.jsonl", 40_000)
    command = [sys.executable, "-c", beside._MAIN, "auto", LATEST.isoformat(), str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        reader.stdout.read(100)
        reader.stdout.close()
        assert reader.stderr.read() == b""
        assert reader.wait(timeout=100) == 1


@pytest.mark.parametrize("size", [beside.WORTH_IT - 1, beside.WORTH_IT])
def test_small_archives_are_read_by_one_process(size: int, tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b" " * size)
    there = beside.beside("auto", LATEST, [archive])
    if there is not None:
        there.close()
    assert (there is None) == (size < beside.WORTH_IT or beside._processors() < 2)
