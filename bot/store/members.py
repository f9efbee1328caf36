"""Communities and their members, with fields and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import (
    Community,
    CommunityId,
    Delivery,
    DiscordId,
    FieldOf,
    Member,
    Naming,
    PersonId,
    Stance,
)
from bot.model.posts import from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

# ---- communities

_SAVE_COMMUNITY = """
INSERT INTO communities (id, name, zone, locale, chat_channel, prompt_channel,
    review_introductions, weekly_at, joined_us, removed_us)
VALUES (:id, :name, :zone, :locale, :chat_channel, :prompt_channel, :review, :weekly_at, :joined,
    :removed)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone,
    locale = excluded.locale, chat_channel = excluded.chat_channel,
    prompt_channel = excluded.prompt_channel,
    review_introductions = excluded.review_introductions, weekly_at = excluded.weekly_at,
    removed_us = excluded.removed_us
"""


async def save_community(tx: Writer, community: Community) -> None:
    """Keeps the community as it is now; the day it joined stays."""
    await tx.execute(
        _SAVE_COMMUNITY,
        id=community.id,
        name=community.name,
        zone=community.zone,
        locale=community.locale,
        chat_channel=community.chat_channel,
        prompt_channel=community.prompt_channel,
        review=int(community.review_introductions),
        weekly_at=community.weekly_at,
        joined=to_us(community.joined_at),
        removed=None if community.removed_at is None else to_us(community.removed_at),
    )


_COMMUNITIES = """
SELECT id, name, zone, locale, chat_channel, prompt_channel, review_introductions, weekly_at,
    joined_us, removed_us
FROM communities ORDER BY id
"""


async def all_communities(tx: Reader) -> list[Community]:
    """Every community, also those that removed the bot and wait to be deleted."""
    return [_community(row) for row in await tx.fetch(_COMMUNITIES)]


_COMMUNITY = """
SELECT id, name, zone, locale, chat_channel, prompt_channel, review_introductions, weekly_at,
    joined_us, removed_us
FROM communities WHERE id = :id
"""


async def get_community(tx: Reader, community: CommunityId) -> Community | None:
    """The community, or None."""
    row = await tx.fetch_one(_COMMUNITY, id=community)
    return _community(row) if row else None


def _community(row: Row) -> Community:
    return Community(
        id=CommunityId(row["id"]),
        name=row["name"],
        zone=row["zone"],
        locale=row["locale"],
        chat_channel=row["chat_channel"],
        prompt_channel=row["prompt_channel"],
        review_introductions=bool(row["review_introductions"]),
        weekly_at=row["weekly_at"],
        joined_at=from_us(row["joined_us"]),
        removed_at=None if row["removed_us"] is None else from_us(row["removed_us"]),
    )


# ---- members

_ADD_PERSON = "INSERT INTO people (id, created_us) VALUES (:id, :at) ON CONFLICT DO NOTHING"

_SAVE_MEMBER = """
INSERT INTO members (community_id, discord_id, person_id, name, consent_us, consent_version,
    naming, description, show_posts, delivery, distance, zone, quiet_from, quiet_until, locale,
    country, employer, paused_until_us, skip_until_us, left_us, languages, site)
VALUES (:community, :discord, :person, :name, :consent, :version, :naming, :description, :posts,
    :delivery, :distance, :zone, :quiet_from, :quiet_until, :locale, :country, :employer, :paused,
    :skip, :gone, :languages, :site)
ON CONFLICT (community_id, discord_id) DO UPDATE SET name = excluded.name,
    consent_us = excluded.consent_us, consent_version = excluded.consent_version,
    naming = excluded.naming, description = excluded.description,
    show_posts = excluded.show_posts, delivery = excluded.delivery,
    distance = excluded.distance, zone = excluded.zone, quiet_from = excluded.quiet_from,
    quiet_until = excluded.quiet_until, locale = excluded.locale, country = excluded.country,
    employer = excluded.employer, paused_until_us = excluded.paused_until_us,
    skip_until_us = excluded.skip_until_us, left_us = excluded.left_us,
    languages = excluded.languages, site = excluded.site
"""

_DROP_FIELDS = "DELETE FROM person_fields WHERE person_id = :person"
_ADD_FIELD = """
INSERT INTO person_fields (person_id, field, stance, confidence)
VALUES (:person, :field, :stance, :confidence) ON CONFLICT DO NOTHING
"""


async def save_member(tx: Writer, member: Member) -> None:
    """Keeps the member, and their fields, as they are now."""
    await tx.execute(_ADD_PERSON, id=member.person, at=to_us(member.consent_at))
    await tx.execute(
        _SAVE_MEMBER,
        community=member.community,
        discord=member.discord_id,
        person=member.person,
        name=member.name,
        consent=to_us(member.consent_at),
        version=member.consent_version,
        naming=member.naming.value,
        description=member.description,
        posts=int(member.show_posts),
        delivery=member.delivery.value,
        distance=member.distance,
        zone=member.zone,
        quiet_from=member.quiet_from,
        quiet_until=member.quiet_until,
        locale=member.locale,
        country=member.country,
        employer=member.employer,
        paused=_us(member.paused_until),
        skip=_us(member.skip_until),
        gone=_us(member.left_at),
        languages=" ".join(member.languages),
        site=member.site,
    )
    await tx.execute(_DROP_FIELDS, person=member.person)
    await tx.execute_many(
        _ADD_FIELD,
        [(member.person, f.field, f.stance.value, f.confidence) for f in member.fields],
    )


_MEMBER = """
SELECT community_id, discord_id, person_id, name, consent_us, consent_version, naming,
    description, show_posts, delivery, distance, zone, quiet_from, quiet_until, locale, country,
    employer, paused_until_us, skip_until_us, left_us, languages, site
FROM members WHERE community_id = :community AND discord_id = :discord
"""
_FIELDS = """
SELECT person_id, field, stance, confidence FROM person_fields WHERE person_id = :person
ORDER BY stance, field
"""


async def get_member(tx: Reader, community: CommunityId, discord_id: DiscordId) -> Member | None:
    """The member, also one who left (`left_at`); None for somebody who never joined."""
    row = await tx.fetch_one(_MEMBER, community=community, discord=discord_id)
    if row is None:
        return None
    fields = await tx.fetch(_FIELDS, person=row["person_id"])
    return _member(row, tuple(_field(f) for f in fields))


_MEMBERS = """
SELECT community_id, discord_id, person_id, name, consent_us, consent_version, naming,
    description, show_posts, delivery, distance, zone, quiet_from, quiet_until, locale, country,
    employer, paused_until_us, skip_until_us, left_us, languages, site
FROM members WHERE community_id = :community AND left_us IS NULL ORDER BY discord_id
"""
_MEMBERS_FIELDS = """
SELECT f.person_id, f.field, f.stance, f.confidence
FROM person_fields f JOIN members m ON m.person_id = f.person_id
WHERE m.community_id = :community ORDER BY f.person_id, f.stance, f.field
"""


async def members_of(tx: Reader, community: CommunityId) -> list[Member]:
    """Everybody who is a member now, by Discord id."""
    fields: dict[int, list[FieldOf]] = {}
    for row in await tx.fetch(_MEMBERS_FIELDS, community=community):
        fields.setdefault(row["person_id"], []).append(_field(row))
    rows = await tx.fetch(_MEMBERS, community=community)
    return [_member(row, tuple(fields.get(row["person_id"], ()))) for row in rows]


_MEMBER_BY_PERSON = """
SELECT community_id, discord_id, person_id, name, consent_us, consent_version, naming,
    description, show_posts, delivery, distance, zone, quiet_from, quiet_until, locale, country,
    employer, paused_until_us, skip_until_us, left_us, languages, site
FROM members WHERE community_id = :community AND person_id = :person
"""


async def member_by_person(tx: Reader, community: CommunityId, person: PersonId) -> Member | None:
    """The member whom this Person is in this community, also one who left."""
    row = await tx.fetch_one(_MEMBER_BY_PERSON, community=community, person=person)
    if row is None:
        return None
    fields = await tx.fetch(_FIELDS, person=person)
    return _member(row, tuple(_field(f) for f in fields))


def _field(row: Row) -> FieldOf:
    return FieldOf(row["field"], Stance(row["stance"]), row["confidence"])


def _member(row: Row, fields: tuple[FieldOf, ...]) -> Member:
    return Member(
        community=CommunityId(row["community_id"]),
        discord_id=DiscordId(row["discord_id"]),
        person=PersonId(row["person_id"]),
        name=row["name"],
        consent_at=from_us(row["consent_us"]),
        consent_version=row["consent_version"],
        naming=Naming(row["naming"]),
        description=row["description"],
        show_posts=bool(row["show_posts"]),
        delivery=Delivery(row["delivery"]),
        distance=row["distance"],
        zone=row["zone"],
        quiet_from=row["quiet_from"],
        quiet_until=row["quiet_until"],
        locale=row["locale"],
        country=row["country"],
        employer=row["employer"],
        paused_until=_when(row["paused_until_us"]),
        skip_until=_when(row["skip_until_us"]),
        fields=fields,
        left_at=_when(row["left_us"]),
        languages=tuple(row["languages"].split()),
        site=row["site"],
    )


def _us(when: datetime | None) -> int | None:
    return None if when is None else to_us(when)


def _when(us: int | None) -> datetime | None:
    return None if us is None else from_us(us)


_LEFT = """
SELECT person_id FROM members GROUP BY person_id
HAVING count(*) = count(left_us) AND max(left_us) < :before ORDER BY person_id
"""


async def left_before(tx: Reader, before: datetime) -> list[PersonId]:
    """People who left every community they were a member of, the last one before `before`."""
    return [PersonId(row["person_id"]) for row in await tx.fetch(_LEFT, before=to_us(before))]


# ---- blocks

_BLOCK = """
INSERT INTO blocks (person_id, other_id, created_us, by_name)
VALUES (:person, :other, :at, :by_name)
ON CONFLICT (person_id, other_id) DO UPDATE SET by_name = 1 WHERE excluded.by_name = 1
"""


async def add_block(
    tx: Writer, person: PersonId, other: PersonId, at: datetime, *, by_name: bool = False
) -> None:
    """Never introduce these two; saying it twice changes nothing.

    `by_name`: who says it chose the other among the server's members, so they know the name.
    """
    await tx.execute(_BLOCK, person=person, other=other, at=to_us(at), by_name=int(by_name))


_BLOCKS = "SELECT person_id, other_id FROM blocks"


async def blocked_pairs(tx: Reader) -> frozenset[tuple[PersonId, PersonId]]:
    """Every pair that must not be introduced, in both orders."""
    rows = await tx.fetch(_BLOCKS)
    pairs = [(PersonId(r["person_id"]), PersonId(r["other_id"])) for r in rows]
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


_IS_BLOCKED = """
SELECT 1 AS hit FROM blocks
WHERE (person_id = :a AND other_id = :b) OR (person_id = :b AND other_id = :a)
"""


async def is_blocked(tx: Reader, a: PersonId, b: PersonId) -> bool:
    """Whether either of the two said never to introduce them."""
    return await tx.fetch_one(_IS_BLOCKED, a=a, b=b) is not None


# ---- settings

_SETTING = "SELECT value FROM settings WHERE name = :name"
_SET = """
INSERT INTO settings (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""


async def get_setting(tx: Reader, name: str) -> str | None:
    """A value that the program keeps for itself, such as the hash of the synced commands."""
    row = await tx.fetch_one(_SETTING, name=name)
    return None if row is None else str(row["value"])


async def set_setting(tx: Writer, name: str, value: str) -> None:
    """Keeps a value under a name."""
    await tx.execute(_SET, name=name, value=value)
