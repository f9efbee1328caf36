"""/network: a member's personal learning network, seen by its owner only.

Every screen is ephemeral and made anew from the database; a button knows the id of a connection, or
the token of a draft, and works after any restart.
"""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.errors import Invalid
from bot.model.network import ConnectionId, ReasonKind
from bot.model.people import DiscordId
from bot.services import taking_along
from bot.services.connections import (
    FIELD_AT_MOST,
    NAME_AT_MOST,
    NOTE_AT_MOST,
    REASON_AT_MOST,
)
from bot.texts import text
from cogs import learning_forms, letters, render, render_network
from cogs.pressed import Chosen, Pressed
from cogs.showing import community_of

if TYPE_CHECKING:
    from bot.model.people import Member
    from bot.services.connections import Draft, Entry


async def _member(interaction: discord.Interaction) -> Member:
    people = services_of(interaction).people
    return await people.member(community_of(interaction), DiscordId(interaction.user.id))


async def _show_page(interaction: discord.Interaction, page: int) -> None:
    """Puts a page of the network in place of what was there, or answers with it."""
    entries = await services_of(interaction).connections.show(await _member(interaction))
    embed, view = render_network.listing(entries, page, str(interaction.locale))
    await _put(interaction, embed, view)


async def _show_entry(
    interaction: discord.Interaction, connection: ConnectionId, note: str = "", **values: object
) -> None:
    locale = str(interaction.locale)
    shown = await _entry(interaction, connection)
    said = text(locale, note, who=render_network.who(shown.face, locale), **values) if note else ""
    embed, view = render_network.entry(shown, locale, said)
    await _put(interaction, embed, view)


async def _entry(interaction: discord.Interaction, connection: ConnectionId) -> Entry:
    connections = services_of(interaction).connections
    return await connections.entry(await _member(interaction), connection)


async def _show_draft(interaction: discord.Interaction, found: Draft) -> None:
    embed, view = render_network.draft(found, str(interaction.locale))
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def _put(
    interaction: discord.Interaction, embed: discord.Embed, view: discord.ui.View
) -> None:
    if interaction.message is None:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)
    else:
        await interaction.response.edit_message(embed=embed, view=view)


class NetworkButton(Pressed, template=r"net:(?P<action>[a-z]{1,10}):(?P<id>\d{1,19})"):
    """A button about one connection, or one page."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does what the button says."""
        connection, locale = ConnectionId(self.subject), str(interaction.locale)
        connections = services_of(interaction).connections
        match self.action:
            case "page":
                await _show_page(interaction, self.subject)
            case "open":
                await _show_entry(interaction, connection)
            case "edit":
                shown = await _entry(interaction, connection)
                await interaction.response.send_modal(EntryForm(shown, locale))
            case "learnt":
                shown = await _entry(interaction, connection)
                form = learning_forms.LearningForm(locale, connection, shown.face.name)
                await interaction.response.send_modal(form)
            case "thank":
                await connections.thank(await _member(interaction), connection)
                await _show_entry(interaction, connection, "network_thanked")
            case "touch":
                await connections.in_touch(await _member(interaction), connection)
                await _show_entry(interaction, connection, "network_in_touch")
            case "remove":
                shown = await _entry(interaction, connection)
                embed, view = render_network.removing(shown, locale)
                await interaction.response.edit_message(embed=embed, view=view)
            case _:
                await _remove(interaction, connection)


async def _remove(interaction: discord.Interaction, connection: ConnectionId) -> None:
    shown, locale = await _entry(interaction, connection), str(interaction.locale)
    await services_of(interaction).connections.remove(await _member(interaction), connection)
    said = render.said(locale, "network_removed", who=render_network.who(shown.face, locale))
    await interaction.response.edit_message(embed=said, view=None)


class KeepButton(Pressed, template=r"net-keep:(?P<how>[klm]):(?P<token>(?s:.{1,80}))"):
    """Keeps a draft as it is, as somebody to learn from, or as somebody met in person."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keeps them, and shows the entry."""
        kept = await services_of(interaction).connections.keep(
            await _member(interaction),
            self.match["token"],
            learns=True if self.match["how"] == "l" else None,
            met=self.match["how"] == "m",
        )
        await _show_entry(interaction, kept)


class KindMenu(Chosen, template=r"net-kind:(?P<token>(?s:.{1,80}))"):
    """Keeps a draft for another reason."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keeps them, and shows the entry."""
        kept = await services_of(interaction).connections.keep(
            await _member(interaction), self.match["token"], kind=ReasonKind(self.item.values[0])
        )
        await _show_entry(interaction, kept)


class OpenMenu(Chosen, template=r"net-open"):
    """Opens somebody of a page."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Shows the entry."""
        await _show_entry(interaction, ConnectionId(int(self.item.values[0])))


class CadenceMenu(Chosen, template=r"net-cadence:(?P<id>\d{1,19})"):
    """How often to be in touch."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Takes the choice, and shows the entry."""
        connection = ConnectionId(self.subject)
        await services_of(interaction).connections.change(
            await _member(interaction), connection, cadence_days=int(self.item.values[0]) or None
        )
        await _show_entry(interaction, connection)


class EntryForm(discord.ui.Modal):
    """What the owner says about somebody; every line may stay empty."""

    def __init__(self, shown: Entry, locale: str) -> None:
        super().__init__(title=text(locale, "edit_title"), timeout=1800)
        connection = shown.connection
        self._connection = connection.id
        self._lines: dict[str, discord.ui.TextInput[Any]] = {}
        for name, value, most in (
            ("label", connection.label, NAME_AT_MOST),
            ("reason", connection.reason, REASON_AT_MOST),
            ("field", connection.field, FIELD_AT_MOST),
            ("since", f"{connection.since:%Y-%m-%d}", 10),
            ("note", connection.note, NOTE_AT_MOST),
        ):
            long = discord.TextStyle.long if name == "note" else discord.TextStyle.short
            example = text(locale, "edit_reason_example") if name == "reason" else None
            self._lines[name] = discord.ui.TextInput(
                custom_id=name,
                label=text(locale, f"edit_{name}"),
                default=value or None,
                placeholder=example,
                required=False,
                max_length=most,
                style=long,
            )
            self.add_item(self._lines[name])

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes all of it, or nothing with the reason."""
        said = {name: line.value for name, line in self._lines.items()}
        connections = services_of(interaction).connections
        await connections.describe(await _member(interaction), self._connection, said)
        await _show_entry(interaction, self._connection)


class NetworkCog(commands.GroupCog, group_name="network", group_description="Your own network"):
    """/network show, add, map, export."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def cog_load(self) -> None:
        """Lets the buttons and menus of earlier screens work."""
        self.client.add_dynamic_items(NetworkButton, KeepButton, KindMenu, OpenMenu, CadenceMenu)
        self.client.tree.add_command(ADD_TO_NETWORK)
        self.client.tree.add_command(ADD_AUTHOR)

    @app_commands.command(
        name="show",
        description="Who is in your network, and why",
        extras={"example": "/network show"},
    )
    @app_commands.guild_only()
    async def show(self, interaction: discord.Interaction) -> None:
        """Shows the first page privately."""
        await _show_page(interaction, 0)

    @app_commands.command(
        name="add",
        description="Add somebody: a handle, the address of a post, a name, or a member",
        extras={"example": "/network add who: @ana.example"},
    )
    @app_commands.describe(
        who="A handle, the address of a post or profile, or just a name",
        member="Somebody of this server",
    )
    @app_commands.guild_only()
    async def add(
        self,
        interaction: discord.Interaction,
        who: str | None = None,
        member: discord.Member | None = None,
    ) -> None:
        """Shows a draft of the connection privately."""
        owner, connections = await _member(interaction), services_of(interaction).connections
        if member is not None:
            await _draft_of(interaction, member)
        else:
            await _show_draft(interaction, await connections.find(owner, who or ""))

    @app_commands.command(
        name="map",
        description="Your network as a picture, and in words",
        extras={"example": "/network map"},
    )
    @app_commands.describe(theme="Colours; left out: dark")
    @app_commands.choices(
        theme=[
            app_commands.Choice(name="dark", value="dark"),
            app_commands.Choice(name="light", value="light"),
        ]
    )
    @app_commands.guild_only()
    async def map(
        self, interaction: discord.Interaction, theme: app_commands.Choice[str] | None = None
    ) -> None:
        """Draws it in a thread, and says what it shows in the alt text."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        locale = str(interaction.locale)
        shown, words = await services_of(interaction).mirror.of(await _member(interaction))
        if not shown.people:
            await interaction.followup.send(embed=render.said(locale, "map_empty"), ephemeral=True)
            return
        from cogs import picture  # Pillow is loaded when the first map is drawn

        light: picture.Theme = "light" if theme is not None and theme.value == "light" else "dark"
        drawn = await asyncio.to_thread(picture.map_png, shown, locale, light)
        alt = picture.map_alt(shown, locale)
        file = discord.File(io.BytesIO(drawn), "network.png", description=alt)
        embed = render_network.mirror(shown, words, locale)
        embed.set_image(url="attachment://network.png")
        files = [file, *await letters.years_file(words, locale)]
        await interaction.followup.send(embed=embed, files=files, ephemeral=True)

    @app_commands.command(
        name="export",
        description="Your network to take along: CSV, JSON, GEXF, or an Obsidian vault",
        extras={"example": "/network export form: Obsidian vault"},
    )
    @app_commands.describe(form="What to open it with")
    @app_commands.choices(
        form=[
            app_commands.Choice(name="Obsidian vault", value="zip"),
            app_commands.Choice(name="CSV, for spreadsheets", value="csv"),
            app_commands.Choice(name="JSON, for programs", value="json"),
            app_commands.Choice(name="GEXF, for Gephi", value="gexf"),
        ]
    )
    @app_commands.guild_only()
    async def export(
        self, interaction: discord.Interaction, form: app_commands.Choice[str]
    ) -> None:
        """Answers with one file."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, locale = services_of(interaction), str(interaction.locale)
        member = await _member(interaction)
        entries = await services.connections.show(member)
        noted = await services.learning.all_of(member)
        data = taking_along.exported(form.value, member.name, entries, noted)
        said = text(locale, "export_here", count=len(entries))
        if form.value == "zip":
            said = f"{said} {text(locale, 'export_vault')}"
        await interaction.followup.send(
            embed=discord.Embed(description=said, colour=render.ACCENT),
            file=discord.File(io.BytesIO(data), f"my-network.{form.value}"),
            ephemeral=True,
        )


@app_commands.context_menu(name="Add to my network")
@app_commands.guild_only()
async def ADD_TO_NETWORK(  # noqa: N802 a constant of the module: one command
    interaction: discord.Interaction, person: discord.Member
) -> None:
    """Drafts a connection with somebody of the server."""
    await _draft_of(interaction, person)


@app_commands.context_menu(name="Add to my network")
@app_commands.guild_only()
async def ADD_AUTHOR(  # noqa: N802 a constant of the module: one command
    interaction: discord.Interaction, message: discord.Message
) -> None:
    """Drafts a connection with who wrote a message; what it says is not looked at."""
    await _draft_of(interaction, message.author)


async def _draft_of(
    interaction: discord.Interaction, person: discord.Member | discord.User
) -> None:
    if person.bot:
        raise Invalid("network_add_bot")
    found = await services_of(interaction).connections.of_member(
        await _member(interaction), DiscordId(person.id), person.display_name
    )
    await _show_draft(interaction, found)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(NetworkCog(client))
