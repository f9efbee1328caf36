from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.cards import (
    AnswerShown,
    FieldCard,
    LinkShown,
    OpeningCard,
    RecapCard,
    SaidPost,
    WeeklyCard,
)
from bot.model.people import CommunityId, DiscordId, Platform
from bot.model.suggestions import Prompt, PromptId, PromptKind, PromptState
from bot.services.prompts import Outgoing
from cogs.render import Rendered, files_beside, rendered
from cogs.render_sessions import parts
from cogs.transcript import BYTES_AT_MOST, file_of, markdown
from cogs.wording import lasting, short

AT = datetime(2026, 5, 14, 23, 30, tzinfo=UTC)
OPENING = OpeningCard(
    name="Learning chat",
    hashtags=("#LrnChat", "#edchat"),
    host=DiscordId(77),
    starts_at=AT,
    ends_at=AT + timedelta(hours=1),
    is_conference=False,
    late=False,
    zone="Europe/Berlin",
    platforms=(Platform.BLUESKY, Platform.MASTODON, Platform.X),
)
RECAP = RecapCard(
    name="Learning chat",
    gathering="#LrnChat",
    starts_at=AT,
    posts=34,
    people=12,
    questions=(AnswerShown("Q3", 9, ("https://bsky.app/a", "https://x.com/i/status/1")),),
    resources=(LinkShown("https://www.example.org/a_(b)/c?d=1"),),
    first_time_pairs=7,
    newcomers=("Lee_*bold*",),
    next_at=AT + timedelta(days=7),
)


def shown(card: OpeningCard | RecapCard | FieldCard | WeeklyCard) -> Rendered:
    prompt = Prompt(
        id=PromptId(2**62),
        community=CommunityId(1),
        kind=PromptKind.RECAP,
        subject=1,
        recipient=None,
        channel=1,
        due_at=AT,
        expires_at=AT,
        unasked=False,
        state=PromptState.CLAIMED,
    )
    return rendered(Outgoing(prompt, card, "en-GB"))


async def test_the_file_leaves_out_what_its_headings_say_and_keeps_other_hashtags() -> None:
    said = (
        SaidPost(AT, None, 1, None, "A1: Rubrics help. #lrnchat #Nursing"),
        SaidPost(AT, None, None, None, "Hello #edtech friends #LRNchat"),
        SaidPost(AT, None, None, None, "#lrnchat"),
    )
    file = markdown(dataclasses.replace(RECAP, transcript=said, zone="UTC"), "en-GB")
    assert "· Rubrics help. #Nursing\n" in file
    assert "· Hello #edtech friends\n" in file
    assert "· #lrnchat\n" in file


async def test_a_slow_chat_says_on_which_day_it_ends() -> None:
    slow = dataclasses.replace(OPENING, ends_at=AT + timedelta(days=3))
    ends = int(slow.ends_at.timestamp())
    assert f"<t:{ends}:F>" in parts(slow, "en").body
    assert f"<t:{int(OPENING.ends_at.timestamp())}:t>" in parts(OPENING, "es").body
    assert lasting(timedelta(days=3), "es-ES") == "3 días"
    assert lasting(timedelta(minutes=90), "en-US") == "90 minutes"
    assert lasting(timedelta(hours=1), "en-GB") == "1 hour"


async def test_an_opening_that_is_over_says_so_and_asks_nobody_to_be_here() -> None:
    for conference in (False, True):
        card = dataclasses.replace(OPENING, is_over=True, is_conference=conference)
        said = parts(card, "en-US")
        assert "is over" in said.body
        assert "is on" not in said.body
        assert "here" not in dict(said.buttons)
        assert said.buttons, "it is found again by them"


async def test_the_thread_is_named_after_the_hashtag_and_the_day_where_the_chat_is_at_home() -> (
    None
):
    assert parts(OPENING, "en").thread_name == "#LrnChat · 15 May"
    abroad = dataclasses.replace(OPENING, zone="America/New_York")
    assert parts(abroad, "en").thread_name == "#LrnChat · 14 May"


async def test_an_opening_names_a_host_who_is_a_member_and_mentions_any_other() -> None:
    named = dataclasses.replace(OPENING, host_name="Ana *Sousa*")
    assert "with Ana \\*Sousa\\*, until" in parts(named, "en").body
    assert "<@77>" in parts(OPENING, "en").body


async def test_an_opening_says_how_it_works_and_links_to_the_hashtag_everywhere() -> None:
    opening = shown(OPENING)
    body = opening.embed.description or ""
    assert "<@77>" in body
    assert "I read my buttons, not this thread." in body
    assert "I'm late" not in body
    assert [getattr(b, "url", None) for b in opening.view.children][3:] == [
        "https://bsky.app/hashtag/LrnChat",
        "https://mastodon.social/tags/LrnChat",
        "https://x.com/search?q=%23LrnChat&f=live",
    ]
    late = parts(dataclasses.replace(OPENING, late=True), "en")
    assert "may be missing" in late.body


async def test_a_recap_tells_what_was_said_and_links_it_without_naming_who_said_most() -> None:
    recap = shown(RECAP).embed
    assert "34 posts by 12 people" in (recap.description or "")
    assert "7 pairs" in (recap.description or "")
    assert r"Lee\_\*bold\*" in (recap.description or "")
    assert f"<t:{int((AT + timedelta(days=7)).timestamp())}:R>" in (recap.description or "")
    assert (recap.description or "").endswith(
        "\n\n**Answers that got people talking**\n"
        "**Q3** · 9 answers · [1](https://bsky.app/a) [2](https://x.com/i/status/1)"
    )
    assert "](https://www.example.org/a_%28b%29/c?d=1)" in (recap.fields[0].value or "")


async def test_ten_questions_with_long_links_stand_in_one_piece() -> None:
    links = tuple(f"https://bsky.app/profile/did:plc:{'x' * 24}/post/{'y' * 13}{n}" for n in "123")
    questions = tuple(AnswerShown(f"Q{n}", 20, links, "Why do we grade?") for n in range(1, 11))
    said = parts(dataclasses.replace(RECAP, questions=questions), "en")
    assert "… and" not in said.body
    assert said.body.splitlines()[-1].startswith("**Q10** Why do we grade? · 20 answers · [1](")
    assert [heading for heading, _ in said.blocks] == ["Worth opening"]


async def test_what_does_not_fit_is_counted() -> None:
    links = tuple(f"https://example.org/{'x' * 90}/{n}" for n in range(3))
    questions = tuple(AnswerShown(f"Q{n}", 2, links) for n in range(1, 31))
    said = parts(dataclasses.replace(RECAP, questions=questions), "en")
    lines = [line for line in said.body.splitlines() if line.startswith("**Q")]
    assert said.body.splitlines()[-1] == f"… and {30 - len(lines)} more"
    assert lines[0].startswith("**Q1** · 2 answers · [1](https://example.org/")
    assert len(lines) > 8


async def test_what_is_left_out_of_a_recap_leaves_no_trace() -> None:
    bare = dataclasses.replace(
        RECAP,
        people=None,
        questions=(),
        resources=(),
        first_time_pairs=None,
        newcomers=(),
        next_at=None,
    )
    said = parts(bare, "en")
    assert said.body.splitlines()[1:] == ["34 posts."]
    assert said.blocks == ()
    assert "It stayed quiet" in parts(dataclasses.replace(bare, posts=0), "en").body


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Q3", "Nursing and game design met over Q3 in #lrnchat."),
        ("", "Nursing and game design met in #lrnchat."),
    ],
)
async def test_fields_that_met_are_named_and_lead_to_ones_own_card(
    question: str, said: str
) -> None:
    card = parts(FieldCard("nursing", "game design", question, "#lrnchat"), "en")
    assert card.body == said
    assert card.buttons == (("mine", "button_see_mine"),)


async def test_the_weekly_message_is_alike_for_all() -> None:
    few = parts(WeeklyCard(AT), "en")
    assert few.body.startswith("This week's introductions are ready, for a few of you.")
    card = parts(WeeklyCard(AT, 12), "en")
    assert card.body.startswith("This week's introductions are ready, for 12 of you.")
    assert card.buttons == (("mine", "button_see_mine"),)


async def test_an_address_that_is_broken_does_not_break_a_recap() -> None:
    odd = ("https://[", "https://a.example/x[y](z)", f"https://a.example/{'z' * 400}")
    links = tuple(map(LinkShown, odd))
    [(_, block)] = parts(dataclasses.replace(RECAP, questions=(), resources=links), "en").blocks
    assert block.splitlines() == ["[a.example/x(y)(z)](https://a.example/x%5By%5D%28z%29)"]


async def test_a_title_is_shown_with_where_it_leads_and_can_not_pose_as_a_link() -> None:
    title = "Free](https://evil.example) *now* @everyone"
    link = LinkShown("https://www.example.org/page", title)
    card = dataclasses.replace(RECAP, questions=(), resources=(link,))
    [(_, block)] = parts(card, "en").blocks
    assert "](https://evil" not in block
    assert "@everyone" not in block
    assert block.startswith("[Free)(https:")
    assert block.endswith("](https://www.example.org/page) · example.org")


async def test_a_question_is_told_in_its_own_words_as_far_as_there_is_room() -> None:
    asked = AnswerShown("Q3", 9, ("https://bsky.app/a",), "Why do we *grade*?")
    said = parts(dataclasses.replace(RECAP, questions=(asked,)), "en").body.splitlines()[-1]
    assert said == r"**Q3** Why do we \*grade\*? · 9 answers · [1](https://bsky.app/a)"


SAID = (
    SaidPost(AT, 1, None, "https://bsky.app/q1", "Q1 Why [grade]?"),
    SaidPost(AT, None, 1, "https://x.com/i/status/1"),
    SaidPost(
        AT + timedelta(minutes=2), None, 1, "https://discord.com/channels/1/2/3", "Yes", "Ana"
    ),
    SaidPost(AT + timedelta(hours=3), None, None, "https://bsky.app/late", "Good night"),
)


async def test_the_file_holds_the_session_as_far_as_it_may_be_passed_on() -> None:
    card = dataclasses.replace(
        RECAP,
        gathering="#LrnChat",
        questions=(AnswerShown("Q1", 2, (), "Why grade?"),),
        transcript=SAID,
        zone="Europe/Berlin",
    )
    said = markdown(card, "en-GB")
    assert said.startswith(
        "# What happened in #LrnChat\n\nLearning chat · 15 May 2026, 01:30 (Europe/Berlin)\n"
    )
    assert r"- *01:30 · Why \[grade\]? [post](https://bsky.app/q1)*" in said
    assert "## Q1: Why grade?" in said
    assert "\n- 01:30 · [post](https://x.com/i/status/1)\n" in said, "of X the link alone"
    assert "\n- 01:32 · Ana: Yes [post](https://discord.com/channels/1/2/3)\n" in said
    assert "\n## Also said\n\n- 04:30 · Good night [post](https://bsky.app/late)\n" in said
    assert "](https://www.example.org/a_%28b%29/c?d=1)" in said
    [made] = await files_beside(card, "en-GB")
    assert made.filename == "lrnchat-2026-05-15.md"
    assert made.fp.read().decode() == said
    assert "15 de mayo de 2026" in markdown(card, "es-ES")
    assert "## Además se dijo" in markdown(card, "es-419")


async def test_a_file_is_no_larger_than_anybody_reads_and_says_what_is_left_out() -> None:
    many = tuple(
        SaidPost(AT, None, 1, f"https://bsky.app/{n}", "word " * 100) for n in range(20_000)
    )
    said = markdown(dataclasses.replace(RECAP, transcript=many), "en")
    assert len(said.encode()) <= BYTES_AT_MOST + 100
    shown_, last = said.count("\n- "), said.splitlines()[-1]
    assert last == f"… and {20_000 + 1 - shown_} more", "its one link is left out too"
    assert file_of(dataclasses.replace(RECAP, transcript=()), "en") is None


WORDS = st.text(max_size=300)
ADDRESSES = st.builds("https://{}".format, st.text(max_size=400))
CARDS = st.one_of(
    st.builds(
        RecapCard,
        name=WORDS,
        gathering=WORDS,
        starts_at=st.just(AT),
        posts=st.integers(0, 10**9),
        people=st.none() | st.integers(5, 10**9),
        questions=st.lists(
            st.builds(
                AnswerShown,
                st.integers(1, 30).map("Q{}".format),
                st.integers(1, 10**6),
                st.lists(ADDRESSES, max_size=3).map(tuple),
                WORDS,
            ),
            max_size=30,
        ).map(tuple),
        resources=st.lists(st.builds(LinkShown, ADDRESSES, WORDS), max_size=5).map(tuple),
        first_time_pairs=st.none() | st.integers(5, 10**9),
        newcomers=st.lists(WORDS, max_size=10).map(tuple),
        next_at=st.none() | st.just(AT),
        topic=WORDS,
        transcript=st.lists(
            st.builds(
                SaidPost,
                st.just(AT),
                st.none() | st.integers(1, 9),
                st.none() | st.integers(1, 9),
                st.none() | ADDRESSES,
                WORDS,
                WORDS,
            ),
            max_size=5,
        ).map(tuple),
    ),
    st.builds(
        OpeningCard,
        name=WORDS,
        hashtags=st.lists(WORDS.map("#{}".format), max_size=5).map(tuple),
        host=st.just(DiscordId(2**63)),
        starts_at=st.just(AT),
        ends_at=st.just(AT),
        is_conference=st.booleans(),
        late=st.booleans(),
    ),
    st.builds(FieldCard, WORDS, WORDS, st.just("Q30"), WORDS),
)


@given(CARDS)
async def test_a_card_of_any_size_keeps_discords_limits(
    card: OpeningCard | RecapCard | FieldCard,
) -> None:
    message = shown(card)
    assert len(message.embed) <= 6000
    assert len(message.embed.title or "") <= 256
    assert 0 < len(message.embed.description or "") <= 4096
    for field in message.embed.fields:
        assert 0 < len(field.value or "") <= 1024
        assert len(field.name or "") <= 256
    for item in message.view.to_components():
        assert len(item["components"]) <= 5
    if isinstance(card, OpeningCard):
        assert 0 < len(message.thread_name or "") <= 60
        for button in message.view.children:
            assert len(getattr(button, "url", None) or "") <= 512


@given(st.text(), st.integers(1, 50))
def test_cutting_keeps_what_fits_and_never_more(words: str, most: int) -> None:
    assert len(short(words, most)) <= most
    if words.isalnum() and len(words) <= most:
        assert short(words, most) == words
