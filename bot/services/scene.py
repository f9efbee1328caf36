"""What the engine is told about one community: read at one moment, frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.history import History, Moment, TagUse
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
    """Whom not to suggest to whom."""
    exposure: Mapping[PersonId, int]


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
    return Scene(community, members, history, _never(members, pairs), exposure)


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
    members: Mapping[PersonId, Member], pairs: Iterable[tuple[PersonId, PersonId]]
) -> Mapping[PersonId, frozenset[PersonId]]:
    """Whom not to suggest to each member.

    The pairs, everybody of the same employer, and who shares no language, where both said theirs.
    """
    never: dict[PersonId, set[PersonId]] = {person: set() for person in members}
    for person, other in pairs:
        if person in never:
            never[person].add(other)
    by_employer: dict[str, list[PersonId]] = {}
    for person, member in members.items():
        if member.employer:
            by_employer.setdefault(member.employer, []).append(person)
    for colleagues in by_employer.values():
        for person in colleagues:
            never[person].update(colleagues)
    speaking = [(person, frozenset(m.languages)) for person, m in members.items() if m.languages]
    for person, languages in speaking:
        never[person].update(other for other, theirs in speaking if not languages & theirs)
    return {person: frozenset(others - {person}) for person, others in never.items()}
