"""How a session is planned: its topic, its questions, who hosts it, and who asks beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.chats import SessionId
from bot.model.people import DiscordId, PersonId
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host settled for one session."""

    session: SessionId
    topic: str
    questions: tuple[str, ...]
    """Q1 first."""
    host: DiscordId | None = None
    """None: the usual host."""

    @property
    def says_something(self) -> bool:
        """Whether there is a topic or a question; who hosts alone is no plan."""
        return bool(self.topic or self.questions)

    def question(self, number: int) -> str:
        """The words of question `number`, 1 the first; empty where it was not planned."""
        return self.questions[number - 1] if 1 <= number <= len(self.questions) else ""


_GET = "SELECT session_id, topic, questions, host_id FROM plans WHERE session_id = :session"
_SAVE = """
INSERT INTO plans (session_id, topic, questions, host_id, changed_us)
VALUES (:session, :topic, :questions, :host, :at)
ON CONFLICT (session_id) DO UPDATE SET topic = excluded.topic, questions = excluded.questions,
    host_id = excluded.host_id, changed_us = excluded.changed_us
"""


async def get_plan(tx: Reader, session: SessionId) -> Plan | None:
    """The plan of a session, if it has one."""
    row = await tx.fetch_one(_GET, session=session)
    if row is None:
        return None
    return Plan(
        session=session,
        topic=row["topic"],
        questions=tuple(row["questions"].splitlines()),
        host=DiscordId(row["host_id"]) if row["host_id"] else None,
    )


async def save_plan(tx: Writer, plan: Plan, at: datetime) -> None:
    """Keeps it as it is now."""
    await tx.execute(
        _SAVE,
        session=plan.session,
        topic=plan.topic,
        questions="\n".join(plan.questions),
        host=plan.host or 0,
        at=to_us(at),
    )


# ---- co-hosts of a chat or conference

_DROP = "DELETE FROM cohosts WHERE gathering_id = :gathering"
_ADD = """
INSERT INTO cohosts (gathering_id, person_id, handle) VALUES (:gathering, :person, :handle)
ON CONFLICT DO NOTHING
"""
_COHOSTS = """
SELECT c.person_id AS person_id, c.handle AS handle,
    (SELECT min(m.discord_id) FROM members m WHERE m.person_id = c.person_id) AS discord_id
FROM cohosts c WHERE c.gathering_id = :gathering ORDER BY c.handle, c.person_id
"""


@dataclass(frozen=True, slots=True)
class Cohosts:
    """Who asks questions beside the host."""

    people: tuple[PersonId, ...] = ()
    handles: tuple[str, ...] = ()
    """Without @, in small letters."""
    members: tuple[DiscordId, ...] = ()
    """Those of the people who joined, as Discord knows them."""


async def cohosts_of(tx: Reader, gathering: int) -> Cohosts:
    """Those of a chat or conference."""
    rows = await tx.fetch(_COHOSTS, gathering=gathering)
    return Cohosts(
        people=tuple(PersonId(r["person_id"]) for r in rows if r["person_id"]),
        handles=tuple(r["handle"] for r in rows if r["handle"]),
        members=tuple(DiscordId(r["discord_id"]) for r in rows if r["discord_id"]),
    )


async def set_cohosts(
    tx: Writer, gathering: int, people: Iterable[PersonId], handles: Iterable[str]
) -> None:
    """These, and nobody else."""
    await tx.execute(_DROP, gathering=gathering)
    for person in people:
        await tx.execute(_ADD, gathering=gathering, person=person, handle="")
    for handle in handles:
        await tx.execute(_ADD, gathering=gathering, person=0, handle=handle)


# ---- who offered to host

_OFFER = """
INSERT INTO rota (gathering_id, discord_id, at_us) VALUES (:gathering, :who, :at)
ON CONFLICT DO NOTHING
"""
_OFFERED = """
SELECT m.discord_id AS discord_id, m.name AS name,
    (SELECT max(s.starts_us) FROM plans n JOIN sessions s ON s.id = n.session_id
        WHERE n.host_id = r.discord_id AND s.state <> 'cancelled'
            AND coalesce(s.chat_id, s.conference_id) = r.gathering_id) AS hosted_us
FROM rota r JOIN members m ON m.discord_id = r.discord_id
WHERE r.gathering_id = :gathering AND m.community_id = :community AND m.left_us IS NULL
ORDER BY r.at_us, m.name
"""


@dataclass(frozen=True, slots=True)
class Offer:
    """A member who could host."""

    who: DiscordId
    name: str


async def offer_to_host(tx: Writer, gathering: int, who: DiscordId, at: datetime) -> bool:
    """[I could host]; False when they said so before."""
    return await tx.execute(_OFFER, gathering=gathering, who=who, at=to_us(at)) > 0


async def offers_of(tx: Reader, gathering: int, community: int) -> list[Offer]:
    """The members who offered: who has not hosted for longest first, then who offered first."""
    rows = await tx.fetch(_OFFERED, gathering=gathering, community=community)
    turns = sorted(rows, key=lambda row: row["hosted_us"] or 0)
    return [Offer(DiscordId(row["discord_id"]), str(row["name"])) for row in turns]


# ---- what is not planned a day ahead

_UNPLANNED = """
SELECT s.id AS id, m.discord_id AS host_id, s.starts_us AS us
FROM sessions s JOIN chats c ON c.id = s.chat_id LEFT JOIN plans n ON n.session_id = s.id
    JOIN members m ON m.community_id = s.community_id
        AND m.discord_id = CASE WHEN n.host_id > 0 THEN n.host_id ELSE c.host_id END
WHERE s.state = 'planned' AND s.starts_us > :now AND s.starts_us <= :soon AND m.left_us IS NULL
    AND coalesce(n.topic, '') = '' AND coalesce(n.questions, '') = ''
    AND NOT EXISTS (SELECT 1 FROM prompts p WHERE p.kind = 'plan' AND p.subject = s.id
        AND p.community_id = s.community_id AND p.recipient_id = m.discord_id)
ORDER BY s.starts_us, s.id
"""


async def unplanned(tx: Reader, now: datetime, soon: datetime) -> list[tuple[SessionId, DiscordId]]:
    """Sessions that start by `soon`, have no plan, and whose host was not asked yet; the host."""
    rows = await tx.fetch(_UNPLANNED, now=to_us(now), soon=to_us(soon))
    return [(SessionId(row["id"]), DiscordId(row["host_id"])) for row in rows]
