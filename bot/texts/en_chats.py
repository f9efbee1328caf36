"""English: setting up, hosting, sessions and recaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- a session opens
    "months": "January February March April May June July August September October November "
    "December",
    "day_month": "{day} {month}",
    "opening_chat": "{hashtags} is on, with {host}, until <t:{ends}:{form}> (<t:{ends}:R>).",
    "opening_conference": "{name} is on, until <t:{ends}:F> (<t:{ends}:R>). I follow {hashtags}.",
    "opening_chat_over": "{hashtags}, with {host}, is over. What happened is in the thread below.",
    "opening_conference_over": "{name} ({hashtags}) is over. What happened is in the thread below.",
    "opening_how": (
        "Post with {hashtag} wherever you are; use this thread for the rest. I read my buttons, "
        "not this thread. **I'm here** counts you in without a post; members I suggest to you may "
        "learn that you both were there."
    ),
    "opening_late": (
        "I'm late: it began <t:{starts}:R>, and what was said before now may be missing."
    ),
    "button_here": "I'm here",
    "here_noted": (
        "Noted: you're at {gathering}, even if you only read along. Members I suggest to you may "
        "learn that you both were there."
    ),
    "here_again": "You're down for {gathering} already.",
    "here_over": "{gathering} is over by now. The next dates are in /chat list.",
    "here_not_joined": (
        "Glad you're here. I keep nothing about you unless you join: /me join takes a minute. Then "
        "press again."
    ),
    # ---- its recap
    "recap_title": "What happened in {gathering}",
    "recap_on": "<t:{starts}:F>",
    "recap_quiet": "It stayed quiet: no post under {gathering} reached me.",
    "recap_post": "1 post.",
    "recap_posts": "{posts} posts.",
    "recap_posts_people": "{posts} posts by {people} people.",
    "recap_pairs": "{pairs} pairs spoke for the first time that I've seen.",
    "recap_newcomers": "New here: {names}. A hello goes a long way.",
    "recap_next": "Next: <t:{at}:F> (<t:{at}:R>)",
    "recap_questions": "Answers that got people talking",
    "recap_question": "**{question}**{words} · {answers} answers · {links}",
    "recap_question_one": "**{question}**{words} · 1 answer · {links}",
    "recap_question_bare": "**{question}**{words} · {answers} answers",
    "recap_question_one_bare": "**{question}**{words} · 1 answer",
    "recap_resources": "Worth opening",
    "recap_more": "… and {count} more",
    "transcript_others": "Also said",
    "transcript_how": (
        "*Posts of X stand here as links alone, as its rules ask. A post that is deleted goes out "
        "of this file.*"
    ),
    "recap_none": "No session here is over yet. The next dates are in /chat list.",
    "button_next_dates": "Next dates",
    "dates_next": "{gathering} comes next:\n{dates}",
    "dates_none": "{gathering} has no further date.",
    # ---- fields that met, the weekly message
    "field_met_over": "{field_a} and {field_b} met over {question} in {gathering}.",
    "field_met": "{field_a} and {field_b} met in {gathering}.",
    "weekly": (
        "This week's introductions are ready, for {people} of you. The next ones come <t:{at}:F> "
        "(<t:{at}:R>)."
    ),
    "weekly_some": (
        "This week's introductions are ready, for a few of you. The next ones come <t:{at}:F> "
        "(<t:{at}:R>)."
    ),
    # ---- /chat
    "chat_list_title": "Chats and conferences",
    "chat_list_none": "Nothing is planned here yet. Whoever hosts events can add a chat with "
    "/host chat.",
    "chat_list_item": "**{name}** · {hashtags} · {rhythm}\n{dates}",
    "chat_list_more": "… and {count} more",
    "chat_on_now": "On now, until <t:{ends}:F> (<t:{ends}:R>)",
    "chat_next": "<t:{at}:F> (<t:{at}:R>)",
    "chat_from_to": "<t:{at}:D> to <t:{ends}:D> (<t:{at}:R>)",
    "chat_unknown": "There is no such chat or conference here now. /chat list shows what there is.",
    "rhythm_once": "once",
    "rhythm_weekly": "every week",
    "rhythm_fortnightly": "every two weeks",
    "rhythm_monthly": "every month",
    "rhythm_conference": "conference",
    "rhythm_weeks": "every {count} weeks",
    "rhythm_months": "every {count} months",
    "rhythm_until": "{rhythm} until {day}",
    # ---- one date is moved or cancelled
    "date_moved": "**{name}** on <t:{was}:D> is moved to <t:{at}:F> (<t:{at}:R>).",
    "date_cancelled": "**{name}** on <t:{was}:D> is cancelled.",
    "gathering_cancelled": (
        "**{name}** is cancelled; it would have been next on <t:{was}:D>. Nothing further is "
        "planned."
    ),
    "gathering_moved": "**{name}** has new dates. It is next on <t:{at}:F> (<t:{at}:R>).",
    "date_as_planned": "**{name}** takes place as first planned, <t:{at}:F> (<t:{at}:R>).",
    # ---- events of Discord
    "event_about": "Post with {hashtag} wherever you are; the thread opens here.",
    # ---- /host
    "host_chat_added": (
        "**{name}** is planned: {hashtags}, {rhythm}, {lasting}, {zone} time.\n{dates}\n\n"
        "I'll open a thread in <#{channel}> each time. Are these the right dates?"
    ),
    "host_conference_added": (
        "**{name}** is planned: {hashtags}, from <t:{starts}:F> to <t:{ends}:F>, {zone} time.\n\n"
        "I'll open a thread in <#{channel}> when it begins. Is that right?"
    ),
    "host_forecast": (
        "On X a session of this kind costs about ${low} to ${high}; ${free} of this month's ${cap} "
        "is left. When it runs out I read less, and then nothing more."
    ),
    "host_right": "**{name}** it is. To move or cancel it: /host edit.",
    "host_edit": "**{name}** · {hashtags} · {rhythm}\n{dates}",
    "host_cancel_sure": (
        "Cancel **{name}**? Its dates fall away; what was said stays. In two minutes I tell the "
        "chat channel, once."
    ),
    "host_cancelled": "**{name}** is cancelled.",
    "host_kept": "**{name}** stays as it is.",
    "host_exists": 'There is a "{name}" here already. Take another name, such as "{example}", or '
    "move it with /host edit.",
    "host_conference_long": (
        "A conference may last {most} days at most. Its last day could be {example}."
    ),
    "host_form_title": "Change the chat",
    "host_form_conference": "Change the conference",
    "host_form_date_title": "Move or cancel one date",
    "host_form_date": "Which date",
    "host_form_moved_to": "Held on (empty: cancelled)",
    "host_date_done": "Settled. In two minutes I tell <#{channel}>, once.\n\n**{name}**\n{dates}",
    "host_no_date": "There is no date ahead on {given}. Write for example {example}.",
    "host_date_passes": (
        '"{given}" lies beyond the date before or after it. Cancel that one first, or choose a '
        "time between."
    ),
    "host_form_first_day": "First day",
    "host_form_last_day": "Last day",
    "host_form_hashtags": "Hashtags",
    "host_form_when": "Day and time",
    "host_form_rhythm": "How often: {rhythms}",
    "host_form_zone": "Time zone",
    "host_form_minutes": "Minutes, hours or days",
    "button_right": "Right",
    "button_change": "Change",
    "button_one_date": "One date",
    "button_cancel": "Cancel it",
    "button_cancel_yes": "Yes, cancel",
    "button_keep_it": "Keep it",
    # ---- /host hide
    "hide_post_hidden": (
        "Hidden here from now on, also in recaps: {what}. To undo it, run this with show_again."
    ),
    "hide_account_hidden": (
        "All posts of {what} are hidden here from now on, also in recaps. To undo it, run this "
        "with show_again."
    ),
    "hide_post_shown": "Shown here again: {what}.",
    "hide_account_shown": "Posts of {what} are shown here again.",
    "hide_was_hidden": "{what} was hidden here already.",
    "hide_was_shown": "{what} was not hidden here.",
    "hide_unknown": (
        "I have nothing by that link or handle. Copy the link of the post from its platform, or "
        "write a handle like @ana.example."
    ),
    # ---- what people type
    "when_zone": 'I know no single time zone "{given}". Write for example {example}.',
    "when_hashtag": '"{given}" is no hashtag that I could follow. Write for example {example}.',
    "when_hashtags_many": "I follow {most} hashtags at most. Write for example {example}.",
    "when_time": '"{given}" is no time that I understand. Write for example {example}.',
    "when_day": '"{given}" is no day that I understand. Write for example {example}, or Tuesday.',
    "when_past": '"{given}" has passed. Write for example {example}.',
    "when_far": '"{given}" is too far away for a plan. Write for example {example}.',
    "when_moment": '"{given}" is no day with a time. Write for example {example}.',
    "when_rhythm": '"{given}" is no rhythm that I know. Write one of: {example}.',
    "when_minutes": (
        '"{given}" is no time from 10 minutes to 6 days. Write for example {example}, or 3 days.'
    ),
    "when_weekly": '"{given}" is no weekday with a time. Write for example {example}.',
    # ---- /admin
    "setup_not_here": "I'm not a member of this server any more. Invite me again, then run this.",
    "setup_lacks": (
        "I can't work there yet, and nothing was changed.\n{lacks}\nGive me that in the channel's "
        "settings, then run /admin setup again."
    ),
    "setup_lacks_in": "In <#{channel}> I lack: {permissions}.",
    "setup_done": (
        "Set. Sessions open their threads in <#{chats}>; the weekly message goes to <#{prompts}>, "
        "next <t:{weekly}:F> ({zone} time). {review}\n\nNext: /host chat plans the first chat."
    ),
    "setup_review_on": "You see each introduction before the second person is asked.",
    "setup_review_off": "Introductions need two yeses, and nobody's permission.",
    "status_title": "How things stand",
    "status": (
        "Members: {members}\n"
        "Chats: {chats}, conferences: {conferences}\n"
        "Sessions followed: {held}, missed: {missed}\n"
        "Posts kept from them: {posts}\n"
        "Introductions made: {introductions}"
    ),
    "status_sources": "Live sources",
    "sources_none": "None is on: posts come from archives only. `crosstie check` says why.",
    "source_starting": "**{name}** is starting.",
    "source_following": "**{name}** is followed.",
    "source_retrying": "**{name}** is tried again <t:{until}:R>: {reason}",
    "source_limited": "**{name}** waits until <t:{until}:t>: {reason}",
    "source_parked": "**{name}** stands still, and needs you: {reason}",
    "source_seen": "Last event <t:{at}:R>, came back {reconnects} times since the start.",
    "source_gap_missing": "Posts are missing from <t:{first}:f> to <t:{last}:f>.",
    "source_gap_filling": "Posts from <t:{first}:f> to <t:{last}:f> are being searched for.",
    "source_gap_filled": "What was posted from <t:{first}:f> to <t:{last}:f> was found by search; "
    "reposts, and answers without the hashtag, are missing.",
    "status_budget": "Budget for X",
    "budget_used": "${spent} of ${cap} this month at most, {percent} %.",
    "budget_full": "All is read.",
    "budget_no_authors": "Authors are left out.",
    "budget_no_reposts": "Authors and reposts are left out.",
    "budget_search_only": "Only search is left: no reposts, and posts come a minute late.",
    "budget_stopped": "X is read again <t:{until}:R>.",
    "owner_budget_50": "Half of this month's budget for X is used: ${spent} of ${cap}. Nothing is "
    "left out yet.",
    "owner_budget_80": "Most of this month's budget for X is used: ${spent} of ${cap}. Authors are "
    "left out from now on, reposts from 90 %, and from 95 % I only search. To change that, raise "
    "`monthly_budget_usd` and restart me.",
    "owner_budget_100": "This month's budget for X is used up: ${spent} of ${cap}. I read X again "
    "<t:{until}:F>, or once you raise `monthly_budget_usd` and restart me.",
    "owner_parked": "I don't follow **{name}** any more: {reason}",
    "status_next": "Next session: **{name}**, <t:{at}:F> (<t:{at}:R>)",
    "status_no_next": "No session is planned. /host chat plans one.",
    "status_few": "fewer than {few}",
    "status_newcomers": "First-timers, half a year",
    "newcomers_came_again": "{again} of {newcomers} came to a later session too.",
    "newcomers_too_few": "Fewer than five since chats had four sessions: too few to be told.",
    "status_learned": "How suggestions are weighed",
    "learned_too_little": "By the general weights: too few people met here to learn from yet.",
    "learned_nothing_better": (
        "By the general weights: tried on {askers} people who met somebody new, nothing learned "
        "here did better."
    ),
    "learned_better": (
        "By what this community's own past taught: tried on {askers} people who met somebody new, "
        "{gain} points of 100 better than the general weights."
    ),
    "learned_answers_early": (
        "Of {ended} introductions that ended, too few yet to say whether learning from answers "
        "helps."
    ),
    "learned_answers": (
        "Chosen by what members answered so far, about {made} of 100 introductions come about; "
        "without that, of whom these rounds had left, about {plainly} (estimated from {ended} that "
        "ended). In a small community the gain is less: whom members like was asked sooner."
    ),
}
