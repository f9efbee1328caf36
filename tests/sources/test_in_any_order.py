"""Any order, any repetition and any cut of what X and Mastodon tell leaves the same database.

Bluesky's are in test_bluesky_in_any_order.py.
"""

from __future__ import annotations

import json
import random
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.clock import ReplayClock
from bot.model.people import Platform
from bot.model.posts import Deletion, post_key
from bot.services.ingest import Ingest
from bot.sources.base import Gathering
from bot.sources.mastodon import MastodonReader
from bot.sources.x import XReader
from bot.store.open import open_database
from tests.databases import run_apart
from tests.services.test_ingest import AT, TABLES, _everything
from tests.sources.test_mastodon import account, status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_count = count()
_WHO = ("ana", "ben", "cyd")
_AT = "2026-05-13T18:{:02d}:00.000Z"


def _mastodon(rng: random.Random, n: int, older: Sequence[int]) -> list[dict[str, Any]]:
    """A status, and perhaps its edit; it may answer, quote or boost an older one."""
    who = account(_WHO[n % 3], "one.example", note=rng.choice(["", "#nobot"]))
    who["display_name"] = rng.choice(["A", "B"])
    more: dict[str, Any] = {"created_at": _AT.format(n)}
    if older and rng.random() < 0.5:
        of = rng.choice(older)
        author = account(_WHO[of % 3], "one.example")
        text = f"<p>say {of} #lrnchat</p>"
        original = status(of, author, text, created_at=_AT.format(of))
        if rng.random() < 0.5:
            return [status(1000 + n, who, "", **more, reblog=original)]
        more["quote"] = {"quoted_status": original}
    one = status(n, who, f"<p>say {n} #lrnchat</p>", **more)
    if rng.random() < 0.4:
        edited = {"edited_at": _AT.format(59), "content": f"<p>better {n} #edchat</p>"}
        return [one, one | edited]
    return [one]


def _x(rng: random.Random, n: int, older: Sequence[int]) -> list[dict[str, Any]]:
    """A page of one post with its author; it may answer, quote or repost an older one."""
    author = rng.randrange(1001, 1004)
    user = {"id": str(author), "username": f"u{author}", "name": rng.choice(["A", "B"])}
    user["description"] = rng.choice(["", "#nobot"])
    post: dict[str, Any] = {
        "id": str((1 << 60) + n),
        "author_id": str(author),
        "text": f"A{n} said #lrnchat",
        "created_at": _AT.format(n),
        "entities": {"hashtags": [{"tag": "LrnChat"}]},
    }
    if older and rng.random() < 0.6:
        kind = rng.choice(["replied_to", "quoted", "retweeted"])
        of = str((1 << 60) + rng.choice(older))
        post["referenced_tweets"] = [{"type": kind, "id": of}]
    return [{"data": [post], "includes": {"users": [user]}}]


_MADE = {Platform.MASTODON: _mastodon, Platform.X: _x}


def _told(platform: Platform, rng: random.Random) -> list[bytes | Deletion]:
    told: list[bytes | Deletion] = []
    older: list[int] = []
    for n in range(1, 25):
        told += [json.dumps(one).encode() for one in _MADE[platform](rng, n, older)]
        older.append(n)
    # Nothing points at what is deleted: who wrote it is not kept (services/ingest.py).
    for n in range(90, 93):
        told += [json.dumps(one).encode() for one in _MADE[platform](rng, n % 60, ())]
    if platform is Platform.X:
        gone = [str((1 << 60) + n % 60) for n in range(90, 92)]
    else:
        gone = [f"https://one.example/users/{w}/statuses/{n % 60}" for n in (90, 91) for w in _WHO]
    return [*told, *(Deletion(post_key(platform, uri), AT) for uri in gone)]


async def _take(platform: Platform, told: Sequence[bytes | Deletion], rng: random.Random | None,
                found: list[Any], url: str) -> None:  # fmt: skip
    """Into a database, each piece alone, or cut into pages by chance."""
    into = Gathering()
    reader = XReader(into) if platform is Platform.X else MastodonReader(into)
    async with open_database(url) as db:
        ingest = Ingest(db, ReplayClock(AT))
        for one in told:
            if isinstance(one, Deletion):
                into.deletions.append(one)
            else:
                reader.read(one, "here:1")
            if rng is None or rng.random() < 0.3:
                await ingest.take(into.page(), "test")
                if rng is not None and rng.random() < 0.2:  # another process
                    into = Gathering()
                    reader = XReader(into) if platform is Platform.X else MastodonReader(into)
                    ingest = Ingest(db, ReplayClock(AT))
        await ingest.take(into.page(), "test")
        found.append(await _everything(db))


@pytest.mark.parametrize("platform", [Platform.MASTODON, Platform.X])
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 100_000))
def test_any_order_repetition_and_cut_leaves_the_same_database(
    platform: Platform,
    seed: int,
    tmp_path: Path,
    _sqlite_template: Path,  # noqa: PT019 its value is the path
) -> None:
    rng, found = random.Random(seed), list[Any]()
    told = _told(platform, rng)
    mixed = [*told, *rng.choices(told, k=10)]
    rng.shuffle(mixed)
    for some, cuts in ((told, None), (mixed, rng)):
        path = tmp_path / f"{next(_count)}.db"
        path.write_bytes(_sqlite_template.read_bytes())
        run_apart(partial(_take, platform, some, cuts, found, f"sqlite:///{path}"))
    for table in TABLES:
        if table != "hashtags":  # one that only deleted posts had may stay, it is nobody's
            assert found[0][table] == found[1][table], table
    assert len(found[0]["posts"]) > 10
