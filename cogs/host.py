"""/host: planning, moving and cancelling chats and conferences.

A chat is planned at once; its dates are shown to be looked at. The buttons below hold its id and
what they do, so they work after any restart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import Client, errors_answered, services_of
from bot.model.chats import ChatId, ConferenceId, Rhythm
from bot.model.people import DiscordId
from bot.services import when
from bot.texts import text
from cogs import choices, panel, render, render_chats
from cogs.render_sessions import plain
from cogs.showing import community_of

if TYPE_CHECKING:
    import re

    from bot.model.chats import Chat, Conference, Upcoming
    from bot.model.posts import Hashtag

_LABEL_AT_MOST = 45
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
        self.client.add_dynamic_items(panel.PanelButton, HostButton)

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
        minutes="How long it lasts; left out: 60",
        zone="Whose clock that is; left out: that of this community",
        every="Every how many weeks or months; left out: 1",
        until="Its last day; left out: it goes on",
    )
    @app_commands.choices(rhythm=_RHYTHMS)
    @app_commands.autocomplete(zone=choices.zones, day=choices.days)
    async def chat(
        self,
        interaction: discord.Interaction,
        name: Name,
        hashtags: Hashtags,
        day: Typed,
        time: Typed,
        rhythm: str = Rhythm.WEEKLY.value,
        minutes: app_commands.Range[int, 10, 480] = 60,
        zone: Typed | None = None,
        every: app_commands.Range[int, 1, 26] = 1,
        until: Typed | None = None,
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
        )
        await _show_added(interaction, upcoming)

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
    )
    @app_commands.autocomplete(zone=choices.zones)
    async def conference(
        self,
        interaction: discord.Interaction,
        name: Name,
        hashtags: Hashtags,
        first_day: Typed,
        last_day: Typed,
        zone: Typed | None = None,
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
        )
        await _show_added(interaction, upcoming)

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
        await panel.show_panel(interaction, found.gathering)


def _edits(upcoming: Upcoming) -> tuple[str, ...]:
    return ("change", "cancel") if upcoming.is_conference else ("change", "one_date", "cancel")


async def _show_added(interaction: discord.Interaction, upcoming: Upcoming) -> None:
    """Answers, or puts it in place of what was there, with the dates to be looked at."""
    locale = str(interaction.locale)
    community = await services_of(interaction).communities.get(community_of(interaction))
    await interaction.edit_original_response(
        embed=render_chats.added(upcoming, community, locale),
        view=render_chats.buttons(upcoming, locale, "right", "change"),
    )


class HostButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]],
    template=r"gathering:(?P<id>[0-9]{1,19}):(?P<action>[a-z_]{1,20})",
):
    """A button below the dates of a chat or conference."""

    def __init__(
        self, item: discord.ui.Button[discord.ui.View], gathering: int, action: str
    ) -> None:
        super().__init__(item)
        self.gathering = gathering
        self.action = action

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed, after any number of restarts."""
        if not isinstance(item, discord.ui.Button):
            raise TypeError("it is no button")
        return cls(item, int(match["id"]), match["action"])

    @errors_answered
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Does what the button says."""
        chats, community = services_of(interaction).chats, community_of(interaction)
        locale = str(interaction.locale)
        if self.action == "change":
            upcoming = await chats.find(community, str(self.gathering))
            form: discord.ui.Modal
            if upcoming.is_conference:
                conference = await chats.get_conference(community, ConferenceId(self.gathering))
                form = ConferenceForm(conference, locale)
            else:
                chat = await chats.get_chat(community, ChatId(self.gathering))
                form = ChatForm(chat, upcoming, locale)
            await interaction.response.send_modal(form)
            return
        if self.action == "one_date":
            upcoming = await chats.find(community, str(self.gathering))
            chat = await chats.get_chat(community, ChatId(self.gathering))
            await interaction.response.send_modal(DateForm(chat, upcoming, locale))
            return
        await interaction.response.defer()
        view = None
        if self.action == "cancel_yes":
            upcoming = await chats.cancel(community, self.gathering)
            said = "host_cancelled"
        else:
            upcoming = await chats.find(community, str(self.gathering))
            said = {"right": "host_right", "keep_it": "host_kept"}.get(
                self.action, "host_cancel_sure"
            )
            if said == "host_cancel_sure":
                view = render_chats.buttons(upcoming, locale, "cancel_yes", "keep_it")
        embed = render.said(locale, said, name=plain(upcoming.name))
        await interaction.edit_original_response(embed=embed, view=view)


class _Form(discord.ui.Modal):
    """A chat or conference as it is, to be changed: one line of text each."""

    def __init__(self, title: str, filled: dict[str, str], locale: str) -> None:
        super().__init__(title=text(locale, title), timeout=900)
        self._inputs: dict[str, discord.ui.TextInput[Any]] = {}
        for name, value in filled.items():
            label = text(locale, f"host_form_{name}", rhythms=", ".join(Rhythm))
            self._inputs[name] = discord.ui.TextInput(
                custom_id=name,
                label=label[:_LABEL_AT_MOST],
                default=value,
                max_length=200,
                required=name != "moved_to",
            )
            self.add_item(self._inputs[name])

    @property
    def typed(self) -> dict[str, str]:
        """What was sent, by name."""
        return {name: item.value for name, item in self._inputs.items()}


class ChatForm(_Form):
    """A chat as it is, to be changed."""

    def __init__(self, chat: Chat, upcoming: Upcoming, locale: str) -> None:
        filled = {
            "hashtags": _written(chat.hashtags),
            "when": _moment(chat, upcoming),
            "rhythm": when.returning_typed(chat.rhythm, chat.every, chat.until),
            "zone": chat.zone,
            "minutes": str(int(chat.duration.total_seconds() // 60)),
        }
        super().__init__("host_form_title", filled, locale)
        self._chat = chat.id

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Moves it, and shows the new dates to be looked at."""
        await interaction.response.defer()
        typed = self.typed
        day, time = when.split_moment(typed["when"])
        today = services_of(interaction).clock.now().date()
        returning = when.parse_returning(typed["rhythm"], today)
        upcoming = await services_of(interaction).chats.change_chat(
            community_of(interaction),
            self._chat,
            hashtags=typed["hashtags"],
            day=day,
            time=time,
            rhythm=returning.rhythm,
            every=returning.every,
            until=returning.until,
            minutes=when.parse_minutes(typed["minutes"]),
            zone=typed["zone"],
        )
        await _show_added(interaction, upcoming)


class DateForm(_Form):
    """One date of a chat, to be moved or cancelled; the next one is filled in."""

    def __init__(self, chat: Chat, upcoming: Upcoming, locale: str) -> None:
        later = upcoming.running and len(upcoming.next) > 1
        start = upcoming.next[1 if later else 0].astimezone(ZoneInfo(chat.zone))
        filled = {"date": f"{start:%Y-%m-%d}", "moved_to": f"{start:%Y-%m-%d %H:%M}"}
        super().__init__("host_form_date_title", filled, locale)
        self._chat = chat.id

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Moves or cancels it, and shows the dates as they are now."""
        await interaction.response.defer()
        services, typed = services_of(interaction), self.typed
        upcoming = await services.dates.change(
            community_of(interaction),
            self._chat,
            date=typed["date"],
            moved_to=typed["moved_to"],
        )
        community = await services.communities.get(community_of(interaction))
        locale = str(interaction.locale)
        await interaction.edit_original_response(
            embed=render_chats.date_changed(upcoming, community, locale), view=None
        )


class ConferenceForm(_Form):
    """A conference as it is, to be changed."""

    def __init__(self, conference: Conference, locale: str) -> None:
        filled = {
            "hashtags": _written(conference.hashtags),
            "first_day": conference.first_day.isoformat(),
            "last_day": conference.last_day.isoformat(),
            "zone": conference.zone,
        }
        super().__init__("host_form_conference", filled, locale)
        self._conference = conference.id

    @errors_answered
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Moves it, and shows the new days to be looked at."""
        await interaction.response.defer()
        typed = self.typed
        upcoming = await services_of(interaction).chats.change_conference(
            community_of(interaction),
            self._conference,
            hashtags=typed["hashtags"],
            first_day=typed["first_day"],
            last_day=typed["last_day"],
            zone=typed["zone"],
        )
        await _show_added(interaction, upcoming)


def _written(hashtags: tuple[Hashtag, ...]) -> str:
    return " ".join(f"#{h.shown}" for h in hashtags)


def _moment(chat: Chat, upcoming: Upcoming) -> str:
    """The day and time that, typed again, change nothing: a weekday, or the next date."""
    later = upcoming.running and len(upcoming.next) > 1
    start = upcoming.next[1 if later else 0].astimezone(ZoneInfo(chat.zone))
    if chat.rhythm is Rhythm.WEEKLY:
        return f"{when.WEEKDAYS[start.weekday()]} {start:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M}"


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(HostCog(client))
