"""Introductions: A is asked, then B; two yeses make it. A never learns of B's no, or of silence.

Every answer is one transaction, and moves the state only from where it was read, so pressing twice,
both pressing at once, or pressing too late changes nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import NotAllowed, Unknown
from bot.model.cards import (
    GoBetween,
    IntroducedCard,
    IntroductionCard,
    Notice,
    SuggestionCard,
    WhyCard,
)
from bot.model.introductions import Event, next_state
from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import person_of_member
from bot.model.suggestions import IntroductionId, IntroductionState, PromptKind
from bot.services import shown
from bot.services.check_ins import plan_check_ins
from bot.services.prompts import plan_personal, plan_public
from bot.store import members as store_members
from bot.store import network as store_network
from bot.store import prompts as store_prompts
from bot.store import reports as store_reports
from bot.store import suggestions as store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card, ReasonShown
    from bot.model.people import Community, CommunityId, DiscordId, Member, PersonId
    from bot.model.suggestions import Introduction, Prompt, Suggestion
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

LASTS = timedelta(days=14)
"""How long a question stays open; then it ends, silently."""
LINE_AT_MOST = 200
THREAD_LASTS = timedelta(days=14)
_S = IntroductionState


@dataclass(frozen=True, slots=True)
class Held:
    """An introduction that waits for an organiser."""

    id: IntroductionId
    a: str
    b: str
    line: str
    since: datetime


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a card stands on, all of it checked at one moment."""

    introduction: Introduction
    suggestion: Suggestion
    community: Community
    a: Member
    b: Member


class Introductions:
    """Owns the prompts SUGGESTION, INTRODUCTION and INTRODUCED."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, *, review_all: bool = False) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._review_all = review_all

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The card as it may be shown now; without ground the introduction is withdrawn."""
        async with self._db.read() as tx:
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            card = None if introduction is None else await self._card(tx, introduction, prompt)
        if card is None and introduction is not None and not introduction.state.is_over:
            async with self._db.write() as tx:
                await self._move(tx, introduction, Event.WITHDRAW)
        return card

    async def _card(self, tx: Reader, introduction: Introduction, prompt: Prompt) -> Card | None:
        if introduction.state is not _STATE_OF[prompt.kind]:
            return None
        ground = await self._ground(tx, introduction)
        if ground is None:
            return None
        if prompt.kind is PromptKind.BY_LINKS:
            other = ground.b if prompt.recipient == ground.a.discord_id else ground.a
            return await shown.by_links(tx, other)
        by = await self._go_between(tx, introduction)
        if prompt.kind is PromptKind.INTRODUCED:
            reasons = await self._reasons(tx, ground, for_b=False, link_other=True)
            a, b = shown.introduced(ground.a), shown.introduced(ground.b)
            return IntroducedCard(a, b, introduction.line, reasons, by)
        for_b = prompt.kind is PromptKind.INTRODUCTION
        reader, other = (ground.b, ground.a) if for_b else (ground.a, ground.b)
        link_other = other.show_posts if for_b else shown.link_before_yes(other)
        reasons = await self._reasons(tx, ground, for_b=for_b, link_other=link_other)
        if not reasons and by is None:
            return None
        own_field, other_field = shown.main_field(reader), shown.main_field(other)
        if for_b:
            asker = shown.by_name(other)
            return IntroductionCard(asker, introduction.line, own_field, other_field, reasons, by)
        about = shown.by_their_choice(other)
        return SuggestionCard(about, own_field, other_field, reasons, not prompt.unasked, by)

    async def _go_between(self, tx: Reader, introduction: Introduction) -> GoBetween | None:
        """Who proposed it, as long as they are there: they said it by their own name."""
        if introduction.by is None:
            return None
        by = await store_members.member_by_person(tx, introduction.community, introduction.by)
        if by is None or by.left_at is not None:
            return None
        return GoBetween(by.name, introduction.by_line)

    async def _ground(self, tx: Reader, introduction: Introduction) -> _Ground | None:
        """Everything that must still hold; None where something does not.

        Whoever is still to be asked must be open to it now; whoever said yes must only be there.
        """
        suggestion = await store.get_suggestion(tx, introduction.suggestion)
        community = await store_members.get_community(tx, introduction.community)
        a = await store_members.member_by_person(tx, introduction.community, introduction.a)
        b = await store_members.member_by_person(tx, introduction.community, introduction.b)
        if suggestion is None or community is None or a is None or b is None:
            return None
        if community.removed_at is not None or a.left_at is not None or b.left_at is not None:
            return None
        if await store_members.is_blocked(tx, a.person, b.person):
            return None
        now = self._clock.now()
        if introduction.state is _S.ASKED_A and not a.accepts_suggestions(now):
            return None
        if introduction.state is not _S.MADE and not b.accepts_suggestions(now):
            return None
        return _Ground(introduction, suggestion, community, a, b)

    async def _reasons(
        self, tx: Reader, ground: _Ground, *, for_b: bool, link_other: bool
    ) -> tuple[ReasonShown, ...]:
        reader, other = (ground.b, ground.a) if for_b else (ground.a, ground.b)
        return await shown.reasons_shown(
            tx,
            ground.community.id,
            ground.suggestion.reasons,
            reader,
            other,
            link_other=link_other,
            turned=for_b,
        )

    async def refused(self, tx: Writer, prompt: Prompt) -> None:
        """No thread can be opened: each of the two gets the other's name and public addresses."""
        introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
        if prompt.kind is not PromptKind.INTRODUCED or introduction is None:
            return
        ground = await self._ground(tx, introduction)
        if ground is None:
            return
        now = self._clock.now()
        for one in (ground.a, ground.b):
            kind = PromptKind.BY_LINKS
            expires_at = now + LASTS
            await plan_personal(
                tx, self._ids, one, kind, introduction.id, now=now, expires_at=expires_at
            )

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Keeps where the two met."""
        if prompt.kind is PromptKind.INTRODUCED:
            await store.set_thread(tx, IntroductionId(prompt.subject), sent.channel)

    # ---- what is answered

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes an answer.

        Raises:
            Unknown: there is no such answer.
            NotAllowed: it is not theirs to give.
        """
        match prompt.kind, answer:
            case PromptKind.SUGGESTION, "why":
                return await self._why(prompt)
            case PromptKind.SUGGESTION, "yes" | "no" | "known" | "never":
                return await self._answer_of_a(prompt, answer, line)
            case PromptKind.INTRODUCTION, "yes" | "no":
                return await self._answer_of_b(prompt, answer)
            case PromptKind.BY_LINKS, "done":
                async with self._db.write() as tx:
                    await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now())
                return Notice("follow_up_done", next_waits=True)
            case PromptKind.INTRODUCED | PromptKind.BY_LINKS, "wrong":
                return await self._something_is_wrong(prompt, by)
        raise Unknown("prompt_unknown")

    async def _why(self, prompt: Prompt) -> Notice:
        card = await self.card_of(prompt)
        if not isinstance(card, SuggestionCard):
            return Notice("answer_over", next_waits=True)
        answers = (("known", "button_known"), ("never", "button_never"))
        return Notice("why", answers=answers, card=WhyCard(card.about, card.reasons, card.by))

    async def _answer_of_a(self, prompt: Prompt, answer: str, line: str) -> Notice:
        now = self._clock.now()
        async with self._db.write() as tx:
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            if introduction is None:
                raise Unknown("prompt_unknown")
            counts = await store_prompts.mark_answered(tx, prompt.id, answer, now)
            if answer == "never":
                # It counts whenever it is said.
                await self._never(tx, introduction.a, introduction.b)
                return Notice("suggestion_never", next_waits=True)
            if not counts:
                return Notice("answer_taken", next_waits=True)
            if introduction.state is not _S.ASKED_A:
                return Notice("answer_over", next_waits=True)
            if answer == "yes":
                await self._yes_of_a(tx, introduction, line)
            else:
                await self._move(tx, introduction, Event.A_NO)
        return Notice(f"suggestion_{answer}", next_waits=True)

    async def _yes_of_a(self, tx: Writer, introduction: Introduction, line: str) -> None:
        """A hears the same whether B can still be asked or not."""
        ground = await self._ground(tx, introduction)
        if ground is None:
            await self._move(tx, introduction, Event.WITHDRAW)
            return
        await store.set_line(tx, introduction.id, " ".join(line.split())[:LINE_AT_MOST])
        if ground.community.review_introductions or self._review_all:
            await self._move(tx, introduction, Event.A_YES_TO_REVIEW)
        elif await self._move(tx, introduction, Event.A_YES):
            await self._ask_b(tx, ground)

    async def _ask_b(self, tx: Writer, ground: _Ground) -> None:
        now = self._clock.now()
        await plan_personal(
            tx,
            self._ids,
            ground.b,
            PromptKind.INTRODUCTION,
            ground.introduction.id,
            now=now,
            expires_at=now + LASTS,
        )

    async def _answer_of_b(self, prompt: Prompt, answer: str) -> Notice:
        now = self._clock.now()
        async with self._db.write() as tx:
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            if introduction is None:
                raise Unknown("prompt_unknown")
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            if answer == "no":
                await self._move(tx, introduction, Event.B_NO)
                return Notice("introduction_no", next_waits=True)
            ground = await self._ground(tx, introduction)
            if ground is None:
                await self._move(tx, introduction, Event.WITHDRAW)
                return Notice("answer_over", next_waits=True)
            if not await self._move(tx, introduction, Event.B_YES):
                return Notice("answer_over", next_waits=True)
            await self._make(tx, ground)
        return Notice("introduction_yes", next_waits=True)

    async def _make(self, tx: Writer, ground: _Ground) -> None:
        """Two yeses: each is in the other's network, and a thread is to be opened."""
        now = self._clock.now()
        reasons = await self._reasons(tx, ground, for_b=False, link_other=True)
        why = " · ".join(filter(None, (reasons[0].gathering, reasons[0].detail))) if reasons else ""
        for owner, person in ((ground.a, ground.b), (ground.b, ground.a)):
            await store_network.add_connection(
                tx,
                Connection(
                    id=ConnectionId(self._ids.next()),
                    owner=owner.person,
                    person=person.person,
                    kind=ReasonKind.CONVERSATION,
                    reason=why,
                    since=now,
                    origin=Origin.INTRODUCTION,
                ),
            )
        await plan_check_ins(tx, self._ids, ground.introduction.id, (ground.a, ground.b), now)
        if ground.community.prompt_channel is not None:
            await plan_public(
                tx,
                self._ids,
                ground.community.id,
                PromptKind.INTRODUCED,
                ground.introduction.id,
                channel=ground.community.prompt_channel,
                due_at=now,
                expires_at=now + THREAD_LASTS,
            )

    async def _something_is_wrong(self, prompt: Prompt, by: DiscordId) -> Notice:
        person = person_of_member(by)
        async with self._db.write() as tx:
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            if introduction is None:
                raise Unknown("prompt_unknown")
            if person not in (introduction.a, introduction.b):
                raise NotAllowed("prompt_of_another")
            other = introduction.b if person == introduction.a else introduction.a
            about = (store_reports.About.INTRODUCTION, introduction.id)
            now, report = self._clock.now(), self._ids.next()
            await store_reports.add_report(tx, report, introduction.community, about, person, now)
            await self._never(tx, person, other)
        return Notice("introduced_wrong")

    async def never(self, person: PersonId, other: PersonId) -> None:
        """Never introduce these two; what is open between them ends."""
        async with self._db.write() as tx:
            await self._never(tx, person, other)

    async def _never(self, tx: Writer, person: PersonId, other: PersonId) -> None:
        await store_members.add_block(tx, person, other, self._clock.now())
        for introduction in await store.open_between(tx, person, other):
            await self._move(tx, introduction, Event.WITHDRAW)

    async def _move(self, tx: Writer, introduction: Introduction, event: Event) -> bool:
        """Lets an event happen; False when it counts no more. Open questions end with it."""
        after = next_state(introduction.state, event)
        if after is None:
            return False
        now = self._clock.now()
        if not await store.move(tx, introduction.id, introduction.state, after, now):
            return False
        if after.is_over and after is not _S.MADE:
            for kind in (PromptKind.SUGGESTION, PromptKind.INTRODUCTION):
                await store_prompts.end_prompts_of(tx, kind, introduction.id)
        return True

    # ---- what time and organisers do

    async def expire_due(self) -> int:
        """Ends what nobody answered for two weeks; how many."""
        ended = 0
        async with self._db.write() as tx:
            for introduction in await store.open_since(tx, self._clock.now() - LASTS):
                ended += await self._move(tx, introduction, Event.EXPIRE)
        return ended

    async def next_due(self) -> datetime | None:
        """When `expire_due` has something to do next."""
        async with self._db.read() as tx:
            oldest = await store.oldest_open(tx)
        return None if oldest is None else oldest + LASTS

    async def held(self, community: CommunityId) -> list[Held]:
        """What waits for an organiser, the longest waiting first."""
        async with self._db.read() as tx:
            waiting = []
            for introduction in await store.introductions_in(tx, community, _S.HELD):
                ground = await self._ground(tx, introduction)
                if ground is not None:
                    waiting.append(
                        Held(
                            introduction.id,
                            ground.a.name,
                            ground.b.name,
                            introduction.line,
                            introduction.changed_at,
                        )
                    )
        return waiting

    async def reports(self, community: CommunityId) -> list[store_reports.Report]:
        """What members reported by [Something's wrong], the newest first."""
        async with self._db.read() as tx:
            return await store_reports.reports_of(tx, community)

    async def review(
        self, community: CommunityId, introduction_id: IntroductionId, *, let: bool
    ) -> bool:
        """An organiser lets it happen or holds it back; False when that counts no more."""
        async with self._db.write() as tx:
            introduction = await store.get_introduction(tx, introduction_id)
            if introduction is None or introduction.community != community:
                return False
            if not let:
                return await self._move(tx, introduction, Event.HOLD_BACK)
            ground = await self._ground(tx, introduction)
            if ground is None:
                await self._move(tx, introduction, Event.WITHDRAW)
                return False
            if not await self._move(tx, introduction, Event.LET):
                return False
            await self._ask_b(tx, ground)
            return True


_STATE_OF: Mapping[PromptKind, IntroductionState] = {
    PromptKind.SUGGESTION: _S.ASKED_A,
    PromptKind.INTRODUCTION: _S.ASKED_B,
    PromptKind.INTRODUCED: _S.MADE,
    PromptKind.BY_LINKS: _S.MADE,
}
"""The state in which each kind of prompt may be shown."""
