"""Sends the organiser's monthly letter by itself: where Discord tells the moderators, or by DM."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.errors import DeliveryFailed, DeliveryRefused
from bot.scheduler import Heartbeat
from cogs.reaching import reaching

if TYPE_CHECKING:
    from bot.client import Client

_EVERY = timedelta(minutes=10)


class MonthlyCog(commands.Cog):
    """Finds out where a letter that is due has to go; it has no command."""

    def __init__(self, client: Client) -> None:
        letters = client.services.letters

        async def look_after() -> None:
            if not client.is_ready():
                return
            for community in await letters.due():
                guild = client.get_guild(community)
                if guild is None:
                    continue
                try:
                    await letters.plan(community, await _place(client, guild))
                except DeliveryFailed:
                    continue  # it stays due

        client.heartbeats.append(Heartbeat("letters", _EVERY, look_after, letters.next_due))


async def _place(client: Client, guild: discord.Guild) -> int | None:
    """The channel for what Discord tells moderators; else a DM to who owns the server."""
    channel = guild.public_updates_channel
    if channel is not None:
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages and may.embed_links and may.attach_files:
            return channel.id
    if guild.owner_id is None:
        return None
    try:
        opened = await reaching(client.create_dm(discord.Object(guild.owner_id)))
    except DeliveryRefused:
        return None
    return opened.id


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(MonthlyCog(client))
