"""What an organiser may hold back: one introduction at a time, with two equal buttons."""

from __future__ import annotations

from typing import Any

import discord

from bot.client import errors_answered, services_of
from bot.errors import NotAllowed
from bot.model.suggestions import IntroductionId
from bot.texts import text
from cogs import render
from cogs.pressed import Pressed
from cogs.render_people import held, reported
from cogs.showing import community_of

_REPORTS_SHOWN = 5


class HeldButton(Pressed, template=r"held:(?P<id>[0-9]{1,19}):(?P<action>let|back)"):
    """[Let it] or [Hold back]; the row decides whether it still counts."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does it, and shows the next one.

        Raises:
            NotAllowed: whoever pressed may not manage this server (any more).
        """
        community, locale = community_of(interaction), str(interaction.locale)
        if not interaction.permissions.manage_guild:
            raise NotAllowed("error_permission", permission="Manage Server")
        await interaction.response.defer()
        let = self.action == "let"
        done = await services_of(interaction).introductions.review(
            community, IntroductionId(self.subject), let=let
        )
        key = ("held_let" if let else "held_back") if done else "held_over"
        embed, view = await waiting(interaction)
        await interaction.edit_original_response(
            embeds=[render.said(locale, key), embed], view=view
        )


async def waiting(interaction: discord.Interaction) -> tuple[discord.Embed, discord.ui.View]:
    """The introduction that waits longest for an organiser, with what was reported below it."""
    community, locale = community_of(interaction), str(interaction.locale)
    introductions = services_of(interaction).introductions
    found = await introductions.held(community)
    view = discord.ui.View(timeout=None)
    if found:
        embed = discord.Embed(description=held(found[0], locale), colour=render.ACCENT)
        for what, label in (("let", "button_let"), ("back", "button_hold_back")):
            button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
                label=text(locale, label), custom_id=f"held:{found[0].id}:{what}"
            )
            view.add_item(button)
        if len(found) > 1:
            embed.set_footer(text=text(locale, "today_more", count=len(found) - 1))
    else:
        embed = render.said(locale, "held_none")
    reports = await introductions.reports(community)
    if reports:
        lines = [reported(r.at, r.thread, locale) for r in reports[:_REPORTS_SHOWN]]
        embed.add_field(name=text(locale, "reports_title"), value="\n".join(lines), inline=False)
    return embed, view
