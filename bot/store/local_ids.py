"""What the instances of Mastodon call posts: by these numbers they tell of deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.model.posts import LocalId
    from bot.store.database import Reader, Writer

_COLUMNS = ("source", "local_id", "post_id")


async def save_local_ids(tx: Writer, source: str, local_ids: Iterable[LocalId]) -> None:
    """Keeps them; a number never comes to mean another post."""
    rows = sorted({(source, one.number, one.post) for one in local_ids})
    await tx.bulk_upsert("local_ids", _COLUMNS, _COLUMNS[:2], rows)


_OF = """
SELECT l.local_id, p.native_id FROM local_ids l JOIN posts p ON p.id = l.post_id
WHERE l.source = :source ORDER BY p.at_us DESC, l.local_id LIMIT :most
"""


async def local_ids_of(tx: Reader, source: str, most: int) -> dict[str, str]:
    """The native ids of posts by what a source calls them, the newest first."""
    rows = await tx.fetch(_OF, source=source, most=most)
    return {row["local_id"]: row["native_id"] for row in rows}


_DROP_LOST = """
DELETE FROM local_ids WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.id = local_ids.post_id)
"""


async def drop_lost(tx: Writer) -> None:
    """Forgets the numbers of posts that are not kept any more."""
    await tx.execute(_DROP_LOST)
