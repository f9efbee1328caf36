"""What a picture of a network shows: facts only, as its owner may know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model.network import Layer


@dataclass(frozen=True, slots=True)
class MapPerson:
    """Somebody on the map."""

    name: str
    field: str
    """Empty where it is not known."""
    strength: float = 0.0
    """Of the tie, 0..1, 1 the strongest on the map."""
    in_practice: bool = False
    """In the owner's community of practice: the inner ring."""
    learns: bool = False
    """The owner learns from them: a stroke towards the owner."""
    suggested: bool = False
    """Not in the network: dashed, at the edge."""


@dataclass(frozen=True, slots=True)
class MapShown:
    """A whole map."""

    owner: str
    people: tuple[MapPerson, ...]
    left_out: int = 0
    """So many of the network, those with the weakest ties, have no place on it."""


@dataclass(frozen=True, slots=True)
class MirrorShown:
    """A network in counts, for its owner alone."""

    layers: tuple[tuple[Layer, int], ...]
    in_practice: int
    learns: int
    fields: tuple[tuple[str, int], ...]
    """The most common first."""
    unknown: int
    """Of so many no field is known."""
    countries: tuple[str, ...]
    languages: tuple[str, ...]
    """ISO 639 codes."""
    diversity: float
    """Rao-Stirling, 0..1."""
    years: tuple[tuple[int, int, float], ...]
    """(year, people at its end, diversity then)."""
    grew: tuple[tuple[str, int], ...]
    """Fields with so many new people in the last twelve months."""
    thin: tuple[str, ...]
    """Fields that the owner is curious about, or leaves to others, with nobody or one."""
