"""What the invented people of the demo are called, work on, ask and say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Trade:
    """A field in the words of those who work in it."""

    name: str
    does: tuple[str, ...]
    """What people of it do, third person: "runs ward simulations"."""
    says: Mapping[str, tuple[str, ...]]
    """Whole sentences by kind of question: works, wrong, borrowed, step."""
    talks: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Every sentence of it, of all kinds."""
        return tuple(line for lines in self.says.values() for line in lines)


@dataclass(frozen=True, slots=True)
class Texts:
    """Everything that the generator draws words from."""

    trades: Mapping[str, Trade]
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    """For Q1..Q6 the kind of answer and the ways to ask, with {topic} in them."""
    talk: Mapping[str, tuple[str, ...]]
    conference: Mapping[str, tuple[str, ...]]
    names: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """Given and family names that belong together."""
    places: tuple[str, ...]
    topics: tuple[str, ...]
    employers: tuple[str, ...]


_KINDS = ("works", "wrong", "borrowed", "step")


@cache
def texts() -> Texts:
    """The texts of the two TOML files beside this module; read once."""
    words = _load("season_texts.toml")
    return Texts(
        trades={name: _trade(name, of) for name, of in words["fields"].items()},
        questions=tuple((each["kind"], tuple(each["ask"])) for each in words["questions"]),
        talk=_phrases(words["talk"]),
        conference=_phrases(words["conference"]),
        names=tuple(
            (tuple(each["given"]), tuple(each["family"]))
            for each in _load("season_names.toml")["names"]
        ),
        places=tuple(words["names"]["places"]),
        topics=tuple(words["names"]["topics"]),
        employers=tuple(words["names"]["employers"]),
    )


def first_person(does: str) -> str:
    """The third person as somebody says it of themselves: "teaches maths" gives "teach maths"."""
    verb, _, rest = does.partition(" ")
    if verb.endswith("ies"):
        verb = verb[:-3] + "y"
    elif verb.endswith(("ches", "shes", "sses")):
        verb = verb[:-2]
    else:
        verb = verb.removesuffix("s")
    return f"{verb} {rest}"


class Fresh:
    """Draws from phrases and avoids what it gave lately, so that neighbours do not say the same."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._used: set[str] = set()

    def pick(self, phrases: Sequence[str]) -> str:
        """One of the phrases, an unused one while there is any."""
        left = [phrase for phrase in phrases if phrase not in self._used]
        if not left:
            self._used.difference_update(phrases)
            left = list(phrases)
        phrase = self._rng.choice(left)
        self._used.add(phrase)
        return phrase


def _load(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("bot.demo").joinpath(name).read_text(encoding="utf-8"))


def _trade(name: str, of: Mapping[str, Sequence[str]]) -> Trade:
    return Trade(
        name=name,
        does=tuple(of["does"]),
        says={kind: tuple(of[kind]) for kind in _KINDS},
        talks=tuple(of["talk"]),
        tags=tuple(of["tag"]),
    )


def _phrases(table: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(lines) for name, lines in table.items()}
