"""Cards and notices → what Discord shows: pure.

Every prompt is one embed in the one accent colour (an embed never unfolds the links in it) with its
buttons below. A button's custom_id is `prompt:<id>:<answer>`: the id is all that it knows.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.model import cards
from bot.texts import text
from cogs import (
    letters,
    render_asks,
    render_circles,
    render_hosting,
    render_letter,
    render_people,
    render_sessions,
    render_upkeep,
    transcript,
)

if TYPE_CHECKING:
    from bot.model.letter import Letter
    from bot.model.suggestions import PromptId
    from bot.services.prompts import Outgoing
    from cogs.parts import Parts

ACCENT = discord.Colour(0x2F6F6D)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message, or the content of an ephemeral one."""

    embed: discord.Embed
    view: discord.ui.View
    content: str | None = None
    """Only where somebody is to be mentioned, which an embed can not do."""
    thread_name: str | None = None
    """At most 60 characters; where the prompt opens a thread."""


def rendered(outgoing: Outgoing, *, more: int = 0) -> Rendered:
    """The message for a prompt, in the reader's language; `more` things wait after it."""
    parts = _parts(outgoing.card, outgoing.locale)
    return _message(parts, outgoing.prompt.id, outgoing.locale, more)


def _parts(card: cards.Card, locale: str) -> Parts:
    match card:
        case (
            cards.OpeningCard()
            | cards.RecapCard()
            | cards.FieldCard()
            | cards.WeeklyCard()
            | cards.DateNewsCard()
        ):
            return render_sessions.parts(card, locale)
        case (
            cards.QuestionCard()
            | cards.AnswerCard()
            | cards.ReminderCard()
            | cards.GoingCard()
            | cards.NewcomersCard()
            | cards.PlanCard()
            | cards.TalksCard()
            | cards.LiveCard()
            | cards.CatchUpCard()
        ):
            return render_hosting.parts(card, locale)
        case cards.AskCard() | cards.AskOpenCard() | cards.HelpCard() | cards.ThankedCard():
            return render_asks.parts(card, locale)
        case (
            cards.CircleOfferCard()
            | cards.CircleCard()
            | cards.CircleTurnCard()
            | cards.CircleOverCard()
        ):
            return render_circles.parts(card, locale)
        case cards.LetterCard():
            return render_letter.parts(card.letter, locale)
        case (
            cards.DormantCard()
            | cards.LearnedCard()
            | cards.TriedCard()
            | cards.ReadingCard()
            | cards.TalkedOfCard()
            | cards.LinkedCard()
            | cards.LookBackCard()
        ):
            return render_upkeep.parts(card, locale)
        case _:
            return render_people.parts(card, locale)


def _embed(parts: Parts) -> discord.Embed:
    embed = discord.Embed(title=parts.title, description=parts.body, colour=ACCENT)
    for heading, block in parts.blocks:
        embed.add_field(name=heading, value=block, inline=False)
    return embed


def _message(parts: Parts, prompt: PromptId, locale: str, more: int) -> Rendered:
    embed = _embed(parts)
    if more:
        embed.set_footer(text=text(locale, "today_more", count=more))
    view = discord.ui.View(timeout=None)
    for answer, label in parts.buttons:
        view.add_item(prompt_button(prompt, answer, text(locale, label)))
    for label, address in parts.links:
        view.add_item(discord.ui.Button(label=label, url=address))
    return Rendered(embed, view, parts.content, parts.thread_name)


def letter(of: Letter, locale: str) -> discord.Embed:
    """The monthly letter, as it is asked for."""
    parts = render_letter.parts(of, locale)
    return _embed(parts)


async def files_beside(card: cards.Card, locale: str) -> list[discord.File]:
    """What lies beside the message, made in a thread: the session itself, or the letter's plot."""
    if isinstance(card, cards.LetterCard):
        return await letters.letter_file(card.letter, locale)
    if not isinstance(card, cards.RecapCard):
        return []
    made = await asyncio.to_thread(transcript.file_of, card, locale)
    return [] if made is None else [discord.File(io.BytesIO(made[1]), made[0])]


def prompt_button(prompt: PromptId, answer: str, label: str) -> discord.ui.Button[discord.ui.View]:
    """A button that answers a prompt; it works after any restart."""
    return discord.ui.Button(label=label, custom_id=f"prompt:{prompt}:{answer}")


def said(locale: str, key: str, /, **values: object) -> discord.Embed:
    """A short line, privately."""
    return discord.Embed(description=text(locale, key, **values), colour=ACCENT)


def notice(of: cards.Notice, locale: str) -> discord.Embed:
    """The answer to a press."""
    if of.card is not None:
        return discord.Embed(description=_parts(of.card, locale).body, colour=ACCENT)
    return discord.Embed(description=text(locale, of.key, **of.values), colour=ACCENT)
