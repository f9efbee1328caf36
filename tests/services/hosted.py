"""A community that is set up, and its chats, for tests of what is above the store."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.model.people import (
    Community,
    CommunityId,
    Delivery,
    DiscordId,
    FieldOf,
    Member,
    Naming,
    Stance,
    person_of_member,
)
from bot.store import members as store_members

if TYPE_CHECKING:
    from bot.store.database import Database

HERE = CommunityId(9)
HOST = DiscordId(77)
CHAT_CHANNEL = 901
PROMPT_CHANNEL = 902


def community(**changes: object) -> Community:
    """A community in Berlin with both channels."""
    made = Community(
        id=HERE,
        name="Learning people",
        zone="Europe/Berlin",
        locale="en-US",
        chat_channel=CHAT_CHANNEL,
        prompt_channel=PROMPT_CHANNEL,
        review_introductions=False,
        weekly_at=600,
        joined_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def member(discord_id: int, name: str, *fields: str, **changes: object) -> Member:
    """A member who works in `fields` and may be named."""
    who = DiscordId(discord_id)
    made = Member(
        community=HERE,
        discord_id=who,
        person=person_of_member(who),
        name=name,
        consent_at=datetime(2026, 1, 2, tzinfo=UTC),
        consent_version=1,
        naming=Naming.NAME,
        description="",
        show_posts=True,
        delivery=Delivery.CARD,
        distance=0.5,
        zone="Europe/Berlin",
        quiet_from=21,
        quiet_until=8,
        locale="en-US",
        country="",
        employer="",
        paused_until=None,
        skip_until=None,
        fields=tuple(FieldOf(f, Stance.WORK) for f in fields),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


async def settle(db: Database, *members: Member, **changes: object) -> None:
    """Writes the community, and those members."""
    async with db.write() as tx:
        await store_members.save_community(tx, community(**changes))
        for one in members:
            await store_members.save_member(tx, one)
