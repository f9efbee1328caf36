"""What people work in, as vectors: how far two lie apart, and whether a pair is cross-field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bot.model.people import Stance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from bot.engine.graph import Floats, Ints
    from bot.model.people import FieldOf, PersonId

UNKNOWN, SAME, CROSS = -1, 0, 1
_ALL = slice(None)
CURIOUS_SHARE = 0.6
"""Of the term CURIOUS: that the other works in what I am curious about; the rest is the reverse."""


def work_of(fields: Iterable[FieldOf]) -> dict[str, float]:
    """The fields of a person and how sure they are: what they work in, else what they help with.

    What they are curious about, or leave to others, is not theirs. Unknown gives {}.
    """
    known = tuple(fields)
    for stance in (Stance.WORK, Stance.HELP):
        found = {x.field: x.confidence for x in known if x.stance is stance and x.confidence > 0}
        if found:
            return found
    return {}


def is_cross_field(mine: Iterable[FieldOf], theirs: Iterable[FieldOf]) -> bool | None:
    """Whether no field of work is common to both; None where one of them has none known."""
    a, b = work_of(mine), work_of(theirs)
    return None if not a or not b else a.keys().isdisjoint(b)


def field_distance(mine: Iterable[FieldOf], theirs: Iterable[FieldOf]) -> float | None:
    """1 - cosine of the confidences: 0 the same fields, 1 none in common, None unknown.

    {nursing: 1} and {nursing: 1, design: 1} give 1 - 1/sqrt(2) = .293.
    """
    a, b = work_of(mine), work_of(theirs)
    if not a or not b:
        return None
    dot = sum(weight * b.get(name, 0.0) for name, weight in a.items())
    norm = sum(w * w for w in a.values()) * sum(w * w for w in b.values())
    return float(max(0.0, 1.0 - dot / norm**0.5))


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of many people at once; rows are people, columns are fields."""

    names: tuple[str, ...]
    work: Floats
    """Rows of length 1, or of zeros where unknown."""
    known: NDArray[np.bool_]
    """Whose work is known."""
    curious: NDArray[np.bool_]
    offers: NDArray[np.bool_]
    """What they work in or help with."""

    @classmethod
    def of(
        cls, people: Sequence[PersonId], fields: Mapping[PersonId, tuple[FieldOf, ...]]
    ) -> FieldTable:
        """The table for `people`, in their order."""
        names = tuple(sorted({x.field for p in people for x in fields.get(p, ())}))
        column = {name: i for i, name in enumerate(names)}
        work = np.zeros((len(people), len(names)))
        curious = np.zeros((len(people), len(names)), bool)
        offers = np.zeros((len(people), len(names)), bool)
        for row, person in enumerate(people):
            known = fields.get(person, ())
            for name, confidence in work_of(known).items():
                work[row, column[name]] = confidence
            for x in known:
                if x.stance is Stance.CURIOUS:
                    curious[row, column[x.field]] = True
                elif x.stance in (Stance.WORK, Stance.HELP):
                    offers[row, column[x.field]] = True
        norm = np.sqrt((work**2).sum(1, keepdims=True))
        work = np.divide(work, norm, out=work, where=norm > 0)
        return cls(names, work, work.sum(axis=1) > 0, curious, offers)

    def relation(self, row: int, of: Ints | slice = _ALL) -> Ints:
        """CROSS, SAME or UNKNOWN for everybody seen from `row`; the rule of `is_cross_field`."""
        known = self.known[of]
        if not self.known[row]:
            return np.full(len(known), UNKNOWN)
        common = (self.work[of] @ self.work[row]) > 0
        return np.where(known, np.where(common, SAME, CROSS), UNKNOWN)

    def distance(self, row: int, relation: Ints, of: Ints | slice = _ALL) -> Floats:
        """`field_distance` of everybody to `row`; 0 where it is unknown: a guess earns nothing.

        `relation` is what the method of that name gives for the same people.
        """
        apart: Floats = np.clip(1.0 - self.work[of] @ self.work[row], 0.0, 1.0)
        apart[relation == UNKNOWN] = 0.0
        return apart

    def curiosity(self, row: int, of: Ints | slice = _ALL) -> Floats:
        """How much one offers what the other is curious about, 0..1.

        .6 when they offer what `row` is curious about, .4 when `row` offers what they are, both 1.
        """
        to_me = _any_of(self.offers, np.flatnonzero(self.curious[row]), of)
        to_them = _any_of(self.curious, np.flatnonzero(self.offers[row]), of)
        value: Floats = CURIOUS_SHARE * to_me + (1.0 - CURIOUS_SHARE) * to_them
        return value

    def curious_field(self, mine: int, theirs: int) -> str:
        """The first field by which `curiosity` was earned; '' where there is none."""
        for both in (
            self.offers[theirs] & self.curious[mine],
            self.curious[theirs] & self.offers[mine],
        ):
            if both.any():
                return self.names[int(np.argmax(both))]
        return ""

    def main_field(self, row: int) -> str:
        """The surest field of a person, the first by name of several; '' where unknown."""
        return self.names[int(np.argmax(self.work[row]))] if self.work[row].any() else ""


def _any_of(table: NDArray[np.bool_], columns: Ints, of: Ints | slice) -> NDArray[np.bool_]:
    """Whose row of the table has one of these columns; they are few, mostly one or none."""
    found = np.zeros(len(table), bool)[of]
    for column in columns.tolist():
        found |= table[:, column][of]
    return found
