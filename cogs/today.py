"""/today: everything that waits for a member, one thing at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from cogs import showing

if TYPE_CHECKING:
    from bot.client import Client


class TodayCog(commands.Cog):
    """One command; its buttons belong to the prompts."""

    @app_commands.command(name="today", description="What waits for you, one thing at a time")
    @app_commands.guild_only()
    async def today(self, interaction: discord.Interaction) -> None:
        """Shows the first thing privately."""
        await showing.show_waiting(interaction, showing.community_of(interaction))


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(TodayCog())
