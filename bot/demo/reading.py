"""What the demo plays, as pages: the season's lines through the real reader, or an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sources.archive import Archives
from bot.sources.base import Gathering
from bot.sources.bluesky import JetstreamReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.model.posts import Page


def jetstream() -> Callable[[Sequence[bytes]], Page]:
    """Reads lines one after the other, as from one connection."""
    into = Gathering()
    reader = JetstreamReader(into)

    def read(lines: Sequence[bytes]) -> Page:
        for line in lines:
            into.lines += 1
            reader.read(line, "demo")
        return into.page()

    return read


def archive(path: Path) -> Iterator[Page]:
    """An archive in any format that can be imported."""
    return Archives().pages([path])
