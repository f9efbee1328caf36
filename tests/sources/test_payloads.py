"""What every reader of JSON shares."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.payloads import decoded
from tests.sources.reading import read, write

if TYPE_CHECKING:
    from pathlib import Path

_TEXTS = msgspec.json.Decoder(list[str])


@given(st.lists(st.text(st.sampled_from('\0\\u0 "aé'), max_size=12)))
def test_nul_characters_are_left_out_and_nothing_else(texts: list[str]) -> None:
    payload = json.dumps(texts).encode()
    assert decoded(_TEXTS, payload) == [text.replace("\0", "") for text in texts]


def test_no_reader_gives_a_nul_which_a_database_would_refuse(tmp_path: Path) -> None:
    post = {
        "id": "1840000000000000001",
        "author_id": "1000000001",
        "created_at": "2026-05-13T18:00:00.000Z",
        "lang": "e\0n",
        "text": "reef\0s and corals",
        "entities": {
            "hashtags": [{"tag": "re\0ef"}],
            "urls": [{"expanded_url": "https://example.org/\0a"}],
        },
    }
    user = {"id": "1000000001", "username": "a\0na", "name": "An\0a"}
    flat = write(tmp_path / "flat.jsonl", {"data": [post], "includes": {"users": [user]}})
    folder = tmp_path / "plain"
    folder.mkdir()
    lines = b"ts,source,target,kind\n1770000000,a\0na,b\0en,reply\n"
    (folder / "interactions.csv").write_bytes(lines)
    pages = [*read(flat), *read(folder)]
    assert sum(len(page.posts) + len(page.engagements) for page in pages) == 2
    assert "\\x00" not in repr(pages)
