from __future__ import annotations

import pytest

from bot.services.asked import words_of


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Q2: What broke first? #lrnchat", "What broke first?"),
        ("Q2 Where does it break? #LrnCircle #care", "Where does it break?"),
        ("#lrnchat Q10) Who is left out?", "Who is left out?"),
        ("3/ What will you try?", "What will you try?"),
        ("Question 4 - With whom? #lrnchat", "With whom?"),
        ("T1: ¿Qué aprendiste? #chat", "¿Qué aprendiste?"),
        ("What does #lrnchat mean to you?", "What does #lrnchat mean to you?"),
        ("Q1 #lrnchat", "Q1 #lrnchat"),
        ("Quarterly goals: which ones?", "Quarterly goals: which ones?"),
    ],
)
def test_the_label_before_a_question_and_the_hashtags_behind_it_are_left_out(
    said: str, words: str
) -> None:
    assert words_of(said) == words
