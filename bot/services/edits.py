"""Messages that are edited: at most once a minute each, and only when what they say has changed.

Invariants:
  1. A message is looked at as often as `EDITED` says of its kind; that it is edited is written down
     before it is, so a crash or a failure costs one edit, never adds one.
  2. What it says is kept as a digest of its card: the same card is not said again.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.model.suggestions import EDITED
from bot.services.prompts import Sent, digest_of
from bot.store import edits as store
from bot.store import prompts as store_prompts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from bot.clock import Clock
    from bot.model.suggestions import Prompt, PromptId
    from bot.services.prompts import Outgoing, Prompts
    from bot.store.database import Database

log = logging.getLogger(__name__)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Editor(Protocol):
    """Whoever can change a message of ours; the cog."""

    async def edit(self, outgoing: Outgoing, sent: Sent) -> None:
        """Lets the message say this now.

        Raises:
            DeliveryRefused: it can not be edited, ever.
            DeliveryFailed: not now.
        """
        ...


class Edits:
    """Keeps what was sent up to date."""

    def __init__(self, db: Database, clock: Clock, prompts: Prompts) -> None:
        self._db = db
        self._clock = clock
        self._prompts = prompts
        self._looked: dict[PromptId, datetime] = {}
        """When each was last looked at here; that it was for nothing need not be written down."""

    async def next_due(self) -> datetime | None:
        """When messages are to be looked at again: at full minutes, or full tens of them.

        What falls due within one is looked at together.
        """
        live = await self._live()
        return min((_full(when, EDITED[message.kind]) for message, when in live), default=None)

    async def edit_due(self, editor: Editor) -> int:
        """Looks at every message whose time has come; how many were edited."""
        now = self._clock.now()
        live = await self._live()
        due = [message for message, when in live if when <= now]
        self._looked = {m.prompt: when - EDITED[m.kind] for m, when in live}
        self._looked.update((message.prompt, now) for message in due)
        if not due:
            return 0
        async with self._db.read() as tx:
            prompts = await store_prompts.get_prompts(tx, [message.prompt for message in due])
        # Most say what they said: that is told of all together, and only who differs is looked at.
        cards = await self._prompts.cards_together(prompts.values())
        same = {
            m.prompt for m in due if m.prompt in cards and digest_of(cards[m.prompt]) == m.shown
        }
        return sum(
            [
                await self._edit(prompts[message.prompt], message.shown, editor)
                for message in _in_turn(due)
                if message.prompt in prompts and message.prompt not in same
            ]
        )

    async def _live(self) -> list[tuple[store.Live, datetime]]:
        """Every message that may change still, and when to look at it again."""
        async with self._db.read() as tx:
            live = await store.live(tx, self._clock.now())
        looked = [max(m.tried_at, self._looked.get(m.prompt, m.tried_at)) for m in live]
        return [(m, at + EDITED[m.kind]) for m, at in zip(live, looked, strict=True)]

    async def _edit(self, prompt: Prompt, shown: str, editor: Editor) -> bool:
        if prompt.message is None or prompt.sent_channel is None:
            return False
        outgoing = await self._prompts.outgoing(prompt)
        if outgoing is None or digest_of(outgoing.card) == shown:
            return False
        async with self._db.write() as tx:
            await store.tried(tx, prompt.id, self._clock.now())
        try:
            await editor.edit(outgoing, Sent(prompt.message, prompt.sent_channel))
        except DeliveryRefused as exc:
            log.info("a message can not be edited: %s prompt=%d", exc, prompt.id)
            async with self._db.write() as tx:
                await store_prompts.end_prompt(tx, prompt.id)
            return False
        except DeliveryFailed as exc:
            log.warning("an edit is tried again: %s prompt=%d", exc, prompt.id)
            return False
        async with self._db.write() as tx:
            await store.says_now(tx, prompt.id, digest_of(outgoing.card), self._clock.now())
        return True


def _full(when: datetime, every: timedelta) -> datetime:
    """The first instant from then on that is a whole number of `every`."""
    return when + (_EPOCH - when) % every


def _in_turn(messages: Sequence[store.Live]) -> list[store.Live]:
    """One of each thread, then the next of each: Discord limits edits by thread."""
    count: Counter[int] = Counter()
    turns: list[tuple[int, store.Live]] = []
    for message in messages:
        count[message.channel] += 1
        turns.append((count[message.channel], message))
    return [message for _, message in sorted(turns, key=lambda turn: turn[0])]
