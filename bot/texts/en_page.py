"""English: the public page, for people outside of Discord too."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "page_title": "Crosstie: what is followed here, and what is kept",
    "page_skip": "To the content",
    "page_heading": "What Crosstie follows here",
    "page_intro": (
        "Crosstie helps the members of a Discord community to meet people from other fields. It "
        "reads public posts under the hashtags below, and nothing else."
    ),
    "page_other_language": "Español",
    "page_followed": "Hashtags",
    "page_nothing": "Nothing is followed now.",
    "page_gathering": "{name}, {hashtags}",
    "page_next": "Next: {date} ({zone})",
    "page_kept": "What is kept, and why",
    "page_kept_why": "Why",
    "page_kept_how_long": "How long",
    "page_posts": "Public posts under a followed hashtag: who, when, in answer to whom",
    "page_posts_why": "Recaps, and reasons for introductions between members",
    "page_posts_long": "Texts {texts_days} days (none from X), exchanges two years",
    "page_members": "Of members who joined: what they told, and how things reach them",
    "page_members_why": "To find people from other fields, and to leave them alone at night",
    "page_members_long": "Until they change it, leave or erase",
    "page_answers": "Suggestions, introductions and the answers to them",
    "page_answers_why": "So that nothing is asked twice",
    "page_answers_long": "Until the member erases",
    "page_not": (
        "Messages in Discord are never read. Nothing is inferred about health, beliefs, origin, "
        "politics or private life. Whoever never joined is suggested to nobody. A bio that says "
        "#nobot is taken as a no. A post that is deleted on its platform goes here as well."
    ),
    "page_members_take": (
        "Members see all of theirs with /me data, and leave or erase with /me leave in Discord."
    ),
    "page_object": "Keep me out",
    "page_object_intro": (
        "Name your account. What is kept of it goes at once, and its later posts are dropped; a "
        "keyed hash that tells nobody who you are sees to that."
    ),
    "page_object_platform": "Platform",
    "page_object_handle": "Your handle there",
    "page_object_send": "Keep this account out",
    "page_object_done": "Done: what was kept of {handle} is gone, and it is kept out from now on.",
    "page_object_often": "That was often. Try again in an hour, or ask an organiser.",
    "page_object_expired": "This form was open for too long. Please send it once more.",
    "page_back": "Back",
    "page_join": "Joining",
    "page_join_how": (
        "In a community that has Crosstie, type /me join. To bring Crosstie to your own server, "
        "add it there; you need the right to manage the server."
    ),
    "page_invite": "Add Crosstie to a server",
    "page_calendars": "Calendars",
    "page_calendars_how": (
        "Each community has a calendar of its dates to subscribe to. Its address is for the "
        "community only: organisers find it with /admin status, and may pass it on."
    ),
    "status_calendar": "Calendar",
    "status_calendar_how": "{address}\n-# Whoever has this address sees the dates.",
}
