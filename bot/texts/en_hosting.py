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
    "question_none_over": "No answers. The session is over.",
    "question_one_over": "1 answer. The session is over.",
    "question_many_over": "{answers} answers. The session is over.",
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
    # ---- going, being reminded, catching up
    "button_going": "I'm going",
    "button_remind": "Remind me",
    "button_remind_dm": "By DM",
    "button_remind_thread": "In the thread",
    "button_catch_up": "Catch me up",
    "going_which": "Which one?",
    "going_where": "Ten minutes before by DM, or by your name in the thread when it opens?",
    "going_none": "No further date is planned. /chat list shows what there is.",
    "going_not_joined": (
        "To remember that I'd have to know you: /me join takes a minute. Then press again."
    ),
    "going_only": "Noted: you're going to {gathering}, <t:{starts}:F>. I won't remind you.",
    "going_dm": "I'll write you ten minutes before {gathering} begins, <t:{starts}:F>.",
    "going_thread": "I'll call you in the thread when {gathering} opens, <t:{starts}:F>.",
    "reminder": "{gathering} begins <t:{starts}:R>{where}.",
    "reminder_where": ", in <#{channel}>",
    "going_call": "{gathering} is on. You asked to be called here.",
    "catch_up_none": "There was no session yet. The next dates are in /chat list.",
    "catch_up_nothing": "Nothing new in {gathering} since <t:{since}:t>.",
    "catch_up_since": "{gathering}, since <t:{since}:t>:",
    "catch_up_to_you": "**To you** · {links}",
    "catch_up_to_you_bare": "**To you** · {count}",
    "catch_up_answers_one": "**{question}** · 1 new answer{links}",
    "catch_up_answers": "**{question}** · {count} new answers{links}",
    "catch_up_others_one": "And 1 post more.",
    "catch_up_others": "And {count} posts more.",
    # ---- planning, the host's panel
    "plan_title": "Plan the session",
    "plan_topic_label": "Topic",
    "plan_questions_label": "Questions, one a line, Q1 first",
    "plan_cohosts_label": "Co-hosts: handles, such as @lrnchat",
    "plan_none": "No further date is planned. /host chat plans a chat.",
    "plan_questions": "At most {most} questions of {length} characters, one a line: `Why grade?`",
    "plan_cohost": "`{given}` is no handle. Write it like `@lrnchat` or `@ana.bsky.social`.",
    "plan_cohosts_many": "At most {most} co-hosts, such as `@lrnchat @ana.bsky.social`.",
    "plan_kept": "Kept. /host panel shows it while the session is on.",
    "plan_ask": "{gathering} is on <t:{starts}:F> and has no topic or questions yet.",
    "plan_turn": (
        "You offered to host {gathering}, and you're asked for <t:{starts}:F>. It has no topic or "
        "questions yet."
    ),
    "plan_yours": "You host {gathering}, <t:{starts}:F> (<t:{starts}:R>).",
    "button_change_plan": "Change the plan",
    "button_panel": "My panel",
    "button_cannot": "I can't",
    "button_rota": "Ask somebody else",
    "rota_who": "Who hosts this one?",
    "rota_usual": "The usual host",
    "rota_gone": "Nobody by that name offers to host any more.",
    "rota_cannot": "All right. The usual host does it, then.",
    "panel_host": "Hosts: {names}",
    "button_plan": "Plan it",
    "button_no_plan": "No plan needed",
    "plan_not_needed": "All right, it goes without.",
    "talks": "{gathering}, <t:{at}:t> (<t:{at}:R>):",
    # ---- the live corner of a conference
    "live_title": "{gathering}: live corner",
    "live_now": "Answered most in the last six hours:",
    "live_line": "- [A post on {platform}]({url}), answered by {people} people",
    "live_none": "Quiet just now.",
    "live_over": "{gathering} is over; what happened is in its recap.",
    "programme_unreadable": "That is no calendar file that I can read. It ends in .ics, and the "
    "conference's own page often offers it.",
    "programme_large": "That file is too large: {most} KiB at most.",
    "programme_empty": "There is no talk in it on the days of {name}. /host edit moves the days.",
    "programme_taken": (
        "{count} talks of {name} are noted, from <t:{first}:F> on. Five minutes before, I tell the "
        "thread what begins. Left out, for want of a time or a title, or on other days: {left_out}."
    ),
    "button_notice": "Three a day",
    "notice_wanted": (
        "Each morning of {gathering} /today has up to three people from other fields to notice. "
        "Press again when it's enough."
    ),
    "notice_enough": "All right, no more of them.",
    "opening_topic": "Topic: **{topic}**",
    "panel_title": "{gathering}, <t:{starts}:F>",
    "panel_topic": "Topic: {topic}",
    "panel_cohosts": "Co-hosts: {names}",
    "panel_offers": "Could host: {names}",
    "panel_how": "A question gets its card by itself when a linked account of yours or of a "
    "co-host asks it. Where no post can tell, press below.",
    "panel_question": "**Q{number}** {question}\n{links}",
    "panel_question_asked": "**Q{number}** {question} · asked",
    "panel_compose": "Q{number}: {question} {hashtag}",
    "button_asked": "Q{number} asked",
    "button_could_host": "I could host",
    "rota_noted": "Thank you. Hosts see your name when they plan the next session.",
    # ---- presence as a reason
    "label_thread": "thread",
    "with_same_presence": "You and {who} were both in {gathering} on {day}{links}.",
    "both_same_presence": "you were both in {gathering} on {day}{links}",
    # ---- newcomers, to the host
    "newcomers_title": "First time in {gathering}, and no reply yet:",
    "newcomers_line": "- {answer}, <t:{at}:R>{links}",
    "newcomers_none": "Every first-timer in {gathering} has had a reply.",
    "newcomers_done": "All right, no more of it for this session.",
    # ---- keeping a link of a recap
    "button_keep_link": "Keep a link",
    "keep_which": "Which link?",
    "keep_none": "There is no link left here to keep.",
    "keep_learned": "Shared in {gathering}",
    "keep_done": "Kept. /learn list shows it.",
}
