"""Circles: who keeps meeting is offered, once, a thread of their own with a rota.

Invariants:
  1. Each is asked alone, and the question names nobody. It comes about when three or more said yes,
     at the latest two weeks later; of a no, of silence, or that it came to nothing, nobody hears.
  2. Nobody is asked again who said no, or nothing, or is in one.
  3. A turn goes to whoever waited longest; it moves on by itself, also past those who are away.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.engine.circles import circles_among, pair
from bot.errors import NotAllowed, Unknown
from bot.model.cards import CircleCard, CircleOfferCard, CircleOverCard, CircleTurnCard, Notice
from bot.model.chats import SessionId
from bot.model.circles import (
    FEWEST,
    FORTNIGHTLY,
    NO,
    WEEKLY,
    YES,
    Circle,
    CircleId,
    CircleState,
    Turn,
    TurnId,
)
from bot.model.people import person_of_member
from bot.model.suggestions import PromptKind
from bot.services import shown
from bot.services.prompts import plan_personal, plan_public
from bot.services.sessions import gathering_of
from bot.store import circles as store
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store import prompts as store_prompts
from bot.store import reports as store_reports
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.circles import Seat
    from bot.model.people import Community, CommunityId, DiscordId, Member, PersonId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer
    from bot.store.network import TookPart

LOOKED_BACK = timedelta(days=120)
EVERY = timedelta(days=7)
READ_AGAIN = timedelta(hours=1)
OFFER_LASTS = timedelta(days=14)
THREAD_LASTS = timedelta(days=14)
FIRST_TURN_AFTER_DAYS = 2
TURN_AT = time(10)
_DAYS = {WEEKLY: 7, FORTNIGHTLY: 14}
_OFFERED, _OPEN, _ENDED = CircleState.OFFERED, CircleState.OPEN, CircleState.ENDED


class Circles:
    """Plans and owns the prompts CIRCLE_OFFER, CIRCLE, CIRCLE_TURN and CIRCLE_OVER."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._looks: tuple[datetime, datetime] | None = None
        """When that was read, and the next weekly look: replays ask for it after every change."""

    # ---- what time does

    async def look_after(self) -> int:
        """Looks for circles once a week, decides what was offered, gives turns; how many."""
        done = await self._look_for_circles()
        async with self._db.write() as tx:
            for circle in await store.due(tx, self._clock.now()):
                if circle.state is _OFFERED:
                    await self._decide(tx, circle)
                else:
                    await self._give_turn(tx, circle)
                done += 1
        return done

    async def next_due(self) -> datetime:
        """The next look, decision or turn, whichever comes first."""
        now = self._clock.now()
        async with self._db.read() as tx:
            due = await store.next_due(tx)
            if self._looks is None or not self._looks[0] <= now < self._looks[0] + READ_AGAIN:
                communities = await store_members.all_communities(tx)
                looks = [await self._next_look(tx, c) for c in communities if c.is_set_up]
                self._looks = (now, min(looks, default=now + EVERY))
        return self._looks[1] if due is None else min(due, self._looks[1])

    async def _next_look(self, tx: Reader, community: Community) -> datetime:
        last = await store_members.get_setting(tx, _mark(community.id))
        return self._clock.now() if last is None else datetime.fromisoformat(last) + EVERY

    async def _look_for_circles(self) -> int:
        now, offered = self._clock.now(), 0
        self._looks = None
        async with self._db.read() as tx:
            due = [
                c
                for c in await store_members.all_communities(tx)
                if c.is_set_up and c.removed_at is None and await self._next_look(tx, c) <= now
            ]
        for community in due:
            async with self._db.write() as tx:
                if community.prompt_channel is not None:
                    offered += await self._offer_in(tx, community.id)
                await store_members.set_setting(tx, _mark(community.id), now.isoformat())
        return offered

    async def _offer_in(self, tx: Writer, community: CommunityId) -> int:
        now = self._clock.now()
        asked = await store.asked_before(tx, community)
        members = {
            m.person: m
            for m in await store_members.members_of(tx, community)
            if m.accepts_suggestions(now) and m.person not in asked
        }
        if len(members) < FEWEST:
            return 0
        since = now - LOOKED_BACK
        there = [
            t
            for t in await store_network.took_part_since(tx, community, since)
            if t.person in members
        ]
        exchanged: Counter[tuple[int, int]] = Counter()
        for source, target, posts in await store.exchanged_since(tx, community, since):
            if source in members and target in members and source != target:
                exchanged[pair(source, target)] += posts
        apart = {pair(a, b) for a, b in await store_members.blocked_pairs(tx)}
        groups = circles_among(_met(there), exchanged, apart)
        for group in groups:
            together = [members[p] for p in sorted(members) if p in group]
            await self._offer(tx, community, together, await self._gathering(tx, there, group))
        return len(groups)

    async def _gathering(
        self, tx: Reader, there: Sequence[TookPart], group: Collection[int]
    ) -> str:
        """Where they meet most."""
        sessions = {t.session for t in there if t.person in group}
        names: Counter[str] = Counter()
        for number in sorted(sessions):
            session = await store_sessions.get_session(tx, SessionId(number))
            if session is not None:
                names[gathering_of(session)] += 1
        return names.most_common(1)[0][0] if names else ""

    async def _offer(
        self, tx: Writer, community: CommunityId, together: Sequence[Member], gathering: str
    ) -> None:
        now = self._clock.now()
        until = now + OFFER_LASTS
        circle = Circle(
            CircleId(self._ids.next()), community, 0, gathering, _OFFERED, 0, now, next_at=until
        )
        await store.add_circle(tx, circle, [m.person for m in together])
        for member in together:
            await plan_personal(
                tx, self._ids, member, PromptKind.CIRCLE_OFFER, circle.id, now=now, expires_at=until
            )

    async def _decide(self, tx: Writer, circle: Circle) -> None:
        """Three yeses or more open it; else it ends, and nobody hears of it."""
        now = self._clock.now()
        community = await store_members.get_community(tx, circle.community)
        seats = await self._taken(tx, circle)
        await store_prompts.end_prompts_of(tx, PromptKind.CIRCLE_OFFER, circle.id)
        if len(seats) < FEWEST or community is None or community.prompt_channel is None:
            await store.change(tx, _OFFERED, replace(circle, state=_ENDED, next_at=None))
            return
        rhythms = Counter(seat.answer for seat, _ in seats)
        weekly = rhythms[WEEKLY] > rhythms[FORTNIGHTLY]
        number = await store.count_made(tx, circle.community) + 1
        every = _DAYS[WEEKLY if weekly else FORTNIGHTLY]
        made = replace(circle, state=_OPEN, number=number, every_days=every, next_at=None)
        if await store.change(tx, _OFFERED, made):
            await plan_public(
                tx, self._ids, circle.community, PromptKind.CIRCLE, circle.id,
                channel=community.prompt_channel, due_at=now, expires_at=now + THREAD_LASTS,
            )  # fmt: skip

    async def _taken(self, tx: Reader, circle: Circle) -> list[tuple[Seat, Member]]:
        """Who is in it, or said yes to it, and is there; of two kept apart since, neither."""
        found = []
        for seat in await store.seats_of(tx, circle.id):
            member = await store_members.member_by_person(tx, circle.community, seat.person)
            if seat.is_taken and member is not None and member.left_at is None:
                found.append((seat, member))
        if circle.state is not _OFFERED:
            return found
        blocked = await store_members.blocked_pairs(tx)
        people = {seat.person for seat, _ in found}
        return [f for f in found if not any((f[0].person, other) in blocked for other in people)]

    # ---- turns

    async def _give_turn(self, tx: Writer, circle: Circle, *, past: PersonId | None = None) -> None:
        """The turn of whoever waited longest; with fewer than three left there are none any more.

        `past` hands it on: the time of the next one stays.
        """
        seats = await self._taken(tx, circle)
        if len(seats) < FEWEST:
            await self._end(tx, circle)
            return
        now = self._clock.now()
        last = await store.last_turns(tx, circle.id)
        here = [
            m
            for _, m in seats
            if m.person != past and (m.paused_until is None or m.paused_until <= now)
        ]
        if past is None:
            next_at = await self._next_turn(tx, circle, circle.every_days)
            await store.change(tx, _OPEN, replace(circle, next_at=next_at))
        if not here or circle.thread is None:
            return
        began = circle.created_at
        whose = min(here, key=lambda m: (last.get(m.person, began), m.person))
        turn = Turn(TurnId(self._ids.next()), circle.id, whose.person, now)
        await store.add_turn(tx, turn)
        await plan_public(
            tx, self._ids, circle.community, PromptKind.CIRCLE_TURN, turn.id,
            channel=circle.thread, due_at=now, expires_at=now + timedelta(days=circle.every_days),
        )  # fmt: skip

    async def _next_turn(self, tx: Reader, circle: Circle, days: int) -> datetime:
        """So many days on, at ten in the community's zone."""
        community = await store_members.get_community(tx, circle.community)
        zone = ZoneInfo("UTC" if community is None else community.zone)
        now = self._clock.now()
        day = now.astimezone(zone).date() + timedelta(days=days)
        return datetime.combine(day, TURN_AT, zone).astimezone(now.tzinfo)

    async def _end(self, tx: Writer, circle: Circle) -> None:
        now = self._clock.now()
        over = replace(circle, state=_ENDED, next_at=None)
        if await store.change(tx, _OPEN, over) and circle.thread is not None:
            await plan_public(
                tx, self._ids, circle.community, PromptKind.CIRCLE_OVER, circle.id,
                channel=circle.thread, due_at=now, expires_at=now + THREAD_LASTS,
            )  # fmt: skip

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question to one, or what is said in the thread."""
        async with self._db.read() as tx:
            if prompt.kind is PromptKind.CIRCLE_TURN:
                return await self._turn_card(tx, prompt)
            circle = await store.get_circle(tx, CircleId(prompt.subject))
            if circle is None:
                return None
            if prompt.kind is PromptKind.CIRCLE_OVER:
                return CircleOverCard()
            if prompt.kind is PromptKind.CIRCLE_OFFER:
                return CircleOfferCard(circle.gathering) if circle.state is _OFFERED else None
            if circle.state is not _OPEN:
                return None
            seats = await self._taken(tx, circle)
        together = tuple(shown.introduced(member) for _, member in seats)
        return CircleCard(circle.gathering, circle.number, circle.every_days, together)

    async def _turn_card(self, tx: Reader, prompt: Prompt) -> Card | None:
        turn = await store.get_turn(tx, TurnId(prompt.subject))
        circle = None if turn is None else await store.get_circle(tx, turn.circle)
        if turn is None or circle is None or circle.state is not _OPEN:
            return None
        seats = await self._taken(tx, circle)
        who = next((m for seat, m in seats if seat.person == turn.person), None)
        return None if who is None else CircleTurnCard(shown.introduced(who), circle.next_at)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Keeps where the thread is; the first turn comes two days later."""
        circle = await store.get_circle(tx, CircleId(prompt.subject))
        if prompt.kind is PromptKind.CIRCLE and circle is not None and circle.thread is None:
            first = await self._next_turn(tx, circle, FIRST_TURN_AFTER_DAYS)
            await store.change(tx, _OPEN, replace(circle, thread=sent.channel, next_at=first))

    async def refused(self, tx: Writer, prompt: Prompt) -> None:
        """No thread can be opened, or it is gone: there is no circle (any more)."""
        number = CircleId(prompt.subject)
        if prompt.kind is PromptKind.CIRCLE_TURN:
            turn = await store.get_turn(tx, TurnId(prompt.subject))
            number = CircleId(0) if turn is None else turn.circle
        circle = await store.get_circle(tx, number)
        if circle is not None and prompt.kind is not PromptKind.CIRCLE_OFFER:
            await store.change(tx, _OPEN, replace(circle, state=_ENDED, next_at=None))

    # ---- what is answered

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes yes or no to the offer, [Pass it on], [Leave the circle] or [Something's wrong].

        Raises:
            Unknown: there is no such answer.
            NotAllowed: it is not theirs to give.
        """
        person = person_of_member(by)
        if prompt.kind is PromptKind.CIRCLE_OFFER and answer in {*YES, NO}:
            return await self._answer_of_one(prompt, answer, person)
        if prompt.kind is PromptKind.CIRCLE and answer == "wrong":
            return await self._something_is_wrong(prompt, person)
        if prompt.kind is PromptKind.CIRCLE_TURN and answer == "pass":
            return await self._pass(prompt, person)
        if prompt.kind in (PromptKind.CIRCLE, PromptKind.CIRCLE_TURN) and answer == "leave":
            return await self._leave(prompt, person)
        raise Unknown("prompt_unknown")

    async def _answer_of_one(self, prompt: Prompt, answer: str, person: PersonId) -> Notice:
        now = self._clock.now()
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            circle = await store.get_circle(tx, CircleId(prompt.subject))
            if circle is None or circle.state is not _OFFERED:
                return Notice("answer_over", next_waits=True)
            await store.answer(tx, circle.id, person, answer)
            if all(seat.answer for seat in await store.seats_of(tx, circle.id)):
                await self._decide(tx, circle)
        return Notice("circle_no" if answer == NO else "circle_yes", next_waits=True)

    async def _of(self, tx: Reader, prompt: Prompt, person: PersonId) -> Circle:
        """The circle of a message in its thread, for somebody who is in it."""
        number = CircleId(prompt.subject)
        if prompt.kind is PromptKind.CIRCLE_TURN:
            turn = await store.get_turn(tx, TurnId(prompt.subject))
            number = number if turn is None else turn.circle
        circle = await store.get_circle(tx, number)
        if circle is None:
            raise Unknown("prompt_unknown")
        seats = await store.seats_of(tx, circle.id)
        if not any(seat.person == person and seat.is_taken for seat in seats):
            raise NotAllowed("circle_of_others")
        return circle

    async def _something_is_wrong(self, prompt: Prompt, person: PersonId) -> Notice:
        async with self._db.write() as tx:
            circle = await self._of(tx, prompt, person)
            about = (store_reports.About.CIRCLE, circle.id)
            now, report = self._clock.now(), self._ids.next()
            await store_reports.add_report(tx, report, circle.community, about, person, now)
        return Notice("circle_wrong")

    async def _pass(self, prompt: Prompt, person: PersonId) -> Notice:
        async with self._db.write() as tx:
            circle = await self._of(tx, prompt, person)
            turn = await store.get_turn(tx, TurnId(prompt.subject))
            if turn is None or turn.person != person:
                raise NotAllowed("circle_turn_of_another")
            if not await store_prompts.mark_answered(tx, prompt.id, "pass", self._clock.now()):
                return Notice("answer_taken")
            if circle.state is _OPEN:
                await self._give_turn(tx, circle, past=person)
        return Notice("circle_passed")

    async def _leave(self, prompt: Prompt, person: PersonId) -> Notice:
        async with self._db.write() as tx:
            circle = await self._of(tx, prompt, person)
            await store.leave(tx, circle.id, person, self._clock.now())
            if circle.state is _OPEN and len(await self._taken(tx, circle)) < FEWEST:
                await self._end(tx, circle)
        return Notice("circle_left")


def _mark(community: CommunityId) -> str:
    return f"circles:{community}"


def _met(there: Sequence[TookPart]) -> Counter[tuple[int, int]]:
    """In how many sessions two were together."""
    sessions: dict[int, set[int]] = {}
    for one in there:
        sessions.setdefault(one.session, set()).add(one.person)
    met: Counter[tuple[int, int]] = Counter()
    for people in sessions.values():
        order = sorted(people)
        met.update((a, b) for i, a in enumerate(order) for b in order[i + 1 :])
    return met
