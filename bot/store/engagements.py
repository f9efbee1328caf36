"""All engagements, in pages: there may be millions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.store.database import Reader

_PAGE = """
SELECT source_id, target_id, kind, at_us, post_id FROM engagements
WHERE (post_id, target_id, kind) > (:after, :target, :kind)
ORDER BY post_id, target_id, kind LIMIT :most
"""
_FIRST = (-(2**63), -(2**63), "")

Place = tuple[int, int, str]
"""Where a page ended: post, target, kind."""


async def engagement_page(
    tx: Reader, after: Place | None, most: int
) -> tuple[list[tuple[int, int, str, int]], Place | None]:
    """Source and target account, kind, microseconds of `most` engagements, and where that ended.

    None in either place: from the start; that was all.
    """
    post, target, kind = after or _FIRST
    rows = await tx.fetch(_PAGE, after=post, target=target, kind=kind, most=most)
    found = [(r["source_id"], r["target_id"], r["kind"], r["at_us"]) for r in rows]
    if len(rows) < most:
        return found, None
    return found, (rows[-1]["post_id"], rows[-1]["target_id"], rows[-1]["kind"])
