"""Cards of what a member does with their own network: asking, keeping in touch, learning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.asks import AskKind
    from bot.model.letter import Letter
    from bot.model.people import Platform
    from bot.model.shown import PersonShown


@dataclass(frozen=True, slots=True)
class AskCard:
    """To somebody who said they help with such things; or to all, where the asker wanted that."""

    asker: PersonShown
    kind: AskKind
    field: str
    question: str
    public: bool = False


@dataclass(frozen=True, slots=True)
class AskOpenCard:
    """To who asked: nobody has answered."""

    question: str
    was_asked: bool
    """Whether there was anybody to ask."""


@dataclass(frozen=True, slots=True)
class HelpCard:
    """To both, in their private thread."""

    asker: PersonShown
    helper: PersonShown
    question: str

    @property
    def together(self) -> tuple[PersonShown, ...]:
        """Who is to be in the thread."""
        return (self.asker, self.helper)


@dataclass(frozen=True, slots=True)
class ThankedCard:
    """To the thread of the two: a thank-you."""

    asker: PersonShown
    helper: PersonShown


@dataclass(frozen=True, slots=True)
class CheckInCard:
    """To each of two who were introduced: a week later, and two months later."""

    other: PersonShown
    changed: bool
    """Two months later: whether it changed something."""


@dataclass(frozen=True, slots=True)
class DormantCard:
    """To a member: who they have not talked with for a while, each with a fresh post's address."""

    near: tuple[PersonShown, str | None] | None
    far: tuple[PersonShown, str | None] | None


@dataclass(frozen=True, slots=True)
class LearnedCard:
    """To who took part in a session: what did you learn?"""

    gathering: str


@dataclass(frozen=True, slots=True)
class TriedCard:
    """To who wanted to try something: did you?"""

    will_try: str


@dataclass(frozen=True, slots=True)
class ReadingCard:
    """Three links from fields that the reader leaves to others."""

    links: tuple[tuple[str, str], ...]
    """(address, field)."""


@dataclass(frozen=True, slots=True)
class LinkedCard:
    """To who proved it: the account is theirs, and the code may go."""

    platform: Platform
    handle: str
    """Or the native id, where no handle is known."""


@dataclass(frozen=True, slots=True)
class TalkedOfCard:
    """To who asked for somebody new where nobody is: a post from outside, never its author."""

    next_look: datetime
    link: str
    about: str | None
    """A hashtag that the reader uses too."""


@dataclass(frozen=True, slots=True)
class CircleOfferCard:
    """To one of a few who keep meeting; it names nobody."""

    gathering: str


@dataclass(frozen=True, slots=True)
class CircleCard:
    """To those who said yes, in their thread; it names nobody, Discord shows who is in it."""

    gathering: str
    number: int
    every_days: int
    together: tuple[PersonShown, ...]
    """Who is to be in the thread."""


@dataclass(frozen=True, slots=True)
class CircleTurnCard:
    """To the circle: whose turn it is."""

    whose: PersonShown
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class CircleOverCard:
    """To the circle: fewer than three are left."""


@dataclass(frozen=True, slots=True)
class LetterCard:
    """To whoever runs the server: one month in counts."""

    letter: Letter


@dataclass(frozen=True, slots=True)
class LookBackCard:
    """To a member, once a year: counts of their own."""

    people: int
    met: int
    learned: int
    tried: int
    helped: int
