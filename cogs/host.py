"""/host: planning, moving and cancelling chats and conferences.

A chat is planned at once; its dates are shown to be looked at. The buttons below hold its id and
what they do, so they work after any restart.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.errors import NotAllowed
from bot.model.chats import ChatId, ConferenceId, Rhythm
from bot.model.people import DiscordId, Platform
from bot.services import when
from bot.services.programmes import BYTES_AT_MOST
from cogs import choices, panel, render, render_chats
from cogs.host_forms import ChatForm, ConferenceForm, DateForm, show_added
from cogs.pressed import Pressed
from cogs.showing import community_of
from cogs.wording import PLATFORM_NAMES, plain

if TYPE_CHECKING:
    from bot.model.chats import Upcoming

_LABEL_AT_MOST = 45
_PLATFORMS = [
    app_commands.Choice(name=" + ".join(PLATFORM_NAMES[p] for p in some), value=" ".join(some))
    for many in (1, 2)
    for some in itertools.combinations(PLATFORM_NAMES, many)
]
_RHYTHMS = [app_commands.Choice(name=r.value.capitalize(), value=r.value) for r in Rhythm]

Name = app_commands.Range[str, 1, 50]
Hashtags = app_commands.Range[str, 1, 200]
Typed = app_commands.Range[str, 1, 40]


class HostCog(commands.Cog):
    """For those who may manage events."""

    host = app_commands.Group(
        name="host",
        description="Plan chats and conferences",
        guild_only=True,
        default_permissions=discord.Permissions(manage_events=True),
    )

    def __init__(self, client: Client) -> None:
        self.client = client

    async def cog_load(self) -> None:
        """Lets the buttons work, also those sent before this start."""
        self.client.add_dynamic_items(panel.PanelButton, panel.HostSelect, HostButton)

    @host.command(
        name="chat",
        description="Plan a chat that returns under a hashtag",
        extras={
            "example": "/host chat name:Learning chat hashtags:#lrnchat day:Thursday time:20:00"
        },
    )
    @app_commands.describe(
        name="What you call it",
        hashtags="One to five, the main one first: #lrnchat #edchat",
        day="A weekday, or the first date: Thursday, 2026-05-19",
        time="20:00 or 8 pm",
        rhythm="How often it returns; left out: every week",
        minutes="How long it lasts; left out: 60; a slow chat of three days: 4320",
        zone="Whose clock that is; left out: that of this community",
        every="Every how many weeks or months; left out: 1",
        until="Its last day; left out: it goes on",
        platforms="Where it is held; left out: wherever I follow",
    )
    @app_commands.choices(rhythm=_RHYTHMS, platforms=_PLATFORMS)
    @app_commands.autocomplete(zone=choices.zones, day=choices.days)
    async def chat(
        self,
        interaction: discord.Interaction,
        name: Name,
        hashtags: Hashtags,
        day: Typed,
        time: Typed,
        rhythm: str = Rhythm.WEEKLY.value,
        minutes: app_commands.Range[int, 10, 8640] = 60,
        zone: Typed | None = None,
        every: app_commands.Range[int, 1, 26] = 1,
        until: Typed | None = None,
        platforms: str = "",
    ) -> None:
        """Shows the next three dates."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        upcoming = await services_of(interaction).chats.add_chat(
            community_of(interaction),
            DiscordId(interaction.user.id),
            name=name,
            hashtags=hashtags,
            day=day,
            time=time,
            rhythm=when.parse_rhythm(rhythm),
            minutes=minutes,
            zone=zone,
            every=every,
            until=until,
            platforms=frozenset(map(Platform, platforms.split())),
        )
        await show_added(interaction, upcoming)

    @host.command(
        name="conference",
        description="Follow a conference under its hashtags",
        extras={
            "example": "/host conference name:SIBECOL hashtags:#sibecol first_day:19 May "
            "last_day:21 May"
        },
    )
    @app_commands.describe(
        name="What it is called",
        hashtags="One to five, the main one first: #sibecol #sibecol26",
        first_day="2026-05-19 or 19 May",
        last_day="2026-05-21 or 21 May",
        zone="Where it takes place; left out: the zone of this community",
        platforms="Where it is held; left out: wherever I follow",
    )
    @app_commands.choices(platforms=_PLATFORMS)
    @app_commands.autocomplete(zone=choices.zones)
    async def conference(
        self,
        interaction: discord.Interaction,
        name: Name,
        hashtags: Hashtags,
        first_day: Typed,
        last_day: Typed,
        zone: Typed | None = None,
        platforms: str = "",
    ) -> None:
        """Shows from when to when it is followed."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        upcoming = await services_of(interaction).chats.add_conference(
            community_of(interaction),
            DiscordId(interaction.user.id),
            name=name,
            hashtags=hashtags,
            first_day=first_day,
            last_day=last_day,
            zone=zone,
            platforms=frozenset(map(Platform, platforms.split())),
        )
        await show_added(interaction, upcoming)

    @host.command(
        name="edit",
        description="Move or cancel a chat or a conference",
        extras={"example": "/host edit what:Learning chat"},
    )
    @app_commands.describe(what="Which one: its name, or its hashtag")
    @app_commands.autocomplete(what=choices.gatherings)
    async def edit(
        self, interaction: discord.Interaction, what: app_commands.Range[str, 1, 100]
    ) -> None:
        """Shows its dates, and what can be done."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        upcoming = await services_of(interaction).chats.find(community_of(interaction), what)
        locale = str(interaction.locale)
        await interaction.followup.send(
            embed=render_chats.edited(upcoming, locale),
            view=render_chats.buttons(upcoming, locale, *_edits(upcoming)),
            ephemeral=True,
        )

    @host.command(
        name="plan",
        description="Topic, questions and co-hosts of the next session",
        extras={"example": "/host plan what:Learning chat"},
    )
    @app_commands.describe(what="Which one: its name, or its hashtag")
    @app_commands.autocomplete(what=choices.gatherings)
    async def plan(
        self, interaction: discord.Interaction, what: app_commands.Range[str, 1, 100]
    ) -> None:
        """A form, filled with what is planned already."""
        found = await services_of(interaction).chats.find(community_of(interaction), what)
        await panel.ask_for_plan(interaction, community_of(interaction), found.gathering)

    @host.command(
        name="panel",
        description="The questions of the session that is on, ready to be asked",
        extras={"example": "/host panel what:Learning chat"},
    )
    @app_commands.describe(what="Which one: its name, or its hashtag")
    @app_commands.autocomplete(what=choices.gatherings)
    async def panel(
        self, interaction: discord.Interaction, what: app_commands.Range[str, 1, 100]
    ) -> None:
        """Privately, with a link for each platform."""
        found = await services_of(interaction).chats.find(community_of(interaction), what)
        await panel.show_panel(interaction, community_of(interaction), found.gathering)

    @host.command(
        name="programme",
        description="Take the talks of a conference from a calendar file (.ics)",
        extras={"example": "/host programme what:SIBECOL file:programme.ics"},
    )
    @app_commands.describe(
        what="Which conference: its name, or its hashtag", file="The programme, as an .ics file"
    )
    @app_commands.autocomplete(what=choices.gatherings)
    async def programme(
        self,
        interaction: discord.Interaction,
        what: app_commands.Range[str, 1, 100],
        file: discord.Attachment,
    ) -> None:
        """Says how many there are, and what was left out."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        services, community = services_of(interaction), community_of(interaction)
        found = await services.chats.find(community, what)
        # A larger one is not even fetched.
        raw = await file.read() if file.size <= BYTES_AT_MOST else b"x" * (BYTES_AT_MOST + 1)
        notice = await services.programmes.take(community, found.gathering, raw)
        embed = render.notice(notice, str(interaction.locale))
        await interaction.followup.send(embed=embed, ephemeral=True)

    @host.command(
        name="hide",
        description="Hide a post or an account from this community, or show it again",
        extras={"example": "/host hide what:https://bsky.app/profile/ana.example/post/3k"},
    )
    @app_commands.describe(
        what="The link of a post; or a handle, such as @ana.example",
        show_again="Whether it is to be shown again; left out: no",
    )
    async def hide(
        self,
        interaction: discord.Interaction,
        what: app_commands.Range[str, 1, 300],
        show_again: bool = False,
    ) -> None:
        """Out of recaps, cards, reasons and follow-ups here, at once."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        notice = await services_of(interaction).moderation.hide(
            community_of(interaction), what, hidden=not show_again
        )
        values = {name: plain(str(value)) for name, value in notice.values.items()}
        embed = render.said(str(interaction.locale), notice.key, **values)
        await interaction.followup.send(embed=embed, ephemeral=True)


def _edits(upcoming: Upcoming) -> tuple[str, ...]:
    return ("change", "cancel") if upcoming.is_conference else ("change", "one_date", "cancel")


class HostButton(Pressed, template=r"gathering:(?P<id>[0-9]{1,19}):(?P<action>[a-z_]{1,20})"):
    """A button below the dates of a chat or conference."""

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does what the button says.

        Raises:
            NotAllowed: whoever pressed may not manage events here (any more).
        """
        if not interaction.permissions.manage_events:
            raise NotAllowed("error_permission", permission="Manage Events")
        chats, community = services_of(interaction).chats, community_of(interaction)
        locale = str(interaction.locale)
        if self.action == "change":
            upcoming = await chats.find(community, str(self.subject))
            form: discord.ui.Modal
            if upcoming.is_conference:
                conference = await chats.get_conference(community, ConferenceId(self.subject))
                form = ConferenceForm(conference, locale)
            else:
                chat = await chats.get_chat(community, ChatId(self.subject))
                form = ChatForm(chat, upcoming, locale)
            await interaction.response.send_modal(form)
            return
        if self.action == "one_date":
            upcoming = await chats.find(community, str(self.subject))
            chat = await chats.get_chat(community, ChatId(self.subject))
            await interaction.response.send_modal(DateForm(chat, upcoming, locale))
            return
        await interaction.response.defer()
        view = None
        if self.action == "cancel_yes":
            upcoming = await chats.cancel(community, self.subject)
            said = "host_cancelled"
        else:
            upcoming = await chats.find(community, str(self.subject))
            said = {"right": "host_right", "keep_it": "host_kept"}.get(
                self.action, "host_cancel_sure"
            )
            if said == "host_cancel_sure":
                view = render_chats.buttons(upcoming, locale, "cancel_yes", "keep_it")
        embed = render.said(locale, said, name=plain(upcoming.name))
        await interaction.edit_original_response(embed=embed, view=view)


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(HostCog(client))
