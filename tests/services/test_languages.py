from __future__ import annotations

import pytest
from babel import Locale

from bot.errors import Invalid
from bot.services.languages import known_languages, language_names


def test_a_language_is_known_by_code_and_by_its_name_in_three_tongues() -> None:
    assert known_languages("English, español;  de, Inglés, français") == ("en", "es", "de", "fr")
    assert known_languages(" ") == ()


@pytest.mark.parametrize("locale", ["en-GB", "es-419", "fr"])
def test_what_is_shown_may_be_typed_again(locale: str) -> None:
    codes = [str(c) for c in Locale("en").languages if len(str(c)) == 2]
    assert len(codes) > 100
    for code in codes:
        (known,) = known_languages(language_names([code], locale))
        assert language_names([known], locale) == language_names([code], locale)


def test_what_is_no_language_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        known_languages("English, Elvish of the third age")
    assert refused.value.values["given"] == "Elvish of the third age"


def test_more_than_six_are_too_many() -> None:
    with pytest.raises(Invalid):
        known_languages("en, es, de, fr, it, pt, nl")
