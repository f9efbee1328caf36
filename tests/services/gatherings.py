"""A small world of people for tests: a community, members, a chat or conference, posts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.chats import (
    Conference,
    ConferenceId,
    Session,
    SessionId,
    SessionState,
)
from bot.model.people import (
    Community,
    CommunityId,
    Delivery,
    DiscordId,
    FieldOf,
    Member,
    Naming,
    PersonId,
    Platform,
    Stance,
    account_key,
    person_of_member,
)
from bot.model.posts import PostId, hashtag_of, post_key, to_us
from bot.store import chats as store_chats
from bot.store import members as store_members
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from bot.store.database import Database

NURSES = CommunityId(100)
PROMPT_CHANNEL = 102
MONDAY = datetime(2026, 5, 11, 10, 0, tzinfo=UTC)


def community(**changes: object) -> Community:
    made = Community(
        id=NURSES,
        name="Nurses & makers",
        zone="UTC",
        locale="en-GB",
        chat_channel=101,
        prompt_channel=PROMPT_CHANNEL,
        review_introductions=False,
        weekly_at=10 * 60,
        joined_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def member(number: int, name: str, work: str = "", **changes: object) -> Member:
    made = Member(
        community=NURSES,
        discord_id=DiscordId(number),
        person=person_of_member(DiscordId(number)),
        name=name,
        consent_at=datetime(2026, 2, 1, tzinfo=UTC),
        consent_version=1,
        naming=Naming.NAME,
        description="",
        show_posts=True,
        delivery=Delivery.CARD,
        distance=0.5,
        zone="UTC",
        quiet_from=21,
        quiet_until=8,
        locale="en-GB",
        country="",
        employer="",
        paused_until=None,
        skip_until=None,
        fields=(FieldOf(work, Stance.WORK),) if work else (),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class Gathering:
    """A world that is written down as it is told."""

    db: Database
    posts: int = 0
    session: Session | None = None
    members: dict[str, Member] = field(default_factory=dict)
    community: CommunityId = NURSES

    async def open(self, **changes: object) -> None:
        async with self.db.write() as tx:
            await store_members.save_community(tx, community(**changes))

    async def join(self, *members: Member) -> None:
        async with self.db.write() as tx:
            for one in members:
                self.members[one.name] = one
                await store_members.save_member(tx, one)
                await tx.execute(
                    "INSERT INTO accounts (id, platform, native_id, handle, person_id, seen_us)"
                    " VALUES (:id, 'x', :native, :handle, :person, 0) ON CONFLICT DO NOTHING",
                    id=account_of(one.name),
                    native=str(account_of(one.name)),
                    handle=one.name.lower(),
                    person=one.person,
                )

    async def change(self, name: str, **changes: object) -> Member:
        changed = replace(self.members[name], **changes)  # type: ignore[arg-type]
        await self.join(changed)
        return changed

    async def conference(
        self, starts_at: datetime, ends_at: datetime, state: SessionState = SessionState.RECAPPED
    ) -> Session:
        conference = Conference(
            id=ConferenceId(700),
            community=self.community,
            name="Care 2026",
            hashtags=(hashtag_of("Care26"),),
            host=DiscordId(999),
            zone="UTC",
            first_day=date(2026, 5, 11),
            last_day=date(2026, 5, 12),
        )
        session = Session(
            id=SessionId(701),
            community=self.community,
            chat=None,
            conference=conference.id,
            name=conference.name,
            hashtags=conference.hashtags,
            starts_at=starts_at,
            ends_at=ends_at,
            state=state,
        )
        async with self.db.write() as tx:
            await store_chats.save_conference(tx, conference)
            await store_sessions.add_session(tx, session)
        self.session = session
        return session

    async def post(
        self,
        author: str,
        at: datetime,
        *,
        to: str | tuple[str, ...] = (),
        kind: str = "reply",
        answer: int | None = None,
        asks: bool = False,
        tags: tuple[str, ...] = (),
        inside: bool = True,
        reply_to: PostId | None = None,
    ) -> PostId:
        """One post of a member, or of somebody outside who is only a name."""
        self.posts += 1
        native = str(5000 + self.posts)
        post = post_key(Platform.X, native)
        async with self.db.write() as tx:
            await tx.execute(
                "INSERT INTO posts (id, platform, native_id, author_id, at_us, answer, asks,"
                " reply_to_id) VALUES (:id, 'x', :native, :author, :at, :answer, :asks, :reply)",
                id=post,
                native=native,
                author=account_of(author),
                at=to_us(at),
                answer=answer,
                asks=int(asks),
                reply=reply_to,
            )
            if self.session is not None and inside:
                await tx.execute(
                    "INSERT INTO session_posts (session_id, post_id) VALUES (:s, :p)",
                    s=self.session.id,
                    p=post,
                )
            for target in (to,) if isinstance(to, str) else to:
                await tx.execute(
                    "INSERT INTO engagements (post_id, target_id, kind, source_id, at_us)"
                    " VALUES (:post, :target, :kind, :source, :at)",
                    post=post,
                    target=account_of(target),
                    kind=kind,
                    source=account_of(author),
                    at=to_us(at),
                )
            for tag in tags:
                hashtag = hashtag_of(tag)
                await tx.execute(
                    "INSERT INTO hashtags (id, normal, shown) VALUES (:id, :normal, :shown)"
                    " ON CONFLICT DO NOTHING",
                    id=hashtag.id,
                    normal=hashtag.normal,
                    shown=hashtag.shown,
                )
                await tx.execute(
                    "INSERT INTO post_hashtags (hashtag_id, post_id) VALUES (:h, :p)",
                    h=hashtag.id,
                    p=post,
                )
        return post

    async def delete(self, post: PostId) -> None:
        async with self.db.write() as tx:
            await tx.execute("DELETE FROM posts WHERE id = :id", id=post)

    def person(self, name: str) -> PersonId:
        return self.members[name].person


def account_of(name: str) -> int:
    return account_key(Platform.X, str(sum(ord(c) << i for i, c in enumerate(name))))


HOUR = timedelta(hours=1)
