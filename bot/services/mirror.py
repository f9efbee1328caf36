"""The map and the mirror: a member's network as a whole, seen by that member only."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.mirror import by_year, field_distances, rao_stirling
from bot.engine.practice import practice_of
from bot.model.network import Layer
from bot.model.people import Stance
from bot.model.pictures import MapPerson, MapShown, MirrorShown
from bot.services import shown
from bot.store import connections as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.engine.graph import Graph
    from bot.model.people import Member
    from bot.services.connections import Connections, Entry
    from bot.services.network import Network
    from bot.store.database import Database

ON_THE_MAP = 150
SUGGESTED_ON_THE_MAP = 5
_YEAR = timedelta(days=365)
_WIDE_FROM = 5_000
"""People in the graph from which the group is looked for in a thread."""


class Mirror:
    """Use cases of `/network map`."""

    def __init__(
        self, db: Database, clock: Clock, network: Network, connections: Connections
    ) -> None:
        self._db = db
        self._clock = clock
        self._network = network
        self._connections = connections

    async def of(self, member: Member) -> tuple[MapShown, MirrorShown]:
        """The whole network, as a map and in counts."""
        entries = await self._connections.show(member)
        practice = await _practice(await self._network.graph(), member)
        async with self._db.read() as tx:
            everybody = await store_members.members_of(tx, member.community)
            suggested = []
            for person in await store.asked_about(tx, member.community, member.person):
                other = await store_members.member_by_person(tx, member.community, person)
                if other is None or not other.accepts_suggestions(self._clock.now()):
                    continue
                if not await store_members.is_blocked(tx, member.person, person):
                    seen = shown.by_their_choice(other)
                    name = seen.name or seen.description
                    suggested.append(MapPerson(name, shown.main_field(other), suggested=True))
        inside = [e.face.ties_of in practice for e in entries]
        strongest = max((e.strength for e in entries), default=0.0) or 1.0
        people = [
            MapPerson(
                name=e.face.name,
                field=e.face.field,
                strength=e.strength / strongest,
                in_practice=tight,
                learns=e.connection.learns,
            )
            for e, tight in zip(entries, inside, strict=True)
        ]
        kept = (*people[:ON_THE_MAP], *suggested[:SUGGESTED_ON_THE_MAP])
        picture = MapShown(member.name, kept, max(0, len(people) - ON_THE_MAP))
        return picture, self._words(member, entries, sum(inside), everybody)

    def _words(
        self, member: Member, entries: Sequence[Entry], tight: int, everybody: Sequence[Member]
    ) -> MirrorShown:
        now = self._clock.now()
        distance = field_distances(
            [f for f in m.fields if f.stance is Stance.WORK] for m in everybody
        )
        fields = Counter(e.face.field for e in entries if e.face.field)
        new = Counter(
            e.face.field for e in entries if e.face.field and e.connection.since > now - _YEAR
        )
        layers = Counter(e.layer for e in entries)
        wanted = sorted(
            {f.field for f in member.fields if f.stance in (Stance.CURIOUS, Stance.LEAVE)}
        )
        dated = [(e.connection.since, e.face.field) for e in entries]
        return MirrorShown(
            layers=tuple((layer, layers[layer]) for layer in Layer),
            in_practice=tight,
            learns=sum(e.connection.learns for e in entries),
            fields=tuple(sorted(fields.items(), key=lambda f: (-f[1], f[0]))),
            unknown=sum(not e.face.field for e in entries),
            countries=tuple(sorted({e.face.country for e in entries if e.face.country})),
            languages=tuple(sorted({code for e in entries for code in e.face.languages})),
            diversity=rao_stirling(fields, distance),
            years=tuple(by_year(dated, now, distance)),
            grew=tuple(sorted(new.items(), key=lambda f: (-f[1], f[0]))[:3]),
            thin=tuple(f for f in wanted if fields[f] <= 1)[:5],
        )


async def _practice(graph: Graph, member: Member) -> frozenset[int]:
    if len(graph) < _WIDE_FROM:
        return practice_of(graph, member.person)
    return await asyncio.to_thread(practice_of, graph, member.person)
