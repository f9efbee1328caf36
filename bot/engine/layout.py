"""Where everybody stands on the map of a network; pure geometry, in pixels.

The owner is in the middle, their community of practice around them, the wide network in sectors by
field, the strongest ties of a sector innermost, suggested people outside. Everybody is a circle
with a label below it; no two of these boxes overlap, whatever the labels are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import cos, inf, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.pictures import MapPerson

WIDE = 1.4
"""The map is an ellipse, so many times as wide as high: labels are wide."""
RADIUS, SUGGESTED_RADIUS, OWNER_RADIUS = 17, 14, 34
GAP = 5
ARROW = 19
MARGIN = 26
SECTORS_AT_MOST = 9
"""Eight fields by name; who is of another, or of none that is known, shares the last."""
_STEP_OUT, _STEP_ALONG = 12.0, 13.0
_CELL = 96
_TITLE_HEIGHT, _TITLE_LETTER = 24, 11.5
_WIDE_LETTERS = 0x2E80

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
_NOTHING: Box = (inf, inf, -inf, -inf)


@dataclass(frozen=True, slots=True)
class Sector:
    """One field: its angles (0 is to the right, growing downwards) and where its title stands."""

    field: str
    start: float
    end: float
    title: tuple[float, float]
    """The middle of the title."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A map without colours."""

    width: int
    height: int
    middle: tuple[float, float]
    spots: tuple[tuple[float, float], ...]
    """The middle of everybody's circle, in the order of the people."""
    sectors: tuple[Sector, ...]
    practice: float
    """Half the height of the inner ellipse; 0 where nobody is in it."""
    legend: tuple[tuple[str, tuple[float, float]], ...]
    """Fields that only people of the inner ring have, with the middles of their titles: below."""


class _Taken:
    """Boxes that are taken, found by where they are."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Box]] = {}

    def add(self, box: Box) -> None:
        left, top, right, bottom = box
        for x in range(int(left // _CELL), int(right // _CELL) + 1):
            for y in range(int(top // _CELL), int(bottom // _CELL) + 1):
                self._cells.setdefault((x, y), []).append(box)

    def in_the_way(self, left: float, top: float, right: float, bottom: float) -> Box | None:
        """A box that this one would overlap; None where the place is free."""
        cells = self._cells
        rows = range(int(top // _CELL), int(bottom // _CELL) + 1)
        for x in range(int(left // _CELL), int(right // _CELL) + 1):
            for y in rows:
                for other in cells.get((x, y), ()):
                    if (
                        left < other[2]
                        and other[0] < right
                        and top < other[3]
                        and other[1] < bottom
                    ):
                        return other
        return None


def radius_of(person: MapPerson) -> int:
    """Half the width of somebody's circle."""
    return SUGGESTED_RADIUS if person.suggested else RADIUS


def box_of(x: float, y: float, person: MapPerson, label: tuple[float, float]) -> Box:
    """What a person at (x, y) takes up, with a label of that width and height below.

    An arrow, of whom one learns from, is above the circle or beside it.
    """
    radius = radius_of(person)
    arrow = ARROW if person.learns and not person.suggested else 0
    half = max(radius + arrow, label[0] / 2) + GAP / 2
    return x - half, y - radius - arrow - GAP / 2, x + half, y + radius + label[1] + GAP / 2


def lay_out(people: Sequence[MapPerson], labels: Sequence[tuple[float, float]]) -> Layout:
    """A place for everybody; `labels` are the widths and heights of their labels.

    The same people in the same order stand in the same places. Nobody at all is a map of its
    owner alone.
    """
    taken = _Taken()
    around = OWNER_RADIUS + 8
    taken.add((-around, -around, around, around))
    spots: dict[int, tuple[float, float]] = {}
    names = fields_of(people)
    sector_of = [names.get(p.field, len(names)) for p in people]
    practice = [i for i, p in enumerate(people) if p.in_practice and not p.suggested]
    wide = [i for i, p in enumerate(people) if not p.in_practice and not p.suggested]
    asked = [i for i, p in enumerate(people) if p.suggested]
    practice.sort(key=lambda i: (sector_of[i], -people[i].strength, i))
    inner = _ring(practice, people, labels, taken, spots)
    start = max(inner, float(OWNER_RADIUS)) + 40
    angles = _angles([sector_of[i] for i in wide])
    reaches = {}
    for sector, (first, last) in angles.items():
        here = sorted(
            (i for i in wide if sector_of[i] == sector), key=lambda i: -people[i].strength
        )
        reaches[sector] = _sweep(here, first, last, start, people, labels, taken, spots)
    sectors = _titled(angles, list(names), reaches, taken)
    if asked:
        edge = max(reaches.values(), default=start) + 46
        _sweep(asked, -pi / 2, 1.5 * pi, edge, people, labels, taken, spots, spread=True)
    untitled = sorted({sector_of[i] for i in practice} - set(angles))
    legend = [name for s, name in enumerate([*names, ""]) if s in untitled]
    return _framed(people, labels, spots, sectors, inner, legend)


def fields_of(people: Sequence[MapPerson]) -> dict[str, int]:
    """The most common fields and their sectors; what is common to few is put together."""
    count: dict[str, int] = defaultdict(int)
    for person in people:
        if person.field and not person.suggested:
            count[person.field] += 1
    order = sorted(count, key=lambda f: (-count[f], f))[: SECTORS_AT_MOST - 1]
    return {field: place for place, field in enumerate(order)}


def _angles(sectors: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Each sector gets a share of the circle by how many are in it, but never too little."""
    count: dict[int, float] = defaultdict(float)
    for sector in sectors:
        count[sector] += 1
    share = {sector: max(n, len(sectors) / 16) for sector, n in sorted(count.items())}
    whole = sum(share.values())
    found, at = {}, -pi / 2
    for sector, part in share.items():
        found[sector] = (at, at + 2 * pi * part / whole)
        at = found[sector][1]
    return found


def _at(radius: float, angle: float) -> tuple[float, float]:
    return radius * WIDE * cos(angle), radius * sin(angle)


def _ring(
    ring: Sequence[int],
    people: Sequence[MapPerson],
    labels: Sequence[tuple[float, float]],
    taken: _Taken,
    spots: dict[int, tuple[float, float]],
) -> float:
    """Sets people around the middle, evenly; the half height of the ellipse that holds them."""
    if not ring:
        return 0.0
    rows = 1 + len(ring) // 16
    radius = OWNER_RADIUS + 38.0
    while True:
        trial, places = _Taken(), {}
        for place, i in enumerate(ring):
            angle = -pi / 2 + 2 * pi * place / len(ring)
            at = _at(radius + (place % rows) * 60, angle)
            box = box_of(*at, people[i], labels[i])
            if trial.in_the_way(*box) or taken.in_the_way(*box):
                break
            trial.add(box)
            places[i] = at
        else:
            break
        radius += _STEP_OUT
    spots.update(places)
    for i, at in places.items():
        taken.add(box_of(*at, people[i], labels[i]))
    return radius + (rows - 1) * 60 + RADIUS + 24


def _sweep(
    group: Sequence[int],
    first: float,
    last: float,
    start: float,
    people: Sequence[MapPerson],
    labels: Sequence[tuple[float, float]],
    taken: _Taken,
    spots: dict[int, tuple[float, float]],
    *,
    spread: bool = False,
) -> float:
    """Sets people into a sector, from the inside out; how far out the last one stands.

    Where all fit into the first turn, they are in its middle. `spread`: evenly over the whole of
    each turn rather than side by side.
    """
    radius = reach = start
    middle = (first + last) / 2
    begin = first if spread else middle - _span(group, middle, radius, people, labels) / 2
    left = list(reversed(group))
    edges = box_of(0, 0, people[left[-1]], labels[left[-1]]) if left else _NOTHING
    other = _NOTHING
    while left:
        step = _STEP_ALONG / radius
        edge = min(22 / radius, (last - first) / 4)
        angle, begin = max(first + edge, begin), first
        end = last - edge
        further = step
        if spread:
            further = max(step, (last - first) / len(left))
        while left and angle <= end:
            x, y = radius * WIDE * cos(angle), radius * sin(angle)
            box = (x + edges[0], y + edges[1], x + edges[2], y + edges[3])
            # Step by step along the same box: that one first, it is in the way most often.
            if box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]:
                angle += step
                continue
            other = taken.in_the_way(*box) or _NOTHING
            if other is not _NOTHING:
                angle += step
                continue
            taken.add(box)
            spots[left.pop()] = (x, y)
            if left:
                edges = box_of(0, 0, people[left[-1]], labels[left[-1]])
            reach = radius
            angle += further
        radius += _STEP_OUT
    return reach


def _span(
    group: Sequence[int],
    middle: float,
    radius: float,
    people: Sequence[MapPerson],
    labels: Sequence[tuple[float, float]],
) -> float:
    """About how far people side by side reach around an angle, from the first to the last one."""
    reached = 0.0
    for i in group[1:]:
        left, top, right, bottom = box_of(0, 0, people[i], labels[i])
        across = (right - left) / max(radius * WIDE * abs(sin(middle)), 1e-9)
        reached += min(across, (bottom - top) / max(radius * abs(cos(middle)), 1e-9))
    return reached


def _titled(
    angles: dict[int, tuple[float, float]],
    names: list[str],
    reaches: dict[int, float],
    taken: _Taken,
) -> tuple[Sector, ...]:
    """The sectors with a title each, as near to the middle of their rim as is free."""
    found = []
    for sector, (first, last) in angles.items():
        name = names[sector] if sector < len(names) else ""
        half = _half_title(name)
        radius, middle = reaches[sector] * 0.8 + 30, (first + last) / 2
        while True:
            x, y = _at(radius, middle)
            box = (x - half, y - _TITLE_HEIGHT / 2, x + half, y + _TITLE_HEIGHT / 2)
            if taken.in_the_way(*box) is None:
                break
            radius += _STEP_OUT / 2
        taken.add(box)
        found.append(Sector(name, first, last, (x, y)))
    return tuple(found)


def _half_title(name: str) -> float:
    """Half the width that a title takes at most; letters from U+2E80 on are as wide as high."""
    letters = sum(1.8 if ord(letter) >= _WIDE_LETTERS else 1.0 for letter in name)
    return max(letters, 10) * _TITLE_LETTER / 2 + 14


def _framed(
    people: Sequence[MapPerson],
    labels: Sequence[tuple[float, float]],
    spots: dict[int, tuple[float, float]],
    sectors: tuple[Sector, ...],
    practice: float,
    legend: Sequence[str],
) -> Layout:
    """Everything moved so that nothing lies outside, with the owner in the very middle."""
    boxes = [box_of(*at, people[i], labels[i]) for i, at in spots.items()]
    for sector in sectors:
        half = _half_title(sector.field)
        x, y = sector.title
        boxes.append((x - half, y - _TITLE_HEIGHT, x + half, y + _TITLE_HEIGHT))
    boxes.append((-260.0, -160.0, 260.0, 160.0))
    across = max(max(-b[0], b[2]) for b in boxes) + MARGIN
    down = max(max(-b[1], b[3]) for b in boxes) + MARGIN
    moved = tuple((spots[i][0] + across, spots[i][1] + down) for i in range(len(people)))
    titled = tuple(
        Sector(s.field, s.start, s.end, (s.title[0] + across, s.title[1] + down)) for s in sectors
    )
    listed, height = _listed(legend, 2 * across, 2 * down)
    return Layout(int(2 * across), int(height), (across, down), moved, titled, practice, listed)


def _listed(
    names: Sequence[str], width: float, top: float
) -> tuple[tuple[tuple[str, tuple[float, float]], ...], float]:
    """Titles in rows from `top` on, each row in the middle of the width; and where they end."""
    rows: list[list[str]] = []
    for name in names:
        if not rows or sum(2 * _half_title(n) for n in (*rows[-1], name)) > width:
            rows.append([])
        rows[-1].append(name)
    found, y = [], top
    for row in rows:
        x = (width - sum(2 * _half_title(n) for n in row)) / 2
        for name in row:
            found.append((name, (x + _half_title(name), y)))
            x += 2 * _half_title(name)
        y += _TITLE_HEIGHT + 4
    return tuple(found), y
