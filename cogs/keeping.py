"""[Keep] below a recap: one of the links that were shared goes into the reader's own learning."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.errors import Unknown
from bot.model.cards import RecapCard
from bot.model.people import DiscordId
from bot.model.suggestions import PromptId
from bot.texts import text
from cogs import render
from cogs.pressed import Chosen
from cogs.wording import short

if TYPE_CHECKING:
    from bot.model.suggestions import Prompt

_OPTIONS_AT_MOST = 25
_LABEL_AT_MOST = 100


async def offer(interaction: discord.Interaction[Any], prompt: Prompt) -> None:
    """The links of the recap, to choose one of.

    Raises:
        Unknown: there is none, or whoever pressed is no member.
    """
    services, locale = services_of(interaction), str(interaction.locale)
    await services.people.member(prompt.community, DiscordId(interaction.user.id))
    card = await _recap(interaction, prompt)
    view = discord.ui.View(timeout=None)
    view.add_item(
        discord.ui.Select(
            custom_id=f"keep:{prompt.id}",
            placeholder=text(locale, "keep_which"),
            options=[
                discord.SelectOption(
                    label=short(link.title or link.url.partition("://")[2], _LABEL_AT_MOST)
                    or short(link.url, _LABEL_AT_MOST),
                    value=_mark(link.url),
                )
                for link in card.resources[:_OPTIONS_AT_MOST]
            ],
        )
    )
    embed = render.said(locale, "keep_which")
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


async def _recap(interaction: discord.Interaction[Any], prompt: Prompt) -> RecapCard:
    card = await services_of(interaction).recaps.card_of(prompt)
    if not isinstance(card, RecapCard) or not card.resources:
        raise Unknown("keep_none")
    return card


def _mark(url: str) -> str:
    """Stands for the address, which may be longer than a menu's value."""
    return hashlib.blake2b(url.encode(), digest_size=12).hexdigest()


class KeepSelect(Chosen, template=r"keep:(?P<id>[0-9]{1,19})"):
    """Which link; the recap is asked again, so what was deleted since can not be kept."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keeps it in the reader's learning.

        Raises:
            Unknown: that link is gone.
        """
        services, by = services_of(interaction), DiscordId(interaction.user.id)
        await interaction.response.defer(ephemeral=True, thinking=True)
        prompt = await services.prompts.pressed(PromptId(self.subject), by)
        member = await services.people.member(prompt.community, by)
        card = await _recap(interaction, prompt)
        link = next((r for r in card.resources if _mark(r.url) == self.item.values[0]), None)
        if link is None:
            raise Unknown("keep_none")
        locale = str(interaction.locale)
        learned = text(locale, "keep_learned", gathering=card.gathering)
        await services.learning.add(member, learned, link=link.url)
        await interaction.followup.send(embed=render.said(locale, "keep_done"), ephemeral=True)
