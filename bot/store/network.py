"""What the graph and the reasons are made of: connections, engagements, moments, posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.network import Connection, ConnectionId, Origin, ReasonKind
from bot.model.people import AccountId, PersonId, Platform
from bot.model.posts import EngagementKind, PostId, from_us, to_us

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.store.database import Reader, Row, Writer

# ---- connections

_CONNECT = """
INSERT INTO connections (id, owner_id, person_id, kind, reason, since_us, origin, label, account_id,
    post_id, learns, note, field, cadence_days, contact_us, thanked_us)
VALUES (:id, :owner, :person, :kind, :reason, :since, :origin, :label, :account, :post, :learns,
    :note, :field, :cadence, :contact, :thanked)
ON CONFLICT DO NOTHING
"""


async def add_connection(tx: Writer, connection: Connection) -> bool:
    """Keeps a connection; False when the owner has this person already, which then stays."""
    added = await tx.execute(
        _CONNECT,
        id=connection.id,
        owner=connection.owner,
        person=connection.person,
        kind=connection.kind.value,
        reason=connection.reason,
        since=to_us(connection.since),
        origin=connection.origin.value,
        label=connection.label,
        account=connection.account,
        post=connection.post,
        learns=int(connection.learns),
        note=connection.note,
        field=connection.field,
        cadence=connection.cadence_days,
        contact=None if connection.contact_at is None else to_us(connection.contact_at),
        thanked=None if connection.thanked_at is None else to_us(connection.thanked_at),
    )
    return added > 0


_CONNECTIONS = """
SELECT id, owner_id, person_id, kind, reason, since_us, origin, label, account_id, post_id, learns,
    note, field, cadence_days, contact_us, thanked_us
FROM connections WHERE owner_id = :owner ORDER BY since_us, id
"""


async def connections_of(tx: Reader, owner: PersonId) -> list[Connection]:
    """A member's network, the oldest connection first."""
    return [connection_of(row) for row in await tx.fetch(_CONNECTIONS, owner=owner)]


def connection_of(row: Row) -> Connection:
    """A row with every column of connections."""

    def when(column: str) -> datetime | None:
        return None if row[column] is None else from_us(row[column])

    return Connection(
        id=ConnectionId(row["id"]),
        owner=PersonId(row["owner_id"]),
        person=PersonId(row["person_id"]),
        kind=ReasonKind(row["kind"]),
        reason=row["reason"],
        since=from_us(row["since_us"]),
        origin=Origin(row["origin"]),
        label=row["label"],
        account=None if row["account_id"] is None else AccountId(row["account_id"]),
        post=None if row["post_id"] is None else PostId(row["post_id"]),
        learns=bool(row["learns"]),
        note=row["note"],
        field=row["field"],
        cadence_days=row["cadence_days"],
        contact_at=when("contact_us"),
        thanked_at=when("thanked_us"),
    )


_CONNECTED = """
SELECT c.owner_id AS owner, coalesce(a.person_id, c.person_id) AS person
FROM connections c LEFT JOIN accounts a ON a.id = c.person_id
"""


async def connected_pairs(tx: Reader) -> frozenset[tuple[PersonId, PersonId]]:
    """Every pair of whom one has the other in their network, in both orders.

    Also by a public account alone: whoever is behind it is not suggested to who keeps it.
    """
    rows = await tx.fetch(_CONNECTED)
    pairs = [(PersonId(r["owner"]), PersonId(r["person"])) for r in rows]
    return frozenset(pairs) | frozenset((b, a) for a, b in pairs)


_IS_CONNECTED = """
SELECT 1 AS hit FROM connections c LEFT JOIN accounts a ON a.id = c.person_id
WHERE c.owner_id = :owner AND (c.person_id = :person OR a.person_id = :person)
"""


async def has_connection(tx: Reader, owner: PersonId, person: PersonId) -> bool:
    """Whether somebody has this person in their network, by whatever face."""
    return await tx.fetch_one(_IS_CONNECTED, owner=owner, person=person) is not None


# ---- who engaged with whom

_ENGAGEMENTS = "SELECT source_id, target_id, kind, at_us FROM engagements"


async def engagement_rows(tx: Reader) -> list[tuple[int, int, str, int]]:
    """Every engagement: source and target account, kind, microseconds; in no order."""
    rows = await tx.fetch(_ENGAGEMENTS)
    return [(r["source_id"], r["target_id"], r["kind"], r["at_us"]) for r in rows]


_LINKED = "SELECT id, person_id FROM accounts WHERE person_id IS NOT NULL"


async def linked_accounts(tx: Reader) -> dict[AccountId, PersonId]:
    """Accounts that stand for another Person than the one of their own id."""
    return {AccountId(r["id"]): PersonId(r["person_id"]) for r in await tx.fetch(_LINKED)}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One engagement between two Persons through a post, with what follow-ups ask of it."""

    post: PostId
    kind: EngagementKind
    source: PersonId
    target: PersonId
    at: datetime
    asks: bool
    reply_to: PostId | None
    inside: bool
    """Whether the post belongs to the session asked for."""


_EXCHANGES = """
SELECT g.post_id AS post_id, g.kind AS kind, g.at_us AS at_us,
    coalesce(s.person_id, g.source_id) AS source, coalesce(t.person_id, g.target_id) AS target,
    p.asks AS asks, p.reply_to_id AS reply_to,
    CASE WHEN sp.post_id IS NULL THEN 0 ELSE 1 END AS inside
FROM engagements g
JOIN posts p ON p.id = g.post_id
LEFT JOIN accounts s ON s.id = g.source_id
LEFT JOIN accounts t ON t.id = g.target_id
LEFT JOIN session_posts sp ON sp.session_id = :session AND sp.post_id = g.post_id
WHERE g.at_us >= :since AND g.kind <> 'repost'
ORDER BY g.at_us, g.post_id, g.target_id, g.kind
"""


async def exchanges_since(tx: Reader, session: int, since: datetime) -> list[Exchange]:
    """Replies, quotes and mentions of others since then, the earliest first; no reposts."""
    rows = await tx.fetch(_EXCHANGES, session=session, since=to_us(since))
    return [_exchange(r) for r in rows if r["source"] != r["target"]]


_EXCHANGES_BY = """
SELECT g.post_id AS post_id, g.kind AS kind, g.at_us AS at_us,
    coalesce(s.person_id, g.source_id) AS source, coalesce(t.person_id, g.target_id) AS target,
    p.asks AS asks, p.reply_to_id AS reply_to,
    CASE WHEN sp.post_id IS NULL THEN 0 ELSE 1 END AS inside
FROM posts p
JOIN engagements g ON g.post_id = p.id
LEFT JOIN accounts s ON s.id = g.source_id
LEFT JOIN accounts t ON t.id = g.target_id
LEFT JOIN session_posts sp ON sp.session_id = :session AND sp.post_id = g.post_id
WHERE p.author_id IN (
        SELECT id FROM accounts WHERE person_id = :person UNION SELECT CAST(:person AS BIGINT)
    ) AND g.at_us >= :since AND g.kind <> 'repost'
ORDER BY g.at_us, g.post_id, g.target_id, g.kind
"""


async def exchanges_between(
    tx: Reader, session: int, since: datetime, a: PersonId, b: PersonId
) -> list[Exchange]:
    """What `exchanges_since` gives of these two alone, without reading everybody's."""
    found = []
    for person, other in ((a, b), (b, a)):
        rows = await tx.fetch(_EXCHANGES_BY, session=session, since=to_us(since), person=person)
        found += [_exchange(r) for r in rows if r["source"] == person and r["target"] == other]
    return sorted(found, key=lambda e: (e.at, e.post))


def _exchange(row: Row) -> Exchange:
    return Exchange(
        post=PostId(row["post_id"]),
        kind=EngagementKind(row["kind"]),
        source=PersonId(row["source"]),
        target=PersonId(row["target"]),
        at=from_us(row["at_us"]),
        asks=bool(row["asks"]),
        reply_to=None if row["reply_to"] is None else PostId(row["reply_to"]),
        inside=bool(row["inside"]),
    )


_CONTACTS = """
SELECT coalesce(t.person_id, g.target_id) AS contact, g.post_id AS post_id
FROM posts p
JOIN engagements g ON g.post_id = p.id
LEFT JOIN accounts t ON t.id = g.target_id
WHERE p.author_id IN (
        SELECT id FROM accounts WHERE person_id = :person UNION SELECT CAST(:person AS BIGINT)
    ) AND p.at_us >= :since AND g.kind <> 'repost'
ORDER BY p.at_us DESC, g.post_id DESC LIMIT 1000
"""


async def contacts_since(tx: Reader, person: PersonId, since: datetime) -> dict[PersonId, PostId]:
    """With whom a person talked in public since then, and the latest post that shows it."""
    found: dict[PersonId, PostId] = {}
    for row in await tx.fetch(_CONTACTS, person=person, since=to_us(since)):
        found.setdefault(PersonId(row["contact"]), PostId(row["post_id"]))
    return found


# ---- what people took part in


@dataclass(frozen=True, slots=True)
class TookPart:
    """A person in a session, by a post of their own or by a button."""

    person: PersonId
    session: int
    at: datetime
    post: PostId | None
    answer: int | None


_TOOK_PART = """
SELECT coalesce(a.person_id, p.author_id) AS person, sp.session_id AS session_id, p.id AS post_id,
    p.at_us AS at_us, p.answer AS answer
FROM sessions s
JOIN session_posts sp ON sp.session_id = s.id
JOIN posts p ON p.id = sp.post_id
LEFT JOIN accounts a ON a.id = p.author_id
WHERE s.community_id = :community AND s.ends_us >= :since AND p.repost_of_id IS NULL
ORDER BY p.at_us, p.id
"""
_WERE_PRESENT = """
SELECT pr.person_id AS person, pr.session_id AS session_id, pr.at_us AS at_us
FROM presences pr JOIN sessions s ON s.id = pr.session_id
WHERE s.community_id = :community AND s.ends_us >= :since
ORDER BY pr.at_us, pr.person_id
"""


async def took_part_since(tx: Reader, community: CommunityId, since: datetime) -> list[TookPart]:
    """Who took part in the community's sessions that ended since then; reposts do not count."""
    posts = await tx.fetch(_TOOK_PART, community=community, since=to_us(since))
    present = await tx.fetch(_WERE_PRESENT, community=community, since=to_us(since))
    return [
        TookPart(
            PersonId(r["person"]),
            r["session_id"],
            from_us(r["at_us"]),
            PostId(r["post_id"]),
            r["answer"],
        )
        for r in posts
    ] + [
        TookPart(PersonId(r["person"]), r["session_id"], from_us(r["at_us"]), None, None)
        for r in present
    ]


_HOSTS = """
SELECT host_id FROM chats WHERE community_id = :community
UNION SELECT host_id FROM conferences WHERE community_id = :community
"""


async def hosts_of(tx: Reader, community: CommunityId) -> frozenset[int]:
    """The Discord ids of everybody who hosts something in the community."""
    return frozenset(row["host_id"] for row in await tx.fetch(_HOSTS, community=community))


# Nearly every post carries the hashtag of a gathering: CROSS JOIN lets SQLite begin with others.
_USES = """
SELECT coalesce(a.person_id, p.author_id) AS person, h.normal AS hashtag, p.id AS post_id,
    p.at_us AS at_us
FROM hashtags h CROSS JOIN post_hashtags ph CROSS JOIN posts p
    LEFT JOIN accounts a ON a.id = p.author_id
WHERE h.id NOT IN (SELECT hashtag_id FROM gathering_hashtags) AND ph.hashtag_id = h.id
    AND p.id = ph.post_id AND p.at_us >= :since AND p.repost_of_id IS NULL
ORDER BY p.at_us, p.id, h.normal
"""


async def hashtag_uses_since(
    tx: Reader, since: datetime
) -> list[tuple[PersonId, str, PostId, datetime]]:
    """Who used which hashtag (normal form) in which post, when; the earliest first.

    Without the hashtags of chats and conferences: they are nobody's own interest.
    """
    return [
        (PersonId(r["person"]), r["hashtag"], PostId(r["post_id"]), from_us(r["at_us"]))
        for r in await tx.fetch(_USES, since=to_us(since))
    ]


_GATHERED = """
SELECT DISTINCT h.normal AS normal
FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
"""


async def gathering_hashtags(tx: Reader) -> frozenset[str]:
    """The hashtags (normal form) of all chats and conferences: no interest of anybody's own."""
    return frozenset(row["normal"] for row in await tx.fetch(_GATHERED))


# ---- posts as evidence


@dataclass(frozen=True, slots=True)
class Evidence:
    """A post that is still there: whose, when, and what its address is made of."""

    post: PostId
    person: PersonId
    platform: Platform
    native_id: str
    handle: str | None
    at: datetime
    account: AccountId


_EVIDENCE = """
SELECT p.id AS id, coalesce(a.person_id, p.author_id) AS person, p.platform AS platform,
    p.native_id AS native_id, a.handle AS handle, p.at_us AS at_us, p.author_id AS account
FROM posts p LEFT JOIN accounts a ON a.id = p.author_id
WHERE p.id = :post AND (coalesce(a.refuses, 0) & 2) = 0
"""


async def evidence(tx: Reader, post: PostId | None) -> Evidence | None:
    """The post; None where there is none, it was deleted, or its author is away at the moment."""
    if post is None:
        return None
    row = await tx.fetch_one(_EVIDENCE, post=post)
    if row is None:
        return None
    return Evidence(
        post=PostId(row["id"]),
        person=PersonId(row["person"]),
        platform=Platform(row["platform"]),
        native_id=row["native_id"],
        handle=row["handle"],
        at=from_us(row["at_us"]),
        account=AccountId(row["account"]),
    )


_GATHERING = """
SELECT coalesce(c.name, f.name) AS name,
    (SELECT h.shown FROM gathering_hashtags g JOIN hashtags h ON h.id = g.hashtag_id
        WHERE g.gathering_id = coalesce(s.chat_id, s.conference_id)
        ORDER BY g.position LIMIT 1) AS hashtag
FROM session_posts mine
JOIN session_posts theirs ON theirs.session_id = mine.session_id AND theirs.post_id = :theirs
JOIN sessions s ON s.id = mine.session_id
LEFT JOIN chats c ON c.id = s.chat_id
LEFT JOIN conferences f ON f.id = s.conference_id
WHERE mine.post_id = :mine AND s.community_id = :community
ORDER BY s.starts_us DESC LIMIT 1
"""


async def gathering_of(tx: Reader, community: CommunityId, mine: PostId, theirs: PostId) -> str:
    """The hashtag (with #), else the name, of the community's gathering that holds both posts.

    Empty where there is none.
    """
    row = await tx.fetch_one(_GATHERING, community=community, mine=mine, theirs=theirs)
    if row is None:
        return ""
    return f"#{row['hashtag']}" if row["hashtag"] else str(row["name"])
