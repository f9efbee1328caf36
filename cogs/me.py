"""/me: joining, settings, one's own data, leaving; and "Never introduce us" on a person.

Every screen is ephemeral and made anew from the database; its buttons carry no state, so they work
after any restart.
"""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.model.people import Delivery, DiscordId, Naming, Stance
from bot.services.languages import known_languages, language_names
from bot.services.people import SITE_AT_MOST, known_site
from bot.texts import text
from cogs import render, render_me
from cogs.pressed import Chosen, Pressed
from cogs.showing import community_of

if TYPE_CHECKING:
    import re

    from bot.model.people import Member

_MONTH = timedelta(days=30)
_PAUSES = {"month": _MONTH, "quarter": 3 * _MONTH, "resume": None}
_DISTANCES = {"near": 0.15, "middle": 0.5, "far": 0.85}


def _me(interaction: discord.Interaction) -> DiscordId:
    return DiscordId(interaction.user.id)


async def _member(interaction: discord.Interaction) -> Member:
    people = services_of(interaction).people
    return await people.member(community_of(interaction), _me(interaction))


async def _show_settings(
    interaction: discord.Interaction, *, note: str = "", edit: bool = True
) -> None:
    """Puts the settings screen in place of the one whose button was pressed, or answers with it."""
    member = await _member(interaction)
    people, locale = services_of(interaction).people, str(interaction.locale)
    accounts = await people.accounts_of(member)
    guessed = await people.guessed_fields(member, locale)
    embed = render_me.settings(member, accounts, locale, note, guessed)
    view = render_me.settings_view(member, locale)
    if edit:
        await interaction.response.edit_message(embed=embed, view=view)
    else:
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class MeButton(Pressed, template=r"me:(?P<action>[a-z_]{1,20})"):
    """A button of a /me screen."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does what the button says."""
        action, locale = self.action, str(interaction.locale)
        match action:
            case "join":
                await _join(interaction)
            case "decline":
                await _end_with(interaction, "join_declined")
            case "fields":
                member = await _member(interaction)
                await interaction.response.send_modal(FieldsForm(member, locale))
            case "times":
                member = await _member(interaction)
                await interaction.response.send_modal(TimesForm(member, locale))
            case "naming":
                member = await _member(interaction)
                other = Naming.DESCRIBE if member.naming is Naming.NAME else Naming.NAME
                await _change(interaction, naming=other)
            case "posts":
                member = await _member(interaction)
                await _change(interaction, show_posts=not member.show_posts)
            case "handle":
                await _handle(interaction)
            case "site":
                member = await _member(interaction)
                await interaction.response.send_modal(SiteForm(member, locale))
            case "leave":
                await services_of(interaction).privacy.leave(
                    community_of(interaction), _me(interaction)
                )
                await _end_with(interaction, "leave_done")
            case "erase":
                await interaction.response.defer()
                count = await services_of(interaction).privacy.erase(_me(interaction))
                embed = render.said(locale, "erase_done", count=count)
                await interaction.edit_original_response(embed=embed, view=None)
            case "object":
                await interaction.response.send_modal(ObjectionForm(locale))
            case _:
                await _end_with(interaction, "leave_stayed")


class MeChoice(Chosen, template=r"me-choice:(?P<setting>[a-z_]{1,20})"):
    """A menu of the settings screen."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Takes the choice."""
        community, me = community_of(interaction), _me(interaction)
        people = services_of(interaction).people
        chosen = self.item.values[0]
        if self.match["setting"] == "delivery":
            await people.change(community, me, delivery=Delivery(chosen))
        elif self.match["setting"] == "distance":
            await people.change(community, me, distance=_DISTANCES[chosen])
        elif chosen == "skip":
            await people.skip_round(community, me)
        else:
            await people.pause(community, me, _PAUSES[chosen])
        await _show_settings(interaction)


class NeverChoice(
    discord.ui.DynamicItem[discord.ui.UserSelect[discord.ui.View]], template=r"me-never"
):
    """Whom never to be introduced to."""

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /
    ) -> Self:
        """The menu that was used, after any number of restarts."""
        if not isinstance(item, discord.ui.UserSelect):
            raise TypeError("it is no menu of people")
        return cls(item)

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Keeps the two apart."""
        other = DiscordId(self.item.values[0].id)
        people = services_of(interaction).people
        await people.never_introduce(community_of(interaction), _me(interaction), other)
        note = text(str(interaction.locale), "never_done")
        await _show_settings(interaction, note=note)


async def _end_with(interaction: discord.Interaction, key: str) -> None:
    embed = render.said(str(interaction.locale), key)
    await interaction.response.edit_message(embed=embed, view=None)


async def _change(interaction: discord.Interaction, **changes: object) -> None:
    people = services_of(interaction).people
    await people.change(community_of(interaction), _me(interaction), **changes)
    await _show_settings(interaction)


async def _join(interaction: discord.Interaction) -> None:
    services, locale = services_of(interaction), str(interaction.locale)
    community = await services.communities.get(community_of(interaction))
    name = interaction.user.display_name
    member = await services.people.join(community, _me(interaction), name, locale)
    embed = render.said(locale, "join_done")
    await interaction.response.edit_message(
        embed=embed, view=render_me.settings_view(member, locale)
    )


async def _handle(interaction: discord.Interaction) -> None:
    people, locale = services_of(interaction).people, str(interaction.locale)
    community, me = community_of(interaction), _me(interaction)
    code, span = await people.claim(community, me)
    embed = render.said(locale, "handle_body", code=code, days=span.days)
    accounts = await people.accounts_of(await people.member(community, me))
    if accounts:
        shown = ", ".join(render_me.account(one, locale) for one in accounts)
        embed.add_field(name="", value=text(locale, "handle_have", accounts=shown), inline=False)
    view = render_me.site_view(locale)
    await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


def _line(name: str, label: str, value: str, example: str, most: int) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=name,
        label=label[:45],
        default=value or None,
        placeholder=example or None,
        required=False,
        max_length=most,
    )


class FieldsForm(discord.ui.Modal):
    """The four kinds of fields, and how to be described."""

    def __init__(self, member: Member, locale: str) -> None:
        super().__init__(title=text(locale, "fields_title"), timeout=1800)
        self._lines: dict[Stance, discord.ui.TextInput[Any]] = {}
        for stance in Stance:
            said = ", ".join(f.field for f in member.fields if f.stance is stance)
            label = text(locale, f"fields_{stance.value}")
            self._lines[stance] = _line(
                stance.value, label, said, text(locale, "fields_example"), 300
            )
            self.add_item(self._lines[stance])
        self._description = _line(
            "description",
            text(locale, "fields_description"),
            member.description,
            text(locale, "description_example"),
            80,
        )
        self.add_item(self._description)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes all of it, or nothing with the reason."""
        community, me = community_of(interaction), _me(interaction)
        people = services_of(interaction).people
        said = {stance: line.value for stance, line in self._lines.items()}
        await people.tell_fields(community, me, said)
        described = " ".join(self._description.value.split())
        await people.change(community, me, description=described)
        await _show_settings(interaction, edit=interaction.message is not None)


class TimesForm(discord.ui.Modal):
    """Zone, quiet hours, languages, country, employer."""

    def __init__(self, member: Member, locale: str) -> None:
        super().__init__(title=text(locale, "times_title"), timeout=1800)
        quiet = (
            f"{member.quiet_from}-{member.quiet_until}"
            if member.quiet_from != member.quiet_until
            else ""
        )
        self._zone = _line("zone", text(locale, "times_zone"), member.zone, "Europe/Madrid", 60)
        self._quiet = _line("quiet", text(locale, "times_quiet"), quiet, "21-8", 12)
        self._country = _line("country", text(locale, "times_country"), member.country, "", 60)
        self._employer = _line("employer", text(locale, "times_employer"), member.employer, "", 80)
        spoken = language_names(member.languages, locale)
        self._languages = _line(
            "languages", text(locale, "times_languages"), spoken, "English, español", 150
        )
        for item in (self._zone, self._quiet, self._languages, self._country, self._employer):
            self.add_item(item)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes all of it, or nothing with the reason."""
        community, me = community_of(interaction), _me(interaction)
        people = services_of(interaction).people
        languages = known_languages(self._languages.value)
        await people.tell_times(community, me, self._zone.value, self._quiet.value)
        await people.change(
            community,
            me,
            languages=languages,
            country=" ".join(self._country.value.split()),
            employer=" ".join(self._employer.value.casefold().split()),
        )
        await _show_settings(interaction, edit=interaction.message is not None)


class SiteForm(discord.ui.Modal):
    """One's own blog or site; an empty line takes it away."""

    def __init__(self, member: Member, locale: str) -> None:
        super().__init__(title=text(locale, "site_title"), timeout=1800)
        label, example = text(locale, "site_label"), "https://ana.example.org"
        self._site = _line("site", label, member.site, example, SITE_AT_MOST)
        self.add_item(self._site)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Takes it, and says where it is seen."""
        people, site = services_of(interaction).people, known_site(self._site.value)
        await people.change(community_of(interaction), _me(interaction), site=site)
        said = render.said(
            str(interaction.locale), "site_kept" if site else "site_removed", site=site
        )
        await interaction.response.send_message(embed=said, ephemeral=True)


class ObjectionForm(discord.ui.Modal):
    """For people who never joined: which account is to be kept out."""

    def __init__(self, locale: str) -> None:
        super().__init__(title=text(locale, "object_title"), timeout=1800)
        self._platform = _line("platform", text(locale, "object_platform"), "", "bluesky", 20)
        self._handle = _line("handle", text(locale, "object_handle"), "", "ana.example.org", 100)
        self.add_item(self._platform)
        self.add_item(self._handle)

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Erases what there is of the account, and keeps it out."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        handle = self._handle.value.strip().lstrip("@")
        count = await services_of(interaction).privacy.object_for(self._platform.value, handle)
        said = render.said(str(interaction.locale), "object_done", count=count, handle=handle)
        await interaction.followup.send(embed=said, ephemeral=True)


class MeCog(commands.GroupCog, group_name="me", group_description="You in this community"):
    """/me join, settings, data, leave."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def cog_load(self) -> None:
        """Lets the buttons and menus of earlier screens work."""
        self.client.add_dynamic_items(MeButton, MeChoice, NeverChoice)
        self.client.tree.add_command(NEVER_INTRODUCE)

    @app_commands.command(
        name="join",
        description="Join: what is kept, and how to be introduced",
        extras={"example": "/me join"},
    )
    @app_commands.guild_only()
    async def join(self, interaction: discord.Interaction) -> None:
        """Asks for consent in the words of voice."""
        services, locale = services_of(interaction), str(interaction.locale)
        community = await services.communities.get(community_of(interaction))
        if await services.people.find(community.id, _me(interaction)) is not None:
            note = text(locale, "already_member")
            await _show_settings(interaction, note=note, edit=False)
            return
        embed, view = render_me.consent(community, services.privacy.texts_days, locale)
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)

    @app_commands.command(
        name="settings",
        description="Fields, naming, delivery, quiet hours, pause, never introduce me to",
        extras={"example": "/me settings"},
    )
    @app_commands.guild_only()
    async def settings(self, interaction: discord.Interaction) -> None:
        """Shows the settings, each of which can be changed there."""
        await _show_settings(interaction, edit=False)

    @app_commands.command(
        name="data",
        description="Everything kept about you, to read and as JSON",
        extras={"example": "/me data"},
    )
    async def data(self, interaction: discord.Interaction) -> None:
        """Answers with two files, also to people who never joined."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        readable, machine = await services_of(interaction).privacy.data_of(_me(interaction))
        files = [
            discord.File(io.BytesIO(readable.encode()), "your-data.md"),
            discord.File(io.BytesIO(machine.encode()), "your-data.json"),
        ]
        said = render.said(str(interaction.locale), "data_here")
        await interaction.followup.send(embed=said, files=files, ephemeral=True)

    @app_commands.command(
        name="leave",
        description="Leave, erase everything, or keep an account of yours out",
        extras={"example": "/me leave"},
    )
    @app_commands.guild_only()
    async def leave(self, interaction: discord.Interaction) -> None:
        """Asks which; works for people who never joined."""
        people, locale = services_of(interaction).people, str(interaction.locale)
        member = await people.find(community_of(interaction), _me(interaction))
        embed, view = render_me.leaving(locale, is_member=member is not None)
        await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


@app_commands.context_menu(name="Never introduce us")
@app_commands.guild_only()
async def NEVER_INTRODUCE(  # noqa: N802 a constant of the module: one command
    interaction: discord.Interaction, person: discord.Member
) -> None:
    """Keeps the two apart; nobody else learns of it."""
    people = services_of(interaction).people
    other = DiscordId(person.id)
    await people.never_introduce(community_of(interaction), _me(interaction), other)
    said = render.said(str(interaction.locale), "never_done")
    await interaction.response.send_message(embed=said, ephemeral=True)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(MeCog(client))
