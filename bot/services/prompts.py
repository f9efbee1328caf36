"""Prompts: the one place that decides when Crosstie speaks to somebody, and that it says it once.

Invariants:
  1. A member gets at most two unasked messages in any seven days, all kinds together.
  2. After three ignored in a row at most one in 28 days; after six, none: it waits in /today. Any
     answer, there too, ends the row.
  3. What is sent was claimed in the database before; a claim that was never settled is looked for
     among our own messages before anything is sent again.
  4. Consent is asked again when the card is made, at the moment of sending.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from bot.errors import DeliveryFailed, DeliveryRefused, NotAllowed, Unknown
from bot.model.cards import DigestCard
from bot.model.people import Delivery, Member
from bot.model.posts import from_us
from bot.model.suggestions import EDITED, Prompt, PromptId, PromptKind, PromptState
from bot.store import edits as store_edits
from bot.store import members as store_members
from bot.store import prompts as store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card, Notice
    from bot.model.people import CommunityId, DiscordId
    from bot.store.database import Database, Writer

log = logging.getLogger(__name__)

UNASKED_PER_WEEK = 2
WEEK = timedelta(days=7)
MONTH = timedelta(days=28)
IGNORED_UNTIL_MONTHLY = 3
IGNORED_UNTIL_SILENT = 6
PLANNED_AHEAD = frozenset({PromptKind.CHECK_IN, PromptKind.CHANGED, PromptKind.TRIED})
"""Planned weeks before they are due: how they are wanted is asked again when they are sent."""
_OVER = (PromptState.EXPIRED, PromptState.ENDED)
CLAIM_LASTS = timedelta(minutes=2)
RETRY_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A prompt with its card, ready to be put into the reader's language and sent."""

    prompt: Prompt
    card: Card
    locale: str


@dataclass(frozen=True, slots=True)
class Sent:
    """Where Discord has the message. `channel` is the thread, where the prompt opened one."""

    message: int
    channel: int


class Courier(Protocol):
    """Whoever can reach Discord; the cog."""

    async def send(self, outgoing: Outgoing) -> Sent:
        """Sends it.

        Raises:
            DeliveryRefused: it can not be delivered, ever.
            DeliveryFailed: not now.
        """
        ...

    async def find(self, outgoing: Outgoing) -> Sent | None:
        """Looks among our own messages for one that this prompt was sent as before."""
        ...


class Owner(Protocol):
    """The service that a kind of prompt belongs to."""

    async def card_of(self, prompt: Prompt) -> Card | None:
        """What to say now; None when its ground is gone, and the prompt ends unsaid."""
        ...

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Told in the transaction that records the sending."""
        ...

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes an answer of the one it may be taken from; what to say to them."""
        ...


def digest_of(card: Card) -> str:
    """The same for the same card: whether a message that is edited has something new to say."""
    return hashlib.blake2b(repr(card).encode(), digest_size=12).hexdigest()


def waking_hour(member: Member, when: datetime) -> datetime:
    """The first instant from `when` on that lies outside the member's quiet hours.

    Quiet from 21 until 8 in Berlin: 22:30 there gives 8:00 of the next day; 12:00 gives itself.
    """
    if member.quiet_from == member.quiet_until:
        return when
    local = when.astimezone(ZoneInfo(member.zone))
    inside = (
        member.quiet_from <= local.hour < member.quiet_until
        if member.quiet_from < member.quiet_until
        else local.hour >= member.quiet_from or local.hour < member.quiet_until
    )
    if not inside:
        return when
    wake = local.replace(hour=member.quiet_until, minute=0, second=0, microsecond=0, fold=0)
    if wake <= local:
        wake += timedelta(days=1)
    return wake.astimezone(when.tzinfo)


async def plan_personal(
    tx: Writer,
    ids: Ids,
    member: Member,
    kind: PromptKind,
    subject: int,
    *,
    now: datetime,
    expires_at: datetime,
    due_at: datetime | None = None,
    unasked: bool = True,
) -> bool:
    """Plans something for one member, by the delivery they chose; False when it was planned before.

    Those who chose DMs get it at their hour; for all others it waits in /today. `unasked` is false
    for what answers something they asked for: it does not count against the two a week.
    """
    due = due_at or now
    by_dm = member.delivery is Delivery.DM
    return await store.add_prompt(
        tx,
        Prompt(
            id=PromptId(ids.next()),
            community=member.community,
            kind=kind,
            subject=subject,
            recipient=member.discord_id,
            channel=None,
            due_at=waking_hour(member, due) if by_dm else due,
            expires_at=expires_at,
            unasked=unasked,
            state=PromptState.DUE if by_dm else PromptState.WAITING,
        ),
    )


async def plan_public(
    tx: Writer,
    ids: Ids,
    community: CommunityId,
    kind: PromptKind,
    subject: int,
    *,
    channel: int,
    due_at: datetime,
    expires_at: datetime,
) -> bool:
    """Plans a message to a channel or thread; False when it was planned before."""
    return await store.add_prompt(
        tx,
        Prompt(
            id=PromptId(ids.next()),
            community=community,
            kind=kind,
            subject=subject,
            recipient=None,
            channel=channel,
            due_at=due_at,
            expires_at=expires_at,
            unasked=False,
            state=PromptState.DUE,
        ),
    )


@runtime_checkable
class Resourceful(Protocol):
    """An owner that knows what to do where something can not be delivered for good."""

    async def refused(self, tx: Writer, prompt: Prompt) -> None:
        """Told in the transaction that ends the prompt."""
        ...


@runtime_checkable
class Together(Protocol):
    """An owner that can tell for less what several of its prompts are to say."""

    async def cards_of(self, prompts: Sequence[Prompt]) -> Mapping[PromptId, Card]:
        """As `card_of`, for several of one kind; without those whose ground is gone."""
        ...


class Prompts:
    """Delivers what is due, takes answers, shows what waits."""

    def __init__(
        self, db: Database, clock: Clock, ids: Ids, owners: Mapping[PromptKind, Owner]
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._owners: dict[PromptKind, Owner] = {**owners, PromptKind.DIGEST: _Digest(db, clock)}

    async def next_due(self) -> datetime | None:
        """When there is something to do next."""
        async with self._db.read() as tx:
            us = await store.next_due_us(tx)
        return None if us is None else from_us(us)

    async def deliver_due(self, courier: Courier, *, personal: bool | None = None) -> int:
        """Sends everything that is due; how many messages went out.

        `personal`: only what goes to members, or only what goes to channels: neither waits for
        the other. One claim at a time, the most urgent first: a prompt that fails by a bug of ours
        stays claimed and is settled later, while the next heartbeat goes on with the others.
        """
        await self._settle(courier)
        count = 0
        while await self._is_due(personal):
            async with self._db.write() as tx:
                await store.expire(tx, self._clock.now())
                claims = await store.claim_due(tx, self._clock.now(), 1, personal=personal)
            if not claims:
                break
            count += await self._deliver(claims[0], courier)
        return count

    async def _is_due(self, personal: bool | None) -> bool:
        """Looked at first: most heartbeats find nothing, and need not wait for those who write."""
        async with self._db.read() as tx:
            return await store.any_due(tx, self._clock.now(), personal=personal)

    async def _settle(self, courier: Courier) -> None:
        now = self._clock.now()
        async with self._db.read() as tx:
            if not await store.any_stale(tx, now - CLAIM_LASTS):
                return
        async with self._db.write() as tx:
            stale = await store.claim_stale(tx, now - CLAIM_LASTS, now, 100)
        for prompt in stale:
            outgoing = await self.outgoing(prompt)
            try:
                found = None if outgoing is None else await courier.find(outgoing)
            except DeliveryRefused:
                found = None
            except DeliveryFailed:
                continue
            if found is None:
                await self._release(prompt, PromptState.DUE, now)
            else:
                await self._record(prompt, found)

    async def _deliver(self, prompt: Prompt, courier: Courier) -> int:
        now = self._clock.now()
        if prompt.recipient is not None and prompt.unasked:
            allowed_at = await self._allowed_at(prompt.recipient, now)
            if allowed_at is not None and prompt.kind in PLANNED_AHEAD:
                allowed_at = await self._wanted_at(prompt, allowed_at)
            if allowed_at is None:
                await self._release(prompt, PromptState.WAITING, now)
                return 0
            if allowed_at > now:
                await self._release(prompt, PromptState.DUE, allowed_at)
                return 0
        outgoing = await self.outgoing(prompt)
        if outgoing is None:
            await self._release(prompt, PromptState.ENDED, now)
            return 0
        try:
            sent = await courier.send(outgoing)
        except DeliveryRefused as exc:
            log.info("a prompt can not be delivered: %s prompt=%d", exc, prompt.id)
            state = PromptState.WAITING if exc.closed_dms else PromptState.ENDED
            async with self._db.write() as tx:
                await store.release(tx, prompt.id, state, now)
                owner = self._owners[prompt.kind]
                if state is PromptState.ENDED and isinstance(owner, Resourceful):
                    await owner.refused(tx, prompt)
            return 0
        except DeliveryFailed as exc:
            log.warning("a prompt is tried again: %s prompt=%d", exc, prompt.id)
            await self._release(prompt, PromptState.DUE, now + RETRY_AFTER)
            return 0
        await self._record(prompt, sent, digest_of(outgoing.card))
        return 1

    async def _record(self, prompt: Prompt, sent: Sent, shown: str = "") -> None:
        now = self._clock.now()
        async with self._db.write() as tx:
            await store.mark_sent(tx, prompt.id, sent.message, sent.channel, now)
            if prompt.kind in EDITED:
                await store_edits.said(tx, prompt.id, shown, now)
            await self._owners[prompt.kind].sent(tx, prompt, sent)

    async def _release(self, prompt: Prompt, state: PromptState, due_at: datetime) -> None:
        async with self._db.write() as tx:
            await store.release(tx, prompt.id, state, due_at)

    async def _allowed_at(self, recipient: DiscordId, now: datetime) -> datetime | None:
        """When the budget lets one more unasked message through; None: never, it waits."""
        async with self._db.read() as tx:
            history = await store.unasked_of(tx, recipient)
            heard = await store.last_answer_of(tx, recipient)
        ignored = 0
        for sent_at, answered_at in history:
            if answered_at is not None or (heard is not None and sent_at <= heard):
                break
            ignored += sent_at <= now - WEEK
        if ignored >= IGNORED_UNTIL_SILENT:
            return None
        if ignored >= IGNORED_UNTIL_MONTHLY:
            return max(now, history[0][0] + MONTH)
        if len(history) >= UNASKED_PER_WEEK:
            return max(now, history[UNASKED_PER_WEEK - 1][0] + WEEK)
        return now

    async def _wanted_at(self, prompt: Prompt, when: datetime) -> datetime | None:
        """When somebody wants it who may have chosen anew since it was planned; None: it waits."""
        if prompt.recipient is None:
            return when
        async with self._db.read() as tx:
            member = await store_members.get_member(tx, prompt.community, prompt.recipient)
        if member is None or member.left_at is not None:
            return when  # and its ground is gone
        paused = member.paused_until is not None and member.paused_until > when
        if paused or member.delivery is not Delivery.DM:
            return None
        return waking_hour(member, when)

    async def outgoing(self, prompt: Prompt) -> Outgoing | None:
        """The prompt with what it is to say now; None when its ground is gone."""
        async with self._db.read() as tx:
            community = await store_members.get_community(tx, prompt.community)
            member = (
                None
                if prompt.recipient is None
                else await store_members.get_member(tx, prompt.community, prompt.recipient)
            )
        if community is None or community.removed_at is not None:
            return None
        if prompt.recipient is not None and (member is None or member.left_at is not None):
            return None
        card = await self._owners[prompt.kind].card_of(prompt)
        if card is None:
            return None
        return Outgoing(prompt, card, community.locale if member is None else member.locale)

    async def cards_together(self, prompts: Iterable[Prompt]) -> dict[PromptId, Card]:
        """What they would say now, of those of which that can be told together."""
        cards: dict[PromptId, Card] = {}
        by_kind: dict[PromptKind, list[Prompt]] = {}
        for prompt in prompts:
            by_kind.setdefault(prompt.kind, []).append(prompt)
        for kind, some in by_kind.items():
            owner = self._owners[kind]
            if isinstance(owner, Together):
                cards |= await owner.cards_of(some)
        return cards

    async def pressed(self, prompt_id: PromptId, by: DiscordId) -> Prompt:
        """The prompt whose button somebody pressed.

        Raises:
            Unknown: there is no such prompt any more.
            NotAllowed: it was for somebody else.
        """
        async with self._db.read() as tx:
            prompt = await store.get_prompt(tx, prompt_id)
        if prompt is None:
            raise Unknown("prompt_unknown")
        if prompt.recipient is not None and prompt.recipient != by:
            raise NotAllowed("prompt_of_another")
        return prompt

    async def answer(self, prompt: Prompt, answer: str, by: DiscordId, line: str = "") -> Notice:
        """Takes an answer; what to say to the one who gave it. The row decides what counts."""
        notice = await self._owners[prompt.kind].answered(prompt, answer, by, line)
        if notice.key == "answer_taken" and prompt.state in _OVER:
            return replace(notice, key="answer_over")  # nobody answered: it had its time
        return notice

    async def waiting(
        self, community: CommunityId, member: DiscordId
    ) -> tuple[list[Outgoing], int]:
        """The first thing that waits for a member, ready to show, and how many more there are.

        The list is empty or holds one; what lost its ground in the meantime is ended on the way.
        """
        async with self._db.read() as tx:
            prompts = await store.waiting_for(tx, community, member, self._clock.now())
        for position, prompt in enumerate(prompts):
            outgoing = await self.outgoing(prompt)
            if outgoing is not None:
                return [outgoing], len(prompts) - position - 1
            async with self._db.write() as tx:
                await store.end_prompts_of(tx, prompt.kind, prompt.subject)
        return [], 0

    async def plan_digests(self, community: CommunityId, week: int) -> int:
        """Plans the weekly DM of those who chose it and for whom something waits."""
        now = self._clock.now()
        planned = 0
        async with self._db.write() as tx:
            for member in await store_members.members_of(tx, community):
                if member.delivery is not Delivery.DIGEST:
                    continue
                if not await store.waiting_for(tx, community, member.discord_id, now):
                    continue
                planned += await store.add_prompt(
                    tx,
                    Prompt(
                        id=PromptId(self._ids.next()),
                        community=community,
                        kind=PromptKind.DIGEST,
                        subject=week,
                        recipient=member.discord_id,
                        channel=None,
                        due_at=waking_hour(member, now),
                        expires_at=now + timedelta(days=5),
                        unasked=True,
                        state=PromptState.DUE,
                    ),
                )
        return planned


class _Digest:
    """The owner of digests: says how many things wait."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def card_of(self, prompt: Prompt) -> Card | None:
        if prompt.recipient is None:
            return None
        async with self._db.read() as tx:
            waiting = await store.waiting_for(
                tx, prompt.community, prompt.recipient, self._clock.now()
            )
            community = await store_members.get_community(tx, prompt.community)
        if not waiting or community is None:
            return None
        return DigestCard(len(waiting), community.name)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        raise Unknown("prompt_unknown")
