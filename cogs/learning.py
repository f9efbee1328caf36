"""/learn: what a member noted down as learned; also from the menu on a person or message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.errors import Unknown
from bot.model.people import DiscordId
from bot.texts import text
from cogs import render, render_me
from cogs.learning_forms import LearningForm
from cogs.pressed import Chosen, Pressed
from cogs.showing import community_of
from cogs.wording import day, linked, plain, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model.network import Learning
    from bot.model.people import Member
    from bot.services.learning import Noted

_SHOWN = 5
_TEXT, _NAME, _LABEL = 280, 40, 90


async def _member(interaction: discord.Interaction) -> Member:
    people = services_of(interaction).people
    return await people.member(community_of(interaction), DiscordId(interaction.user.id))


def listing(
    noted: Sequence[Noted], locale: str, page: int = 0
) -> tuple[discord.Embed, discord.ui.View | None]:
    """A page of the notes, the latest first, with menus to draft from one and to remove one."""
    if not noted:
        return render.said(locale, "learn_none"), None
    pages = -(-len(noted) // _SHOWN)
    page = min(page, pages - 1)
    here = noted[page * _SHOWN : (page + 1) * _SHOWN]
    embed = discord.Embed(title=text(locale, "learn_list_title"), colour=render.ACCENT)
    for one in here:
        learning = one.learning
        lines = [plain(learning.learned, _TEXT)]
        if learning.connects_to:
            said = plain(learning.connects_to, _TEXT)
            lines.append(text(locale, "learn_said_connects", said=said))
        if learning.will_try:
            if learning.tried == "yes":
                lines.append(text(locale, "learn_said_tried"))
            lines.append(text(locale, "learn_said_try", said=plain(learning.will_try, _TEXT)))
        if one.face is not None and one.face.name:
            lines.append(text(locale, "learn_from", who=plain(one.face.name, _NAME)))
        lines[-1] += linked((text(locale, "label_post"), learning.link))
        body = "\n".join((day(learning.at), *lines))[:1024]
        embed.add_field(name="\u200b", value=body, inline=False)
    view = discord.ui.View(timeout=None)
    view.add_item(
        discord.ui.Select(
            custom_id="learn-remove",
            placeholder=text(locale, "learn_remove_pick"),
            options=_options(here),
        )
    )
    view.add_item(
        discord.ui.Select(
            custom_id="learn-draft",
            placeholder=text(locale, "learn_draft_pick"),
            options=_options(here),
        )
    )
    for there, label in ((page - 1, "button_back"), (page + 1, "button_next_page")):
        if 0 <= there < pages:
            said, custom_id = text(locale, label), f"learn-page:{there}"
            view.add_item(discord.ui.Button(label=said, custom_id=custom_id))
    return embed, view


def _options(noted: Sequence[Noted]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=short(one.learning.learned, _LABEL) or "…", value=str(one.learning.id)
        )
        for one in noted
    ]


def draft(learning: Learning, locale: str, site: str = "") -> str:
    """A post that shows one's work, for its author to change and post: plain text.

    `site`: their own blog, told in the end unless the note's link is of it already.
    """
    tried = learning.tried == "yes"
    said = (
        ("learn_draft_learned", learning.learned),
        ("learn_draft_connects", learning.connects_to),
        ("learn_draft_tried" if tried else "learn_draft_try", learning.will_try),
    )
    lines = [text(locale, key, said=short(words, _TEXT)) for key, words in said if words]
    lines += filter(None, [learning.link])
    if site and not learning.link.startswith(site):
        lines.append(text(locale, "learn_draft_site", site=site))
    return "\n".join(lines).replace("`", "'")


class DraftMenu(Chosen, template=r"learn-draft"):
    """From which note a post is drafted."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Shows the draft, to be copied."""
        learning, member = services_of(interaction).learning, await _member(interaction)
        wanted, locale = int(self.item.values[0]), str(interaction.locale)
        noted = [n.learning for n in await learning.all_of(member) if n.learning.id == wanted]
        if not noted:
            raise Unknown("learn_gone")
        said = f"{text(locale, 'learn_draft')}\n```\n{draft(noted[0], locale, member.site)}\n```"
        view = render_me.site_view(locale)
        await interaction.response.send_message(said, view=view, ephemeral=True)


class PageButton(Pressed, template=r"learn-page:(?P<id>\d{1,6})"):
    """Earlier or later notes."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Shows that page in place of this one."""
        noted = await services_of(interaction).learning.all_of(await _member(interaction))
        embed, view = listing(noted, str(interaction.locale), self.subject)
        await interaction.response.edit_message(embed=embed, view=view)


class RemoveMenu(Chosen, template=r"learn-remove"):
    """Which note goes."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Takes it out, and shows the others."""
        learning, member = services_of(interaction).learning, await _member(interaction)
        await learning.remove(member, int(self.item.values[0]))
        locale = str(interaction.locale)
        embed, view = listing(await learning.all_of(member), locale)
        embeds = [render.said(locale, "learn_removed"), embed]
        await interaction.response.edit_message(embeds=embeds, view=view)


class LearningCog(commands.GroupCog, group_name="learn", group_description="What you learned"):
    """/learn add, list."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def cog_load(self) -> None:
        """Lets the menu of earlier lists work, and adds the menus on people and messages."""
        self.client.add_dynamic_items(RemoveMenu, DraftMenu, PageButton)
        self.client.tree.add_command(LEARNED_FROM)
        self.client.tree.add_command(LEARNED_HERE)

    @app_commands.command(
        name="add",
        description="Note what you learned, and what you will try",
        extras={"example": "/learn add"},
    )
    @app_commands.guild_only()
    async def add(self, interaction: discord.Interaction) -> None:
        """Opens the form."""
        await _member(interaction)
        await interaction.response.send_modal(LearningForm(str(interaction.locale)))

    @app_commands.command(
        name="list",
        description="What you learned so far; only you see it",
        extras={"example": "/learn list"},
    )
    @app_commands.guild_only()
    async def list_(self, interaction: discord.Interaction) -> None:
        """Shows the latest notes privately."""
        noted = await services_of(interaction).learning.all_of(await _member(interaction))
        embed, view = listing(noted, str(interaction.locale))
        await interaction.response.send_message(
            embed=embed, view=view or discord.utils.MISSING, ephemeral=True
        )


async def _open(
    interaction: discord.Interaction, person: discord.Member | discord.User, link: str
) -> None:
    learning, member = services_of(interaction).learning, await _member(interaction)
    kept = await learning.connection_with(member, DiscordId(person.id))
    name = person.display_name if kept else ""
    form = LearningForm(str(interaction.locale), kept, name, link)
    await interaction.response.send_modal(form)


@app_commands.context_menu(name="Note what I learned")
@app_commands.guild_only()
async def LEARNED_FROM(  # noqa: N802 a constant of the module: one command
    interaction: discord.Interaction, person: discord.Member
) -> None:
    """Asks what was learned from somebody of the server."""
    await _open(interaction, person, "")


@app_commands.context_menu(name="Note what I learned")
@app_commands.guild_only()
async def LEARNED_HERE(  # noqa: N802 a constant of the module: one command
    interaction: discord.Interaction, message: discord.Message
) -> None:
    """Asks what was learned from a message; its link is kept, what it says is not looked at."""
    await _open(interaction, message.author, message.jump_url)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(LearningCog(client))
