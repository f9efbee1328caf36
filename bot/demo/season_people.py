"""The invented people of a season: who they are, what they work on, how much they post."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.demo.season_texts import first_person, texts

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

_BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "\u0131": "i"})


@dataclass(frozen=True, slots=True, eq=False)
class Someone:
    """One invented person. Compared by identity."""

    did: str
    given: str
    name: str
    handle: str
    """Under .example, which nobody can own."""
    fields: tuple[str, ...]
    """One to three; the first is the one they work in, the rest they are curious about."""
    does: str
    place: str
    employer: str
    reposts_only: bool
    drive: float
    """How much they post: heavy-tailed, 1 for most."""

    @property
    def does_i(self) -> str:
        """What they do as they say it: "run ward simulations"."""
        return first_person(self.does)


def people(rng: random.Random) -> Iterator[Someone]:
    """Invented people without end, each with a handle of their own."""
    words = texts()
    taken: set[str] = set()
    used: set[str] = set()
    while True:
        given_names, family_names = rng.choice(words.names)
        given = rng.choice(given_names)
        name = f"{given} {rng.choice(family_names)}"
        if name in used and rng.random() < 0.9:
            continue
        used.add(name)
        handle = _handle(name, taken, rng)
        fields = rng.sample(list(words.trades), k=rng.choices((1, 2, 3), (5, 4, 2))[0])
        yield Someone(
            did="did:plc:" + "".join(rng.choices(_BASE32, k=24)),
            given=given,
            name=name,
            handle=handle,
            fields=tuple(fields),
            does=rng.choice(words.trades[fields[0]].does),
            place=rng.choice(words.places),
            employer=rng.choice(words.employers) if rng.random() < 0.3 else "",
            reposts_only=rng.random() < 0.64,
            drive=rng.paretovariate(1.1),
        )


def new_handle(who: Someone, rng: random.Random) -> str:
    """What somebody calls themselves after a change: the same name, another address."""
    return (
        f"{who.handle.removesuffix('.example')}.{rng.choice(('works', 'writes', 'here'))}.example"
    )


def _handle(name: str, taken: set[str], rng: random.Random) -> str:
    plain = unicodedata.normalize("NFKD", name.translate(_PLAIN)).encode("ascii", "ignore").decode()
    parts = plain.lower().replace("-", "").split()
    first, last = parts[0], "".join(parts[1:])
    choices = [first + last, f"{first}-{last}", f"{first[0]}{last}", f"{last}{first}"]
    numbered = (f"{first}{last}{number}" for number in rng.sample(range(2, 99), k=97))
    for base in (*choices, *numbered):
        if base not in taken:
            taken.add(base)
            return f"{base}.example"
    raise AssertionError(name)
