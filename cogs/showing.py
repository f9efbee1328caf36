"""What waits for a member, shown privately; used by /today and by every [See mine]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.client import services_of
from bot.errors import Unknown
from bot.model.people import CommunityId, DiscordId
from bot.texts import text
from cogs import render

if TYPE_CHECKING:
    from bot.model.cards import Notice


def community_of(interaction: discord.Interaction) -> CommunityId:
    """The community in which something was asked.

    Raises:
        Unknown: it was asked in a DM.
    """
    if interaction.guild_id is None:
        raise Unknown("not_in_dm")
    return CommunityId(interaction.guild_id)


async def waiting(
    interaction: discord.Interaction, community: CommunityId, after: Notice | None = None
) -> tuple[list[discord.Embed], discord.ui.View | None]:
    """The first thing that waits for whoever asks, below `after` when they just answered one."""
    locale = str(interaction.locale)
    embeds = [] if after is None else [render.notice(after, locale)]
    # In a DM each thing has a message of its own: shown here, too, it would be said twice.
    if after is not None and (not after.next_waits or interaction.guild_id is None):
        return embeds, None
    services = services_of(interaction)
    first, more = await services.prompts.waiting(community, DiscordId(interaction.user.id))
    if first:
        shown = render.rendered(first[0], more=more)
        return [*embeds, shown.embed], shown.view
    if after is None:
        resting = await services.suggestions.resting_until(DiscordId(interaction.user.id))
        if resting is not None:
            said = text(locale, "today_resting", when=discord.utils.format_dt(resting, "D"))
            return [discord.Embed(description=said, colour=render.ACCENT)], None
        next_look = await services.suggestions.next_look(community)
        had_one = await services.suggestions.had_one(community, DiscordId(interaction.user.id))
        key = "today_done" if had_one else "today_nothing"
        if not await services.suggestions.has_looked(community):
            key = "today_first"
        said = text(locale, key, when=discord.utils.format_dt(next_look, "R"))
        return [discord.Embed(description=said, colour=render.ACCENT)], None
    return embeds, None


async def show_waiting(interaction: discord.Interaction, community: CommunityId) -> None:
    """Answers an interaction with what waits, ephemerally.

    Raises:
        Unknown: whoever asks is no member.
    """
    await interaction.response.defer(ephemeral=True, thinking=True)
    await services_of(interaction).people.member(community, DiscordId(interaction.user.id))
    embeds, view = await waiting(interaction, community)
    await interaction.followup.send(
        embeds=embeds, view=view or discord.utils.MISSING, ephemeral=True
    )
