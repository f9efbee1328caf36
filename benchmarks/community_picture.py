"""The year of benchmarks.community in one picture: what comes about, for whom, how soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.community import acceptance, coverage, exposure, gini

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.community import Year

Colour = tuple[int, int, int]
_INK: Colour = (34, 34, 40)
_FAINT: Colour = (214, 214, 220)
_LEARNED: Colour = (20, 98, 160)
_PLAIN: Colour = (190, 92, 24)
_WIDE, _HIGH, _GAP = 340, 250, 56
_TOP = 46


def draw(year: Year, plain: Year, path: Path) -> None:
    """Three panels side by side, each with its bound as a broken line."""
    image = Image.new("RGB", (3 * _WIDE + 4 * _GAP, _HIGH + _TOP + 40), (255, 255, 255))
    pen = ImageDraw.Draw(image)
    months = range(0, len(year.weeks), 4)
    learned = [acceptance(year.weeks[at : at + 4]) for at in months]
    held = [acceptance(plain.weeks[at : at + 4]) for at in months]
    first = _Panel(pen, 0, "Offers that come about, every four weeks", 0.4)
    first.line(learned, _LEARNED, "learning from answers")
    first.line(held, _PLAIN, "without")
    first.bound(2 * held[0], "twice the first four weeks", under=True)
    second = _Panel(pen, 1, "Asked at least once in four weeks", 1.0)
    second.line(coverage(year), _LEARNED, "share of all who are willing")
    second.bound(0.9, "90 %")
    counts = np.sort(np.array(exposure(year), float))
    third = _Panel(pen, 2, "Who is proposed how often, the least first", 1.0)
    third.line(
        [0.0, *(counts.cumsum() / counts.sum()).tolist()],
        _LEARNED,
        f"Gini {gini(counts.tolist()):.2f}",
    )
    third.line([0.0, 1.0], _FAINT, "all alike")
    image.quantize(32).save(path, optimize=True)


class _Panel:
    """One plot; the height of its axis is `top`."""

    def __init__(self, pen: ImageDraw.ImageDraw, place: int, title: str, top: float) -> None:
        self._pen, self._top = pen, top
        self._left = _GAP + place * (_WIDE + _GAP)
        self._font = ImageFont.load_default(13)
        self._names = 0
        pen.text((self._left, 14), title, _INK, ImageFont.load_default(15))
        for step in range(5):
            value = top * step / 4
            y = self._y(value)
            pen.line([(self._left, y), (self._left + _WIDE, y)], _FAINT)
            pen.text((self._left - 6, y), f"{100 * value:.0f} %", _INK, self._font, anchor="rm")

    def _y(self, value: float) -> float:
        return _TOP + _HIGH * (1.0 - min(value / self._top, 1.0))

    def line(self, values: Sequence[float], colour: Colour, name: str) -> None:
        """A line from the left to the right edge, and its name in its colour."""
        step = _WIDE / max(len(values) - 1, 1)
        points = [(self._left + at * step, self._y(value)) for at, value in enumerate(values)]
        self._pen.line(points, colour, 3, joint="curve")
        ink = _INK if colour == _FAINT else colour
        self._pen.text((self._left + 170 * self._names, _TOP + _HIGH + 12), name, ink, self._font)
        self._names += 1

    def bound(self, value: float, name: str, *, under: bool = False) -> None:
        """A broken line that is to be kept; its name above it, or `under` it, right."""
        y = self._y(value)
        for x in range(0, _WIDE, 10):
            self._pen.line([(self._left + x, y), (self._left + x + 5, y)], _INK)
        at, anchor = (y + 16, "rt") if under else (y - 3, "rb")
        self._pen.text((self._left + _WIDE, at), name, _INK, self._font, anchor=anchor)
