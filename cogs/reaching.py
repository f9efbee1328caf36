"""Reaching Discord within a limit, its refusals in our own words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import discord

from bot.errors import DeliveryFailed, DeliveryRefused

if TYPE_CHECKING:
    from collections.abc import Coroutine

_REFUSED = frozenset({10003, 10008, 10013, 50001, 50007, 50013, 50278})
"""Unknown channel, message or user, no access, DMs closed, no permission, no server in common."""
_DMS_CLOSED = frozenset({50007, 50278})
_REACH_LIMIT_S = 60

_T = TypeVar("_T")


async def reaching(work: Coroutine[Any, Any, _T]) -> _T:
    """Discord's refusals and failures in our own words.

    Raises:
        DeliveryRefused: for good.
        DeliveryFailed: for now.
    """
    try:
        async with asyncio.timeout(_REACH_LIMIT_S):
            return await work
    except discord.HTTPException as exc:
        if exc.code in _REFUSED or exc.status in {403, 404}:
            raise DeliveryRefused(
                f"Discord refuses it status={exc.status} code={exc.code}",
                closed_dms=exc.code in _DMS_CLOSED,
            ) from exc
        raise DeliveryFailed(f"Discord failed status={exc.status} code={exc.code}") from exc
    except (discord.DiscordException, OSError, TimeoutError) as exc:
        raise DeliveryFailed(f"Discord can not be reached error={type(exc).__name__}") from exc
