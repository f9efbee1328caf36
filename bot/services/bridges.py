"""A member introduces two of their own connections to each other: A first, then B, as always.

Who proposes it does so by name, and never learns what either of the two answered: it is said to
them in the same words whether the two can be asked or not.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.people import person_of_member
from bot.model.suggestions import (
    Introduction,
    IntroductionId,
    IntroductionState,
    PromptKind,
    Suggestion,
    SuggestionId,
)
from bot.services.introductions import LASTS
from bot.services.prompts import plan_personal
from bot.store import bridges as store
from bot.store import members as store_members
from bot.store import suggestions as store_suggestions

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.network import ConnectionId
    from bot.model.people import DiscordId, Member
    from bot.services.connections import Connections, Entry
    from bot.store.database import Database, Reader

LINE_AT_MOST = 140
PER_WEEK = 2
ENGINE = "member"
_WEEK = timedelta(days=7)


class Bridges:
    """Use cases of [Introduce to…] in a network."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, connections: Connections) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._connections = connections

    async def others(self, member: Member, first: ConnectionId) -> list[Entry]:
        """To whom somebody of a network could be introduced: its other members, the closest first.

        Raises:
            Unknown: the first is not there (any more).
        """
        entries = await self._connections.show(member)
        known = [e for e in entries if e.face.mention is not None]
        if all(e.connection.id != first for e in known):
            raise Unknown("network_gone")
        return [e for e in known if e.connection.id != first]

    async def propose(
        self, member: Member, first: ConnectionId, second: ConnectionId, line: str
    ) -> None:
        """Lets the first be asked, and then the second; nothing happens where that may not be.

        Raises:
            Invalid: there is no line to say why.
            NotAllowed: that was the third this week.
            Unknown: one of them is not there (any more).
        """
        said = " ".join(line.split())[:LINE_AT_MOST]
        if not said:
            raise Invalid("bridge_no_line")
        others = {e.connection.id: e.face.mention for e in await self._connections.show(member)}
        a, b = others.get(first), others.get(second)
        if a is None or b is None or a == b:
            raise Unknown("network_gone")
        now = self._clock.now()
        async with self._db.write() as tx:
            if await store.proposed_since(tx, member.person, now - _WEEK) >= PER_WEEK:
                raise NotAllowed("bridge_enough")
            both = await self._may_meet(tx, member, a, b)
            if both is None:
                # Counted all the same: else its count would tell that the two may not meet.
                await store.note_proposed(tx, self._ids.next(), member, now)
                return
            suggestion = Suggestion(
                id=SuggestionId(self._ids.next()),
                community=member.community,
                member=both[0].person,
                about=both[1].person,
                score=0.0,
                cross_field=None,
                engine=ENGINE,
                created_at=now,
                reasons=(),
            )
            await store_suggestions.add_suggestion(tx, suggestion)
            introduction = Introduction(
                id=IntroductionId(self._ids.next()),
                community=member.community,
                suggestion=suggestion.id,
                a=both[0].person,
                b=both[1].person,
                state=IntroductionState.ASKED_A,
                line="",
                created_at=now,
                changed_at=now,
                by=member.person,
                by_line=said,
            )
            await store_suggestions.add_introduction(tx, introduction)
            await store.note_proposed(tx, self._ids.next(), member, now)
            await plan_personal(
                tx,
                self._ids,
                both[0],
                PromptKind.SUGGESTION,
                introduction.id,
                now=now,
                expires_at=now + LASTS,
            )

    async def _may_meet(
        self, tx: Reader, member: Member, a: DiscordId, b: DiscordId
    ) -> tuple[Member, Member] | None:
        """Both, if both may be asked now and nothing speaks against it."""
        now = self._clock.now()
        first = await store_members.get_member(tx, member.community, a)
        second = await store_members.get_member(tx, member.community, b)
        if first is None or second is None:
            return None
        if not (first.accepts_suggestions(now) and second.accepts_suggestions(now)):
            return None
        if first.employer and first.employer == second.employer:
            return None
        if await store_members.is_blocked(tx, first.person, second.person):
            return None
        if await store.open_or_made(tx, person_of_member(a), person_of_member(b)):
            return None
        return first, second
