"""What the engine is told about one community: read at one moment, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.history import History, Moment, Request, TagUse
from bot.model.chats import SessionId
from bot.model.people import DiscordId, PersonId, person_of_member
from bot.services.guessing import fields_with_guesses
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store import suggestions as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.engine.graph import Graph
    from bot.model.people import Community, CommunityId, Member
    from bot.store.database import Reader

NOT_AGAIN_FOR = timedelta(days=365)
COOL_OFF = timedelta(weeks=8)
LOOKS_BACK = timedelta(days=180)
PERIOD = timedelta(days=7) - timedelta(hours=1)
"""How long a suggestion counts against the exposure of whom it is about: until the next round."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What was read of one community at one moment."""

    community: Community
    members: Mapping[PersonId, Member]
    history: History
    never: Mapping[PersonId, frozenset[PersonId]]
    """Whom not to suggest to whom, by what was said or happened between the two."""
    colleagues: Mapping[str, frozenset[PersonId]]
    """By employer; they are not suggested to each other."""
    strangers: Mapping[tuple[str, ...], frozenset[PersonId]]
    """By languages: who shares none of them."""
    exposure: Mapping[PersonId, int]

    def request(
        self,
        person: PersonId,
        count: int,
        *,
        distance: float | None = None,
        also_not: frozenset[PersonId] = frozenset(),
    ) -> Request:
        """What the engine is asked for a member; `distance` None: as their settings say.

        Sets of many people are shared among requests, so that a large community stays small.
        """
        member = self.members[person]
        apart = (self.colleagues.get(member.employer), self.strangers.get(member.languages))
        return Request(
            person,
            self.never[person] | also_not,
            member.distance if distance is None else distance,
            count,
            tuple(people for people in apart if people),
        )


async def scene_of(
    tx: Reader, community_id: CommunityId, graph: Graph, now: datetime
) -> Scene | None:
    """The scene; None for a community that nobody added."""
    community = await store_members.get_community(tx, community_id)
    if community is None:
        return None
    members = {m.person: m for m in await store_members.members_of(tx, community_id)}
    history = await _history(tx, community_id, members, graph, now)
    pairs = (
        await store_members.blocked_pairs(tx)
        | await store_network.connected_pairs(tx)
        | _both_ways(await store.suggested_since(tx, now - NOT_AGAIN_FOR))
        | await store.open_made_or_ended_since(tx, now - COOL_OFF)
        | await store.already_known(tx)
    )
    exposure = await store.exposure_since(tx, community_id, now - PERIOD)
    return Scene(
        community,
        members,
        history,
        _never(members, pairs),
        _colleagues(members.values()),
        _strangers(members.values()),
        exposure,
    )


async def _history(
    tx: Reader,
    community: CommunityId,
    members: Mapping[PersonId, Member],
    graph: Graph,
    now: datetime,
) -> History:
    since = now - LOOKS_BACK
    moments = [
        Moment(m.person, SessionId(m.session), m.at, m.post, m.answer)
        for m in await store_network.took_part_since(tx, community, since)
    ]
    hosts = await store_network.hosts_of(tx, community)
    uses = [TagUse(*use) for use in await store_network.hashtag_uses_since(tx, since)]
    session_tags = await store_network.gathering_hashtags(tx)
    return History(
        graph=graph,
        fields=fields_with_guesses(members, uses, session_tags),
        moments=moments,
        uses=uses,
        session_tags=session_tags,
        bystanders=frozenset(person_of_member(DiscordId(host)) for host in hosts),
        willing=frozenset(p for p, m in members.items() if m.accepts_suggestions(now)),
    )


def _both_ways(pairs: Iterable[tuple[PersonId, PersonId]]) -> frozenset[tuple[PersonId, PersonId]]:
    """The pairs in both orders: who was suggested to me is not asked about me either."""
    return frozenset(pair for a, b in pairs for pair in ((a, b), (b, a)))


def _never(
    members: Iterable[PersonId], pairs: Iterable[tuple[PersonId, PersonId]]
) -> Mapping[PersonId, frozenset[PersonId]]:
    """Of each member, whom not to suggest to them: the second of each pair whose first they are."""
    never: dict[PersonId, set[PersonId]] = {person: set() for person in members}
    for person, other in pairs:
        if person in never:
            never[person].add(other)
    return {person: frozenset(others - {person}) for person, others in never.items()}


def _colleagues(members: Iterable[Member]) -> Mapping[str, frozenset[PersonId]]:
    """Everybody of each employer."""
    by_employer: dict[str, set[PersonId]] = {}
    for member in members:
        if member.employer:
            by_employer.setdefault(member.employer, set()).add(member.person)
    return {employer: frozenset(people) for employer, people in by_employer.items()}


def _strangers(members: Iterable[Member]) -> Mapping[tuple[str, ...], frozenset[PersonId]]:
    """For each choice of languages, who said theirs and shares none of them."""
    speaking: dict[tuple[str, ...], set[PersonId]] = {}
    for member in members:
        if member.languages:
            speaking.setdefault(member.languages, set()).add(member.person)
    return {
        languages: frozenset().union(
            *(people for theirs, people in speaking.items() if not {*languages} & {*theirs})
        )
        for languages in speaking
    }
