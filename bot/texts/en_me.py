"""English: joining, settings, data, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- joining
    "consent": (
        "If you join, I keep your Discord id, what you tell me, and your public exchanges under "
        "the hashtags this community follows; texts for {texts_days} days, ties for two years. "
        "Members I suggest you to see your fields and, if you allow it, a post. {organisers} Only "
        "you see your network. Leave or erase with /me leave."
    ),
    "consent_organisers": "Organisers see counts only.",
    "consent_organisers_review": "Organisers see counts, and may hold back an introduction.",
    "button_join": "Join",
    "button_no": "No",
    "join_declined": "All right. Nothing about you was kept. /me join stays open.",
    "join_done": (
        "You're in. Each step below can be skipped, and changed later in /me settings.\n\n"
        "**Fields** help most: they let me find people whose work differs from yours."
    ),
    "already_member": "You're a member already. These are your settings.",
    # ---- settings
    "settings_title": "Your settings",
    "settings_work": "You work in",
    "settings_curious": "Curious about",
    "settings_help": "Can help with",
    "settings_leave": "Leave to others",
    "settings_named": "Before both say yes, you appear as",
    "settings_named_name": "{name}",
    "settings_named_describe": "someone who {description}",
    "settings_named_field": "someone from your field, without your name",
    "settings_posts": "Your posts in reasons",
    "settings_posts_yes": "linked, so that the other can read them",
    "settings_posts_no": "not linked",
    "settings_delivery": "How things reach you",
    "settings_delivery_card": "they wait in /today; I send nothing",
    "settings_delivery_dm": "by DM, at most two a week",
    "settings_delivery_digest": "one DM a week",
    "settings_times": "Your time",
    "settings_times_value": "{zone}, quiet from {quiet_from}:00 to {quiet_until}:00",
    "settings_times_open": "{zone}, no quiet hours",
    "settings_languages": "Speaks",
    "settings_employer": "Never introduced to colleagues at",
    "settings_accounts": "Your accounts",
    "settings_site": "Your blog or site",
    "settings_paused": "Paused until {when}.",
    "settings_skipped": "You skip the next round.",
    "settings_guessed": (
        "? Perhaps {fields}. Only you see this guess; what you tell under Fields takes its place."
    ),
    "settings_none": "not told",
    "button_fields": "Fields",
    "button_naming_name": "Name me",
    "button_naming_describe": "Describe me",
    "button_posts_yes": "Link my posts",
    "button_posts_no": "Don't link my posts",
    "button_handle": "My handle",
    "button_times": "Time and place",
    "button_site": "My blog or site",
    "choose_delivery": "How things reach you",
    "choice_card": "Wait in /today",
    "choice_card_about": "I send nothing; you look when you like",
    "choice_dm": "By DM",
    "choice_dm_about": "At your hour, at most two unasked a week",
    "choice_digest": "One DM a week",
    "choice_digest_about": "Only when something waits",
    "choose_distance": "How far from your own fields",
    "choice_near": "Near",
    "choice_near_about": "People whose fields touch yours",
    "choice_middle": "In between",
    "choice_middle_about": "Some near, some far",
    "choice_far": "Far",
    "choice_far_about": "People from quite other fields",
    "choose_pause": "A break",
    "choice_skip": "Skip the next round",
    "choice_month": "Pause for a month",
    "choice_quarter": "Pause for three months",
    "choice_resume": "No break",
    "choose_never": "Never introduce me to…",
    "never_done": "Noted: I'll never introduce you two. Nobody else learns of it.",
    "never_yourself": "That is you. Choose somebody else.",
    # ---- forms
    "fields_title": "Your fields",
    "fields_work": "You work in (commas between)",
    "fields_curious": "You are curious about",
    "fields_help": "You can help with",
    "fields_leave": "You leave to others, and like to hear of",
    "fields_description": "In a few words: someone who …",
    "fields_example": "nursing, simulation",
    "description_example": "runs ward simulations",
    "fields_too_many": "That is more than {most}. Keep those that matter most now.",
    "field_too_long": "A field is at most {most} characters, such as `nursing` or `game design`.",
    "times_title": "Time and place",
    "times_zone": "Your time zone",
    "times_quiet": "Quiet hours (from-until; empty: none)",
    "times_country": "Your country (may stay empty)",
    "times_languages": "Languages you speak (may stay empty)",
    "language_unknown": (
        "I know no language `{given}`. Write its name or its code, such as `English, es`; "
        "separate several by commas."
    ),
    "languages_too_many": "That is more than {most} languages. Name those you like to talk in.",
    "times_employer": "Employer: never introduce colleagues",
    "zone_unknown": (
        "I know no time zone `{given}`. Write it as area and city, such as `Europe/Madrid` or "
        "`America/Bogota`."
    ),
    "quiet_hours_invalid": "`{given}` are no hours. Write them like `21-8`, or leave them empty.",
    # ---- linking an account
    "handle_body": (
        "To link an account, put this code into its bio on Bluesky or Mastodon, or anywhere into a "
        "post under a hashtag that is followed here:\n`{code}`\nI find it by myself. It works for "
        "{days} days. Until then nobody is shown any handle of yours."
    ),
    "handle_have": "Linked, so you may remove the code there now: {accounts}.",
    "linked": (
        "I found your code at {platform}: {handle}. That account is linked to you now, so you may "
        "remove the code there."
    ),
    "linked_done": "Good.",
    "handle_linked": "{platform}: {handle}",
    "site_title": "Your own blog or site",
    "site_label": "Its address (empty: none)",
    "site_invalid": "`{given}` is no address of a page. Write it like `https://ana.example.org`.",
    "site_kept": (
        "Kept: <{site}>. The posts I draft from your notes end with it. It is shown to somebody "
        "else only after both of you said yes, where no private thread can be opened."
    ),
    "site_removed": "No blog or site of yours is kept.",
    # ---- data and leaving
    "data_here": (
        "Everything I keep about you: `your-data.md` to read, `your-data.json` for programs."
    ),
    "leave_ask": (
        "**Leave** ends suggestions and messages at once and keeps what you told me for 30 days, "
        "in case you come back.\n**Erase** removes everything about you, everywhere, for good; "
        "your accounts are not read again."
    ),
    "leave_ask_stranger": (
        "You haven't joined, so I suggest you to nobody. If you want your public exchanges here "
        "not to be kept either, press **Keep me out** and name the account."
    ),
    "button_leave": "Leave",
    "button_erase": "Erase",
    "button_stay": "Stay",
    "button_keep_out": "Keep me out",
    "leave_done": "You've left. Nothing more is sent or suggested. /me join brings you back.",
    "leave_stayed": "Nothing was changed.",
    "erase_done": (
        "Erased: {count} entries are gone, and your accounts are kept out from now on. "
        "Backups forget them as they expire."
    ),
    "object_title": "Keep me out",
    "object_platform": "Platform: x, bluesky or mastodon",
    "object_handle": "Your handle there",
    "object_done": "Done: {count} entries are gone, and {handle} is kept out from now on.",
    "object_unknown": (
        "I have nothing from `{handle}` on {platform}. If it posts under a followed hashtag later, "
        "come back here, or ask an organiser."
    ),
    "object_platform_unknown": "`{given}` is none of x, bluesky, mastodon.",
    "object_linked": "A member has linked that account. Only they can erase it, with /me leave.",
    # ---- /admin people
    "join_barred": (
        "The organisers of this community keep you out of Crosstie here. They can tell you why. "
        "/me data shows what is kept about you, and /me leave erases it."
    ),
    "steward_person": "Say who, in `person`.",
    "steward_other": "Say who else, in `other`.",
    "steward_account": "Say `platform` and `handle` of the account.",
    "steward_needs_two": "That is the same person twice. Choose two.",
    "steward_not_barred": "<@{person}> isn't kept out here.",
    "steward_barred": (
        "<@{person}> is kept out of Crosstie here from now on, and is told so only on /me join. "
        "Nothing is sent to them or suggested about them any more."
    ),
    "steward_let_back": "<@{person}> may join again, with /me join.",
    "steward_apart": "Noted: I'll never introduce these two. Neither is told.",
}
