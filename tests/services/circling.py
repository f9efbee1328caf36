"""People who keep meeting, in tests: sessions in which all of them answer each other."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.chats import Chat, ChatId, Rhythm, Session, SessionId, SessionState
from bot.model.people import DiscordId
from bot.model.posts import hashtag_of
from bot.store import chats as store_chats
from bot.store import sessions as store_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.services.gatherings import Gathering

SESSIONS = 4


async def keep_meeting(
    world: Gathering, names: Sequence[str], until: datetime, sessions: int = SESSIONS
) -> None:
    """So many weekly sessions of #lrnchat, the last before `until`; each writes to each."""
    tags = (hashtag_of("lrnchat"),)
    first = until - timedelta(days=7 * sessions)
    chat = Chat(
        id=ChatId(800),
        community=world.community,
        name="Learn chat",
        hashtags=tags,
        host=DiscordId(999),
        zone="UTC",
        rhythm=Rhythm.WEEKLY,
        first_local=first.replace(tzinfo=None),
        duration=timedelta(hours=1),
    )
    async with world.db.write() as tx:
        await store_chats.save_chat(tx, chat)
    for number in range(sessions):
        start = first + timedelta(days=7 * number)
        session = Session(
            id=SessionId(810 + number),
            community=world.community,
            chat=chat.id,
            conference=None,
            name=chat.name,
            hashtags=tags,
            starts_at=start,
            ends_at=start + chat.duration,
            state=SessionState.RECAPPED,
        )
        async with world.db.write() as tx:
            await store_sessions.add_session(tx, session)
        world.session = session
        for one in names:
            for other in names:
                if one != other:
                    await world.post(one, start + timedelta(minutes=5), to=other)
    world.session = None
