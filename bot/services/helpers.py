"""Who is asked to help: those who said they can, weak ties first, nobody too often."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.engine.layers import layers_of
from bot.model.network import Layer
from bot.model.people import Stance
from bot.services.connections import ties_of
from bot.store import asks as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.engine.graph import Graph
    from bot.model.people import Member, PersonId
    from bot.store.database import Reader

ASKED_AT_MOST = 3
PER_WEEK, PER_MONTH = 1, 3
"""So often somebody is asked to help, at most."""
_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_TURN: Mapping[Layer, int] = {Layer.WEAK: 0, Layer.VERY_WEAK: 1, Layer.STRONG: 2}


async def helpers_for(
    tx: Reader, graph: Graph, asker: Member, about: str, now: datetime
) -> list[Member]:
    """Up to three who help with such a field, weak ties first, then who was asked least."""
    load = await store.load_since(tx, now - _WEEK, now - _MONTH)
    layers = layers_of(ties_of(graph, asker.person))
    found: list[tuple[int, int, PersonId, Member]] = []
    for other in await store_members.members_of(tx, asker.community):
        asked = load.get(other.person, store.Load(0, 0))
        if other.person == asker.person or not other.accepts_suggestions(now):
            continue
        if asked.this_week >= PER_WEEK or asked.this_month >= PER_MONTH:
            continue
        if not helps_with(other, about):
            continue
        if asker.employer and asker.employer == other.employer:
            continue
        if await store_members.is_blocked(tx, asker.person, other.person):
            continue
        turn = _TURN[layers.get(other.person, Layer.VERY_WEAK)]
        found.append((turn, asked.this_month, other.person, other))
    return [other for *_, other in sorted(found, key=lambda f: f[:3])[:ASKED_AT_MOST]]


def helps_with(member: Member, about: str) -> bool:
    """Whether a member said they can help with such a field; with anything, where none is named.

    A field is meant by itself, and by its words: "simulation" means "nursing simulation" too.
    """
    fields = [f.field for f in member.fields if f.stance is Stance.HELP]
    if not about:
        return bool(fields)
    words = set(about.split())
    return any(words <= set(f.split()) or set(f.split()) <= words for f in fields)
