"""English: questions in a session, answering them here, planning and hosting, catching up."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- a question's card, and answers given here
    "question_title": "Q{number}",
    "question_asked": "Asked on {links}",
    "question_none": "No answer yet.",
    "question_one": "1 answer so far.",
    "question_many": "{answers} answers so far.",
    "button_answer": "Answer here",
    "button_answer_on": "Answer on {platform}",
    "answer_compose": "A{number} … {hashtag}",
    "answer_title": "Your answer to Q{number}",
    "answer_label": "Posted in this thread as {name}",
    "answer_placeholder": "It counts like a post under {hashtag}, and you can take it back.",
    "answer_shown": "**{name}** on {question}:\n{words}",
    "answer_given": "Thank you. Your answer to {question} appears in the thread in a moment.",
    "answer_too_late": "{gathering} is over by now. The next dates are in /chat list.",
    "answer_not_joined": (
        "Answering here posts under your name, so it is for members: /me join takes a minute. "
        "Then press again. The other two buttons work for everybody."
    ),
    "answer_kept_out": "You asked me to keep nothing of yours, so I can't post that. /me join "
    "changes it.",
    "answer_of_another": "Only whoever wrote this answer can take it back.",
    "answer_is_gone": "That answer is gone already.",
    "answer_taken_back": "Taken back: it is deleted here and counts no more.",
    "button_take_back": "Take it back",
    "panel_not_on": "That works while the session is on and has its thread.",
}
