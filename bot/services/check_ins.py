"""After two yeses: did you talk, a week later; did it change something, two months later.

One press each, and nothing hangs on it: what is kept is the answer, for whoever gave it and as a
count in the organiser's letter. The other side never learns of it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import CheckInCard, Notice
from bot.model.people import person_of_member
from bot.model.suggestions import IntroductionId, IntroductionState, PromptKind
from bot.services import shown
from bot.services.prompts import plan_personal
from bot.store import connections as store_connections
from bot.store import members as store_members
from bot.store import prompts as store_prompts
from bot.store import suggestions as store

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import DiscordId, Member, PersonId
    from bot.model.suggestions import Introduction, Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

AFTER = {PromptKind.CHECK_IN: timedelta(days=7), PromptKind.CHANGED: timedelta(days=60)}
"""So long after the second yes."""
LASTS = timedelta(days=21)


async def plan_check_ins(
    tx: Writer, ids: Ids, introduction: IntroductionId, both: Iterable[Member], now: datetime
) -> None:
    """Plans both questions for each of the two; whether they may be asked is seen when they are."""
    for one in both:
        for kind, after in AFTER.items():
            due = now + after
            await plan_personal(
                tx, ids, one, kind, introduction, now=now, due_at=due, expires_at=due + LASTS
            )


class CheckIns:
    """Owns the prompts CHECK_IN and CHANGED."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The question, as long as both are there and neither said that something was wrong."""
        async with self._db.read() as tx:
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            if introduction is None or prompt.recipient is None:
                return None
            other = await self._other(tx, introduction, person_of_member(prompt.recipient))
        if other is None:
            return None
        return CheckInCard(shown.by_name(other), prompt.kind is PromptKind.CHANGED)

    async def _other(
        self, tx: Reader, introduction: Introduction, person: PersonId
    ) -> Member | None:
        """Whom this one of the two was introduced to, if they are still to be spoken of."""
        if introduction.state is not IntroductionState.MADE:
            return None
        other_id = introduction.b if person == introduction.a else introduction.a
        if await store_members.is_blocked(tx, person, other_id):
            return None
        other = await store_members.member_by_person(tx, introduction.community, other_id)
        return None if other is None or other.left_at is not None else other

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """Keeps the answer; that they talked is contact, and the time of the next look starts anew.

        Raises:
            Unknown: there is no such answer.
        """
        if answer not in ("yes", "no"):
            raise Unknown("prompt_unknown")
        now, person = self._clock.now(), person_of_member(by)
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, now):
                return Notice("answer_taken", next_waits=True)
            introduction = await store.get_introduction(tx, IntroductionId(prompt.subject))
            if answer == "yes" and introduction is not None:
                other = introduction.b if person == introduction.a else introduction.a
                kept = await store_connections.connection_with(tx, person, other)
                if kept is not None:
                    await store_connections.save_connection(tx, replace(kept, contact_at=now))
        if prompt.kind is PromptKind.CHANGED:
            return Notice(f"changed_{answer}", next_waits=True)
        return Notice(f"check_in_{answer}", next_waits=True)
