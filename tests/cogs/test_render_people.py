"""Cards for people: short, harmless whatever anybody is called, and never with a name too many."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import cards
from bot.model.people import DiscordId
from bot.model.suggestions import FollowUpKind, ReasonTerm
from bot.texts import text
from cogs import render_people, wording
from cogs.wording import address, linked, plain, short, visible

if TYPE_CHECKING:
    from cogs.parts import Parts

AT = datetime(2026, 5, 12, 19, 30, tzinfo=UTC)
ONE = ReasonTerm.SAME_QUESTION
SHOWN = (
    ReasonTerm.SAME_QUESTION,
    ReasonTerm.SAME_SESSION,
    ReasonTerm.NAMED_TOGETHER,
    ReasonTerm.SHARED_INTEREST,
    ReasonTerm.SHARED_CONTACT,
    ReasonTerm.CURIOUS,
)

hostile = st.one_of(
    st.text(max_size=120),
    st.sampled_from(
        [
            "",
            "@everyone",
            "<@123456789012345678>",
            "<#1> <@&2>",
            "[free](https://evil.example)",
            "](https://evil.example) [",
            "https://evil.example/a",
            "discord.gg/evil",
            "**bold** __u__ ~~s~~ ||x|| `c`",
            "```\ncode",
            "# Heading",
            "> quote\n>>> more",
            "- item\n1. one",
            "line\n\nbreak\u2028\u202e\u200d",
            "\\",
            "{name} {0} %s",
            "W" * 200,
            "\U0001d518\U0001d52b",
        ]
    ),
)
links = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "https://x.com/ana/status/1",
            "javascript:alert(1)",
            "https://a.example/(x)",
            "https://a.example/> <b",
            "http://",
            "ftp://a.example",
        ]
    ),
)
people = st.builds(cards.PersonShown, name=st.one_of(st.none(), hostile), description=hostile)
named = st.builds(
    cards.PersonShown,
    name=hostile.filter(lambda name: bool(name.strip())),
    description=hostile,
    mention=st.integers(1, 2**60).map(DiscordId),
)
reasons = st.builds(
    cards.ReasonShown,
    term=st.sampled_from(SHOWN),
    detail=hostile,
    gathering=hostile,
    at=st.just(AT),
    own_link=links,
    other_link=links,
    post_link=links,
    reader_is_curious=st.booleans(),
)
some_reasons = st.lists(reasons, min_size=1, max_size=4).map(tuple)
any_card = st.one_of(
    st.builds(cards.SuggestionCard, people, hostile, hostile, some_reasons),
    st.builds(cards.WhyCard, people, some_reasons),
    st.builds(cards.IntroductionCard, named, hostile, hostile, hostile, some_reasons),
    st.builds(cards.IntroducedCard, named, named, hostile, st.one_of(st.just(()), some_reasons)),
    st.builds(
        cards.FollowUpCard,
        hostile,
        st.sampled_from(FollowUpKind),
        people,
        links,
        hostile,
        handle=hostile,
    ),
    st.builds(cards.DigestCard, st.integers(1, 40), hostile),
)

_LINK = re.compile(r"(?<!\\)\[(?:\\.|[^\]\\])*(?<!\\)\]\((?P<url>[^)]*)\)")
_OURS = re.compile(r"<t:\d+:[DR]>")


def parts(card: cards.Card) -> Parts:
    return render_people.parts(card, "en-GB")  # type: ignore[arg-type]


def card_a(**changes: object) -> cards.SuggestionCard:
    values: dict[str, object] = {
        "about": cards.PersonShown("Ana", "runs ward simulations"),
        "own_field": "game design",
        "other_field": "nursing",
        "reasons": (
            cards.ReasonShown(
                ONE, "Q3", "#lrnchat", AT, "https://x.com/b/status/1", "https://x.com/a/status/2"
            ),
        ),
    }
    return cards.SuggestionCard(**(values | changes))  # type: ignore[arg-type]


@given(any_card)
def test_no_card_is_longer_than_a_glance(card: cards.Card) -> None:
    shown = parts(card)
    assert 0 < len(visible(shown.body)) <= wording.CARD_AT_MOST
    assert len(shown.body) <= 4096
    for _, label in shown.buttons:
        assert 0 < len(text("en", label)) <= 20
    if shown.thread_name is not None:
        assert 0 < len(shown.thread_name) <= 60


@given(any_card.filter(lambda card: not isinstance(card, cards.WhyCard)))
def test_every_card_that_is_sent_can_be_found_again_by_a_button(card: cards.Card) -> None:
    assert parts(card).buttons


@given(any_card)
def test_nothing_that_people_wrote_formats_links_or_pings(card: cards.Card) -> None:
    body = parts(card).body
    for found in _LINK.finditer(body):
        assert found["url"].startswith(("https://x.com/", "https://a.example/"))
    rest = _OURS.sub("", _LINK.sub("", body))
    bare = re.sub(r"\\[^0-9A-Za-z\s]", "", rest)
    assert "<" not in bare
    assert "](" not in bare
    assert "://" not in bare
    assert "@everyone" not in bare
    assert not re.search(r"[*_~|`\[\]]", bare)
    assert not re.match(r"#{1,3} |-# |>|[-+] |\d+\. ", rest)


@given(hostile, st.integers(5, 60))
def test_what_people_wrote_is_cut_to_its_length(said: str, at_most: int) -> None:
    assert len(short(said, at_most)) <= at_most
    assert len(visible(plain(said, at_most))) <= at_most
    assert "\n" not in plain(said, at_most)


@given(links)
def test_an_address_can_be_opened_and_can_not_end_its_label(link: str | None) -> None:
    found = address(link)
    if found is not None:
        assert found.startswith(("https://", "http://"))
        assert not set("()<> []\\") & set(found)


def test_the_card_to_a_says_what_happened_and_names_the_difference() -> None:
    shown = parts(card_a())
    assert shown.body == (
        "In #lrnchat on <t:1778614200:D> you and Ana both answered Q3"
        " ([yours](https://x.com/b/status/1) · [theirs](https://x.com/a/status/2))."
        " You work in game design; Ana runs ward simulations. Would you like to meet?"
    )
    assert [text("en", label) for _, label in shown.buttons] == [
        "Yes, ask them",
        "Not now",
        "Why?",
    ]


def test_a_described_person_has_no_name_and_no_link() -> None:
    reason = cards.ReasonShown(ONE, "Q3", "#lrnchat", AT, "https://x.com/b/status/1", None)
    about = cards.PersonShown(None, "runs ward simulations")
    body = parts(card_a(about=about, reasons=(reason,))).body
    assert "you and someone who runs ward simulations both answered Q3" in body
    assert "theirs" not in body
    assert "You work in game design, they in nursing." in body


@pytest.mark.parametrize(
    ("about", "own", "other", "expected"),
    [
        (cards.PersonShown("Ana", ""), "design", "nursing", "You work in design, Ana in nursing."),
        (cards.PersonShown("Ana", ""), "", "nursing", "Ana works in nursing."),
        (cards.PersonShown("Ana", "sings."), "", "", "Ana sings."),
        (cards.PersonShown("Ana", ""), "nursing", "nursing", None),
        (cards.PersonShown(None, ""), "design", "nursing", "someone from nursing"),
        (cards.PersonShown(None, ""), "design", "", "you and someone new both"),
    ],
)
def test_only_what_was_told_is_said_of_fields(
    about: cards.PersonShown, own: str, other: str, expected: str | None
) -> None:
    body = parts(card_a(about=about, own_field=own, other_field=other)).body
    if expected is None:
        assert "work" not in body
    else:
        assert expected in body


def test_b_reads_a_s_name_reason_and_line() -> None:
    card = cards.IntroductionCard(
        asker=cards.PersonShown("Ben Ode", "builds learning games"),
        line="How do you grade simulations?",
        own_field="nursing",
        other_field="game design",
        reasons=card_a().reasons,
    )
    shown = parts(card)
    assert shown.body.startswith(
        "Ben Ode builds learning games and would like to meet you: you both answered Q3 in"
        " #lrnchat on <t:1778614200:D> ("
    )
    assert shown.body.endswith(
        "They add: “How do you grade simulations?” Open to a short exchange here?"
    )
    assert [text("en", label) for _, label in shown.buttons] == ["Yes", "No, thanks"]


def test_the_thread_s_first_line_names_both_and_says_who_can_open_it() -> None:
    card = cards.IntroducedCard(
        a=cards.PersonShown("Ben", "", mention=DiscordId(2)),
        b=cards.PersonShown("Ana", "", mention=DiscordId(1)),
        line="How do you grade simulations?",
        reasons=card_a().reasons,
    )
    shown = parts(card)
    assert shown.content == "<@2> <@1>"
    assert shown.thread_name == "Ben and Ana"
    assert shown.body.startswith("Ben, Ana: you both answered Q3 in #lrnchat")
    assert "[Ben](https://x.com/b/status/1) · [Ana](https://x.com/a/status/2)" in shown.body
    assert "Ben wrote: “How do you grade simulations?”" in shown.body
    assert "Moderators can open this thread." in shown.body


def test_a_long_line_is_cut_before_anything_else_is_lost() -> None:
    card = cards.IntroductionCard(
        asker=cards.PersonShown("B" * 60, "d" * 90),
        line="why " * 50,
        own_field="",
        other_field="",
        reasons=card_a().reasons,
    )
    body = parts(card).body
    assert "why why" in body
    assert "…”" in body
    assert body.endswith("Open to a short exchange here?")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            FollowUpKind.UNANSWERED,
            "From #Care26, still open: Marta asked you something ([post](https://x.com/m/1)).",
        ),
        (
            FollowUpKind.MET,
            (
                "From #Care26: you and Marta talked ([post](https://x.com/m/1))."
                " Keep them in your network?"
            ),
        ),
        (
            FollowUpKind.MISSED,
            (
                "From #Care26: Marta, from botany, was in the same conversation as you, and you"
                " never met ([post](https://x.com/m/1)). A reply is enough to start."
            ),
        ),
        (
            FollowUpKind.ONE_WAY,
            (
                "From #Care26: what you wrote to Marta got no answer ([post](https://x.com/m/1))."
                " One more line may do it."
            ),
        ),
    ],
)
def test_a_follow_up_is_one_open_thing(kind: FollowUpKind, expected: str) -> None:
    about = cards.PersonShown("Marta", "")
    card = cards.FollowUpCard("#Care26", kind, about, "https://x.com/m/1", "botany")
    shown = parts(card)
    assert shown.body == expected
    assert [answer for answer, _ in shown.buttons] == ["done", "later", "drop"]


def test_somebody_outside_has_no_name_in_a_follow_up() -> None:
    about = cards.PersonShown(None, "")
    card = cards.FollowUpCard("#Care26", FollowUpKind.UNANSWERED, about, "https://x.com/m/1", "")
    assert "somebody asked you something" in parts(card).body


def test_links_without_an_address_are_left_out() -> None:
    assert linked(("yours", None), ("theirs", "javascript:x")) == ""
    assert linked(("yours", None), ("theirs", "https://a.example")) == (
        " ([theirs](https://a.example))"
    )


def test_discord_reads_back_what_was_escaped() -> None:
    said = "a_b*c [d](e) <@1>"
    assert discord.utils.remove_markdown(plain(said, 60)) != plain(said, 60)
    assert visible(plain(said, 60)) == said


@pytest.mark.parametrize(
    ("name", "again"),
    [
        ("Ana Ruiz", "Ana"), ("Ana", "Ana"), ("Dr. Ana Ruiz", "Dr. Ana Ruiz"), ("", ""),
        ("Prof Ode", "Prof Ode"), ("J Ode", "J Ode"), ("Jean-Luc P.", "Jean-Luc"),
    ],
)  # fmt: skip
def test_a_whole_name_is_said_once_and_then_the_first(name: str, again: str) -> None:
    assert render_people.given_name(name) == again


def test_a_card_repeats_no_surname() -> None:
    body = parts(card_a(about=cards.PersonShown("Ana Ruiz", "runs ward simulations"))).body
    assert body.count("Ruiz") == 1
    assert "You work in game design; Ana runs ward simulations." in body
