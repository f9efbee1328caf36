"""English: keeping in touch, learning after the talk, circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- keeping in touch
    "dormant_two": (
        "It has been a while with {near}{near_link}, and, further out, with {far}{far_link}. One "
        "line to either is enough."
    ),
    "dormant_one": "It has been a while with {who}{link}. One line is enough.",
    "dormant_one_bare": "You wanted to be in touch with {who} about now. One line is enough.",
    "dormant_post": "what they wrote lately",
    "button_wrote": "I wrote them",
    "button_wrote_first": "I wrote the first",
    "button_wrote_second": "I wrote the second",
    "dormant_wrote": "Good. The time until I ask again starts anew.",
    "dormant_later": "I'll show it again in a week.",
    # ---- after a session
    "learned_ask": (
        "{gathering} is over. What did you learn, what does it connect to, what will you try?"
    ),
    "button_note_it": "Note it",
    "button_not_this_time": "Not this time",
    "learned_no": "All right.",
    "tried_ask": "Two weeks ago you wanted to try: “{will_try}” Did you?",
    "tried_yes": "Good. It stands in /learn list.",
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
    # ---- three links a week
    "reading": "From fields that you leave to others, shared here this week:",
    "reading_line": "- {field}: {link}",
}
