"""The map of a network as a picture: Pillow, on the places that bot/engine/layout.py gives.

Colours are those of Okabe and Ito, told apart with every kind of colour blindness; none of them is
alone in what it says: fields have titles, suggestions are dashed, learning is an arrow.
"""

from __future__ import annotations

import io
import re
import unicodedata
from functools import lru_cache
from importlib import resources
from math import copysign, hypot, sqrt
from typing import TYPE_CHECKING, Literal, NamedTuple

from PIL import Image, ImageDraw, ImageFont, features

from bot.engine import layout
from bot.texts import text
from cogs.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.engine.layout import Layout
    from bot.model.pictures import MapPerson, MapShown

Theme = Literal["dark", "light"]
Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

_SIZE_NAME, _SIZE_INITIALS, _SIZE_TITLE, _SIZE_OWNER = 14, 13, 17, 19
_NAME_AT_MOST, _TITLE_AT_MOST, _OWNER_AT_MOST = 20, 24, 24
_LINE_HEIGHT = 18
_ARROW_LOWEST = 0.2
"""How far below the middle of a circle its arrow may stand, as a part of the way to its rim."""
_MANY = 80
_SHADES = 7
"""Between two colours; enough for smooth edges."""
_SEEN = [int(round(value / 255 * _SHADES) > 0) * 255 for value in range(256)]
_DOT = 6
_FINE = 2
"""Lines are drawn so many times larger, and reduced: that smooths them."""
_FONTS = (
    "NotoSans-Regular.ttf", "DroidSansFallback.ttf", "NotoEmoji-Regular.ttf",
    "NotoSansArabic-Subset.ttf", "NotoSansHebrew-Subset.ttf", "NotoSansDevanagari-Subset.ttf",
)  # fmt: skip
_WRITTEN_TOGETHER = re.compile(
    "|".join(rf"[{s}]+(?: [{s}]+)*" for s in (r"\u0590-\u05ff", r"\u0600-\u06ff", r"\u0900-\u097f"))
    + "|.",
    re.DOTALL,
)
"""Hebrew, Arabic, Devanagari: their letters change by their neighbours, or run from the right."""
_FROM_THE_RIGHT = ("R", "AL")
_OKABE_ITO: tuple[Colour, ...] = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (204, 121, 167), (0, 114, 178), (213, 94, 0),
    (240, 228, 66), (148, 103, 189),
)  # fmt: skip
_NO_FIELD: Colour = (150, 150, 150)
_GROUND: dict[Theme, Colour] = {"dark": (30, 31, 34), "light": (255, 255, 255)}
_INNER: dict[Theme, Colour] = {"dark": (43, 45, 50), "light": (238, 242, 242)}
_INK: dict[Theme, Colour] = {"dark": (235, 236, 238), "light": (32, 33, 36)}
_LINE: dict[Theme, Colour] = {"dark": (112, 116, 124), "light": (166, 170, 176)}
_LEARN: dict[Theme, Colour] = {"dark": (245, 245, 245), "light": (20, 20, 20)}


def map_png(shown: MapShown, locale: str, theme: Theme = "dark") -> bytes:
    """The map as a PNG."""
    names = [short(p.name, _NAME_AT_MOST) for p in shown.people]
    labels = [(_width(name, _SIZE_NAME), float(_LINE_HEIGHT)) for name in names]
    plan = layout.lay_out(shown.people, labels)
    ground, inner, ink = _GROUND[theme], _INNER[theme], _INK[theme]
    sheet = _Sheet(_ties(plan, shown.people), ground, _LINE[theme], _inner(plan), inner)
    colours = dict(zip(layout.fields_of(shown.people), _OKABE_ITO, strict=False))
    for person, name, spot in zip(shown.people, names, plan.spots, strict=True):
        colour = colours.get(person.field, _NO_FIELD)
        radius = layout.radius_of(person)
        if person.suggested:
            sheet.stamp(_disc(radius), spot, ground, ground)
            sheet.stamp(_dashed(radius), spot, ground, ink)
            sheet.write(spot, _initials(name), _SIZE_INITIALS - 2, ground, ink)
            continue
        under = inner if person.in_practice else ground
        sheet.stamp(_disc(radius), spot, under, colour)
        sheet.write(spot, _initials(name), _SIZE_INITIALS, colour, _ink_on(colour))
        if person.learns:
            _arrow(sheet, spot, plan.middle, under, _LEARN[theme])
    for person, name, spot in zip(shown.people, names, plan.spots, strict=True):  # over arrows
        under = inner if person.in_practice and not person.suggested else ground
        below = (spot[0], spot[1] + layout.radius_of(person) + _LINE_HEIGHT / 2)
        half = _width(name, _SIZE_NAME) / 2 + 2
        sheet.clear((below[0] - half, below[1] - 9, below[0] + half, below[1] + 9), under)
        sheet.write(below, name, _SIZE_NAME, under, ink)
    sheet.stamp(_disc(layout.OWNER_RADIUS), plan.middle, inner if plan.practice else ground, ink)
    owner = _initials(short(shown.owner, _OWNER_AT_MOST))
    sheet.write(plan.middle, owner, _SIZE_OWNER, ink, ground)
    for field, at in (*((s.field, s.title) for s in plan.sectors), *plan.legend):
        title = short(field or text(locale, "map_other"), _TITLE_AT_MOST)
        dot = (at[0] - _width(title, _SIZE_TITLE) / 2 - 14, at[1])
        sheet.stamp(_disc(_DOT), dot, ground, colours.get(field, _NO_FIELD))
        sheet.write(at, title, _SIZE_TITLE, ground, ink)
    return sheet.png()


def map_alt(shown: MapShown, locale: str) -> str:
    """The map in words, for those who do not see it; at most 1,024 characters."""
    network = [p for p in shown.people if not p.suggested]
    practice = [p.name for p in network if p.in_practice]
    fields = list(dict.fromkeys(p.field for p in network if p.field))
    parts = [text(locale, "map_alt", count=len(network))]
    if practice:
        parts.append(text(locale, "map_alt_practice", names=", ".join(practice[:12])))
    if fields:
        parts.append(text(locale, "map_alt_fields", fields=", ".join(fields[:12])))
    learned = [p.name for p in network if p.learns]
    if learned:
        parts.append(text(locale, "map_alt_learned", names=", ".join(learned[:12])))
    return short(" ".join(parts), 1_000)


# ---- letters


@lru_cache(maxsize=32)
def _font(name: str, size: int, *, shaped: bool = False) -> ImageFont.FreeTypeFont:
    data = resources.files("cogs").joinpath("fonts", name).read_bytes()
    engine = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=engine)


@lru_cache(maxsize=1)
def _can_shape() -> bool:
    """Whether Pillow's text shaping works here: it needs the system's libfribidi."""
    return bool(features.check("raqm")) and bool(features.check("fribidi"))


def _pieces(said: str, *, joins: bool) -> list[str]:
    """What is drawn at once: a letter, or a run of a script whose letters belong together.

    Without `joins` its letters one by one, from the left as they are seen.
    """
    pieces: list[str] = []
    for piece in _WRITTEN_TOGETHER.findall(said):
        if len(piece) == 1 or joins:
            pieces.append(piece)
        elif unicodedata.bidirectional(piece[0]) in _FROM_THE_RIGHT:
            pieces += reversed(piece)
        else:
            pieces += piece
    return pieces


@lru_cache(maxsize=4)
def _missing(name: str) -> bytes:
    """What a font draws for a letter that it does not have."""
    return bytes(_font(name, 24).getmask("\U0010fffd"))


@lru_cache(maxsize=20_000)
def _font_for(letter: str) -> str | None:
    """The first font that has the letter; None where none has."""
    for name in _FONTS:
        if letter.isspace() or bytes(_font(name, 24).getmask(letter)) != _missing(name):
            return name
    return None


class _Glyph(NamedTuple):
    """A piece as it is drawn: a smooth mask, where it stands to the pen, and how far that goes."""

    mask: Image.Image | None
    left: int
    top: int
    advance: float


# A font draws a letter in some tenths of a millisecond, and a map has thousands of few letters.
@lru_cache(maxsize=8_000)
def _glyph(letter: str, size: int) -> _Glyph | None:
    """The letter, or the run, in the first font that has it; None where none has."""
    name = _font_for(letter[0])
    if name is None:
        return None
    font = _font(name, size, shaped=len(letter) > 1)
    left, top, right, bottom = map(round, font.getbbox(letter, anchor="ls"))
    mask = None
    if left < right and top < bottom:
        mask = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(mask).text((-left, -top), letter, 255, font, "ls")
    return _Glyph(mask, left, top, font.getlength(letter))


def _glyphs(said: str, size: int) -> list[_Glyph]:
    pieces = _pieces(said, joins=_can_shape())
    return [glyph for piece in pieces if (glyph := _glyph(piece, size)) is not None]


def _width(said: str, size: int) -> float:
    return sum(glyph.advance for glyph in _glyphs(said, size))


def _initials(name: str) -> str:
    """At most two letters: of the first and the last word, or the first of one."""
    words = [w for w in name.replace("@", " ").split() if _font_for(w[0])]
    words = [w for w in words if w[0].isalnum()] or words[:1]
    if words and not _stands_alone(words[0][0]):
        return words[0][0]  # two such letters would be read as one word
    letters = [w[0] for w in (words if len(words) < 2 else (words[0], words[-1]))]
    return "".join(letters).upper() or "?"


def _stands_alone(letter: str) -> bool:
    """Whether a letter looks the same whatever stands beside it."""
    return not "\u0590" <= letter <= "\u06ff" and not "\u0900" <= letter <= "\u097f"


# ---- colours


class _Sheet:
    """A picture whose pixels are places in a palette.

    Letters and shapes are smooth masks. Each is drawn in the shades between the colour under it and
    its own, so the palette is known beforehand: reducing millions of colours afterwards would take
    longer than all the rest. Two grounds and at most 33 pairs of colours fit into 256 places.
    """

    def __init__(
        self, ties: Image.Image, ground: Colour, line: Colour, inner_box: Box, inner: Colour
    ) -> None:
        """`ties` is the mask of what lies on both grounds: the outer, and the inner ellipse."""
        self._palette: list[Colour] = [ground, inner]
        self._ramps: dict[tuple[Colour, Colour], list[int]] = {}
        self._shaded: dict[tuple[int, Colour, Colour], Image.Image] = {}
        self._seen: dict[int, tuple[Image.Image, Image.Image]] = {}
        self._image = ties.point(self._ramp(ground, line))
        inside = Image.new("1", ties.size)
        ImageDraw.Draw(inside).ellipse(inner_box, fill=1)
        self._image.paste(ties.point(self._ramp(inner, line)), (0, 0), inside)
        self._pen = ImageDraw.Draw(self._image)

    def clear(self, box: Box, colour: Colour) -> None:
        """A box of one of the grounds."""
        self._pen.rectangle(box, fill=self._palette.index(colour))

    def stamp(
        self, mask: Image.Image, at: tuple[float, float], under: Colour, colour: Colour
    ) -> None:
        """A shape with its middle at a point."""
        self._put(
            mask, (round(at[0] - mask.width / 2), round(at[1] - mask.height / 2)), under, colour
        )

    def write(
        self, at: tuple[float, float], said: str, size: int, under: Colour, ink: Colour
    ) -> None:
        """A line around a point, letter by letter on one baseline."""
        glyphs = _glyphs(said, size)
        x = at[0] - sum(glyph.advance for glyph in glyphs) / 2
        y = round(at[1] + size * 0.36)
        for mask, left, top, advance in glyphs:
            if mask is not None:
                self._put(mask, (round(x) + left, y + top), under, ink)
            x += advance

    def png(self) -> bytes:
        """The picture, as a file."""
        self._image.putpalette([part for colour in self._palette for part in colour])
        out = io.BytesIO()
        self._image.save(out, "PNG", compress_level=1)
        return out.getvalue()

    def _put(
        self, mask: Image.Image, corner: tuple[int, int], under: Colour, colour: Colour
    ) -> None:
        # By their ids: a mask is kept with what is seen of it, so no other one gets its id.
        if id(mask) not in self._seen:
            self._seen[id(mask)] = (mask.point(_SEEN, "1"), mask)
        shades = self._shaded.get((id(mask), under, colour))
        if shades is None:
            shades = mask.point(self._ramp(under, colour))
            self._shaded[id(mask), under, colour] = shades
        self._image.paste(shades, corner, self._seen[id(mask)][0])

    def _ramp(self, under: Colour, colour: Colour) -> list[int]:
        """For every value of a mask the place of its shade in the palette."""
        ramp = self._ramps.get((under, colour))
        if ramp is None:
            first = len(self._palette) - 1
            self._palette += [_mixed(under, colour, n / _SHADES) for n in range(1, _SHADES + 1)]
            ramp = [first + round(value / 255 * _SHADES) for value in range(256)]
            bare = self._palette.index(under)
            self._ramps[under, colour] = ramp = [bare if n == first else n for n in ramp]
        return ramp


def _mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


# ---- shapes


@lru_cache(maxsize=8)
def _disc(radius: int) -> Image.Image:
    """A smooth disc, as a mask."""
    size = radius * 8
    mask = Image.new("L", (size, size))
    ImageDraw.Draw(mask).ellipse((0, 0, size - 1, size - 1), fill=255)
    return mask.reduce(4)


@lru_cache(maxsize=8)
def _dashed(radius: int) -> Image.Image:
    """A smooth dashed ring, as a mask."""
    size = radius * 8
    mask = Image.new("L", (size, size))
    pen = ImageDraw.Draw(mask)
    for start in range(0, 360, 30):
        pen.arc((2, 2, size - 3, size - 3), start, start + 18, fill=255, width=10)
    return mask.reduce(4)


def _ink_on(colour: Colour) -> Colour:
    """Black or white, whichever is read better on a circle."""
    red, green, blue = colour
    return (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else (255, 255, 255)


def _inner(plan: Layout) -> Box:
    """The box of the inner ellipse; outside of the picture where there is none."""
    if not plan.practice:
        return (-9, -9, -8, -8)
    x, y = plan.middle
    across, down = plan.practice * layout.WIDE, plan.practice
    return x - across, y - down, x + across, y + down


def _ties(plan: Layout, people: Sequence[MapPerson]) -> Image.Image:
    """A line to everybody, as wide as the tie is strong; dashed to who is only suggested."""
    mask = Image.new("L", (plan.width * _FINE, plan.height * _FINE))
    fine = ImageDraw.Draw(mask)
    x, y = plan.middle
    widest = 5 if len(people) <= _MANY else 3
    for person, (px, py) in zip(people, plan.spots, strict=True):
        if person.suggested:
            _dashes(fine, (x, y), (px, py))
            continue
        width = round(_FINE * (1 + widest * person.strength))
        fine.line((x * _FINE, y * _FINE, px * _FINE, py * _FINE), fill=255, width=width)
    return mask.reduce(_FINE)


def _dashes(
    fine: ImageDraw.ImageDraw, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """The last part of the way to somebody suggested."""
    (x, y), (px, py) = start, end
    whole = hypot(px - x, py - y) or 1.0
    for at in range(18, 90, 12):
        a, b = 1 - at / whole, 1 - (at + 6) / whole
        line = [x + (px - x) * a, y + (py - y) * a, x + (px - x) * b, y + (py - y) * b]
        fine.line([v * _FINE for v in line], fill=255, width=_FINE)


def _arrow(
    sheet: _Sheet, at: tuple[float, float], to: tuple[float, float], under: Colour, colour: Colour
) -> None:
    """An arrowhead beside a circle, pointing to the owner, who learns from them."""
    whole = hypot(at[0] - to[0], at[1] - to[1]) or 1.0
    ux, uy = (to[0] - at[0]) / whole, (to[1] - at[1]) / whole
    # Beside the circle, where the name below it is on the way.
    down = min(uy, _ARROW_LOWEST)
    across = copysign(sqrt(1 - down * down), ux)
    away = layout.RADIUS + 10
    middle = (at[0] + across * away, at[1] + down * away)
    points = [(9.0, 0.0), (-7.0, -6.5), (-7.0, 6.5)]
    mask = Image.new("L", (96, 96))
    turned = [
        (48 + 4 * (ux * along - uy * side), 48 + 4 * (uy * along + ux * side))
        for along, side in points
    ]
    ImageDraw.Draw(mask).polygon(turned, fill=255)
    sheet.stamp(mask.reduce(4), middle, under, colour)
