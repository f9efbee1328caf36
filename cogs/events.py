"""Shows the next date of each chat and conference as an event of Discord."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import discord
from discord.ext import commands

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.scheduler import Heartbeat
from bot.texts import text
from cogs.wording import short

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.client import Client
    from bot.services.native_events import NativeEvent

_EVERY = timedelta(minutes=1)
_REACH_LIMIT_S = 30
_NAME_AT_MOST = 100
_PLACE_AT_MOST = 100
_T = TypeVar("_T")


class DiscordEvents:
    """Makes, finds, changes and takes away events; each carries its marker in its last line."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def find(self, event: NativeEvent) -> int | None:
        """An event of ours that carries the marker."""

        async def look() -> int | None:
            for known in await self._guild(event.community).fetch_scheduled_events():
                if (known.description or "").endswith(_mark(event)):
                    return known.id
            return None

        return await _reaching(look())

    async def create(self, event: NativeEvent) -> int:
        """Makes it."""
        guild = self._guild(event.community)
        made = await _reaching(
            guild.create_scheduled_event(
                entity_type=discord.EntityType.external,
                privacy_level=discord.PrivacyLevel.guild_only,
                **_shown(event),
            )
        )
        return made.id

    async def edit(self, event: NativeEvent, known: int) -> bool:
        """Brings it up to date; False when it is gone."""

        async def change() -> bool:
            try:
                there = await self._guild(event.community).fetch_scheduled_event(known)
                await there.edit(**_shown(event))
            except discord.NotFound:
                return False
            return True

        return await _reaching(change())

    async def remove(self, community: int, known: int) -> None:
        """Takes it away; nothing where it is gone already."""

        async def take() -> None:
            try:
                there = await self._guild(community).fetch_scheduled_event(known)
                await there.delete()
            except discord.NotFound:
                return

        await _reaching(take())

    def _guild(self, community: int) -> discord.Guild:
        guild = self._client.get_guild(community)
        if guild is None:
            raise DeliveryFailed("the server is not available now")
        return guild


def _mark(event: NativeEvent) -> str:
    return f"Crosstie {event.id:x}"


def _shown(event: NativeEvent) -> dict[str, Any]:
    hashtags = short(" ".join(event.hashtags), _PLACE_AT_MOST)
    first = event.hashtags[0] if event.hashtags else event.name
    about = text(event.locale, "event_about", hashtag=short(first, _PLACE_AT_MOST))
    return {
        "name": short(event.name, _NAME_AT_MOST),
        "description": f"{about}\n{_mark(event)}",
        "start_time": event.starts_at,
        "end_time": event.ends_at,
        "location": hashtags or short(event.name, _PLACE_AT_MOST),
    }


async def _reaching(work: Coroutine[Any, Any, _T]) -> _T:
    """Discord's refusals and failures in our own words."""
    try:
        async with asyncio.timeout(_REACH_LIMIT_S):
            return await work
    except discord.Forbidden as exc:
        raise DeliveryRefused(f"Discord refuses it code={exc.code}") from exc
    except discord.HTTPException as exc:
        raise DeliveryFailed(f"Discord failed status={exc.status} code={exc.code}") from exc
    except (discord.DiscordException, OSError, TimeoutError) as exc:
        raise DeliveryFailed(f"Discord can not be reached error={type(exc).__name__}") from exc


class EventsCog(commands.Cog):
    """Holds the heartbeat."""

    def __init__(self, client: Client) -> None:
        courier = DiscordEvents(client)
        events = client.services.native_events

        async def look_after() -> None:
            if client.is_ready():
                await events.look_after(courier)

        client.heartbeats.append(Heartbeat("events", _EVERY, look_after, events.next_due))


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(EventsCog(client))
