"""A look back, once a year, on the day somebody joined: for them alone, held against nobody."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import LookBackCard, Notice
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_personal
from bot.store import look_back as store
from bot.store import members as store_members
from bot.store import prompts as store_prompts

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import DiscordId, Member
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

EVERY = timedelta(days=1)
LASTS = timedelta(days=21)
_MARK = "look_back_at"


def anniversary(member: Member, year: int) -> datetime:
    """The instant in that year at which they joined; of 29 February on the 28th of other years."""
    joined = member.consent_at
    try:
        return joined.replace(year=year)
    except ValueError:
        return joined.replace(year=year, day=28)


class LookBacks:
    """Plans and owns the prompt LOOK_BACK."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def next_due(self) -> datetime:
        """A day after the last look."""
        async with self._db.read() as tx:
            last = await store_members.get_setting(tx, _MARK)
        return self._clock.now() if last is None else datetime.fromisoformat(last) + EVERY

    async def plan_due(self) -> int:
        """For everybody whose day has come since the last look; how many."""
        now, planned = self._clock.now(), 0
        if await self.next_due() > now:
            return 0
        async with self._db.write() as tx:
            kept = await store_members.get_setting(tx, _MARK)
            since = now - EVERY if kept is None else datetime.fromisoformat(kept)
            for community in await store_members.all_communities(tx):
                if community.removed_at is not None:
                    continue
                for member in await store_members.members_of(tx, community.id):
                    day = anniversary(member, now.year)
                    if not since < day <= now or member.consent_at.year == now.year:
                        continue
                    before = anniversary(member, now.year - 1)
                    year = await store.year_of(tx, member.person, before, day)
                    if year.is_empty or not member.accepts_suggestions(now):
                        continue
                    planned += await plan_personal(
                        tx, self._ids, member, PromptKind.LOOK_BACK, now.year, now=now,
                        expires_at=now + LASTS,
                    )  # fmt: skip
            await store_members.set_setting(tx, _MARK, now.isoformat())
        return planned

    async def card_of(self, prompt: Prompt) -> Card | None:
        """Their year, as what is kept of it tells it now."""
        if prompt.recipient is None:
            return None
        async with self._db.read() as tx:
            member = await store_members.get_member(tx, prompt.community, prompt.recipient)
            if member is None:
                return None
            until = anniversary(member, prompt.subject)
            since = anniversary(member, prompt.subject - 1)
            year = await store.year_of(tx, member.person, since, until)
        if year.is_empty:
            return None
        return LookBackCard(year.people, year.met, year.learned, year.tried, year.helped)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """It is read.

        Raises:
            Unknown: there is no such answer.
        """
        if answer != "done":
            raise Unknown("prompt_unknown")
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now()):
                return Notice("answer_taken", next_waits=True)
        return Notice("look_back_done", next_waits=True)
