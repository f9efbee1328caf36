"""The one form in which members note what they learned; used from several places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.model.people import DiscordId
from bot.services.learning import LINK_AT_MOST, TEXT_AT_MOST
from bot.texts import text
from cogs import render
from cogs.showing import community_of
from cogs.wording import short

if TYPE_CHECKING:
    from bot.model.network import ConnectionId
    from bot.model.suggestions import Prompt

_TITLE = 45


class LearningForm(discord.ui.Modal):
    """What was learned, what it connects to, what will be tried; the first is asked for."""

    def __init__(
        self,
        locale: str,
        connection: ConnectionId | None = None,
        name: str = "",
        link: str = "",
        prompt: Prompt | None = None,
    ) -> None:
        title = text(locale, "learn_title")
        if name:
            title = text(locale, "learn_title_from", who=short(name, 25))
        super().__init__(title=short(title, _TITLE), timeout=1800)
        self._connection = connection
        self._prompt = prompt
        self._lines: dict[str, discord.ui.TextInput[Any]] = {}
        for key in ("learned", "connects_to", "will_try", "link"):
            self._lines[key] = discord.ui.TextInput(
                custom_id=key,
                label=text(locale, f"learn_{key}"),
                placeholder=text(locale, f"learn_{key}_example"),
                default=link or None if key == "link" else None,
                required=key == "learned",
                max_length=LINK_AT_MOST if key == "link" else TEXT_AT_MOST,
                style=discord.TextStyle.short if key == "link" else discord.TextStyle.long,
            )
            self.add_item(self._lines[key])

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Keeps it."""
        services, me = services_of(interaction), DiscordId(interaction.user.id)
        asked = self._prompt
        community = community_of(interaction) if asked is None else asked.community
        member = await services.people.member(community, me)
        said = {key: line.value for key, line in self._lines.items()}
        await services.learning.add(member, connection=self._connection, **said)
        if asked is not None:
            await services.prompts.answer(asked, "note", me)
        embed = render.said(str(interaction.locale), "learn_kept")
        await interaction.response.send_message(embed=embed, ephemeral=True)
