"""What one member says on two platforms: whose words are whose, and which post counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.people import AccountId, PersonId, Platform
from bot.model.posts import PostId, to_us
from bot.store.among import fetch_among

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.store.database import Reader, Writer

_ANY_LINKED = "SELECT id FROM accounts WHERE person_id IS NOT NULL LIMIT 1"
_LINKED = "SELECT id, person_id FROM accounts WHERE id IN (:ids) AND person_id IS NOT NULL"


async def any_linked(tx: Reader) -> bool:
    """Whether any account belongs to a member."""
    return await tx.fetch_one(_ANY_LINKED) is not None


async def persons_among(tx: Reader, accounts: Iterable[AccountId]) -> dict[AccountId, PersonId]:
    """Whose those of the accounts are that belong to a member."""
    return {
        AccountId(row["id"]): PersonId(row["person_id"])
        for row in await fetch_among(tx, _LINKED, accounts)
    }


@dataclass(frozen=True, slots=True)
class Worded:
    """A post by its words."""

    post: PostId
    platform: Platform
    at_us: int


_WORDED = """
SELECT id, platform, at_us, wording FROM posts WHERE wording IN (:ids) AND copy_of_id IS NULL
"""


async def worded_among(tx: Reader, wordings: Iterable[int]) -> dict[int, list[Worded]]:
    """The posts that count, by their words; the earliest first."""
    found: dict[int, list[Worded]] = {}
    rows = await fetch_among(tx, _WORDED, wordings)
    for row in sorted(rows, key=lambda r: (r["at_us"], r["id"])):
        one = Worded(PostId(row["id"]), Platform(row["platform"]), row["at_us"])
        found.setdefault(row["wording"], []).append(one)
    return found


_NOTE_WORDING = "UPDATE posts SET wording = :wording WHERE id = :id"
_FORGET_WORDINGS = """
UPDATE posts SET wording = NULL WHERE wording IS NOT NULL AND at_us < :before
"""


async def note_wordings(tx: Writer, wordings: Mapping[PostId, int]) -> None:
    """Keeps fingerprints of the words of posts that are there."""
    await tx.execute_many(_NOTE_WORDING, [(wordings[id_], id_) for id_ in sorted(wordings)])


async def forget_wordings(tx: Writer, before: datetime) -> None:
    """Empties the fingerprints of older posts."""
    await tx.execute(_FORGET_WORDINGS, before=to_us(before))


_NOTE_COPY = "UPDATE posts SET copy_of_id = :of WHERE id = :id"
# What points at a post comes after it, so the index by time serves.
_POINT_ELSEWHERE = (
    """UPDATE posts SET reply_to_id = :of WHERE reply_to_id = :id
        AND at_us >= (SELECT c.at_us FROM posts c WHERE c.id = :id)""",
    """UPDATE posts SET quote_of_id = :of WHERE quote_of_id = :id
        AND at_us >= (SELECT c.at_us FROM posts c WHERE c.id = :id)""",
    """UPDATE posts SET repost_of_id = :of WHERE repost_of_id = :id
        AND at_us >= (SELECT c.at_us FROM posts c WHERE c.id = :id)""",
)


async def note_copies(tx: Writer, copies: Mapping[PostId, PostId]) -> None:
    """Says which post counts instead of a new one; what points at the copy points there."""
    rows = sorted((of, id_) for id_, of in copies.items())
    for statement in (_NOTE_COPY, *_POINT_ELSEWHERE):
        await tx.execute_many(statement, rows)
