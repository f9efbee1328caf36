"""Follow-ups: after a conference, what is still open for each member who took part.

Day 2: who asked them something and got no reply, with whom they talked, whom they narrowly missed.
Day 14: what they wrote that nothing came back to. One item at a time, at nine in the morning of the
member; only the first may be a direct message, the others wait in /today.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.engine.history import Rules
from bot.engine.suggest import suggest
from bot.errors import Unknown
from bot.model.cards import FollowUpCard, Notice
from bot.model.chats import SessionId
from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import Delivery, PersonId
from bot.model.suggestions import FollowUp, FollowUpKind, PromptKind, ReasonTerm
from bot.services import shown
from bot.services.connections import REASON_AT_MOST
from bot.services.left_open import Item, one_way, open_after
from bot.services.prompts import plan_personal
from bot.services.scene import scene_of
from bot.services.sessions import gathering_of
from bot.store import connections as store_connections
from bot.store import follow_ups as store
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store import prompts as store_prompts
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Session
    from bot.model.people import DiscordId, Member
    from bot.model.suggestions import Prompt
    from bot.services.network import Network
    from bot.services.prompts import Sent
    from bot.services.scene import Scene
    from bot.store.database import Database, Reader, Writer
    from bot.store.network import Exchange

DAY_2, DAY_14 = 2, 14
AFTER_END = {DAY_2: timedelta(hours=6), DAY_14: timedelta(days=12)}
"""When each day's items are planned: before nine in the morning of that day in any zone."""
TOO_LATE = timedelta(days=30)
AT = time(9)
LASTS = timedelta(days=30)
LATER = timedelta(days=3)
_NEVER_MET = frozenset({FollowUpKind.MISSED, FollowUpKind.NOTICE})
_KEPT_BY_DONE = frozenset({FollowUpKind.MET, FollowUpKind.FIRST})
MISSED_AT_MOST = 3
_NARROWLY = frozenset({ReasonTerm.SAME_QUESTION, ReasonTerm.SAME_SESSION})


def morning(ended_at: datetime, day: int, zone: str) -> datetime:
    """Nine in the morning, where the member is, of the day `day` days after the last one.

    A conference that ends at midnight of the 14th in Madrid had its last day on the 13th (there);
    day 2 is the 15th. `ended_at` is that midnight; a minute before it is the last day.
    """
    local = (ended_at - timedelta(minutes=1)).astimezone(ZoneInfo(zone))
    wall = datetime.combine(local.date() + timedelta(days=day), AT)
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(ended_at.tzinfo)


class FollowUps:
    """Plans follow-ups, and owns the prompt FOLLOW_UP."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, rng: random.Random, network: Network
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._rng = rng
        self._network = network

    # ---- planning

    async def plan_due(self) -> int:
        """Plans what the conferences that ended bring; how many items."""
        now = self._clock.now()
        planned = 0
        for day, after in AFTER_END.items():
            async with self._db.read() as tx:
                sessions = await store.conferences_ended(tx, day, now - TOO_LATE, now - after)
            for session in sessions:
                planned += await self._plan(SessionId(session), day)
        return planned

    async def next_due(self) -> datetime | None:
        """When `plan_due` has something to do next."""
        earliest = self._clock.now() - TOO_LATE
        found = []
        async with self._db.read() as tx:
            for day, after in AFTER_END.items():
                end = await store.next_end(tx, day, earliest)
                if end is not None:
                    found.append(end + after)
        return min(found, default=None)

    async def _plan(self, session_id: SessionId, day: int) -> int:
        graph = await self._network.graph()
        async with self._db.read() as tx:
            session = await store_sessions.get_session(tx, session_id)
            scene = (
                None
                if session is None
                else await scene_of(tx, session.community, graph, self._clock.now())
            )
            if session is None or scene is None:
                return 0
            exchanges = await store_network.exchanges_since(tx, session_id, session.starts_at)
        items = await asyncio.to_thread(self._items, scene, session, exchanges, day)
        planned = 0
        async with self._db.write() as tx:
            if not await store.mark_followed_up(tx, session_id, day):
                return 0
            for person, theirs in items.items():
                member = scene.members[person]
                due = max(self._clock.now(), morning(session.ends_at, day, member.zone))
                planned += await self.keep(
                    tx, session, member, theirs, due_at=due, rank=day * 100, sends=True
                )
        return planned

    def _items(
        self, scene: Scene, session: Session, exchanges: Sequence[Exchange], day: int
    ) -> dict[PersonId, list[Item]]:
        """What each member who took part has open; pure, in a thread."""
        took_part = {m.person for m in scene.history.moments if m.session == session.id}
        took_part |= {e.source for e in exchanges if e.inside}
        people = sorted(took_part & scene.members.keys())
        by_person: dict[PersonId, list[Exchange]] = defaultdict(list)
        for exchange in exchanges:
            by_person[exchange.source].append(exchange)
            by_person[exchange.target].append(exchange)
        if day == DAY_14:
            return {p: one_way(by_person[p], p) for p in people}
        missed = self._missed(scene, session, people)
        return {p: open_after(by_person[p], p) + missed.get(p, []) for p in people}

    async def to_notice(
        self, session: Session, member: PersonId, known: frozenset[PersonId]
    ) -> list[Item]:
        """Members of another field whom a member has not met, in a conference that is on."""
        graph = await self._network.graph()
        async with self._db.read() as tx:
            scene = await scene_of(tx, session.community, graph, self._clock.now())
        if scene is None or member not in scene.members:
            return []
        unsaid = frozenset(
            person
            for person, other in scene.members.items()
            if shown.by_their_choice(other).name is None or not shown.main_field(other)
        )
        found = await asyncio.to_thread(self._missed, scene, session, [member], known | unsaid)
        return [replace(item, kind=FollowUpKind.NOTICE) for item in found.get(member, ())]

    def _missed(
        self,
        scene: Scene,
        session: Session,
        people: Sequence[PersonId],
        known: frozenset[PersonId] = frozenset(),
    ) -> dict[PersonId, list[Item]]:
        """Members of another field whom each narrowly missed: the same moment, never a word."""
        here = replace(
            scene.history,
            moments=[m for m in scene.history.moments if m.session == session.id],
        )
        requests = [scene.request(p, MISSED_AT_MOST, also_not=known) for p in people]
        rules = Rules(per_list=MISSED_AT_MOST, cross_field=MISSED_AT_MOST)
        rng = type(self._rng)(self._rng.getrandbits(64))
        missed: dict[PersonId, list[Item]] = defaultdict(list)
        for draft in suggest(here, requests, rules, self._clock.now(), rng):
            reason = next(
                (r for r in draft.reasons if r.term in _NARROWLY and r.own_post and r.other_post),
                None,
            )
            if reason is not None and draft.cross_field:
                item = Item(FollowUpKind.MISSED, draft.about, reason.own_post, reason.other_post)
                missed[draft.member].append(item)
        return missed

    async def keep(  # noqa: PLR0913, RUF100 what an item is made of
        self,
        tx: Writer,
        session: Session,
        member: Member,
        items: Sequence[Item],
        *,
        due_at: datetime,
        rank: int,
        sends: bool,
    ) -> int:
        """Keeps a member's items with their prompts; those of which nothing can be said are not.

        The first may be a direct message where `sends`, but not to who paused; the others wait in
        /today.
        """
        now = self._clock.now()
        kept = 0
        for item in items:
            follow_up = FollowUp(
                id=self._ids.next(),
                community=session.community,
                session=session.id,
                member=member.person,
                about=item.about,
                kind=item.kind,
                own_post=item.own_post,
                other_post=item.other_post,
                rank=rank + kept,
            )
            if await self._card(tx, follow_up, session, member) is None:
                continue
            if not await store.add_follow_up(tx, follow_up):
                continue
            by_dm = sends and kept == 0 and member.accepts_suggestions(now)
            reader = member if by_dm else replace(member, delivery=Delivery.CARD)
            await plan_personal(
                tx,
                self._ids,
                reader,
                PromptKind.FOLLOW_UP,
                follow_up.id,
                now=now,
                due_at=due_at,
                expires_at=due_at + LASTS,
            )
            kept += 1
        return kept

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The item, if it is still open and may be said."""
        if prompt.recipient is None:
            return None
        async with self._db.read() as tx:
            item = await store.get_follow_up(tx, prompt.subject)
            if item is None:
                return None
            session = await store_sessions.get_session(tx, SessionId(item.session))
            member = await store_members.get_member(tx, item.community, prompt.recipient)
            if session is None or member is None or await self._is_settled(tx, item, session):
                return None
            card = await self._card(tx, item, session, member)
            return card and replace(card, left=await store.others_left(tx, item))

    async def _is_settled(self, tx: Reader, item: FollowUp, session: Session) -> bool:
        """Whether what was open has been done meanwhile."""
        if item.kind in _KEPT_BY_DONE:
            return await store_network.has_connection(tx, item.member, item.about)
        if item.kind in _NEVER_MET:
            return False
        mine = await store_network.exchanges_between(
            tx, item.session, session.starts_at, item.member, item.about
        )
        left = (
            one_way(mine, item.member)
            if item.kind is FollowUpKind.ONE_WAY
            else open_after(mine, item.member)
        )
        return not any(i.kind is item.kind and i.about == item.about for i in left)

    async def _card(
        self, tx: Reader, item: FollowUp, session: Session, member: Member
    ) -> FollowUpCard | None:
        other = await store_members.member_by_person(tx, item.community, item.about)
        if await store_members.is_blocked(tx, member.person, item.about):
            return None
        if item.kind in _NEVER_MET:
            return await self._missed_card(tx, item, session, member, other)
        post = item.own_post if item.kind is FollowUpKind.ONE_WAY else item.other_post
        found = await shown.evidence_here(tx, item.community, post)
        wanted = item.member if item.kind is FollowUpKind.ONE_WAY else item.about
        if found is None or found.person != wanted:
            return None
        about, link = shown.named_in_public(other), shown.link_of(found)
        if about.name is None and link is None:
            return None
        theirs = await shown.evidence_here(tx, item.community, item.other_post)
        return FollowUpCard(
            gathering_of(session),
            item.kind,
            about,
            link,
            "",
            handle=(theirs and theirs.person == item.about and theirs.handle) or "",
            may_note=theirs is not None and theirs.person == item.about,
        )

    async def _missed_card(
        self, tx: Reader, item: FollowUp, session: Session, member: Member, other: Member | None
    ) -> FollowUpCard | None:
        """Somebody who was not asked: only a member who chose to be named.

        Of somebody described there is no post to read, and so no small step to take.
        """
        if other is None or not other.accepts_suggestions(self._clock.now()):
            return None
        about = shown.by_their_choice(other)
        if about.name is None:
            return None
        own = await shown.evidence_here(tx, item.community, item.own_post)
        theirs = await shown.evidence_here(tx, item.community, item.other_post)
        field = shown.main_field(other)
        if own is None or theirs is None or not field:
            return None
        if own.person != member.person or theirs.person != other.person:
            return None
        link = shown.link_of(theirs) if shown.link_before_yes(other) else None
        return FollowUpCard(gathering_of(session), item.kind, about, link, field)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    # ---- what is answered

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes [Done], [Later], [Drop], or the line of [Note why I know them].

        Raises:
            Unknown: there is no such answer, or no such item any more.
        """
        now = self._clock.now()
        if answer not in ("done", "later", "drop", "note"):
            raise Unknown("prompt_unknown")
        async with self._db.write() as tx:
            item = await store.get_follow_up(tx, prompt.subject)
            if item is None:
                raise Unknown("prompt_unknown")
            if answer == "later":
                if not await store_prompts.postpone(tx, prompt.id, now + LATER):
                    return Notice("answer_taken", next_waits=True)
                return Notice("follow_up_later", next_waits=True)
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            if answer == "note" or (answer == "done" and item.kind in _KEPT_BY_DONE):
                await self._connect(tx, item, " ".join(line.split())[:REASON_AT_MOST])
                return Notice("follow_up_kept", next_waits=True)
        return Notice(f"follow_up_{answer}", next_waits=True)

    async def _connect(self, tx: Writer, item: FollowUp, why: str) -> None:
        """Keeps whoever wrote the post: the public account, never the member behind it.

        Whom they keep already gets the new reason, where one was written.
        """
        session = await store_sessions.get_session(tx, SessionId(item.session))
        found = await store_network.evidence(tx, item.other_post)
        if found is None or found.person != item.about:
            return
        kept = Connection(
            id=ConnectionId(self._ids.next()),
            owner=item.member,
            person=PersonId(found.account),
            account=found.account,
            post=found.post,
            kind=ReasonKind.CONVERSATION,
            reason=why or ("" if session is None else gathering_of(session)),
            since=self._clock.now(),
            origin=Origin.FOLLOW_UP,
        )
        if not await store_network.add_connection(tx, kept) and why:
            known = await store_connections.connection_with(tx, item.member, kept.person)
            if known is not None:
                await store_connections.save_connection(tx, replace(known, reason=why))
