"""English: the network, what was learned, the map and the mirror."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    # ---- /network add
    "network_add_empty": (
        "Say whom: a handle like @ana.example, the address of a post, a name, or pick a member."
    ),
    "network_name_too_long": "That name is long. {most} characters are enough.",
    "network_address_unknown": (
        "I know nobody behind that address. Add them by name: /network add who: Ana Ruiz"
    ),
    "network_yourself": "That is you.",
    "network_gone": "That entry is no longer there. /network show has the others.",
    "network_full": "Your network holds {most} people, which is all I keep.",
    "network_day_invalid": "“{given}” is no day so far. Write 2024, 2024-05 or 2024-05-13.",
    "network_draft": "Keep {who} in your network?",
    "network_draft_known": "{who} is in your network already.",
    "network_draft_from": "From {where}{links}.",
    "network_draft_talked": "You last talked in public on {day}{links}.",
    "network_why": "Or keep them for another reason",
    "network_somebody": "somebody",
    "button_keep_drafted": "Keep",
    "button_learn_from": "I learn from them",
    "button_met": "We met in person",
    "button_open_entry": "Open",
    # ---- kinds of reasons
    "kind_interest": "a shared interest",
    "kind_conversation": "a conversation",
    "kind_contributions": "steady contributions",
    "kind_project": "a joint project",
    "kind_research": "research",
    "kind_other": "another reason",
    # ---- /network show
    "network_empty": (
        "Your network is empty so far. /network add takes a handle, the address of a post, a "
        "name, or somebody of this server, met here or anywhere else."
    ),
    "network_title": "Your network",
    "network_counts": "{count} people. Only you see this.",
    "network_pick": "Open somebody",
    "network_page": "Page {page} of {pages}",
    "layer_strong": "Strong ties",
    "layer_weak": "Weak ties",
    "layer_very_weak": "Very weak ties",
    "network_line": "{who} · {why}",
    "network_more": "and {count} more",
    "entry_why": "Why",
    "entry_why_detail": "{kind}: {reason}",
    "entry_since": "Since",
    "entry_contact": "Last contact",
    "entry_earlier": "Earlier, in public",
    "entry_year": "{year}: {times}",
    "entry_thanked": "Thanked",
    "entry_field": "Works in",
    "entry_note": "Your note",
    "entry_learns": "You learn from them, and expect nothing back.",
    "entry_introduced": "An introduction brought you together.",
    "entry_met": "You met in person.",
    "entry_cadence": "In touch about every {days} days",
    "button_edit": "Edit",
    "button_thank": "Thank",
    "button_in_touch": "In touch today",
    "button_learned": "Note what I learned",
    "button_remove": "Remove",
    "button_remove_yes": "Yes, remove",
    "button_back": "Back",
    "button_next_page": "Next",
    "button_profile": "Their profile",
    "cadence_pick": "How often to be in touch",
    "cadence_none": "No reminder",
    "cadence_days": "About every {days} days",
    "edit_title": "What you keep",
    "edit_label": "What you call them",
    "edit_reason": "Why they are in your network",
    "edit_note": "Note, for you only",
    "edit_field": "What they work in",
    "edit_since": "Since (2024, 2024-05 or 2024-05-13)",
    "edit_reason_example": "We built a ward game together",
    "network_removed": "{who} is no longer in your network. Nobody hears of it.",
    "network_remove_ask": "Remove {who} from your network? What you learned stays with you.",
    "network_thanked": (
        "Noted that you thanked {who}. If you haven't yet, one line where they read it is enough."
    ),
    "network_in_touch": "Noted: in touch with {who} today.",
    "network_add_bot": "That is a program. Networks here are of people.",
    # ---- /learn
    "learn_title": "Note what you learned",
    "learn_title_from": "What you learned from {who}",
    "learn_learned": "What did you learn?",
    "learn_learned_example": "Feedback sticks when it comes within a day",
    "learn_connects_to": "What does it connect to?",
    "learn_connects_to_example": "Our ward debriefings",
    "learn_will_try": "What will you try?",
    "learn_will_try_example": "A two-minute debriefing on Friday",
    "learn_link": "A link, if there is one",
    "learn_link_example": "https://example.org/feedback",
    "learn_kept": "Kept. /learn list shows it, to you only.",
    "learn_empty": "One line on what you learned is enough; the rest may stay empty.",
    "learn_link_invalid": "“{given}” is no link. Write one like https://example.org/feedback.",
    "learn_gone": "That note is no longer there.",
    "learn_none": (
        "Nothing noted so far. /learn add asks what you learned, what it connects to and what "
        "you will try."
    ),
    "learn_list_title": "What you learned",
    "learn_from": "From {who}",
    "learn_said_connects": "Connects to: {said}",
    "learn_said_try": "To try: {said}",
    "learn_removed": "Removed.",
    "learn_remove_pick": "Remove a note",
    # ---- /network map
    "map_other": "other fields",
    "map_alt": "A map of your network, {count} people, you in the middle.",
    "map_alt_practice": "In your inner ring: {names}.",
    "map_alt_fields": "Around it, by field: {fields}.",
    "map_alt_learned": "You learn from {names}.",
    "map_empty": "Your map is empty so far. /network add puts the first person on it.",
    "map_title": "Your network",
    "map_reads": (
        "A wider line is a stronger tie; an arrow, somebody you learn from; dashed, somebody you "
        "could meet. Inner ring: the people who also talk among themselves."
    ),
    "map_left_out": "{count} with the weakest ties have no place on it.",
    "mirror_layers": "Ties",
    "mirror_layers_said": (
        "{strong} strong, {weak} weak, {very_weak} very weak; {inner} in the ring"
    ),
    "mirror_learns": "You learn from {count} of them.",
    "mirror_fields": "Fields",
    "mirror_field": "{field} {count}",
    "mirror_unknown": "not known {count}",
    "mirror_countries": "Countries",
    "mirror_languages": "Languages",
    "mirror_mix": "Mix of fields, from 0 (one field) to 1",
    "mirror_mix_said": "{now} now",
    "mirror_year": "{year}: {people} people, {mix}",
    "mirror_years_people": "people",
    "mirror_years_alt": "People in your network by year: {said}.",
    "mirror_grew": "Grew in twelve months",
    "mirror_thin": "Thin",
    "mirror_thin_said": "You like to hear of {fields}; hardly anybody here works there.",
    # ---- /network export
    "export_here": "Your network: {count} in it. Only you see this message.",
    "export_vault": "Unpack it, and open the folder as a vault in Obsidian.",
}
