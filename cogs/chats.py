"""/chat: what goes on here and when, and what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import services_of
from cogs import choices, going, render, render_chats
from cogs.showing import community_of

if TYPE_CHECKING:
    from bot.client import Client


class ChatsCog(commands.Cog):
    """What everybody may see."""

    chat = app_commands.Group(
        name="chat", description="Chats and conferences of this community", guild_only=True
    )

    def __init__(self, client: Client) -> None:
        self.client = client

    async def cog_load(self) -> None:
        """Lets the buttons work, also those sent before this start."""
        self.client.add_dynamic_items(going.GoingButton, going.GoingSelect)

    @chat.command(
        name="list",
        description="The chats and conferences here, and their next dates",
        extras={"example": "/chat list"},
    )
    async def upcoming(self, interaction: discord.Interaction) -> None:
        """Privately, so that the channel stays calm."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        listed = await services_of(interaction).chats.list_for(community_of(interaction))
        locale = str(interaction.locale)
        embed = render_chats.chat_list(listed, locale)
        view = going.list_buttons(locale) if listed else discord.utils.MISSING
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @chat.command(
        name="recap",
        description="What happened in the last session",
        extras={"example": "/chat recap"},
    )
    @app_commands.describe(chat="Of which chat or conference; left out: of the last one")
    @app_commands.autocomplete(chat=choices.held)
    async def recap(
        self, interaction: discord.Interaction, chat: app_commands.Range[str, 1, 100] = ""
    ) -> None:
        """As it is to be told now: what was deleted since is gone from it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        card = await services_of(interaction).recaps.latest(community_of(interaction), chat)
        locale = str(interaction.locale)
        embed = render_chats.recap(card, locale)
        files = await render.files_beside(card, locale)
        await interaction.followup.send(embed=embed, files=files, ephemeral=True)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(ChatsCog(client))
