"""The forms in which a host changes a chat, one date of it, or a conference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import discord

from bot.client import errors_answered, services_of
from bot.model.chats import Rhythm
from bot.model.people import Platform
from bot.services import when
from bot.texts import text
from cogs import render_chats
from cogs.showing import community_of

if TYPE_CHECKING:
    from bot.model.chats import Chat, Conference, Upcoming
    from bot.model.posts import Hashtag

_LABEL_AT_MOST = 45


async def show_added(interaction: discord.Interaction, upcoming: Upcoming) -> None:
    """Answers, or puts it in place of what was there, with the dates to be looked at."""
    locale = str(interaction.locale)
    community = await services_of(interaction).communities.get(community_of(interaction))
    embeds = [render_chats.added(upcoming, community, locale)]
    on_x = not upcoming.platforms or Platform.X in upcoming.platforms
    if on_x and (budget := services_of(interaction).budget) is not None:
        costs = budget.forecast(upcoming)
        embeds.append(render_chats.forecast(costs, await budget.spending(), locale))
    await interaction.edit_original_response(
        embeds=embeds,
        view=render_chats.buttons(upcoming, locale, "right", "change"),
    )


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
            "minutes": when.minutes_typed(int(chat.duration.total_seconds() // 60)),
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
        await show_added(interaction, upcoming)


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
        await show_added(interaction, upcoming)


def _written(hashtags: tuple[Hashtag, ...]) -> str:
    return " ".join(f"#{h.shown}" for h in hashtags)


def _moment(chat: Chat, upcoming: Upcoming) -> str:
    """The day and time that, typed again, change nothing: a weekday, or the next date."""
    later = upcoming.running and len(upcoming.next) > 1
    start = upcoming.next[1 if later else 0].astimezone(ZoneInfo(chat.zone))
    if chat.rhythm is Rhythm.WEEKLY:
        return f"{when.WEEKDAYS[start.weekday()]} {start:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M}"
