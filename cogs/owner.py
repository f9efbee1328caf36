"""Tells the owner of the bot, by DM, what only they can mend: the budget, a source at a stand."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from discord.ext import commands

from bot.errors import DeliveryRefused
from bot.scheduler import Heartbeat
from bot.texts import text
from cogs.reaching import reaching
from cogs.wording import plain

if TYPE_CHECKING:
    import discord

    from bot.client import Client
    from bot.services.owner import News

_EVERY = timedelta(minutes=1)
_REASON_AT_MOST = 400
_LOCALE = "en-US"
"""Discord does not tell an owner's language outside of a command of theirs."""


class OwnerCog(commands.Cog):
    """Pulls the news that are due; it has no command."""

    def __init__(self, client: Client) -> None:
        news = client.services.owner_news

        async def look_after() -> None:
            if client.is_ready():
                await news.tell_due(lambda one: reaching(_tell(client, one)))

        client.heartbeats.append(Heartbeat("owner", _EVERY, look_after, news.next_due))


async def _tell(client: Client, news: News) -> None:
    owner = await _owner(client)
    if owner is None:
        raise DeliveryRefused("Discord names no owner of this bot")
    values = {
        name: plain(value, _REASON_AT_MOST) if isinstance(value, str) else value
        for name, value in news.values.items()
    }
    place = await client.create_dm(owner)
    await place.send(text(_LOCALE, news.key, **values), nonce=news.nonce)


async def _owner(client: Client) -> discord.abc.Snowflake | None:
    """Who made the bot's application; of a team the one who owns it."""
    application = await client.application_info()
    return application.owner if application.team is None else application.team.owner


async def setup(client: Client) -> None:
    """Called by discord.py."""
    await client.add_cog(OwnerCog(client))
