"""After `crosstie purge` nothing of Bluesky or Mastodon is found anywhere."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import pytest

from bot.commands.erase import purge
from bot.commands.export import Format, export_graph, export_member
from bot.model.people import (
    Account,
    CommunityId,
    DiscordId,
    Platform,
    account_key,
    person_of_member,
)
from bot.model.posts import Cursor, Deletion, Departure, Page, Post, Reference, hashtag_of, post_key
from tests.cogs.test_purging import a_recap_is_due, all_said, bytes_in

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.cogs.conftest import Town

PURGEABLE = (Platform.BLUESKY, Platform.MASTODON)
SAID = "what a purge must find"


def _person(platform: Platform, n: int) -> str:
    """The native id of somebody."""
    return {
        Platform.BLUESKY: f"did:plc:purged{n:018}",
        Platform.MASTODON: f"https://one.example/@purged{n}",
    }[platform]


def _post(platform: Platform, who: int, n: int) -> str:
    """The native id of a post."""
    return {
        Platform.BLUESKY: f"at://{_person(platform, who)}/app.bsky.feed.post/3kpurged{n:02}",
        Platform.MASTODON: f"https://one.example/users/purged{who}/statuses/70000{n:02}",
    }[platform]


def _link(platform: Platform) -> str:
    """What a link to the first post ends with."""
    return _post(platform, 0, 0).rpartition("/")[2]


class _Said:
    """Three answers to Q1, and two replies to each: all three are linked in the recap."""

    def __init__(self, town: Town, platform: Platform) -> None:
        self.platform = platform
        self.posts: list[Post] = []
        at = town.clock.now() - timedelta(minutes=50)
        for author in range(3):
            answer = self._say(at, author, answer=1)
            for other in (3, 4):
                self._say(at, other, reply_to=Reference(answer.id, answer.author))
        people = [_person(platform, n) for n in range(5)]
        accounts = tuple(
            Account(
                account_key(platform, one), platform, one, f"handle{n}.purged", None, seen_at=at
            )
            for n, one in enumerate(people)
        )
        cursor = Cursor(f'{{"since": "{self.posts[0].native_id}"}}')
        self.page = Page(posts=tuple(self.posts), accounts=accounts, cursor=cursor)

    def _say(self, at: datetime, who: int, **more: object) -> Post:
        native = _post(self.platform, who, len(self.posts))
        post = Post(
            id=post_key(self.platform, native),
            platform=self.platform,
            native_id=native,
            author=account_key(self.platform, _person(self.platform, who)),
            at=at,
            text=SAID,
            hashtags=(hashtag_of("lrnchat"),),
            **more,  # type: ignore[arg-type]
        )
        self.posts.append(post)
        return post

    def traces(self) -> list[bytes]:
        """All by which something of it could be found again."""
        natives = [post.native_id for post in self.posts]
        people = [_person(self.platform, n) for n in range(5)]
        # The number of a post that was deleted before stays, so that it can not come back: a hash,
        # that says nothing, not even where.
        keys = [post_key(self.platform, one) for one in natives]
        natives.append(_post(self.platform, 9, 18))
        numbers = [*map(int, keys), *(int(account_key(self.platform, one)) for one in people)]
        return [
            *(one.encode() for one in (*natives, *people, SAID, ".purged")),
            *(number.to_bytes(8, "big") for number in numbers),
            *(str(number).encode() for number in numbers),
        ]


@pytest.mark.parametrize("platform", PURGEABLE)
async def test_after_a_purge_a_search_of_everything_finds_nothing(
    town: Town,
    sqlite_url: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    platform: Platform,
) -> None:
    caplog.set_level(logging.INFO)
    ingest = town.app.services.ingest
    await a_recap_is_due(town)
    said = _Said(town, platform)
    await ingest.take(said.page, platform.value)
    ana, services = DiscordId(town.ana), town.app.services
    community = await services.communities.get(CommunityId(town.guild))
    await services.people.join(community, ana, "Ana", "en")
    async with town.app.db.write() as tx:
        mine = {"me": person_of_member(ana), "id": said.posts[1].author}
        assert await tx.execute("UPDATE accounts SET person_id = :me WHERE id = :id", **mine)
    gone = post_key(platform, _post(platform, 9, 18))
    left = account_key(platform, _person(platform, 4))
    now = town.clock.now()
    old = now - timedelta(hours=2)
    await ingest.take(Page(deletions=(Deletion(gone, now),)), platform.value)
    await ingest.take(Page(departures=(Departure(left, old),)), platform.value)
    await town.beat()
    assert _link(platform) in all_said(town), all_said(town)
    await purge(sqlite_url, platform.value)
    await town.clock.move_to(now + timedelta(minutes=6))
    await town.beat()
    of_ana = await services.privacy.data_of(ana)
    files = await export_member(sqlite_url, ana, tmp_path / "exported")
    graphs = [await export_graph(sqlite_url, form) for form in get_args(Format)]
    async with town.app.db.read() as tx:
        tombstones = [row["id"] for row in await tx.fetch("SELECT id FROM deleted_posts")]
    assert tombstones == [gone]
    await town.app.db.scrub()
    everywhere = {
        "the database": bytes_in(tmp_path),
        "the log": caplog.text.encode(),
        "/me data": "".join(of_ana).encode(),
        "export member": b"".join(file.read_bytes() for file in files),
        "export graph": "".join(graphs).encode(),
        "Discord": all_said(town).encode(),
    }
    found = [(name, t) for name, raw in everywhere.items() for t in said.traces() if t in raw]
    assert found == []
    assert town.world.messages(town.chats), "what is of no platform stays"
