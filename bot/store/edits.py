"""Messages that are edited as things go on: what they say now, and when they were looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.posts import from_us, to_us
from bot.model.suggestions import PromptId, PromptKind

if TYPE_CHECKING:
    from datetime import datetime

    from bot.store.database import Reader, Writer

_SAID = """
INSERT INTO edits (prompt_id, shown, tried_us) VALUES (:prompt, :shown, :at)
ON CONFLICT (prompt_id) DO UPDATE SET shown = excluded.shown, tried_us = excluded.tried_us
"""
_SHOWN = "UPDATE edits SET shown = :shown, tried_us = :at WHERE prompt_id = :prompt"
_TRIED = "UPDATE edits SET tried_us = :at WHERE prompt_id = :prompt"
_LIVE = """
SELECT e.prompt_id AS prompt_id, e.shown AS shown, e.tried_us AS tried_us,
    p.kind AS kind, p.sent_channel_id AS channel_id
FROM edits e JOIN prompts p ON p.id = e.prompt_id
WHERE p.state = 'sent' AND p.expires_us > :now
ORDER BY e.tried_us, e.prompt_id
"""
_DROP_OVER = """
DELETE FROM edits WHERE prompt_id IN (SELECT id FROM prompts
    WHERE state NOT IN ('sent', 'claimed', 'due') OR expires_us <= :now)
"""


async def said(tx: Writer, prompt: PromptId, shown: str, at: datetime) -> None:
    """The message was sent, and says this."""
    await tx.execute(_SAID, prompt=prompt, shown=shown, at=to_us(at))


async def says_now(tx: Writer, prompt: PromptId, shown: str, at: datetime) -> None:
    """The message was edited, and says this; its next minute begins when Discord had it."""
    await tx.execute(_SHOWN, prompt=prompt, shown=shown, at=to_us(at))


async def tried(tx: Writer, prompt: PromptId, at: datetime) -> None:
    """It is edited now, and not again for a while."""
    await tx.execute(_TRIED, at=to_us(at), prompt=prompt)


@dataclass(frozen=True, slots=True)
class Live:
    """A message that may change still: what it says, and when it was last sent or edited."""

    prompt: PromptId
    kind: PromptKind
    shown: str
    tried_at: datetime
    channel: int


async def live(tx: Reader, now: datetime) -> list[Live]:
    """What may change still, the longest untouched first."""
    return [
        Live(
            PromptId(row["prompt_id"]),
            PromptKind(row["kind"]),
            row["shown"],
            from_us(row["tried_us"]),
            row["channel_id"],
        )
        for row in await tx.fetch(_LIVE, now=to_us(now))
    ]


async def drop_over(tx: Writer, now: datetime) -> int:
    """Forgets messages that change no more."""
    return await tx.execute(_DROP_OVER, now=to_us(now))
