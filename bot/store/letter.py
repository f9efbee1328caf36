"""What the monthly letter counts: how often, and about how many people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.model.letter import Count
from bot.model.posts import to_us

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bot.model.people import CommunityId
    from bot.store.database import Reader

_INTRODUCTIONS = """
SELECT count(DISTINCT i.id) AS times, count(DISTINCT x.person_id) AS people
FROM introductions i JOIN (
    SELECT id, a_id AS person_id FROM introductions UNION ALL
    SELECT id, b_id AS person_id FROM introductions) x ON x.id = i.id
WHERE i.community_id = :community AND i.created_us >= :start AND i.created_us < :stop
"""
_AGREED = """
SELECT count(DISTINCT i.id) AS times, count(DISTINCT x.person_id) AS people
FROM introductions i JOIN (
    SELECT id, a_id AS person_id FROM introductions UNION ALL
    SELECT id, b_id AS person_id FROM introductions) x ON x.id = i.id
WHERE i.community_id = :community AND i.state = 'made' AND i.changed_us >= :start
    AND i.changed_us < :stop
"""
_TALKED = """
SELECT count(DISTINCT subject) AS times, count(DISTINCT recipient_id) AS people FROM prompts
WHERE community_id = :community AND kind = 'check_in' AND answer = 'yes'
    AND answered_us >= :start AND answered_us < :stop
"""
_CHANGED = """
SELECT count(DISTINCT subject) AS times, count(DISTINCT recipient_id) AS people FROM prompts
WHERE community_id = :community AND kind = 'changed' AND answer = 'yes'
    AND answered_us >= :start AND answered_us < :stop
"""
_CROSSING = """
SELECT count(*) AS times, count(DISTINCT member_id) AS people FROM suggestions
WHERE community_id = :community AND cross_field = 1 AND created_us >= :start AND created_us < :stop
"""
_KNOWN = """
SELECT count(*) AS times, count(DISTINCT member_id) AS people FROM suggestions
WHERE community_id = :community AND cross_field IS NOT NULL
    AND created_us >= :start AND created_us < :stop
"""
_NEWCOMERS = """
SELECT count(*) AS times, count(*) AS people FROM (
    SELECT p.author_id, min(p.at_us) AS at_us FROM session_posts sp
    JOIN sessions s ON s.id = sp.session_id AND s.community_id = :community
    JOIN posts p ON p.id = sp.post_id GROUP BY p.author_id) first
WHERE first.at_us >= :start AND first.at_us < :stop
"""
_NEWCOMERS_ANSWERED = """
SELECT count(DISTINCT first.author_id) AS times, count(DISTINCT first.author_id) AS people FROM (
    SELECT p.author_id, min(p.at_us) AS at_us FROM session_posts sp
    JOIN sessions s ON s.id = sp.session_id AND s.community_id = :community
    JOIN posts p ON p.id = sp.post_id GROUP BY p.author_id) first
JOIN engagements e ON e.target_id = first.author_id AND e.kind = 'reply'
    AND e.at_us >= first.at_us AND e.at_us < first.at_us + 86400000000
WHERE first.at_us >= :start AND first.at_us < :stop
"""
_NEWCOMERS_RETURNED = """
SELECT count(DISTINCT first.author_id) AS times, count(DISTINCT first.author_id) AS people FROM (
    SELECT p.author_id, min(p.at_us) AS at_us, min(sp.session_id) AS session_id
    FROM session_posts sp
    JOIN sessions s ON s.id = sp.session_id AND s.community_id = :community
    JOIN posts p ON p.id = sp.post_id GROUP BY p.author_id
    HAVING count(DISTINCT sp.session_id) > 1) first
WHERE first.at_us >= :start AND first.at_us < :stop
"""
_ASKED = """
SELECT count(*) AS times, count(DISTINCT asker_id) AS people FROM asks
WHERE community_id = :community AND created_us >= :start AND created_us < :stop
"""
_ANSWERED = """
SELECT count(*) AS times, count(DISTINCT asker_id) AS people FROM asks
WHERE community_id = :community AND state = 'answered'
    AND created_us >= :start AND created_us < :stop
"""
COUNTED: Mapping[str, str] = {
    "offered": _INTRODUCTIONS,
    "agreed": _AGREED,
    "talked": _TALKED,
    "changed": _CHANGED,
    "crossing": _CROSSING,
    "fields_known": _KNOWN,
    "newcomers": _NEWCOMERS,
    "newcomers_answered": _NEWCOMERS_ANSWERED,
    "newcomers_returned": _NEWCOMERS_RETURNED,
    "asked": _ASKED,
    "answered": _ANSWERED,
}
"""What is counted, by the names of Letter."""


async def counted(
    tx: Reader, what: str, community: CommunityId, start: datetime, stop: datetime
) -> Count:
    """How often something happened from `start` to before `stop`, and to how many people."""
    row = await tx.fetch_one(
        COUNTED[what], community=community, start=to_us(start), stop=to_us(stop)
    )
    return Count(0, 0) if row is None else Count(int(row["times"]), int(row["people"]))
