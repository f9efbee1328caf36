"""Members: joining with consent, what they told about themselves, whom they never want to meet."""

from __future__ import annotations

import dataclasses
import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.engine.fields import work_of
from bot.engine.history import TagUse
from bot.errors import Invalid, NotAllowed, Unknown
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
from bot.services.guessing import guessed_by_company, guesses_of, tags_of
from bot.services.scene import LOOKS_BACK
from bot.store import bars, claims, hashtags
from bot.store import members as store
from bot.store import network as store_network

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.model.people import Account
    from bot.store.database import Database

CONSENT_VERSION = 1
"""Grows when the words of the consent change; who agreed to older words is asked again."""
FIELDS_PER_STANCE = 5
FIELD_LENGTH = 40
DESCRIPTION_LENGTH = 80
CLAIM_PREFIX = "crosstie-"
CLAIM_LASTS = timedelta(days=14)
_CLAIM_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for another."""
QUIET_FROM, QUIET_UNTIL = 21, 8
SITE_AT_MOST = 200
_HOST = re.compile(r"(?:[\w-]+\.)+(?!\d+$)[\w-]{2,}")
_NOT_IN_ADDRESSES = frozenset(' <>`"\\|')
_QUIET = re.compile(r"\s*(\d{1,2})\s*(?:-|–|to)\s*(\d{1,2})\s*")  # noqa: RUF001 people type it


class People:
    """Use cases of `/me join` and `/me settings`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def find(self, community: CommunityId, discord_id: DiscordId) -> Member | None:
        """The member, or None for who never joined or has left."""
        async with self._db.read() as tx:
            member = await store.get_member(tx, community, discord_id)
        return None if member is None or member.left_at is not None else member

    async def member(self, community: CommunityId, discord_id: DiscordId) -> Member:
        """The member.

        Raises:
            Unknown: never joined, or left.
        """
        member = await self.find(community, discord_id)
        if member is None:
            raise Unknown("not_a_member")
        return member

    async def join(
        self, community: Community, discord_id: DiscordId, name: str, locale: str
    ) -> Member:
        """Takes consent. Everything else starts with what discloses and disturbs least.

        Described, not named; nothing is sent, everything waits in /today. Joining again after
        leaving gives consent anew and keeps what was told before, unless it was erased.

        Raises:
            NotAllowed: organisers keep them out here.
        """
        now = self._clock.now()
        async with self._db.write() as tx:
            known = await store.get_member(tx, community.id, discord_id)
            if known is not None and known.left_at is None:
                return known
            if await bars.is_barred(tx, community.id, person_of_member(discord_id)):
                raise NotAllowed("join_barred")
            member = known or Member(
                community=community.id,
                discord_id=discord_id,
                person=person_of_member(discord_id),
                name=name,
                consent_at=now,
                consent_version=CONSENT_VERSION,
                naming=Naming.DESCRIBE,
                description="",
                show_posts=False,
                delivery=Delivery.CARD,
                distance=0.5,
                zone=community.zone,
                quiet_from=QUIET_FROM,
                quiet_until=QUIET_UNTIL,
                locale=locale,
                country="",
                employer="",
                paused_until=None,
                skip_until=None,
            )
            member = dataclasses.replace(
                member, name=name, consent_at=now, consent_version=CONSENT_VERSION, left_at=None
            )
            await store.save_member(tx, member)
        return member

    async def change(
        self, community: CommunityId, discord_id: DiscordId, **changes: object
    ) -> Member:
        """Changes what a member told; the names are those of Member's attributes.

        Raises:
            Unknown: never joined, or left.
        """
        async with self._db.write() as tx:
            member = await store.get_member(tx, community, discord_id)
            if member is None or member.left_at is not None:
                raise Unknown("not_a_member")
            changed = dataclasses.replace(member, **changes)  # type: ignore[arg-type]
            await store.save_member(tx, changed)
        return changed

    async def tell_fields(
        self, community: CommunityId, discord_id: DiscordId, said: dict[Stance, str]
    ) -> Member:
        """Takes the fields as typed, separated by commas; what is not in `said` stays.

        Raises:
            Invalid: too many, or too long.
        """
        member = await self.member(community, discord_id)
        kept = tuple(f for f in member.fields if f.stance not in said)
        told = tuple(
            FieldOf(name, stance) for stance, line in said.items() for name in field_names(line)
        )
        return await self.change(community, discord_id, fields=kept + told)

    async def tell_times(
        self, community: CommunityId, discord_id: DiscordId, zone: str, quiet: str
    ) -> Member:
        """Takes a zone and quiet hours as typed; "21-8", or empty for none.

        Raises:
            Invalid: there is no such zone, or these are no hours.
        """
        quiet_from, quiet_until = quiet_hours(quiet)
        return await self.change(
            community,
            discord_id,
            zone=known_zone(zone),
            quiet_from=quiet_from,
            quiet_until=quiet_until,
        )

    async def pause(
        self, community: CommunityId, discord_id: DiscordId, span: timedelta | None
    ) -> Member:
        """Nothing is suggested to them, nor they to others, for so long; None ends a pause."""
        until: datetime | None = None if span is None else self._clock.now() + span
        return await self.change(community, discord_id, paused_until=until)

    async def skip_round(self, community: CommunityId, discord_id: DiscordId) -> Member:
        """Leaves out the next weekly round."""
        until = self._clock.now() + timedelta(days=7)
        return await self.change(community, discord_id, skip_until=until)

    async def claim(self, community: CommunityId, discord_id: DiscordId) -> tuple[str, timedelta]:
        """A new code by which an account can be linked, and how long it works.

        The code is found by ingest in a post under a followed hashtag; earlier codes of this
        member end. Nothing is linked by a similar name, ever.
        """
        member = await self.member(community, discord_id)
        code = CLAIM_PREFIX + "".join(secrets.choice(_CLAIM_LETTERS) for _ in range(8))
        async with self._db.write() as tx:
            await claims.open_claim(tx, code, member.person, self._clock.now() + CLAIM_LASTS)
        return code, CLAIM_LASTS

    async def accounts_of(self, member: Member) -> list[Account]:
        """The accounts that the member has proved to be theirs."""
        async with self._db.read() as tx:
            return await claims.linked_accounts(tx, member.person)

    async def guessed_fields(
        self, member: Member, locale: str
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Fields that a member who told none may work in, with the words that point at them.

        For their own eyes. From their hashtags of half a year and how they describe themselves;
        where these say nothing, from what others told whose hashtags are used with theirs.
        """
        since = self._clock.now() - LOOKS_BACK
        async with self._db.read() as tx:
            tags = await hashtags.used_by(tx, member.person, since)
            language = "es" if locale.startswith("es") else "en"
            guessed = guesses_of(member, tags)
            if guessed or work_of(member.fields):
                return [(g.place.names[language], g.terms[:3]) for g in guessed]
            members = {m.person: m for m in await store.members_of(tx, member.community)}
            uses = [TagUse(*use) for use in await store_network.hashtag_uses_since(tx, since)]
            session_tags = await store_network.gathering_hashtags(tx)
        found = guessed_by_company(members, tags_of(members, uses, session_tags))
        if member.person not in found:
            return []
        by_others = found[member.person]
        return [(by_others.field, tuple(f"#{tag}" for tag in by_others.hashtags[:3]))]

    async def never_introduce(
        self, community: CommunityId, discord_id: DiscordId, other: DiscordId
    ) -> None:
        """Keeps these two apart for good; the other never learns of it, member or not.

        Raises:
            Unknown: the one who asks never joined.
            Invalid: it is themselves.
        """
        member = await self.member(community, discord_id)
        if other == discord_id:
            raise Invalid("never_yourself")
        async with self._db.write() as tx:
            other_person, now = person_of_member(other), self._clock.now()
            await store.add_block(tx, member.person, other_person, now, by_name=True)


def field_names(line: str) -> list[str]:
    """Fields as typed, in the form in which they are compared.

    'Nursing,  Game  design' gives ['nursing', 'game design'].

    Raises:
        Invalid: more than five, or one longer than forty characters.
    """
    names = [" ".join(part.split()).casefold() for part in line.replace(";", ",").split(",")]
    names = list(dict.fromkeys(name for name in names if name))
    if len(names) > FIELDS_PER_STANCE:
        raise Invalid("fields_too_many", most=FIELDS_PER_STANCE)
    for name in names:
        if len(name) > FIELD_LENGTH:
            raise Invalid("field_too_long", most=FIELD_LENGTH)
    return names


def known_site(typed: str) -> str:
    """The address of a blog or site as typed; without http:// or https:// it is the latter.

    It is shown, never opened by the bot. Empty stays empty.

    Raises:
        Invalid: no page can be opened with it, or it is too long.
    """
    wanted = typed.strip()
    if not wanted:
        return ""
    wanted = wanted if "://" in wanted else f"https://{wanted}"
    try:
        address = urlsplit(wanted)
        port = address.port
    except ValueError as exc:  # "https://[", or a port that is none
        raise Invalid("site_invalid", given=typed[:60]) from exc
    named = _HOST.fullmatch(address.hostname or "") and "@" not in address.netloc and port != 0
    seen = wanted.isprintable() and not set(wanted) & _NOT_IN_ADDRESSES
    is_page = address.scheme in ("http", "https") and named and seen
    if not is_page or len(wanted) > SITE_AT_MOST:
        raise Invalid("site_invalid", given=typed[:60])
    return wanted


def known_zone(typed: str) -> str:
    """The IANA zone that was typed.

    Raises:
        Invalid: there is none of that name.
    """
    name = typed.strip().replace(" ", "_")
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise Invalid("zone_unknown", given=typed[:50]) from exc


def quiet_hours(typed: str) -> tuple[int, int]:
    """From and until, in whole hours; (0, 0) is none.

    Raises:
        Invalid: these are no hours.
    """
    if not typed.strip():
        return 0, 0
    match = _QUIET.fullmatch(typed)
    if match is None or not (int(match[1]) < 24 and int(match[2]) < 24):
        raise Invalid("quiet_hours_invalid", given=typed[:20])
    return int(match[1]), int(match[2])
