"""Everything kept about one person, as that person may read it.

What would tell them of somebody else's choice is left out: who was suggested to whom, who holds
whom in a network or away from them, what the other side of an introduction answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.model.people import seen_of_rank
from bot.model.posts import from_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.model.people import PersonId
    from bot.store.database import Reader, Row

# Whoever is the person, by either of their ids: their own, or one of an account of theirs.
_SECTIONS: Mapping[str, tuple[str, Sequence[str]]] = {
    "memberships": (
        """
        SELECT m.community_id AS community_id, c.name AS community, m.discord_id AS discord_id,
            m.name AS name, m.consent_us AS consent_us, m.consent_version AS consent_version,
            m.naming AS naming, m.description AS description, m.show_posts AS show_posts,
            m.delivery AS delivery, m.distance AS distance, m.zone AS zone,
            m.quiet_from AS quiet_from, m.quiet_until AS quiet_until, m.locale AS locale,
            m.country AS country, m.employer AS employer,
            m.languages AS languages, m.site AS site, m.paused_until_us AS paused_until_us,
            m.skip_until_us AS skip_until_us, m.left_us AS left_us
        FROM members m JOIN communities c ON c.id = m.community_id
        WHERE m.person_id = :person ORDER BY m.community_id
        """,
        (
            "community_id", "community", "discord_id", "name", "consent_us", "consent_version",
            "naming", "description", "show_posts", "delivery", "distance", "zone", "quiet_from",
            "quiet_until", "locale", "country", "employer", "languages", "site",
            "paused_until_us", "skip_until_us", "left_us",
        ),
    ),
    "fields": (
        """
        SELECT field, stance, confidence FROM person_fields
        WHERE person_id = :person ORDER BY stance, field
        """,
        ("field", "stance", "confidence"),
    ),
    "accounts": (
        """
        SELECT platform, native_id, handle, name, refuses, seen_us FROM accounts
        WHERE id = :person OR person_id = :person ORDER BY platform, native_id
        """,
        ("platform", "native_id", "handle", "name", "refuses", "seen_us"),
    ),
    "never_introduce": (
        """
        SELECT b.other_id AS person_id, CASE WHEN b.by_name = 1 THEN m.name END AS name,
            b.created_us AS created_us
        FROM blocks b LEFT JOIN (SELECT person_id, min(name) AS name FROM members
            GROUP BY person_id) m ON m.person_id = b.other_id
        WHERE b.person_id = :person ORDER BY b.created_us, b.other_id
        """,
        ("person_id", "name", "created_us"),
    ),
    "open_claims": (
        "SELECT code, expires_us FROM claims WHERE person_id = :person ORDER BY expires_us",
        ("code", "expires_us"),
    ),
    "connections": (
        """
        SELECT id, person_id, label, kind, reason, note, field, learns, since_us, origin,
            cadence_days, contact_us, thanked_us
        FROM connections WHERE owner_id = :person ORDER BY since_us, id
        """,
        (
            "id", "person_id", "label", "kind", "reason", "note", "field", "learns", "since_us",
            "origin", "cadence_days", "contact_us", "thanked_us",
        ),
    ),
    "learnings": (
        """
        SELECT connection_id, learned, connects_to, will_try, tried, link, at_us FROM learnings
        WHERE owner_id = :person ORDER BY at_us, id
        """,
        ("connection_id", "learned", "connects_to", "will_try", "tried", "link", "at_us"),
    ),
    "suggestions": (
        """
        SELECT s.id AS id, s.community_id AS community_id, s.score AS score,
            s.cross_field AS cross_field, s.engine AS engine, s.created_us AS created_us,
            o.chance_a AS chance_of_own_yes
        FROM suggestions s LEFT JOIN offers o ON o.suggestion_id = s.id
        WHERE s.member_id = :person ORDER BY s.created_us, s.id
        """,
        (
            "id", "community_id", "score", "cross_field", "engine", "created_us",
            "chance_of_own_yes",
        ),
    ),
    "reasons": (
        """
        SELECT r.suggestion_id AS suggestion_id, r.term AS term, r.weight AS weight,
            r.detail AS detail
        FROM suggestion_reasons r JOIN suggestions s ON s.id = r.suggestion_id
        WHERE s.member_id = :person ORDER BY r.suggestion_id, r.position
        """,
        ("suggestion_id", "term", "weight", "detail"),
    ),
    # To A: only that A was asked, and whether it was made. To B: only once B was asked.
    "introductions": (
        """
        SELECT i.community_id AS community_id, i.line AS own_line, i.created_us AS asked_us,
            CASE WHEN i.state = 'made' THEN 1 ELSE 0 END AS made
        FROM introductions i
        WHERE i.a_id = :person ORDER BY i.created_us, i.id
        """,
        ("community_id", "own_line", "asked_us", "made"),
    ),
    "introductions_asked_for_by_others": (
        """
        SELECT i.community_id AS community_id, i.line AS their_line, p.sent_us AS asked_us,
            p.answer AS own_answer, CASE WHEN i.state = 'made' THEN 1 ELSE 0 END AS made
        FROM introductions i
        JOIN members m ON m.person_id = i.b_id AND m.community_id = i.community_id
        JOIN prompts p ON p.kind = 'introduction' AND p.subject = i.id
            AND p.recipient_id = m.discord_id AND p.state IN ('sent', 'waiting', 'answered')
        WHERE i.b_id = :person ORDER BY i.created_us, i.id
        """,
        ("community_id", "their_line", "asked_us", "own_answer", "made"),
    ),
    "introductions_proposed": (
        """
        SELECT community_id, by_line AS own_line, created_us FROM introductions
        WHERE by_id = :person ORDER BY created_us, id
        """,
        ("community_id", "own_line", "created_us"),
    ),
    "proposals": (
        "SELECT community_id, at_us FROM proposals WHERE by_id = :person ORDER BY at_us, id",
        ("community_id", "at_us"),
    ),
    "asked": (
        """
        SELECT community_id, kind, field, question, state, created_us FROM asks
        WHERE asker_id = :person ORDER BY created_us, id
        """,
        ("community_id", "kind", "field", "question", "state", "created_us"),
    ),
    "helped": (
        """
        SELECT a.kind AS kind, a.field AS field, h.asked_us AS asked_us,
            h.accepted_us AS accepted_us, h.thanked_us AS thanked_us
        FROM ask_helpers h JOIN asks a ON a.id = h.ask_id
        WHERE h.person_id = :person ORDER BY h.asked_us, h.id
        """,
        ("kind", "field", "asked_us", "accepted_us", "thanked_us"),
    ),
    # That it came about is told to those who are in it.
    "circles": (
        """
        SELECT c.community_id AS community_id, c.gathering AS gathering, c.created_us AS asked_us,
            m.answer AS own_answer, m.left_us AS left_us,
            CASE WHEN c.number > 0 AND m.answer IN ('weekly', 'fortnightly') THEN 1 ELSE 0 END
                AS made
        FROM circle_members m JOIN circles c ON c.id = m.circle_id
        WHERE m.person_id = :person ORDER BY c.created_us, c.id
        """,
        ("community_id", "gathering", "asked_us", "own_answer", "left_us", "made"),
    ),
    "circle_turns": (
        "SELECT circle_id, at_us FROM circle_turns WHERE person_id = :person ORDER BY at_us, id",
        ("circle_id", "at_us"),
    ),
    "reminded_of": (
        """
        SELECT near_id, far_id, at_us FROM reconnections
        WHERE owner_id = :person ORDER BY at_us, id
        """,
        ("near_id", "far_id", "at_us"),
    ),
    "earlier_years": (
        """
        SELECT y.year AS year, a.platform AS with_platform, a.native_id AS with_native_id,
            y.engagements AS engagements
        FROM yearly_ties y LEFT JOIN accounts a ON a.id = y.target_id
        WHERE y.source_id = :person
            OR y.source_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY y.year, y.target_id
        """,
        ("year", "with_platform", "with_native_id", "engagements"),
    ),
    "reports": (
        """
        SELECT community_id, about, subject, created_us FROM reports
        WHERE by_id = :person ORDER BY created_us, id
        """,
        ("community_id", "about", "subject", "created_us"),
    ),
    "follow_ups": (
        """
        SELECT session_id, about_id, kind, own_post, other_post FROM follow_ups
        WHERE member_id = :person ORDER BY session_id, rank
        """,
        ("session_id", "about_id", "kind", "own_post", "other_post"),
    ),
    "messages": (
        """
        SELECT p.kind AS kind, p.due_us AS due_us, p.sent_us AS sent_us, p.state AS state,
            p.answer AS answer, p.answered_us AS answered_us
        FROM prompts p
        JOIN members m ON m.discord_id = p.recipient_id AND m.community_id = p.community_id
        WHERE m.person_id = :person ORDER BY p.due_us, p.id
        """,
        ("kind", "due_us", "sent_us", "state", "answer", "answered_us"),
    ),
    "presences": (
        """
        SELECT session_id, at_us FROM presences WHERE person_id = :person ORDER BY at_us
        """,
        ("session_id", "at_us"),
    ),
    "hosting": (
        """
        SELECT gathering_id, handle FROM cohosts WHERE person_id = :person OR handle IN (
            SELECT lower(handle) FROM accounts WHERE id = :person OR person_id = :person)
        ORDER BY gathering_id, handle
        """,
        ("gathering_id", "handle"),
    ),
    "offers_to_host": (
        """
        SELECT r.gathering_id AS gathering_id, r.at_us AS at_us
        FROM rota r WHERE r.discord_id IN (SELECT discord_id FROM members
            WHERE person_id = :person) ORDER BY r.at_us
        """,
        ("gathering_id", "at_us"),
    ),
    "going": (
        """
        SELECT g.session_id AS session_id, g.place AS place, g.at_us AS at_us
        FROM goings g WHERE g.discord_id IN (SELECT discord_id FROM members
            WHERE person_id = :person) ORDER BY g.at_us
        """,
        ("session_id", "place", "at_us"),
    ),
    "notices": (
        """
        SELECT n.session_id AS session_id, n.planned_day AS planned_day FROM notices n
        WHERE n.discord_id IN (SELECT discord_id FROM members
            WHERE person_id = :person) ORDER BY n.session_id
        """,
        ("session_id", "planned_day"),
    ),
    "looked_at": (
        "SELECT session_id, at_us FROM looks WHERE person_id = :person ORDER BY at_us",
        ("session_id", "at_us"),
    ),
    "posts": (
        """
        SELECT id, platform, native_id, at_us, text, lang, question, answer, edited_us FROM posts
        WHERE author_id = :person
            OR author_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY at_us, id
        """,
        (
            "id", "platform", "native_id", "at_us", "text", "lang", "question", "answer",
            "edited_us",
        ),
    ),
    "post_hashtags": (
        """
        SELECT p.native_id AS post, h.shown AS hashtag
        FROM posts p
        JOIN post_hashtags ph ON ph.post_id = p.id JOIN hashtags h ON h.id = ph.hashtag_id
        WHERE p.author_id = :person
            OR p.author_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY p.at_us, p.id, h.shown
        """,
        ("post", "hashtag"),
    ),
    "post_links": (
        """
        SELECT p.native_id AS post, l.url AS url
        FROM posts p JOIN post_links l ON l.post_id = p.id
        WHERE p.author_id = :person
            OR p.author_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY p.at_us, p.id, l.url
        """,
        ("post", "url"),
    ),
    # What was done in public, in both directions; the other side as its public account.
    "engagements": (
        """
        SELECT e.kind AS kind, e.at_us AS at_us, a.platform AS with_platform,
            a.native_id AS with_native_id
        FROM engagements e LEFT JOIN accounts a ON a.id = e.target_id
        WHERE e.source_id = :person
            OR e.source_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY e.at_us, e.post_id, e.target_id, e.kind
        """,
        ("kind", "at_us", "with_platform", "with_native_id"),
    ),
    "engagements_received": (
        """
        SELECT e.kind AS kind, e.at_us AS at_us, a.platform AS from_platform,
            a.native_id AS from_native_id
        FROM engagements e LEFT JOIN accounts a ON a.id = e.source_id
        WHERE e.target_id = :person
            OR e.target_id IN (SELECT id FROM accounts WHERE person_id = :person)
        ORDER BY e.at_us, e.post_id, e.source_id, e.kind
        """,
        ("kind", "at_us", "from_platform", "from_native_id"),
    ),
}  # fmt: skip


async def member_data(tx: Reader, person: PersonId) -> dict[str, list[dict[str, Any]]]:
    """Everything kept about a person: rows by section, instants in ISO 8601; empty lists stay."""
    data = {}
    for section, (sql, columns) in _SECTIONS.items():
        rows = await tx.fetch(sql, person=person)
        data[section] = [_plain(row, columns) for row in rows]
    return data


def _plain(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for column in columns:
        value = row[column]
        if not column.endswith("_us"):
            plain[column] = value
        else:
            if column == "seen_us":
                value = seen_of_rank(value)
            name = "at" if column == "at_us" else column.removesuffix("_us") + "_at"
            plain[name] = None if value is None else from_us(value).isoformat()
    return plain
