"""Posts of a session for tests: who said what to whom, through the real ingest."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.people import Account, Platform, account_key
from bot.model.posts import Deletion, Page, Post, PostId, Reference, hashtag_of, post_key
from bot.services.ingest import Ingest
from bot.store import chats as store_chats
from bot.store import sessions as store_sessions
from tests.store.test_chats import AT, CHAT

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.chats import Session
    from bot.model.people import Member
    from bot.store.database import Database

_LINK = "UPDATE accounts SET person_id = :person WHERE id = :id"


@dataclass
class Talk:
    """Collects posts; `take` gives all of them to ingest at once."""

    posts: list[Post] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)

    def say(
        self,
        who: str,
        *,
        to: PostId | None = None,
        minute: float = 5,
        answer: int | None = None,
        links: tuple[str, ...] = (),
        repost_of: PostId | None = None,
        tag: str = "lrnchat",
        about: str | None = None,
    ) -> PostId:
        """A post under the hashtag, and one more, so many minutes after the session's start."""
        self.accounts.setdefault(
            who, Account(account_key(Platform.BLUESKY, who), Platform.BLUESKY, who, who, None)
        )
        native = f"at://did:plc:{who}/app.bsky.feed.post/{len(self.posts)}"
        made = Post(
            id=post_key(Platform.BLUESKY, native),
            platform=Platform.BLUESKY,
            native_id=native,
            author=self.accounts[who].id,
            at=AT + timedelta(minutes=minute),
            text=None,
            reply_to=self._reference(to),
            repost_of=self._reference(repost_of),
            hashtags=tuple(hashtag_of(one) for one in (tag, about) if one),
            links=links,
            answer=answer,
        )
        self.posts.append(made)
        return made.id

    def _reference(self, post: PostId | None) -> Reference | None:
        if post is None:
            return None
        return Reference(post, next(p.author for p in self.posts if p.id == post))

    def delete(self, post: PostId) -> None:
        """The platform says that it is gone."""
        self.deletions.append(Deletion(post, AT + timedelta(hours=1)))

    async def take(self, db: Database, clock: Clock) -> None:
        """Into the database, as a source would have given it."""
        page = Page(
            posts=tuple(self.posts),
            accounts=tuple(self.accounts.values()),
            deletions=tuple(self.deletions),
        )
        await Ingest(db, clock).take(page, "test")
        self.deletions.clear()

    async def belongs(self, db: Database, who: str, member: Member) -> None:
        """The account is that member's."""
        async with db.write() as tx:
            await tx.execute(_LINK, person=member.person, id=self.accounts[who].id)


async def held(db: Database, *sessions: Session) -> None:
    """Writes the chat, and those sessions of it."""
    async with db.write() as tx:
        await store_chats.save_chat(tx, CHAT)
        for one in sessions:
            await store_sessions.add_session(tx, one)
