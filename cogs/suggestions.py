"""/suggest: somebody new now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import services_of
from bot.model.cards import Notice
from bot.model.people import DiscordId
from cogs import render, showing

if TYPE_CHECKING:
    from bot.client import Client
    from bot.services.suggestions import Reach

_REACHES: dict[str, Reach] = {"near": "near", "far": "far"}


class SuggestionsCog(commands.Cog):
    """One command; its buttons belong to the prompts."""

    @app_commands.command(
        name="suggest",
        description="Somebody new for you, now",
        extras={"example": "/suggest reach: far"},
    )
    @app_commands.describe(reach="How far from your own fields; left out: as in your settings")
    @app_commands.choices(
        reach=[
            app_commands.Choice(name="near my own fields", value="near"),
            app_commands.Choice(name="far from my own fields", value="far"),
        ]
    )
    @app_commands.guild_only()
    async def suggest(
        self, interaction: discord.Interaction, reach: app_commands.Choice[str] | None = None
    ) -> None:
        """Shows a suggestion privately, or says that there is nobody."""
        community = showing.community_of(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await services_of(interaction).suggestions.suggest_now(
            community,
            DiscordId(interaction.user.id),
            None if reach is None else _REACHES[reach.value],
        )
        if isinstance(found, Notice):
            embed = render.notice(found, str(interaction.locale))
            await interaction.followup.send(embed=embed, ephemeral=True)
            return
        shown = render.rendered(found)
        await interaction.followup.send(embed=shown.embed, view=shown.view, ephemeral=True)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(SuggestionsCog())
