"""Reading what a server answers to the end, and not further than makes sense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SourceUnavailable

if TYPE_CHECKING:
    import aiohttp


async def body_of(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The whole body, however many pieces it comes in.

    Raises:
        SourceUnavailable: it has more than `most` bytes.
    """
    pieces: list[bytes] = []
    size = 0
    # `content.read(n)` gives what has arrived by now: of a long answer its first piece.
    async for piece in answer.content.iter_any():
        size += len(piece)
        if size > most:
            raise SourceUnavailable(f"{answer.url.host} answers with more than {most >> 20} MB")
        pieces.append(piece)
    return b"".join(pieces)
