"""X: the same conversation in every shape and both namings is the same posts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.model.people import AccountId
from tests.sources.reading import DATA, named, posts, read, write

if TYPE_CHECKING:
    from pathlib import Path

ANA, BEN, CEM, DIA = (AccountId(n) for n in (1001, 1002, 1003, 1004))


def _user(number: int, handle: str, **more: object) -> dict[str, object]:
    return {"id": str(number), "username": handle, "name": handle.title(), **more}


def _payload(number: int = 7, **more: Any) -> dict[str, object]:
    return {
        "id": str((1 << 60) + number),
        "author_id": "1001",
        "text": "Hello",
        "created_at": "2026-05-13T18:00:00.000Z",
        **more,
    }


@pytest.mark.parametrize("shape", ["x_2167", "x_stream", "x_flat"])
def test_every_shape_and_naming_gives_the_same_posts(shape: str) -> None:
    assert posts(DATA / f"{shape}.jsonl") == posts(DATA / "x_classic.jsonl")


def test_the_conversation_is_understood() -> None:
    question, answer, quote, repost, own = posts(DATA / "x_classic.jsonl")
    assert (question.question, question.asks, question.author) == (3, True, ANA)
    assert (answer.answer, answer.mentions) == (3, (ANA, CEM))
    assert answer.reply_to == (question.id, ANA)
    assert answer.conversation == question.id
    assert answer.links == ("https://example.org/rubrics",)
    assert [hashtag.normal for hashtag in question.hashtags] == ["lrnchat"]
    assert question.hashtags[0].shown == "LrnChat"
    assert quote.quote_of == (question.id, ANA)
    assert quote.links == ()
    assert repost.repost_of == (answer.id, BEN)
    assert (repost.text, repost.mentions, repost.answer) == (None, (), None)
    assert [hashtag.normal for hashtag in repost.hashtags] == ["lrnchat"]
    assert own.reply_to == (question.id, ANA)


def test_every_account_that_a_post_names_is_told_with_its_handle() -> None:
    (page,) = read(DATA / "x_classic.jsonl")
    handles = {account.id: account.handle for account in page.accounts}
    assert handles == {ANA: "ana_x", BEN: "ben_x", CEM: "cem_x", DIA: "dia_x"}


def test_a_newer_version_is_the_same_post() -> None:
    first, second = sorted(posts(DATA / "x_edited.jsonl"), key=lambda p: p.edited_at is not None)
    assert first.id == second.id
    assert (first.edited_at, first.mentions) == (None, (BEN,))
    assert second.edited_at is not None
    assert second.mentions == (CEM,)


def test_one_bad_post_does_not_cost_the_page(tmp_path: Path) -> None:
    page = {
        "data": [
            _payload(1),
            _payload(2, created_at="yesterday"),
            {"id": 7, "text": "x"},
            _payload(3, author_id=None),
            _payload(4, created_at="2026-05-13T18:00:00"),
            _payload(5, referenced_tweets=[{"type": "replied_to"}]),
        ],
        "includes": {"users": [_user(1001, "ana"), {"id": 1}]},
    }
    path = write(tmp_path / "a.jsonl", page)
    assert [post.native_id for post in posts(path)] == [str((1 << 60) + 1)]
    assert {reason for _, reason in named(path)} == {
        "a field has another type",
        "a post without its author",
        "a time without a zone",
        "a reference without its post",
    }
    assert {where for where, _ in named(path)} == {"a.jsonl:1"}


def test_a_problem_names_keys_and_never_values(tmp_path: Path) -> None:
    secret = "whispered"
    path = write(tmp_path / "a.jsonl", {"data": [{"id": 7, "text": secret, "lang": secret}]})
    (page,) = read(path)
    assert page.problems[0].keys == ("id", "text", "lang")
    assert secret not in repr(page.problems)


@pytest.mark.parametrize(
    "payload",
    [
        {"data": [{"start": "2026-05-13T00:00:00Z", "tweet_count": 7}], "meta": {}},
        {"data": [_user(1001, "ana")]},
        {"data": [{"id": "5", "name": "A list", "owner_id": "1001"}]},
        {"id": "5", "action": "delete", "created_at": "2026-05-13T00:00:00Z", "reason": "x"},
        {"errors": [{"title": "operational-disconnect"}]},
        {"data": []},
        {},
    ],
)
def test_what_is_no_post_is_named(payload: dict[str, Any], tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", payload)
    assert posts(path) == []
    assert named(path) == [("a.jsonl:1", "no post in it")]


def test_a_long_text_and_its_entities_come_from_the_note(tmp_path: Path) -> None:
    note = {"text": "A2 " + "long " * 90, "entities": {"hashtags": [{"tag": "LrnChat"}]}}
    for name in ("note_tweet", "note_post"):
        path = write(tmp_path / f"{name}.jsonl", {"data": [_payload(7, **{name: note})]})
        (post,) = posts(path)
        assert post.answer == 2
        assert post.text == note["text"]
        assert [hashtag.normal for hashtag in post.hashtags] == ["lrnchat"]


def test_a_deletion_of_the_compliance_stream_is_one(tmp_path: Path) -> None:
    gone = {"tweet": {"id": "5", "author_id": "1"}, "event_at": "2026-05-13T18:00:00.000Z"}
    (page,) = read(write(tmp_path / "a.jsonl", {"data": {"delete": gone}}))
    assert [deletion.post for deletion in page.deletions] == [5]


@pytest.mark.parametrize("profile", [{"protected": True}, {"description": "Nurse. #NoBot please"}])
def test_a_profile_that_refuses_is_noted(profile: dict[str, object], tmp_path: Path) -> None:
    page = {"data": [_payload()], "includes": {"users": [_user(1001, "ana", **profile)]}}
    (read_page,) = read(write(tmp_path / "a.jsonl", page))
    assert [account.refuses for account in read_page.accounts] == [True]


def test_of_real_recordings_every_post_is_read(shared: Path) -> None:
    path = shared / "samples" / "x" / "twarc-csv" / "test-data" / "entities_test.jsonl"
    held: set[str] = set()
    for line in path.read_text("utf-8").splitlines():
        page = json.loads(line)
        for payload in (*page["data"], *page["includes"]["tweets"]):
            held.add(payload.get("edit_history_tweet_ids", [payload["id"]])[0])
    assert {post.native_id for post in posts(path)} == held
    assert named(path) == []


def test_real_recordings_read_alike_under_the_new_names(shared: Path, tmp_path: Path) -> None:
    classic = shared / "samples" / "x" / "twarc-csv" / "test-data" / "2sets.jsonl"
    payload = classic.read_bytes()
    for old, new in {
        b'"referenced_tweets"': b'"referenced_posts"',
        b'"edit_history_tweet_ids"': b'"edit_history_post_ids"',
        b'"tweets"': b'"posts"',
    }.items():
        payload = payload.replace(old, new)
    (tmp_path / "new.jsonl").write_bytes(payload)
    assert b'"referenced_posts"' in payload
    assert posts(tmp_path / "new.jsonl") == posts(classic)
