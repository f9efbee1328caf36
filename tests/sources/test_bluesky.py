"""Jetstream: both versions of its frames say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.model.people import Platform, account_key
from bot.model.posts import post_key
from bot.sources.base import Gathering
from bot.sources.bluesky import JetstreamReader
from tests.sources.reading import DATA, named, posts, read, write

if TYPE_CHECKING:
    from pathlib import Path


def _did(name: str) -> str:
    return f"did:plc:{name}{'2' * (24 - len(name))}"


def _commit(**what: object) -> dict[str, object]:
    commit = {"operation": "create", "collection": "app.bsky.feed.post", "rkey": "r", **what}
    return {
        "did": _did("ana"),
        "time_us": 1_778_696_400_000_000,
        "kind": "commit",
        "commit": commit,
    }


def test_both_versions_give_the_same_posts() -> None:
    assert posts(DATA / "jetstream_v1.jsonl") == posts(DATA / "jetstream_v2.jsonl")
    assert named(DATA / "jetstream_v1.jsonl", DATA / "jetstream_v2.jsonl") == []


def test_the_conversation_is_understood() -> None:
    question, edited, answer, quote, repost, _ = posts(DATA / "jetstream_v1.jsonl")
    ana = account_key(Platform.BLUESKY, _did("ana"))
    assert (question.question, question.asks, question.author) == (3, True, ana)
    assert edited.id == question.id
    assert edited.edited_at is not None
    assert answer.reply_to == (question.id, ana)
    assert answer.conversation == question.id
    assert answer.mentions == (ana, account_key(Platform.BLUESKY, _did("cem")))
    assert answer.links == ("https://example.org/rubrics",)
    assert quote.quote_of == (question.id, ana)
    assert quote.links == ("https://example.org/a",)
    assert repost.repost_of == (answer.id, account_key(Platform.BLUESKY, _did("ben")))
    assert repost.text is None


def test_a_deletion_and_a_new_handle_are_told() -> None:
    (page,) = read(DATA / "jetstream_v2.jsonl")
    uri = f"at://{_did('eve')}/app.bsky.feed.post/r5"
    assert [deletion.post for deletion in page.deletions] == [post_key(Platform.BLUESKY, uri)]
    handles = {account.native_id: account.handle for account in page.accounts}
    assert handles[_did("ana")] == "ana.example.org"


@pytest.mark.parametrize(("name", "cursor"), [("v1", "1778696400009000"), ("v2", "109")])
def test_the_cursor_is_that_of_the_last_frame(name: str, cursor: str) -> None:
    reader = JetstreamReader(Gathering())
    for line in (DATA / f"jetstream_{name}.jsonl").read_bytes().splitlines():
        reader.read(line, "x")
    assert reader.cursor == cursor


def test_a_clock_that_runs_ahead_does_not_move_a_post_into_the_future(tmp_path: Path) -> None:
    record = {"text": "hello", "createdAt": "2999-01-01T00:00:00Z"}
    (post,) = posts(write(tmp_path / "a.jsonl", _commit(record=record)))
    assert post.at.year == 2026


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (_commit(collection="app.bsky.feed.like", record={}), "no post in it"),
        (_commit(record=None), "a post without its record"),
        (_commit(record={"createdAt": "2026-01-01T00:00:00Z"}), "a post without its text"),
        (_commit(record={"text": 7}), "a field has another type"),
        (_commit(record={"text": "x", "reply": {}}), "a reply without its post"),
        (
            _commit(collection="app.bsky.feed.repost", record={"subject": None}),
            "a repost without its post",
        ),
        (
            _commit(record={"text": "x", "reply": {"parent": {"uri": "at://ana.example/a/b"}}}),
            "a reference that is no at:// address of an account",
        ),
    ],
)
def test_what_can_not_be_used_is_named(
    frame: dict[str, object], reason: str, tmp_path: Path
) -> None:
    assert named(write(tmp_path / "a.jsonl", frame)) == [("a.jsonl:1", reason)]


def test_a_real_recording_is_read(shared: Path) -> None:
    path = shared / "samples" / "bluesky" / "local-pds-events.json"
    assert len(posts(path)) == 204
    assert named(path) == []
