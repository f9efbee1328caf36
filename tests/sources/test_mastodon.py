"""Mastodon statuses and outboxes: read without their markup, the same on every instance."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.people import Platform, account_key
from bot.model.posts import post_key
from bot.sources.html import bio_refuses, said_in
from bot.sources.mastodon import profile_of
from tests.sources.reading import named, posts, read, write

if TYPE_CHECKING:
    from pathlib import Path

M = Platform.MASTODON
ANA = account_key(M, "https://one.example/@ana")
BEN = account_key(M, "https://two.example/@ben")


def account(name: str, host: str, **more: object) -> dict[str, Any]:
    return {
        "id": f"{name}-here",
        "acct": name,
        "url": f"https://{host}/@{name}",
        "display_name": name.title(),
        "note": "",
        **more,
    }


def status(number: int, who: dict[str, Any], content: str, **more: object) -> dict[str, Any]:
    base = who["url"].replace("/@", "/users/")
    return {
        "id": str(number),
        "uri": f"{base}/statuses/{number}",
        "url": f"{who['url']}/{number}",
        "created_at": "2026-05-13T18:00:00.000Z",
        "visibility": "public",
        "content": content,
        "account": who,
        "mentions": [],
        "tags": [],
        **more,
    }


ana, ben = account("ana", "one.example"), account("Ben", "two.example")


def test_a_status_is_read_without_its_markup(tmp_path: Path) -> None:
    html = (
        '<p>Q3: why <a class="mention hashtag" href="https://one.example/tags/x">#<span>LrnChat'
        '</span></a>?</p><p>See <a href="https://example.org/a">example</a> &amp; tell</p>'
    )
    (post,) = posts(write(tmp_path / "a.jsonl", status(1, ana, html)))
    assert post.text == "Q3: why #LrnChat?\nSee example & tell"
    assert [h.normal for h in post.hashtags] == ["lrnchat"]
    assert post.links == ("https://example.org/a",)
    assert post.question == 3
    assert post.asks
    assert post.author == ANA
    assert post.native_id == "https://one.example/users/ana/statuses/1"


def test_a_hashtag_that_markup_splits_still_counts(tmp_path: Path) -> None:
    html = "<p>#<b>l</b><i>rn</i>chat</p>"
    (post,) = posts(write(tmp_path / "a.jsonl", status(1, ana, html)))
    assert [h.normal for h in post.hashtags] == ["lrnchat"]


def test_an_answer_turns_to_whom_it_answers(tmp_path: Path) -> None:
    mention = {"id": "ana-here", "acct": "ana", "url": ana["url"], "username": "ana"}
    first = status(1, ana, "<p>hello</p>")
    answer = status(
        2,
        ben,
        "<p>@ana yes</p>",
        in_reply_to_id="1",
        in_reply_to_account_id="ana-here",
        mentions=[mention],
    )
    unknown = dict(answer, id="3", uri="https://two.example/users/ben/statuses/3")
    unknown["in_reply_to_id"] = "99"
    post, known, lost = posts(write(tmp_path / "a.jsonl", first, answer, unknown))
    assert known.reply_to == (post.id, ANA)
    assert lost.reply_to is not None
    assert lost.reply_to.author == ANA


def test_a_boost_and_a_quote_carry_their_originals(tmp_path: Path) -> None:
    original = status(1, ana, "<p>good</p>")
    boost = status(2, ben, "", reblog=original)
    quote = status(3, ben, "<p>see</p>", quote={"state": "accepted", "quoted_status": original})
    found = {p.native_id.rpartition("/")[2]: p for p in posts(write(tmp_path / "a", boost, quote))}
    assert found["2"].repost_of == (found["1"].id, ANA)
    assert found["2"].text is None
    assert found["3"].quote_of == (found["1"].id, ANA)


@pytest.mark.parametrize("visibility", ["private", "direct", None])
def test_what_is_not_public_is_left_alone(tmp_path: Path, visibility: str | None) -> None:
    path = write(tmp_path / "a.jsonl", status(1, ana, "x", visibility=visibility))
    assert posts(path) == []
    assert named(path) == [("a.jsonl:1", "a post that is not public")]


@pytest.mark.parametrize(
    "profile",
    [
        {"discoverable": False},
        {"indexable": False},
        {"noindex": True},
        {"note": "<p>I teach. #<span>nobot</span></p>"},
        {"note": "<p>#<b>No</b>Bots please</p>"},
    ],
)
def test_any_sign_of_refusing_means_no(tmp_path: Path, profile: dict[str, Any]) -> None:
    who = account("ana", "one.example", discoverable=True, indexable=True) | profile
    (page,) = read(write(tmp_path / "a.jsonl", status(1, who, "<p>x</p>")))
    assert [a.refuses for a in page.accounts] == [True]


def test_a_willing_profile_does_not_refuse(tmp_path: Path) -> None:
    who = account("ana", "one.example", discoverable=None, note="<p>no #bot, #nobotany</p>")
    (page,) = read(write(tmp_path / "a.jsonl", status(1, who, "<p>x</p>")))
    assert [(a.refuses, a.handle) for a in page.accounts] == [(False, "ana@one.example")]


def test_an_outbox_says_the_same_as_the_api(tmp_path: Path) -> None:
    public = "https://www.w3.org/ns/activitystreams#Public"
    actor = "https://one.example/users/ana"
    note = {
        "type": "Note",
        "id": f"{actor}/statuses/1",
        "attributedTo": actor,
        "published": "2026-05-13T18:00:00Z",
        "content": "<p>#<span>lrnchat</span> hello</p>",
        "inReplyTo": "https://two.example/users/Ben/statuses/7",
        "to": [public],
        "tag": [
            {"type": "Hashtag", "name": "#lrnchat"},
            {"type": "Mention", "href": "https://two.example/users/Ben"},
        ],
    }
    items = [
        {"type": "Create", "id": "c", "actor": actor, "object": note},
        {
            "type": "Announce",
            "id": f"{actor}/statuses/2/activity",
            "actor": actor,
            "published": "2026-05-13T19:00:00Z",
            "object": "https://two.example/users/Ben/statuses/7",
            "to": [public],
        },
        {"type": "Create", "id": "d", "actor": actor, "object": dict(note, to=[actor], cc=[])},
        {"type": "Like"},
    ]
    path = tmp_path / "outbox.json"
    path.write_text(json.dumps({"type": "OrderedCollection", "orderedItems": items}, indent=1))
    post, boost = posts(path)
    target = post_key(M, "https://two.example/users/Ben/statuses/7")
    assert post.author == ANA
    assert post.reply_to == (target, BEN)
    assert post.mentions == (BEN,)
    assert boost.repost_of == (target, BEN)
    assert len(named(path)) == 2


def test_copies_of_one_post_on_two_instances_are_one(tmp_path: Path) -> None:
    here = status(1, ana, "<p>x</p>")
    there = dict(here, id="777", account=account("ana", "one.example", acct="ana@one.example"))
    one, two = posts(write(tmp_path / "a.jsonl", here, there))
    assert one == two


@pytest.mark.parametrize(
    "address",
    ["https://One.Example/users/Ana", "https://one.example/@ana", "http://one.example/@ANA/"],
)
def test_a_profile_has_one_address(address: str) -> None:
    assert profile_of(address) == "https://one.example/@ana"


@given(st.text())
def test_no_text_breaks_the_stripper(text: str) -> None:
    said = said_in(text)
    assert "<p>" not in said.text or "&" in text or "<" in text
    bio_refuses(text)


def test_scripts_are_no_text() -> None:
    assert said_in("<p>a<script>alert(1)</script>b</p>").text == "ab"
