"""What all should hear of a chat or conference that was moved or cancelled: said once, last of all.

A host who slips has two minutes to put it right; then the chat channel is told how it stands.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import Unknown
from bot.model.cards import DateNewsCard, Notice
from bot.model.chats import ChatId, Conference, ConferenceId
from bot.model.suggestions import PromptKind
from bot.services.calendar import span_of, starts_of
from bot.services.prompts import plan_public
from bot.services.sessions import gathering_named
from bot.store import chats as store_chats
from bot.store import gathering_changes as store
from bot.store import members as store_members

if TYPE_CHECKING:
    from datetime import datetime

    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.cards import Card
    from bot.model.chats import Chat
    from bot.model.people import DiscordId
    from bot.model.suggestions import Prompt
    from bot.services.prompts import Sent
    from bot.store.database import Database, Reader, Writer

CORRECTED_WITHIN = timedelta(minutes=2)
JUST_PLANNED = timedelta(hours=1)
NEWS_FOR = timedelta(days=1)


async def plan_news(
    tx: Writer, ids: Ids, gathering: Chat | Conference, was: datetime | None, now: datetime
) -> None:
    """Plans the word that it is moved or cancelled; none where it had no date ahead.

    Nor where it was planned within the hour: that is put right, and nobody was told of it.
    """
    community = await store_members.get_community(tx, gathering.community)
    just_planned = now - ids.made_at(gathering.id) < JUST_PLANNED
    if was is None or just_planned or community is None or community.chat_channel is None:
        return
    change = ids.next()
    await store.add_change(tx, change, gathering.id, was)
    await plan_public(
        tx,
        ids,
        gathering.community,
        PromptKind.GATHERING_NEWS,
        change,
        channel=community.chat_channel,
        due_at=now + CORRECTED_WITHIN,
        expires_at=now + NEWS_FOR,
    )


def next_start_of(gathering: Chat | Conference, now: datetime) -> datetime | None:
    """When it is to be held next, as things stand; of a conference its start, until it is over."""
    if isinstance(gathering, Conference):
        start, end = span_of(gathering)
        return start if end > now else None
    return next(starts_of(gathering, now), None)


class GatheringNews:
    """The owner of those prompts."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def card_of(self, prompt: Prompt) -> Card | None:
        """How it stands now; None where a later change tells it, or it is as it was."""
        async with self._db.read() as tx:
            changed = await store.latest_change(tx, prompt.subject)
            held = None if changed is None else await _gathering(tx, changed[0])
        if changed is None or held is None:
            return None
        now, was = self._clock.now(), changed[1]
        start = None if held.cancelled_at is not None else next_start_of(held, now)
        if start == was or (start is None and held.cancelled_at is None):
            return None
        return DateNewsCard(name=held.name, was=was, now=start, next_at=None, as_a_whole=True)

    async def sent(self, tx: Writer, prompt: Prompt, sent: Sent) -> None:
        """Nothing more is to be kept."""

    async def answered(self, prompt: Prompt, answer: str, by: DiscordId, line: str) -> Notice:
        """[Next dates].

        Raises:
            Unknown: it is gone.
        """
        async with self._db.read() as tx:
            changed = await store.latest_change(tx, prompt.subject)
            held = None if changed is None else await _gathering(tx, changed[0])
        if held is None or answer != "dates":
            raise Unknown("prompt_unknown")
        start = None if held.cancelled_at else next_start_of(held, self._clock.now())
        gathering = gathering_named(held.name, held.hashtags)
        if start is None:
            return Notice("dates_none", {"gathering": gathering})
        at = int(start.timestamp())
        return Notice("dates_next", {"gathering": gathering, "dates": f"<t:{at}:F> (<t:{at}:R>)"})


async def _gathering(tx: Reader, gathering: int) -> Chat | Conference | None:
    return await store_chats.get_chat(tx, ChatId(gathering)) or await store_chats.get_conference(
        tx, ConferenceId(gathering)
    )
