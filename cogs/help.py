"""/help: what this person may run here, with one example each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.texts import command_name, command_words, commands_named, text
from cogs import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.client import Client


class HelpCog(commands.Cog):
    """Reads the commands themselves, so that it can not fall behind them."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @app_commands.command(name="help", description="What you can do here, with an example each")
    async def help(self, interaction: discord.Interaction) -> None:
        """Answers privately; commands for organisers only to those who may run them."""
        locale = str(interaction.locale)
        lines = [
            text(
                locale,
                "help_line",
                name=" ".join(
                    command_name(locale, word) or word for word in command.qualified_name.split()
                ),
                what=command_words(locale, command.description) or command.description,
                example=commands_named(
                    locale, command.extras.get("example", f"/{command.qualified_name}")
                ),
            )
            for command in _runnable(self.client.tree, interaction.permissions)
        ]
        embed = discord.Embed(
            title=text(locale, "help_title"), description="\n".join(lines), colour=render.ACCENT
        )
        await interaction.response.send_message(embed=embed, ephemeral=True)


def _runnable(
    tree: app_commands.CommandTree[Client], permissions: discord.Permissions
) -> Iterator[app_commands.Command[commands.Cog, ..., object]]:
    for command in sorted(tree.walk_commands(), key=lambda c: c.qualified_name):
        if not isinstance(command, app_commands.Command):
            continue
        needed = (command.root_parent or command).default_permissions
        if needed is None or permissions.administrator or needed <= permissions:
            yield command


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(HelpCog(client))
