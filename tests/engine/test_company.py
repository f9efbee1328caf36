"""Fields by the company of hashtags: who gets one, and who keeps a question mark."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.company import FEWEST_TOLD, by_company
from bot.engine.history import TagUse
from bot.model.people import FieldOf, PersonId, Stance
from bot.model.posts import EPOCH, PostId
from bot.services.guessing import fields_with_guesses, taxonomy
from tests.services.gatherings import member

WARD = {"wardlife": 2, "handover": 1}
BUILD = {"buildnight": 1, "devlog": 3}


def people(*used: dict[str, int]) -> dict[PersonId, dict[str, int]]:
    return {PersonId(at): tags for at, tags in enumerate(used, 1)}


def told(**by_person: str) -> dict[PersonId, list[str]]:
    return {PersonId(int(p[1:])): [name] for p, name in by_person.items()}


def test_who_told_nothing_gets_what_most_with_such_hashtags_told() -> None:
    uses = people(WARD, WARD, WARD, WARD, BUILD, BUILD, BUILD, WARD, BUILD)
    said = told(p1="nursing", p2="nursing", p3="nursing", p4="law", p5="games", p6="games")
    found = by_company(uses, said)
    assert found[PersonId(8)].field == "nursing"
    assert found[PersonId(8)].confidence == pytest.approx(3 / 4 * 3 / 4)
    assert found[PersonId(8)].hashtags == ("wardlife", "handover")
    assert PersonId(9) not in found, "two are too few to go by"
    assert not found.keys() & said.keys()


def test_one_hashtag_is_no_company() -> None:
    uses = people(WARD, WARD, WARD, {"wardlife": 9})
    assert by_company(uses, told(p1="nursing", p2="nursing", p3="nursing")) == {}
    assert by_company({}, {}) == {}


def test_a_group_that_tells_many_things_tells_nothing() -> None:
    said = told(p1="nursing", p2="nursing", p3="nursing", p4="law", p5="art", p6="sport", p7="tax")
    assert by_company(people(*[WARD] * 8), said) == {}


@given(
    st.dictionaries(
        st.integers(1, 12).map(PersonId),
        st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 5), max_size=6),
    ),
    st.dictionaries(st.integers(1, 12).map(PersonId), st.lists(st.sampled_from("xyz"), max_size=2)),
)
def test_a_guess_stands_on_three_who_told_it_and_is_never_sure(
    uses: dict[PersonId, dict[str, int]], said: dict[PersonId, list[str]]
) -> None:
    for person, found in by_company(uses, said).items():
        assert not said.get(person)
        assert sum(found.field in fields for fields in said.values()) >= FEWEST_TOLD
        assert 0.0 < found.confidence < 1.0
        assert set(found.hashtags) <= set(uses[person])


def test_hashtags_that_are_refused_and_fields_that_name_them_are_no_company() -> None:
    everybody = [member(n, "Ana", "nursing" if n < 5 else "") for n in range(1, 6)]
    members = {one.person: one for one in everybody}

    def guessed(*tags: str) -> list[FieldOf]:
        uses = [TagUse(p, tag, PostId(1), EPOCH) for p in members for tag in tags]
        fields = fields_with_guesses(members, uses, frozenset({"lrnchat"}))
        return list(fields[everybody[-1].person])

    assert guessed("wardlife", "handover") == [FieldOf("nursing", Stance.WORK, 4 / 5)]
    assert guessed("wardlife", "lrnchat") == [], "sessions' hashtags say nothing"
    assert guessed("wardlife", *sorted(taxonomy().refused)[:20]) == []
    for one in everybody[:4]:
        members[one.person] = member(int(one.discord_id), "Ana", "lgbtq archives")
    assert guessed("wardlife", "handover") == []
