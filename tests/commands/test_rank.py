"""`crosstie rank`, as the benchmark calls it."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from bot.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

AT = 10_000


def world(folder: Path, talks: Iterable[tuple[int, str, str]], queries: Iterable[str]) -> Path:
    """A folder of plain interactions between people whose names are fields: 'n1' works in n."""
    rows = list(talks)
    with gzip.open(folder / "interactions.csv.gz", "wt") as file:
        file.write("ts,source,target,kind\n")
        file.writelines(f"{ts},{a},{b},reply\n" for ts, a, b in rows)
    people = sorted({p for _, a, b in rows for p in (a, b)})
    (folder / "people.csv").write_text("id,field\n" + "".join(f"{p},{p[0]}\n" for p in people))
    (folder / "queries.csv").write_text("id\n" + "".join(f"{q}\n" for q in queries))
    (folder / "meta.json").write_text('{"directed": true}')
    return folder


def ranked(folder: Path, *words: str) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and the lists that were written."""
    out = folder / "out.csv"
    code = main(["rank", str(folder), "--at", str(AT), "--top", "200", "--out", str(out), *words])
    lists: dict[str, list[str]] = {}
    with out.open(newline="") as file:
        for row in csv.DictReader(file):
            lists.setdefault(row["person"], []).append(row["candidate"])
            assert int(row["rank"]) == len(lists[row["person"]])
    return code, lists


PATH = [(1, "n1", "n2"), (2, "n2", "d3"), (3, "d3", "d4"), (4, "d4", "n5")]


def test_the_nearer_on_a_path_comes_first_and_contacts_do_not_come(tmp_path: Path) -> None:
    code, lists = ranked(world(tmp_path, PATH, ["n1", "n5"]))
    assert code == 0
    assert {name: (about[0], set(about)) for name, about in lists.items()} == {
        "n1": ("d3", {"d3", "d4", "n5"}),
        "n5": ("d3", {"d3", "n2", "n1"}),
    }


def test_what_comes_after_the_instant_is_not_seen(tmp_path: Path) -> None:
    later = [*PATH, (AT, "n1", "d3"), (AT + 1, "n1", "d4")]
    (tmp_path / "without").mkdir()
    without = ranked(world(tmp_path / "without", PATH, ["n1"]))
    assert set(without[1]["n1"]) == {"d3", "d4", "n5"}
    assert ranked(world(tmp_path, later, ["n1"])) == without


def test_the_products_lists_hold_five_of_which_three_are_of_another_field(tmp_path: Path) -> None:
    talks = [(i, f"n{i}", f"n{i + 1}") for i in range(1, 30)]
    talks += [(40 + i, f"d{i}", f"d{i + 1}") for i in range(1, 30)]
    people = [f"{field}{i}" for field in "nd" for i in range(1, 31, 2)]
    code, lists = ranked(world(tmp_path, talks, people), "--suggest")
    assert code == 0
    assert set(lists) == set(people)
    for person, about in lists.items():
        assert len(about) == 5, "the cap leaves nobody a short list"
        assert sum(other[0] != person[0] for other in about) >= 3
    shown = Counter(other for about in lists.values() for other in about)
    assert max(shown.values()) <= 3


def test_somebody_whom_the_folder_does_not_know_is_named_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lists = ranked(world(tmp_path, PATH, ["n1", "zz"]))
    assert (code, set(lists)) == (3, {"n1"})
    assert "zz" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("interactions.csv.gz", b"no gzip", "can not be read"),
        (
            "interactions.csv.gz",
            gzip.compress(b"ts,source,target,kind\nx,a,b,reply\n", mtime=0),
            ":2: ts",
        ),
        (
            "interactions.csv.gz",
            gzip.compress(b"ts,source,target,kind\n1,a\n", mtime=0),
            ":2: target",
        ),
        ("interactions.csv.gz", gzip.compress(b"ts,source\n", mtime=0), "the first line must be"),
        (
            "interactions.csv.gz",
            gzip.compress(b"ts,source,target,kind\n" + b"1,a,b,reply\n" * 99, mtime=0)[:-9],
            "can not be read",
        ),
        ("people.csv", b"\xff\xfe", "can not be read"),
        ("queries.csv", b"", "the first line must be"),
        ("queries.csv", None, "can not be read"),
    ],
)
def test_a_bad_file_is_named_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: bytes | None,
    says: str,
) -> None:
    folder = world(tmp_path, PATH, ["n1"])
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    out = folder / "out.csv"
    assert main(["rank", str(folder), "--at", "9", "--top", "5", "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert name in said
    assert says in said
    assert not out.exists()


@pytest.mark.parametrize("at", ["-5", "999999999999999"])
def test_an_instant_that_is_no_date_is_refused(tmp_path: Path, at: str) -> None:
    folder = world(tmp_path, PATH, ["n1"])
    assert (
        main(["rank", str(folder), f"--at={at}", "--top", "5", "--out", str(tmp_path / "o")]) == 1
    )


def test_on_real_interactions_the_rules_hold(tmp_path: Path, shared: Path) -> None:
    source = shared / "bench/suggestions/data/sibecol2019"
    for name in ("people.csv", "interactions.csv.gz", "posts.csv.gz", "meta.json"):
        os.symlink(source / name, tmp_path / name)
    with gzip.open(source / "interactions.csv.gz", "rt", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["ts"]))
    at = int(rows[int(0.7 * len(rows))]["ts"])
    past = [row for row in rows if int(row["ts"]) < at]
    queries = sorted({row["source"] for row in past})[:100]
    (tmp_path / "queries.csv").write_text("id\n" + "\n".join(queries) + "\n")
    out = tmp_path / "out.csv"
    words = ["--at", str(at), "--top", "200", "--out", str(out), "--suggest"]
    assert main(["rank", str(tmp_path), *words]) == 0
    tied = {frozenset((row["source"], row["target"])) for row in past}
    with out.open(newline="") as file:
        pairs = [(row["person"], row["candidate"]) for row in csv.DictReader(file)]
    assert len(pairs) == len(set(pairs)) == 5 * len(queries)
    assert not any(frozenset(pair) in tied for pair in pairs)
    assert max(Counter(candidate for _, candidate in pairs).values()) <= 3
