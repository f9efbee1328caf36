"""[Introduce to…]: a member lets two of their own connections be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord

from bot.client import errors_answered, services_of
from bot.model.network import ConnectionId
from bot.model.people import DiscordId
from bot.services.bridges import LINE_AT_MOST
from bot.texts import text
from cogs import render
from cogs.showing import community_of
from cogs.wording import plain, short

if TYPE_CHECKING:
    import re

    from bot.client import Client
    from bot.model.people import Member

_OPTIONS, _LABEL, _NAME = 25, 100, 40


async def _member(interaction: discord.Interaction) -> Member:
    people = services_of(interaction).people
    return await people.member(community_of(interaction), DiscordId(interaction.user.id))


class BridgeButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"bridge:(?P<id>\d{1,19})"
):
    """Below somebody of a network: to whom of its others."""

    def __init__(self, item: discord.ui.Button[discord.ui.View], first: ConnectionId) -> None:
        super().__init__(item)
        self.first = first

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, after any number of restarts."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("it is no button")
        return cls(item, ConnectionId(int(match["id"])))

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Shows the others."""
        locale = str(interaction.locale)
        member = await _member(interaction)
        others = await services_of(interaction).bridges.others(member, self.first)
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
            custom_id=f"bridge-to:{self.first}",
            placeholder=text(locale, "bridge_pick"),
            options=options,
        )
        view.add_item(menu)
        await interaction.response.send_message(
            embed=render.said(locale, "bridge_pick"), view=view, ephemeral=True
        )


class BridgeMenu(
    discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]],
    template=r"bridge-to:(?P<id>\d{1,19})",
):
    """The other one."""

    def __init__(self, item: discord.ui.Select[discord.ui.View], first: ConnectionId) -> None:
        super().__init__(item)
        self.first = first

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used, after any number of restarts."""
        if not isinstance(item, discord.ui.Select):
            raise TypeError("it is no menu")
        return cls(item, ConnectionId(int(match["id"])))

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Asks why."""
        form = BridgeForm(
            self.first, ConnectionId(int(self.item.values[0])), str(interaction.locale)
        )
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
