"""Where personal data lies, and how it goes: the one place that knows.

A new table is named here, in PERSONAL or in IMPERSONAL, or a test fails; a personal one is also
given a statement in leaving.py, or a test finds what an erased person left behind.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import NOT_A_SNOWFLAKE, AccountId, PersonId, Platform
from bot.model.posts import to_us
from bot.store.leaving import Counts, community_leaves, people_leave, platform_leaves
from bot.store.member_data import member_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.store.database import Reader, Row, Writer

__all__ = [
    "IMPERSONAL", "PERSONAL", "Counts", "KnownAccount", "Objections", "account_by_handle",
    "add_objection", "delete_community", "drop_old_texts", "erase_account", "erase_person",
    "is_objected", "keyed_hash", "known_account", "lift_objection", "load_objections",
    "member_data", "objected_accounts", "purge_platform", "secret_key",
]  # fmt: skip

PERSONAL: Mapping[str, str] = {
    "accounts": "who: platform, native id, present handle and shown name",
    "people": "which accounts are one human",
    "members": "who joined where, and what they chose",
    "person_fields": "in which fields a person is active",
    "claims": "which code a member was given to prove an account",
    "blocks": "who is never to be introduced to whom",
    "posts": "what somebody said in public",
    "engagements": "who turned to whom in public",
    "post_hashtags": "the hashtags of a post",
    "post_links": "the links of a post",
    "session_posts": "in which session a post fell",
    "absences": "which accounts are deactivated or suspended at the moment, as numbers",
    "local_ids": "what an instance of Mastodon calls a post",
    "hidden_posts": "which posts of whom hosts took out of a community's sight",
    "hidden_accounts": "whose posts hosts took out of a community's sight",
    "presences": "who said that they take part in a session",
    "connections": "who is in whose personal learning network, and why",
    "learnings": "what a member noted down as learned, and from whom",
    "suggestions": "whom we proposed to whom",
    "suggestion_reasons": "with which posts we reasoned",
    "offers": "what spoke for a suggestion, and how it came to be chosen",
    "reports": "who said that something was wrong, and between whom",
    "introductions": "who was asked about whom, and how it went",
    "proposals": "who proposed that two of their network meet, and when",
    "asks": "what a member asked the community",
    "ask_helpers": "who was asked to help, said yes, and was thanked",
    "circle_members": "who was asked about a circle, what they said, and that they left it",
    "circle_turns": "whose turn it was in a circle",
    "reconnections": "of whom a member was reminded",
    "yearly_ties": "how often one account turned to another in a year that is over",
    "follow_ups": "what a conference left open between two people",
    "prompts": "what was sent to whom, and their answer",
    "chats": "the Discord id of the host",
    "conferences": "the Discord id of the host",
    "plans": "the Discord id of who hosts a session",
    "cohosts": "who asks questions in a chat beside its host",
    "rota": "who offered to host",
    "notices": "who wants people to notice during a conference",
    "goings": "who wants to come, and to be reminded",
    "looks": "until when somebody read up on a session",
}
"""Tables with personal data, and what it is."""

IMPERSONAL: Mapping[str, str] = {
    "settings": "the program's own values",
    "cursors": "where a source was",
    "problems": "which payloads could not be used: places and key names, no values",
    "objections": "keyed hashes that keep people out",
    "bars": "keyed hashes of who organisers keep out of their community",
    "communities": "a Discord server and its settings",
    "deleted_posts": "numbers of posts that are gone; whose they were is not kept",
    "stale_messages": "which messages of ours are to be put right",
    "circles": "which circles were offered, where they meet and how often",
    "orphan_messages": "which messages of ours are to be deleted, since they are about nobody now",
    "departures": "numbers of accounts that left their platform; whose they were is not kept",
    "hashtags": "words",
    "gathering_changes": "when a chat or a conference was moved or cancelled, and from when",
    "talks": "the programme of a conference, as its organisers published it",
    "link_titles": "what pages call themselves",
    "gathering_hashtags": "the words of a chat or a conference",
    "date_changes": "which dates of a chat were moved or cancelled",
    "calendars": "the secret in the address of a community's calendar",
    "native_events": "which event of Discord shows which date",
    "sessions": "when a chat or a conference was followed",
    "questions": "which numbers were asked when",
    "edits": "what a message of ours says now, as a digest",
    "budget_days": "how much was read on a day, and what it cost",
    "budget_reservations": "what requests may cost at worst",
    "budget_reads": "what was read today: keyed fingerprints that tell nobody what, for two days",
    "budget_notices": "when the organiser was told of the budget",
    "schema_versions": "which migrations were applied",
}
"""Tables without, and what they hold."""

# ---- finding who is meant


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account that is kept, and the person it was linked to, if it was."""

    id: AccountId
    platform: Platform
    person: PersonId | None

    @property
    def stands_for(self) -> PersonId:
        """The Person behind it; an account that nobody linked stands for one of the same id."""
        return PersonId(self.id) if self.person is None else self.person


_ACCOUNT = "SELECT id, platform, person_id FROM accounts WHERE id = :id"


async def known_account(tx: Reader, account: AccountId) -> KnownAccount | None:
    """The account, if it is kept."""
    return _known(await tx.fetch(_ACCOUNT, id=account))


_BY_HANDLE = """
SELECT id, platform, person_id FROM accounts
WHERE platform = :platform AND lower(handle) = :handle
ORDER BY seen_us DESC, id LIMIT 1
"""


async def account_by_handle(tx: Reader, platform: Platform, handle: str) -> KnownAccount | None:
    """The account that has this handle (with or without @), or had it last."""
    wanted = handle.strip().removeprefix("@").lower()
    return _known(await tx.fetch(_BY_HANDLE, platform=platform.value, handle=wanted))


def _known(rows: Sequence[Row]) -> KnownAccount | None:
    for row in rows:
        person = None if row["person_id"] is None else PersonId(row["person_id"])
        return KnownAccount(AccountId(row["id"]), Platform(row["platform"]), person)
    return None


# ---- objections

_KEY_NAME = "objection_key"
_KEY = "SELECT value FROM settings WHERE name = :name"
_KEEP_KEY = "INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING"
_OBJECT = """
INSERT INTO objections (account_hash, platform, created_us) VALUES (:hash, :platform, :at)
ON CONFLICT DO NOTHING
"""
_LIFT = "DELETE FROM objections WHERE account_hash = :hash"
_OBJECTIONS = "SELECT account_hash FROM objections"


class Objections:
    """Who must be kept out, in memory: `account in objections` costs microseconds."""

    def __init__(self, key: bytes, hashes: frozenset[str]) -> None:
        self._key = key
        self._hashes = hashes

    def __contains__(self, account: AccountId) -> bool:
        return bool(self._hashes) and keyed_hash(self._key, account) in self._hashes

    def __len__(self) -> int:
        return len(self._hashes)


def keyed_hash(key: bytes, number: int) -> str:
    """HMAC-SHA256 of an id, in hex: without the key it tells nobody whose it is."""
    return hmac.digest(key, str(number).encode(), "sha256").hex()


async def _key(tx: Reader) -> bytes | None:
    row = await tx.fetch_one(_KEY, name=_KEY_NAME)
    return None if row is None else bytes.fromhex(row["value"])


async def secret_key(tx: Writer, name: str) -> bytes:
    """The key of this name: 32 bytes of chance, made when it is first asked for, then the same."""
    await tx.execute(_KEEP_KEY, name=name, value=secrets.token_hex(32))
    row = await tx.fetch_one(_KEY, name=name)
    return b"" if row is None else bytes.fromhex(row["value"])


async def add_objection(tx: Writer, account: AccountId, platform: Platform, at: datetime) -> bool:
    """Keeps an account out from now on; False when it was kept out before.

    Only a keyed hash is kept (HMAC-SHA256 of the account's id, the key made once and kept in
    settings): nobody can read from it who objected. What is there already is not erased.
    """
    digest = keyed_hash(await secret_key(tx, _KEY_NAME), account)
    return bool(await tx.execute(_OBJECT, hash=digest, platform=platform.value, at=to_us(at)))


async def lift_objection(tx: Writer, account: AccountId) -> bool:
    """Lets an account in again, when its owner says so; False when it was not kept out."""
    key = await _key(tx)
    return key is not None and bool(await tx.execute(_LIFT, hash=keyed_hash(key, account)))


async def load_objections(tx: Reader) -> Objections:
    """Everybody who is kept out now; who objects later is missing from it."""
    key = await _key(tx)
    if key is None:
        return Objections(b"", frozenset())
    rows = await tx.fetch(_OBJECTIONS)
    return Objections(key, frozenset(row["account_hash"] for row in rows))


async def objected_accounts(tx: Reader, accounts: Iterable[AccountId]) -> frozenset[AccountId]:
    """Those of the accounts that are kept out."""
    objections = await load_objections(tx)
    return frozenset(account for account in accounts if account in objections)


async def is_objected(tx: Reader, account: AccountId) -> bool:
    """Whether the account is kept out."""
    return bool(await objected_accounts(tx, (account,)))


# ---- erasing

_ACCOUNTS_OF = """
SELECT id, platform, person_id FROM accounts
WHERE (id = :person OR person_id = :person) AND platform <> 'discord'
"""


async def erase_person(tx: Writer, person: PersonId, *, at: datetime, keep_out: bool) -> Counts:
    """Erases a person, with every account, whether they joined or not; what went, by table.

    With `keep_out` their accounts are not read again; only their Discord identity may come back,
    by joining. Twice is harmless. Afterwards, outside of the transaction, call `Database.scrub`.
    """
    if keep_out:
        for row in await tx.fetch(_ACCOUNTS_OF, person=person):
            await add_objection(tx, AccountId(row["id"]), Platform(row["platform"]), at)
    return await people_leave(tx, person)


async def erase_account(tx: Writer, account: AccountId, *, at: datetime, keep_out: bool) -> Counts:
    """Erases the person behind an account, as `erase_person`; nothing where it is not kept."""
    known = await known_account(tx, account)
    person = PersonId(account) if known is None else known.stands_for
    return await erase_person(tx, person, at=at, keep_out=keep_out)


_PURGE_CURSORS = "DELETE FROM cursors WHERE source = :platform OR source LIKE :several"
_PURGE_ASKING = "DELETE FROM settings WHERE name LIKE :several"
# The numbers of X are its own ids; those of the others are hashes, which tell nobody anything.
_PURGE_NUMBERS = (
    "DELETE FROM deleted_posts WHERE id < :others",
    "DELETE FROM departures WHERE id < :others",
    "DELETE FROM absences WHERE id < :others",
)


async def purge_platform(tx: Writer, platform: Platform) -> Counts:
    """Takes out all that came from a platform, and what was made of it; what went, by table.

    Members who had linked an account there stay members. Objections stay. Its sources begin anew.
    """
    gone = await platform_leaves(tx, platform)
    await tx.execute(_PURGE_CURSORS, platform=platform.value, several=f"{platform.value} %")
    await tx.execute(_PURGE_ASKING, several=f"{platform.value}_compliance_%")
    if platform is Platform.X:
        for statement in _PURGE_NUMBERS:
            await tx.execute(statement, others=NOT_A_SNOWFLAKE)
    return gone


async def delete_community(tx: Writer, community: CommunityId) -> Counts:
    """Takes out a community with all that belongs to it; what went, by table.

    Who was a member of no other community is forgotten as a member; public posts stay.
    """
    return await community_leaves(tx, community)


_RECAPS_QUOTING = """
INSERT INTO stale_messages (prompt_id)
SELECT DISTINCT r.id FROM posts p JOIN session_posts s ON s.post_id = p.id
    JOIN prompts r ON r.kind = 'recap' AND r.subject = s.session_id
WHERE p.at_us < :before AND p.text IS NOT NULL AND r.message_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
_DROP_TEXTS = "UPDATE posts SET text = NULL WHERE at_us < :before AND text IS NOT NULL"


async def drop_old_texts(tx: Writer, before: datetime) -> int:
    """Empties the texts of posts older than `before`; how many.

    The recaps beside which a file quotes them are noted, to be said anew without.
    """
    await tx.execute(_RECAPS_QUOTING, before=to_us(before))
    return await tx.execute(_DROP_TEXTS, before=to_us(before))
