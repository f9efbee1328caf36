"""[Introduce to…]: a member lets two of their own connections be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.model.network import ConnectionId
from bot.model.people import DiscordId
from bot.services.bridges import LINE_AT_MOST
from bot.texts import text
from cogs import render
from cogs.pressed import Chosen, Pressed
from cogs.showing import community_of
from cogs.wording import plain, short

if TYPE_CHECKING:
    from bot.client import Client
    from bot.model.people import Member

_OPTIONS, _LABEL, _NAME = 25, 100, 40


async def _member(interaction: discord.Interaction) -> Member:
    people = services_of(interaction).people
    return await people.member(community_of(interaction), DiscordId(interaction.user.id))


class BridgeButton(Pressed, template=r"bridge:(?P<id>\d{1,19})"):
    """Below somebody of a network: to whom of its others."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Shows the others."""
        locale = str(interaction.locale)
        member = await _member(interaction)
        others = await services_of(interaction).bridges.others(member, ConnectionId(self.subject))
        if not others:
            said = render.said(locale, "bridge_nobody")
            await interaction.response.send_message(embed=said, ephemeral=True)
            return
        options = [
            discord.SelectOption(
                label=short(e.face.name, _LABEL) or text(locale, "network_somebody"),
                value=str(e.connection.id),
                description=short(e.face.field, _LABEL) or None,
            )
            for e in others[:_OPTIONS]
        ]
        view = discord.ui.View(timeout=None)
        menu: discord.ui.Select[discord.ui.View] = discord.ui.Select(
            custom_id=f"bridge-to:{self.subject}",
            placeholder=text(locale, "bridge_pick"),
            options=options,
        )
        view.add_item(menu)
        await interaction.response.send_message(
            embed=render.said(locale, "bridge_pick"), view=view, ephemeral=True
        )


class BridgeMenu(Chosen, template=r"bridge-to:(?P<id>\d{1,19})"):
    """The other one."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Asks why."""
        first, second = ConnectionId(self.subject), ConnectionId(int(self.item.values[0]))
        form = BridgeForm(first, second, str(interaction.locale))
        await interaction.response.send_modal(form)


class BridgeForm(discord.ui.Modal):
    """One line to both."""

    def __init__(self, first: ConnectionId, second: ConnectionId, locale: str) -> None:
        super().__init__(title=text(locale, "bridge_title"), timeout=1800)
        self._both = (first, second)
        self._line: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="line",
            label=text(locale, "bridge_label"),
            placeholder=text(locale, "bridge_example"),
            max_length=LINE_AT_MOST,
        )
        self.add_item(self._line)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Lets the first be asked."""
        services, locale = services_of(interaction), str(interaction.locale)
        member = await _member(interaction)
        names = [
            plain((await services.connections.entry(member, one)).face.name, _NAME)
            for one in self._both
        ]
        await services.bridges.propose(member, *self._both, self._line.value)
        said = render.said(locale, "bridge_done", first=names[0], second=names[1])
        await interaction.response.send_message(embed=said, ephemeral=True)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(BridgeButton, BridgeMenu)
