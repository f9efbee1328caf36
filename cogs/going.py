"""[I'm going], [Remind me] and [Catch me up]: below /chat list and below a session's opening."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.model.people import DiscordId
from bot.texts import text
from cogs import render
from cogs.pressed import Chosen, Pressed
from cogs.showing import community_of

if TYPE_CHECKING:
    from bot.model.suggestions import Prompt

_ACTIONS = ("going", "remind", "catch_up", "could_host")
_ALL = 0
_PICKED_AT_MOST = 25


def list_buttons(locale: str) -> discord.ui.View:
    """Those below /chat list."""
    view = discord.ui.View(timeout=None)
    for action in _ACTIONS:
        view.add_item(_button(_ALL, action, locale))
    return view


def _button(gathering: int, action: str, locale: str) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=text(locale, f"button_{action}"), custom_id=f"going:{gathering}:{action}"
    )


class GoingButton(Pressed, template=r"going:(?P<id>[0-9]{1,19}):(?P<action>[a-z_]{1,20})"):
    """Knows a chat or conference (0: to be chosen) and what is wanted of it."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does it for the chat it knows, for the only one there is, or lets one be chosen."""
        if self.subject != _ALL:
            await act(interaction, self.subject, self.action)
            return
        listed = await services_of(interaction).chats.list_for(community_of(interaction))
        if len(listed) == 1:
            await act(interaction, listed[0].gathering, self.action)
            return
        locale = str(interaction.locale)
        if not listed:
            embed = render.said(locale, "chat_list_none")
            await interaction.response.send_message(embed=embed, ephemeral=True)
            return
        view = discord.ui.View(timeout=None)
        view.add_item(
            discord.ui.Select(
                custom_id=f"goingto:{self.action}",
                placeholder=text(locale, f"button_{self.action}"),
                options=[
                    discord.SelectOption(label=u.name[:100], value=str(u.gathering))
                    for u in listed[:_PICKED_AT_MOST]
                ],
            )
        )
        embed = render.said(locale, "going_which")
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class GoingSelect(Chosen, template=r"goingto:(?P<action>[a-z_]{1,20})"):
    """Which chat or conference is meant."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does it for the one that was chosen."""
        await act(interaction, int(self.item.values[0]), self.action)


async def pressed_below_opening(
    interaction: discord.Interaction[Any], prompt: Prompt, action: str
) -> None:
    """The same, from the message that opened a session."""
    gathering = await services_of(interaction).goings.gathering_of_prompt(prompt)
    await act(interaction, gathering, action)


async def act(interaction: discord.Interaction[Any], gathering: int, action: str) -> None:
    """Asks where to remind, or does it; privately."""
    goings, locale = services_of(interaction).goings, str(interaction.locale)
    community, by = community_of(interaction), DiscordId(interaction.user.id)
    if action == "remind":
        view = discord.ui.View(timeout=None)
        for place in ("remind_dm", "remind_thread"):
            view.add_item(_button(gathering, place, locale))
        embed = render.said(locale, "going_where")
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    if action == "catch_up":
        notice = await goings.catch_up(community, gathering, by)
    elif action == "could_host":
        notice = await services_of(interaction).hosting.offer(community, gathering, by)
    else:
        place = action.removeprefix("remind_") if action.startswith("remind_") else ""
        notice = await goings.going(community, gathering, by, place)
    await interaction.followup.send(embed=render.notice(notice, locale), ephemeral=True)
