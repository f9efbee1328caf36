"""What a text says: the numbers of questions and answers, asking, links, codes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.people import CLAIM_PREFIX
from bot.sources.text import asks, claim_in, links_of, numbers_in


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("Q3: why?", 3, None),
        ("T3 is about tone", 3, None),
        ("Question 12: how", 12, None),
        ("3/ and now", 3, None),
        ("1// first", 1, None),
        ("“Q2” as they say", 2, None),
        ("\U0001f600 Q4 #lrnchat", 4, None),
        ("A3 because", None, 3),
        ("#lrnchat A10. yes", None, 10),
        ("@ana @ben A2) no", None, 2),
        ("Answer 5 is mine", None, 5),
        ("hello\nQ1 comes late", 1, None),
        ("Q1 what\nA1 this", 1, 1),
        ("I have A4 paper", None, None),
        ("Q3/4 results", None, None),
        ("A 3 week plan", None, None),
        ("12/12 done", None, None),
        ("Q31 is too many", None, None),
        ("A0", None, None),
        ("Q3000", None, None),
        ("", None, None),
    ],
)
def test_a_label_at_the_beginning_tells_the_number(
    text: str, question: int | None, answer: int | None
) -> None:
    assert numbers_in(text) == (question, answer)


@given(st.text())
def test_numbers_are_in_their_range_whatever_the_text(text: str) -> None:
    assert all(number is None or 1 <= number <= 30 for number in numbers_in(text))


@pytest.mark.parametrize("piece", ["- ", "@a ", "#", "a-", "q", "1/", "Q", "\n "])
def test_no_text_makes_the_search_slow(piece: str) -> None:
    began = time.process_time()
    numbers_in(piece * 20_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("How do you grade?", True),
        ('"Why?" she said', True),
        ("なぜ？", True),  # noqa: RUF001 a question mark of its own script
        ("لماذا؟", True),
        ("see https://example.org/?q=1", False),
        ("no", False),
    ],
)
def test_asking_is_a_sentence_that_ends_in_a_question_mark(text: str, claims: bool) -> None:
    assert asks(text) is claims


def test_links_are_absolute_different_and_at_most_ten() -> None:
    given_ = ["https://a.example/"] * 2 + ["/b", "javascript:1"]
    given_ += [f"http://c.example/{n}" for n in range(20)]
    links = links_of(given_)
    assert links[0] == "https://a.example/"
    assert len(links) == 10
    assert len(set(links)) == 10


def test_a_code_is_found_where_people_make_one() -> None:
    code = CLAIM_PREFIX + "abcdefgh"
    assert claim_in(f"It is me: {code}.") == code
    assert claim_in(f"{code}9") is None
    assert claim_in("crosstie-short") is None
