"""English: circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "circle_offer": (
        "You and a few others keep meeting in {gathering} and answering each other. Would you like "
        "a circle with them: a private thread in which each in turn brings a question? It begins "
        "when at least three say yes; only they learn who is in it."
    ),
    "button_circle_weekly": "Yes, weekly",
    "button_circle_often": "Yes, fortnightly",
    "button_circle_no": "No, thanks",
    "circle_yes": "Thank you. You'll hear only if it comes about.",
    "circle_no": "All right. Nobody hears of it, and I won't ask again.",
    # ---- in the thread
    "circle_thread": (
        "You keep meeting in {gathering} and answering each other, so this is a circle of your "
        "own. {rhythm} I ask one of you in turn to bring a question. Moderators can open this "
        "thread."
    ),
    "circle_weekly": "Every week",
    "circle_fortnightly": "Every second week",
    "circle_thread_name": "Circle {number}: {gathering}",
    "button_leave_circle": "Leave the circle",
    "circle_turn": (
        "{who}, it is your turn: bring one question, as small as you like. The next turn comes "
        "{when}."
    ),
    "circle_turn_last": "{who}, it is your turn: bring one question, as small as you like.",
    "button_pass_it_on": "Pass it on",
    "circle_passed": "Passed on to whoever has waited longest.",
    "circle_turn_of_another": "It is somebody else's turn this time.",
    "circle_of_others": "You are not in this circle.",
    "circle_left": "You have left the circle, and I take you out of this thread.",
    "circle_wrong": (
        "Thank you for saying so. Organisers of this community see that something was wrong here, "
        "not who said so. You can leave with the button beside it."
    ),
    "circle_over": "Too few are left for a rota, so I stop calling turns. The thread stays yours.",
}
