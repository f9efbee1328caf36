"""The map of a network as a picture: Pillow, on the places that bot/engine/layout.py gives.

Colours are those of Okabe and Ito, told apart with every kind of colour blindness; none of them is
alone in what it says: fields have titles, suggestions are dashed, learning is an arrow.
"""

from __future__ import annotations

import io
from functools import lru_cache
from importlib import resources
from math import hypot
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw, ImageFont

from bot.engine import layout
from bot.texts import text
from cogs.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.engine.layout import Layout
    from bot.model.pictures import MapPerson, MapShown

Theme = Literal["dark", "light"]
Colour = tuple[int, int, int]

_SIZE_NAME, _SIZE_INITIALS, _SIZE_TITLE, _SIZE_OWNER = 14, 13, 17, 19
_NAME_AT_MOST, _TITLE_AT_MOST, _OWNER_AT_MOST = 20, 24, 24
_LINE_HEIGHT = 18
_MANY = 80
_COLOURS = 160
"""So many are enough for smooth edges, and a small file."""
_FINE = 2
"""Lines are drawn so many times larger, and reduced: that smooths them."""
_FONTS = ("NotoSans-Regular.ttf", "DroidSansFallback.ttf", "NotoEmoji-Regular.ttf")
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
    image = Image.new("RGB", (plan.width, plan.height), _GROUND[theme])
    pen = ImageDraw.Draw(image)
    colours = dict(zip(layout.fields_of(shown.people), _OKABE_ITO, strict=False))
    if plan.practice:
        pen.ellipse(_inner(plan), fill=_INNER[theme])
    _ties(image, plan, shown.people, _LINE[theme])
    for person, name, spot in zip(shown.people, names, plan.spots, strict=True):
        colour = colours.get(person.field, _NO_FIELD)
        _circle(image, spot, person, colour, theme)
        size = _SIZE_INITIALS - 2 * person.suggested
        _write(pen, spot, _initials(name), size, _ink_on(colour, person, theme))
        below = (spot[0], spot[1] + layout.radius_of(person) + _LINE_HEIGHT / 2)
        half = _width(name, _SIZE_NAME) / 2 + 2
        under = _INNER if person.in_practice and not person.suggested else _GROUND
        box = (below[0] - half, below[1] - 9, below[0] + half, below[1] + 9)
        pen.rectangle(box, fill=under[theme])
        _write(pen, below, name, _SIZE_NAME, _INK[theme])
        if person.learns and not person.suggested:
            _arrow(image, spot, plan.middle, _LEARN[theme])
    _owner(image, pen, plan, shown.owner, theme)
    for sector in plan.sectors:
        title = short(sector.field or text(locale, "map_other"), _TITLE_AT_MOST)
        colour = colours.get(sector.field, _NO_FIELD)
        _title(pen, sector.title, title, colour, theme)
    out = io.BytesIO()
    few = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", compress_level=1)
    return out.getvalue()


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
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    data = resources.files("cogs").joinpath("fonts", name).read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)


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


@lru_cache(maxsize=4_000)
def _runs(said: str) -> tuple[tuple[str, str], ...]:
    """The text in pieces of one font each, without letters that no font has."""
    runs: list[tuple[str, str]] = []
    for letter in said:
        name = _font_for(letter)
        if name is None:
            continue
        if runs and (runs[-1][0] == name or letter.isspace()):
            runs[-1] = (runs[-1][0], runs[-1][1] + letter)
        else:
            runs.append((name, letter))
    return tuple(runs)


@lru_cache(maxsize=4_000)
def _width(said: str, size: int) -> float:
    return sum(_font(name, size).getlength(run) for name, run in _runs(said))


def _initials(name: str) -> str:
    """At most two letters: of the first and the last word, or the first of one."""
    words = [w for w in name.replace("@", " ").split() if _font_for(w[0])]
    words = [w for w in words if w[0].isalnum()] or words[:1]
    letters = [w[0] for w in (words if len(words) < 2 else (words[0], words[-1]))]
    return "".join(letters).upper() or "?"


def _write(
    pen: ImageDraw.ImageDraw,
    at: tuple[float, float],
    said: str,
    size: int,
    ink: Colour,
) -> None:
    """Writes a line around the point `at`, run by run on one baseline."""
    x = at[0] - _width(said, size) / 2
    y = at[1] + size * 0.36
    for name, run in _runs(said):
        font = _font(name, size)
        pen.text((x, y), run, ink, font, "ls")
        x += font.getlength(run)


def _title(
    pen: ImageDraw.ImageDraw, at: tuple[float, float], said: str, colour: Colour, theme: Theme
) -> None:
    """A field's name behind a dot of its colour."""
    half = _width(said, _SIZE_TITLE) / 2
    x, y = at[0] - half - 14, at[1]
    pen.ellipse((x - 6, y - 6, x + 6, y + 6), fill=colour)
    _write(pen, at, said, _SIZE_TITLE, _INK[theme])


def _owner(
    image: Image.Image, pen: ImageDraw.ImageDraw, plan: Layout, name: str, theme: Theme
) -> None:
    mask = _disc(layout.OWNER_RADIUS)
    _stamp(image, mask, plan.middle, _INK[theme])
    said = short(name, _OWNER_AT_MOST)
    _write(pen, plan.middle, _initials(said), _SIZE_OWNER, _GROUND[theme])


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


def _stamp(image: Image.Image, mask: Image.Image, at: tuple[float, float], colour: Colour) -> None:
    left, top = round(at[0] - mask.width / 2), round(at[1] - mask.height / 2)
    image.paste(colour, (left, top), mask)


def _circle(
    image: Image.Image,
    at: tuple[float, float],
    person: MapPerson,
    colour: Colour,
    theme: Theme,
) -> None:
    radius = layout.radius_of(person)
    if person.suggested:
        _stamp(image, _disc(radius), at, _GROUND[theme])
        _stamp(image, _dashed(radius), at, _INK[theme])
    else:
        _stamp(image, _disc(radius), at, colour)


def _ink_on(colour: Colour, person: MapPerson, theme: Theme) -> Colour:
    """Black or white, whichever is read better on the circle."""
    if person.suggested:
        return _INK[theme]
    red, green, blue = colour
    return (0, 0, 0) if 0.299 * red + 0.587 * green + 0.114 * blue > 110 else (255, 255, 255)


def _inner(plan: Layout) -> tuple[float, float, float, float]:
    """The box of the inner ellipse."""
    x, y = plan.middle
    across, down = plan.practice * layout.WIDE, plan.practice
    return x - across, y - down, x + across, y + down


def _ties(image: Image.Image, plan: Layout, people: Sequence[MapPerson], colour: Colour) -> None:
    """A line to everybody, as wide as the tie is strong; dashed to who is only suggested."""
    mask = Image.new("L", (image.width * _FINE, image.height * _FINE))
    fine = ImageDraw.Draw(mask)
    x, y = plan.middle
    widest = 5 if len(people) <= _MANY else 3
    for person, (px, py) in zip(people, plan.spots, strict=True):
        if person.suggested:
            _dashes(fine, (x, y), (px, py))
            continue
        width = round(_FINE * (1 + widest * person.strength))
        fine.line((x * _FINE, y * _FINE, px * _FINE, py * _FINE), fill=255, width=width)
    image.paste(colour, (0, 0), mask.reduce(_FINE))


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
    image: Image.Image, at: tuple[float, float], to: tuple[float, float], colour: Colour
) -> None:
    """An arrowhead beside a circle, pointing to the owner, who learns from them."""
    whole = hypot(at[0] - to[0], at[1] - to[1]) or 1.0
    ux, uy = (to[0] - at[0]) / whole, (to[1] - at[1]) / whole
    away = layout.RADIUS + 10
    middle = (at[0] + ux * away, at[1] + uy * away)
    points = [(9.0, 0.0), (-7.0, -6.5), (-7.0, 6.5)]
    mask = Image.new("L", (96, 96))
    turned = [
        (48 + 4 * (ux * along - uy * side), 48 + 4 * (uy * along + ux * side))
        for along, side in points
    ]
    ImageDraw.Draw(mask).polygon(turned, fill=255)
    _stamp(image, mask.reduce(4), middle, colour)
