"""/admin: setting the community up, and how things stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import services_of
from bot.errors import Invalid
from bot.model.people import DiscordId
from bot.model.policy import FOLLOWABLE
from bot.services.rounds import next_round
from bot.texts import CATALOGUES, text
from cogs import choices, held, letters, render, render_chats
from cogs.showing import community_of
from cogs.wording import plain

if TYPE_CHECKING:
    from bot.client import Client

_LANGUAGES = [app_commands.Choice(name=code, value=code) for code in CATALOGUES]
_SPEAKING = ("view_channel", "send_messages", "embed_links", "read_message_history")
_IN_THREADS = "send_messages_in_threads"
_CHATS_NEED = (*_SPEAKING, "create_public_threads", _IN_THREADS)
_PROMPTS_NEED = (*_SPEAKING, "create_private_threads", _IN_THREADS)


class AdminCog(commands.Cog):
    """For those who manage the server."""

    admin = app_commands.Group(
        name="admin",
        description="Set Crosstie up for this community",
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
    )

    @admin.command(
        name="setup",
        description="Where and when Crosstie speaks here; run it again to change it",
        extras={"example": "/admin setup chat_channel:#chats zone:Europe/Berlin"},
    )
    @app_commands.describe(
        chat_channel="Where sessions open their threads",
        prompt_channel="Where the weekly message goes; left out: as before, or the chat channel",
        zone="Whose clock counts here; left out: as before",
        weekly="When introductions are made: Monday 10:00; left out: as before",
        language="The language of what all can read; left out: as before",
        review_introductions="Whether you want to see each introduction before it is made",
    )
    @app_commands.choices(language=_LANGUAGES)
    @app_commands.autocomplete(zone=choices.zones)
    async def setup_community(
        self,
        interaction: discord.Interaction,
        chat_channel: discord.TextChannel,
        prompt_channel: discord.TextChannel | None = None,
        zone: app_commands.Range[str, 1, 40] | None = None,
        weekly: app_commands.Range[str, 1, 40] | None = None,
        language: str | None = None,
        review_introductions: bool | None = None,
    ) -> None:
        """Refuses channels in which it could not do its work, and says what is missing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, guild = services_of(interaction), community_of(interaction)
        locale = str(interaction.locale)
        if interaction.guild is not None:  # who asks here proves that the bot is here
            here = interaction.guild
            await services.communities.joined(here.id, here.name, str(here.preferred_locale))
        before = await services.communities.prompt_channel_of(guild)
        prompts = prompt_channel.id if prompt_channel else before or chat_channel.id
        _refuse_unusable(interaction, ((chat_channel.id, _CHATS_NEED), (prompts, _PROMPTS_NEED)))
        community = await services.communities.set_up(
            guild,
            chat_channel=chat_channel.id,
            prompt_channel=prompts,
            zone=zone,
            locale=language,
            weekly=weekly,
            review_introductions=review_introductions,
        )
        embed = render_chats.set_up(community, next_round(community, services.clock.now()), locale)
        await interaction.followup.send(embed=embed, ephemeral=True)

    @admin.command(
        name="status",
        description="How things stand, in numbers",
        extras={"example": "/admin status"},
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Counts, never people."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, guild = services_of(interaction), community_of(interaction)
        counts = await services.communities.counts(guild)
        listed = await services.chats.list_for(guild)
        soonest, following = listed[0] if listed else None, services.following.statuses()
        locale = str(interaction.locale)
        embed = render_chats.status(counts, soonest, following, locale)
        returned = await services.newcomers.returned(guild)
        embed.add_field(
            name=text(locale, "status_newcomers"),
            value=render_chats.came_again(returned, locale),
            inline=False,
        )
        if services.budget is not None:
            spending, level = await services.budget.spending(), await services.budget.level()
            embed.add_field(
                name=text(locale, "status_budget"),
                value=render_chats.budget(spending, level, services.budget.resumes_at(), locale),
                inline=False,
            )
        learned = await services.suggestions.learned(guild)
        embed.add_field(
            name=text(locale, "status_learned"),
            value=render_chats.learned(learned, locale),
            inline=False,
        )
        address = await services.calendars.address(guild)
        if address is not None:
            embed.add_field(
                name=text(locale, "status_calendar"),
                value=text(locale, "status_calendar_how", address=address),
                inline=False,
            )
        await interaction.followup.send(embed=embed, ephemeral=True)

    @admin.command(
        name="introductions",
        description="Introductions that wait for you, and what was reported",
        extras={"example": "/admin introductions"},
    )
    async def introductions(self, interaction: discord.Interaction) -> None:
        """One at a time, each to be let or held back."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        embed, view = await held.waiting(interaction)
        await interaction.followup.send(embed=embed, view=view, ephemeral=True)

    @admin.command(
        name="people",
        description="Keep somebody out, keep two apart, or take an objection",
        extras={"example": "/admin people what:Keep two apart person:@Ana other:@Ben"},
    )
    @app_commands.describe(
        what="What is to be done",
        person="Who is meant",
        other="From whom to keep them apart",
        platform="Where the account is that objects",
        handle="The handle of the account that objects",
    )
    @app_commands.choices(
        what=[
            app_commands.Choice(name="Keep out of Crosstie here", value="bar"),
            app_commands.Choice(name="Let join again", value="let_back"),
            app_commands.Choice(name="Keep two apart", value="apart"),
            app_commands.Choice(name="Take an objection", value="object"),
        ],
        platform=[
            app_commands.Choice(name=platform, value=platform) for platform in sorted(FOLLOWABLE)
        ],
    )
    async def people(
        self,
        interaction: discord.Interaction,
        what: str,
        person: discord.User | None = None,
        other: discord.User | None = None,
        platform: str | None = None,
        handle: app_commands.Range[str, 1, 100] | None = None,
    ) -> None:
        """What organisers decide about people; seen by nobody but who asks."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, community = services_of(interaction), community_of(interaction)
        stewardship = services.stewardship
        values: dict[str, object] = {}
        if what == "object":
            if platform is None or handle is None:
                raise Invalid("steward_account")
            name = handle.strip().lstrip("@")
            count = await services.privacy.object_for(platform, name)
            key, values = "object_done", {"count": count, "handle": plain(name, 100)}
        elif person is None:
            raise Invalid("steward_person")
        elif what == "apart":
            if other is None:
                raise Invalid("steward_other")
            await stewardship.keep_apart(DiscordId(person.id), DiscordId(other.id))
            key = "steward_apart"
        elif what == "bar":
            await stewardship.bar(community, DiscordId(person.id))
            key, values = "steward_barred", {"person": person.id}
        else:
            await stewardship.let_back(community, DiscordId(person.id))
            key, values = "steward_let_back", {"person": person.id}
        embed = render.said(str(interaction.locale), key, **values)
        await interaction.followup.send(embed=embed, ephemeral=True)

    @admin.command(
        name="letter",
        description="The last month in counts, and what to try next",
        extras={"example": "/admin letter"},
    )
    async def letter(self, interaction: discord.Interaction) -> None:
        """Counts only, and none about fewer than five people."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        locale = str(interaction.locale)
        found = await services_of(interaction).letters.last_month(community_of(interaction))
        embed, files = render.letter(found, locale), await letters.letter_file(found, locale)
        if files:
            embed.set_image(url="attachment://letter.png")
        await interaction.followup.send(embed=embed, files=files, ephemeral=True)


def _refuse_unusable(
    interaction: discord.Interaction, needs: tuple[tuple[int, tuple[str, ...]], ...]
) -> None:
    """Looks at our own permissions in each channel.

    Raises:
        Invalid: some are missing; names channel and permission as Discord does.
    """
    locale, lines = str(interaction.locale), []
    guild = interaction.guild
    for channel_id, needed in needs:
        channel = guild.get_channel(channel_id) if guild else None
        have = channel.permissions_for(guild.me) if guild and channel else discord.Permissions()
        missing = [_shown(name) for name in needed if not getattr(have, name)]
        if missing:
            permissions = ", ".join(missing)
            lines.append(
                text(locale, "setup_lacks_in", channel=channel_id, permissions=permissions)
            )
    if lines:
        raise Invalid("setup_lacks", lacks="\n".join(dict.fromkeys(lines)))


def _shown(permission: str) -> str:
    return permission.replace("_", " ").title().replace(" In ", " in ")


async def setup(client: Client) -> None:
    """Called by discord.py."""
    client.add_dynamic_items(held.HeldButton)
    await client.add_cog(AdminCog())
