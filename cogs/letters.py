"""The monthly letter and the years of a network, with their plots."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord

from bot.texts import text
from cogs import render_letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.letter import Letter
    from bot.model.pictures import MirrorShown


async def letter_file(shown: Letter, locale: str) -> list[discord.File]:
    """The plot of a letter; none where nothing may be told."""
    bars = render_letter.bars(shown, locale)
    if bars is None:
        return []
    from cogs import plots  # Pillow is loaded when the first plot is drawn

    labels, series, alt = bars
    drawn = await asyncio.to_thread(plots.bars_png, labels, series)
    return [discord.File(io.BytesIO(drawn), "letter.png", description=alt)]


async def years_file(words: MirrorShown, locale: str) -> list[discord.File]:
    """A small plot of the years of a network; none where there is only one."""
    if len(words.years) < 2:  # noqa: PLR2004, RUF100 one bar says nothing
        return []
    from cogs import plots  # Pillow is loaded when the first plot is drawn

    labels = [str(year) for year, _, _ in words.years]
    series: list[tuple[str, Sequence[float | None]]] = [
        (text(locale, "mirror_years_people"), [people for _, people, _ in words.years])
    ]
    drawn = await asyncio.to_thread(plots.bars_png, labels, series)
    said = "; ".join(f"{year} {people}" for year, people, _ in words.years)
    alt = text(locale, "mirror_years_alt", said=said)
    return [discord.File(io.BytesIO(drawn), "years.png", description=alt)]
