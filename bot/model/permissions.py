"""What the bot asks of a Discord server, and the link that asks it, without importing discord."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

PERMISSIONS: Mapping[str, int] = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Manage Events": 1 << 33,
    "Manage Threads": 1 << 34,
    "Create Public Threads": 1 << 35,
    "Create Private Threads": 1 << 36,
    "Send Messages in Threads": 1 << 38,
    "Create Events": 1 << 44,
}
"""Every permission that is used, by the name that Discord shows; the bits are Discord's."""

PERMISSION_BITS = sum(PERMISSIONS.values())
"""All of them together, as the invite link wants them."""

SCOPES = ("bot", "applications.commands")


def invite_link(application_id: int) -> str:
    """The address at which somebody who manages a server adds the bot to it."""
    query = {
        "client_id": application_id,
        "permissions": PERMISSION_BITS,
        "scope": " ".join(SCOPES),
    }
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"


def application_id_of(token: str) -> int | None:
    """The application's id, which is the first part of its token; None if this is no token."""
    first = token.partition(".")[0]
    try:
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(number) if number.isdecimal() else None
