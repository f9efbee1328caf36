"""The organiser's monthly letter: counts only, and none about fewer than five people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 part of what the letter is

FEWEST = 5


@dataclass(frozen=True, slots=True)
class Count:
    """How often something happened, and how many people it was about."""

    times: int
    people: int

    @property
    def told(self) -> int | None:
        """The number, where it may be told; None: it is about fewer than five people."""
        return self.times if self.people >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Letter:
    """One month of a community."""

    month: date
    """Its first day."""
    offered: Count
    agreed: Count
    talked: Count
    changed: Count
    crossing: Count
    """Suggestions across fields; `fields_known` is the whole."""
    fields_known: Count
    newcomers: Count
    newcomers_answered: Count
    newcomers_returned: Count
    asked: Count
    answered: Count
    months: tuple[tuple[date, int | None, int | None], ...]
    """(first day, introductions offered, agreed) of the last six months; None: not to be told."""

    @property
    def cross_share(self) -> float | None:
        """The share of suggestions across fields, 0..1; None: it may not be told."""
        whole = self.fields_known.told
        return self.crossing.times / whole if whole else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it may be told."""
        return all(
            c.told is None
            for c in (
                self.offered, self.agreed, self.talked, self.changed, self.fields_known,
                self.newcomers, self.asked,
            )
        )  # fmt: skip

    @property
    def try_next(self) -> str:
        """What to try next month, by its name: newcomers, help, fields, threads or ask.

        The first that fits of: less than half of the newcomers were answered; less than half of
        what was asked was; less than half of the suggestions cross fields; less than half of the
        introductions led to talk; else asking.
        """
        for name, part, whole in (
            ("newcomers", self.newcomers_answered, self.newcomers),
            ("help", self.answered, self.asked),
            ("fields", self.crossing, self.fields_known),
            ("threads", self.talked, self.agreed),
        ):
            if whole.told and part.times * 2 < whole.times:
                return name
        return "ask"
