"""Whoever proved that an account is theirs is told so, once: the code has done its work."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import LinkedCard, Notice
from bot.model.people import AccountId, person_of_member
from bot.model.suggestions import PromptKind
from bot.services.prompts import plan_personal
from bot.store import claims as store
from bot.store import members as store_members
from bot.store import prompts as store_prompts

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.people import DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Writer

LASTS = timedelta(days=14)


class Linking:
    """Plans and owns the prompt LINKED."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def next_due(self) -> datetime | None:
        """Now, while somebody is to be told."""
        async with self._db.read() as tx:
            return self._clock.now() if await store.found(tx) else None

    async def tell_due(self) -> int:
        """Tells everybody whose code was found, in the first of their communities; how many."""
        now, planned = self._clock.now(), 0
        async with self._db.write() as tx:
            for community, person, account in await store.found(tx):
                member = await store_members.member_by_person(tx, community, person)
                if member is not None:
                    planned += await plan_personal(
                        tx,
                        self._ids,
                        member,
                        PromptKind.LINKED,
                        account,
                        now=now,
                        expires_at=now + LASTS,
                        unasked=False,
                    )
            await store.drop_found(tx)
        return planned

    async def card_of(self, prompt: Prompt) -> Card | None:
        """The account, while it is theirs."""
        if prompt.recipient is None:
            return None
        person = person_of_member(prompt.recipient)
        async with self._db.read() as tx:
            account = await store.linked_account(tx, AccountId(prompt.subject), person)
        if account is None:
            return None
        return LinkedCard(account.platform, account.handle or account.native_id)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing else depends on it."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Done].

        Raises:
            Unknown: there is no such answer.
        """
        if answer != "done":
            raise Unknown("prompt_unknown")
        async with self._db.write() as tx:
            if not await store_prompts.mark_answered(tx, prompt.id, answer, self._clock.now()):
                return Notice("answer_taken", next_waits=True)
        return Notice("linked_done", next_waits=True)
