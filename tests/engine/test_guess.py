"""Fields from hashtags and words: what is named, what is not, what never counts."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.fields import is_cross_field
from bot.engine.guess import Place, Taxonomy, guess, place_of, plain, terms_of
from bot.model.people import FieldOf, PersonId, Stance
from bot.services.guessing import fields_with_guesses, taxonomy
from tests.services.gatherings import member

PLACES = tuple(
    Place(code, {"en": code, "es": f"{code}es"}, frozenset(words.split()))
    for code, words in (
        ("health", "nursing icu simulation"),
        ("design", "gamedesign ux simulation"),
    )
)
SMALL = Taxonomy(PLACES, frozenset({"cancer"}))


def test_two_words_of_one_field_name_it_with_the_confidence_of_two() -> None:
    found = guess(Counter(nursing=3, icu=1), SMALL)
    assert [(one.place.code, one.terms) for one in found] == [("health", ("nursing", "icu"))]
    assert found[0].confidence == pytest.approx(2 / 3)


def test_one_word_is_no_guess() -> None:
    assert guess(Counter(nursing=50), SMALL) == ()
    assert guess(Counter(), SMALL) == ()


def test_several_fields_are_named_the_surest_first() -> None:
    found = guess(Counter(nursing=4, icu=2, gamedesign=1, ux=1), SMALL)
    assert [one.place.code for one in found] == ["health", "design"]
    assert found[0].confidence > found[1].confidence


def test_words_that_stand_together_are_one_hashtag_and_accents_do_not_matter() -> None:
    terms = terms_of({"UX": 2}, "Game design, enfermería")
    assert terms["gamedesign"] == 1
    assert terms["enfermeria"] == 1
    assert [one.place.code for one in guess(terms, SMALL)] == ["design"]


def test_refused_words_count_for_nothing_and_are_no_keywords() -> None:
    ill = Taxonomy(
        (Place("health", {"en": "health", "es": "salud"}, frozenset({"cancer", "nursing"})),),
        frozenset({"cancer"}),
    )
    assert guess(Counter(cancer=9, nursing=1), ill) == ()
    shipped = taxonomy()
    assert not shipped.refused & {word for place in shipped.places for word in place.words}
    for term in ("catolica", "vote", "cancer", "hiv", "lgbtq", "roma", "sindicato", "autism"):
        assert term in shipped.refused
    assert guess(Counter(dict.fromkeys(shipped.refused, 5)), shipped) == ()


def test_the_shipped_fields_are_those_of_the_standard_in_two_languages() -> None:
    places = taxonomy().places
    assert len({place.code for place in places}) == len(places) == 26
    assert {place.code[:2] for place in places} == {f"{n:02}" for n in range(1, 11)}
    for place in places:
        assert set(place.names) == {"en", "es"}
        assert len(place.words) >= 6
        assert all(word == plain(word) for word in place.words)


def test_words_of_two_near_fields_name_the_wider_one_and_it_is_the_same_field_as_either() -> None:
    assert [one.place.code for one in guess(Counter(nursing=1, socialwork=1), taxonomy())] == ["09"]
    assert {place.code for place in taxonomy().within("09")} == {"09", "091", "092"}
    wide = member(1, "Ana", description="nursing and socialwork")
    narrow = member(2, "Ben", "nursing")
    fields = fields_with_guesses({m.person: m for m in (wide, narrow)}, [], frozenset())
    assert is_cross_field(fields[wide.person], fields[narrow.person]) is False
    assert {place.code for place in taxonomy().broad} == {f"{n:02}" for n in range(1, 11)}
    assert all(place.words and set(place.names) == {"en", "es"} for place in taxonomy().broad)


WORDS = sorted(word for place in taxonomy().places for word in place.words)


@given(st.dictionaries(st.sampled_from(WORDS), st.integers(1, 9), max_size=12))
def test_whatever_is_said_a_guess_is_below_certainty_and_there_are_few(
    terms: dict[str, int],
) -> None:
    found = guess(terms, taxonomy())
    assert len(found) <= 3
    assert all(0.0 < one.confidence < 1.0 for one in found)
    assert all(set(one.terms) <= set(terms) for one in found)


def test_what_is_told_is_never_guessed_over_and_nobody_else_is_guessed_about() -> None:
    told = member(1, "Ana", "nursing", description="physics and chemistry")
    silent = member(2, "Ben", description="runs ward simulations, hospital nurse")
    found = fields_with_guesses({told.person: told, silent.person: silent}, [], frozenset())
    assert found[told.person] == (FieldOf("nursing", Stance.WORK),)
    assert {one.field for one in found[silent.person]} == {"health", "nursing"}
    assert all(one.confidence < 1.0 for one in found[silent.person])
    assert PersonId(99) not in found


def test_a_told_field_is_found_in_the_taxonomy_where_it_belongs() -> None:
    assert place_of("game design", taxonomy()) == {"021"}
    assert place_of("Salud", taxonomy()) == {"091"}
    assert place_of("cancer", taxonomy()) == frozenset()
    assert place_of("underwater basketry", taxonomy()) == frozenset()
