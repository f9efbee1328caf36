"""The map as a picture: it opens, and says the same in words."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.engine import layout
from bot.model.pictures import MapPerson, MapShown
from cogs import picture
from cogs.picture import map_alt, map_png

if TYPE_CHECKING:
    from cogs.picture import Theme

NAMES = (
    "Ana Ruiz",
    "李小龙",
    "田中さくら",
    "김민준",
    "🦊 Foxy",
    "بن علي",
    "",
    "@handle",
    "Ж. Ортега",
)
SHOWN = MapShown(
    "Ben Ode",
    tuple(
        MapPerson(name, "abc"[i % 3], i / 9, i < 3, i % 4 == 0, i == 8)
        for i, name in enumerate(NAMES)
    ),
)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_map_is_a_small_png_in_either_colours(theme: Theme) -> None:
    png = map_png(SHOWN, "en", theme)
    image = opened(png).convert("RGB")
    corner = image.getpixel((2, 2))
    assert isinstance(corner, tuple)
    assert (sum(corner) < 150) is (theme == "dark")
    assert len(png) < 200_000
    assert map_png(SHOWN, "en", theme) == png


@pytest.mark.parametrize(
    "name", ["Ana Ruiz", "李小龙", "김민준", "🦊", "بن علي", "נועה לוי", "आरती देवी"]
)
def test_letters_of_every_script_are_drawn(name: str) -> None:
    def drawn(shown: str) -> bytes:
        return map_png(MapShown("B", (MapPerson(shown, ""),)), "en")

    assert drawn(name) != drawn("\U0010fffd")
    assert drawn(name) != drawn("")


def test_letters_that_belong_together_are_joined_where_the_system_can() -> None:
    for name in ("علي", "देवी"):
        drawn = picture._glyphs(name, 14)
        if not picture._can_shape():
            assert len(drawn) == len(name)
            continue
        [joined] = drawn
        apart = [one for letter in name if (one := picture._glyph(letter, 14)) is not None]
        assert len(apart) == len(name)
        assert joined.advance < sum(one.advance for one in apart)
    assert [picture._initials(n) for n in ("بن علي", "נועה לוי", "Ana Ruiz")] == ["ب", "נ", "AR"]


def test_without_joining_letters_stand_as_they_are_read() -> None:
    assert picture._pieces("אבג A", joins=False) == ["ג", "ב", "א", " ", "A"]
    assert picture._pieces("אבג A", joins=True) == ["אבג", " ", "A"]
    assert picture._pieces("देव", joins=False) == list("देव")


def test_a_hundred_and_fifty_people_fit_into_one_attachment() -> None:
    people = tuple(MapPerson(f"Person Number{i}", "abcdefghijk"[i % 11]) for i in range(150))
    png = map_png(MapShown("Ana", people), "en")
    assert len(png) < 1_000_000
    assert max(opened(png).size) < 3_000


def test_the_alt_text_names_who_is_where() -> None:
    alt = map_alt(SHOWN, "en")
    assert "8 people" in alt
    assert "In your inner ring: Ana Ruiz, 李小龙, 田中さくら." in alt
    assert "You learn from Ana Ruiz" in alt
    assert len(map_alt(MapShown("A", SHOWN.people * 60), "en")) <= 1024


def test_an_arrow_stands_beside_a_name_and_not_on_it() -> None:
    def label(*, learns: bool) -> bytes:
        people = (MapPerson("Ana Ruiz", "a", 0.0, in_practice=True, learns=learns),)
        image = opened(map_png(MapShown("B", people), "en")).convert("RGB")
        (x, y), *_ = layout.lay_out(people, [(60.0, 18.0)]).spots
        top = y + layout.RADIUS
        return image.crop((round(x) - 40, round(top), round(x) + 40, round(top) + 18)).tobytes()

    assert label(learns=True) == label(learns=False)
    assert map_png(SHOWN, "en") != map_png(
        MapShown("Ben Ode", tuple(replace(p, learns=False) for p in SHOWN.people)), "en"
    )
