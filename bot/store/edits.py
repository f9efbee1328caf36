"""Messages that are edited as things go on: what they say now, and when they were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.posts import from_us, to_us
from bot.model.suggestions import PromptId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Writer

_SAID = """
INSERT INTO edits (prompt_id, shown, tried_us) VALUES (:prompt, :shown, :at)
ON CONFLICT (prompt_id) DO UPDATE SET shown = excluded.shown, tried_us = excluded.tried_us
"""
_SHOWN = "UPDATE edits SET shown = :shown WHERE prompt_id = :prompt"
_TRIED = "UPDATE edits SET tried_us = :at WHERE prompt_id = :prompt"
_LIVE = """
SELECT e.prompt_id AS prompt_id, e.shown AS shown
FROM edits e JOIN prompts p ON p.id = e.prompt_id
WHERE p.state = 'sent' AND p.expires_us > :now AND e.tried_us <= :before
ORDER BY e.tried_us, e.prompt_id
"""
_NEXT = """
SELECT min(e.tried_us) AS us FROM edits e JOIN prompts p ON p.id = e.prompt_id
WHERE p.state = 'sent' AND p.expires_us > :now
"""
_DROP_OVER = """
DELETE FROM edits WHERE prompt_id IN (SELECT id FROM prompts
    WHERE state NOT IN ('sent', 'claimed', 'due') OR expires_us <= :now)
"""


async def said(tx: Writer, prompt: PromptId, shown: str, at: datetime) -> None:
    """The message was sent, and says this."""
    await tx.execute(_SAID, prompt=prompt, shown=shown, at=to_us(at))


async def says_now(tx: Writer, prompt: PromptId, shown: str) -> None:
    """The message was edited, and says this."""
    await tx.execute(_SHOWN, prompt=prompt, shown=shown)


async def tried(tx: Writer, prompts: Iterable[PromptId], at: datetime) -> None:
    """They are looked at now, and not again for a while."""
    await tx.execute_many(_TRIED, [(to_us(at), prompt) for prompt in sorted(prompts)])


async def live_before(tx: Reader, before: datetime, now: datetime) -> list[tuple[PromptId, str]]:
    """Messages that may change still and were last looked at by `before`; what each says."""
    rows = await tx.fetch(_LIVE, before=to_us(before), now=to_us(now))
    return [(PromptId(row["prompt_id"]), row["shown"]) for row in rows]


async def last_tried(tx: Reader, now: datetime) -> datetime | None:
    """When the one that waits longest was last looked at."""
    row = await tx.fetch_one(_NEXT, now=to_us(now))
    return None if row is None or row["us"] is None else from_us(row["us"])


async def drop_over(tx: Writer, now: datetime) -> int:
    """Forgets messages that change no more."""
    return await tx.execute(_DROP_OVER, now=to_us(now))
