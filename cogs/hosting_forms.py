"""Forms of a session: answering a question here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord

from bot.client import errors_answered, services_of
from bot.model.people import DiscordId
from bot.services.sessions import gathering_of
from bot.texts import text
from cogs import render

if TYPE_CHECKING:
    from bot.model.suggestions import Prompt

_ANSWER_MAX = 500
_LABEL_MAX = 45
_PLACEHOLDER_MAX = 100


async def ask_for_answer(interaction: discord.Interaction[Any], prompt: Prompt) -> None:
    """[Answer here]: the form, or how to join."""
    questions, locale = services_of(interaction).questions, str(interaction.locale)
    question, session = await questions.open_question(prompt)
    member = await questions.member_here(prompt, DiscordId(interaction.user.id))
    if member is None:
        embed = render.said(locale, "answer_not_joined")
        await interaction.response.send_message(embed=embed, ephemeral=True)
        return
    form = AnswerForm(
        prompt,
        locale,
        number=question.number,
        name=member.name,
        hashtag=gathering_of(session),
    )
    await interaction.response.send_modal(form)


class AnswerForm(discord.ui.Modal):
    """An answer, posted under the member's name."""

    def __init__(
        self, prompt: Prompt, locale: str, *, number: int, name: str, hashtag: str
    ) -> None:
        super().__init__(title=text(locale, "answer_title", number=number), timeout=900)
        self._prompt = prompt
        self._words: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="words",
            label=text(locale, "answer_label", name=name)[:_LABEL_MAX],
            placeholder=text(locale, "answer_placeholder", hashtag=hashtag)[:_PLACEHOLDER_MAX],
            style=discord.TextStyle.paragraph,
            max_length=_ANSWER_MAX,
        )
        self.add_item(self._words)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes the answer; the thread shows it in a moment."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        notice = await services_of(interaction).prompts.answer(
            self._prompt, "answer", DiscordId(interaction.user.id), self._words.value
        )
        embed = render.notice(notice, str(interaction.locale))
        await interaction.followup.send(embed=embed, ephemeral=True)
