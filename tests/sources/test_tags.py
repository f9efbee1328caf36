"""TAGS sheets as CSV."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

from bot.model.people import Platform, account_key
from tests.sources.reading import named, posts, read

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    "id_str", "from_user", "text", "created_at", "in_reply_to_user_id_str",
    "in_reply_to_screen_name", "from_user_id_str", "in_reply_to_status_id_str", "status_url",
    "entities_str",
]  # fmt: skip
ANA = account_key(Platform.X, "11")


def sheet(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(number: str, who: str = "ana", id_: str = "11", **more: str) -> dict[str, str]:
    entities = {"hashtags": [{"text": "LrnChat"}], "user_mentions": [], "urls": []}
    return {
        "id_str": number,
        "from_user": who,
        "from_user_id_str": id_,
        "text": "Q1: why #LrnChat?",
        "created_at": "Wed May 13 18:00:00 +0000 2020",
        "entities_str": json.dumps(entities),
        **more,
    }


def test_a_row_is_a_post_with_its_text_over_several_lines(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.csv", row("100", text='Q1: "why"\n\n#LrnChat?'), row("101"))
    first, second = sorted(posts(path), key=lambda p: p.id)
    assert (first.native_id, first.author, first.question) == ("100", ANA, 1)
    assert [h.normal for h in first.hashtags] == ["lrnchat"]
    assert first.at.year == 2020
    assert second.native_id == "101"
    assert named(path) == []


def test_answers_mentions_and_reposts_are_understood(tmp_path: Path) -> None:
    entities = {"user_mentions": [{"id_str": "12", "screen_name": "Ben"}]}
    path = sheet(
        tmp_path / "a.csv",
        row("1", entities_str=json.dumps(entities), in_reply_to_status_id_str="7",
            in_reply_to_screen_name="Ben", in_reply_to_user_id_str="12"),
        row("2", text="RT @Ben: good", entities_str=json.dumps(entities)),
    )  # fmt: skip
    ben = account_key(Platform.X, "12")
    answer, repost = sorted(posts(path), key=lambda p: p.id)
    assert answer.reply_to == (7, ben)
    assert answer.mentions == (ben,)
    assert repost.repost_of is not None
    assert repost.repost_of.author == ben
    assert repost.text is None


def test_numbers_that_a_spreadsheet_has_spoiled_are_named(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.csv", row("1.23E+18"), row("5", created_at="yesterday"), row("6"))
    assert [p.native_id for p in posts(path)] == ["6"]
    assert named(path) == [
        ("a.csv:2", "a row without the whole number of its post"),
        ("a.csv:3", "a post without its time"),
    ]


def test_another_table_is_no_sheet(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b\n1,2\n")
    assert named(path) == [("b.csv:1", "no sheet of TAGS")]
    assert len(read(path)) == 1
