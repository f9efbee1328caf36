"""What the page can show: a channel, a thread or somebody's direct messages, one at a time."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.demo.stage import Spot
    from bot.demo.world import World

_AT_MOST = 12
"""So many of the newest threads, and of the direct messages, are offered."""


@dataclass(frozen=True, slots=True)
class Room:
    """One place to look at, and as whom it can be seen."""

    name: str
    channel: int
    viewers: tuple[int, ...]


def rooms_of(world: World, spot: Spot, seats: Sequence[int]) -> list[Room]:
    """The channel, its newest threads, and the direct messages of those who have seats."""
    names = {visitor.user: visitor.guest.name for visitor in spot.visitors}
    found = [Room("#crosstie", spot.prompt_channel, tuple(seats))]
    for thread in world.threads(spot.prompt_channel)[-_AT_MOST:]:
        inside = tuple(user for user in thread.member_ids if user in names)
        if not thread.private:
            found.append(Room(thread.name, thread.id, tuple(seats)))
        elif inside:
            found.append(Room(f"{thread.name} (private)", thread.id, inside))
    written_to = [user for user in names if world.dms(user)]
    found += [
        Room(f"Direct messages to {names[user]}", world.dms(user)[0].channel_id, (user,))
        for user in written_to[:_AT_MOST]
    ]
    return found


@contextmanager
def typed_lines() -> Iterator[asyncio.Queue[str]]:
    """What is typed into the terminal, line by line; nothing where there is no terminal."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        line = sys.stdin.readline()
        if line:
            lines.put_nowait(line.strip())
        else:
            loop.remove_reader(sys.stdin)

    reads = False
    with suppress(OSError, ValueError):  # a file, or closed: nothing can be waited for
        loop.add_reader(sys.stdin, read)
        reads = True
    try:
        yield lines
    finally:
        if reads:
            loop.remove_reader(sys.stdin)
