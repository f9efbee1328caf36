"""/ask: a question, a sounding board, something to make together, or five minutes of company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import errors_answered, services_of
from bot.model.asks import AskKind
from bot.model.people import DiscordId
from bot.services.asks import FIELD_AT_MOST, QUESTION_AT_MOST
from bot.texts import text
from cogs import showing
from cogs.showing import community_of

if TYPE_CHECKING:
    from bot.client import Client

_CHOICES = 25
_KINDS = {
    "a question": AskKind.QUESTION,
    "somebody to think aloud with": AskKind.SOUNDING,
    "something to make together": AskKind.MAKE,
    "five minutes of company": AskKind.COMPANY,
}


class AskForm(discord.ui.Modal):
    """What it is, and in which field."""

    def __init__(self, kind: AskKind, field: str, locale: str) -> None:
        super().__init__(title=text(locale, "ask_title"), timeout=1800)
        self._kind = kind
        self._question: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="question",
            label=text(locale, f"ask_{kind.value}_label"),
            placeholder=text(locale, f"ask_{kind.value}_example"),
            style=discord.TextStyle.long,
            max_length=QUESTION_AT_MOST,
        )
        self._field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="field",
            label=text(locale, "ask_field_label"),
            placeholder=text(locale, "ask_field_example"),
            default=field or None,
            required=kind is not AskKind.COMPANY,
            max_length=FIELD_AT_MOST,
        )
        self.add_item(self._question)
        self.add_item(self._field)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Asks, and says what happens next."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, me = services_of(interaction), DiscordId(interaction.user.id)
        community = community_of(interaction)
        member = await services.people.member(community, me)
        notice = await services.asks.ask(
            member, self._kind, self._field.value, self._question.value
        )
        embeds, view = await showing.waiting(interaction, community, after=notice)
        await interaction.followup.send(
            embeds=embeds, view=view or discord.utils.MISSING, ephemeral=True
        )


async def _fields(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """What members help with, as far as it begins or goes on as typed."""
    known = await services_of(interaction).asks.fields(community_of(interaction))
    said = typed.casefold().strip()
    return [
        app_commands.Choice(name=field[:100], value=field[:FIELD_AT_MOST])
        for field in known
        if said in field
    ][:_CHOICES]


class AskingCog(commands.Cog):
    """One command; its buttons belong to the prompts."""

    @app_commands.command(
        name="ask",
        description="Ask two or three people who said they help with such things",
        extras={"example": "/ask what: a question about: simulation"},
    )
    @app_commands.describe(
        what="What you look for", about="A field that somebody here said they can help with"
    )
    @app_commands.choices(
        what=[app_commands.Choice(name=name, value=k.value) for name, k in _KINDS.items()]
    )
    @app_commands.autocomplete(about=_fields)
    @app_commands.guild_only()
    async def ask(
        self,
        interaction: discord.Interaction,
        what: app_commands.Choice[str],
        about: app_commands.Range[str, 1, 40] | None = None,
    ) -> None:
        """Opens the form."""
        me = DiscordId(interaction.user.id)
        await services_of(interaction).people.member(community_of(interaction), me)
        form = AskForm(AskKind(what.value), about or "", str(interaction.locale))
        await interaction.response.send_modal(form)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(AskingCog())
