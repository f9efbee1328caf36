"""Prompts: what is due to whom, claimed by whom, sent as which message, answered how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.people import CommunityId, DiscordId
from bot.model.posts import from_us, to_us
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.store.among import fetch_among

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.store.database import Reader, Row, Writer

_ADD = """
INSERT INTO prompts (id, community_id, kind, subject, recipient_id, channel_id, due_us, expires_us,
    unasked, state)
VALUES (:id, :community, :kind, :subject, :recipient, :channel, :due, :expires, :unasked, :state)
ON CONFLICT DO NOTHING
"""


async def add_prompt(tx: Writer, prompt: Prompt) -> bool:
    """Plans a prompt; False when the same thing was planned for this recipient before."""
    added = await tx.execute(
        _ADD,
        id=prompt.id,
        community=prompt.community,
        kind=prompt.kind.value,
        subject=prompt.subject,
        recipient=prompt.recipient,
        channel=prompt.channel,
        due=to_us(prompt.due_at),
        expires=to_us(prompt.expires_at),
        unasked=int(prompt.unasked),
        state=prompt.state.value,
    )
    return added > 0


# What people wait for at this moment comes first; else the oldest.
_URGENCY = """
CASE kind WHEN 'opening' THEN 0 WHEN 'question' THEN 1 WHEN 'answer' THEN 2 WHEN 'reminder' THEN 2
    WHEN 'newcomers' THEN 2 ELSE 3 END, due_us, id
"""
_DUE = "state = 'due' AND due_us <= :now AND expires_us > :now"
_LANES = {
    None: _DUE,
    False: f"{_DUE} AND recipient_id IS NULL",
    True: f"{_DUE} AND recipient_id IS NOT NULL",
}
_ANY_DUE = {
    personal: f"""
SELECT id FROM prompts WHERE {lane}
UNION ALL SELECT id FROM prompts WHERE state IN ('due', 'sent', 'waiting') AND expires_us <= :now
LIMIT 1
"""  # noqa: S608 our own conditions
    for personal, lane in _LANES.items()
}


async def any_due(tx: Reader, now: datetime, *, personal: bool | None = None) -> bool:
    """Whether there is anything to claim, or to end."""
    return await tx.fetch_one(_ANY_DUE[personal], now=to_us(now)) is not None


async def claim_due(
    tx: Writer, now: datetime, limit: int, *, personal: bool | None = None
) -> list[Prompt]:
    """Claims up to `limit` prompts that are due, the most urgent first, then the oldest.

    `personal`: only those to one member, or only those to channels; None: either.
    """
    rows = await tx.claim(
        "prompts",
        where=_LANES[personal],
        set_to="state = 'claimed', claimed_us = :now",
        limit=limit,
        order=_URGENCY,
        now=to_us(now),
    )
    return sorted((_prompt(row) for row in rows), key=lambda p: (p.due_at, p.id))


_ANY_STALE = "SELECT id FROM prompts WHERE state = 'claimed' AND claimed_us < :before LIMIT 1"


async def any_stale(tx: Reader, before: datetime) -> bool:
    """Whether there is a claim that was made before then."""
    return await tx.fetch_one(_ANY_STALE, before=to_us(before)) is not None


async def claim_stale(tx: Writer, before: datetime, now: datetime, limit: int) -> list[Prompt]:
    """Takes over claims made before `before`, whose maker may have died after sending."""
    rows = await tx.claim(
        "prompts",
        where="state = 'claimed' AND claimed_us < :before",
        set_to="claimed_us = :now",
        limit=limit,
        order="claimed_us, id",
        before=to_us(before),
        now=to_us(now),
    )
    return [_prompt(row) for row in rows]


_RELEASE = """
UPDATE prompts SET state = :state, due_us = :due, claimed_us = NULL
WHERE id = :id AND state = 'claimed'
"""


async def release(tx: Writer, prompt: PromptId, state: PromptState, due_at: datetime) -> None:
    """Gives a claim back unsent: due again at `due_at`, or into another state."""
    await tx.execute(_RELEASE, id=prompt, state=state.value, due=to_us(due_at))


_SENT = """
UPDATE prompts SET state = 'sent', sent_us = :at, message_id = :message, sent_channel_id = :channel
WHERE id = :id AND state = 'claimed'
"""


async def mark_sent(tx: Writer, prompt: PromptId, message: int, channel: int, at: datetime) -> None:
    """Records that Discord has the message."""
    await tx.execute(_SENT, id=prompt, message=message, channel=channel, at=to_us(at))


_ANSWERED = """
UPDATE prompts SET state = 'answered', answer = :answer, answered_us = :at
WHERE id = :id AND state IN ('due', 'claimed', 'sent', 'waiting')
"""


async def mark_answered(tx: Writer, prompt: PromptId, answer: str, at: datetime) -> bool:
    """Takes an answer; False when one was taken before, or the prompt is over."""
    return await tx.execute(_ANSWERED, id=prompt, answer=answer, at=to_us(at)) > 0


_POSTPONE = """
UPDATE prompts SET state = :state, due_us = :due
WHERE id = :id AND state IN ('sent', 'waiting')
"""


async def postpone(tx: Writer, prompt: PromptId, due_at: datetime) -> bool:
    """[Later]: it waits in /today and is shown again from `due_at` on."""
    return await tx.execute(_POSTPONE, id=prompt, due=to_us(due_at), state="waiting") > 0


_END = """
UPDATE prompts SET state = 'ended'
WHERE kind = :kind AND subject = :subject AND state IN ('due', 'claimed', 'sent', 'waiting')
"""


async def end_prompts_of(tx: Writer, kind: PromptKind, subject: int) -> int:
    """Ends every open prompt about a subject: consent, a block or a deletion took its ground."""
    return await tx.execute(_END, kind=kind.value, subject=subject)


_END_ONE = "UPDATE prompts SET state = 'ended' WHERE id = :id"


async def end_prompt(tx: Writer, prompt: PromptId) -> None:
    """Ends one, in whatever state: its message is gone."""
    await tx.execute(_END_ONE, id=prompt)


_EXPIRE = """
UPDATE prompts SET state = 'expired'
WHERE state IN ('due', 'sent', 'waiting') AND expires_us <= :now
"""


async def expire(tx: Writer, now: datetime) -> int:
    """Ends what nobody answered in time."""
    return await tx.execute(_EXPIRE, now=to_us(now))


_GET = """
SELECT id, community_id, kind, subject, recipient_id, channel_id, due_us, expires_us,
    unasked, state, claimed_us, sent_us, message_id, sent_channel_id, answer, answered_us
FROM prompts WHERE id = :id
"""


async def get_prompt(tx: Reader, prompt: PromptId) -> Prompt | None:
    """The prompt, in whatever state."""
    row = await tx.fetch_one(_GET, id=prompt)
    return _prompt(row) if row else None


_GET_AMONG = """
SELECT id, community_id, kind, subject, recipient_id, channel_id, due_us, expires_us,
    unasked, state, claimed_us, sent_us, message_id, sent_channel_id, answer, answered_us
FROM prompts WHERE id IN (:ids)
"""


async def get_prompts(tx: Reader, prompts: Iterable[PromptId]) -> dict[PromptId, Prompt]:
    """Those of the prompts that are there, in whatever state."""
    found = [_prompt(row) for row in await fetch_among(tx, _GET_AMONG, prompts)]
    return {prompt.id: prompt for prompt in found}


_WAITING = """
SELECT id, community_id, kind, subject, recipient_id, channel_id, due_us, expires_us,
    unasked, state, claimed_us, sent_us, message_id, sent_channel_id, answer, answered_us
FROM prompts
WHERE recipient_id = :recipient AND community_id = :community AND state IN ('sent', 'waiting')
    AND due_us <= :now AND expires_us > :now
    AND kind IN ('introduction', 'by_links', 'suggestion', 'follow_up', 'plan', 'newcomers',
        'check_in', 'changed', 'ask', 'ask_open', 'help_by_links',
        'circle_offer', 'dormant', 'learned', 'tried', 'reading',
        'look_back', 'linked')
ORDER BY CASE WHEN kind IN ('introduction', 'ask', 'ask_open') THEN 0
    WHEN kind = 'suggestion' THEN 1 WHEN kind IN ('learned', 'reading', 'look_back') THEN 3
    ELSE 2 END, due_us, id
"""


async def waiting_for(
    tx: Reader, community: CommunityId, recipient: DiscordId, now: datetime
) -> list[Prompt]:
    """What /today shows, in its order: somebody's question first, then suggestions, follow-ups."""
    rows = await tx.fetch(_WAITING, recipient=recipient, community=community, now=to_us(now))
    return [_prompt(row) for row in rows]


_WITH_SUGGESTION = """
SELECT count(DISTINCT recipient_id) AS people FROM prompts
WHERE community_id = :community AND kind = 'suggestion'
    AND state IN ('due', 'claimed', 'sent', 'waiting')
"""


async def with_suggestion(tx: Reader, community: CommunityId) -> int:
    """How many members have a suggestion that they have not answered."""
    row = await tx.fetch_one(_WITH_SUGGESTION, community=community)
    return 0 if row is None else int(row["people"])


_UNASKED = """
SELECT sent_us, answered_us FROM prompts
WHERE recipient_id = :recipient AND unasked = 1 AND sent_us IS NOT NULL
ORDER BY sent_us DESC LIMIT 12
"""


async def unasked_of(tx: Reader, recipient: DiscordId) -> list[tuple[datetime, datetime | None]]:
    """The last dozen unasked messages to a human, newest first: when sent, when answered."""
    rows = await tx.fetch(_UNASKED, recipient=recipient)
    return [
        (from_us(r["sent_us"]), None if r["answered_us"] is None else from_us(r["answered_us"]))
        for r in rows
    ]


_LAST_ANSWER = "SELECT max(answered_us) AS us FROM prompts WHERE recipient_id = :recipient"


async def last_answer_of(tx: Reader, recipient: DiscordId) -> datetime | None:
    """When somebody last answered anything, in a message or in /today."""
    row = await tx.fetch_one(_LAST_ANSWER, recipient=recipient)
    return None if row is None or row["us"] is None else from_us(row["us"])


_NEXT = """
SELECT min(us) AS us FROM (
    SELECT min(due_us) AS us FROM prompts WHERE state = 'due'
    UNION ALL SELECT min(expires_us) FROM prompts WHERE state = 'due'
    UNION ALL SELECT min(expires_us) FROM prompts WHERE state = 'sent'
    UNION ALL SELECT min(expires_us) FROM prompts WHERE state = 'waiting'
) AS firsts
"""


async def next_due_us(tx: Reader) -> int | None:
    """When the next prompt is due or expires, in microseconds; None when nothing is."""
    row = await tx.fetch_one(_NEXT)
    return None if row is None else row["us"]


def _prompt(row: Row) -> Prompt:
    def when(column: str) -> datetime | None:
        return None if row[column] is None else from_us(row[column])

    return Prompt(
        id=PromptId(row["id"]),
        community=CommunityId(row["community_id"]),
        kind=PromptKind(row["kind"]),
        subject=row["subject"],
        recipient=None if row["recipient_id"] is None else DiscordId(row["recipient_id"]),
        channel=row["channel_id"],
        due_at=from_us(row["due_us"]),
        expires_at=from_us(row["expires_us"]),
        unasked=bool(row["unasked"]),
        state=PromptState(row["state"]),
        claimed_at=when("claimed_us"),
        sent_at=when("sent_us"),
        message=row["message_id"],
        sent_channel=row["sent_channel_id"],
        answer=row["answer"],
        answered_at=when("answered_us"),
    )
