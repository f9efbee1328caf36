"""/ask: what somebody asks goes to two or three who said they help with that, and to nobody else.

Invariants:
  1. Those who are asked see who asks; who asks sees a name only of those who said yes.
  2. Weak ties come first, strong ones last; nobody is asked twice a week, or four times a month.
  3. What nobody answered within 48 hours is said so, once, and goes public only by who asked it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import Invalid, NotAllowed, Unknown
from bot.model.asks import Ask, AskId, AskKind, AskState, Help, HelpId
from bot.model.cards import AskCard, AskOpenCard, HelpCard, Notice, ThankedCard
from bot.model.people import Stance, person_of_member
from bot.model.suggestions import PromptKind
from bot.services import shown
from bot.services.helpers import ASKED_AT_MOST, helpers_for
from bot.services.prompts import plan_personal, plan_public
from bot.store import asks as store
from bot.store import connections as store_connections
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import reports as store_reports

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import CommunityId, DiscordId, Member, PersonId
    from bot.model.suggestions import Prompt
    from bot.services.network import Network
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

ASKS_PER_WEEK = 3
QUESTION_AT_MOST, FIELD_AT_MOST = 300, 40
WAITS = timedelta(hours=48)
LASTS = timedelta(days=14)
_WEEK = timedelta(days=7)
_OPEN = frozenset({AskState.ASKED, AskState.UNANSWERED, AskState.PUBLIC, AskState.ANSWERED})


class Asks:
    """Owns the prompts ASK, HELPING, HELP_BY_LINKS, THANKED, ASK_OPEN and ASK_PUBLIC."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, network: Network) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._network = network

    # ---- asking

    async def fields(self, community: CommunityId) -> list[str]:
        """What members said they can help with, in order."""
        async with self._db.read() as tx:
            members = await store_members.members_of(tx, community)
        return sorted({f.field for m in members for f in m.fields if f.stance is Stance.HELP})

    async def ask(self, member: Member, kind: AskKind, field: str, question: str) -> Notice:
        """Asks those who may know; says that there is nobody where there is nobody.

        Raises:
            Invalid: nothing was asked, or about no field.
            NotAllowed: that was the fourth this week.
        """
        about = " ".join(field.casefold().split())[:FIELD_AT_MOST]
        said = " ".join(question.split())[:QUESTION_AT_MOST]
        if not said:
            raise Invalid("ask_empty")
        if not about and kind is not AskKind.COMPANY:
            raise Invalid("ask_no_field")
        graph, now = await self._network.graph(), self._clock.now()
        async with self._db.write() as tx:
            if await store.asked_since(tx, member.person, now - _WEEK) >= ASKS_PER_WEEK:
                raise NotAllowed("ask_enough")
            ask = Ask(
                id=AskId(self._ids.next()),
                community=member.community,
                asker=member.person,
                kind=kind,
                field=about,
                question=said,
                state=AskState.ASKED,
                created_at=now,
            )
            await store.add_ask(tx, ask)
            helpers = await helpers_for(tx, graph, member, about, now)
            for helper in helpers:
                help_ = Help(HelpId(self._ids.next()), ask.id, helper.person, now)
                await store.add_help(tx, help_)
                await plan_personal(
                    tx, self._ids, helper, PromptKind.ASK, help_.id, now=now, expires_at=now + LASTS
                )
            if not helpers:
                await self._tell_unanswered(tx, ask, member)
                return Notice("ask_nobody", next_waits=True)
        return Notice("ask_done")

    async def _tell_unanswered(self, tx: Writer, ask: Ask, asker: Member) -> None:
        """Who asked hears it by the way they chose: it is the answer to what they asked for."""
        now = self._clock.now()
        if not await store.move(tx, ask.id, AskState.ASKED, AskState.UNANSWERED):
            return
        await plan_personal(
            tx,
            self._ids,
            asker,
            PromptKind.ASK_OPEN,
            ask.id,
            now=now,
            expires_at=now + LASTS,
            unasked=False,
        )

    # ---- what time does

    async def look_after(self) -> int:
        """Says of what nobody answered for 48 hours that nobody did; how many."""
        now = self._clock.now()
        told = 0
        async with self._db.write() as tx:
            for ask in await store.waiting_since(tx, now - WAITS):
                asker = await store_members.member_by_person(tx, ask.community, ask.asker)
                if asker is None or asker.left_at is not None:
                    await store.move(tx, ask.id, AskState.ASKED, AskState.DROPPED)
                    continue
                await self._tell_unanswered(tx, ask, asker)
                told += 1
        return told

    async def next_due(self) -> datetime | None:
        """When `look_after` has something to do next."""
        async with self._db.read() as tx:
            oldest = await store.oldest_waiting(tx)
        return None if oldest is None else oldest + WAITS

    # ---- what is said

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question, or the thread, as long as both are there."""
        async with self._db.read() as tx:
            if prompt.kind in (PromptKind.ASK_OPEN, PromptKind.ASK_PUBLIC):
                return await self._card_of_ask(tx, prompt)
            help_ = await store.get_help(tx, HelpId(prompt.subject))
            ask = None if help_ is None else await store.get_ask(tx, help_.ask)
            if ask is None or help_ is None or ask.state not in _OPEN:
                return None
            asker, helper = await self._both(tx, ask, help_.person)
            if asker is None or helper is None:
                return None
            if prompt.kind is PromptKind.ASK:
                if help_.accepted_at is not None:
                    return None
                return AskCard(shown.by_name(asker), ask.kind, ask.field, ask.question)
            if help_.accepted_at is None:
                return None
            if prompt.kind is PromptKind.HELPING:
                a, b = shown.introduced(asker), shown.introduced(helper)
                return HelpCard(a, b, ask.question)
            if prompt.kind is PromptKind.THANKED:
                return ThankedCard(shown.by_name(asker), shown.by_name(helper))
            other = helper if prompt.recipient == asker.discord_id else asker
            return await shown.by_links(tx, other)

    async def _card_of_ask(self, tx: Reader, prompt: Prompt) -> Card | None:
        ask = await store.get_ask(tx, AskId(prompt.subject))
        if ask is None:
            return None
        asker = await store_members.member_by_person(tx, ask.community, ask.asker)
        if asker is None or asker.left_at is not None:
            return None
        if prompt.kind is PromptKind.ASK_PUBLIC:
            if ask.state not in (AskState.PUBLIC, AskState.ANSWERED):
                return None
            by = shown.by_name(asker)
            return AskCard(by, ask.kind, ask.field, ask.question, public=True)
        if ask.state is not AskState.UNANSWERED:
            return None
        return AskOpenCard(ask.question, bool(await store.helps_of(tx, ask.id)))

    async def _both(
        self, tx: Reader, ask: Ask, helper: PersonId
    ) -> tuple[Member | None, Member | None]:
        found = []
        for person in (ask.asker, helper):
            one = await store_members.member_by_person(tx, ask.community, person)
            found.append(None if one is None or one.left_at is not None else one)
        if await store_members.is_blocked(tx, ask.asker, helper):
            return None, None
        return found[0], found[1]

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Keeps where the two talk."""
        if prompt.kind is PromptKind.HELPING:
            await store.set_thread(tx, HelpId(prompt.subject), sent.channel)

    async def refused(self, tx: Writer, prompt: Prompt) -> None:
        """No thread can be opened: each of the two gets the other's name and public addresses."""
        help_ = await store.get_help(tx, HelpId(prompt.subject))
        ask = None if help_ is None else await store.get_ask(tx, help_.ask)
        if prompt.kind is not PromptKind.HELPING or help_ is None or ask is None:
            return
        now, kind = self._clock.now(), PromptKind.HELP_BY_LINKS
        for one in await self._both(tx, ask, help_.person):
            if one is not None:
                await plan_personal(
                    tx, self._ids, one, kind, help_.id, now=now, expires_at=now + LASTS,
                    unasked=False,
                )  # fmt: skip

    # ---- what is answered

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Takes an answer of who helps or who asked.

        Raises:
            Unknown: there is no such answer.
            NotAllowed: it is not theirs to give.
        """
        person = person_of_member(by)
        match prompt.kind, answer:
            case PromptKind.ASK, "yes" | "no":
                return await self._answer_of_helper(prompt, answer)
            case PromptKind.ASK_OPEN, "publish" | "drop":
                return await self._answer_of_asker(prompt, answer)
            case PromptKind.ASK_PUBLIC, "help":
                return await self._offer(prompt, by, person)
            case PromptKind.HELPING, "thanks":
                return await self._thank(prompt, person)
            case PromptKind.HELPING | PromptKind.HELP_BY_LINKS, "wrong":
                return await self._something_is_wrong(prompt, person)
            case PromptKind.HELP_BY_LINKS, "done":
                async with self._db.write() as tx:
                    await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now())
                return Notice("follow_up_done", next_waits=True)
        raise Unknown("prompt_unknown")

    async def _answer_of_helper(self, prompt: Prompt, answer: str) -> Notice:
        now = self._clock.now()
        card = await self.card_of(prompt)
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            if answer == "no":
                return Notice("ask_no", next_waits=True)
            help_ = await store.get_help(tx, HelpId(prompt.subject))
            if card is None or help_ is None or not await store.accept(tx, help_.id, now):
                return Notice("answer_over", next_waits=True)
            await self._meet(tx, prompt.community, help_)
        return Notice("ask_yes", next_waits=True)

    async def _meet(self, tx: Writer, community_id: CommunityId, help_: Help) -> None:
        for before in (AskState.ASKED, AskState.UNANSWERED, AskState.PUBLIC):
            await store.move(tx, help_.ask, before, AskState.ANSWERED)
        await store_prompts.end_prompts_of(tx, PromptKind.ASK_OPEN, help_.ask)
        community = await store_members.get_community(tx, community_id)
        if community is not None and community.prompt_channel is not None:
            now = self._clock.now()
            await plan_public(
                tx,
                self._ids,
                community_id,
                PromptKind.HELPING,
                help_.id,
                channel=community.prompt_channel,
                due_at=now,
                expires_at=now + LASTS,
            )

    async def _answer_of_asker(self, prompt: Prompt, answer: str) -> Notice:
        now, ask_id = self._clock.now(), AskId(prompt.subject)
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            after = AskState.PUBLIC if answer == "publish" else AskState.DROPPED
            if not await store.move(tx, ask_id, AskState.UNANSWERED, after):
                return Notice("answer_over", next_waits=True)
            if after is AskState.DROPPED:
                for help_ in await store.helps_of(tx, ask_id):
                    await store_prompts.end_prompts_of(tx, PromptKind.ASK, help_.id)
                return Notice("ask_dropped", next_waits=True)
            community = await store_members.get_community(tx, prompt.community)
            if community is not None and community.prompt_channel is not None:
                await plan_public(
                    tx,
                    self._ids,
                    community.id,
                    PromptKind.ASK_PUBLIC,
                    ask_id,
                    channel=community.prompt_channel,
                    due_at=now,
                    expires_at=now + LASTS,
                )
        return Notice("ask_published", next_waits=True)

    async def _offer(self, prompt: Prompt, by: DiscordId, person: PersonId) -> Notice:
        """Somebody offers help to what was asked in public."""
        now = self._clock.now()
        async with self._db.write() as tx:
            ask = await store.get_ask(tx, AskId(prompt.subject))
            helper = await store_members.get_member(tx, prompt.community, by)
            if helper is None or helper.left_at is not None:
                raise Unknown("not_a_member")
            if ask is None or ask.state not in (AskState.PUBLIC, AskState.ANSWERED):
                return Notice("answer_over")
            if ask.asker == person:
                raise NotAllowed("ask_own")
            helps = await store.helps_of(tx, ask.id)
            mine = next((h for h in helps if h.person == person), None)
            if mine is not None and mine.accepted_at is not None:
                return Notice("answer_taken")
            if sum(h.accepted_at is not None for h in helps) >= ASKED_AT_MOST:
                return Notice("ask_has_enough")
            if await store_members.is_blocked(tx, ask.asker, person):
                return Notice("answer_over")
            if mine is None:
                mine = Help(HelpId(self._ids.next()), ask.id, person, now, accepted_at=now)
                await store.add_help(tx, mine)
            else:
                await store.accept(tx, mine.id, now)
                await store_prompts.end_prompts_of(tx, PromptKind.ASK, mine.id)
            await self._meet(tx, prompt.community, mine)
        return Notice("ask_yes")

    async def _thank(self, prompt: Prompt, person: PersonId) -> Notice:
        """One press of who asked: kept as the other's contribution, and said in the thread."""
        now = self._clock.now()
        async with self._db.write() as tx:
            help_ = await store.get_help(tx, HelpId(prompt.subject))
            ask = None if help_ is None else await store.get_ask(tx, help_.ask)
            if help_ is None or ask is None:
                raise Unknown("prompt_unknown")
            if ask.asker != person:
                raise NotAllowed("ask_thanks_of_asker")
            if not await store.thank(tx, help_.id, now):
                return Notice("answer_taken")
            kept = await store_connections.connection_with(tx, person, help_.person)
            if kept is not None:
                changed = replace(kept, thanked_at=now, contact_at=now)
                await store_connections.save_connection(tx, changed)
            if help_.thread is not None:
                await plan_public(
                    tx,
                    self._ids,
                    prompt.community,
                    PromptKind.THANKED,
                    help_.id,
                    channel=help_.thread,
                    due_at=now,
                    expires_at=now + LASTS,
                )
        return Notice("ask_thanked")

    async def _something_is_wrong(self, prompt: Prompt, person: PersonId) -> Notice:
        async with self._db.write() as tx:
            help_ = await store.get_help(tx, HelpId(prompt.subject))
            ask = None if help_ is None else await store.get_ask(tx, help_.ask)
            if help_ is None or ask is None:
                raise Unknown("prompt_unknown")
            if person not in (ask.asker, help_.person):
                raise NotAllowed("prompt_of_another")
            other = help_.person if person == ask.asker else ask.asker
            about = (store_reports.About.HELP, help_.id)
            now, report = self._clock.now(), self._ids.next()
            await store_reports.add_report(tx, report, ask.community, about, person, now)
            await store_members.add_block(tx, person, other, now)
        return Notice("ask_wrong")
