"""English: /ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "ask_title": "Ask",
    "ask_question_label": "Your question",
    "ask_question_example": "How do you grade a simulation fairly?",
    "ask_sounding_label": "What would you like to think through?",
    "ask_sounding_example": "Whether our debriefing is too long",
    "ask_make_label": "What would you like to make?",
    "ask_make_example": "A card game on hygiene, for new nurses",
    "ask_company_label": "Company for what?",
    "ask_company_example": "Five minutes before my first talk",
    "ask_field_label": "In which field?",
    "ask_field_example": "simulation",
    "ask_empty": "Write what you'd like to ask; a sentence is enough.",
    "ask_no_field": "Name a field, such as `simulation`, so that I know whom to ask.",
    "ask_enough": "That was three this week. Next week you can ask again.",
    "ask_done": (
        "I've asked up to three people who said they help with that, and told them your name. "
        "You'll see who when somebody says yes. If nobody has in 48 hours, I'll say so."
    ),
    "ask_nobody": "Nobody I could ask now said they help with that.",
    # ---- to who helps
    "ask_question": "{who} has a question on {field}: “{question}” Would you take it?",
    "ask_sounding": (
        "{who} looks for somebody to think aloud with, on {field}: “{question}” Ten minutes of you?"
    ),
    "ask_make": "{who} would like to make something, in {field}: “{question}” Would you join?",
    "ask_company": (
        "{who} asks for five minutes of company, on {field}: “{question}” Have you five?"
    ),
    "ask_company_any": "{who} asks for five minutes of company: “{question}” Have you five?",
    "ask_yes": "Good. A private thread for the two of you opens in a moment.",
    "ask_no": "All right. Nobody hears of it.",
    # ---- in public
    "ask_question_public": "{who} asks, on {field}: “{question}”",
    "ask_sounding_public": "{who} looks for somebody to think aloud with, on {field}: “{question}”",
    "ask_make_public": "{who} would like to make something, in {field}: “{question}”",
    "ask_company_public": "{who} asks for five minutes of company, on {field}: “{question}”",
    "ask_company_any_public": "{who} asks for five minutes of company: “{question}”",
    "button_i_can_help": "I can help",
    "ask_own": "That is your own. Others can answer it.",
    "ask_has_enough": "Three people have answered already. Thank you all the same.",
    # ---- to who asked
    "ask_unanswered": (
        "Nobody could take this one so far: “{question}” Shall I post it in the community's "
        "channel, with your name?"
    ),
    "ask_nobody_to_ask": (
        "There is nobody to ask this in private: “{question}” Shall I post it in the community's "
        "channel, with your name?"
    ),
    "button_publish": "Post it publicly",
    "ask_published": "It is in the channel in a moment.",
    "ask_dropped": "Dropped. Those I asked hear nothing more of it.",
    # ---- the thread
    "ask_thread": (
        "{a}, here is {b}, who said yes: “{question}” Moderators can open this thread. I'll leave "
        "you to it."
    ),
    "ask_thread_name": "{a} and {b}",
    "button_say_thanks": "Say thank you",
    "ask_thanked": "I've said it in the thread. It is kept among what they have given.",
    "ask_thanked_here": "{a} says thank you, {b}.",
    "ask_thanks_of_asker": "That button is for whoever asked.",
    "ask_wrong": (
        "Thank you for saying so. I won't bring the two of you together again, and organisers of "
        "this community see that something was wrong, not who said so."
    ),
}
