"""A small real discord.py bot, so that the local Discord is tested without Crosstie."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

if TYPE_CHECKING:
    import re
    from typing import Self


class AnswerButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"ask:(?P<id>\d+)"
):
    def __init__(self, number: int) -> None:
        super().__init__(discord.ui.Button(label="Yes", custom_id=f"ask:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=f"yes to {self.number}", view=None)


class Form(discord.ui.Modal, title="A form"):
    name: discord.ui.TextInput[Form] = discord.ui.TextInput(label="Name", custom_id="name")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Thank you, {self.name.value}", ephemeral=True)


class SmallBot(discord.Client):
    """One command for each thing that a bot of ours does; their descriptions say which."""

    def __init__(self) -> None:
        intents = discord.Intents(guilds=True)
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)
        self.add_dynamic_items(AnswerButton)
        self.seen: list[str] = []
        _add_commands(self.tree)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_resumed(self) -> None:
        self.seen.append("resumed")


def _add_commands(tree: app_commands.CommandTree[SmallBot]) -> None:
    async def names(
        _interaction: discord.Interaction[SmallBot], typed: str
    ) -> list[app_commands.Choice[str]]:
        known = ["Ana", "Ben", "Anton"]
        return [app_commands.Choice(name=n, value=n) for n in known if n.startswith(typed)]

    @tree.command(description="Says hello")
    @app_commands.autocomplete(name=names)
    async def hello(interaction: discord.Interaction[SmallBot], name: str) -> None:
        await interaction.response.send_message(f"Hello {name}", ephemeral=True)

    @tree.command(description="Takes its time")
    async def slow(interaction: discord.Interaction[SmallBot]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first")
        await interaction.followup.send("second", ephemeral=True)

    @tree.command(description="Sends a card with a button")
    async def card(interaction: discord.Interaction[SmallBot]) -> None:
        view = discord.ui.View(timeout=None)
        view.add_item(AnswerButton(7))
        embed = discord.Embed(title="A card", description="Would you?")
        await interaction.response.send_message("Look", embed=embed, view=view)

    @tree.command(description="Shows a form")
    async def form(interaction: discord.Interaction[SmallBot]) -> None:
        await interaction.response.send_modal(Form())

    @tree.command(description="Names somebody")
    async def who(interaction: discord.Interaction[SmallBot], person: discord.User) -> None:
        await interaction.response.send_message(f"That is {person.display_name}", ephemeral=True)

    @tree.command(description="Sends a file and starts a thread")
    async def thread(interaction: discord.Interaction[SmallBot]) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        file = discord.File(io.BytesIO(b"notes"), "notes.txt")
        opened = await (await channel.send("Notes", file=file)).create_thread(name="A thread")
        await opened.send("inside")
        await interaction.followup.send("done")

    @tree.command(description="Sends what is due, once")
    async def due(interaction: discord.Interaction[SmallBot]) -> None:
        channel = interaction.channel
        assert isinstance(channel, discord.TextChannel)
        body = {"content": "due", "nonce": "prompt-7", "enforce_nonce": True}
        route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=channel.id)
        await interaction.client.http.request(route, json=body)
        await interaction.response.send_message("sent", ephemeral=True)
