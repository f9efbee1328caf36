"""What Jetstream answers to a websocket that it does not open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import msgspec

from bot.errors import PayloadError, SourceUnavailable
from bot.sources.answers import body_of
from bot.sources.payloads import decoded

if TYPE_CHECKING:
    from yarl import URL

CONNECT_S = 20.0
SUBPROTOCOL = "xrpc.v1.json"
_MOST_ANSWER = 1 << 20
_HEADERS = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "Y3Jvc3N0aWUgY3Jvc3N0aQ==",
    "Sec-WebSocket-Protocol": SUBPROTOCOL,
}
_SCHEMES = {"wss": "https", "ws": "http"}


class _Refusal(msgspec.Struct):
    error: str | None = None
    message: str | None = None


_REFUSAL = msgspec.json.Decoder(_Refusal)


async def is_too_old(http: aiohttp.ClientSession, asked: URL) -> bool:
    """Whether 400 meant that the cursor is too old.

    Asks once more for what the refusal says: a websocket that fails keeps it to itself.
    """
    url = asked.with_scheme(_SCHEMES.get(asked.scheme, "https"))
    try:
        async with (
            asyncio.timeout(CONNECT_S),
            http.get(url, headers=_HEADERS) as answer,
        ):
            if answer.status != 400:
                return False
            refusal = decoded(_REFUSAL, await body_of(answer, _MOST_ANSWER))
    except (aiohttp.ClientError, OSError, TimeoutError, PayloadError, SourceUnavailable):
        return False
    return refusal.error == "CursorTooOld"
