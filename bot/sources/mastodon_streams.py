"""How far the reading of one hashtag on one instance is: its stream, and its timeline behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sources.sse import SseParser

if TYPE_CHECKING:
    import aiohttp

MOST_EVENT = 1 << 20


@dataclass(slots=True)
class Stream:
    """What comes in under one hashtag."""

    tag: str
    answer: aiohttp.ClientResponse
    heard: float
    silent_s: float = 0.0
    """For how long it was listened to without a word; while others are asked nobody listens."""
    parser: SseParser = field(default_factory=lambda: SseParser(MOST_EVENT))


@dataclass(slots=True)
class Reading:
    """How far a timeline was read again; it goes on there after a page, or a refusal."""

    start: int
    at: int
    there: set[str] = field(default_factory=set)
