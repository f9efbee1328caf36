"""Reading the recorded shapes of invented people in tests/data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sources.archive import Archives

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.posts import Page, Post

DATA = Path(__file__).parent.parent / "data"


def read(*paths: Path, format_: str = "auto", latest: datetime | None = None) -> list[Page]:
    """All pages of some archives."""
    return list(Archives(format_, latest).pages(paths))


def posts(*paths: Path) -> list[Post]:
    """All posts of some archives, by time."""
    return sorted((post for page in read(*paths) for post in page.posts), key=lambda p: p.at)


def named(
    *paths: Path, format_: str = "auto", latest: datetime | None = None
) -> list[tuple[str, str]]:
    """File and line, and the reason, of everything that could not be used."""
    return [
        (Path(problem.where).name, problem.reason)
        for page in read(*paths, format_=format_, latest=latest)
        for problem in page.problems
    ]


def write(path: Path, *payloads: object) -> Path:
    """A file with one JSON payload a line."""
    path.write_text("".join(json.dumps(payload) + "\n" for payload in payloads), "utf-8")
    return path
