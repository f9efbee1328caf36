"""A member's personal learning network, one connection at a time: found, drafted, kept, changed.

A connection is drafted from what was really said in public, and kept by one press. What is offered
is told by a token of at most 80 characters, so that a button needs no state: `m123` the member with
this Discord id, `a456` the public account, `p789` the author of this post, `nAna` a name alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.engine.layers import layers_of
from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.network import Connection, ConnectionId, Layer, Origin, ReasonKind
from bot.model.people import (
    AccountId,
    DiscordId,
    PersonId,
    person_of_member,
)
from bot.model.posts import PostId
from bot.services import shown
from bot.services.addresses import token_of_address
from bot.store import connections as store
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store.yearly import earlier_years

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.clock import Clock
    from bot.engine.graph import Graph
    from bot.ids import Ids
    from bot.model.network import Face
    from bot.model.people import Member
    from bot.services.network import Network
    from bot.store.database import Database, Reader

AT_MOST = 2_000
NAME_AT_MOST, REASON_AT_MOST, NOTE_AT_MOST, FIELD_AT_MOST = 60, 140, 600, 40
CADENCES = (30, 90, 180)
"""Days: about monthly, quarterly, twice a year."""
STEADY_FROM = 3
"""So many posts of theirs that the owner turned to are steady contributions."""
_EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)
_TOKEN = re.compile(r"(?P<face>[map])(?P<id>\d{1,19})|n(?P<name>.{1,60})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entry:
    """A connection as its owner sees it."""

    connection: Connection
    face: Face
    layer: Layer
    strength: float
    """Of the tie; 0 where none may be told. It has no unit."""
    link: str | None = None
    """The exchange it was drafted from, if that is still there."""
    earlier: tuple[tuple[int, int], ...] = ()
    """(year, how often one turned to the other), of years whose exchanges are kept no more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody who may be kept, with a reason from what was really said."""

    token: str
    connection: Connection
    face: Face
    link: str | None
    known: Connection | None
    """They are there already."""


class Connections:
    """Use cases of `/network show` and `/network add`; a member sees their own network only."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, network: Network) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._network = network

    # ---- seeing

    async def show(self, member: Member) -> list[Entry]:
        """The whole network, the closest first."""
        graph = await self._network.graph()
        async with self._db.read() as tx:
            kept = await store_network.connections_of(tx, member.person)
            faces = {c.id: await shown.face_of(tx, member.community, c) for c in kept}
        ties = ties_of(graph, member.person)
        strength = {c.id: ties.get(faces[c.id].ties_of or PersonId(0), 0.0) for c in kept}
        layers = layers_of(strength)
        entries = [Entry(c, faces[c.id], layers[c.id], strength[c.id]) for c in kept]
        order = tuple(Layer)
        return sorted(
            entries, key=lambda e: (order.index(e.layer), -e.strength, e.face.name.casefold())
        )

    async def entry(self, member: Member, connection: ConnectionId) -> Entry:
        """One of them.

        Raises:
            Unknown: it is not there (any more).
        """
        found = next((e for e in await self.show(member) if e.connection.id == connection), None)
        if found is None:
            raise Unknown("network_gone")
        async with self._db.read() as tx:
            evidence = await store_network.evidence(tx, found.connection.post)
            theirs, years = found.face.ties_of, []
            if theirs is not None:
                years = await earlier_years(tx, member.person, theirs)
        return replace(found, link=shown.link_of(evidence), earlier=tuple(years))

    # ---- finding and drafting

    async def find(self, member: Member, typed: str) -> Draft:
        """Whoever is meant by a handle, an address of a profile or a post, or a bare name.

        Raises:
            Invalid: nothing was typed, or it is too long.
            Unknown: the address leads to nobody whom I know.
        """
        wanted = " ".join(typed.split())
        if not wanted:
            raise Invalid("network_add_empty")
        async with self._db.read() as tx:
            token = await self._token_of(tx, wanted)
        return await self.draft(member, token)

    async def draft(self, member: Member, token: str) -> Draft:
        """What would be kept for a token, made anew from what is known now.

        Raises:
            Unknown: there is no such account or post any more.
            NotAllowed: it is the member.
        """
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Unknown("network_gone")
        async with self._db.read() as tx:
            if match["name"] is not None:
                connection = self._new(member, label=match["name"])
            elif match["face"] == "m":
                connection = await self._of_member(tx, member, DiscordId(int(match["id"])))
            else:
                connection = await self._of_account(tx, member, match["face"], int(match["id"]))
            if connection.person == member.person:
                raise NotAllowed("network_yourself")
            known = await store.connection_with(tx, member.person, connection.person)
            face = await shown.face_of(tx, member.community, connection)
            evidence = await store_network.evidence(tx, connection.post)
        return Draft(token, connection, face, shown.link_of(evidence), known)

    async def of_member(self, member: Member, other: DiscordId, name: str) -> Draft:
        """Somebody of the server. Who has not joined is kept by name alone, as the owner's word.

        Raises:
            NotAllowed: it is the member.
        """
        if other == member.discord_id:
            raise NotAllowed("network_yourself")
        async with self._db.read() as tx:
            joined = await store_members.get_member(tx, member.community, other)
        if joined is None or joined.left_at is not None:
            return await self.draft(member, f"n{name[:NAME_AT_MOST]}")
        return await self.draft(member, f"m{other}")

    async def _token_of(self, tx: Reader, wanted: str) -> str:
        if wanted.lower().startswith(("http://", "https://")):
            return await token_of_address(tx, wanted)
        if len(wanted) > NAME_AT_MOST:
            raise Invalid("network_name_too_long", most=NAME_AT_MOST)
        if " " not in wanted:
            for account in await store.accounts_by_handle(tx, wanted.removeprefix("@")):
                return f"a{account.account.id}"
        return f"n{wanted}"

    async def _of_member(self, tx: Reader, member: Member, other: DiscordId) -> Connection:
        joined = await store_members.get_member(tx, member.community, other)
        if joined is None or joined.left_at is not None:
            raise Unknown("network_gone")
        return self._new(member, person=person_of_member(other))

    async def _of_account(self, tx: Reader, member: Member, face: str, number: int) -> Connection:
        post = PostId(number) if face == "p" else None
        evidence = await store_network.evidence(tx, post)
        account = None if evidence is None else evidence.account
        if face == "a":
            account = AccountId(number)
        known = None if account is None else await store.get_account(tx, account)
        if known is None:
            raise Unknown("network_gone")
        if known.person == member.person:
            raise NotAllowed("network_yourself")
        spoken = await store.spoken_between(tx, member.person, known.account.id)
        kind, learns = reason_from(spoken)
        if post is None and spoken:
            post = spoken[0].post
        return self._new(
            member,
            person=PersonId(known.account.id),
            account=known.account.id,
            post=post,
            kind=kind,
            learns=learns,
            reason="" if post is None else await store.gathering_of_post(tx, post),
            contact_at=spoken[0].at if spoken else None,
        )

    def _new(self, member: Member, **known: object) -> Connection:
        number = self._ids.next()
        base = Connection(
            id=ConnectionId(number),
            owner=member.person,
            person=PersonId(number),
            kind=ReasonKind.OTHER,
            reason="",
            since=self._clock.now(),
            origin=Origin.MEMBER,
        )
        return replace(base, **known)  # type: ignore[arg-type]

    # ---- keeping and changing

    async def keep(
        self,
        member: Member,
        token: str,
        *,
        kind: ReasonKind | None = None,
        learns: bool | None = None,
        met: bool = False,
    ) -> ConnectionId:
        """Keeps what was drafted, as it is or with another kind; who is there already stays.

        `met`: in person; of whom nothing public is known it was a conversation then.

        Raises:
            Invalid: the network is full.
        """
        draft = await self.draft(member, token)
        if draft.known is not None:
            return draft.known.id
        connection = draft.connection
        if kind is not None:
            connection = replace(connection, kind=kind)
        if learns is not None:
            connection = replace(connection, learns=learns)
        if met:
            talked = connection.kind is ReasonKind.OTHER
            kind = ReasonKind.CONVERSATION if talked else connection.kind
            connection = replace(connection, kind=kind, origin=Origin.MEETING)
        async with self._db.write() as tx:
            if await store.count_connections(tx, member.person) >= AT_MOST:
                raise Invalid("network_full", most=AT_MOST)
            await store_network.add_connection(tx, connection)
            kept = await store.connection_with(tx, member.person, connection.person)
        return connection.id if kept is None else kept.id

    async def change(
        self, member: Member, connection: ConnectionId, **changes: object
    ) -> Connection:
        """Changes what the owner says; the names are those of Connection's attributes.

        Raises:
            Unknown: it is not there (any more).
        """
        async with self._db.write() as tx:
            found = await store.get_connection(tx, member.person, connection)
            if found is None:
                raise Unknown("network_gone")
            changed = replace(found, **changes)  # type: ignore[arg-type]
            await store.save_connection(tx, changed)
        return changed

    async def describe(
        self, member: Member, connection: ConnectionId, said: Mapping[str, str]
    ) -> None:
        """Takes label, reason, note, field and since as typed.

        Raises:
            Invalid: the day can not be understood, or lies ahead.
            Unknown: it is not there (any more).
        """
        changes: dict[str, object] = {
            name: " ".join(said[name].split())[:most]
            for name, most in (("label", NAME_AT_MOST), ("reason", REASON_AT_MOST))
            if name in said
        }
        if "note" in said:
            changes["note"] = said["note"].strip()[:NOTE_AT_MOST]
        if "field" in said:
            changes["field"] = " ".join(said["field"].casefold().split())[:FIELD_AT_MOST]
        if said.get("since", "").strip():
            changes["since"] = self._day(said["since"].strip())
        await self.change(member, connection, **changes)

    def _day(self, typed: str) -> datetime:
        """'2024', '2024-05' or '2024-05-13'; a day that is over or today."""
        for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
            try:
                day = datetime.strptime(typed, form).replace(tzinfo=UTC)
            except ValueError:
                continue
            if _EARLIEST <= day <= self._clock.now():
                return day
        raise Invalid("network_day_invalid", given=typed[:20])

    async def thank(self, member: Member, connection: ConnectionId) -> None:
        """Keeps that the owner thanked them; it counts as contact."""
        now = self._clock.now()
        await self.change(member, connection, thanked_at=now, contact_at=now)

    async def in_touch(self, member: Member, connection: ConnectionId) -> None:
        """They were in touch today; the time of the next look starts anew."""
        await self.change(member, connection, contact_at=self._clock.now())

    async def remove(self, member: Member, connection: ConnectionId) -> None:
        """Takes it out.

        Raises:
            Unknown: it is not there (any more).
        """
        async with self._db.write() as tx:
            if not await store.remove_connection(tx, member.person, connection):
                raise Unknown("network_gone")


def reason_from(spoken: Sequence[store.Spoken]) -> tuple[ReasonKind, bool]:
    """The kind of reason that a public exchange speaks for, and whether only the owner turned.

    Both spoke: a conversation. The owner turned to them often and nothing came back: steady
    contributions, which the owner learns from. Nothing at all: other.
    """
    by_owner = sum(s.by_owner for s in spoken)
    if not spoken:
        return ReasonKind.OTHER, False
    if by_owner >= STEADY_FROM and by_owner == len(spoken):
        return ReasonKind.CONTRIBUTIONS, True
    return ReasonKind.CONVERSATION, False


def ties_of(graph: Graph, person: PersonId) -> dict[PersonId, float]:
    """The ties of one person, by whom they lead to."""
    places = graph.places_of([person])
    if places[0] < 0:
        return {}
    found: dict[PersonId, float] = {}
    _, whom, how = graph.ties_of(places)
    for place, weight in zip(whom.tolist(), how.tolist(), strict=True):
        other = PersonId(int(graph.ids[place]))
        found[other] = found.get(other, 0.0) + weight
    return found
