"""Archives: whatever is in a file, the rest is read, and what is left out is named."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PayloadError
from bot.model.people import Platform, account_key
from bot.model.posts import EngagementKind
from bot.sources import archive
from bot.sources.base import Gathering
from bot.sources.bluesky import JetstreamReader
from bot.sources.x import XReader
from tests.sources.reading import DATA, named, posts, read

if TYPE_CHECKING:
    from pathlib import Path

CLASSIC = DATA / "x_classic.jsonl"


def test_compressed_arrays_pretty_objects_and_marks_read_alike(tmp_path: Path) -> None:
    payload = CLASSIC.read_bytes()
    page = json.loads(payload)
    shapes = {
        "a.jsonl.gz": gzip.compress(payload),
        "packed.jsonl": gzip.compress(payload),
        "a.json": json.dumps([page], indent=1).encode(),
        "b.json": json.dumps(page, indent=1).encode(),
        "c.json": b"\xef\xbb\xbf" + payload,
        "d.jsonl": b"\n\n" + payload + b"\r\n",
    }
    for name, content in shapes.items():
        (tmp_path / name).write_bytes(content)
        assert posts(tmp_path / name) == posts(CLASSIC), name
        assert named(tmp_path / name) == []


def test_a_folder_is_all_its_archives(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.jsonl").write_bytes(CLASSIC.read_bytes())
    (tmp_path / "b.jsonl").write_bytes((DATA / "jetstream_v1.jsonl").read_bytes())
    (tmp_path / "notes.txt").write_text("nothing of ours")
    assert len(posts(tmp_path)) == 5 + 6
    assert named(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "where", "reason"),
    [
        (b"", "a.jsonl", "an empty file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.jsonl:1", "not JSON, or cut off"),
        (b"\x7fELF\0\0\0\0", "a.jsonl:1", "binary, not text"),
        (b"hello, world\n", "a.jsonl:1", "not JSON, or cut off"),
        (b'{"data": [{"id": "5"', "a.jsonl:1", "not JSON, or cut off"),
        (b'{"data": [{"id": "5", "text": "\xff\xfe"}]}', "a.jsonl:1", "not JSON, or cut off"),
        (b"[" * 100_000, "a.jsonl", "an array that is not JSON, or cut off"),
        (b'{"a":' * 100_000, "a.jsonl:1", "not JSON, or cut off"),
        (b"null\n", "a.jsonl:1", "a field has another type"),
        (b"7\n", "a.jsonl:1", "a field has another type"),
    ],
)
def test_what_is_no_archive_is_named(
    content: bytes, where: str, reason: str, tmp_path: Path
) -> None:
    (tmp_path / "a.jsonl").write_bytes(content)
    assert (where, reason) in named(tmp_path / "a.jsonl")
    assert posts(tmp_path / "a.jsonl") == []


def test_a_damaged_line_costs_only_itself(tmp_path: Path) -> None:
    line = CLASSIC.read_bytes()
    (tmp_path / "a.jsonl").write_bytes(b"{broken\n" + line + line[: len(line) // 2] + b"\n")
    assert posts(tmp_path / "a.jsonl") == posts(CLASSIC)
    assert [where for where, _ in named(tmp_path / "a.jsonl")] == ["a.jsonl:1", "a.jsonl:3"]


def test_a_cut_compressed_file_gives_what_is_before_the_cut(tmp_path: Path) -> None:
    lines = b"".join(
        json.dumps({"id": str(2**60 + n), "author_id": str(n), "text": f"{n}"}).encode() + b"\n"
        for n in range(1, 5000)
    )
    packed = gzip.compress(lines)
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    assert 1000 < len(posts(tmp_path / "a.jsonl.gz")) < 4999
    ((where, reason),) = named(tmp_path / "a.jsonl.gz")
    assert where.startswith("a.jsonl.gz:")
    assert reason == "the compressed file is cut off or damaged here"


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_without_end_is_counted_and_never_held(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    packed: bool,
) -> None:
    monkeypatch.setattr(archive, "MOST_LINE", 1 << 20)
    path = tmp_path / "a.jsonl"
    with gzip.open(path, "wb") if packed else path.open("wb") as file:
        for _ in range(60):
            file.write(b"x" * (1 << 20))
        file.write(b"\n" + CLASSIC.read_bytes())
    tracemalloc.start()
    pages = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 12 << 20
    assert sum(len(page.posts) for page in pages) == 5
    assert [(p.where[-2:], p.reason) for page in pages for p in page.problems] == [
        (":1", "a line of more than 1 MB")
    ]
    assert sum(page.lines for page in pages) == 2


def test_what_can_not_be_opened_is_named(tmp_path: Path) -> None:
    ((where, reason),) = named(tmp_path / "missing.jsonl")
    assert where == "missing.jsonl"
    assert reason.startswith("can not be read: No such file")


def test_a_date_in_the_future_is_named() -> None:
    latest = datetime(2026, 5, 13, 18, 12, tzinfo=UTC)
    pages = read(CLASSIC, latest=latest)
    assert sum(len(page.posts) for page in pages) == 2
    assert {problem.reason for page in pages for problem in page.problems} == {
        "a date in the future"
    }


def test_plain_interactions_are_read_as_a_folder() -> None:
    (page,) = read(DATA / "interactions")
    assert [e.kind for e in page.engagements] == [
        EngagementKind.MENTION,
        EngagementKind.MENTION,
        EngagementKind.REPLY,
        EngagementKind.CONTACT,
        EngagementKind.CONTACT,
    ]
    posted = {post.id: post for post in page.posts}
    assert len(posted) == 2
    assert {e.post for e in page.engagements[:3]} == posted.keys()
    assert page.engagements[0].source == account_key(Platform.PLAIN, "little/p1")
    assert len({(e.post, e.target, e.kind) for e in page.engagements}) == 5
    assert [h.normal for h in page.posts[0].hashtags] == ["lrnchat", "games"]
    assert named(DATA / "interactions") == [
        ("interactions.csv:7", "an interaction without its source or its target")
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("yesterday,a,b,reply", "a time that is no number of seconds"),
        ("999999999999,a,b,reply", "a time that is no number of seconds"),
        ("1,a", "a line with another number of cells"),
    ],
)
def test_a_bad_interaction_is_named(line: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "interactions.csv").write_text(f"ts,source,target,kind\n{line}\n1,a,b,reply\n")
    assert named(tmp_path) == [("interactions.csv:2", reason)]
    assert len(read(tmp_path)[-1].engagements) == 1


def test_a_sheet_with_other_columns_is_named(tmp_path: Path) -> None:
    (tmp_path / "interactions.csv").write_text("a,b\n1,2\n")
    ((where, reason),) = named(tmp_path)
    assert (where, reason) == ("interactions.csv:1", "the first line must be ts,source,target,kind")


@pytest.mark.parametrize("name", ["email_eu", "ica18", "sibecol2019"])
def test_real_interactions_are_all_read(name: str, shared: Path) -> None:
    folder = shared / "bench" / "suggestions" / "data" / name
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    acts = [(e.post, e.target, e.kind) for page in read(folder) for e in page.engagements]
    assert len(acts) == len(set(acts)) == meta["interactions"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    [
        *("id", "text", "author_id", "created_at", "entities", "mentions", "hashtags", "data"),
        *("includes", "users", "tweets", "referenced_tweets", "type", "commit", "record", "did"),
        *(
            "time_us",
            "kind",
            "$type",
            "payload",
            "seq",
            "reply",
            "parent",
            "uri",
            "facets",
            "delete",
        ),
    ]
)
_LIKE_OURS = st.recursive(
    st.none()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["2026-01-01T00:00:00Z", "5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=20,
)


@given(payload=_JSON | _LIKE_OURS)
def test_no_payload_makes_anything_but_a_problem(payload: object) -> None:
    raw = json.dumps(payload).encode()
    for reader in (XReader(Gathering()), JetstreamReader(Gathering())):
        try:
            reader.read(raw, "x:1")
        except PayloadError as exc:
            assert exc.reason  # noqa: PT017 the other outcome is fine too


@given(raw=st.binary(max_size=60))
def test_no_bytes_make_anything_but_a_problem(raw: bytes) -> None:
    for reader in (XReader(Gathering()), JetstreamReader(Gathering())):
        with pytest.raises(PayloadError):
            reader.read(b"\xff" + raw, "x:1")
