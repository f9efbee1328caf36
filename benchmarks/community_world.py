"""The members of the simulated community: what they have in common, and what they like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from bot.engine.answers import NAMES
from bot.model.people import (
    CommunityId,
    Delivery,
    DiscordId,
    FieldOf,
    Member,
    Naming,
    PersonId,
    Stance,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.engine.graph import Floats

BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)
FIELDS, TAGS = 12, 60
TASTES: Mapping[str, float] = {
    "always": -4.7,
    "second": 1.0,
    "cross": 0.2,
    "wish": 1.0,
    "question": -0.8,
    "interest": 0.5,
    "contacts": 2.9,
    "curious": 0.4,
    "language": 2.2,
}
"""What really makes people say yes here: those whom their contacts know, and who speak their
language, far more than the bot guesses. The order of the lists says nothing. About one in ten
offers comes about when nothing is learned."""
OWN = 0.8


@dataclass(eq=False)
class World:
    """The members, what they have in common, and what they like; as far as nobody is told."""

    members: list[Member]
    work: np.ndarray
    curious: np.ndarray
    tags: np.ndarray
    drawn: Floats
    """How often each comes up in lists: heavy-tailed."""
    own: Floats
    paused: np.ndarray
    """First and last week of a pause; alike: none."""
    gone: np.ndarray
    """The week from which on they are no members."""
    apart: set[tuple[int, int]]
    """Pairs that are never to be introduced: blocks, and colleagues."""
    tastes: Mapping[str, float] = field(default_factory=lambda: TASTES)

    def willing(self, week: int) -> list[int]:
        """Who may be asked in a week."""
        pausing = (self.paused[:, 0] <= week) & (week < self.paused[:, 1])
        return np.flatnonzero(~pausing & (week < self.gone)).tolist()


class Known:
    """In the place of what is believed: who says yes how likely, as it is. What can be reached."""

    answers = 1_000_000

    def __init__(self, world: World) -> None:
        self._likes = np.array([world.tastes.get(name, 0.0) for name in NAMES])
        self._own = world.own

    def chances(self, members: Sequence[PersonId], features: Floats) -> Floats:
        """As `bot.engine.answers.Beliefs` has it."""
        own = self._own[np.fromiter(members, np.int64)]
        chances: Floats = 1.0 / (1.0 + np.exp(-(features @ self._likes + own)))
        return chances

    def drawn(
        self, members: Sequence[PersonId], features: Floats, rng: np.random.Generator
    ) -> Floats:
        """The same: there is one world only."""
        del rng
        return self.chances(members, features)


def world_of(size: int, rng: np.random.Generator) -> World:
    """A community; about a tenth leave in the course of the year, a tenth pause for a while."""
    work = rng.integers(0, FIELDS, size)
    curious = (work + rng.integers(1, FIELDS, size)) % FIELDS
    distance, spanish = rng.random(size), rng.random(size) < 0.3
    members = [
        Member(
            community=CommunityId(1),
            discord_id=DiscordId(n),
            person=PersonId(n),
            name=f"M{n}",
            consent_at=BEGIN,
            consent_version=1,
            naming=Naming.NAME,
            description="",
            show_posts=True,
            delivery=Delivery.CARD,
            distance=float(distance[n]),
            zone="UTC",
            quiet_from=0,
            quiet_until=0,
            locale="es-ES" if spanish[n] else "en-GB",
            country="",
            employer=f"E{n // 2}" if n < size // 10 else "",
            paused_until=None,
            skip_until=None,
            fields=(
                FieldOf(f"F{work[n]}", Stance.WORK),
                FieldOf(f"F{curious[n]}", Stance.CURIOUS),
            ),
        )
        for n in range(size)
    ]
    begins = rng.integers(0, 52, size)
    lasts = np.where(rng.random(size) < 0.1, rng.integers(2, 12, size), 0)
    gone = np.where(rng.random(size) < 0.1, rng.integers(1, 52, size), 999)
    blocks = rng.integers(0, size, (size // 10, 2))
    apart = {(int(a), int(b)) for a, b in blocks} | {(n, n ^ 1) for n in range(size // 10)}
    return World(
        members=members,
        work=work,
        curious=curious,
        tags=rng.integers(0, TAGS, (size, 2)),
        drawn=rng.pareto(1.5, size) + 1.0,
        own=rng.normal(0.0, OWN, size),
        paused=np.column_stack([begins, begins + lasts]),
        gone=gone,
        apart=apart | {(b, a) for a, b in apart},
    )
