"""Messages of ours that link a post which is gone, or speak of who was erased: edited, or deleted.

Invariants:
  1. Which messages those are is noted in the transaction that removes the post.
  2. A note stays until Discord has done it, or says that the message is gone.
  3. Nobody is asked anything anew: a card that was answered, or has no ground left, is deleted.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.suggestions import PromptKind, PromptState
from bot.services.prompts import Sent
from bot.store import prompts as store_prompts
from bot.store import stale as store

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.model.people import CommunityId
    from bot.model.suggestions import PromptId
    from bot.services.prompts import Outgoing, Prompts
    from bot.store.database import Database
    from bot.store.stale import Orphan

log = logging.getLogger(__name__)

_AT_ONCE = 20
_SAID_TO_ALL = frozenset({PromptKind.RECAP, PromptKind.QUESTION, PromptKind.INTRODUCED})
"""They say what is so, whoever answered them: they are said anew."""


class Corrector(Protocol):
    """Whoever can change and delete a message of ours; the cog."""

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Lets the message say this now."""
        ...

    async def delete(self, sent: Sent, community: CommunityId | None) -> None:
        """Deletes the message; without a community it is a direct one.

        Raises:
            DeliveryRefused: it is gone already, or out of reach for good.
            DeliveryFailed: not now.
        """
        ...


class Corrections:
    """Takes what is gone out of what was said."""

    def __init__(self, db: Database, clock: Clock, prompts: Prompts) -> None:
        self._db = db
        self._clock = clock
        self._prompts = prompts

    async def next_due(self) -> datetime | None:
        """At once, where something is to be put right."""
        async with self._db.read() as tx:
            any_ = await store.stale(tx, 1) or await store.orphans(tx, 1)
        return self._clock.now() if any_ else None

    async def correct_due(self, corrector: Corrector) -> int:
        """Puts right what is noted, a few at once; how many messages."""
        async with self._db.read() as tx:
            stale = await store.stale(tx, _AT_ONCE)
            orphans = await store.orphans(tx, _AT_ONCE)
        done = [await self._correct(prompt, corrector) for prompt in stale]
        return sum([*done, *[await self._bury(orphan, corrector) for orphan in orphans]])

    async def _bury(self, orphan: Orphan, corrector: Corrector) -> bool:
        """Deletes what was said of somebody who was erased since."""
        done = False
        try:
            await corrector.delete(Sent(orphan.message, orphan.channel), orphan.community)
            done = True
        except DeliveryRefused as exc:
            log.info("a message can not be deleted: %s", exc)
        except DeliveryFailed as exc:
            log.warning("a message is deleted later: %s", exc)
            return False
        async with self._db.write() as tx:
            await store.buried(tx, orphan)
        return done

    async def _correct(self, prompt_id: PromptId, corrector: Corrector) -> bool:
        async with self._db.read() as tx:
            prompt = await store_prompts.get_prompt(tx, prompt_id)
        done = False
        if prompt is not None and prompt.message is not None and prompt.sent_channel is not None:
            sent = Sent(prompt.message, prompt.sent_channel)
            open_ = prompt.state in (PromptState.SENT, PromptState.WAITING)
            says_more = open_ or prompt.kind in _SAID_TO_ALL
            outgoing = await self._prompts.outgoing(prompt) if says_more else None
            try:
                if outgoing is None:
                    here = None if prompt.channel is None else prompt.community
                    await corrector.delete(sent, here)
                else:
                    await corrector.edit(outgoing, sent)
                done = True
            except DeliveryRefused as exc:
                log.info("a message can not be put right: %s prompt=%d", exc, prompt.id)
            except DeliveryFailed as exc:
                log.warning("a message is put right later: %s prompt=%d", exc, prompt.id)
                return False
        async with self._db.write() as tx:
            await store.put_right(tx, prompt_id)
        return done
