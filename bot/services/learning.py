"""What members note down as learned: theirs alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.errors import Invalid, Unknown
from bot.model.network import Learning
from bot.model.people import person_of_member
from bot.model.suggestions import PromptKind
from bot.services import shown
from bot.services.prompts import plan_personal
from bot.store import connections as store
from bot.store import network as store_network

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.ids import Ids
    from bot.model.network import ConnectionId, Face
    from bot.model.people import DiscordId, Member
    from bot.store.database import Database

TEXT_AT_MOST, LINK_AT_MOST = 600, 300
TRIED_AFTER, TRIED_LASTS = timedelta(days=14), timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Noted:
    """A learning, with from whom, as its owner may know them."""

    learning: Learning
    face: Face | None


class LearningNotes:
    """Use cases of `/learn`."""

    def __init__(self, db: Database, clock: Clock, ids: Ids) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids

    async def add(
        self,
        member: Member,
        learned: str,
        connects_to: str = "",
        will_try: str = "",
        link: str = "",
        connection: ConnectionId | None = None,
    ) -> None:
        """Keeps it.

        Raises:
            Invalid: nothing was learned, or the link is none.
        """
        if not learned.strip():
            raise Invalid("learn_empty")
        if link.strip() and not _is_link(link.strip()):
            raise Invalid("learn_link_invalid", given=link.strip()[:40])
        async with self._db.write() as tx:
            number = self._ids.next()
            known = connection and await store.get_connection(tx, member.person, connection)
            await store.add_learning(
                tx,
                Learning(
                    id=number,
                    owner=member.person,
                    connection=known.id if known else None,
                    learned=learned.strip()[:TEXT_AT_MOST],
                    connects_to=connects_to.strip()[:TEXT_AT_MOST],
                    will_try=will_try.strip()[:TEXT_AT_MOST],
                    link=link.strip()[:LINK_AT_MOST],
                    at=self._clock.now(),
                ),
            )
            if will_try.strip():
                due = self._clock.now() + TRIED_AFTER
                await plan_personal(
                    tx,
                    self._ids,
                    member,
                    PromptKind.TRIED,
                    number,
                    now=self._clock.now(),
                    due_at=due,
                    expires_at=due + TRIED_LASTS,
                )

    async def all_of(self, member: Member) -> list[Noted]:
        """Everything noted, the latest first."""
        async with self._db.read() as tx:
            kept = {c.id: c for c in await store_network.connections_of(tx, member.person)}
            found = []
            for learning in await store.learnings_of(tx, member.person):
                connection = kept.get(learning.connection) if learning.connection else None
                face = None
                if connection is not None:
                    face = await shown.face_of(tx, member.community, connection)
                found.append(Noted(learning, face))
        return found

    async def remove(self, member: Member, learning: int) -> None:
        """Takes it out.

        Raises:
            Unknown: it is not there (any more).
        """
        async with self._db.write() as tx:
            if not await store.remove_learning(tx, member.person, learning):
                raise Unknown("learn_gone")

    async def connection_with(self, member: Member, other: DiscordId) -> ConnectionId | None:
        """The member's connection with somebody of the server, where there is one."""
        async with self._db.read() as tx:
            found = await store.connection_with(tx, member.person, person_of_member(other))
        return None if found is None else found.id


def _is_link(typed: str) -> bool:
    try:
        address = urlsplit(typed)
    except ValueError:  # "https://[": begun and not ended
        return False
    return address.scheme in ("http", "https") and bool(address.netloc)
