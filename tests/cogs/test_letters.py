"""/admin letter, and the plots: numbers that may be told, and nothing else."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

from PIL import Image

from bot.model.letter import Count, Letter
from cogs import letters, plots

if TYPE_CHECKING:
    from tests.cogs.conftest import Town

MAY = date(2026, 5, 1)


def _letter() -> Letter:
    some, few = Count(12, 9), Count(3, 4)
    return Letter(
        MAY, some, some, few, few, some, some, some, few, few, some, some,
        months=((date(2026, 4, 1), None, None), (MAY, 12, 7)),
    )  # fmt: skip


async def test_a_quiet_month_says_why_it_is_empty(town: Town) -> None:
    answer = await town.world.slash(town.host, town.chats, "admin letter")
    assert "Numbers about fewer could tell who they are" in answer.text


def test_what_is_about_few_is_named_without_its_number() -> None:
    said = letters.letter(_letter(), "en").description or ""
    assert "introductions offered: 12" in said
    assert "newcomers: 12, of whom <5 got an answer within a day, <5 came back" in said
    assert "Left out, since it was fewer than five people: talked within a week" in said
    assert ": 3" not in said
    labels, series, alt = letters.bars(_letter(), "en") or ([], [], "")
    assert labels == ["04/26", "05/26"]
    assert [list(values) for _, values in series] == [[None, 12], [None, 7]]
    assert "2026-04 <5, <5; 2026-05 12, 7" in alt


def test_a_plot_is_a_small_picture_whose_bars_stand_on_one_line() -> None:
    data = plots.bars_png(["a", "b"], [("one", [2, 4]), ("two", [None, 0])])
    image = Image.open(io.BytesIO(data)).convert("RGB")
    assert len(data) < 20_000
    columns = [
        sum(image.getpixel((x, y)) == (86, 180, 233) for y in range(image.height - 60))
        for x in (2 * 18, 2 * (18 + 70))
    ]
    assert 0 < columns[0] < columns[1]
