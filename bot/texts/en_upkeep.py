"""English: keeping in touch, learning after the talk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- keeping in touch
    "dormant_two": (
        "It has been a while since you were in touch with {near}{near_link} and, further out, with "
        "{far}{far_link}. One line to either is enough."
    ),
    "dormant_one": (
        "It has been a while since you were in touch with {who}{link}. One line is enough."
    ),
    "dormant_one_bare": "You wanted to be in touch with {who} about now. One line is enough.",
    "dormant_post": "what they wrote lately",
    "button_wrote": "I wrote them",
    "button_wrote_first": "I wrote the first",
    "button_wrote_second": "I wrote the second",
    "dormant_wrote": "Good. I count from today again.",
    "dormant_later": "I'll show it again in a week.",
    # ---- after a session
    "learned_ask": (
        "{gathering} is over. What did you learn, what does it connect to, what will you try?"
    ),
    "button_note_it": "Note it",
    "button_not_this_time": "Not this time",
    "learned_no": "All right.",
    "tried_ask": "Two weeks ago you wanted to try “{will_try}”. Did you?",
    "tried_yes": "Good. /learn list says so now.",
    "tried_no": "All right. It stays in /learn list.",
    "learn_said_tried": "You tried it.",
    "learn_draft_pick": "Draft a post from a note",
    "learn_draft": (
        "A draft, to change and post yourself where you like. Nothing is posted for you."
    ),
    "learn_draft_learned": "I learned: {said}",
    "learn_draft_connects": "It connects to: {said}",
    "learn_draft_try": "I will try: {said}",
    "learn_draft_tried": "I tried: {said}",
    "learn_draft_site": "More of my work: {site}",
    # ---- three links a week
    "reading": "From fields that you leave to others, shared here this week:",
    "reading_line": "- {field}: {link}",
    # ---- once a year
    "look_back": (
        "Another year since you joined. Your last twelve months, for you only:\n{said}\n"
        "/network map shows who is in it. Whom would you like to hear from next?"
    ),
    "look_back_people": "{count} new in your network",
    "look_back_met": "{count} by an introduction",
    "look_back_learned": "{count} noted as learned",
    "look_back_tried": "{count} tried",
    "look_back_helped": "{count} helped with /ask",
    "look_back_done": "All right. I keep no copy of it.",
    # ---- /admin letter
    "letter_title": "{month} in your community",
    "letter_empty": (
        "Nothing I count happened to five people or more in {month}. Numbers about fewer could "
        "tell who they are, so there are none."
    ),
    "letter_hidden": "Left out, since it was fewer than five people: {what}.",
    "letter_offered": "introductions offered",
    "letter_agreed": "agreed by both",
    "letter_talked": "talked within a week",
    "letter_changed": "changed something in somebody's work",
    "letter_fields_known": "suggestions across fields",
    "letter_newcomers": "newcomers",
    "letter_asked": "asked with /ask",
    "letter_line": "{what}: {count}",
    "letter_share": "{what}: {share} of 100",
    "letter_of_newcomers": (
        "{what}: {count}, of whom {answered} got an answer within a day, {back} came back"
    ),
    "letter_of_asked": "{what}: {count}, of which {answered} were answered",
    "letter_next": "What to try",
    "letter_try_newcomers": "Ask two regulars to answer whoever is new first, next session.",
    "letter_try_help": "Ask in the channel who can help with what; /me settings takes it.",
    "letter_try_fields": "Invite one guest from another field to the next session.",
    "letter_try_threads": "Give the next session ten minutes for pairs who have just met.",
    "letter_try_ask": "Show /ask at the end of a session; a question is the easiest start.",
    "letter_alt": "Introductions by month: {said}.",
}
