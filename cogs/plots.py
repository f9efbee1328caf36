"""Small plots: bars in two colours that are told apart without colour. Pillow; made in a thread."""

from __future__ import annotations

import io
from importlib import resources
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE, _SMALL = 14, 12
_BAR, _GAP, _HEIGHT, _MARGIN, _LEGEND = 22, 26, 110, 14, 26
_GROUND, _INK, _LINE = (30, 31, 34), (235, 236, 238), (112, 116, 124)
_COLOURS = ((86, 180, 233), (230, 159, 0))
_FINE = 2


def bars_png(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], form: str = "{:g}"
) -> bytes:
    """Bars side by side for up to two series; the second is striped. None: no bar, and no number.

    Every bar has its number above it, so that no scale is to be read.
    """
    drawn = series[:2]
    step = len(drawn) * _BAR + _GAP
    width = max(_MARGIN * 2 + step * len(labels), 260)
    height = _HEIGHT + 2 * _MARGIN + _LEGEND + 40
    image = Image.new("RGB", (width * _FINE, height * _FINE), _GROUND)
    pen = ImageDraw.Draw(image)
    font, small = _font(_SIZE), _font(_SMALL)
    most = max((v for _, values in drawn for v in values if v), default=0) or 1
    ground = _MARGIN + 20 + _HEIGHT
    start = (width - step * len(labels) + _GAP) / 2
    for nth, (name, values) in enumerate(drawn):
        for place, value in enumerate(values):
            left = start + place * step + nth * _BAR
            if value is not None:
                top = ground - round(_HEIGHT * value / most)
                _bar(pen, (left, top, left + _BAR - 4, ground), nth)
                said = form.format(value)
                _write(pen, (left + (_BAR - 4) / 2, top - 9), said, small, "mm")
        x = _MARGIN + nth * (width - 2 * _MARGIN) / 2
        y = height - _LEGEND + 4
        _bar(pen, (x, y, x + 14, y + 14), nth)
        _write(pen, (x + 20, y + 7), name, font, "lm")
    line = [(_MARGIN * _FINE, ground * _FINE), ((width - _MARGIN) * _FINE, ground * _FINE)]
    pen.line(line, fill=_LINE, width=_FINE)
    for place, label in enumerate(labels):
        middle = start + place * step + (len(drawn) * _BAR - 4) / 2
        _write(pen, (middle, ground + 12), label, small, "mm")
    out = io.BytesIO()
    image.quantize(32).save(out, "PNG")
    return out.getvalue()


def _bar(pen: ImageDraw.ImageDraw, box: tuple[float, float, float, float], nth: int) -> None:
    left, top, right, bottom = (round(v * _FINE) for v in box)
    if bottom <= top:
        return
    pen.rectangle((left, top, right, bottom), fill=_COLOURS[nth])
    if nth:
        for y in range(bottom - 4, top, -8):
            pen.line([(left, y), (right, y)], fill=_GROUND, width=2)


def _write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    said: str,
    font: ImageFont.FreeTypeFont,
    anchor: str,
) -> None:
    pen.text((at[0] * _FINE, at[1] * _FINE), said, fill=_INK, font=font, anchor=anchor)


def _font(size: int) -> ImageFont.FreeTypeFont:
    file = resources.files("cogs") / "fonts" / "NotoSans-Regular.ttf"
    return ImageFont.truetype(io.BytesIO(file.read_bytes()), size * _FINE)
