"""English: today, suggestions, introductions and follow-ups."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- /today, /suggest, digests
    "today_nothing": (
        "No introduction this week: I found nobody new I could give a good reason for. "
        "Next look {when}."
    ),
    "today_resting": (
        "Two introductions passed without an answer, so I ask you nothing until {when}. "
        "/suggest finds somebody now."
    ),
    "today_first": "Nothing waits for you yet. I look for the first introductions {when}.",
    "today_done": "Nothing waits for you. Next look {when}.",
    "today_more": "{count} more after this",
    "suggest_nobody": "I found nobody new I could give a good reason for. Next look {when}.",
    "talked_of": "Worth reading meanwhile, a post that several people answered: {link}",
    "talked_of_about": (
        "Worth reading meanwhile, a post about #{hashtag}, which you write about too: {link}"
    ),
    "suggest_enough": "That was two this week. You can ask again {when}.",
    "digest_one": "One thing waits for you in {community}.",
    "digest_many": "{count} things wait for you in {community}, one at a time.",
    # ---- who
    "who_described": "someone who {description}",
    "who_of_field": "someone from {field}",
    "who_unknown": "someone new",
    "label_yours": "yours",
    "label_theirs": "theirs",
    "label_post": "post",
    # ---- reasons, as a sentence about the reader and somebody
    "with_same_question": "In {gathering} on {day} you and {who} both answered {detail}{links}.",
    "with_same_session": "You and {who} both took part in {gathering} on {day}{links}.",
    "with_shared_interest": "You and {who} both wrote about {detail}{links}.",
    "with_named_together": "On {day} somebody mentioned you and {who} together{links}.",
    "with_shared_contact": "You and {who} both talk with the same person{links}.",
    "with_curious": "You are curious about {detail}, and {who} knows it from inside.",
    "with_curious_other": "You know {detail} from inside, and {who} is curious about it.",
    # ---- reasons, as a clause about two
    "both_same_question": "you both answered {detail} in {gathering} on {day}{links}",
    "both_same_session": "you both took part in {gathering} on {day}{links}",
    "both_shared_interest": "you both wrote about {detail}{links}",
    "both_named_together": "on {day} somebody mentioned the two of you together{links}",
    "both_shared_contact": "you both talk with the same person{links}",
    "both_curious": "you are curious about {detail}, which they know from inside",
    "both_curious_other": "you know {detail} from inside, which they are curious about",
    "both_curious_two": "one of you knows {detail} from inside, and the other is curious about it",
    # ---- the card to A
    "difference_named": "You work in {own}; {name} {description}.",
    "difference_named_fields": "You work in {own}, {name} in {other}.",
    "difference_fields": "You work in {own}, they in {other}.",
    "about_named": "{name} {description}.",
    "about_named_field": "{name} works in {other}.",
    "about_field": "They work in {other}.",
    "suggestion_ask": "Would you like to meet?",
    "button_yes_ask": "Yes, ask them",
    "button_not_now": "Not now",
    "button_why": "Why?",
    "button_known": "I know them already",
    "button_never": "Never introduce us",
    "why": "What speaks for it",
    "why_line": "- {reason}",
    "why_intro": "Only what was said in public, or what you both told me:",
    "line_title": "Ask them",
    "line_label": "Add a line, if you like",
    "line_example": "How do you grade simulations?",
    "suggestion_yes": "Thank you. You'll hear only if it's a yes.",
    "suggestion_no": "All right, not now. Nobody hears of it.",
    "suggestion_known": "Good to know. I won't suggest them again.",
    "suggestion_never": "I'll never introduce the two of you. Nobody hears of it.",
    "answer_taken": "You've answered that one already.",
    "answer_over": "That one is no longer open.",
    # ---- two of one's own connections
    "suggestion_by": "{by} knows you both, and would like you to meet {who}.",
    "by_line": "They write: “{line}”",
    "why_by": "{by} has both of you in their network, and proposed it. It comes from nowhere else.",
    "introduction_by": "{who} would like to meet you: {by}, who knows you both, proposed it.",
    "introduced_by": "{a}, {b}: {by} thought that you two should meet.",
    "bridge_pick": "Introduce them to…",
    "bridge_title": "Introduce two people",
    "bridge_label": "Why should they meet? Both read it",
    "bridge_example": "You both teach with games, one in wards",
    "bridge_done": (
        "Thank you. {first} is asked first, by your name, then {second}. What they answer stays "
        "between them."
    ),
    "bridge_nobody": "There is nobody else of this server in your network yet.",
    "bridge_no_line": "One line on why they should meet is what makes it worth a yes.",
    "bridge_enough": "That was two this week. Next week you can introduce two more.",
    "button_introduce": "Introduce to…",
    # ---- a week later, two months later
    "check_in_ask": "A week ago you met {who}. Did you two talk?",
    "changed_ask": "Two months ago you met {who}. Did it change something in your work?",
    "button_not_yet": "Not yet",
    "button_no_so_far": "Not so far",
    "check_in_yes": "Good to know. Only you see who it was with.",
    "check_in_no": "All right. One question, in the thread or in a message, is enough to start.",
    "changed_yes": "Good to hear. /learn add keeps what it was, for you.",
    "changed_no": "All right. It was worth asking.",
    # ---- the question to B
    "introduction": "{who} would like to meet you: {reason}.",
    "introduction_described": "{who} {description} and would like to meet you: {reason}.",
    "introduction_line": "They add: “{line}”",
    "introduction_ask": "Open to a short exchange here?",
    "button_yes": "Yes",
    "button_no_thanks": "No, thanks",
    "introduction_yes": "Good. A private thread for the two of you opens in a moment.",
    "introduction_no": "All right. Nobody hears of it.",
    # ---- two yeses
    "introduced": "{a}, {b}: {reason}.",
    "introduced_line": "{a} wrote: “{line}” That may be a good place to start.",
    "introduced_start": "What each of you does differently may be a good place to start.",
    "introduced_end": "Moderators can open this thread. I'll leave you to it.",
    "introduced_thread": "{a} and {b}",
    "thread_unnamed": "An introduction",
    "by_links": (
        "{who} said yes too. I can't open a private thread here, so find each other: "
        "{mention}{links}. A line to say hello is enough."
    ),
    "label_profile": "profile",
    "label_site": "site",
    "button_wrong": "Something's wrong",
    "introduced_wrong": (
        "Thank you for saying so. Only organisers see it, and I won't introduce the two of you "
        "again."
    ),
    # ---- after a conference
    "follow_up_unanswered": "From {gathering}, still open: {who} asked you something{links}.",
    "follow_up_met": "From {gathering}: you and {who} talked{links}. Keep them in your network?",
    "follow_up_met_unnamed": (
        "From {gathering}: you talked with whoever wrote this{links}. Keep them in your network?"
    ),
    "follow_up_first": (
        "In {gathering} you and {who} spoke, for the first time that I've seen{links}. Keep them "
        "in your network?"
    ),
    "follow_up_first_unnamed": (
        "In {gathering} you spoke with whoever wrote this, for the first time that I've seen"
        "{links}. Keep them in your network?"
    ),
    "follow_up_notice": (
        "To notice today in {gathering}: {who}, from {field}, is in the same conversation as you"
        "{links}."
    ),
    "follow_up_missed": (
        "From {gathering}: {who}, from {field}, was in the same conversation as you, and you "
        "never met{links}. A reply is enough to start."
    ),
    "follow_up_one_way": (
        "From {gathering}: what you wrote to {who} got no answer{links}. One more line may do it."
    ),
    "follow_up_somebody": "somebody",
    "button_done": "Done",
    "button_keep": "Keep",
    "button_later": "Later",
    "button_drop": "Drop",
    "button_note_why": "Note why I know them",
    "why_known_title": "Why you know them",
    "why_known_label": "In your words, for you alone",
    "why_known_example": "Mapped corals with drones",
    "follow_up_done": "Done.",
    "follow_up_kept": "Kept in your network.",
    "follow_up_later": "I'll show it again in three days.",
    "follow_up_drop": "Dropped.",
    # ---- organisers
    "held_none": "No introduction waits for you.",
    "held_one": "{a} would like to meet {b}, asked {when}.{line}",
    "held_line": " They add: “{line}”",
    "button_let": "Let it",
    "button_hold_back": "Hold back",
    "held_let": "They are asked now.",
    "held_back": "Held back. Neither of the two hears of it.",
    "held_over": "That one is no longer open.",
    "reports_title": "Reported",
    "reports_one": "Something was wrong, {when}{thread}.",
    "reports_thread": ", in <#{thread}>",
}
